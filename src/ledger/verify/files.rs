//! The PDFs, photos and attached papers beside the database.

use std::path::Path;

use rusqlite::Connection;

use super::report::{FileFault, Finding, Report};
use crate::ledger::columns::pack_id;
use crate::ledger::error::Result;
use crate::ledger::key::{file_digest, is_digest};
use crate::ledger::lots::write::UNNAMED;

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
        let mut path = folder.join(&name);
        if row.get(3)? {
            report.purged += 1;
            if path.exists() {
                let fault = FileFault::NotPurged;
                report.add(Finding::File { name, fault });
            }
            continue;
        }
        report.lots += 1;
        if !path.exists() {
            // It gets its name right after the ledger has it.
            path = folder.join(format!("{name}{UNNAMED}"));
        }
        let bytes = Some(bytes.cast_unsigned());
        report.compare(&path, name, bytes, &sha256);
    }
    Ok(())
}

/// Compares every attached paper with its size and hash in the ledger. They lie in a folder of
/// their pack's.
pub(super) fn check_papers(db: &Connection, folder: &Path, report: &mut Report) -> Result<()> {
    let mut query =
        db.prepare("SELECT pack, name, bytes, sha256 FROM pack_files ORDER BY pack, sha256")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let pack = pack_id(row.get(0)?);
        let name = format!("{pack}/{}", row.get::<_, String>(1)?);
        let (bytes, sha256): (i64, String) = (row.get(2)?, row.get(3)?);
        report.papers += 1;
        let path = folder.join(&name);
        report.compare(&path, name, Some(bytes.cast_unsigned()), &sha256);
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
        report.compare(&folder.join(&name), name, None, &photo);
    }
    Ok(())
}

impl Report {
    /// Compares a file with the size, where it is known, and the hash that it must have.
    fn compare(&mut self, path: &Path, name: String, bytes: Option<u64>, sha256: &str) {
        let fault = match file_digest(path) {
            Err(_) => FileFault::Missing,
            Ok((size, _)) if bytes.is_some_and(|bytes| bytes != size) => FileFault::Size,
            Ok((_, digest)) if digest != sha256 => FileFault::Content,
            Ok(_) => return,
        };
        self.add(Finding::File { name, fault });
    }
}
