//! What was uploaded and waits for a person: looked at, then sent on into `incoming/` or thrown
//! away.
//!
//! `uploads/<id>/` holds one upload. What came (a folder, an archive, a table with its photos) is
//! brought into the form of a batch folder, `drop/`. [`Staging::check`] says row by row what the
//! station would make of it; [`Staging::submit`] moves it into `incoming/`, where it is claimed and
//! judged like any other drop. A batch without an approval gets a supervisor's in its `batch.json`,
//! and the ledger an event that says so.

mod upload;

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::Failure;
use crate::config::{Config, Paths};
use crate::domain::fields::{RawRecord, RawValue};
use crate::domain::rules::Problem;
use crate::domain::text::Text;
use crate::intake::{
    Limits, Mappings, PhotoError, ReadError, Report, deliver, photo_in_place, read_in_place,
};
use crate::ledger::{self, BatchApproved, Reader};
use crate::production::StationError;
use crate::production::examine::Examiner;
use crate::production::inspect::{InspectError, Row, inspect, report_of};
use crate::production::photos::write_new;
use crate::production::tokens::new_token;
use crate::render::photo::{self, Target};

use upload::{RAW, drop_name};
pub use upload::{Upload, UploadFile};

/// The uploads of a station.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    incoming: PathBuf,
    limits: Limits,
    /// Two requests to send one upload take their turns.
    submitting: Mutex<()>,
}

/// Names an upload; safe in paths and addresses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageId(String);

impl StageId {
    /// Reads an id; `None` for anything that could be a path.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let fits = (1..=64).contains(&text.len()) && text.chars().all(plain);
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An upload that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub id: StageId,
    /// The name under which it will be a drop. May hold personal data.
    pub name: String,
    pub at: Timestamp,
    /// Whether it was looked at.
    pub checked: bool,
    /// Whether it was sent on already; it is kept for a while to answer a second request.
    pub submitted: bool,
}

/// What the station would make of an upload.
#[derive(Debug)]
pub struct Checked {
    /// What the sender would be told.
    pub report: Report,
    /// Every row, in the sender's order; none where the upload is refused as a whole.
    pub rows: Vec<Row>,
    /// Rows that need a supervisor's approval, because neither they nor the batch carry one. They
    /// are judged here as if they had it.
    pub unapproved: u32,
}

/// A supervisor's approval of the records that carry none.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    pub by: &'a str,
    pub at: Timestamp,
}

/// What came of sending an upload on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The name of the drop in `incoming/`, and later in `accepted/` and `rejected/`.
    pub drop: String,
    /// It had been sent before; nothing was done now.
    pub again: bool,
}

/// Why an upload could not be taken, looked at or sent on.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The sender's fault: the problems say what to mend.
    #[error("the upload is refused; its problems say why")]
    Refused(Vec<Problem>),
    /// No such upload, or not any more.
    #[error("there is no such upload; it may have been sent or discarded")]
    Missing,
    /// Nobody has looked at it.
    #[error("the upload has to be checked before it is sent")]
    NotChecked,
    /// The row has no picture that can be shown.
    #[error("the row has no picture that can be shown")]
    NoPicture,
    #[error("`uploads/` cannot be used; check the disk and the rights on the station's folder")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

impl From<StageError> for Failure {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Refused(problems) => match problems.into_iter().next() {
                Some(problem) => Self::Refused((problem.pesan, problem.message).into()),
                None => Self::refused("Unggahan ditolak.", "The upload is refused."),
            },
            StageError::Missing | StageError::NoPicture => Self::Missing(Text::new(
                "Kiriman ini tidak ada.",
                "There is no such upload.",
            )),
            StageError::NotChecked => Self::refused(
                "Kiriman ini belum diperiksa.",
                "This batch was not checked yet.",
            ),
            StageError::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => Self::refused(
                "Kiriman ini terlalu besar.",
                "This batch is larger than a drop may be.",
            ),
            StageError::Ledger(error) => error.into(),
            StageError::Io(error) => Self::broken(error),
        }
    }
}

impl From<ReadError> for StageError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Refused(problems) => Self::Refused(problems),
            ReadError::Io(error) => Self::Io(error),
        }
    }
}

impl From<InspectError> for StageError {
    fn from(error: InspectError) -> Self {
        match error {
            InspectError::Io(error) => Self::Io(error),
            InspectError::Ledger(error) => Self::Ledger(error),
        }
    }
}

