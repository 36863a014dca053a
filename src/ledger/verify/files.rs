//! The PDFs and photos beside the database.

use std::path::Path;

use rusqlite::Connection;

use super::report::{FileFault, Finding, Report};
use crate::ledger::error::Result;
use crate::ledger::key::{file_digest, is_digest};

/// Compares every PDF with its size and hash in the ledger; one that was purged must be gone.
pub(super) fn check_lots(db: &Connection, folder: &Path, report: &mut Report) -> Result<()> {
    let mut query = db.prepare(
        "SELECT pdf, bytes, sha256, purged_lots.lot NOTNULL
         FROM lots LEFT JOIN purged_lots USING (lot) ORDER BY lots.lot",
    )?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let (bytes, sha256): (i64, String) = (row.get(1)?, row.get(2)?);
        let path = folder.join(&name);
        if row.get(3)? {
            report.purged += 1;
            if path.exists() {
                let fault = FileFault::NotPurged;
                report.add(Finding::File { name, fault });
            }
            continue;
        }
        report.lots += 1;
        let fault = match file_digest(&path) {
            Err(_) => FileFault::Missing,
            Ok((size, _)) if size != bytes.cast_unsigned() => FileFault::Size,
            Ok((_, digest)) if digest != sha256 => FileFault::Content,
            Ok(_) => continue,
        };
        report.add(Finding::File { name, fault });
    }
    Ok(())
}

/// Compares every photo that the ledger names with the hash that is its name.
pub(super) fn check_photos(db: &Connection, folder: &Path, report: &mut Report) -> Result<()> {
    // The unnamed ones are photos whose card was never accepted: nobody's business here.
    let mut query =
        db.prepare("SELECT DISTINCT photo FROM persons WHERE photo NOTNULL ORDER BY photo")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let photo: String = row.get(0)?;
        // A name that is no digest was found with the personal data, and may be a path.
        if !is_digest(&photo) {
            continue;
        }
        report.photos += 1;
        let name = format!("{photo}.jpg");
        let fault = match file_digest(&folder.join(&name)) {
            Err(_) => FileFault::Missing,
            Ok((_, digest)) if digest != photo => FileFault::Content,
            Ok(_) => continue,
        };
        report.add(Finding::File { name, fault });
    }
    Ok(())
}
