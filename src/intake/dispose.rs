//! Moving a drop to its place once the ledger holds the outcome.
//!
//! Everything that goes out is first laid ready in `work/<id>/out/`, which appears by one rename
//! and from then on is the decision. Each folder in it is published by one rename, and what is no
//! longer there has been published: so the names in `accepted/` and `rejected/` need not be
//! remembered, and the whole can be cut off anywhere and done again.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::claim::{Claimed, DECISION, DROP, INTENT, MAPPINGS, READING, UNPACKED, shown};
use super::form::Form;
use super::manifest;
use super::paths::Finder;
use super::read::{Source, decoded, photo_of, pieces};
use super::report::{REASONS, Report};
use super::tree::{self, Barred, Tree, io_of};
use super::{IntakeError, Limits, ReadError};

const DRAFT: &str = "out.tmp";
/// Marked copies of a table while they are laid ready, and their names beside it.
const MARKED: [(&str, &str); 2] = [("marked.csv", "alasan.csv"), ("marked.xlsx", WORKBOOK)];
/// The return list of a table as a workbook.
const WORKBOOK: &str = "alasan.xlsx";
const ACCEPTED: &str = "accepted";
const REJECTED: &str = "rejected";

impl Claimed {
    /// Moves the drop to where its outcome belongs; to be called after the ledger holds it.
    ///
    /// - Something accepted, nothing refused: the drop goes to `accepted/<name>/`.
    /// - Nothing accepted: it goes to `rejected/<name>/`, untouched; a table that could be read
    ///   gets marked copies beside it, the workbook `alasan.xlsx` and for a CSV also `alasan.csv`.
    /// - Both: it goes to `accepted/<name>/`, and the refused rows go to `rejected/<name>/` as they
    ///   were written, with their photos and what the manifest says of the batch. A CSV comes
    ///   back with all rows, the refused ones marked, and no cell that a spreadsheet would run as
    ///   a formula: such cells get an apostrophe, which is taken away when the table is sent again.
    ///   A workbook comes back under its own name as a return list, whose first sheet holds the
    ///   refused rows alone; a CSV has that list beside it as `alasan.xlsx`.
    ///
    /// `reasons.json` lies beside in each. A name that is taken gets `~2`, `~3`, … Called again
    /// after a failure it goes on where it stopped, by the report it was first given.
    ///
    /// # Errors
    /// [`IntakeError::Dispose`] when the disk fails; nothing is lost, and [`super::Inbox::unfinished`]
    /// finishes it at the next start.
    pub fn dispose(&self, report: &Report, limits: &Limits) -> Result<(), IntakeError> {
        if !self.is_decided() {
            self.decide(report, limits)
                .map_err(|error| self.failed(error))?;
        }
        self.finish()
    }

    /// Whether an outcome was already laid ready.
    pub fn is_decided(&self) -> bool {
        self.home.has(Path::new(DECISION))
    }

