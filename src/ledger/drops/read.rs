//! Drops that were taken to their end, and approvals of batches.

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;

use super::facts::{BatchApproved, DropOutcome};
use crate::ledger::columns::{time, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// A drop that was taken to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinishedDrop {
    /// What became of it.
    #[serde(flatten)]
    pub outcome: DropOutcome,
    pub at: Timestamp,
}

impl Reader {
    /// A drop that was taken to its end.
    pub fn drop(&self, drop: &str) -> Result<Option<FinishedDrop>> {
        self.one(
            &format!("SELECT {DROP} FROM drops WHERE drop_id = ?"),
            [drop],
            finished_drop,
        )
    }

    /// The drops that were finished last, the newest first.
    pub fn latest_drops(&self, limit: u32) -> Result<Vec<FinishedDrop>> {
        self.all(
            &format!("SELECT {DROP} FROM drops ORDER BY at DESC, drop_id LIMIT ?"),
            [limit],
            finished_drop,
        )
    }

    /// Whether a drop was taken to its end.
    pub fn is_drop_finished(&self, drop: &str) -> Result<bool> {
        self.one("SELECT 1 FROM drops WHERE drop_id = ?", [drop], |_| Ok(()))
            .map(|found| found.is_some())
    }
}

pub(in crate::ledger) const DROP: &str =
    "drop_id, name, received, accepted, rejected, unchanged, problems, at";

pub(in crate::ledger) fn finished_drop(row: &Row<'_>) -> rusqlite::Result<FinishedDrop> {
    Ok(FinishedDrop {
        outcome: DropOutcome {
            drop: row.get(0)?,
            name: row.get(1)?,
            received: row.get(2)?,
            accepted: row.get(3)?,
            rejected: row.get(4)?,
            unchanged: row.get(5)?,
            problems: word(row, 6, |text| serde_json::from_str(text).ok())?,
        },
        at: time(row, 7)?,
    })
}

impl Reader {
    /// The approval that a supervisor gave an uploaded batch.
    pub fn batch_approval(&self, upload: &str) -> Result<Option<BatchApproved>> {
        self.one(
            "SELECT upload, name, records, approver FROM batch_approvals WHERE upload = ?",
            [upload],
            |row| {
                Ok(BatchApproved {
                    upload: row.get(0)?,
                    name: row.get(1)?,
                    records: row.get(2)?,
                    approver: row.get(3)?,
                })
            },
        )
    }
}
