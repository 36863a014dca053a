//! The ledger: an append-only log of what happened to every card, and what is derived from it.
//!
//! It is a folder's `ledger.db`, an SQLite database, and `station.key`, without which no NIK can
//! be looked up: back both up together.
//!
//! ```text
//! event ──▶ events       the log: gapless, each with the SHA-256 of the one before
//!       └─▶ projections  cards, lots, drops, …: written in the same transaction, rebuilt by verify
//! record ─▶ persons      personal data, erasable; events carry keyed hashes of it
//! ```
//!
//! This is the only place with SQL, and nothing outside speaks any: the API is of cards and
//! events.
//!
//! What the chain cannot show: the last events cut off the end, with the projections cut to fit,
//! leave a shorter chain that is whole, and who holds the key can write a new one from the start.
//! Only a [`Checkpoint`] kept elsewhere shows that ([`against`]).

mod accounts;
mod cards;
mod checkpoint;
mod columns;
mod copy;
mod drops;
mod error;
mod event;
mod export;
mod key;
mod lots;
mod order;
mod packs;
mod photos;
mod printing;
mod project;
mod reader;
mod reports;
mod scanning;
mod schema;
mod senders;
mod signing;
mod stock;
#[cfg(test)]
pub(crate) mod testing;
mod trail;
mod trust;
mod tx;
mod verify;

use std::fs::OpenOptions;
use std::ops::Deref;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

pub use accounts::facts::AccountSet;
pub use accounts::read::{Account, Session};
pub use cards::facts::{Accepted, Exception, Moved, Place, ReprintGranted};
pub use cards::outcome::{Reprint, Settlement};
pub use cards::read::Status;
pub use cards::search::{Found, PAGE};
pub use cards::view::{Card, Person, PrintedCard, PrintedFilter, QueuedCard, VoidCard, Waiting};
pub use cards::write::{NewCard, Remake};
pub use checkpoint::Checkpoint;
pub use copy::LEDGER_FILES;
pub use drops::facts::{BatchApproved, DropOutcome};
pub use drops::read::FinishedDrop;
pub use error::{Error, Result};
pub use event::{Entry, Event};
pub use export::{ExportFault, ExportReport, verify_export};
pub use lots::facts::LotMade;
pub use lots::read::{Lot, LotCard, OpenLot, VoidLot};
pub use lots::write::{NewLot, UNNAMED};
pub use packs::facts::{
    CardPutIn, CardTakenOut, PackClosed, PackFileAttached, PackMade, PackReceived, PackSent,
};
pub use packs::read::{Left, OnHand, Pack, PackCard, PackFile, PackFilter, PackPlace};
pub use packs::write::{NewFile, Receipt};
pub use photos::facts::PhotoChanged;
pub use printing::facts::{
    JobBegun, JobCreated, JobMoved, LotAssigned, PrinterChanged, StackTurned,
};
pub use printing::read::{Job, PrinterState, ToPrint};
pub use printing::write::NewJob;
pub use reader::Reader;
pub use reports::{BlanksLeft, CameOut, Ending, EndingCard, RegisterLine};
pub use scanning::facts::{CardScanned, SerialRead};
pub use scanning::write::Scan;
pub use senders::facts::SenderSet;
pub use senders::read::{Sender, Submission};
pub use signing::Signer;
pub use stock::facts::{DayClosed, Destroyed, StockCounted, StockMoved};
pub use stock::read::{Closed, DestroyedCard, Destruction, Ribbons, StockDay};
pub use stock::write::{Close, NewMovement};
pub use trail::facts::Audited;
pub use trail::read::TrailFilter;
pub use trust::facts::{LotPurged, Restored};
pub use trust::read::KeptCheckpoint;
pub use tx::Tx;
pub use verify::{
    CheckpointFault, EventFault, FileFault, Files, Finding, ObjectFault, Report, against, verify,
};

use key::StationKey;

