//! What the commands without a ledger of their own work with: settings and layouts of a station,
//! or the defaults where none is named, and today.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::{Config, ConfigError, Paths};
use crate::domain::card::Kind;
use crate::domain::office::signing_on;
use crate::intake::{Mappings, MappingsError};
use crate::production::assets::{self, LoadError};
use crate::production::examine::Examiner;
use crate::production::samples;
use crate::render::content::Issue;
use crate::render::layout::Layout;
use crate::render::press::Press;

/// Settings and the day.
pub struct Workbench {
    /// The station, if one is named.
    pub paths: Option<Paths>,
    /// Its settings, or the defaults.
    pub config: Config,
    pub now: Timestamp,
    /// Today in the station's zone.
    pub day: Date,
    zone: TimeZone,
}

impl Workbench {
    /// Reads the settings of the station in `dir`, or takes the defaults.
    ///
    /// # Errors
    /// Settings that cannot be used.
    pub fn open(dir: Option<&PathBuf>) -> Result<Self, ConfigError> {
        let paths = dir.map(Paths::new);
        let config = match &paths {
            Some(paths) => Config::read(&paths.config())?,
            None => Config::default(),
        };
        Self::new(paths, config, Timestamp::now())
    }

    /// As [`Workbench::open`], and somebody signs, so that a card is whole.
    ///
    /// # Errors
    /// As [`Workbench::open`].
    pub fn signed(dir: Option<&PathBuf>) -> Result<Self, ConfigError> {
        let mut bench = Self::open(dir)?;
        if bench.config.officials.is_empty() {
            bench.config.officials.push(samples::official());
        }
        Ok(bench)
    }

    /// Of a station whose settings are read already, or of none.
    ///
    /// # Errors
    /// A zone that there is not.
    pub fn new(paths: Option<Paths>, config: Config, now: Timestamp) -> Result<Self, ConfigError> {
        let zone = config.zone()?;
        let day = now.to_zoned_datetime(zone.clone()).date();
        Ok(Self {
            paths,
            config,
            now,
            day,
            zone,
        })
    }

    /// What the columns of schools' own tables stand for at the station.
    pub fn mappings(&self) -> Result<Mappings, MappingsError> {
        match &self.paths {
            Some(paths) => Mappings::read(&paths.mappings()),
            None => Ok(Mappings::default()),
        }
    }

    /// The layout of this name, in the station or built in.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn layout(&self, name: &str) -> Result<Layout, LoadError> {
        let layouts = self.paths.as_ref().map(Paths::layouts);
        assets::load(layouts.as_deref(), name)
    }

    /// The layouts that the settings name.
    ///
    /// # Errors
    /// What is wrong with the first that is wrong.
    pub fn layouts(&self) -> Result<BTreeMap<Kind, Layout>, LoadError> {
        assets::load_all(self.paths.as_ref(), &self.config)
    }

    pub fn issue(&self) -> Issue<'_> {
        Issue {
            office: &self.config.office,
            official: signing_on(&self.config.officials, self.day),
            day: self.day,
            under5: self.config.card.under5_until,
        }
    }

    /// Examines records as the station would.
    pub fn examiner<'a>(
        &'a self,
        layouts: &'a BTreeMap<Kind, Layout>,
        press: Press,
    ) -> Examiner<'a> {
        Examiner {
            config: &self.config,
            layouts,
            issue: self.issue(),
            press,
            now: self.now,
            zone: self.zone.clone(),
        }
    }
}
