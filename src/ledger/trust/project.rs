//! Keys, checkpoints, restores and purged PDFs.

use rusqlite::{Connection, OptionalExtension, params};

use super::facts::Restored;
use crate::domain::ids::LotId;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::columns::{card_id, lot_number};
use crate::ledger::error::{Error, Result};

pub fn signing_key_made(db: &Connection, at: &str, public_key: &str) -> Result<()> {
    db.prepare_cached("INSERT INTO signing_keys (public_key, at) VALUES (?, ?)")?
        .execute([public_key, at])?;
    Ok(())
}

pub fn checkpoint_made(db: &Connection, seq: u64, checkpoint: &Checkpoint) -> Result<()> {
    let known = db
        .prepare_cached("SELECT 1 FROM signing_keys WHERE public_key = ?")?
        .exists([&checkpoint.public_key])?;
    if !known || checkpoint.seq.checked_add(1) != Some(seq) || !checkpoint.is_genuine() {
        return Err(Error::Checkpoint);
    }
    db.prepare_cached(
        "INSERT INTO checkpoints (seq, day, part, body)
         SELECT ?1, ?2, 1 + count(*), ?3 FROM checkpoints WHERE day = ?2",
    )?
    .execute(params![
        seq.cast_signed(),
        checkpoint.day.to_string(),
        checkpoint.text()
    ])?;
    Ok(())
}

pub fn restored(db: &Connection, seq: u64, at: &str, restored: &Restored) -> Result<()> {
    if restored.after.checked_add(1) != Some(seq) {
        return Err(Error::Checkpoint);
    }
    db.prepare_cached(
        "INSERT INTO restores (seq, cards, lots, at, packs, minutes) VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        seq.cast_signed(),
        restored.cards.cast_signed(),
        restored.lots.cast_signed(),
        at,
        restored.packs.map(u64::cast_signed),
        restored.minutes
    ])?;
    Ok(())
}

pub fn lot_purged(db: &Connection, at: &str, lot: LotId) -> Result<()> {
    let known = db
        .prepare_cached("SELECT 1 FROM lots WHERE lot = ?")?
        .exists([lot_number(lot)])?;
    if !known {
        return Err(Error::NoLot(lot));
    }
    let needed: Option<i64> = db
        .prepare_cached(
            "SELECT card FROM lot_cards JOIN cards USING (card)
             WHERE lot_cards.lot = ? AND erased_at IS NULL LIMIT 1",
        )?
        .query_row([lot_number(lot)], |row| row.get(0))
        .optional()?;
    if let Some(card) = needed {
        return Err(Error::StillNeeded(card_id(card)));
    }
    db.prepare_cached("INSERT INTO purged_lots (lot, at) VALUES (?, ?)")?
        .execute(params![lot_number(lot), at])?;
    Ok(())
}
