//! The rules on a record: each has a stable code, a severity, a message in Indonesian and in
//! English, and its source.

mod catalogue;
mod judge;

pub use catalogue::*;
pub use judge::{Circumstances, Verdict, judge};

use serde::Serialize;

use super::nik::mask_digits;

/// Whether a problem stops the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The record goes back.
    Block,
    /// The record goes on; a person should look.
    Warn,
}

/// One rule of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case; never reused for another meaning.
    pub code: &'static str,
    /// What a breach does.
    pub severity: Severity,
    /// What the sender is told, in Indonesian. `{}` stands for the detail.
    pub pesan: &'static str,
    /// The same in English.
    pub message: &'static str,
    /// The law, or whose practice it is.
    pub source: &'static str,
}

/// One breach of a rule, as `reasons.json` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The row in the drop, counted from 1 as the sender sees it; absent for the whole drop.
    pub row: Option<u32>,
    /// The sender's identifier of the record.
    pub id: Option<String>,
    /// The NIK, masked.
    pub nik: Option<String>,
    /// The field, in the contract's spelling; `drop` for the whole drop.
    pub field: String,
    /// [`Rule::code`].
    pub code: &'static str,
    /// [`Rule::severity`].
    pub severity: Severity,
    /// In Indonesian.
    pub pesan: String,
    /// In English.
    pub message: String,
}

/// Whose problem it is: what every problem of one record shares.
#[derive(Debug, Clone, Default)]
pub struct Subject {
    /// The row in the drop.
    pub row: Option<u32>,
    /// The sender's identifier.
    pub id: Option<String>,
    /// The NIK as given; it is masked before it goes anywhere.
    pub nik: Option<String>,
}

impl Rule {
    /// A problem of this record. `detail` fills `{}` in both messages; it must hold no personal
    /// data beyond what the sender needs to find the cell.
    pub fn broken(&'static self, by: &Subject, field: &str, detail: &str) -> Problem {
        Problem {
            row: by.row,
            id: by.id.clone(),
            nik: by.nik.as_deref().map(mask_digits),
            field: field.to_owned(),
            code: self.code,
            severity: self.severity,
            pesan: self.pesan.replace("{}", detail),
            message: self.message.replace("{}", detail),
        }
    }

    /// A problem of the whole drop.
    pub fn broken_by_drop(&'static self, detail: &str) -> Problem {
        self.broken(&Subject::default(), "drop", detail)
    }
}
