//! Files that come one by one, brought into the form of a batch folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{DROP, STAGE, StageError, StageFile, StageId, Staging, write_json};
use crate::domain::rules;
use crate::intake::{REASONS, below, unpack};

/// Where files lie while they come.
pub(super) const RAW: &str = "raw";

/// An upload while its files come. Left unfinished it is swept away later.
#[derive(Debug)]
pub struct Upload<'a> {
    pub(super) staging: &'a Staging,
    pub(super) id: StageId,
    pub(super) dir: PathBuf,
    pub(super) name: String,
    pub(super) at: Timestamp,
    /// Bytes that may still come.
    pub(super) left: u64,
    /// Files that have come.
    pub(super) files: usize,
}

impl Upload<'_> {
    pub fn id(&self) -> &StageId {
        &self.id
    }

    /// Opens a file of it for writing; `path` is relative, with `/` between names, as browsers
    /// give it. Hidden files and litter of other systems are taken too and not looked at later.
    ///
    /// # Errors
    /// [`StageError::Refused`] for a path that leads outside, a file that is there already, or more
    /// files or bytes than a drop may hold.
    pub fn file(&mut self, path: &str) -> Result<UploadFile<'_>, StageError> {
        let refused = |rule: &'static rules::Rule, detail: &str| {
            StageError::Refused(vec![rule.broken_by_drop(detail)])
        };
        let inside = below(path).filter(|inside| !inside.as_os_str().is_empty());
        let inside = inside.ok_or_else(|| refused(&rules::ARCHIVE_PATH, ""))?;
        self.files += 1;
        if self.files > self.staging.limits.files
            || inside.as_os_str().len() > self.staging.limits.path_bytes
        {
            return Err(refused(&rules::DROP_LIMITS, "files"));
        }
        let place = self.dir.join(RAW).join(&inside);
        if let Some(above) = place.parent() {
            fs::create_dir_all(above)?;
        }
        match File::create_new(&place) {
            Ok(file) => Ok(UploadFile {
                file,
                left: &mut self.left,
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(refused(&rules::ARCHIVE_TWICE, path))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Ends the upload and brings what came into the form of a batch.
    ///
    /// # Errors
    /// [`StageError::Refused`] when there is no batch in it, or an archive that is not to be
    /// trusted; the upload is then thrown away.
    pub fn finish(self) -> Result<StageId, StageError> {
        match self.arranged() {
            Ok(()) => Ok(self.id),
            Err(error) => {
                self.staging.discard(&self.id)?;
                Err(error)
            }
        }
    }

    fn arranged(&self) -> Result<(), StageError> {
        let (raw, drop) = (self.dir.join(RAW), self.dir.join(DROP));
        let holder = only_folder(&raw)?;
        let tables = named(&holder, &["csv", "xlsx"])?;
        let archives = named(&holder, &["zip"])?;
        let records = has_records(&holder)?;
        let ambiguous = |names: &[String]| {
            let rule = &rules::DROP_AMBIGUOUS;
            Err(StageError::Refused(vec![
                rule.broken_by_drop(&names.join(", ")),
            ]))
        };
        match (records, tables.as_slice(), archives.as_slice()) {
            (true, ..) => fs::rename(&holder, &drop)?,
            (false, [], [archive]) => unpack(&holder.join(archive), &drop, &self.staging.limits)?,
            (false, [table], []) => {
                let extension = Path::new(table).extension().unwrap_or_default();
                let records = Path::new("records").with_extension(extension.to_ascii_lowercase());
                fs::rename(holder.join(table), holder.join(records))?;
                fs::rename(&holder, &drop)?;
            }
            (false, [], []) if gather_records(&holder)? => fs::rename(&holder, &drop)?,
            (false, [], []) => {
                let wrong = match other_kind(&holder)? {
                    Some(kind) => rules::DROP_KIND.broken_by_drop(&kind),
                    None => rules::DROP_EMPTY.broken_by_drop(""),
                };
                return Err(StageError::Refused(vec![wrong]));
            }
            (false, [], several) => return ambiguous(several),
            (false, tables, _) => return ambiguous(tables),
        }
        if raw.exists() {
            fs::remove_dir_all(&raw)?;
        }
        let stage = StageFile {
            name: self.name.clone(),
            at: self.at,
        };
        Ok(write_json(&self.dir.join(STAGE), &stage)?)
    }
}

/// A file of an upload. Writing beyond what a drop may hold fails.
#[derive(Debug)]
pub struct UploadFile<'a> {
    file: File,
    left: &'a mut u64,
}

impl Write for UploadFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.left.checked_sub(bytes.len() as u64);
        *self.left = left.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the upload is larger than a drop may be",
            )
        })?;
        self.file.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The one folder in which a browser sends a folder's files, or the folder itself.
