//! `station.toml` → a checked [`Config`], and the folders of a station.

mod handover;
mod print;
mod printers;
mod privacy;
mod targets;
mod web;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::card::Kind;
use crate::domain::office::{Office, Official, signing_on};
use crate::domain::scan::SerialPattern;
use crate::domain::stock::DEFAULT_MEDIA;
use crate::domain::target::Target;
use crate::domain::validity::Under5Until;
use crate::intake;
use crate::render::content::Issue;
use crate::render::layout::template::nearest;
use crate::render::press::Press;

pub use handover::HandoverSettings;
pub use print::{Calibration, Calibrations, DEFAULT_PRINTER, PrintSettings};
pub use printers::{CoolDown, Duplex, PrinterSettings};
pub use privacy::{BackupSettings, PrivacySettings};
pub use web::{TlsSettings, WebSettings};

/// The commented settings that `init` writes.
pub const SAMPLE: &str = include_str!("station.toml");

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("`{path}` cannot be read; `kia-station init` makes a station folder")]
    Read {
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A key or value is wrong.
    #[error("{file}:{line}:{column}: {message}")]
    Wrong {
        file: String,
        line: usize,
        column: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A value that only makes sense together with others.
    #[error("`{key}` in station.toml: {message}")]
    Value {
        key: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// The settings of a station; every one has a default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub office: Office,
    /// Who signs, each from a day on.
    #[serde(deserialize_with = "officials")]
    pub officials: Vec<Official>,
    /// What stands on a card.
    pub card: CardSettings,
    /// How many children there are, by source.
    #[serde(deserialize_with = "targets::targets")]
    pub targets: Vec<Target>,
    /// How it is printed.
    pub print: PrintSettings,
    /// Printers that need settings of their own.
    pub printers: Vec<PrinterSettings>,
    /// What was measured of each printer; read from a file beside the settings.
    #[serde(skip)]
    pub calibrations: Calibrations,
    /// How cards are gathered into PDFs.
    pub lots: LotSettings,
    /// What the office expects of the schools.
    pub handover: HandoverSettings,
    /// What the rules leave to the office.
    pub rules: RuleSettings,
    /// How drops are taken.
    pub intake: intake::Settings,
    pub web: WebSettings,
    /// How long personal data stay.
    pub privacy: PrivacySettings,
    /// How backups are made.
    pub backup: BackupSettings,
}

/// Officials with their first day as a TOML date or a text.
fn officials<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Official>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Entry {
        sejak: toml::Value,
        nama: String,
        #[serde(default)]
        nip: String,
        jabatan: String,
        #[serde(default)]
        plt: bool,
    }
    let read = |entry: Entry| {
        let Entry {
            sejak,
            nama,
            nip,
            jabatan,
            plt,
        } = entry;
        Ok(Official {
            sejak: targets::date(&sejak, "sejak")?,
            nama,
            nip,
            jabatan,
            plt,
        })
    };
    Vec::<Entry>::deserialize(from)?
        .into_iter()
        .map(read)
        .collect()
}

/// What stands on a card.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CardSettings {
    /// The last day of a 0–5 card.
    pub under5_until: Under5Until,
    /// The layout of each kind.
    pub layouts: BTreeMap<Kind, String>,
    /// The blanks of each kind.
    pub media: BTreeMap<Kind, String>,
    /// How the blanks' own serials look, for telling them from codes when cards are scanned.
    pub serial_pattern: Option<SerialPattern>,
    /// What the QR holds when the sender supplies nothing.
    pub qr: QrSource,
}

/// Where the QR's payload comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QrSource {
    /// The supplied payload, else an opaque code of the office.
    Token,
    /// The supplied payload only: a record without one goes back.
    Supplied,
}

/// How cards are gathered into PDFs.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LotSettings {
    /// Cards in one PDF, at the most.
    pub cards: u32,
    /// How long a stream of records is gathered, in seconds.
    pub gather: f64,
}

/// What the rules leave to the office.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleSettings {
    /// An approval older than this many days is warned of.
    pub approval_days: i64,
}

impl Default for CardSettings {
    fn default() -> Self {
        let layouts = Kind::ALL.map(|kind| (kind, format!("kia-{kind}")));
        Self {
            under5_until: Under5Until::default(),
            layouts: layouts.into(),
            media: Kind::ALL
                .map(|kind| (kind, DEFAULT_MEDIA.to_owned()))
                .into(),
            serial_pattern: None,
            qr: QrSource::Token,
        }
    }
}

