//! Lists of cards as the operator's page shows them, and who saw a card before.

use jiff::Timestamp;
use rusqlite::params;

use super::search::{Found, PAGE};
use super::{Reader, count, person};
use crate::domain::card::State;
use crate::domain::ids::{CardId, LotId};
use crate::ledger::error::Result;
use crate::ledger::project::number;
use crate::ledger::view::{CARD_COLUMNS, CARD_WIDTH, Card, lot_id, stamp, word};

impl Reader {
    /// One page of the cards, those that moved last first; of one state when one is named. `page`
    /// counts from 0 and holds [`PAGE`].
    pub fn latest_cards(&self, state: Option<State>, page: u32) -> Result<Vec<Found>> {
        let chosen = match state {
            Some(_) => "WHERE state = ?1 ORDER BY moved_at DESC, card DESC",
            None => "WHERE ?1 IS NULL ORDER BY card DESC",
        };
        let mut query = self.db.prepare_cached(&format!(
            "WITH found (card) AS MATERIALIZED (SELECT card FROM cards {chosen} LIMIT ?2 OFFSET ?3)
             SELECT {CARD_COLUMNS}, record, photo, token
             FROM found CROSS JOIN cards USING (card) JOIN persons USING (card)"
        ))?;
        let offset = i64::from(page) * i64::from(PAGE);
        let mut rows = query.query(params![state.map(State::name), PAGE, offset])?;
        let mut cards = Vec::new();
        while let Some(row) = rows.next()? {
            let card = Card::read(row)?;
            let record = person(row, CARD_WIDTH, card.card)?.map(|person| person.record);
            cards.push(Found { card, record });
        }
        Ok(cards)
    }

    /// How many cards are in each state that has any.
    pub fn states(&self) -> Result<Vec<(State, u64)>> {
        self.all(
            "SELECT state, count(*) FROM cards GROUP BY state",
            [],
            |row| Ok((word(row, 0, State::from_name)?, count(row, 1)?)),
        )
    }

    /// Every card of the child that this one is of, the oldest first, also once its data are erased.
    pub fn cards_of_child_of(&self, card: CardId) -> Result<Vec<Card>> {
        self.all(
            &format!(
                "SELECT {CARD_COLUMNS} FROM cards
                 WHERE nik_hash = (SELECT nik_hash FROM cards WHERE card = ?) ORDER BY card"
            ),
            [number(card)],
            Card::read,
        )
    }

    /// The lots with cards that wait to be scanned, and how many.
    pub fn lots_to_scan(&self) -> Result<Vec<(LotId, u64)>> {
        self.all(
            "SELECT lot, count(*) FROM cards WHERE state = 'printed' AND lot NOTNULL
             GROUP BY lot ORDER BY lot",
            [],
            |row| Ok((lot_id(row.get(0)?), count(row, 1)?)),
        )
    }

    /// Whether the audit has `actor` doing `what` with a card at or after this time.
    pub fn was_audited(
        &self,
        what: &str,
        card: CardId,
        actor: &str,
        since: Timestamp,
    ) -> Result<bool> {
        let found = self.one(
            "SELECT 1 FROM events WHERE card = ?1 AND actor = ?2 AND at >= ?3
             AND json_extract(body, '$.kind') = 'audited'
             AND json_extract(body, '$.what') = ?4 LIMIT 1",
            params![card.to_string(), actor, stamp(since), what],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}
