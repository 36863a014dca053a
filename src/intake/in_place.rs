//! Drops that are looked at where they stand, without being touched: for `check`, and for what was
//! uploaded and waits for a person.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::archive;
use super::claim::{PhotoError, new_id, read_photo};
use super::form::Form;
use super::mappings::Mappings;
use super::paths::{Finder, extension};
use super::read::{Batch, Source, decoded};
use super::read_error::{ReadError, barred};
use super::report::Report;
use super::tree::Tree;
use super::workbook::{Sheet, is_workbook};
use super::{Limits, table};
use crate::domain::columns::Columns;
use crate::domain::fields::RawValue;
use crate::domain::mapping::{Mapping, Suggestion, key, suggest};
use crate::domain::rules;

/// A drop that was read where it stands.
pub struct InPlace {
    pub batch: Batch,
    source: Source,
    finder: Mutex<Finder>,
    /// Where an archive was unpacked to be looked at.
    _unpacked: Option<Temporary>,
}

impl std::fmt::Debug for InPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("InPlace").field(&self.batch).finish()
    }
}

impl InPlace {
    /// Reads the photo that a record calls `path`.
    ///
    /// # Errors
    /// As [`super::Claimed::photo`].
    pub fn photo(&self, path: &str, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
        // A finder whose holder panicked has at most forgotten a folder.
        let mut finder = self.finder.lock().unwrap_or_else(PoisonError::into_inner);
        let found = finder.find(&self.source.base, Path::new(path));
        drop(finder);
        read_photo(&self.source.base, found, limits)
    }

    /// The table as the workbook that would go back with this report; none where the records are
    /// no table.
    ///
    /// # Errors
    /// As [`super::Claimed::read`], when the file has changed since.
    pub fn return_list(
        &self,
        report: &Report,
        limits: &Limits,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        let bytes = self.source.bytes(limits)?;
        self.source.workbook(&bytes, report, limits)
    }
}

/// Reads the photo that a record in the batch folder `base` calls `path`.
///
/// # Errors
/// As [`super::Claimed::photo`].
pub fn photo_in_place(base: &Path, path: &str, limits: &Limits) -> Result<Vec<u8>, PhotoError> {
    let base = Tree::open(base).map_err(PhotoError::Io)?;
    let found = Finder::default().find(&base, Path::new(path));
    read_photo(&base, found, limits)
}

/// Reads a drop where it stands. An archive is unpacked beside the system's temporary files, and
/// removed there when this is dropped.
///
/// # Errors
/// As [`super::Claimed::read`].
pub fn read_in_place(
    path: &Path,
    limits: &Limits,
    mappings: &Mappings,
) -> Result<InPlace, ReadError> {
    in_place(path, limits, mappings, false)
}

/// Reads a file of records like [`read_in_place`], also one of lines or an array, which a drop
/// may hold only in a batch folder.
///
/// # Errors
/// As [`read_in_place`].
pub fn read_records(
    path: &Path,
    limits: &Limits,
    mappings: &Mappings,
) -> Result<InPlace, ReadError> {
    in_place(path, limits, mappings, true)
}

fn in_place(
    path: &Path,
    limits: &Limits,
    mappings: &Mappings,
    any_form: bool,
) -> Result<InPlace, ReadError> {
    let whole = std::path::absolute(path).map_err(ReadError::Io)?;
    let (Some(above), Some(name)) = (whole.parent(), whole.file_name()) else {
        return Err(ReadError::refused(&rules::DROP_KIND, ""));
    };
    let kind = std::fs::symlink_metadata(&whole)
        .map_err(ReadError::Io)?
        .file_type();
    let mut unpacked = None;
    let mut source = if kind.is_file() && extension(&whole) == "zip" {
        let folder = Temporary::new().map_err(ReadError::Io)?;
        let inside = folder.0.join("drop");
        archive::unpack(&whole, &inside, limits)?;
        let holder = Tree::open(&folder.0).map_err(ReadError::Io)?;
        unpacked = Some(folder);
        Source::find(&holder, "drop".as_ref(), limits, mappings)?
    } else {
        let holder = Tree::open(above).map_err(ReadError::Io)?;
        match any_form && kind.is_file() && extension(&whole) == "jsonl" {
            true => Source::lines(holder, name),
            false => Source::find(&holder, name, limits, mappings)?,
        }
    };
    if any_form && source.form == Form::Single {
        let bytes = source.bytes(limits)?;
        if decoded(&bytes)?.trim_start().starts_with('[') {
            source.form = Form::Array;
        }
    }
    Ok(InPlace {
        batch: source.batch(limits)?,
        source,
        finder: Mutex::default(),
        _unpacked: unpacked,
    })
}

/// A folder that goes when this is dropped.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("kia-station-{}", new_id()?));
        // Children's data for nobody else's eyes.
        std::fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Nothing is left to be done about a temporary folder that cannot be removed.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a table looks like to the person who says what its columns stand for.
