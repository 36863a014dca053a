//! The photo desk: what a child's photo was before it was prepared, and another picture for a card
//! that is not printed yet.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{PhotoStore, StationError, assets, photo_target};
use crate::config::{Config, Paths};
use crate::domain::card::{Evidence, State};
use crate::domain::ids::CardId;
use crate::domain::rules::{Problem, Rule, Severity, Subject};
use crate::intake::{PhotoError, photo_in_place};
use crate::ledger::{self, Ledger, Person, Reader};
use crate::render::pdf::hex;
use crate::render::photo::{self, Adjustment, Fault, Prepared, Target};

/// Why a photo was not changed.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The picture cannot go on a card.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// Settings, layouts or the disk.
    #[error(transparent)]
    Station(#[from] StationError),
    /// The disk.
    #[error("the photo cannot be read or kept")]
    Disk(#[from] io::Error),
}

impl DeskError {
    /// What the sender or operator reads of a bad picture, in Indonesian and in English.
    pub fn words(&self) -> Option<(String, String)> {
        let Self::Fault(fault) = self else {
            return None;
        };
        let Problem { pesan, message, .. } =
            fault.rule().broken(&Subject::default(), "foto", &fault.detail());
        Some((pesan, message))
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
    /// Another file.
    Replace(Vec<u8>),
}

impl PhotoDesk {
    /// Opens the desk of a station.
    ///
    /// # Errors
    /// Layouts or a folder that cannot be used.
    pub fn open(paths: &Paths, config: &Config) -> Result<Self, StationError> {
        let layouts = assets::load_all(paths, config)?;
        Ok(Self {
            paths: paths.clone(),
            limits: config.intake.limits.clone(),
            store: PhotoStore::open(paths.photos())?,
            target: photo_target(&layouts, config.press(), config),
        })
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
        let Some(foto) = &person.record.foto else {
            return Ok(Vec::new());
        };
        let drop = ledger.card(card)?.map(|card| card.drop);
        let drop = drop.map(|drop| ledger.drop(&drop)).transpose()?.flatten();
        let Some(drop) = drop else {
            return Ok(Vec::new());
        };
        let stem = Path::new(&drop.outcome.name).file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy().into_owned();
        let folder = self.paths.intake().accepted;
        let mut found = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let base = name.split_once('~').map_or(name.as_str(), |(base, _)| base);
            let base_stem = Path::new(base).file_stem().unwrap_or_default();
            if base != drop.outcome.name && base_stem.to_string_lossy() != stem {
                continue;
            }
            let inside = entry.path().join(&drop.outcome.name);
            for base in [entry.path(), inside] {
                match photo_in_place(&base, foto, &self.limits) {
                    Ok(bytes) => found.push(bytes),
                    Err(PhotoError::Rule(_)) => {}
                    Err(PhotoError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(PhotoError::Io(error)) => return Err(error.into()),
                }
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
    /// again.
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
            Change::Adjust(_) => self
                .original(ledger, card, &person)?
                .ok_or(ledger::Error::PhotoFixed(card))?
                .bytes,
        };
        let made = self.preview(&original, change)?;
        let sha256 = hex(&made.sha256);
        super::write_new(&self.source_of(&sha256), |file| {
            io::Write::write_all(file, &original)
        })?;
        self.store.keep(&sha256, &made.jpeg)?;
        self.store.sync()?;
        let replaced = matches!(change, Change::Replace(_));
        ledger.write(actor, Timestamp::now(), |tx| {
            tx.change_photo(card, &sha256, replaced)?;
            let held = tx.card(card)?.filter(|card| card.state == State::Held);
            if held.is_some_and(|card| card.reason.as_deref().is_some_and(is_photo_code)) {
                let reason = Some("photo-changed");
                tx.move_card(card, State::Accepted, Evidence::Operator, reason)?;
            }
            Ok::<_, ledger::Error>(())
        })?;
        Ok(())
    }
}

/// Whether a card is held for its photo.
fn is_photo_code(reason: &str) -> bool {
    reason.starts_with("photo-")
}

/// Two children's rows of a drop that came back because they carry one picture.
pub struct SharedPhoto {
    /// The folder in `rejected/`.
    pub folder: String,
    /// The row in the drop.
    pub row: u32,
    /// The rule's code, for all such problems.
    pub rule: &'static Rule,
}

/// Problems of a report, by row.
pub fn by_row(problems: &[Problem]) -> BTreeMap<u32, Vec<&Problem>> {
    let mut rows: BTreeMap<u32, Vec<&Problem>> = BTreeMap::new();
    for problem in problems.iter().filter(|p| p.severity == Severity::Block) {
        rows.entry(problem.row.unwrap_or_default()).or_default().push(problem);
    }
    rows
}
