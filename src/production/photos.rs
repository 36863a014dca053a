//! Prepared photos on disk, each named by its digest.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::domain::hex::hex;
use crate::production::StationError;

/// The folder of prepared photos.
#[derive(Debug)]
pub struct PhotoStore {
    dir: PathBuf,
    /// The photos that a crash might still take.
    unsynced: Mutex<Vec<PathBuf>>,
}

impl PhotoStore {
    /// Opens the folder, and makes it if it is missing.
    pub fn open(dir: PathBuf) -> Result<Self, StationError> {
        fs::create_dir_all(&dir).map_err(|source| StationError::File {
            what: "`photos/` cannot be made",
            source,
        })?;
        Ok(Self {
            dir,
            unsynced: Mutex::default(),
        })
    }

    /// Removes what a crash left half written. Only for who holds the station's lock, before
    /// anything is written: what another has in hand looks the same.
    pub fn sweep(&self) -> Result<(), StationError> {
        let sweep = || {
            for entry in fs::read_dir(&self.dir)? {
                let path = entry?.path();
                if path.extension().is_some_and(|end| end == "tmp") {
                    fs::remove_file(path)?;
                }
            }
            Ok(())
        };
        sweep().map_err(|source| StationError::File {
            what: "`photos/` cannot be tidied",
            source,
        })
    }

    /// Keeps a prepared JPEG; the same one again costs next to nothing. Many may be kept at once;
    /// only [`PhotoStore::sync`] makes them safe from a crash, and the ledger must not name them
    /// before.
    pub fn keep(&self, sha256: &str, jpeg: &[u8]) -> io::Result<()> {
        let path = self.path(sha256);
        // A crash before the sync may have left the name without its bytes.
        if !fs::read(&path).is_ok_and(|kept| kept == jpeg) {
            write_whole(&path, Sync::Later, |file| file.write_all(jpeg))?;
        }
        self.unsynced().push(path);
        Ok(())
    }

    /// Makes the photos kept so far safe from a crash. Many at a time, because the file system
    /// then writes its journal once for all that wait; one after the other would take longer than
    /// preparing them.
    pub fn sync(&self) -> io::Result<()> {
        const AT_A_TIME: usize = 8;
        let kept = std::mem::take(&mut *self.unsynced());
        let share = kept.len().div_ceil(AT_A_TIME).max(1);
        std::thread::scope(|scope| {
            let sync = |paths: &[PathBuf]| -> io::Result<()> {
                let mut each = paths.iter();
                each.try_for_each(|path| File::open(path)?.sync_all())
            };
            let at_work: Vec<_> = kept
                .chunks(share)
                .map(|paths| scope.spawn(move || sync(paths)))
                .collect();
            let done = at_work.into_iter().map(|thread| match thread.join() {
                Ok(synced) => synced,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            done.collect::<io::Result<()>>()
        })?;
        File::open(&self.dir)?.sync_all()
    }

    fn unsynced(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.unsynced.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads a photo back and checks that it is still what it was.
    pub fn read(&self, sha256: &str) -> io::Result<Vec<u8>> {
        let jpeg = fs::read(self.path(sha256))?;
        if hex(&Sha256::digest(&jpeg)) == sha256 {
            Ok(jpeg)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the photo's bytes have changed",
            ))
        }
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.dir.join(format!("{sha256}.jpg"))
    }
}

/// Writes a file so that a crash leaves all of it under its name, or nothing, and syncs the
/// folder so that the name itself is safe.
pub fn write_new<T>(path: &Path, write: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    let written = write_whole(path, Sync::Now, write)?;
    sync_folder_of(path)?;
    Ok(written)
}

/// Makes the names in a file's folder safe from a crash.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    File::open(dir.unwrap_or(Path::new(".")))?.sync_all()
}

/// Gives a file another name in the same folder, safe from a crash.
pub fn rename_synced(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// When the bytes of a file are made safe.
#[derive(PartialEq)]
enum Sync {
    Now,
    Later,
}

/// A temporary name, sync, rename.
fn write_whole<T>(
    path: &Path,
    sync: Sync,
    write: impl FnOnce(&mut File) -> io::Result<T>,
) -> io::Result<T> {
    // Two threads may write the same photo at once: each has a temporary file of its own.
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{number}.tmp"));
    let mut file = File::create(&temporary)?;
    let written = (|| {
        let written = write(&mut file)?;
        if sync == Sync::Now {
            file.sync_all()?;
        }
        fs::rename(&temporary, path)?;
        Ok(written)
    })();
    if written.is_err() {
        // Half of it is of no use and may be personal. Why it was not written is the error to tell.
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_opens_the_photos_leaves_what_another_is_writing() {
        let folder = tempfile::tempdir().unwrap();
        let in_hand = folder.path().join("aa.3.tmp");
        fs::write(&in_hand, "half").unwrap();
        let store = PhotoStore::open(folder.path().to_owned()).unwrap();
        assert!(in_hand.exists());
        store.sweep().unwrap();
        assert!(!in_hand.exists());
    }
}
