//! Reading of lots.

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;

use super::project::next_lot;
use crate::domain::card::Kind;
use crate::domain::ids::{CardId, LotId};
use crate::domain::record::Record;
use crate::ledger::cards::view::{CARD_COLUMNS, CARD_WIDTH, Card, person};
use crate::ledger::columns::{card_id, lot_id, lot_number, time, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lot {
    pub lot: LotId,
    /// The kind of its cards.
    pub kind: Kind,
    /// The layout it was rendered with.
    pub layout: String,
    pub mode: String,
    /// How many cards it holds.
    pub cards: u32,
    /// Its file name in the folder of lots.
    pub pdf: String,
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was made.
    pub at: Timestamp,
}

const LOTS: &str = "SELECT lot, kind, layout, mode, cards, pdf, sha256, bytes, at FROM lots";

impl Lot {
    pub(in crate::ledger) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            lot: lot_id(row.get(0)?),
            kind: word(row, 1, Kind::from_name)?,
            layout: row.get(2)?,
            mode: row.get(3)?,
            cards: row.get(4)?,
            pdf: row.get(5)?,
            sha256: row.get(6)?,
            bytes: row.get::<_, i64>(7)?.cast_unsigned(),
            at: time(row, 8)?,
        })
    }
}

/// One card of a PDF, and where it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotCard {
    /// Its place in the PDF, from 1.
    pub position: u32,
    /// The card. Its own `lot` differs from this one when it was taken out and rendered anew.
    pub card: Card,
    /// Its record, unless erased.
    pub record: Option<Record>,
}

/// A lot without any card that is still wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoidLot {
    pub lot: LotId,
    /// Its file name in the folder of lots.
    pub pdf: String,
    /// When the last of its cards was cancelled.
    pub since: Timestamp,
}

/// A lot that waits for confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenLot {
    pub lot: Lot,
    /// How many of its cards wait.
    pub waiting: u64,
    /// Cards that are in the PDF and must not be handed out: cancelled, held, or rendered anew
    /// elsewhere. With their places.
    pub not_to_use: Vec<(u32, CardId)>,
}

impl Reader {
    /// The number that the next lot must have.
    pub fn next_lot(&self) -> Result<LotId> {
        next_lot(&self.db)
    }

    /// Every lot in the order of their making.
    pub fn lots(&self) -> Result<Vec<Lot>> {
        self.all(&format!("{LOTS} ORDER BY lot"), [], Lot::read)
    }

    /// One lot and its cards in the order of its pages.
    pub fn lot(&self, lot: LotId) -> Result<Option<(Lot, Vec<LotCard>)>> {
        self.snapshot(|_| {
            let Some(found) = self.one(
                &format!("{LOTS} WHERE lot = ?"),
                [lot_number(lot)],
                Lot::read,
            )?
            else {
                return Ok(None);
            };
            let mut query = self.db.prepare_cached(&format!(
                "SELECT {CARD_COLUMNS}, record, photo, token, place.position
                 FROM lot_cards AS place JOIN cards USING (card) JOIN persons USING (card)
                 WHERE place.lot = ? ORDER BY place.position"
            ))?;
            let mut rows = query.query([lot_number(lot)])?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                let card = Card::read(row)?;
                cards.push(LotCard {
                    position: row.get(CARD_WIDTH + 3)?,
                    record: person(row, CARD_WIDTH, card.card)?.map(|person| person.record),
                    card,
                });
            }
            Ok(Some((found, cards)))
        })
    }

    pub(in crate::ledger) fn open_lot(&self, lot: LotId, waiting: u64) -> Result<OpenLot> {
        Ok(OpenLot {
            // The foreign key of `cards.lot` proves that the lot is there.
            lot: self
                .one(
                    &format!("{LOTS} WHERE lot = ?"),
                    [lot_number(lot)],
                    Lot::read,
                )?
                .ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            waiting,
            not_to_use: self.all(
                "SELECT place.position, card FROM lot_cards AS place JOIN cards USING (card)
                 WHERE place.lot = ? AND (state IN ('cancelled', 'held') OR cards.lot IS NOT place.lot)
                     AND NOT EXISTS (SELECT 1 FROM lot_printers AS driven
                         WHERE driven.lot = place.lot AND printer NOTNULL)
                 ORDER BY place.position",
                [lot_number(lot)],
                |row| Ok((row.get(0)?, card_id(row.get(1)?))),
            )?,
        })
    }
}

/// From the lots with a cancelled card, which are few, by their places.
pub(in crate::ledger) const VOID_LOTS: &str = "WITH hit AS MATERIALIZED (
        SELECT DISTINCT lot FROM cards WHERE state = 'cancelled' AND +lot NOTNULL)
    SELECT hit.lot, pdf, max(moved_at) FROM hit CROSS JOIN lot_cards AS place USING (lot)
        CROSS JOIN cards ON cards.card = place.card AND cards.lot = hit.lot
        CROSS JOIN lots ON lots.lot = hit.lot
    GROUP BY hit.lot HAVING min(state = 'cancelled') ORDER BY hit.lot";