    /// Publishes what was laid ready and clears `work/`.
    ///
    /// # Errors
    /// [`IntakeError::Dispose`]; to be done again.
    pub fn finish(&self) -> Result<(), IntakeError> {
        self.publish_all().map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> IntakeError {
        IntakeError::Dispose {
            id: self.intent.id.clone(),
            source,
        }
    }

    fn decide(&self, report: &Report, limits: &Limits) -> io::Result<()> {
        self.home.remove_all(Path::new(DRAFT))?;
        self.home.make_folders(Path::new(DRAFT))?;
        let draft = self.home.folder(Path::new(DRAFT)).map_err(io_of)?;
        let reasons = serde_json::to_vec_pretty(report)?;
        let whole = if report.accepted() > 0 {
            ACCEPTED
        } else {
            REJECTED
        };
        write(
            &draft,
            Path::new(whole).with_extension("json").as_path(),
            &reasons,
        )?;
        if report.accepted() == 0 && !report.refused_rows().is_empty() {
            self.mark_refused_table(&draft, report, limits)?;
        }
        if report.rejected() > 0 && report.accepted() > 0 {
            draft.make_folders(Path::new(REJECTED))?;
            let back = draft.folder(Path::new(REJECTED)).map_err(io_of)?;
            write(&back, Path::new(REASONS), &reasons)?;
            self.return_rows(&back, report, limits)?;
        }
        draft.sync_below()?;
        self.home
            .rename(Path::new(DRAFT), &self.home, Path::new(DECISION))
    }

    /// A table that goes back untouched is told of its rows in a copy beside it.
    fn mark_refused_table(&self, draft: &Tree, report: &Report, limits: &Limits) -> io::Result<()> {
        let Ok(source) = self.source(limits) else {
            return Ok(());
        };
        if !matches!(source.form, Form::Table | Form::Sheet) {
            return Ok(());
        }
        let bytes = source.bytes(limits).map_err(again)?;
        let [(csv, _), (workbook, _)] = MARKED;
        if source.form == Form::Table {
            let text = decoded(&bytes).map_err(again)?;
            let marked = source.table(text).map_err(again)?.marked(report);
            write(draft, Path::new(csv), &marked)?;
        }
        match source.workbook(&bytes, report, limits).map_err(again)? {
            Some(list) => write(draft, Path::new(workbook), &list),
            None => Ok(()),
        }
    }

    /// Lays the refused rows, their photos and the manifest's words on the batch into `back`.
    fn return_rows(&self, back: &Tree, report: &Report, limits: &Limits) -> io::Result<()> {
        let source = self.source(limits).map_err(again)?;
        let bytes = source.bytes(limits).map_err(again)?;
        let refused = report.refused_rows();
        let list = source.workbook(&bytes, report, limits).map_err(again)?;
        let returned = match (source.form, list) {
            (Form::Sheet, Some(list)) => list,
            (Form::Table, list) => {
                if let Some(list) = list {
                    write(back, Path::new(WORKBOOK), &list)?;
                }
                let text = decoded(&bytes).map_err(again)?;
                source.table(text).map_err(again)?.marked(report)
            }
            (form, _) => {
                let text = decoded(&bytes).map_err(again)?;
                let mut kept = pieces(form, text, limits).map_err(again)?;
                kept.retain(|(row, _)| refused.contains(row));
                let kept: Vec<&str> = kept.into_iter().map(|(_, piece)| piece).collect();
                match form {
                    Form::Array => format!("[\n{}\n]\n", kept.join(",\n")),
                    _ => kept.join("\n") + "\n",
                }
                .into_bytes()
            }
        };
        write(
            back,
            Path::new(source.file.file_name().unwrap_or_default()),
            &returned,
        )?;
        if source.is_batch {
            return_manifest(&source.base, back, limits)?;
        }
        let batch = source.batch(limits).map_err(again)?;
        let mut finder = Finder::default();
        let photos: BTreeSet<PathBuf> = batch
            .rows
            .iter()
            .filter(|row| refused.contains(&row.row))
            .filter_map(photo_of)
            .filter_map(|path| finder.find(&source.base, Path::new(path)).ok())
            .collect();
        for photo in photos {
            return_photo(&source, back, &photo)?;
        }
        Ok(())
    }

    fn publish_all(&self) -> io::Result<()> {
        if let Ok(out) = self.home.folder(Path::new(DECISION)) {
            for (place, folder) in [
                (REJECTED, &self.folders.rejected),
                (ACCEPTED, &self.folders.accepted),
            ] {
                self.gather(&out, place)?;
                self.publish(&out, place, folder)?;
            }
        }
        self.home.remove_empty(Path::new(DECISION))?;
        self.home.remove_empty(Path::new(DROP))?;
        self.home.remove_all(Path::new(UNPACKED))?;
        self.home.remove_file(Path::new(MAPPINGS))?;
        for mark in READING {
            self.home.remove_unsynced(Path::new(mark))?;
        }
        self.home.remove_file(Path::new(INTENT))?;
        Tree::open(&self.folders.work)?.remove_empty(Path::new(&self.intent.id))
    }

    /// Brings the whole drop and its reasons together in one folder of `out`.
    fn gather(&self, out: &Tree, place: &str) -> io::Result<()> {
        let reasons = Path::new(place).with_extension("json");
        if !out.has(&reasons) {
            return Ok(());
        }
        let place = Path::new(place);
        if !out.has(place) {
            let batch = Path::new(DROP).join(&self.intent.name);
            let is_folder = self.home.meta(&batch).map_err(io_of)?.kind == tree::Kind::Folder;
            match is_folder {
                true => self.home.rename(&batch, out, place)?,
                false => self.home.rename(Path::new(DROP), out, place)?,
            }
        }
        let folder = out.folder(place).map_err(io_of)?;
        // A batch stands beside its done file, which goes into the folder with it.
        for companion in &self.intent.companions {
            let left = Path::new(DROP).join(companion);
            if self.home.has(&left) {
                let free = free_name(&folder, &companion.to_string_lossy());
                self.home.rename(&left, &folder, Path::new(&free))?;
            }
        }
        for (marked, name) in MARKED {
            if out.has(Path::new(marked)) {
                let free = free_name(&folder, name);
                out.rename(Path::new(marked), &folder, Path::new(&free))?;
            }
        }
        // A rejected folder that is sent again still holds the reasons of the last time.
        if folder.has(Path::new(REASONS)) {
            let free = free_name(&folder, REASONS);
            folder.rename(Path::new(REASONS), &folder, Path::new(&free))?;
        }
        out.rename(&reasons, &folder, Path::new(REASONS))
    }

    /// Gives a folder of `out` its name in `accepted/` or `rejected/`.
    fn publish(&self, out: &Tree, place: &str, folder: &Path) -> io::Result<()> {
        let place = Path::new(place);
        let target = Tree::open(folder)?;
        let name = shown(&self.intent.name);
        let copy = PathBuf::from(format!(".{}.tmp", self.intent.id));
        let copied = place.with_extension("copied");
        if out.has(place) {
            let free = free_name(&target, &name);
            match out.rename(place, &target, Path::new(&free)) {
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
                other => return other,
            }
            target.remove_all(&copy)?;
            tree::copy(out, place, &target, &copy)?;
            // From here on the copy counts, and is not made a second time.
            out.rename(place, out, &copied)?;
        }
        if out.has(&copied) {
            if target.has(&copy) {
                let free = free_name(&target, &name);
                target.rename(&copy, &target, Path::new(&free))?;
            }
            out.remove_all(&copied)?;
        }
        Ok(())
    }
}

/// The failure to read again what was read before the outcome was decided.
fn again(error: ReadError) -> io::Error {
    match error {
        ReadError::Io(error) => error,
        ReadError::Refused(_) => io::Error::other(
            "the drop was changed since it was read; nobody but the station may write in `work/`",
        ),
    }
}

/// The manifest without its list of files, which no longer fits: the school and the approval must
/// hold for the returned records as well.
fn return_manifest(batch: &Tree, back: &Tree, limits: &Limits) -> io::Result<()> {
    let name = Path::new(manifest::NAME);
    let Ok(bytes) = batch.read(name, limits.file_bytes) else {
        return Ok(());
    };
    let text = decoded(&bytes).map_err(io::Error::other)?;
    let mut value: Value = serde_json::from_str(text)?;
    if let Some(object) = value.as_object_mut() {
        object.remove("files");
    }
    write(back, name, &serde_json::to_vec_pretty(&value)?)
}

/// Lays a photo beside its record. One that cannot go there is passed over, since the whole drop is
/// kept: `foto` may name the file of records or another that the station writes itself, also as if
/// it were a folder, and the sender may have kept the right to read it from the station.
fn return_photo(source: &Source, back: &Tree, photo: &Path) -> io::Result<()> {
    match source.base.meta(photo) {
        Ok(meta) if meta.kind == tree::Kind::File => {}
        Ok(_) | Err(Barred::Missing | Barred::Special) => return Ok(()),
        Err(error) => return Err(io_of(error)),
    }
    match lay_photo(source, back, photo) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::AlreadyExists
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::PermissionDenied
            ) =>
        {
            Ok(())
        }
        other => other,
    }
}

