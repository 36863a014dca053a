//! Scans and serials.

use rusqlite::{Connection, OptionalExtension, params};

use super::facts::{CardScanned, SerialRead};
use crate::domain::ids::CardId;
use crate::domain::scan::is_serial;
use crate::ledger::columns::{card_id, number};
use crate::ledger::error::{Error, Result};

pub fn card_scanned(db: &Connection, seq: u64, at: &str, scan: &CardScanned) -> Result<()> {
    db.prepare_cached("INSERT INTO scans (seq, card, refusal, undone, at) VALUES (?, ?, ?, 0, ?)")?
        .execute(params![
            seq.cast_signed(),
            scan.card.map(number),
            scan.refusal.map(|refusal| refusal.code()),
            at
        ])?;
    Ok(())
}

/// The scan is taken back with the serial that was read since: it may be another card's.
pub fn scan_undone(db: &Connection, card: CardId) -> Result<()> {
    let undone = db
        .prepare_cached(
            "UPDATE scans SET undone = 1 WHERE seq =
                 (SELECT max(seq) FROM scans WHERE card = ? AND refusal IS NULL AND undone = 0)",
        )?
        .execute([number(card)])?;
    if undone == 0 {
        return Err(Error::NoScan);
    }
    db.prepare_cached(
        "DELETE FROM serials WHERE card = ?1 AND at >=
             (SELECT max(at) FROM scans WHERE card = ?1 AND refusal IS NULL)",
    )?
    .execute([number(card)])?;
    Ok(())
}

pub fn serial_read(db: &Connection, at: &str, read: &SerialRead) -> Result<()> {
    if !is_serial(&read.serial) {
        return Err(Error::SerialForm);
    }
    let taken: Option<i64> = db
        .prepare_cached("SELECT card FROM serials WHERE serial = ?1 OR card = ?2")?
        .query_row(params![read.serial, number(read.card)], |row| row.get(0))
        .optional()?;
    if let Some(card) = taken {
        return Err(Error::SerialTaken(card_id(card)));
    }
    db.prepare_cached("INSERT INTO serials (serial, card, at) VALUES (?, ?, ?)")?
        .execute(params![read.serial, number(read.card), at])?;
    Ok(())
}
