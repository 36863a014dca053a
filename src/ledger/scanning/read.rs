//! What a scanned code or serial is of.

use rusqlite::params;

use crate::domain::card::State;
use crate::domain::ids::{CardId, LotId};
use crate::domain::scan::Known;
use crate::ledger::columns::{card_id, lot_number, number, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// From the places of the one lot, never from all cards of a state.
pub(in crate::ledger) const SKIPPED: &str = "WITH here AS MATERIALIZED (
        SELECT card, place.position, state
        FROM lot_cards AS place CROSS JOIN cards USING (card)
        WHERE place.lot = ?1 AND cards.lot = ?1)
    SELECT card FROM here WHERE position < ?2
        AND position > (SELECT coalesce(max(position), 0) FROM here
            WHERE state IN ('verified', 'packed', 'handed-over', 'received', 'returned'))
        AND state IN ('rendered', 'submitting', 'sent', 'unconfirmed', 'printed')
    ORDER BY position";
/// The condition is that of the index `events_of_scan`.
pub(in crate::ledger) const LAST_SCAN: &str =
    "SELECT scans.card FROM events CROSS JOIN scans USING (seq)
    WHERE json_extract(body, '$.kind') = 'card-scanned'
        AND refusal IS NULL AND undone = 0 AND actor = ? ORDER BY seq DESC LIMIT 1";

impl Reader {
    /// The cards that show this code, the newest first, also after their data were erased. A card
    /// that is made again shows the same one when its sender supplied it.
    pub fn cards_by_code(&self, code: &str) -> Result<Vec<(CardId, State)>> {
        // The first cards have no hash of their code; theirs is found while their data are there.
        self.all(
            "SELECT card, state FROM cards WHERE code_hash = ?1
             UNION
             SELECT card, state FROM cards JOIN persons USING (card)
             WHERE code_hash IS NULL AND (token = ?2 OR json_extract(record, '$.qr') = ?2)
             ORDER BY card DESC",
            params![self.key.code(code), code],
            |row| Ok((card_id(row.get(0)?), word(row, 1, State::from_name)?)),
        )
    }

    /// What is known of a code, of this lot when one is named.
    pub fn known_code(&self, code: &str, lot: Option<LotId>) -> Result<Known> {
        let cards = self.cards_by_code(code)?;
        let mut live = cards.iter().filter(|(_, state)| state.is_live());
        let (card, state) = match (live.next(), live.next()) {
            (Some(_), Some(_)) => return Ok(Known::Several),
            (Some(&only), None) => only,
            // None is good any more: what is said is said of the newest.
            (None, _) => match cards.first() {
                Some(&newest) => newest,
                None => return Ok(Known::Nothing),
            },
        };
        let place = self.card(card)?;
        let (its_lot, position) = place.map_or((None, None), |card| (card.lot, card.position));
        let skipped = match its_lot.zip(position) {
            Some((lot, position)) => self.skipped(lot, position)?,
            None => Vec::new(),
        };
        Ok(Known::Card {
            card,
            state,
            in_lot: lot.is_none() || lot == its_lot,
            skipped,
        })
    }

    /// The cards between the last one scanned in this lot and this place that were not; none when
    /// a later one was scanned already, for then they were said to be skipped.
    fn skipped(&self, lot: LotId, position: u32) -> Result<Vec<CardId>> {
        self.all(SKIPPED, params![lot_number(lot), position], |row| {
            row.get(0).map(card_id)
        })
    }

    /// The last good scan of this actor's that was not taken back.
    pub(in crate::ledger) fn last_scan(&self, actor: &str) -> Result<Option<CardId>> {
        self.one(LAST_SCAN, [actor], |row| row.get(0).map(card_id))
    }

    /// Whether a scan ever proved the card good, though it was undone since: undoing one's own scan
    /// must not be a way round the second person.
    pub fn was_proved(&self, card: CardId) -> Result<bool> {
        let scanned = self.one(
            "SELECT 1 FROM scans WHERE card = ? AND refusal IS NULL LIMIT 1",
            [number(card)],
            |_| Ok(()),
        )?;
        Ok(scanned.is_some() || self.state(card)?.is_some_and(State::is_proved))
    }

    /// The serial of the blank that became this card, if it was read.
    pub fn serial(&self, card: CardId) -> Result<Option<String>> {
        self.one(
            "SELECT serial FROM serials WHERE card = ?",
            [number(card)],
            |row| row.get(0),
        )
    }

    /// Whether a serial lies in a range that was received; `None` when no range was ever entered.
    pub fn is_received(&self, serial: &str) -> Result<Option<bool>> {
        // A row comes back in any case: the aggregate of no rows is null.
        self.one(
            "SELECT max(length(first) = length(?1) AND ?1 BETWEEN first AND last)
             FROM stock_serials",
            [serial],
            |row| row.get(0),
        )
        .map(Option::flatten)
    }
}
