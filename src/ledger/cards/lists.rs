//! Lists of cards as the operator's page shows them, and who saw a card before.

use jiff::Timestamp;
use rusqlite::params;

use super::search::{Found, PAGE};
use super::view::{CARD_COLUMNS, CARD_WIDTH, Card, person};
use crate::domain::audit::AuditCode;
use crate::domain::card::State;
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::ledger::columns::{count, lot_id, number, stamp, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

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
            "SELECT state, count(*) FROM cards GROUP BY state ORDER BY state",
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

    /// Whether the audit has `actor` doing `what` with the same card and detail at or after this
    /// time. Looks at the newest events only.
    pub fn was_audited(
        &self,
        what: AuditCode,
        card: Option<CardId>,
        detail: Option<&str>,
        actor: &str,
        since: Timestamp,
    ) -> Result<bool> {
        let detail = detail.map(mask_numbers);
        let found = self.one(
            "SELECT 1 FROM events
             WHERE seq > (SELECT max(seq) FROM events) - 2000 AND at >= ?3 AND actor = ?2
             AND card IS ?1 AND json_extract(body, '$.kind') = 'audited'
             AND json_extract(body, '$.what') = ?4 AND json_extract(body, '$.detail') IS ?5 LIMIT 1",
            params![card.map(|card| card.to_string()), actor, stamp(since), what.code(), detail],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::card::Evidence;
    use crate::ledger::testing::{Station, now};
    use crate::ledger::{Error, Tx};

    fn numbers(found: &[Found]) -> Vec<CardId> {
        found.iter().map(|found| found.card.card).collect()
    }

    #[test]
    fn pages_hold_every_card_once_and_what_moved_last_comes_first() {
        let mut station = Station::new();
        let cards = station.accept(1..=PAGE + 3);
        let first = cards[0];
        let later = now() + SignedDuration::from_secs(1);
        let hold = |tx: &mut Tx<'_>| {
            for card in [first, cards[1]] {
                tx.move_card(card, State::Held, Evidence::Operator, None)?;
            }
            Ok::<_, Error>(())
        };
        station.ledger.write("operator:siti", later, hold).unwrap();
        let page = |state, page| numbers(&station.ledger.latest_cards(state, page).unwrap());
        let mut all = page(None, 0);
        assert_eq!(all.len(), PAGE as usize);
        all.extend(page(None, 1));
        let newest_first: Vec<CardId> = cards.iter().rev().copied().collect();
        assert_eq!(all, newest_first);
        assert_eq!(page(None, 2), []);
        assert_eq!(page(Some(State::Held), 0), [cards[1], first]);
        assert_eq!(page(Some(State::Accepted), 1), [cards[2]]);
        let states = station.ledger.states().unwrap();
        assert_eq!(
            states,
            [(State::Accepted, u64::from(PAGE) + 1), (State::Held, 2)]
        );
    }

    #[test]
    fn an_audit_counts_for_its_person_card_and_time_alone() {
        let mut station = Station::new();
        let cards = station.accept(1..=2);
        let see = |tx: &mut Tx<'_>| tx.audit(AuditCode::CardViewed, Some(cards[0]), None);
        station.ledger.write("operator:siti", now(), see).unwrap();
        let was = |what, card, actor, since| {
            let found = station
                .ledger
                .was_audited(what, Some(card), None, actor, since);
            found.unwrap()
        };
        let after = now() + SignedDuration::from_secs(1);
        assert!(was(AuditCode::CardViewed, cards[0], "operator:siti", now()));
        for other in [
            was(AuditCode::NikShown, cards[0], "operator:siti", now()),
            was(AuditCode::CardViewed, cards[1], "operator:siti", now()),
            was(AuditCode::CardViewed, cards[0], "operator:budi", now()),
            was(AuditCode::CardViewed, cards[0], "operator:siti", after),
        ] {
            assert!(!other);
        }
    }
}