/// The database's file name.
const DATABASE: &str = "ledger.db";
/// The key's file name.
const KEY: &str = "station.key";
/// Who is named for what the station does while it is made.
const FOUNDER: &str = "station";

/// The ledger, open for writing; it reads as a [`Reader`].
///
/// Several processes may hold it open: a transaction of one waits for that of another.
pub struct Ledger {
    reader: Reader,
}

impl Deref for Ledger {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

impl Ledger {
    /// Makes an empty ledger in the folder `dir`, with a new key. What a crash left of an earlier
    /// try is taken over.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a ledger.
    pub fn create(dir: &Path, at: Timestamp) -> Result<Self> {
        let (path, key_path) = (dir.join(DATABASE), dir.join(KEY));
        let key = match StationKey::read(&key_path) {
            Err(Error::Missing(_)) => StationKey::make(&key_path)?,
            key => key?,
        };
        // SQLite gives its other files the mode of the database.
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(&path)
            .map_err(|source| Error::File {
                path: path.clone(),
                source,
            })?;
        let db = schema::open(&path)?;
        if schema::version(&db)? > 0 {
            return Err(Error::Exists(path));
        }
        let key_id = key.id();
        let reader = Reader { db, key };
        // Tables and first event in one transaction: a crash leaves both or none.
        let transaction = Transaction::new_unchecked(&reader.db, TransactionBehavior::Immediate)?;
        schema::migrate(&transaction)?;
        Tx::begun(&reader, FOUNDER, at)?.append(&Event::StationCreated { key_id })?;
        transaction.commit()?;
        Ok(Self { reader })
    }

    /// Opens the ledger in the folder `dir` for writing, and brings an older one up to date.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Newer`], [`Error::WrongKey`].
    pub fn open(dir: &Path) -> Result<Self> {
        let reader = open_with(dir, |path| {
            let db = schema::open(path)?;
            if schema::version(&db)? == 0 {
                return Err(Error::Missing(path.to_owned()));
            }
            let tx = Transaction::new_unchecked(&db, TransactionBehavior::Immediate)?;
            schema::migrate(&tx)?;
            tx.commit()?;
            Ok(db)
        })?;
        Ok(Self { reader })
    }

    /// Checks the pages of the database in the folder `dir`, which takes about a second for each
    /// 300 MB.
    ///
    /// # Errors
    /// [`Error::Damaged`], and those of [`Ledger::open_read_only`].
    pub fn check(dir: &Path) -> Result<()> {
        let reader = Self::open_read_only(dir)?;
        let said: String = reader
            .db
            .pragma_query_value(None, "quick_check", |row| row.get(0))?;
        match said.as_str() {
            "ok" => Ok(()),
            _ => Err(Error::Damaged(said)),
        }
    }

    /// The size of the database in the folder `dir`, in bytes.
    pub fn size(dir: &Path) -> std::io::Result<u64> {
        Ok(std::fs::metadata(dir.join(DATABASE))?.len())
    }

    /// Opens the ledger in the folder `dir` for reading.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Newer`], [`Error::Older`], [`Error::WrongKey`].
    pub fn open_read_only(dir: &Path) -> Result<Reader> {
        open_with(dir, |path| {
            let db = schema::open_read_only(path)?;
            let (found, known) = (schema::version(&db)?, schema::VERSION);
            match found {
                0 => Err(Error::Missing(path.to_owned())),
                _ if found > known => Err(Error::Newer { found, known }),
                _ if found < known => Err(Error::Older { found, known }),
                _ => Ok(db),
            }
        })
    }

