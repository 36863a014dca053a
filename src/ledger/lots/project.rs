//! Print-ready PDFs.

use rusqlite::{Connection, params};

use super::facts::LotMade;
use crate::domain::ids::LotId;
use crate::ledger::columns::lot_number;
use crate::ledger::error::{Error, Result};
use crate::ledger::key::is_digest;

pub fn lot_made(db: &Connection, at: &str, lot: &LotMade) -> Result<()> {
    if lot.lot != next_lot(db)? {
        return Err(Error::LotTaken(lot.lot));
    }
    if lot.cards == 0 {
        return Err(Error::LotCount(lot.lot));
    }
    if lot.pdf.is_empty() || lot.pdf.starts_with('.') || lot.pdf.contains(['/', '\\', '\0']) {
        return Err(Error::FileName(lot.pdf.clone()));
    }
    if !is_digest(&lot.sha256) {
        return Err(Error::Digest);
    }
    db.prepare_cached(
        "INSERT INTO lots (lot, kind, layout, mode, cards, pdf, sha256, bytes, at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        lot_number(lot.lot),
        lot.card_kind.name(),
        lot.layout,
        lot.mode,
        lot.cards,
        lot.pdf,
        lot.sha256,
        lot.bytes.cast_signed(),
        at
    ])?;
    Ok(())
}

/// The number that the next lot must have.
pub fn next_lot(db: &Connection) -> Result<LotId> {
    let last: i64 = db
        .prepare_cached(
            "SELECT max((SELECT coalesce(max(lot), 0) FROM lots),
                 (SELECT coalesce(max(lots), 0) FROM restores))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(LotId::new(last.cast_unsigned() + 1))
}
