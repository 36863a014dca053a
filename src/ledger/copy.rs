//! A copy of the ledger at one state, made while others write on.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::{Error, Result};
use super::reader::Reader;
use super::signing::SIGNING_KEY;
use super::{DATABASE, KEY, Ledger};

/// The files of a ledger's folder that a backup takes. Without the keys no NIK can be looked up
/// and nothing is signed.
pub const LEDGER_FILES: [&str; 3] = [DATABASE, KEY, SIGNING_KEY];

impl Reader {
    /// Copies the ledger, as it is at this moment, into the empty folder `dir`, and opens the copy.
    /// `from` is the folder of this ledger.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Output`] when the disk fails; whatever the copy cannot be opened
    /// for.
    pub fn copy_to(&self, from: &Path, dir: &Path) -> Result<Self> {
        let path = dir.join(DATABASE);
        // SQLite takes an empty file, and with it the mode that keeps others out.
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(Error::Output)?;
        let to = path.to_str().ok_or_else(|| Error::File {
            path: path.clone(),
            source: std::io::ErrorKind::InvalidFilename.into(),
        })?;
        self.db.execute("VACUUM INTO ?", [to])?;
        self.key.copy_to(&dir.join(KEY))?;
        match fs::copy(from.join(SIGNING_KEY), dir.join(SIGNING_KEY)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::Output(error));
            }
            _ => {}
        }
        Ledger::open_read_only(dir)
    }
}

impl Ledger {
    /// Empties the write-ahead log, so that what was erased lies in no file any more. A reader that
    /// is at work may hold it up; then it is emptied when the next one asks.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub fn empty_log(&self) -> Result<()> {
        let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.reader.db.query_row(truncate, [], |_| Ok(()))?;
        Ok(())
    }
}
