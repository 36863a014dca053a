//! ZIP archives: measured by their directory before a byte of them is unpacked.
//!
//! The directory says how many entries there are, what they are called and how large they become;
//! whatever is too much, lies outside or is there twice is refused for that alone. What is then
//! unpacked is counted, so that an entry that lied about its size is caught when it exceeds it.

use std::collections::BTreeSet;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;
use zip::{CompressionMethod, ZipArchive};

use super::Limits;
use super::form::is_records;
use super::paths::extension;
use super::read_error::{ReadError, barred};
use super::settle::is_ignored;
use super::tree::Tree;
use crate::domain::rules::{self, Rule};

/// An archive whose directory was found in order.
pub(super) struct Archive<R> {
    zip: ZipArchive<R>,
    /// The files worth unpacking.
    files: Vec<Entry>,
    /// Those that are not, as other programs leave them. A reader of workbooks takes them for
    /// parts all the same, where the file says so.
    litter: Vec<Entry>,
}

/// A file in an archive.
struct Entry {
    index: usize,
    /// Below the folder that it is unpacked into.
    path: PathBuf,
    /// As the directory declares it, in bytes.
    size: u64,
}

/// Smaller entries are no bombs, however well they shrank.
const HARMLESS: u64 = 1 << 20;

/// Bytes of one name in a path.
const LONGEST_NAME: usize = 255;

/// The end record of an archive without its comment, in bytes; that of ZIP64, and what leads to it.
const END: usize = 22;
const END_64: usize = 56;
const LOCATOR: usize = 20;

impl<R: Read + Seek> Archive<R> {
    /// Reads and measures the directory. `bytes` is what all entries may hold together.
    pub fn measured(mut reader: R, limits: &Limits, bytes: u64) -> Result<Self, ReadError> {
        let length = reader.seek(SeekFrom::End(0)).map_err(ReadError::Io)?;
        let declared = entries_declared(&mut reader, length)?;
        if declared > limits.files {
            return Err(ReadError::refused(&rules::DROP_LIMITS, "files"));
        }
        let mut zip = ZipArchive::new(reader).map_err(broken)?;
        if zip.has_duplicate_names() || zip.len() != declared {
            return Err(ReadError::refused(&rules::ARCHIVE_TWICE, ""));
        }
        let mut archive = Measure::new(limits, bytes, length);
        for index in 0..zip.len() {
            archive.add(index, &zip)?;
        }
        let (mut files, litter) = (archive.files, archive.litter);
        if zip.has_overlapping_entries().map_err(broken)? {
            return Err(ReadError::refused(&rules::ARCHIVE_TWICE, ""));
        }
        without_top_folder(&mut files);
        Ok(Self { zip, files, litter })
    }

    /// Writes the files into `folder`, which holds nothing yet.
    pub fn unpack(mut self, folder: &Tree) -> Result<(), ReadError> {
        for entry in std::mem::take(&mut self.files) {
            if let Some(above) = entry.path.parent() {
                folder.make_folders(above).map_err(ReadError::Io)?;
            }
            let mut file = folder.create(&entry.path).map_err(ReadError::Io)?;
            self.inflate(&entry, |piece| file.write_all(piece).map_err(ReadError::Io))?;
        }
        Ok(())
    }

    /// The content of every file of this name, whatever its letter case and folder, litter too.
    pub fn contents(mut self, name: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = Vec::new();
        let files = std::mem::take(&mut self.files);
        for entry in files.into_iter().chain(std::mem::take(&mut self.litter)) {
            let own = entry.path.file_name().unwrap_or_default();
            if own.eq_ignore_ascii_case(name) {
                self.inflate(&entry, |piece| {
                    bytes.extend_from_slice(piece);
                    Ok(())
                })?;
            }
        }
        Ok(bytes)
    }

    /// Reading stops with an error at the size that the directory declares, and at the end the
    /// checksum must hold: so what was measured is all that can come.
    fn inflate(
        &mut self,
        entry: &Entry,
        mut put: impl FnMut(&[u8]) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut file = self.zip.by_index(entry.index).map_err(broken)?;
        let mut buffer = vec![0; 1 << 16];
        let mut came = 0;
        loop {
            let read = file
                .read(&mut buffer)
                .map_err(|error| broken(error.into()))?;
            if read == 0 {
                break;
            }
            came += read as u64;
            put(&buffer[..read])?;
        }
        match came == entry.size {
            true => Ok(()),
            false => Err(ReadError::refused(&rules::ARCHIVE_UNREADABLE, "size")),
        }
    }
}

/// What the entries of a directory come to.
struct Measure<'a> {
    limits: &'a Limits,
    /// Bytes that may still come.
    left: u64,
    /// Bytes that may still come for the archive's own length.
    inflated: u64,
    /// Paths in lower case, of files and of the folders above them.
    names: BTreeSet<String>,
    folders: BTreeSet<String>,
    files: Vec<Entry>,
    litter: Vec<Entry>,
}

