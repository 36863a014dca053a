//! Taking a drop out of `incoming/`, so that a crash loses nothing and takes nothing twice.
//!
//! `work/<id>/claim.json` is written first and names everything that is to be taken. Then the drop
//! itself is renamed into `work/<id>/drop/`: from that moment it is claimed. Its companions (the
//! photos of a single record or a table, the done file) follow. A crash before that moment leaves
//! an intent that is thrown away, as the scan finds the drop again; a crash after it leaves
//! companions in `incoming/` that [`Store::unfinished`] fetches by the intent.
//!
//! Where `incoming/` is another file system, a rename inside it to a dotted name that carries the
//! id takes the place of that moment's rename: the scan no longer sees the drop, and the copy can
//! be begun again as often as needed. The original is removed after the copy was compared with it.
//!
//! An archive is unpacked into `work/<id>/unpacked/` when it is read first, and again after a
//! restart. The office's mappings are copied in beside it, so that a drop is read the same way until
//! it is disposed of, whatever is saved meanwhile.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::archive;
use super::paths::{Finder, extension};
use super::read::{Batch, Source};
use super::read_error::{ReadError, barred};
use super::tree::{self, Barred, Tree, io_of};
use super::{Folders, IntakeError, Limits, Mappings};
use crate::domain::rules::{self, Rule};

pub(super) const DECISION: &str = "out";
pub(super) const INTENT: &str = "claim.json";
pub(super) const DROP: &str = "drop";
pub(super) const MAPPINGS: &str = "mappings.toml";
pub(super) const UNPACKED: &str = "unpacked";
const UNPACKING: &str = "unpacked.tmp";
/// The marks of runs that read the drop. They need not outlast a power cut.
pub(super) const READING: [&str; 2] = ["reading", "reading-again"];

/// A drop that was taken out of `incoming/`.
///
/// `Debug` shows its id alone: senders like to make names of a child's name or NIK.
pub struct Claimed {
    pub(super) intent: Intent,
    pub(super) home: Tree,
    pub(super) folders: Folders,
    /// What is in `work/` stays as it is, so that names need to be searched for once only.
    finder: Mutex<Finder>,
}

impl std::fmt::Debug for Claimed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Claimed").field(&self.intent.id).finish()
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Intent {
    pub id: String,
    pub name: OsString,
    pub companions: Vec<PathBuf>,
}

/// A drop that is being read.
#[derive(Debug)]
pub struct Reading<'a> {
    drop: &'a Claimed,
    mark: &'static Path,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // One that stays makes this run count as one that died, which a later run makes good.
        if !std::thread::panicking()
            && let Err(error) = self.drop.home.remove_unsynced(self.mark)
        {
            tracing::warn!(drop = self.drop.id(), "the mark of reading stays: {error}");
        }
    }
}

