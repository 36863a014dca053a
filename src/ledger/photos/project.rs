//! Photos changed by hand.

use rusqlite::{Connection, params};

use super::facts::PhotoChanged;
use crate::domain::card::State;
use crate::ledger::columns::number;
use crate::ledger::error::{Error, Result};

pub fn photo_changed(db: &Connection, changed: &PhotoChanged) -> Result<()> {
    let done = db
        .prepare_cached(
            "UPDATE cards SET record_hash = ?2, photo_hash = ?3, photo_by_hand = 1
             WHERE card = ?1 AND photo_hash NOTNULL AND erased_at IS NULL AND state IN (?4, ?5)",
        )?
        .execute(params![
            number(changed.card),
            changed.record_hash,
            changed.photo_hash,
            State::Accepted.name(),
            State::Held.name()
        ])?;
    if done == 0 {
        return Err(Error::PhotoFixed(changed.card));
    }
    Ok(())
}