#[derive(Debug)]
pub struct Look {
    /// The header row, as written.
    pub headers: Vec<String>,
    /// Its row in the table, from 1.
    pub header_row: u32,
    /// The first rows below it, as texts.
    pub samples: Vec<Vec<String>>,
    /// What was saved for this header row.
    pub mapping: Option<Mapping>,
    /// What each column may stand for.
    pub suggestions: Vec<Suggestion>,
    /// The required fields that no column gives as things stand.
    pub missing: Vec<&'static str>,
}

impl Look {
    /// A short name for the header row; the [`Mapping::key`] of what is saved for it.
    pub fn key(&self) -> String {
        key(&self.headers)
    }

    fn new(
        headers: Vec<String>,
        header_row: u32,
        samples: Vec<Vec<RawValue>>,
        mappings: &Mappings,
    ) -> Self {
        let mapping = mappings.find(&headers);
        let text = |value: RawValue| match value {
            RawValue::Text(text) | RawValue::Number(text) => text,
            RawValue::Other(kind) => kind.to_owned(),
        };
        let samples = samples.into_iter();
        Self {
            suggestions: suggest(&headers),
            missing: Columns::mapped(&headers, mapping).missing(),
            mapping: mapping.cloned(),
            header_row,
            samples: samples
                .map(|cells| cells.into_iter().map(text).collect())
                .collect(),
            headers,
        }
    }
}

/// How many rows a person is shown.
const SAMPLES: usize = 5;

/// Looks at a table, a CSV or a workbook, for mapping its columns.
///
/// # Errors
/// As [`read_in_place`]; `drop-kind` for anything but a table.
pub fn look(path: &Path, limits: &Limits, mappings: &Mappings) -> Result<Look, ReadError> {
    let above = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let holder = Tree::open(above.unwrap_or(Path::new("."))).map_err(ReadError::Io)?;
    let name = Path::new(path.file_name().unwrap_or_default());
    let bytes = holder
        .read(name, limits.file_bytes)
        .map_err(|error| barred(error, ""))?;
    if is_workbook(path) {
        let sheet = Sheet::look(&bytes, limits, mappings)?;
        let lines = sheet.lines.iter().take(SAMPLES);
        let samples = lines.map(|line| sheet.shown(line)).collect();
        return Ok(Look::new(
            sheet.headers,
            sheet.header_row,
            samples,
            mappings,
        ));
    }
    if extension(path) != "csv" {
        return Err(ReadError::refused(&rules::DROP_KIND, ""));
    }
    let table = table::Table::new(decoded(&bytes)?, mappings)
        .ok_or_else(|| ReadError::refused(&rules::DROP_EMPTY, ""))?;
    let samples = table
        .shown()
        .take(SAMPLES)
        .map(|(_, cells)| cells)
        .collect();
    Ok(Look::new(table.headers, 1, samples, mappings))
}

#[cfg(test)]
mod tests {
    use super::super::Settings;
    use super::super::testing::{Station, record};
    use super::*;

    #[test]
    fn a_drop_is_read_where_it_stands_without_being_touched() {
        let station = Station::new();
        station.put("X/records.jsonl", record("1", "a.jpg"));
        station.put("X/a.jpg", "of X");
        station.put("Y.json", record("1", "a.jpg"));
        station.put("a.jpg", "jpg");
        let limits = Settings::default().limits;
        let read = |name: &str| {
            let path = station.path("incoming").join(name);
            read_in_place(&path, &limits, &Mappings::default()).unwrap()
        };
        let folder = read("X");
        assert_eq!(folder.batch.received(), 1);
        assert_eq!(folder.photo("A.jpg", &limits).unwrap(), b"of X");
        let single = read("Y.json");
        assert_eq!(single.batch.received(), 1);
        assert_eq!(single.photo("A.jpg", &limits).unwrap(), b"jpg");
        assert!(single.photo("../a.jpg", &limits).is_err());
    }

    #[test]
    fn a_schools_own_table_is_shown_with_what_its_columns_may_stand_for() {
        let station = Station::new();
        station.put("T.csv", "No;Nama Siswa;NIK;Hobi\n1;A;2;bola\n");
        let limits = Settings::default().limits;
        let path = station.path("incoming/T.csv");
        let seen = look(&path, &limits, &Mappings::default()).unwrap();
        assert_eq!(seen.headers, ["No", "Nama Siswa", "NIK", "Hobi"]);
        assert_eq!(seen.samples, [["1", "A", "2", "bola"]]);
        let fields: Vec<_> = seen.suggestions.iter().map(|s| s.field).collect();
        assert_eq!(fields, [None, Some("nama"), Some("nik"), None]);
        assert!(seen.missing.contains(&"nama") && !seen.missing.contains(&"nik"));
    }
}
