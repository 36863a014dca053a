//! The register and the reports: what the ledger counts, as tables, charts and papers.
//!
//! A report is one value that the terminal, a spreadsheet, a paper and a page all show. Each of
//! its tables says in a sentence what is counted. Places are those of the children's addresses,
//! never of their NIK.

mod coverage;
mod pace;
mod paper;
pub mod papers;
mod periodic;
mod plan;
mod register;
pub mod tables;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

pub use register::{Register, VOLUME};

use crate::config::{Config, ConfigError};
use crate::domain::period::Period;
use crate::domain::target::{Target, target_on};
use crate::ledger::{self, Reader};
use crate::reports::papers::charts::ChartError;
use crate::reports::papers::{SpelledDate, TypesetError};
use crate::reports::tables::{ExportError, Table};

/// A report that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ledger::Error),
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A chart cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// A table cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The paper cannot be typeset.
    #[error("the paper cannot be typeset from `layouts/dokumen/`")]
    Typeset(#[from] TypesetError),
    /// A day that has not come.
    #[error("{0} has not come yet: a report is of today or an earlier day")]
    Future(Date),
    /// A day outside of time.
    #[error("{0} is no day of a report")]
    Day(Date),
}

/// The result of what can go wrong with a report.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What it is called, in Indonesian.
    #[serde(rename = "judul")]
    pub title: String,
    /// The time it is of.
    pub period: Period,
    /// What must be seen before any figure, in Indonesian and English.
    #[serde(rename = "peringatan")]
    pub alarms: Vec<(String, String)>,
    /// What to know beside the tables, in Indonesian and English.
    #[serde(rename = "keterangan")]
    pub remarks: Vec<(String, String)>,
    #[serde(skip)]
    pub tables: Vec<Table>,
    /// Pictures of some of them.
    #[serde(skip)]
    pub charts: Vec<Chart>,
    /// The figures for a script.
    pub data: Value,
}

/// As the terminal shows it: alarms before any figure.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for (indonesian, english) in &self.alarms {
            writeln!(f, "\nPERINGATAN: {indonesian}\n  ({english})")?;
        }
        for (indonesian, english) in &self.remarks {
            writeln!(f, "\n{indonesian}\n  ({english})")?;
        }
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        Ok(())
    }
}

/// A picture of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// What it shows, in Indonesian.
    pub title: String,
    pub svg: String,
}

/// Makes reports of a ledger, as of a moment.
pub struct Reports<'a> {
    ledger: &'a Reader,
    config: &'a Config,
    zone: TimeZone,
    today: Date,
}

impl<'a> Reports<'a> {
    /// Reports as of `now`.
    ///
    /// # Errors
    /// When the settings name no time zone.
    pub fn new(ledger: &'a Reader, config: &'a Config, now: Timestamp) -> Result<Self> {
        let zone = config.zone()?;
        Ok(Self {
            today: now.to_zoned_datetime(zone.clone()).date(),
            ledger,
            config,
            zone,
        })
    }

    /// Today on the office's calendar.
    pub const fn today(&self) -> Date {
        self.today
    }

    /// When a day begins in the office's zone.
    fn start(&self, day: Date) -> Result<Timestamp> {
        let start = self.zone.to_timestamp(day.at(0, 0, 0, 0));
        start.map_err(|_| Error::Day(day))
    }

    /// When a day is over.
    fn end(&self, day: Date) -> Result<Timestamp> {
        self.start(day.tomorrow().map_err(|_| Error::Day(day))?)
    }

    /// Refuses a day that has not come.
    fn past(&self, day: Date) -> Result<()> {
        match day > self.today {
            true => Err(Error::Future(day)),
            false => Ok(()),
        }
    }

    /// The target in force on a day.
    fn target(&self, day: Date) -> Option<&'a Target> {
        target_on(&self.config.targets, day)
    }
}

/// A date as a head reads: `24 November 2026`.
fn written(day: Date) -> String {
    SpelledDate::from(day).angka
}

fn both(indonesian: impl Into<String>, english: impl Into<String>) -> [String; 2] {
    [indonesian.into(), english.into()]
}

/// What a figure is out of, with its source; or that there is none.
fn said_of(target: Option<&Target>) -> (String, String) {
    match target {
        Some(target) => (
            format!(
                "Target {} anak menurut {}, berlaku sejak {}.",
                crate::domain::figures::grouped(target.jumlah.try_into().unwrap_or(i64::MAX)),
                target.sumber,
                written(target.sejak)
            ),
            format!(
                "Target of {} children by {}, in force from {}.",
                target.jumlah, target.sumber, target.sejak
            ),
        ),
        None => (
            "Tidak ada target yang berlaku: hanya jumlah, tanpa persen. Isi [[targets]] di \
             station.toml."
                .to_owned(),
            "No target is in force: counts only, no percent. Fill in [[targets]] of station.toml."
                .to_owned(),
        ),
    }
}
