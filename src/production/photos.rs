//! Prepared photos on disk, each named by its digest.

use std::collections::{BTreeMap, BTreeSet};
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
    kept: Mutex<Kept>,
}

/// What is not safe from a crash.
#[derive(Debug, Default)]
struct Kept {
    /// The photos that the next sync makes safe: each with the file that then gets its name, or
    /// under its name already.
    unsynced: BTreeMap<PathBuf, Option<PathBuf>>,
    /// Those whose sync failed. The system may read their bytes back and yet never write them, and
    /// may call another sync a success: only new files help.
    distrusted: BTreeSet<PathBuf>,
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
            kept: Mutex::default(),
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
    /// only [`PhotoStore::sync`] makes them safe from a crash and gives new ones their names, and
    /// the ledger must not name them before.
    pub fn keep(&self, sha256: &str, jpeg: &[u8]) -> io::Result<()> {
        let path = self.path(sha256);
        let stands = {
            let kept = self.kept();
            let written = kept.unsynced.get(&path).and_then(Clone::clone);
            (written.is_some() || !kept.distrusted.contains(&path)).then_some(written)
        };
        // A crash before the sync may have left a name without its bytes.
        let is_jpeg = |path: &Path| fs::read(path).is_ok_and(|kept| kept == jpeg);
        if let Some(file) = stands
            && is_jpeg(file.as_ref().unwrap_or(&path))
        {
            self.kept().unsynced.entry(path).or_insert(None);
            return Ok(());
        }
        let file = temporary(&path);
        write_to(&file, |file| file.write_all(jpeg))?;
        if let Some(Some(before)) = self.kept().unsynced.insert(path, Some(file)) {
            // Written twice at once, or a part of it was lost.
            let _ = fs::remove_file(before);
        }
        Ok(())
    }

    /// Makes the photos kept so far safe from a crash. Many at a time, because the file system
    /// then writes its journal once for all that wait; one after the other would take longer than
    /// preparing them.
    ///
    /// # Errors
    /// The disk's. The photos must then be kept again, and are written anew.
    pub fn sync(&self) -> io::Result<()> {
        let unsynced = std::mem::take(&mut self.kept().unsynced);
        let synced = self.sync_all(&unsynced);
        let mut kept = self.kept();
        for (path, file) in unsynced {
            if synced.is_ok() {
                kept.distrusted.remove(&path);
                continue;
            }
            if let Some(file) = file {
                // It is of no use any more; what failed is the error to tell.
                let _ = fs::remove_file(file);
            }
            kept.distrusted.insert(path);
        }
        synced
    }

    fn sync_all(&self, unsynced: &BTreeMap<PathBuf, Option<PathBuf>>) -> io::Result<()> {
        const AT_A_TIME: usize = 8;
        let files: Vec<(&PathBuf, &Option<PathBuf>)> = unsynced.iter().collect();
        let share = files.len().div_ceil(AT_A_TIME).max(1);
        std::thread::scope(|scope| {
            let sync = |files: &[(&PathBuf, &Option<PathBuf>)]| -> io::Result<()> {
                files.iter().try_for_each(|(path, file)| {
                    let Some(file) = file else {
                        return File::open(path)?.sync_all();
                    };
                    File::open(file)?.sync_all()?;
                    fs::rename(file, path)
                })
            };
            let at_work: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || sync(files)))
                .collect();
            let done = at_work.into_iter().map(|thread| match thread.join() {
                Ok(synced) => synced,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            done.collect::<io::Result<()>>()
        })?;
        File::open(&self.dir)?.sync_all()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Whether the folder itself is there, so that a photo that is not is really missing.
    pub fn is_there(&self) -> bool {
        self.dir.is_dir()
    }

    fn path(&self, sha256: &str) -> PathBuf {
        self.dir.join(format!("{sha256}.jpg"))
    }
}

/// Writes a file so that a crash leaves all of it under its name, or nothing, and syncs the
/// folder so that the name itself is safe.
pub fn write_new<T>(path: &Path, write: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    let temporary = temporary(path);
    let written = write_to(&temporary, |file| {
        let written = write(file)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        Ok(written)
    })?;
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

/// A name of its own for each that writes: two threads may write the same photo at once.
fn temporary(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_extension(format!("{number}.tmp"))
}

/// Writes all of a temporary file, or leaves none.
fn write_to<T>(temporary: &Path, write: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
    let written = write(&mut File::create(temporary)?);
    if written.is_err() {
        // Half of it is of no use and may be personal. Why it was not written is the error to tell.
        let _ = fs::remove_file(temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

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

    #[test]
    fn a_photo_whose_sync_failed_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let store = PhotoStore::open(folder.path().to_owned()).unwrap();
        let photo = folder.path().join("aa.jpg");
        let files = || {
            fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
        };
        store.keep("aa", b"one").unwrap();
        // Its bytes have no name before they are on the disk.
        assert!(!photo.exists() && files().count() == 1);
        fs::remove_file(files().next().unwrap()).unwrap();
        assert!(store.sync().is_err() && !photo.exists());
        store.keep("aa", b"one").unwrap();
        store.keep("aa", b"one").unwrap();
        store.sync().unwrap();
        assert_eq!(files().collect::<Vec<_>>(), std::slice::from_ref(&photo));

        let first = File::open(&photo).unwrap();
        let is_first = || {
            let inode = |file: &File| file.metadata().unwrap().ino();
            inode(&File::open(&photo).unwrap()) == inode(&first)
        };
        store.keep("aa", b"one").unwrap();
        store.sync().unwrap();
        assert!(is_first());
        store.keep("aa", b"one").unwrap();
        let away = folder.path().join("away");
        fs::rename(&photo, &away).unwrap();
        assert!(store.sync().is_err());
        fs::rename(&away, &photo).unwrap();
        // It reads as it should, and may yet never reach the disk.
        store.keep("aa", b"one").unwrap();
        store.sync().unwrap();
        assert!(!is_first());
        assert_eq!(fs::read(&photo).unwrap(), b"one");
    }
}
