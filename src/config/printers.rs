//! `[[printers]]`: what the station prints on by itself.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, DEFAULT_PRINTER, PrintSettings};
use crate::domain::stock::DEFAULT_MEDIA;

/// A printer. One with neither `uri` nor `folder` is not driven: it only says how pages are made
/// for it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrinterSettings {
    /// What it is called here.
    pub name: String,
    /// Where it answers: `ipp://host:631/…`, a printer or a CUPS queue.
    #[serde(default)]
    pub uri: Option<String>,
    /// The watched output folder of another program.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// The blanks that lie in it, as `[card] media` names them.
    #[serde(default = "default_media")]
    pub media: String,
    /// The media keyword its jobs name, such as `custom_id1_53.98x85.6mm` (PWG 5101.1).
    #[serde(default)]
    pub media_keyword: Option<String>,
    /// Whether and how it turns the card.
    #[serde(default)]
    pub duplex: Duplex,
    /// Whether the cards come out of it last one first, so that a stack put back into the feeder
    /// has its backs printed from the last card on. Only for printers that do not turn the card.
    #[serde(default)]
    pub stack_reversed: bool,
    /// Cards a day, at the most: offices cap it against heat.
    #[serde(default)]
    pub daily_cap: Option<u32>,
    #[serde(default)]
    pub cool_down: Option<CoolDown>,
    /// Jobs in its hands at a time.
    #[serde(default = "one")]
    pub jobs_in_flight: usize,
    /// How long it may stand still before its unsent lots go to another one, in seconds.
    #[serde(default = "half_a_minute")]
    pub hand_over_after: f64,
    /// How long it may take to answer, in seconds.
    #[serde(default = "ten_seconds")]
    pub timeout: f64,
    /// Whether a restart makes it forget its jobs, as printers without a disk do. A CUPS queue
    /// remembers them, and prints an interrupted one again.
    #[serde(default)]
    pub forgets_jobs: bool,
    /// Whether it prints two sides though it does not say so, as a raw CUPS queue.
    #[serde(default)]
    pub two_sided: bool,
    /// How it prints; `[print]` when it says nothing.
    #[serde(default)]
    pub print: Option<PrintSettings>,
}

fn default_media() -> String {
    DEFAULT_MEDIA.to_owned()
}

const fn one() -> usize {
    1
}

const fn half_a_minute() -> f64 {
    30.0
}

const fn ten_seconds() -> f64 {
    10.0
}

/// Whether and how a printer turns the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplex {
    /// Over the long edge.
    #[default]
    LongEdge,
    /// Over the short edge.
    ShortEdge,
    /// It does not: fronts first, then a person turns the stack, then the backs.
    None,
}

/// After so many cards a rest of so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoolDown {
    /// Cards in a row.
    pub after: u32,
    /// The rest, in minutes.
    pub minutes: f64,
}

impl PrinterSettings {
    /// Whether the station drives it.
    pub const fn is_driven(&self) -> bool {
        self.uri.is_some() || self.folder.is_some()
    }

    /// Says the first value that makes no sense.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: String| Err(ConfigError::Value { key, message });
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.name.is_empty() || !self.name.chars().all(plain) {
            let message = format!("`{}` must be letters, digits, - and _", self.name);
            return value("printers.name", message);
        }
        let named = |message: &str| format!("`{}` {message}", self.name);
        if self.name == DEFAULT_PRINTER {
            return value("printers.name", named("is the name of [print] itself"));
        }
        if self.uri.is_some() && self.folder.is_some() {
            return value(
                "printers.uri",
                named("has a folder too; it can only be one"),
            );
        }
        if !(1..=20).contains(&self.jobs_in_flight) {
            return value("printers.jobs_in_flight", named("must have 1 to 20"));
        }
        if self.duplex == Duplex::None && self.jobs_in_flight > 1 {
            let message = named("must be 1 where a stack is turned by hand");
            return value("printers.jobs_in_flight", message);
        }
        if !(0.05..=600.0).contains(&self.timeout) {
            return value("printers.timeout", named("must have 0.05 to 600 seconds"));
        }
        if !(0.0..=86_400.0).contains(&self.hand_over_after) {
            let message = named("must have 0 to 86400 seconds");
            return value("printers.hand_over_after", message);
        }
        let rests = |rest: &CoolDown| rest.after > 0 && (0.0..=1440.0).contains(&rest.minutes);
        if !self.cool_down.as_ref().is_none_or(rests) {
            let message = named("must rest after 1 or more cards, for 0 to 1440 minutes");
            return value("printers.cool_down", message);
        }
        let sheet = self.print.as_ref().and_then(|print| print.sheet);
        if self.is_driven() && sheet.is_some() {
            let message = named("is driven card by card and cannot print sheets");
            return value("printers.print.sheet", message);
        }
        self.print.as_ref().map_or(Ok(()), PrintSettings::check)
    }
}
