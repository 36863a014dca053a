//! Senders.

use rusqlite::{Connection, params};

use super::facts::SenderSet;
use crate::domain::account::is_user_name;
use crate::ledger::error::{Error, Result};

pub fn sender_set(db: &Connection, at: &str, set: &SenderSet) -> Result<()> {
    if !is_user_name(&set.sender) {
        return Err(Error::UserName(set.sender.clone()));
    }
    db.prepare_cached(
        "INSERT INTO senders (sender, active, made_at, changed_at) VALUES (?1, ?2, ?3, ?3)
         ON CONFLICT (sender) DO UPDATE SET active = ?2, changed_at = ?3",
    )?
    .execute(params![set.sender, set.active, at])?;
    Ok(())
}