impl Default for LotSettings {
    fn default() -> Self {
        Self {
            cards: 100,
            gather: 2.0,
        }
    }
}

impl Default for RuleSettings {
    fn default() -> Self {
        Self { approval_days: 180 }
    }
}

impl Config {
    /// What the cards of a day say of their issue; nobody signs where no official is named.
    pub fn issue(&self, day: Date) -> Issue<'_> {
        Issue {
            office: &self.office,
            official: signing_on(&self.officials, day),
            day,
            under5: self.card.under5_until,
        }
    }

    /// Reads and checks the settings in `path`.
    ///
    /// # Errors
    /// Names the place and, for an unknown key, the nearest known one.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut config = Self::parse(&path.display().to_string(), &text)?;
        config.calibrations = Calibrations::read(&path.with_file_name(CALIBRATION))?;
        Ok(config)
    }

    /// Parses and checks settings; `file` names them in errors.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(file: &str, text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| wrong(file, text, &error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: String| Err(ConfigError::Value { key, message });
        self.zone()?;
        self.print.check()?;
        self.web.check()?;
        self.handover.check()?;
        self.privacy.check()?;
        self.backup.check()?;
        targets::check(&self.targets)?;
        let mut names = BTreeSet::new();
        for printer in &self.printers {
            printer.check()?;
            if !names.insert(&printer.name) {
                let message = format!("`{}` is taken", printer.name);
                return value("printers.name", message);
            }
        }
        if !(1..=1000).contains(&self.lots.cards) {
            return value("lots.cards", "must be 1 to 1000".into());
        }
        if !(0.0..=600.0).contains(&self.lots.gather) {
            return value("lots.gather", "must be 0 to 600 seconds".into());
        }
        for kind in Kind::ALL {
            if !self.card.media.contains_key(&kind) {
                let message = format!("names no blanks for cards of kind {kind}");
                return value("card.media", message);
            }
            if !self.card.layouts.contains_key(&kind) {
                return value(
                    "card.layouts",
                    format!("names no layout for cards of kind {kind}"),
                );
            }
        }
        Ok(())
    }

    /// The station's time zone.
    ///
    /// # Errors
    /// When no zone has this name.
    pub fn zone(&self) -> Result<TimeZone, ConfigError> {
        TimeZone::get(&self.office.zona_waktu).map_err(|_| ConfigError::Value {
            key: "office.zona_waktu",
            message: format!(
                "no time zone is called `{}`; try `Asia/Jakarta`",
                self.office.zona_waktu
            ),
        })
    }

    /// Who signs on `day`.
    ///
    /// # Errors
    /// When nobody does: no card may be made then.
    pub fn official_on(&self, day: Date) -> Result<&Official, ConfigError> {
        signing_on(&self.officials, day).ok_or_else(|| ConfigError::Value {
            key: "officials",
            message: format!(
                "nobody signs on {day}: add an [[officials]] block with sejak, nama, nip and jabatan"
            ),
        })
    }

    /// How pages are made unless a printer says otherwise.
    pub fn press(&self) -> Press {
        self.print.press(self.calibrations.0.get(DEFAULT_PRINTER))
    }

    /// How pages are made for the printer of this name; none, or [`DEFAULT_PRINTER`], is `[print]`.
    ///
    /// # Errors
    /// When no printer is called so.
    pub fn press_of(&self, printer: Option<&str>) -> Result<Press, ConfigError> {
        let Some(printer) = printer.filter(|name| *name != DEFAULT_PRINTER) else {
            return Ok(self.press());
        };
        let found = self.printers.iter().find(|p| p.name == printer);
        let found = found.ok_or_else(|| {
            let names = self.printers.iter().map(|p| p.name.as_str());
            let known = [DEFAULT_PRINTER].into_iter().chain(names);
            ConfigError::Value {
                key: "printers",
                message: format!(
                    "no printer is called `{printer}`; there are: {}",
                    known.collect::<Vec<_>>().join(", ")
                ),
            }
        })?;
        let print = found.print.as_ref().unwrap_or(&self.print);
        Ok(print.press(self.calibrations.0.get(printer)))
    }
}

