//! What the photo desk looks at.

use crate::domain::ids::CardId;
use crate::domain::reason::Reason;
use crate::ledger::cards::view::{CARD_COLUMNS, CARD_WIDTH, Card, Person, person};
use crate::ledger::columns::card_id;
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

impl Reader {
    /// The cards that are held for this reason, with their photos.
    pub fn held_photos(&self, reason: Reason) -> Result<Vec<(CardId, String)>> {
        self.all(
            "SELECT card, photo FROM cards JOIN persons USING (card)
             WHERE state = 'held' AND reason = ? AND photo NOTNULL ORDER BY card",
            [reason.code()],
            |row| Ok((card_id(row.get(0)?), row.get(1)?)),
        )
    }

    /// Cards with a photo that are not printed yet: held ones, those that wait for a lot, and those
    /// in a PDF; `limit` of them from `offset` on.
    pub fn waiting_photos(&self, offset: u32, limit: u32) -> Result<Vec<(Card, Person)>> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {CARD_COLUMNS}, record, photo, token FROM cards JOIN persons USING (card)
             WHERE state IN ('held', 'accepted', 'rendered') AND photo NOTNULL
                AND erased_at IS NULL
             ORDER BY state <> 'held', state, card LIMIT ? OFFSET ?"
        ))?;
        let mut rows = query.query([limit, offset])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let card = Card::read(row)?;
            if let Some(person) = person(row, CARD_WIDTH, card.card)? {
                found.push((card, person));
            }
        }
        Ok(found)
    }
}