impl<'a> Measure<'a> {
    fn new(limits: &'a Limits, bytes: u64, length: u64) -> Self {
        Self {
            limits,
            left: bytes,
            inflated: length
                .saturating_mul(limits.archive_ratio)
                .saturating_add(HARMLESS),
            names: BTreeSet::new(),
            folders: BTreeSet::new(),
            files: Vec::new(),
            litter: Vec::new(),
        }
    }

    fn add<R: Read + Seek>(&mut self, index: usize, zip: &ZipArchive<R>) -> Result<(), ReadError> {
        let entry = zip.by_index_data(index).map_err(broken)?;
        let refused = |rule: &'static Rule, detail: &str| Err(ReadError::refused(rule, detail));
        let raw = entry.name_raw();
        // Many programs write UTF-8 and do not say so; the directory's own word is the old DOS page.
        let name: String = match std::str::from_utf8(raw) {
            Ok(text) => text.nfc().collect(),
            Err(_) => entry.name().map_err(broken)?.nfc().collect(),
        };
        let path = below(&name).ok_or_else(|| ReadError::refused(&rules::ARCHIVE_PATH, ""))?;
        if path.as_os_str().len() > self.limits.path_bytes {
            return refused(&rules::DROP_LIMITS, "path");
        }
        // No file system takes a longer one, and the failure would look like the disk's.
        if path.iter().any(|name| name.len() > LONGEST_NAME) {
            return refused(&rules::DROP_LIMITS, "path");
        }
        if path.components().count() > self.limits.depth + 1 {
            return refused(&rules::DROP_NESTED, "");
        }
        if entry.encrypted() {
            return refused(&rules::ARCHIVE_LOCKED, "");
        }
        if is_special(entry.unix_mode()) {
            return refused(&rules::DROP_SPECIAL, &name);
        }
        let is_folder = entry.is_dir();
        let size = entry.size();
        if is_folder && size > 0 {
            return refused(&rules::ARCHIVE_UNREADABLE, "");
        }
        let known = [CompressionMethod::Stored, CompressionMethod::Deflated];
        if !known.contains(&entry.compression()) {
            return refused(&rules::ARCHIVE_UNREADABLE, "compression");
        }
        let most = entry
            .compressed_size()
            .saturating_mul(self.limits.archive_ratio);
        if size > most.max(HARMLESS) {
            return refused(&rules::ARCHIVE_BOMB, "");
        }
        // Litter counts like anything else: a bomb may be called `.x`, too.
        self.left = self
            .left
            .checked_sub(size)
            .ok_or_else(|| ReadError::refused(&rules::DROP_LIMITS, "bytes"))?;
        self.inflated = self
            .inflated
            .checked_sub(size)
            .ok_or_else(|| ReadError::refused(&rules::ARCHIVE_BOMB, ""))?;
        if is_folder {
            return Ok(());
        }
        if path.as_os_str().is_empty() {
            return refused(&rules::ARCHIVE_PATH, "");
        }
        let is_litter = |name| is_ignored(name) || name == "__MACOSX";
        if path.iter().any(is_litter) {
            self.litter.push(Entry { index, path, size });
            return Ok(());
        }
        if NESTED.contains(&extension(&path).as_str()) {
            return refused(&rules::ARCHIVE_NESTED, &name);
        }
        let lower = path.to_string_lossy().to_lowercase();
        let above = Path::new(&lower).ancestors().skip(1);
        let above: Vec<String> = above
            .filter(|path| !path.as_os_str().is_empty())
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        // A name is one file or one folder, and Windows tells no case.
        let clash = self.folders.contains(&lower) || above.iter().any(|a| self.names.contains(a));
        if clash || !self.names.insert(lower) {
            return refused(&rules::ARCHIVE_TWICE, &name);
        }
        self.folders.extend(above);
        self.files.push(Entry { index, path, size });
        Ok(())
    }
}

/// Archives inside archives are not opened, and a sender should hear of it.
const NESTED: [&str; 9] = ["zip", "rar", "7z", "tar", "tgz", "gz", "bz2", "xz", "zst"];

/// The path of a name in an archive or an upload that stays below where it is put; none for a
/// name that leads outside. Empty for the folder itself. Windows separates by backslashes.
pub fn below(name: &str) -> Option<PathBuf> {
    let travels = name.starts_with(['/', '\\']) || name.contains(':');
    if travels || name.chars().any(char::is_control) {
        return None;
    }
    let mut path = PathBuf::new();
    for part in name
        .split(['/', '\\'])
        .filter(|part| !matches!(*part, "" | "."))
    {
        if part == ".." {
            return None;
        }
        path.push(part);
    }
    Some(path)
}

