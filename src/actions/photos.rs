//! The photo desk: what a child's photo was before it was prepared, and another picture for a card
//! that is not printed yet.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::config::{Config, Paths};
use crate::domain::card::{Evidence, State};
use crate::domain::fields::RawValue;
use crate::domain::hex::hex;
use crate::domain::ids::CardId;
use crate::domain::nik::{Nik, mask_dates_and_numbers_in};
use crate::domain::rules::{self, Problem, Subject};
use crate::domain::text::Text;
use crate::intake::{
    InPlace, Mappings, MappingsError, PhotoError, given_name, photo_in_place, read_in_place,
};
use crate::ledger::{self, Ledger, Person, Reader, Tx};
use crate::production::StationError;
use crate::production::assets;
use crate::production::examine::photo_target;
use crate::production::photos::PhotoStore;
use crate::render::photo::{self, Adjustment, Fault, Prepared, Target};

/// Why a photo was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The picture cannot go on a card.
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Settings, layouts or the disk.
    #[error(transparent)]
    Station(#[from] StationError),
    /// The saved meanings of columns.
    #[error(transparent)]
    Mappings(#[from] MappingsError),
    #[error("the photo cannot be read or kept")]
    Disk(#[from] io::Error),
}

impl DeskError {
    /// What the sender or operator reads of a bad picture.
    pub fn refusal(&self) -> Option<Text> {
        let Self::Fault(fault) = self else {
            return None;
        };
        let Problem { pesan, message, .. } =
            fault
                .rule()
                .broken(&Subject::default(), "foto", &fault.detail());
        Some((pesan, message).into())
    }
}

/// The photos of a station, and how its cards want them.
pub struct PhotoDesk {
    paths: Paths,
    limits: crate::intake::Limits,
    store: PhotoStore,
    target: Target,
}

/// A picture as it came, and whether it is the sender's own file.
pub struct Original {
    /// A JPEG or PNG file.
    pub bytes: Vec<u8>,
    /// Not when only the prepared picture is left.
    pub is_whole: bool,
}

/// What a person wants of a photo.
pub enum Change {
    /// Another part of the same picture.
    Adjust(Adjustment),
    Replace(Vec<u8>),
}

impl PhotoDesk {
    /// Opens the desk of a station.
    ///
    /// # Errors
    /// Layouts or a folder that cannot be used.
    pub fn open(paths: &Paths, config: &Config) -> Result<Self, StationError> {
        let layouts = assets::load_all(Some(paths), config)?;
        Ok(Self {
            paths: paths.clone(),
            limits: config.intake.limits.clone(),
            store: PhotoStore::open(paths.photos())?,
            target: photo_target(&layouts, config.press(), config),
        })
    }

    /// Width over height of the layout's photo box.
    pub fn ratio(&self) -> f64 {
        f64::from(self.target.width) / f64::from(self.target.height)
    }

    /// The picture of a card as it will be printed.
    ///
    /// # Errors
    /// One that is gone or has changed.
    pub fn prepared(&self, person: &Person) -> Result<Option<Vec<u8>>, io::Error> {
        let read = |sha256: &String| self.store.read(sha256);
        person.photo.as_ref().map(read).transpose()
    }

    /// The picture that a card's photo was made from: the sender's file where it is still there
    /// and surely this card's, else the prepared picture itself.
    ///
    /// # Errors
    /// The disk's.
    pub fn original(
        &self,
        ledger: &Reader,
        card: CardId,
        person: &Person,
    ) -> Result<Option<Original>, DeskError> {
        let Some(sha256) = &person.photo else {
            return Ok(None);
        };
        if let Ok(bytes) = std::fs::read(self.source_of(sha256)) {
            return Ok(Some(Original {
                bytes,
                is_whole: true,
            }));
        }
        for bytes in self.sent(ledger, card, person)? {
            // A name proves nothing; that it makes the very same picture does.
            let made = photo::prepare(&bytes, &self.target);
            if made.is_ok_and(|made| hex(&made.sha256) == *sha256) {
                return Ok(Some(Original {
                    bytes,
                    is_whole: true,
                }));
            }
        }
        Ok(Some(Original {
            bytes: self.store.read(sha256)?,
            is_whole: false,
        }))
    }

    /// Files that may be what the sender sent for this card.
    fn sent(
        &self,
        ledger: &Reader,
        card: CardId,
        person: &Person,
    ) -> Result<Vec<Vec<u8>>, DeskError> {
        let drop = ledger.card(card)?.map(|card| card.drop);
        let drop = drop.map(|drop| ledger.drop(&drop)).transpose()?.flatten();
        let (Some(foto), Some(drop)) = (&person.record.foto, drop) else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.paths.intake().accepted)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !may_be(&name, &drop.outcome.name) {
                continue;
            }
            match photo_in_place(&entry.path(), foto, &self.limits) {
                Ok(bytes) => found.push(bytes),
                Err(PhotoError::Rule(_)) => {}
                Err(PhotoError::Io(error)) => return Err(error.into()),
            }
        }
        Ok(found)
    }

    /// Where the file that a picture was made of by hand is kept.
    fn source_of(&self, sha256: &str) -> PathBuf {
        self.paths.photos().join(format!("{sha256}.asal"))
    }

    /// What a change would make.
    ///
    /// # Errors
    /// A picture that cannot go on a card.
    pub fn preview(&self, original: &[u8], change: &Change) -> Result<Prepared, Fault> {
        match change {
            Change::Adjust(adjustment) => {
                photo::prepare_adjusted(original, &self.target, adjustment)
            }
            Change::Replace(bytes) => photo::prepare(bytes, &self.target),
        }
    }

    /// Gives a card another picture. One that was held for want of a good photo waits for its lot
    /// again, and so does one that is in a PDF: what that PDF shows of it must not be used.
    ///
    /// # Errors
    /// A picture that cannot go on a card, or a card that is in a PDF already.
    pub fn change(
        &self,
        ledger: &mut Ledger,
        actor: &str,
        card: CardId,
        change: &Change,
    ) -> Result<(), DeskError> {
        let person = ledger.person(card)?.ok_or(ledger::Error::Erased(card))?;
        let original = match change {
            Change::Replace(bytes) => bytes.clone(),
            Change::Adjust(_) => {
                self.original(ledger, card, &person)?
                    .ok_or(ledger::Error::PhotoFixed(card))?
                    .bytes
            }
        };
        let made = self.preview(&original, change)?;
        let sha256 = hex(&made.sha256);
        crate::production::photos::write_new(&self.source_of(&sha256), |file| {
            io::Write::write_all(file, &original)
        })?;
        self.store.keep(&sha256, &made.jpeg)?;
        self.store.sync()?;
        let replaced = matches!(change, Change::Replace(_));
        ledger.write(actor, Timestamp::now(), |tx| {
            let Some(stands) = tx.card(card)? else {
                return Err(ledger::Error::NoCard(card));
            };
            let step =
                |tx: &mut Tx<'_>, to| tx.move_card(card, to, Evidence::Operator, Some(CHANGED));
            let taken_out = stands.state == State::Rendered;
            if taken_out {
                step(tx, State::Held)?;
            }
            tx.change_photo(card, &sha256, replaced)?;
            let for_photo = stands.reason.as_deref().is_some_and(is_photo_code);
            if taken_out || (stands.state == State::Held && for_photo) {
                step(tx, State::Accepted)?;
            }
            Ok(())
        })?;
        Ok(())
    }
}