/// How long an upload waits for a person, in hours: a week.
const KEPT_HOURS: i64 = 7 * 24;

/// Throws away the uploads of a station that nobody came back for.
///
/// # Errors
/// The disk's.
pub fn sweep_old(paths: &Paths, config: &Config) -> Result<usize, StationError> {
    let limits = config.intake.limits.clone();
    let sweep = || -> Result<usize, StageError> {
        let staging = Staging::open(paths.uploads(), paths.intake().incoming, limits)?;
        staging.sweep(Timestamp::now(), SignedDuration::from_hours(KEPT_HOURS))
    };
    sweep().map_err(|error| StationError::File {
        what: "`uploads/` cannot be swept",
        source: io::Error::other(error),
    })
}

/// The folder with the batch.
const DROP: &str = "drop";
/// What is known of the upload; written once it is complete.
const STAGE: &str = "stage.json";
/// What the check has found that is needed later.
const CHECKED: &str = "checked.json";
/// Under which name it was sent on.
const SUBMITTED: &str = "submitted.json";

#[derive(Serialize, Deserialize)]
struct StageFile {
    name: String,
    at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct CheckedFile {
    unapproved: u32,
    /// Row → the path of its photo.
    photos: BTreeMap<u32, String>,
}

#[derive(Serialize, Deserialize)]
struct SubmittedFile {
    drop: String,
}

impl Staging {
    /// The uploads of a station. Makes the folder.
    ///
    /// # Errors
    /// The disk's.
    pub fn open(uploads: PathBuf, incoming: PathBuf, limits: Limits) -> Result<Self, StageError> {
        fs::create_dir_all(&uploads)?;
        // Children's data: nobody but the station's user reads them, also where an older program
        // made the folder.
        fs::set_permissions(&uploads, Permissions::from_mode(0o700))?;
        Ok(Self {
            folder: uploads,
            incoming,
            limits,
            submitting: Mutex::default(),
        })
    }

    /// Begins an upload; `name` is what the person calls it, mostly the file's or folder's name.
    ///
    /// # Errors
    /// The disk's.
    pub fn begin(&self, name: &str, at: Timestamp) -> Result<Upload<'_>, StageError> {
        let random = new_token().map_err(|error| io::Error::other(error.to_string()))?;
        let random: String = random.chars().filter(char::is_ascii_alphanumeric).collect();
        let id = StageId(format!(
            "{}-{}",
            at.strftime("%Y%m%dT%H%M%S"),
            random.to_ascii_lowercase()
        ));
        let dir = self.folder.join(&id.0);
        fs::create_dir_all(dir.join(RAW))?;
        Ok(Upload {
            staging: self,
            id,
            dir,
            name: drop_name(name),
            at,
            left: self.limits.drop_bytes,
            files: 0,
        })
    }