/// Why a photo of a drop cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The sender's fault, and the rule that says so.
    #[error("the photo is refused by the rule `{}`", .0.code)]
    Rule(&'static Rule),
    /// The station's own fault; the drop is to be tried again.
    #[error("the photo cannot be read now; check the disk, it is tried again")]
    Io(#[source] io::Error),
}

impl Claimed {
    /// What the drop is called inside the station: unique, sorts by time, safe in file names and
    /// log lines.
    pub fn id(&self) -> &str {
        &self.intent.id
    }

    /// The sender's name of the drop, unprintable characters replaced. May hold personal data.
    pub fn name(&self) -> String {
        shown(&self.intent.name)
    }

    /// Marks the drop as being read, until what is returned is dropped. A mark that is left says
    /// that the station died meanwhile; a drop with two of them is read no more, since it would
    /// end the next start, too.
    ///
    /// # Errors
    /// [`ReadError::Refused`] by [`rules::DROP_STOPS`]; [`ReadError::Io`].
    pub fn reading(&self) -> Result<Reading<'_>, ReadError> {
        let mut marks = READING.into_iter().map(Path::new);
        let mark = marks
            .find(|mark| !self.home.has(mark))
            .ok_or_else(|| ReadError::refused(&rules::DROP_STOPS, ""))?;
        self.home.create(mark).map_err(ReadError::Io)?;
        Ok(Reading { drop: self, mark })
    }

    /// Reads the records and checks what belongs to the whole drop.
    ///
    /// # Errors
    /// [`ReadError::Refused`] when the sender must mend the drop; [`ReadError::Io`] when the
    /// station failed and the drop is to be read again later.
    pub fn read(&self, limits: &Limits) -> Result<Batch, ReadError> {
        self.source(limits)?.batch(limits)
    }

    /// Reads the photo that a record of this drop calls `path`.
    ///
    /// # Errors
    /// [`PhotoError::Rule`] when the path leaves the drop or names no regular file of allowed size.
    pub fn photo(&self, path: &str, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
        let base = self.base().map_err(PhotoError::Io)?;
        // A finder whose holder panicked has at most forgotten a folder.
        let mut finder = self.finder.lock().unwrap_or_else(PoisonError::into_inner);
        let found = finder.find(&base, Path::new(path));
        drop(finder);
        read_photo(&base, found, limits)
    }

    pub(super) fn source(&self, limits: &Limits) -> Result<Source, ReadError> {
        let holder = self.home.folder(Path::new(DROP)).map_err(io_of);
        let holder = holder.map_err(ReadError::Io)?;
        let mappings = self.mappings().map_err(ReadError::Io)?;
        let name = Path::new(&self.intent.name);
        let kind = holder.meta(name).map_err(|error| barred(error, ""))?.kind;
        if kind == tree::Kind::File && extension(name) == "zip" {
            self.unpack(&holder, limits)?;
            return Source::find(&self.home, UNPACKED.as_ref(), limits, &mappings);
        }
        Source::find(&holder, &self.intent.name, limits, &mappings)
    }

    /// Unpacks an archive, once a run.
    fn unpack(&self, holder: &Tree, limits: &Limits) -> Result<(), ReadError> {
        let (unpacked, draft) = (Path::new(UNPACKED), Path::new(UNPACKING));
        if self.home.has(unpacked) {
            return Ok(());
        }
        let archive = archive::open(holder, Path::new(&self.intent.name), limits)?;
        self.home.remove_all(draft).map_err(ReadError::Io)?;
        self.home.make_folders(draft).map_err(ReadError::Io)?;
        let folder = self.home.folder(draft).map_err(io_of);
        archive.unpack(&folder.map_err(ReadError::Io)?)?;
        let moved = self.home.rename(draft, &self.home, unpacked);
        moved.map_err(ReadError::Io)
    }

    /// The mappings as they were when the drop was claimed.
    fn mappings(&self) -> io::Result<Mappings> {
        let path = Path::new(MAPPINGS);
        let bytes = match self.home.read(path, u64::MAX) {
            Err(Barred::Missing) => return Ok(Mappings::default()),
            read => read.map_err(io_of)?,
        };
        let text = std::str::from_utf8(&bytes).map_err(io::Error::other)?;
        Mappings::parse(&self.folders.mappings, text).map_err(io::Error::other)
    }

    /// The folder that the sender's paths are relative to.
    pub(super) fn base(&self) -> io::Result<Tree> {
        if let Ok(unpacked) = self.home.folder(Path::new(UNPACKED)) {
            return Ok(unpacked);
        }
        let holder = self.home.folder(Path::new(DROP)).map_err(io_of)?;
        match holder.folder(Path::new(&self.intent.name)) {
            Ok(batch) => Ok(batch),
            Err(Barred::Special) => Ok(holder),
            Err(error) => Err(io_of(error)),
        }
    }
}

/// Reads a photo that was found, or says which rule it breaks.
pub(super) fn read_photo(
    base: &Tree,
    found: Result<PathBuf, Barred>,
    limits: &Limits,
) -> Result<Vec<u8>, PhotoError> {
    let read = found.and_then(|path| base.read(&path, limits.photo_bytes));
    read.map_err(|error| {
        PhotoError::Rule(match error {
            Barred::Outside => &rules::PHOTO_OUTSIDE,
            Barred::Missing => &rules::PHOTO_MISSING,
            Barred::Special => &rules::PHOTO_NOT_REGULAR,
            Barred::TooLarge => &rules::PHOTO_LIMITS,
            // Trying again changes nothing: the rights are the sender's.
            Barred::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                &rules::PHOTO_DENIED
            }
            Barred::Io(error) => return PhotoError::Io(error),
        })
    })
}

/// The folders of the station that drops move through.
pub(super) struct Store {
    pub folders: Folders,
    pub incoming: Tree,
    work: Tree,
}

