//! What became of drops, and approvals of batches.

use rusqlite::{Connection, params};

use super::facts::{BatchApproved, DropOutcome};
use crate::ledger::error::{Error, Result};

pub fn drop_finished(db: &Connection, at: &str, drop: &DropOutcome) -> Result<()> {
    if Some(drop.received) != drop.accepted.checked_add(drop.rejected)
        || drop.unchanged > drop.accepted
    {
        return Err(Error::Counts(drop.drop.clone()));
    }
    let problems = serde_json::to_string(&drop.problems).expect("rule codes are strings");
    let new = db
        .prepare_cached(
            "INSERT INTO drops (drop_id, name, received, accepted, rejected, unchanged, problems, at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            drop.drop,
            drop.name,
            drop.received,
            drop.accepted,
            drop.rejected,
            drop.unchanged,
            problems,
            at
        ])?;
    if new == 0 {
        return Err(Error::DropFinished(drop.drop.clone()));
    }
    Ok(())
}

pub fn batch_approved(db: &Connection, at: &str, approved: &BatchApproved) -> Result<()> {
    let new = db
        .prepare_cached(
            "INSERT INTO batch_approvals (upload, name, records, approver, at)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
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