    /// Does `work` in one transaction: all of it is kept when it returns `Ok`, and none when not.
    /// `actor` is who does it, such as `station` or `operator:siti`: a user's name, no child's. `at`
    /// is when; where another step was written while this one waited, it is entered right after that.
    pub fn write<T, E: From<Error>>(
        &mut self,
        actor: &str,
        at: Timestamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let transaction =
            Transaction::new_unchecked(&self.reader.db, TransactionBehavior::Immediate)
                .map_err(Error::from)?;
        let done = work(&mut Tx::begun(&self.reader, actor, at)?)?;
        transaction.commit().map_err(Error::from)?;
        Ok(done)
    }
}

/// Opens the database of `dir` as `open` does, and checks that the key is its own.
fn open_with(dir: &Path, open: impl FnOnce(&Path) -> Result<Connection>) -> Result<Reader> {
    let (path, key_path) = (dir.join(DATABASE), dir.join(KEY));
    if !path.exists() {
        return Err(Error::Missing(path));
    }
    let key = StationKey::read(&key_path)?;
    let db = open(&path)?;
    let first: Option<String> = db
        .query_row("SELECT body FROM events WHERE seq = 1", [], |row| {
            row.get(0)
        })
        .optional()?;
    match first.as_deref().and_then(Event::from_canonical) {
        Some(Event::StationCreated { key_id }) if key_id != key.id() => {
            Err(Error::WrongKey(key_path))
        }
        // Any other first event is damage, and what is damaged must open to be verified.
        _ => Ok(Reader { db, key }),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::testing::{Station, nik, now};
    use super::*;

    #[test]
    fn a_ledger_is_made_once_and_opens_with_its_own_key_only() {
        let mut station = Station::new();
        let card = station.accept(1..=1)[0];
        let dir = station.path();
        assert!(matches!(Ledger::create(dir, now()), Err(Error::Exists(_))));
        let again = Ledger::open(dir).unwrap();
        assert_eq!(again.cards_of(&nik(1)).unwrap()[0].card, card);
        let key = dir.join(KEY);
        for file in [&key, &dir.join(DATABASE)] {
            let mode = fs::metadata(file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
        let other = Station::new();
        fs::copy(other.path().join(KEY), &key).unwrap();
        assert!(matches!(Ledger::open(dir), Err(Error::WrongKey(_))));
        fs::write(&key, "no key").unwrap();
        assert!(matches!(Ledger::open(dir), Err(Error::KeyForm(_))));
        fs::remove_file(&key).unwrap();
        assert!(matches!(Ledger::open(dir), Err(Error::Missing(path)) if path == key));
    }

    #[test]
    fn what_a_crash_left_of_making_a_ledger_is_taken_over() {
        let dir = tempfile::TempDir::new().unwrap();
        StationKey::make(&dir.path().join(KEY)).unwrap();
        fs::write(dir.path().join(DATABASE), "").unwrap();
        assert!(matches!(Ledger::open(dir.path()), Err(Error::Missing(_))));
        assert!(matches!(
            Ledger::open_read_only(dir.path()),
            Err(Error::Missing(_))
        ));
        Ledger::create(dir.path(), now()).unwrap();
        assert!(Ledger::open(dir.path()).is_ok());
    }

    #[test]
    fn a_newer_database_and_a_damaged_one_are_refused() {
        let station = Station::new();
        let db = &station.ledger.db;
        let newer = schema::VERSION + 1;
        db.pragma_update(None, "user_version", newer).unwrap();
        for refused in [
            Ledger::open(station.path()).err(),
            Ledger::open_read_only(station.path()).err(),
        ] {
            assert!(matches!(refused, Some(Error::Newer { found, .. }) if found == newer));
        }
        let damaged = tempfile::TempDir::new().unwrap();
        let path = damaged.path().join(DATABASE);
        db.pragma_update(None, "user_version", schema::VERSION)
            .unwrap();
        db.execute("VACUUM INTO ?", [path.to_str().unwrap()])
            .unwrap();
        fs::copy(station.path().join(KEY), damaged.path().join(KEY)).unwrap();
        Ledger::check(damaged.path()).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        // The page type of the second page, which is the root of `events`.
        bytes[4096] = 0xff;
        fs::write(&path, bytes).unwrap();
        assert!(Ledger::check(damaged.path()).is_err());
    }
}