impl Store {
    pub fn open(folders: Folders) -> io::Result<Self> {
        for folder in [
            &folders.incoming,
            &folders.work,
            &folders.accepted,
            &folders.rejected,
        ] {
            std::fs::create_dir_all(folder)?;
        }
        Ok(Self {
            incoming: Tree::open(&folders.incoming)?,
            work: Tree::open(&folders.work)?,
            folders,
        })
    }

    /// Takes a drop and its companions.
    pub fn claim(&self, name: &OsStr, companions: &[PathBuf]) -> Result<Claimed, IntakeError> {
        let id = new_id().map_err(|source| IntakeError::Claim {
            id: "-".to_owned(),
            source,
        })?;
        let intent = Intent {
            id: id.clone(),
            name: name.to_owned(),
            companions: companions.to_vec(),
        };
        let claim = || {
            let home = self.announce(&intent)?;
            match self.fetch(&intent, &home, Path::new(name), 0) {
                Ok(()) => {}
                Err(error) => {
                    if !self.is_taken(&intent, &home) {
                        self.forget(&intent.id, &home)?;
                    }
                    return Err(error);
                }
            }
            self.fetch_companions(&intent, &home)?;
            Ok(self.claimed(intent.clone(), home))
        };
        claim().map_err(|source| IntakeError::Claim { id, source })
    }

    /// What an earlier run left in `work/`: claims are completed, disposals are finished, and
    /// what is still to be read is given back, oldest first. One that cannot be taken up stops no
    /// other: it stays in `work/` for the next start, and the log says so.
    pub fn unfinished(&self) -> Result<Vec<Claimed>, IntakeError> {
        let resume = |source| IntakeError::Resume { source };
        let mut open = Vec::new();
        for (name, meta) in self.work.list(usize::MAX).map_err(resume)? {
            let Some(id) = name.to_str().filter(|_| meta.kind == tree::Kind::Folder) else {
                continue;
            };
            match self.resume(id).map_err(resume) {
                Ok(resumed) => open.extend(resumed),
                Err(error) => left_behind(id, &error),
            }
        }
        let mut waiting = Vec::new();
        for claimed in open {
            if !claimed.is_decided() {
                waiting.push(claimed);
            } else if let Err(error) = claimed.finish() {
                left_behind(claimed.id(), &error);
            }
        }
        Ok(waiting)
    }

    fn resume(&self, id: &str) -> io::Result<Option<Claimed>> {
        let home = self.work.folder(Path::new(id)).map_err(io_of)?;
        let Ok(bytes) = home.read(Path::new(INTENT), u64::MAX) else {
            // The intent is the first thing written and the last removed.
            self.forget(id, &home)?;
            return Ok(None);
        };
        let intent: Intent = serde_json::from_slice(&bytes)?;
        if home.has(Path::new(DECISION)) {
            return Ok(Some(self.claimed(intent, home)));
        }
        if !self.is_taken(&intent, &home) {
            self.forget(id, &home)?;
            return Ok(None);
        }
        let name = PathBuf::from(&intent.name);
        self.fetch(&intent, &home, &name, 0)?;
        self.fetch_companions(&intent, &home)?;
        // What was unpacked is not synced file by file, and a power cut may have emptied it.
        home.remove_all(Path::new(UNPACKED))?;
        Ok(Some(self.claimed(intent, home)))
    }

    fn claimed(&self, intent: Intent, home: Tree) -> Claimed {
        Claimed {
            intent,
            home,
            folders: self.folders.clone(),
            finder: Mutex::default(),
        }
    }

