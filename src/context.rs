//! What every part of a station shares, opened once: folders, settings, zone, clock, layouts, a
//! pool of readers and one writer.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::{Config, ConfigError, Paths};
use crate::domain::card::Kind;
use crate::intake::{Mappings, MappingsError};
use crate::ledger::{self, Ledger, Reader, Tx};
use crate::production::assets::{self, LoadError};
use crate::production::examine::Examiner;
use crate::render::layout::Layout;
use crate::render::photo::Background;

/// Gives the time. A test hands in its own.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    pub fn system() -> Self {
        Self(Arc::new(Timestamp::now))
    }

    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// What took long to find out, by a digest of what it was found of.
pub struct Memo<T>(Mutex<HashMap<String, T>>);

impl<T: Clone> Memo<T> {
    /// It is emptied when it holds so much.
    const MOST: usize = 20_000;

    pub fn get(&self, digest: &str) -> Option<T> {
        lock(&self.0).get(digest).cloned()
    }

    pub fn keep(&self, digest: &str, found: T) {
        let mut kept = lock(&self.0);
        if kept.len() >= Self::MOST {
            kept.clear();
        }
        kept.insert(digest.to_owned(), found);
    }
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// A station. Actions reach its ledger through [`crate::actions::Access`] only, which asks for a
/// rule first.
pub struct Context {
    pub paths: Paths,
    pub config: Config,
    /// Not where there are the defaults alone.
    has_station: bool,
    pub zone: TimeZone,
    pub clock: Clock,
    /// The cloth on each prepared photo.
    pub cloths: Memo<Background>,
    /// The digest of the photo that each sender's file makes; none of one that makes none.
    pub made_of: Memo<Option<String>>,
    layouts: OnceLock<BTreeMap<Kind, Layout>>,
    readers: Mutex<Vec<Reader>>,
    writer: Mutex<Option<Ledger>>,
}

/// Ignores lock poisoning: an aborted transaction has written nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Context {
    /// # Errors
    /// A time zone that does not exist.
    pub fn new(paths: Paths, config: Config, clock: Clock) -> Result<Self, ConfigError> {
        Ok(Self {
            zone: config.zone()?,
            has_station: true,
            paths,
            config,
            clock,
            cloths: Memo::default(),
            made_of: Memo::default(),
            layouts: OnceLock::new(),
            readers: Mutex::default(),
            writer: Mutex::default(),
        })
    }

    /// The station in `dir`; without one the defaults, for what needs no ledger.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn open(dir: Option<&Path>) -> Result<Self, ConfigError> {
        let paths = Paths::new(dir.unwrap_or(Path::new("")));
        let config = match dir {
            Some(_) => Config::read(&paths.config())?,
            None => Config::default(),
        };
        let has_station = dir.is_some();
        Ok(Self {
            has_station,
            ..Self::new(paths, config, Clock::system())?
        })
    }

    /// The folders, where there is a station.
    pub fn home(&self) -> Option<&Paths> {
        self.has_station.then_some(&self.paths)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The day in the station's zone.
    pub fn today(&self) -> Date {
        self.date(self.now())
    }

    pub fn date(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }

    /// A time as an operator reads it: in the station's zone, to the minute.
    pub fn local(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.zone.clone());
        at.strftime("%d-%m-%Y %H:%M").to_string()
    }

    /// The layouts that the settings name, parsed once.
    ///
    /// # Errors
    /// What is wrong with the first that is wrong.
    pub fn layouts(&self) -> Result<&BTreeMap<Kind, Layout>, LoadError> {
        if let Some(layouts) = self.layouts.get() {
            return Ok(layouts);
        }
        let layouts = assets::load_all(self.home(), &self.config)?;
        Ok(self.layouts.get_or_init(|| layouts))
    }

    /// The layout of this name, in the station or built in, as it is on the disk now.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn layout(&self, name: &str) -> Result<Layout, LoadError> {
        assets::load(self.home().map(Paths::layouts).as_deref(), name)
    }

    /// What the columns of schools' own tables stand for, as it is on the disk now.
    ///
    /// # Errors
    /// A file that cannot be used.
    pub fn mappings(&self) -> Result<Mappings, MappingsError> {
        match self.home() {
            Some(paths) => Mappings::read(&paths.mappings()),
            None => Ok(Mappings::default()),
        }
    }

    /// Examines records as the station does at `now`.
    ///
    /// # Errors
    /// As [`Context::layouts`].
    pub fn examiner(&self, now: Timestamp) -> Result<Examiner<'_>, LoadError> {
        let (layouts, zone) = (self.layouts()?, self.zone.clone());
        Ok(Examiner::new(&self.config, layouts, zone, now))
    }

    /// Reads the ledger over a connection of the pool.
    pub(crate) fn read<T, E: From<ledger::Error>>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, E>,
    ) -> Result<T, E> {
        let spare = lock(&self.readers).pop();
        let reader = match spare {
            Some(reader) => reader,
            None => Ledger::open_read_only(&self.paths.ledger())?,
        };
        let done = work(&reader);
        lock(&self.readers).push(reader);
        done
    }

    /// Does `work` in one transaction of the writer, which is opened when it is first needed.
    pub(crate) fn write<T, E: From<ledger::Error>>(
        &self,
        actor: &str,
        at: Timestamp,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_ledger(|ledger| ledger.write(actor, at, work))
    }

    /// Does `work` with the writer.
    pub(crate) fn with_ledger<T, E: From<ledger::Error>>(
        &self,
        work: impl FnOnce(&mut Ledger) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut writer = lock(&self.writer);
        let ledger = match &mut *writer {
            Some(ledger) => ledger,
            none => none.insert(Ledger::open(&self.paths.ledger())?),
        };
        work(ledger)
    }
}