/// Whether what lies in `accepted/` under this name may be the drop that the ledger has under
/// `kept`: numbers are masked there, and the folder may hold it under a name with a number.
fn may_be(name: &str, kept: &str) -> bool {
    let is = |name: &str| mask_dates_and_numbers_in(name) == kept;
    is(name) || is(&given_name(name))
}

/// The reason of the moves that a changed photo brings.
const CHANGED: &str = "photo-changed";

/// Whether a card is held for its photo.
fn is_photo_code(reason: &str) -> bool {
    reason.starts_with("photo-")
}

/// A row that came back because another child's row, or card, carries the same picture.
#[derive(Debug, Clone)]
pub struct SharedPhoto {
    /// The folder in `rejected/`.
    pub folder: String,
    /// The row in the drop.
    pub row: u32,
    pub nik: Nik,
    pub nama: String,
    /// Where its picture lies, as the record says.
    pub foto: String,
    /// Whether a person has let it pass already.
    pub allowed: bool,
}

/// The most folders of `rejected/` that are looked through, the newest first.
const LOOKED_AT: usize = 200;

/// Every row in `rejected/` that came back for a picture that two children share.
///
/// # Errors
/// The disk's or the ledger's; folders that cannot be read any more are passed over.
pub fn shared_photos(
    paths: &Paths,
    config: &Config,
    ledger: &Reader,
) -> Result<Vec<SharedPhoto>, DeskError> {
    let mappings = Mappings::read(&paths.mappings())?;
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(paths.intake().rejected)? {
        let entry = entry?;
        folders.push((entry.metadata()?.modified()?, entry.path()));
    }
    folders.sort_by(|a, b| b.cmp(a));
    let mut found = Vec::new();
    for (_, folder) in folders.into_iter().take(LOOKED_AT) {
        if let Some((shared, _)) = shared_in(&folder, config, &mappings, ledger)? {
            found.extend(shared);
        }
    }
    Ok(found)
}

