//! The checkpoints as files, to be copied away from the station.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use crate::config::Paths;
use crate::ledger::Reader;
use crate::production::StationError;
use crate::production::photos::write_new;

/// Writes every checkpoint of the log that has no file in `checkpoints/` yet, and returns their
/// paths. A file that is there is never written over: `ledger verify` holds it against the log.
///
/// # Errors
/// [`StationError::Ledger`], [`StationError::File`].
pub fn keep_checkpoints(paths: &Paths, ledger: &Reader) -> Result<Vec<PathBuf>, StationError> {
    let dir = paths.checkpoints();
    let failed = |source| StationError::File {
        what: "`checkpoints/` cannot be written",
        source,
    };
    fs::create_dir_all(&dir).map_err(failed)?;
    let mut written = Vec::new();
    for kept in ledger.checkpoints(None)? {
        let path = dir.join(kept.file_name());
        if !path.exists() {
            let text = kept.checkpoint.text() + "\n";
            write_new(&path, |file| file.write_all(text.as_bytes())).map_err(failed)?;
            written.push(path);
        }
    }
    Ok(written)
}