    /// What waits, oldest first.
    ///
    /// # Errors
    /// The disk's.
    pub fn list(&self) -> Result<Vec<Stage>, StageError> {
        let mut stages = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            if let Some(id) = name.to_str().and_then(StageId::parse)
                && let Some(stage) = self.stage(&id)?
            {
                stages.push(stage);
            }
        }
        stages.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(stages)
    }

    /// One upload.
    ///
    /// # Errors
    /// The disk's.
    pub fn stage(&self, id: &StageId) -> Result<Option<Stage>, StageError> {
        let dir = self.folder.join(&id.0);
        let file: Option<StageFile> = read_json(&dir.join(STAGE))?;
        Ok(file.map(|file| Stage {
            id: id.clone(),
            name: file.name,
            at: file.at,
            checked: dir.join(CHECKED).exists(),
            submitted: !dir.join(DROP).exists(),
        }))
    }

    /// Says what the station would make of it, row by row. `progress` is told how many rows of
    /// how many are done; it is called on this thread.
    ///
    /// # Errors
    /// The disk's, the ledger's, or that there is no such upload. What is wrong with the batch is
    /// in the answer.
    pub fn check(
        &self,
        id: &StageId,
        examiner: &Examiner<'_>,
        mappings: &Mappings,
        ledger: Option<&Reader>,
        progress: &dyn Fn(usize, usize),
    ) -> Result<Checked, StageError> {
        let stage = self.waiting(id)?;
        let dir = self.folder.join(&id.0);
        let mut read = match read_in_place(&dir.join(DROP), &self.limits, mappings) {
            Ok(read) => read,
            Err(ReadError::Refused(problems)) => {
                // What an earlier look has found holds no longer.
                match fs::remove_file(dir.join(CHECKED)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(error.into());
                    }
                    _ => {}
                }
                return Ok(Checked {
                    report: Report::refused(stage.name, problems),
                    rows: Vec::new(),
                    unapproved: 0,
                });
            }
            Err(ReadError::Io(error)) => return Err(error.into()),
        };
        let mut unapproved = 0;
        if !speaks_of_approval(&read.batch.manifest) {
            let rows = read.batch.rows.iter();
            let lack = rows.filter(|row| !speaks_of_approval(row)).count();
            unapproved = u32::try_from(lack).unwrap_or(u32::MAX);
            suppose_approved(&mut read.batch.manifest, examiner.now);
        }
        let rows = inspect(examiner, &read, ledger, progress)?;
        let photos = rows
            .iter()
            .filter_map(|row| Some((row.row, row.foto.clone()?)));
        let found = CheckedFile {
            unapproved,
            photos: photos.collect(),
        };
        write_json(&dir.join(CHECKED), &found)?;
        Ok(Checked {
            report: report_of(&stage.name, read.batch.received(), &rows),
            rows,
            unapproved,
        })
    }

    /// The picture of a row as a small JPEG, cut as the card would show it; `width` in pixels.
    ///
    /// # Errors
    /// [`StageError::NoPicture`] where the row has none, or none that can be shown.
    pub fn thumbnail(&self, id: &StageId, row: u32, width: u32) -> Result<Vec<u8>, StageError> {
        let dir = self.folder.join(&id.0);
        let found: CheckedFile = read_json(&dir.join(CHECKED))?.ok_or(StageError::NotChecked)?;
        let path = found.photos.get(&row).ok_or(StageError::NoPicture)?;
        let bytes = match photo_in_place(&dir.join(DROP), path, &self.limits) {
            Ok(bytes) => bytes,
            Err(PhotoError::Rule(_)) => return Err(StageError::NoPicture),
            Err(PhotoError::Io(error)) => return Err(error.into()),
        };
        let target = Target {
            min_width: 1,
            min_height: 1,
            quality: 75,
            ..Target::new(width.max(1), width.max(1) * 3 / 2)
        };
        let small = photo::prepare(&bytes, &target).map_err(|_| StageError::NoPicture)?;
        Ok(small.jpeg)
    }

    /// The table that a person may map the columns of, with [`crate::intake::look`]; `None` for records
    /// that are no table.
    pub fn table(&self, id: &StageId) -> Option<PathBuf> {
        let drop = self.folder.join(&id.0).join(DROP);
        let names = fs::read_dir(&drop).ok()?.filter_map(Result::ok);
        let mut names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let table = names.find(|name| {
            let name = name.to_ascii_lowercase();
            name == "records.csv" || name == "records.xlsx"
        });
        table.map(|name| drop.join(name))
    }

    /// The return list of a check as a workbook; `None` for records that are no table.
    ///
    /// # Errors
    /// As [`Staging::check`].
    pub fn return_list(
        &self,
        id: &StageId,
        mappings: &Mappings,
        report: &Report,
    ) -> Result<Option<Vec<u8>>, StageError> {
        self.waiting(id)?;
        let drop = self.folder.join(&id.0).join(DROP);
        let read = read_in_place(&drop, &self.limits, mappings)?;
        Ok(read.return_list(report, &self.limits)?)
    }

    /// Sends an upload on: it becomes a drop and is taken by the station like any other. Where
    /// records carry no approval and one is given, it is written into the batch and, by `enter`,
    /// into the ledger. Sending it again does nothing and gives the same answer.
    ///
    /// # Errors
    /// [`StageError::NotChecked`], [`StageError::Missing`], the disk's or the ledger's.
    pub fn submit(
        &self,
        id: &StageId,
        approval: Option<Approval<'_>>,
        enter: impl FnOnce(&BatchApproved, Timestamp) -> ledger::Result<()>,
    ) -> Result<Submitted, StageError> {
        let _turn = self
            .submitting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let dir = self.folder.join(&id.0);
        let drop = dir.join(DROP);
        let sent: Option<SubmittedFile> = read_json(&dir.join(SUBMITTED))?;
        match sent {
            Some(sent) if !drop.exists() => {
                return Ok(Submitted {
                    drop: sent.drop,
                    again: true,
                });
            }
            _ => {}
        }
        let stage = self.waiting(id)?;
        let checked: CheckedFile = read_json(&dir.join(CHECKED))?.ok_or(StageError::NotChecked)?;
        if let Some(approval) = approval
            && checked.unapproved > 0
        {
            let approved = BatchApproved {
                upload: id.0.clone(),
                name: stage.name.clone(),
                records: checked.unapproved,
                approver: approval.by.to_owned(),
            };
            // First the ledger: an approval that is in force without it would be in no log.
            enter(&approved, approval.at)?;
            approve(&drop, approval)?;
        }
        // It says by itself that it is complete, so that nobody waits for it to settle.
        File::create(drop.join(".done"))?;
        // The whole file system at once: an upload may hold thousands of photos.
        rustix::fs::syncfs(File::open(&drop)?).map_err(io::Error::from)?;
        let free = (1_u32..)
            .map(|number| match number {
                1 => stage.name.clone(),
                _ => format!("{}~{number}", stage.name),
            })
            .find(|name| !self.incoming.join(name).exists());
        let name = free.unwrap_or_else(|| stage.name.clone());
        write_json(&dir.join(SUBMITTED), &SubmittedFile { drop: name.clone() })?;
        let name = deliver(&drop, &self.incoming, &name)?;
        write_json(&dir.join(SUBMITTED), &SubmittedFile { drop: name.clone() })?;
        Ok(Submitted {
            drop: name,
            again: false,
        })
    }

    /// Throws an upload away; one that is not there is thrown away already.
    ///
    /// # Errors
    /// The disk's.
    pub fn discard(&self, id: &StageId) -> Result<(), StageError> {
        match fs::remove_dir_all(self.folder.join(&id.0)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => Ok(other?),
        }
    }

    /// Throws away what has waited longer than `keep`, and what never was complete; says how many.
    ///
    /// # Errors
    /// The disk's.
    pub fn sweep(&self, now: Timestamp, keep: SignedDuration) -> Result<usize, StageError> {
        let mut swept = 0;
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let Some(id) = entry.file_name().to_str().and_then(StageId::parse) else {
                continue;
            };
            let came = match self.stage(&id)? {
                Some(stage) => stage.at,
                None => Timestamp::try_from(entry.metadata()?.modified()?)
                    .map_err(|error| io::Error::other(error.to_string()))?,
            };
            if now.duration_since(came) > keep {
                self.discard(&id)?;
                swept += 1;
            }
        }
        Ok(swept)
    }

    /// An upload that can still be looked at and sent.
    fn waiting(&self, id: &StageId) -> Result<Stage, StageError> {
        let stage = self.stage(id)?.filter(|stage| !stage.submitted);
        stage.ok_or(StageError::Missing)
    }
}

