//! The scan of `incoming/`: what is complete, what waits and for what.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::claim::{Claimed, Store, shown};
use super::form::is_records;
use super::manifest::{self, Manifest};
use super::paths::{Finder, extension};
use super::read::{Source, photo_of};
use super::read_error::ReadError;
use super::settle::{Settle, is_ignored};
use super::tree::{Kind, Meta, Overrun, Tree};
use super::{Folders, IntakeError, Mappings, Settings, archive, writers};
use crate::domain::rules::{self, Problem};

/// A complete drop, to be claimed.
#[derive(Clone, PartialEq, Eq)]
pub struct Ready {
    name: OsString,
    /// Its photos and done file, relative to `incoming/`.
    companions: Vec<PathBuf>,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready")
            .field("companions", &self.companions.len())
            .finish_non_exhaustive()
    }
}

/// Something in `incoming/` that is not taken yet.
#[derive(Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The name, unprintable characters replaced. May hold personal data.
    pub name: String,
    /// What it waits for.
    pub why: Why,
    /// When it was last changed, by its file's time; absent when that makes no sense.
    pub changed: Option<jiff::Timestamp>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting")
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

/// What a name in `incoming/` waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// For the settle time: it was changed a moment ago.
    Settling,
    /// For its rest: it does not parse whole or lacks what its manifest lists.
    NotWhole,
    /// For a photo that its record names.
    Photo,
    /// A picture, or a folder of nothing but pictures, for the record that names it. Never taken
    /// and never deleted; after a day a person should look.
    Record,
    /// A done file, for the drop that it declares complete.
    Drop,
    /// An empty folder, for its content.
    Content,
    /// For permission: the station may not read it.
    Permission,
}

/// What reading a drop where it stands has told.
enum Facts {
    /// The records parse whole; the photos they name.
    Whole(Vec<String>),
    /// They do not, or some could not be read; the photos named by those that could.
    Broken(Vec<String>),
}

/// `incoming/` and the way out of it.
pub struct Inbox {
    store: Store,
    settings: Settings,
    drops: Settle<Facts>,
    photos: Settle<()>,
    /// Whether the manifest of a folder that looks like this holds.
    manifests: Settle<bool>,
    /// Finds the photos that stand in `incoming/` itself, for one scan.
    loose: Finder,
    /// What is open for writing, for one scan.
    written: OnceLock<Vec<PathBuf>>,
    waiting: Vec<Waiting>,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inbox")
            .field("settings", &self.settings)
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

/// One look at `incoming/`.
struct Look<'a> {
    now: Instant,
    names: BTreeMap<&'a OsStr, Meta>,
    /// Folders that are a batch: their pictures belong to them alone.
    batches: BTreeSet<&'a OsStr>,
}

impl Look<'_> {
    fn is_file(&self, name: &OsStr) -> bool {
        self.names
            .get(name)
            .is_some_and(|meta| meta.kind == Kind::File)
    }

    /// Whether a single record or a table may take this file along: a picture, and none that
    /// belongs to a batch.
    fn lends(&self, photo: &Path, meta: Meta) -> bool {
        let top = photo.iter().next();
        let in_batch = top.is_some_and(|top| self.batches.contains(top));
        meta.kind == Kind::File && is_picture(photo) && !in_batch
    }
}

impl Inbox {
    /// Opens the folders, and makes those that are missing.
    ///
    /// # Errors
    /// [`IntakeError::Open`].
    pub fn new(folders: Folders, settings: Settings) -> Result<Self, IntakeError> {
        let open = |source| IntakeError::Open { source };
        let store = Store::open(folders).map_err(open)?;
        Ok(Self {
            store,
            settings,
            drops: Settle::default(),
            photos: Settle::default(),
            manifests: Settle::default(),
            loose: Finder::default(),
            written: OnceLock::new(),
            waiting: Vec::new(),
        })
    }

