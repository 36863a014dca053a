//! A station folder for tests, and time that passes when told.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Claimed, Folders, Inbox, Ready, Report, Settings, Why};
use crate::domain::rules::{self, Problem, Subject};

pub(super) struct Station {
    folder: tempfile::TempDir,
    /// Where `incoming/` is on another file system.
    far: Option<tempfile::TempDir>,
    pub inbox: Inbox,
    pub now: Instant,
}

impl Station {
    pub fn new() -> Self {
        Self::with(None)
    }

    /// With `incoming/` on another file system; `None` where this machine has no second one.
    pub fn across_mounts() -> Option<Self> {
        let far = tempfile::tempdir_in("/dev/shm").ok()?;
        let near = std::env::temp_dir();
        let device =
            |path: &Path| std::os::unix::fs::MetadataExt::dev(&fs::metadata(path).unwrap());
        (device(far.path()) != device(&near)).then(|| Self::with(Some(far)))
    }

    fn with(far: Option<tempfile::TempDir>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let incoming = far.as_ref().unwrap_or(&folder).path().join("incoming");
        let inbox = Self::open(folder.path(), &incoming);
        Self {
            folder,
            far,
            inbox,
            now: Instant::now(),
        }
    }

    fn open(root: &Path, incoming: &Path) -> Inbox {
        let folders = Folders {
            incoming: incoming.to_owned(),
            work: root.join("work"),
            accepted: root.join("accepted"),
            rejected: root.join("rejected"),
            mappings: root.join("mappings.toml"),
        };
        Inbox::new(folders, Settings::default()).unwrap()
    }

    /// The station after a crash: nothing in memory, everything on disk.
    pub fn restart(&mut self) {
        self.inbox = Self::open(self.folder.path(), &self.path("incoming"));
    }

    pub fn path(&self, path: &str) -> PathBuf {
        match &self.far {
            Some(far) if path.starts_with("incoming") => far.path().join(path),
            _ => self.folder.path().join(path),
        }
    }

    pub fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path("incoming").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Everything below a folder of the station, sorted.
    pub fn tree(&self, path: &str) -> Vec<String> {
        let root = self.path(path);
        let mut found = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    let path = entry.path();
                    found.push(path.strip_prefix(&root).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    pub fn scan(&mut self) -> Vec<Ready> {
        self.inbox.scan(self.now, &BTreeSet::new()).unwrap()
    }

    /// The scan after a rename gave this name.
    pub fn scan_arrived(&mut self, name: &str) -> Vec<Ready> {
        let arrived = BTreeSet::from([OsString::from(name)]);
        self.inbox.scan(self.now, &arrived).unwrap()
    }

    /// The scan after everything stood still for so long.
    pub fn scan_after(&mut self, seconds: u64) -> Vec<Ready> {
        self.scan();
        self.now += Duration::from_secs(seconds);
        self.scan()
    }

    pub fn why(&self, name: impl AsRef<OsStr>) -> Option<Why> {
        let name =
            String::from_utf8_lossy(name.as_ref().as_bytes()).replace(['\u{fffd}', '\n'], "_");
        let mut waiting = self.inbox.waiting().iter();
        waiting
            .find(|waiting| waiting.name == name)
            .map(|waiting| waiting.why)
    }

    /// Claims the one drop that is ready once everything has stood still for a minute.
    pub fn claim(&mut self) -> Claimed {
        let ready = self.scan_after(60);
        assert_eq!(ready.len(), 1, "{:?}", self.inbox.waiting());
        self.inbox.claim(&ready[0]).unwrap()
    }

    /// Runs `work` as somebody whom the rights on files bind, also where the tests run as root.
    pub fn bound_by_rights<T: Send>(&mut self, work: impl FnOnce(&mut Self) -> T + Send) -> T {
        let bound = || {
            // Of this thread alone, which ends with it.
            let mut sets = rustix::thread::capabilities(None).unwrap();
            sets.effective = rustix::thread::CapabilitySet::empty();
            rustix::thread::set_capabilities(None, sets).unwrap();
            work(self)
        };
        std::thread::scope(|scope| scope.spawn(bound).join().unwrap())
    }

    /// Sets the rights on something in the station's folder.
    pub fn set_rights(&self, path: &str, mode: u32) {
        let rights = std::os::unix::fs::PermissionsExt::from_mode(mode);
        fs::set_permissions(self.path(path), rights).unwrap();
    }

    /// The codes for which the one drop in `incoming/` is refused as a whole.
    pub fn refusal(&mut self) -> Vec<&'static str> {
        match self.claim().read(&Settings::default().limits) {
            Err(super::ReadError::Refused(problems)) => problems.iter().map(|p| p.code).collect(),
            other => panic!("{other:?}"),
        }
    }
}

/// A record as far as intake looks at it.
pub(super) fn record(nik: &str, foto: &str) -> String {
    format!(r#"{{"nik": "{nik}", "foto": "{foto}"}}"#)
}

pub(super) fn blocked(row: u32) -> Problem {
    let subject = Subject {
        row: Some(row),
        ..Subject::default()
    };
    rules::NIK_LENGTH.broken(&subject, "nik", "")
}

/// A report on a drop in which these rows are refused.
pub(super) fn report(drop: &Claimed, received: u32, refused: &[u32]) -> Report {
    let problems = refused.iter().map(|row| blocked(*row)).collect();
    Report::new(drop.name(), received, problems)
}
