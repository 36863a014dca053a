//! A folder that another program watches and prints from.
//!
//! Nobody tells what became of a file that was taken: a card from a folder is never `printed` by
//! the device's word, only `unconfirmed` until a person or a scan settles it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{
    Device, DeviceState, Failure, Job, JobRef, JobState, NewJob, NotTaken, Printer, Withdrawal,
};

/// The watched folder. A job `kia:12` becomes `kia-12.pdf`, written as `.kia-12.part` before.
#[derive(Debug, Clone)]
pub struct FolderPrinter {
    folder: PathBuf,
}

impl FolderPrinter {
    /// The folder at this path; it is not made when it is missing, for it may be a share that is
    /// not mounted.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self { folder }
    }

    fn part(&self, name: &str) -> PathBuf {
        self.folder.join(format!(".{}.part", file_name(name)))
    }

    fn whole(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.pdf", file_name(name)))
    }

    fn look(&self, at: JobRef) -> Result<Option<Job>, Failure> {
        let whole = exists(&self.whole(&at.name))?;
        let (state, documents) = if whole {
            (JobState::Pending, 1)
        } else if exists(&self.part(&at.name))? {
            (JobState::Held, 0)
        } else {
            return Ok(None);
        };
        Ok(Some(Job {
            at,
            state,
            reasons: Vec::new(),
            message: None,
            documents: Some(documents),
            began: None,
            impressions: None,
            sheets: None,
        }))
    }

    fn reference(&self, name: &str) -> JobRef {
        JobRef {
            id: 0,
            uuid: None,
            uri: self.whole(name).display().to_string(),
            name: name.to_owned(),
        }
    }
}

impl Printer for FolderPrinter {
    fn device(&self) -> Result<Device, Failure> {
        let files = match fs::read_dir(&self.folder) {
            Ok(files) => files,
            Err(error) => return Ok(Device::unreachable(self.says(&error))),
        };
        let is_job = |file: &fs::DirEntry| file.path().extension().is_some_and(|e| e == "pdf");
        let waiting = files.filter_map(Result::ok).filter(is_job).count();
        Ok(Device {
            state: DeviceState::Idle,
            reasons: Vec::new(),
            accepting: true,
            message: None,
            queued: u32::try_from(waiting).ok(),
        })
    }

    fn create(&self, job: &NewJob) -> Result<JobRef, Failure> {
        if exists(&self.whole(&job.name))? {
            return Err(self.taken(&job.name));
        }
        let part = self.part(&job.name);
        match OpenOptions::new().write(true).create_new(true).open(part) {
            Ok(_) => Ok(self.reference(&job.name)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(self.taken(&job.name)),
            Err(error) => Err(NotTaken::Unreachable(self.says(&error)).into()),
        }
    }

    fn send(&self, job: &JobRef, document: &[u8]) -> Result<(), Failure> {
        let part = self.part(&job.name);
        let write = || {
            let mut file = OpenOptions::new().write(true).truncate(true).open(&part)?;
            file.write_all(document)?;
            file.sync_all()
        };
        write().map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::from(NotTaken::NotFound),
            _ => NotTaken::Refused(self.says(&error)).into(),
        })?;
        let whole = self.whole(&job.name);
        match renameat_with(CWD, &part, CWD, &whole, RenameFlags::NOREPLACE) {
            Ok(()) => {}
            Err(rustix::io::Errno::EXIST) => return Err(self.taken(&job.name)),
            Err(error) => return Err(Failure::Unknown(self.says(&error.into()))),
        }
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| Failure::Unknown(self.says(&error)))
    }

    fn job(&self, job: &JobRef) -> Result<Job, Failure> {
        self.look(job.clone())?
            .ok_or_else(|| NotTaken::NotFound.into())
    }

    fn find(&self, name: &str) -> Result<Vec<Job>, Failure> {
        Ok(self.look(self.reference(name))?.into_iter().collect())
    }

    fn cancel(&self, job: &JobRef) -> Result<Withdrawal, Failure> {
        if removed(&self.part(&job.name))? {
            return Ok(Withdrawal::NothingSent);
        }
        // The other program may have read it already.
        if removed(&self.whole(&job.name))? {
            return Ok(Withdrawal::Asked);
        }
        Err(NotTaken::NotFound.into())
    }

    fn forgets_jobs(&self) -> bool {
        false
    }

    /// A power cut may take the new name back after the other program has read the file.
    fn is_sent_unseen(&self) -> bool {
        true
    }
}

impl FolderPrinter {
    fn taken(&self, name: &str) -> Failure {
        let path = self.whole(name);
        NotTaken::Refused(format!("`{}` sudah ada (is there already)", path.display())).into()
    }

    fn says(&self, error: &io::Error) -> String {
        format!("`{}`: {error}", self.folder.display())
    }
}

/// A job's name as a file's: a colon is no letter of file names on Windows shares.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    name.chars().map(plain).collect()
}

fn exists(path: &Path) -> Result<bool, Failure> {
    let there = path.try_exists();
    there.map_err(|error| NotTaken::Unreachable(format!("`{}`: {error}", path.display())).into())
}

/// Whether it was there to be removed.
fn removed(path: &Path) -> Result<bool, Failure> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Failure::Unknown(format!("`{}`: {error}", path.display()))),
    }
}
