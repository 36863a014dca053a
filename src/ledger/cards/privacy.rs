//! What personal data are still held, and which of them need not be.

use jiff::Timestamp;
use rusqlite::params;

use super::view::{CARD_COLUMNS, Card};
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::Nik;
use crate::ledger::columns::{card_id, lot_id, number, stamp};
use crate::ledger::error::Result;
use crate::ledger::lots::read::Lot;
use crate::ledger::reader::Reader;

impl Reader {
    /// The cards that were done before `before` and whose personal data are still held: received,
    /// cancelled, void, or spoiled and destroyed.
    pub fn erasable(&self, before: Timestamp) -> Result<Vec<CardId>> {
        self.all(
            "SELECT card FROM cards
             WHERE erased_at IS NULL AND moved_at < ?
               AND (state IN ('received', 'cancelled', 'void')
                   OR (state = 'spoiled' AND minutes NOTNULL))
             ORDER BY card",
            [stamp(before)],
            |row| row.get(0).map(card_id),
        )
    }

    /// The cards that were accepted before `before` and are not done: somebody has to decide what
    /// becomes of them. Their personal data stay.
    pub fn overdue(&self, before: Timestamp) -> Result<Vec<Card>> {
        self.all(
            &format!(
                "SELECT {CARD_COLUMNS} FROM cards
                 WHERE erased_at IS NULL AND accepted_at < ?
                   AND state NOT IN ('received', 'cancelled', 'void')
                   AND (state <> 'spoiled' OR minutes IS NULL)
                 ORDER BY accepted_at, card"
            ),
            [stamp(before)],
            Card::read,
        )
    }

    /// The lots all of whose cards' personal data were erased, or will be once `cards` are, and
    /// whose PDFs are not purged. `cards` are in ascending order.
    pub fn purgeable_lots(&self, cards: &[CardId]) -> Result<Vec<LotId>> {
        let waits = self.all(
            "SELECT lot FROM lots WHERE lot NOT IN (SELECT lot FROM purged_lots) ORDER BY lot",
            [],
            |row| row.get::<_, i64>(0),
        )?;
        let mut query = self.db.prepare_cached(
            "SELECT card FROM lot_cards JOIN cards USING (card)
             WHERE lot_cards.lot = ? AND erased_at IS NULL",
        )?;
        let mut done = Vec::new();
        'lots: for lot in waits {
            let mut held = query.query([lot])?;
            while let Some(row) = held.next()? {
                if cards.binary_search(&card_id(row.get(0)?)).is_err() {
                    continue 'lots;
                }
            }
            done.push(lot_id(lot));
        }
        Ok(done)
    }

    /// The lots whose PDFs were purged.
    pub fn purged_lots(&self) -> Result<Vec<Lot>> {
        self.all(
            "SELECT lots.* FROM lots JOIN purged_lots USING (lot) ORDER BY lot",
            [],
            Lot::read,
        )
    }

    /// Whether no other card than `cards`, which are in ascending order, needs this photo.
    pub fn only_needed_by(&self, photo: &str, cards: &[CardId]) -> Result<bool> {
        let needed = self.all("SELECT card FROM persons WHERE photo = ?", [photo], |row| {
            row.get(0).map(card_id)
        })?;
        Ok(needed.iter().all(|card| cards.binary_search(card).is_ok()))
    }

    /// The photos that cards' data name, each once.
    pub fn photos(&self) -> Result<Vec<String>> {
        self.all(
            "SELECT DISTINCT photo FROM persons WHERE photo NOTNULL ORDER BY photo",
            [],
            |row| row.get(0),
        )
    }

    /// The lots whose PDFs show this card, and whether each was purged.
    pub fn lots_with(&self, card: CardId) -> Result<Vec<(Lot, bool)>> {
        self.all(
            "SELECT lots.*, purged_lots.lot NOTNULL
             FROM lots LEFT JOIN purged_lots USING (lot)
             WHERE lots.lot IN (SELECT lot FROM lot_cards WHERE card = ?) ORDER BY lots.lot",
            [number(card)],
            |row| Ok((Lot::read(row)?, row.get(9)?)),
        )
    }

    /// The cards whose personal data were held at some time from `since` until before `until`.
    pub fn held_between(&self, since: Timestamp, until: Timestamp) -> Result<Vec<Card>> {
        self.all(
            &format!(
                "SELECT {CARD_COLUMNS} FROM cards
                 WHERE accepted_at < ?2 AND (erased_at IS NULL OR erased_at >= ?1) ORDER BY card"
            ),
            params![stamp(since), stamp(until)],
            Card::read,
        )
    }

    /// The rules that a child's record was let pass, and why.
    pub fn exceptions_of(&self, nik: &Nik) -> Result<Vec<(String, String)>> {
        self.all(
            "SELECT rule, reason FROM exceptions WHERE nik_hash = ? ORDER BY rule",
            [self.key.nik(nik)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// Which child a card is of, as a number that tells one child from another and nothing else.
    pub fn child_of(&self, card: CardId) -> Result<Option<String>> {
        self.one(
            "SELECT nik_hash FROM cards WHERE card = ?",
            [number(card)],
            |row| row.get(0),
        )
    }
}
