//! Events of batches that a person looked at before they were taken.

use serde::{Deserialize, Serialize};

/// A supervisor approved an uploaded batch that carried no approval of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchApproved {
    /// The upload's id, unique for all time.
    pub upload: String,
    /// The name it came under. Long runs of digits are masked when it is written.
    pub name: String,
    /// Records in it without an approval of their own.
    pub records: u32,
    /// Who approved, as the records then say.
    pub approver: String,
}
