//! Judges one record on its own: what the ledger and the photo say comes later.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Problem, Subject};
use crate::domain::fields::RawRecord;
use crate::domain::record::{Approval, Record, School};

/// What the rules must know beside the record.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// The day of printing in the station's time zone.
    pub today: Date,
    /// Now, for approvals dated in the future.
    pub now: Timestamp,
    /// The office's region, `17.02`.
    pub region: String,
    /// An approval older than this many days is warned of.
    pub approval_days: i64,
    /// The batch's approval, for records that carry none.
    pub approval: Option<Approval>,
    /// The batch's school, for records that carry none.
    pub school: Option<School>,
}

/// What the rules say of one record.
#[derive(Debug)]
pub struct Verdict {
    /// Whose problems these are.
    pub subject: Subject,
    /// The record, unless a block stopped it.
    pub record: Option<Record>,
    /// Everything that is wrong or odd, blocks and warnings, in the order of the fields.
    pub problems: Vec<Problem>,
}

/// Judges a record by every rule that needs neither the photo nor the ledger, and reports all
/// problems at once.
pub fn judge(_raw: &RawRecord, _known: &Circumstances) -> Verdict {
    todo!()
}
