//! Approvals of batches.

use crate::ledger::error::Result;
use crate::ledger::event::BatchApproved;
use crate::ledger::reader::Reader;

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