    /// Looks at everything in `incoming/` and gives what is complete, in the order of names.
    ///
    /// `arrived_whole` are the names of [`super::Wake`] since the last scan. What cannot be read
    /// is left and listed by [`Inbox::waiting`]; it stops nothing else.
    ///
    /// # Errors
    /// [`IntakeError::Scan`] when `incoming/` itself cannot be listed.
    pub fn scan(
        &mut self,
        now: Instant,
        arrived_whole: &BTreeSet<OsString>,
    ) -> Result<Vec<Ready>, IntakeError> {
        let failed = |source| IntakeError::Scan { source };
        // A share that was mounted again is another folder under the old name.
        self.store.incoming = Tree::open(&self.store.folders.incoming).map_err(failed)?;
        let listed = self.store.incoming.list(usize::MAX).map_err(failed)?;
        let look = Look {
            now,
            names: listed
                .iter()
                .filter(|(name, _)| !is_ignored(name))
                .map(|(name, meta)| (name.as_os_str(), *meta))
                .collect(),
            batches: listed
                .iter()
                .filter(|(name, meta)| meta.kind == Kind::Folder && self.is_batch(name))
                .map(|(name, _)| name.as_os_str())
                .collect(),
        };
        let mut ready = Vec::new();
        self.waiting.clear();
        self.loose = Finder::default();
        self.written = OnceLock::new();
        for (name, meta) in &look.names {
            match self.judge(&look, name, *meta, arrived_whole.contains(*name)) {
                Ok(companions) => ready.push(Ready {
                    name: (*name).to_owned(),
                    companions,
                }),
                Err(why) => self.waiting.push(Waiting {
                    name: shown(name),
                    why,
                    changed: jiff::Timestamp::from_nanosecond(meta.changed).ok(),
                }),
            }
        }
        self.drops.end_scan();
        self.photos.end_scan();
        self.manifests.end_scan();
        let taken: BTreeSet<&Path> = ready
            .iter()
            .flat_map(|drop| drop.companions.iter().map(PathBuf::as_path))
            .collect();
        let shown: BTreeSet<String> = taken.iter().map(|path| shown(path.as_os_str())).collect();
        self.waiting
            .retain(|waiting| !shown.contains(&waiting.name));
        Ok(ready)
    }

    /// Changes how long a drop may stand still without being whole before it is taken as it is.
    pub fn give_up_after(&mut self, rest: std::time::Duration) {
        self.settings.give_up = rest;
    }

    /// What the last scan left in `incoming/`, and why.
    pub fn waiting(&self) -> &[Waiting] {
        &self.waiting
    }

    /// Takes a complete drop out of `incoming/`.
    ///
    /// # Errors
    /// [`IntakeError::Claim`]: the drop is still in `incoming/`, or its claim is completed by
    /// [`Inbox::unfinished`] at the next start.
    pub fn claim(&self, ready: &Ready) -> Result<Claimed, IntakeError> {
        self.store.claim(&ready.name, &ready.companions)
    }

    /// What an earlier run left in `work/`, oldest first: to be called once, before the first
    /// claim. Half claims are completed; disposals that were begun are finished and not listed. One
    /// that cannot be stays in `work/` for the next start, and the log says so.
    ///
    /// # Errors
    /// [`IntakeError::Resume`] when `work/` itself cannot be listed.
    pub fn unfinished(&self) -> Result<Vec<Claimed>, IntakeError> {
        self.store.unfinished()
    }

    /// The companions of a drop that is complete, or what it waits for.
    fn judge(
        &mut self,
        look: &Look<'_>,
        name: &OsStr,
        meta: Meta,
        arrived_whole: bool,
    ) -> Result<Vec<PathBuf>, Why> {
        let path = Path::new(name);
        let below = match meta.kind {
            // Nothing of it is opened; a rename takes it away.
            Kind::Special => return Ok(Vec::new()),
            Kind::File => Ok(Vec::new()),
            Kind::Folder => self
                .store
                .incoming
                .folder(path)
                .map_err(|_| Why::Permission)?
                .walk(&self.settings.limits),
        };
        let signature = signature(meta, &below);
        let standing = self.drops.see(name, signature, look.now);
        standing.arrived_whole |= arrived_whole;
        let (says_whole, still) = (standing.arrived_whole, standing.still(look.now));
        let waited = |limit: Duration, why| match still >= limit {
            true => Ok(Vec::new()),
            false => Err(if still < self.settings.settle {
                Why::Settling
            } else {
                why
            }),
        };
        let done = done_file(look, path, meta.kind);
        match (meta.kind, below) {
            (Kind::Folder, Ok(below)) => {
                if let Some(why) = waits_for_ever(&below) {
                    for (photo, meta) in below.iter().filter(|(path, _)| is_picture(path)) {
                        self.see_photo(look, &path.join(photo), *meta);
                    }
                    return Err(why);
                }
                let inner = |wanted: &str| below.iter().any(|(path, _)| path == Path::new(wanted));
                if says_whole || done.is_some() || inner(".done") {
                    return Ok(done.into_iter().collect());
                }
                if inner(manifest::NAME) && self.manifest_holds(look, name, signature) {
                    return Ok(Vec::new());
                }
                if still < self.settings.settle {
                    return Err(Why::Settling);
                }
                self.when_whole(look, name, done)
            }
            (Kind::Folder, Err(Overrun::Io(_))) => Err(Why::Permission),
            // Too large or too deep: read again after the claim, it is refused for that.
            (Kind::Folder, Err(_)) => waited(self.settings.settle, Why::Settling),
            _ => match extension(path).as_str() {
                "json" | "csv" | "xlsx" | "zip" => {
                    if !says_whole && done.is_none() && still < self.settings.settle {
                        return Err(Why::Settling);
                    }
                    self.when_whole(look, name, done)
                }
                "jpg" | "jpeg" | "png" => {
                    self.see_photo(look, path, meta);
                    Err(Why::Record)
                }
                "done" => Err(Why::Drop),
                // A name that some program gives while it is still copying looks like this, too.
                _ => waited(self.settings.give_up, Why::NotWhole),
            },
        }
    }