    fn announce(&self, intent: &Intent) -> io::Result<Tree> {
        let id = Path::new(&intent.id);
        self.work.make_folders(&id.join(DROP))?;
        let home = self.work.folder(id).map_err(io_of)?;
        match std::fs::read(&self.folders.mappings) {
            Ok(bytes) => tree::write_whole(&home, MAPPINGS, &bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        tree::write_whole(&home, INTENT, &serde_json::to_vec(intent)?)?;
        Ok(home)
    }

    /// Whether the drop itself has left the scan's sight.
    fn is_taken(&self, intent: &Intent, home: &Tree) -> bool {
        home.has(&Path::new(DROP).join(&intent.name)) || self.incoming.has(&aside(&intent.id, 0))
    }

    fn fetch_companions(&self, intent: &Intent, home: &Tree) -> io::Result<()> {
        let mut touched = BTreeSet::new();
        for (index, path) in intent.companions.iter().enumerate() {
            match self.fetch(intent, home, path, index + 1) {
                // Taken by another drop or by the sender: the record will say its photo is missing.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) if stays(&error) => self.copy_companion(home, path)?,
                other => other?,
            }
            touched.extend(path.parent());
        }
        // Once a folder and not once a photo: the intent brings back what a power cut undoes.
        for folder in touched {
            for (tree, folder) in [
                (home, &*Path::new(DROP).join(folder)),
                (&self.incoming, folder),
            ] {
                if let Ok(folder) = tree.folder(folder) {
                    folder.sync()?;
                }
            }
        }
        Ok(())
    }

    /// Moves one path of `incoming/` into the claim; done again, it completes what is half done.
    fn fetch(&self, intent: &Intent, home: &Tree, path: &Path, index: usize) -> io::Result<()> {
        let target = Path::new(DROP).join(path);
        let aside = aside(&intent.id, index);
        if home.has(&target) {
            return self.incoming.remove_all(&aside);
        }
        if let Some(above) = target.parent() {
            home.make_folders(above)?;
        }
        if !self.incoming.has(&aside) {
            let moved = match index {
                0 => self.incoming.rename(path, home, &target),
                _ => self.incoming.rename_unsynced(path, home, &target),
            };
            match moved {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    self.incoming.rename(path, &self.incoming, &aside)?;
                }
                other => return other,
            }
        }
        self.bring(home, &aside, &target)
    }

    /// Copies what was set aside in `incoming/`, and removes it there.
    fn bring(&self, home: &Tree, aside: &Path, target: &Path) -> io::Result<()> {
        self.copy_in(aside, home, target)?;
        self.incoming.remove_all(aside)
    }

    /// Takes a copy of a companion whose folder lets nothing be moved out of it.
    fn copy_companion(&self, home: &Tree, path: &Path) -> io::Result<()> {
        match self.copy_in(path, home, &Path::new(DROP).join(path)) {
            // The record will say that its photo is missing.
            Err(error) if stays(&error) || error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// Copies a path of `incoming/`, so that all of it stands in the claim or nothing.
    fn copy_in(&self, path: &Path, home: &Tree, target: &Path) -> io::Result<()> {
        let copy = Path::new("copy.tmp");
        home.remove_all(copy)?;
        tree::copy(&self.incoming, path, home, copy)?;
        home.sync()?;
        home.rename(copy, home, target)
    }

    /// Removes the folder of a claim that took nothing.
    fn forget(&self, id: &str, home: &Tree) -> io::Result<()> {
        home.remove_empty(Path::new(DROP))?;
        for file in [INTENT, "claim.json.tmp", MAPPINGS, "mappings.toml.tmp"] {
            home.remove_file(Path::new(file))?;
        }
        home.remove_all(Path::new("copy.tmp"))?;
        self.work.remove_empty(Path::new(id))
    }
}

fn left_behind(id: &str, error: &IntakeError) {
    let cause = std::error::Error::source(error).map(ToString::to_string);
    tracing::error!(
        drop = id,
        cause,
        "a drop of an earlier run stays in `work/` until the next start: {error}"
    );
}

/// Whether a path stays where it is, whoever tries again: its folder is the sender's alone, or a
/// mount of its own.
fn stays(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::CrossesDevices
    )
}

/// The name under which a path waits in `incoming/` for its copy; scans pass over dotted names.
fn aside(id: &str, index: usize) -> PathBuf {
    PathBuf::from(format!(".{id}.{index}.claimed"))
}

/// Sorts by time; the random end keeps two drops of one millisecond apart.
pub(super) fn new_id() -> io::Result<String> {
    let mut random = [0; 4];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%3f");
    Ok(format!("{now}-{:08x}", u32::from_be_bytes(random)))
}

/// A name for people and for folders of the station: valid UTF-8 on one line, and short enough
/// that a number may be added.
pub(super) fn shown(name: &OsStr) -> String {
    let text = name.to_string_lossy();
    let clean = text.chars().map(|c| {
        if c.is_control() || c == '\u{fffd}' {
            '_'
        } else {
            c
        }
    });
    let mut out = String::new();
    for c in clean {
        if out.len() + c.len_utf8() > 200 {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests;