/// The rows of one folder that share a picture, and the drop they are of; `None` without any, and
/// for a drop that cannot be read any more.
fn shared_in(
    folder: &Path,
    config: &Config,
    mappings: &Mappings,
    ledger: &Reader,
) -> Result<Option<(Vec<SharedPhoto>, InPlace)>, DeskError> {
    let Some(rows) = shared_rows(folder) else {
        return Ok(None);
    };
    let Ok(read) = read_in_place(&drop_in(folder), &config.intake.limits, mappings) else {
        return Ok(None);
    };
    let mut found = Vec::new();
    for raw in read.batch.rows.iter().filter(|raw| rows.contains(&raw.row)) {
        let text = |field: &str| match raw.values.get(field) {
            Some(RawValue::Text(text)) => text.clone(),
            _ => String::new(),
        };
        let Ok(nik) = Nik::parse(&text("nik")) else {
            continue;
        };
        found.push(SharedPhoto {
            folder: name_of(folder),
            row: raw.row,
            allowed: ledger.is_allowed(rules::PHOTO_SHARED.code, &nik)?,
            nik,
            nama: text("nama"),
            foto: text("foto"),
        });
    }
    Ok(Some((found, read)))
}

/// One row of a folder of `rejected/` that shares its picture, with the picture; `None` where
/// either is gone.
///
/// # Errors
/// As [`shared_photos`].
pub fn shared_photo(
    paths: &Paths,
    config: &Config,
    ledger: &Reader,
    folder: &Path,
    row: u32,
) -> Result<Option<(SharedPhoto, Vec<u8>)>, DeskError> {
    let mappings = Mappings::read(&paths.mappings())?;
    let Some((shared, read)) = shared_in(folder, config, &mappings, ledger)? else {
        return Ok(None);
    };
    let Some(shared) = shared.into_iter().find(|shared| shared.row == row) else {
        return Ok(None);
    };
    match read.photo(&shared.foto, &config.intake.limits) {
        Ok(bytes) => Ok(Some((shared, bytes))),
        Err(PhotoError::Io(error)) => Err(error.into()),
        Err(PhotoError::Rule(_)) => Ok(None),
    }
}

/// The rows that `reasons.json` says share a picture; `None` without any.
fn shared_rows(folder: &Path) -> Option<BTreeSet<u32>> {
    let text = std::fs::read(folder.join("reasons.json")).ok()?;
    let report: serde_json::Value = serde_json::from_slice(&text).ok()?;
    let problems = report["problems"].as_array()?.iter();
    let rows: BTreeSet<u32> = problems
        .filter(|problem| problem["code"] == rules::PHOTO_SHARED.code)
        .filter_map(|problem| u32::try_from(problem["row"].as_u64()?).ok())
        .collect();
    (!rows.is_empty()).then_some(rows)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What was dropped, inside the folder it went back in: the folder itself where it was one.
fn drop_in(folder: &Path) -> PathBuf {
    let name = name_of(folder);
    // A sender's own `X~2.json` lies in a folder of that very name.
    let mut files = [given_name(&name), name]
        .into_iter()
        .map(|name| folder.join(name));
    files
        .find(|file| file.is_file())
        .unwrap_or_else(|| folder.to_owned())
}

/// Drops again what lies in a folder of `rejected/`: it goes through every rule anew, and to
/// `accepted/` or back here.
///
/// # Errors
/// The disk's; a folder that is not there, or a name that `incoming/` holds already.
pub fn drop_again(paths: &Paths, folder: &str) -> io::Result<()> {
    let is_name = Path::new(folder).components().count() == 1 && !folder.starts_with('.');
    let from = paths.intake().rejected.join(folder);
    if !is_name || !from.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no such folder"));
    }
    let incoming = paths.intake().incoming;
    let what = drop_in(&from);
    if what == from {
        return move_new(&from, &incoming.join(given_name(folder)));
    }
    // The pictures first: a record beside a picture that is not there yet would only wait.
    let mut files: Vec<PathBuf> = std::fs::read_dir(&from)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| !TOLD.contains(&name_of(file).as_str()));
    files.sort_by_key(|file| *file == what);
    for file in files {
        move_new(&file, &incoming.join(name_of(&file)))?;
    }
    std::fs::remove_dir_all(from)
}

/// What the station has put beside a drop that went back.
const TOLD: [&str; 3] = ["reasons.json", "alasan.csv", "alasan.xlsx"];

fn move_new(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            "incoming/ holds something of this name",
        ));
    }
    std::fs::rename(from, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drop_is_found_again_under_a_masked_name_and_under_a_numbered_one() {
        let kept = mask_dates_and_numbers_in;
        for name in [
            "SDN-2_20261124",
            "20261124.zip",
            "a~b.csv",
            "1702094503180003.json",
        ] {
            assert!(may_be(name, &kept(name)), "{name}");
        }
        assert!(may_be("20261124~2.zip", &kept("20261124.zip")));
        assert!(may_be("SDN-2~3", "SDN-2"));
        assert!(may_be("data~2.csv", "data~2.csv"));
        assert!(!may_be("a~b.csv", "a") && !may_be("SDN-3", "SDN-2"));
    }
}