    fn is_batch(&self, name: &OsStr) -> bool {
        let mut found = false;
        // A folder that cannot be listed is reported where it is judged.
        if let Ok(folder) = self.store.incoming.folder(Path::new(name)) {
            let _ =
                folder.names(|name| found |= is_records(name).is_some() || name == manifest::NAME);
        }
        found
    }

    /// Completes what parses and has its photos, and what stood still too long without.
    fn when_whole(
        &mut self,
        look: &Look<'_>,
        name: &OsStr,
        done: Option<PathBuf>,
    ) -> Result<Vec<PathBuf>, Why> {
        let limits = &self.settings.limits;
        let is_archive = extension(Path::new(name)) == "zip" && look.is_file(name);
        // A mapping file that cannot be used is told of once the drop is claimed and read.
        let mappings = Mappings::read(&self.store.folders.mappings).unwrap_or_default();
        let source = Source::find(&self.store.incoming, name, limits, &mappings);
        let Some(standing) = self.drops.get(name) else {
            return Err(Why::Settling);
        };
        if standing.facts.is_none() {
            standing.facts = Some(match &source {
                _ if is_archive => {
                    facts_of(archive::open(&self.store.incoming, Path::new(name), limits))?
                }
                Ok(source) => facts(source.batch(&self.settings.limits))?,
                Err(ReadError::Refused(_)) => Facts::Broken(Vec::new()),
                Err(ReadError::Io(_)) => return Err(Why::Permission),
            });
        }
        let says_whole = standing.arrived_whole || done.is_some();
        let mut still = standing.still(look.now);
        let mut companions: Vec<PathBuf> = done.into_iter().collect();
        let mut why = None;
        let named = match &standing.facts {
            Some(Facts::Whole(named)) => named.clone(),
            Some(Facts::Broken(named)) => {
                why = (!says_whole).then_some(Why::NotWhole);
                named.clone()
            }
            None => return Err(Why::Settling),
        };
        if let Ok(source) = &source {
            let mut of_batch = Finder::default();
            for written in &named {
                let finder = match source.is_batch {
                    true => &mut of_batch,
                    false => &mut self.loose,
                };
                let found = finder
                    .find(&source.base, Path::new(written))
                    .and_then(|path| source.base.meta(&path).map(|meta| (path, meta)));
                let Ok((photo, meta)) = found else {
                    why = Some(Why::Photo);
                    continue;
                };
                // The signature of a folder speaks for all that is in it.
                if source.is_batch || !look.lends(&photo, meta) {
                    continue;
                }
                still = still.min(self.see_photo(look, &photo, meta));
                companions.push(photo);
            }
        }
        if !says_whole && still < self.settings.settle {
            return Err(Why::Settling);
        }
        companions.sort();
        companions.dedup();
        // What a writer that pauses has written so far may read as a whole.
        if !says_whole && self.is_written(Path::new(name), &companions) {
            return Err(Why::Settling);
        }
        match why {
            Some(why) if still < self.settings.give_up => Err(why),
            _ => Ok(companions),
        }
    }

    /// Whether somebody has a drop or a companion of it open for writing.
    fn is_written(&self, name: &Path, companions: &[PathBuf]) -> bool {
        let below = || writers::open_below(&self.store.folders.incoming);
        let mut open = self.written.get_or_init(below).iter();
        open.any(|open| open.starts_with(name) || companions.contains(open))
    }

    /// Notes a photo from the first scan on, so that it settles along with its record and not
    /// after it; says how long it has stood still.
    fn see_photo(&mut self, look: &Look<'_>, photo: &Path, meta: Meta) -> Duration {
        let signature = signature(meta, &Ok(Vec::new()));
        let standing = self.photos.see(photo.as_os_str(), signature, look.now);
        standing.still(look.now)
    }

