//! Events of drops and of batches that a person looked at before they were taken.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What became of a drop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOutcome {
    /// The station's own name for the drop, unique for all time; it must hold no personal data.
    pub drop: String,
    /// The name it came under. Long runs of digits are masked when it is written, for senders
    /// name files by NIK.
    pub name: String,
    /// Records in it: `accepted + rejected`.
    pub received: u32,
    /// Records that became cards, or were no news.
    pub accepted: u32,
    /// Records that went back.
    pub rejected: u32,
    /// Of those accepted: the same record again.
    pub unchanged: u32,
    /// Rule code → how many problems of it there were.
    pub problems: BTreeMap<String, u32>,
}

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