/// The file of measured calibrations, beside `station.toml`.
const CALIBRATION: &str = "calibration.toml";

/// A TOML error with its place, and the nearest known key for an unknown one.
fn wrong(file: &str, text: &str, error: &toml::de::Error) -> ConfigError {
    let at = error.span().map_or(0, |span| span.start);
    let before = &text[..text.floor_char_boundary(at)];
    let mut message = error.message().lines().collect::<Vec<_>>().join(" ");
    if let Some(rest) = message.strip_prefix("unknown field ") {
        let mut names = rest.split('`').skip(1).step_by(2);
        let name = names.next().unwrap_or_default().to_owned();
        let hint = nearest(&name, names)
            .map(|near| format!("; did you mean `{near}`?"))
            .unwrap_or_default();
        message = format!("no setting is called `{name}`{hint}");
    }
    ConfigError::Wrong {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before.chars().rev().take_while(|c| *c != '\n').count() + 1,
        message,
    }
}

/// The folders and files of a station.
#[derive(Debug, Clone)]
pub struct Paths {
    pub root: PathBuf,
}

impl Paths {
    /// The station in this folder.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub fn config(&self) -> PathBuf {
        self.root.join("station.toml")
    }

    /// What was measured of each printer.
    pub fn calibration(&self) -> PathBuf {
        self.root.join(CALIBRATION)
    }

    /// The folder of the ledger and its key.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger")
    }

    pub fn lots(&self) -> PathBuf {
        self.root.join("lots")
    }

    /// The prepared photos, by digest.
    pub fn photos(&self) -> PathBuf {
        self.root.join("photos")
    }

    /// The scans of signed papers, in a folder of each pack's.
    pub fn handover(&self) -> PathBuf {
        self.root.join("handover")
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// Backups that wait to be taken away.
    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    pub fn layouts(&self) -> PathBuf {
        self.root.join("layouts")
    }

    /// The file that the running daemon holds.
    pub fn lock(&self) -> PathBuf {
        self.root.join("station.lock")
    }

    /// The time before the clock jumped; it is there until a person confirms the time.
    pub fn clock(&self) -> PathBuf {
        self.root.join("station.clock")
    }

    /// What keeps the running daemon from its work; it is there while something does.
    pub fn fault(&self) -> PathBuf {
        self.root.join("station.fault")
    }

    /// What the columns of schools' own tables stand for.
    pub fn mappings(&self) -> PathBuf {
        self.root.join("mappings.toml")
    }

    /// What was uploaded and waits for a person.
    pub fn uploads(&self) -> PathBuf {
        self.root.join("uploads")
    }

    /// The folders drops move through.
    pub fn intake(&self) -> intake::Folders {
        intake::Folders {
            incoming: self.root.join("incoming"),
            work: self.root.join("work"),
            accepted: self.root.join("accepted"),
            rejected: self.root.join("rejected"),
            mappings: self.mappings(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commented_sample_is_the_defaults_and_every_line_of_it_may_be_taken_in() {
        let bare = Config::parse("station.toml", SAMPLE).unwrap();
        assert_eq!(format!("{bare:?}"), format!("{:?}", Config::default()));
        // A commented line is a setting when it reads `key = …` or opens a block.
        let is_setting = |text: &str| {
            let key = text.split_once(" = ").map_or("", |(key, _)| key);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
            matches!(text, "[[officials]]" | "[[targets]]")
                || (!key.is_empty() && key.chars().all(plain))
        };
        let opened: Vec<&str> = SAMPLE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if is_setting(setting) => setting,
                _ => line,
            })
            .collect();
        let opened = opened.join("\n");
        let mut all = Config::parse("station.toml", &opened).unwrap();
        assert_eq!((all.officials.len(), all.targets.len()), (1, 1));
        all.officials.clear();
        all.targets.clear();
        assert_eq!(format!("{all:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place_and_the_nearest_known_name() {
        let error = Config::parse("station.toml", "[print]\ndpi = 300\nblead = 1.0\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "station.toml:3:1: no setting is called `blead`; did you mean `bleed`?"
        );
        assert!(Config::parse("station.toml", "[handover]\noverdue_days = 0\n").is_err());
        assert!(Config::parse("station.toml", "[office]\nzona_waktu = \"Asia/Curup\"\n").is_err());
    }
}