fn speaks_of_approval(record: &RawRecord) -> bool {
    let mut fields = record.values.keys();
    fields.any(|field| field.starts_with("persetujuan."))
}

/// Lets a batch be judged as it would be once a supervisor has approved it.
fn suppose_approved(manifest: &mut RawRecord, now: Timestamp) {
    for (field, value) in [
        ("persetujuan.status", "DISETUJUI".to_owned()),
        ("persetujuan.oleh", "-".to_owned()),
        ("persetujuan.pada", now.to_string()),
    ] {
        manifest.values.insert(field, RawValue::Text(value));
    }
}

/// Writes a supervisor's approval into the manifest of a batch that has none.
fn approve(drop: &Path, approval: Approval<'_>) -> Result<(), StageError> {
    let path = drop.join("batch.json");
    let mut manifest: Map<String, Value> = read_json(&path)?.unwrap_or_default();
    manifest.insert(
        "persetujuan".to_owned(),
        json!({
            "status": "DISETUJUI",
            "oleh": approval.by,
            "pada": approval.at.to_string(),
        }),
    );
    Ok(write_json(&path, &manifest)?)
}

/// Reads a file of JSON; `None` where there is none.
fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            Ok(Some(serde_json::from_slice(bytes)?))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_json<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let bytes = serde_json::to_vec_pretty(value)?;
    write_new(path, |file| file.write_all(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_never_a_path() {
        assert!(StageId::parse("20261124T081500-abc").is_some());
        for text in ["", "..", "a/b", "a\\b", ".x", "a b", &"a".repeat(65)] {
            assert_eq!(StageId::parse(text), None, "{text}");
        }
    }
}