/// Whether the mode that a Unix program noted is that of a link, pipe, socket or device.
fn is_special(mode: Option<u32>) -> bool {
    const KIND: u32 = 0o170_000;
    !matches!(mode.unwrap_or(0) & KIND, 0 | 0o100_000 | 0o040_000)
}

/// Takes away the one folder at the top in which some programs pack everything.
fn without_top_folder(files: &mut [Entry]) {
    let top = |entry: &Entry| entry.path.iter().next().map(std::ffi::OsStr::to_owned);
    let Some(first) = files.first().and_then(top) else {
        return;
    };
    let all_below = files
        .iter()
        .all(|entry| entry.path.components().count() > 1 && top(entry).as_ref() == Some(&first));
    let is_batch = files.iter().any(|entry| {
        let name = entry.path.file_name().unwrap_or_default();
        entry.path.components().count() == 2 && is_records(name).is_some()
    });
    if all_below && is_batch {
        for entry in files {
            entry.path = entry.path.iter().skip(1).collect();
        }
    }
}

/// How many entries the end record declares, that of ZIP64 where there is one. It must close the
/// file and follow the directory, so that no other record can be found instead.
fn entries_declared<R: Read + Seek>(reader: &mut R, length: u64) -> Result<usize, ReadError> {
    const LONGEST: u64 = (END_64 + LOCATOR + END) as u64 + 0xffff;
    let unreadable = || ReadError::refused(&rules::ARCHIVE_UNREADABLE, "");
    let start = length.saturating_sub(LONGEST);
    let mut tail = Vec::new();
    let tail = reader
        .seek(SeekFrom::Start(start))
        .and_then(|_| reader.take(LONGEST).read_to_end(&mut tail))
        .map(|_| tail)
        .map_err(ReadError::Io)?;
    let number = |at: usize, bytes: usize| {
        let digits = tail.get(at..at + bytes)?.iter().rev();
        Some(digits.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    let ends = |at: &usize| {
        tail[*at..].starts_with(b"PK\x05\x06")
            && number(at + 20, 2) == Some((tail.len() - at - END) as u64)
    };
    let mut places = (0..=tail.len().saturating_sub(END)).rev();
    let at = places
        .find(|at| tail.len() >= END && ends(at))
        .ok_or_else(unreadable)?;
    let short = (number(at + 10, 2), number(at + 12, 4), number(at + 16, 4));
    let at_64 = at.checked_sub(LOCATOR + END_64).filter(|at_64| {
        let locator = at_64 + END_64;
        tail[*at_64..].starts_with(b"PK\x06\x06")
            && tail[locator..].starts_with(b"PK\x06\x07")
            && number(locator + 8, 8) == Some(start + *at_64 as u64)
    });
    let (declared, directory_end) = match at_64 {
        Some(at_64) => {
            let long = (
                number(at_64 + 32, 8),
                number(at_64 + 40, 8),
                number(at_64 + 48, 8),
            );
            // Where the short record has room for a number, both say the same.
            let same = |short: Option<u64>, long, full| short == Some(full) || short == long;
            if !same(short.0, long.0, 0xffff)
                || !same(short.1, long.1, 0xffff_ffff)
                || !same(short.2, long.2, 0xffff_ffff)
            {
                return Err(unreadable());
            }
            (long, at_64)
        }
        None => (short, at),
    };
    let (Some(count), Some(size), Some(offset)) = declared else {
        return Err(unreadable());
    };
    if offset.checked_add(size) != Some(start + directory_end as u64) {
        return Err(unreadable());
    }
    usize::try_from(count).map_err(|_| unreadable())
}

/// What is wrong with an archive, unless it is the disk.
fn broken(error: zip::result::ZipError) -> ReadError {
    match error {
        zip::result::ZipError::Io(error) if error.raw_os_error().is_some() => ReadError::Io(error),
        _ => ReadError::refused(&rules::ARCHIVE_UNREADABLE, ""),
    }
}

/// Unpacks the archive at `zip` into the folder `into`, which it makes.
///
/// # Errors
/// [`ReadError::Refused`] when the archive is not to be trusted, [`ReadError::Io`] for the disk.
pub fn unpack(zip: &Path, into: &Path, limits: &Limits) -> Result<(), ReadError> {
    let file = std::fs::File::open(zip).map_err(ReadError::Io)?;
    let archive = Archive::measured(file, limits, limits.drop_bytes)?;
    std::fs::create_dir_all(into).map_err(ReadError::Io)?;
    archive.unpack(&Tree::open(into).map_err(ReadError::Io)?)
}

/// The measured directory of an archive in `holder`, as a claim or a scan meets it.
pub(super) fn open(
    holder: &Tree,
    name: &Path,
    limits: &Limits,
) -> Result<Archive<std::fs::File>, ReadError> {
    let (file, _) = holder.open_file(name).map_err(|error| barred(error, ""))?;
    Archive::measured(file, limits, limits.drop_bytes)
}

#[cfg(test)]
mod tests;