    /// Whether every file that the manifest lists is there, byte for byte. Sizes are not enough:
    /// copying over a network share, Windows gives a file its full size before its content.
    fn manifest_holds(&mut self, look: &Look<'_>, name: &OsStr, signature: [u8; 32]) -> bool {
        let standing = self.manifests.see(name, signature, look.now);
        if let Some(holds) = standing.facts {
            return holds;
        }
        let holds = || {
            let batch = self.store.incoming.folder(Path::new(name)).ok()?;
            let manifest = Manifest::read(&batch, &self.settings.limits).ok()??;
            // A manifest that lists nothing proves nothing, as files may be copied in any order.
            let lists = !manifest.files.is_empty() && manifest.sizes_match(&batch);
            Some(lists && manifest.problems(&batch).ok()?.is_empty())
        };
        let holds = holds().unwrap_or(false);
        standing.facts = Some(holds);
        holds
    }
}

/// An archive is whole when its directory reads; what is wrong with it otherwise is told once it
/// is claimed.
fn facts_of<T>(opened: Result<T, ReadError>) -> Result<Facts, Why> {
    match opened {
        Err(ReadError::Refused(problems)) => {
            let cut = |problem: &Problem| problem.code == rules::ARCHIVE_UNREADABLE.code;
            Ok(match problems.iter().any(cut) {
                true => Facts::Broken(Vec::new()),
                false => Facts::Whole(Vec::new()),
            })
        }
        Err(ReadError::Io(_)) => Err(Why::Permission),
        Ok(_) => Ok(Facts::Whole(Vec::new())),
    }
}

fn facts(read: Result<super::Batch, ReadError>) -> Result<Facts, Why> {
    match read {
        Ok(batch) => {
            let named = batch.rows.iter().filter_map(photo_of);
            let named = named.map(str::to_owned).collect();
            Ok(match batch.unreadable.is_empty() {
                true => Facts::Whole(named),
                false => Facts::Broken(named),
            })
        }
        Err(ReadError::Refused(_)) => Ok(Facts::Broken(Vec::new())),
        Err(ReadError::Io(_)) => Err(Why::Permission),
    }
}

/// How a name looks, so that any write to it or below it makes another look.
fn signature(meta: Meta, below: &Result<Vec<(PathBuf, Meta)>, Overrun>) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut put = |path: &Path, meta: Meta| {
        hash.update(path.as_os_str().as_bytes());
        // No name holds a zero byte, so that two lists never run together to the same bytes.
        hash.update([0, meta.kind as u8]);
        hash.update(meta.size.to_le_bytes());
        hash.update(meta.inode.to_le_bytes());
        hash.update(meta.changed.to_le_bytes());
    };
    put(Path::new(""), meta);
    for (path, meta) in below.as_deref().unwrap_or_default() {
        put(path, *meta);
    }
    hash.finalize().into()
}

/// `X.done` beside `X/`, `X.json`, `X.csv`, `X.xlsx` or `X.zip`.
fn done_file(look: &Look<'_>, path: &Path, kind: Kind) -> Option<PathBuf> {
    let mut name = match kind {
        Kind::Folder => path.file_name()?.to_owned(),
        _ => path.file_stem()?.to_owned(),
    };
    name.push(".done");
    let meta = look.names.get(name.as_os_str())?;
    (meta.kind == Kind::File && path.as_os_str() != name).then(|| name.into())
}

/// A folder that is no drop of its own: empty, or pictures for records that come beside it.
fn waits_for_ever(below: &[(PathBuf, Meta)]) -> Option<Why> {
    let mut files = below
        .iter()
        .filter(|(path, meta)| meta.kind != Kind::Folder && !is_own_litter(path))
        .peekable();
    if files.peek().is_none() {
        return Some(Why::Content);
    }
    let is_batch = |path: &Path| {
        let name = path.file_name().unwrap_or_default();
        is_records(name).is_some() || name == manifest::NAME || name == ".done"
    };
    let pictures = below.iter().any(|(path, _)| is_picture(path));
    (pictures && !below.iter().any(|(path, _)| is_batch(path))).then_some(Why::Record)
}

fn is_own_litter(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| is_ignored(name) && name != ".done")
}

fn is_picture(path: &Path) -> bool {
    matches!(extension(path).as_str(), "jpg" | "jpeg" | "png")
}

#[cfg(test)]
mod tests;
