//! What approvals of batches add up to.

use rusqlite::{Connection, params};

use crate::ledger::error::{Error, Result};
use crate::ledger::event::BatchApproved;

pub(super) fn batch_approved(db: &Connection, at: &str, approved: &BatchApproved) -> Result<()> {
    let new = db
        .prepare_cached(
            "INSERT INTO batch_approvals VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            approved.upload,
            approved.name,
            approved.records,
            approved.approver,
            at
        ])?;
    match new {
        1 => Ok(()),
        _ => Err(Error::BatchApproved(approved.upload.clone())),
    }
}