fn lay_photo(source: &Source, back: &Tree, photo: &Path) -> io::Result<()> {
    if let Some(above) = photo.parent() {
        back.make_folders(above)?;
    }
    match back.link(&source.base, photo, photo) {
        // What was unpacked from an archive is not on the disk yet.
        Ok(()) => back.open_file(photo).map_err(io_of)?.0.sync_all(),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // Some file systems know no second name for a file.
        Err(_) => tree::copy(&source.base, photo, back, photo),
    }
}

pub(super) fn write(folder: &Tree, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = folder.create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// `X`, or `X~2`, `X~3`, … where that is taken; the number stands before the extension of a file.
fn free_name(folder: &Tree, name: &str) -> String {
    let path = Path::new(name);
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map_or(String::new(), |extension| {
        format!(".{}", OsStr::to_string_lossy(extension))
    });
    std::iter::once(name.to_owned())
        .chain((2_u32..).map(|number| format!("{stem}~{number}{extension}")))
        .find(|candidate| !folder.has(Path::new(candidate)))
        .unwrap_or_else(|| name.to_owned())
}

/// Undoes what `free_name` did to a name, if it did: a sender's own `X~2` reads the same.
pub fn given_name(name: &str) -> String {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    match stem.rsplit_once('~') {
        Some((given, number))
            if !given.is_empty() && number.parse::<u32>().is_ok_and(|number| number > 1) =>
        {
            given.to_owned() + &extension
        }
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests;
