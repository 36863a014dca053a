//! Verifying: whether the ledger and its files are what the log says.
//!
//! Everything is read once, row by row, and compared with what it must be: the log with its own
//! hashes, the projections with those rebuilt from the log, the personal table and the queue with
//! the keyed hashes in the log, PDFs and papers with the log, photos with their names. Memory does not
//! grow with the ledger.
//!
//! Each change shows only if the chain is whole; who changes an event and rewrites all hashes
//! after it makes a chain that is whole and differs from the old one in its last hash, and so
//! [`against`] a checkpoint that was kept elsewhere.

mod checkpoints;
mod files;
mod log;
mod persons;
mod report;
mod tables;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use checkpoints::against;
pub use report::{CheckpointFault, EventFault, FileFault, Finding, ObjectFault, Report};

use super::error::{Error, Result};
use super::reader::Reader;
use super::schema;

/// The folders of the files that the ledger names.
#[derive(Debug, Clone)]
pub struct Files {
    pub lots: PathBuf,
    /// The photos. A photo's file is its SHA-256 in lower-case hexadecimal digits with the ending
    /// `.jpg`.
    pub photos: PathBuf,
    /// The scans of signed papers, in a folder of each pack's.
    pub handover: PathBuf,
}

/// One part of verifying: it adds what it finds.
type Step<'a> = dyn Fn(&mut Report) -> Result<()> + 'a;

/// Verifies the ledger and the files in these folders.
///
/// The ledger is held at one state meanwhile; others may write on.
///
/// # Errors
/// Only when it cannot be verified at all, for example for want of space for temporary files.
/// Whatever is wrong in the ledger is a finding.
pub fn verify(ledger: &Reader, files: &Files) -> Result<Report> {
    ledger.snapshot(|ledger| {
        let mut report = Report::default();
        let rebuilt = schema::scratch()?;
        let steps: [&Step<'_>; 7] = [
            &|report| tables::check_database(&ledger.db, report),
            &|report| tables::compare_schema(&ledger.db, &rebuilt, report),
            &|report| log::check(ledger, &rebuilt, report),
            &|report| persons::check(ledger, report),
            &|report| files::check_lots(&ledger.db, &files.lots, report),
            &|report| files::check_photos(&ledger.db, &files.photos, report),
            &|report| files::check_papers(&ledger.db, &files.handover, report),
        ];
        for step in steps {
            match step(&mut report) {
                // A table that is gone or a page that is broken stops one step, not the rest.
                Err(Error::Database(error)) => {
                    report.add(Finding::Unreadable(error.to_string()));
                }
                done => done?,
            }
        }
        Ok(report)
    })
}