fn only_folder(raw: &Path) -> io::Result<PathBuf> {
    let entries = fs::read_dir(raw)?.collect::<io::Result<Vec<_>>>()?;
    match entries.as_slice() {
        [one] if one.file_type()?.is_dir() => Ok(one.path()),
        _ => Ok(raw.to_owned()),
    }
}

/// The files in a folder with one of these extensions, without what the station sends back beside
/// a table; alone, that is the table.
fn named(folder: &Path, extensions: &[&str]) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let extension = Path::new(&name).extension().unwrap_or_default();
        let wanted = extensions
            .iter()
            .any(|wanted| extension.eq_ignore_ascii_case(wanted));
        if wanted && !name.starts_with(['.', '~']) && entry.file_type()?.is_file() {
            found.push(name);
        }
    }
    found.sort();
    let is_return = |name: &String| name.starts_with("alasan.");
    if !found.iter().all(is_return) {
        found.retain(|name| !is_return(name));
    }
    Ok(found)
}

/// Brings records that came alone, one a file, or one file of many, into the form of a batch.
/// Says whether there were any.
fn gather_records(folder: &Path) -> io::Result<bool> {
    let mut alone = named(folder, &["json", "jsonl"])?;
    alone.retain(|name| !["batch.json", REASONS].contains(&name.as_str()));
    if let [one] = alone.as_slice() {
        let from = folder.join(one);
        let is_lines = from
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("jsonl"));
        if is_lines || is_array(&fs::read(&from)?) {
            let records = if is_lines {
                "records.jsonl"
            } else {
                "records.json"
            };
            fs::rename(&from, folder.join(records))?;
            return Ok(true);
        }
    }
    if alone.is_empty() {
        return Ok(false);
    }
    let mut records = File::create_new(folder.join("records.jsonl"))?;
    for name in &alone {
        let from = folder.join(name);
        let mut bytes = fs::read(&from)?;
        // Line breaks stand between JSON's tokens only, as spaces do: so it is one line.
        for byte in bytes
            .iter_mut()
            .filter(|byte| matches!(byte, b'\r' | b'\n'))
        {
            *byte = b' ';
        }
        records.write_all(bytes.strip_prefix(BOM).unwrap_or(&bytes))?;
        records.write_all(b"\n")?;
        fs::remove_file(from)?;
    }
    Ok(true)
}

/// The mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

fn is_array(json: &[u8]) -> bool {
    let json = json.strip_prefix(BOM).unwrap_or(json);
    json.trim_ascii_start().starts_with(b"[")
}

/// What somebody took for a table, as `.xls`; `None` among folders and pictures.
fn other_kind(folder: &Path) -> io::Result<Option<String>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let is_picture = ["jpg", "jpeg", "png"]
            .iter()
            .any(|known| extension == *known);
        if !extension.is_empty() && !is_picture && path.is_file() {
            return Ok(Some(format!(".{}", extension.to_string_lossy())));
        }
    }
    Ok(None)
}

fn has_records(folder: &Path) -> io::Result<bool> {
    let names = named(folder, &["jsonl", "json", "csv", "xlsx"])?;
    let is_records = |name: &String| name.to_ascii_lowercase().starts_with("records.");
    Ok(names.iter().any(is_records))
}

/// The name of the drop that an upload of this name becomes: one that no system stumbles over.
pub(super) fn drop_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.is_empty());
    let last = Path::new(last.unwrap_or_default());
    let stem = last.file_stem().unwrap_or_default().to_string_lossy();
    let plain: String = stem
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || " -_()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(80)
        .collect();
    match plain.trim() {
        "" => "unggahan".to_owned(),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_drop_is_one_that_no_system_stumbles_over() {
        for (given, name) in [
            ("SDN 2 Curup.zip", "SDN 2 Curup"),
            ("C:\\Users\\Budi\\kelas 2A.xlsx", "kelas 2A"),
            ("../../etc/passwd", "passwd"),
            (".tmp", "_tmp"),
            ("~$x.xlsx", "__x"),
            ("a/b/", "b"),
            ("", "unggahan"),
        ] {
            assert_eq!(drop_name(given), name, "{given}");
        }
    }
}
