//! Events of printing, quality control and stock.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Side, Stage};
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::scan::Refusal;
use crate::domain::stock::{Movement, SerialRange};

/// A lot's cards go to a printer from now on, or to none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotAssigned {
    pub lot: LotId,
    /// The printer's name in the settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printer: Option<String>,
}

/// A print job that is about to be created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobBegun {
    /// The card. A `CardMoved` to `submitting` follows, unless this is its back.
    pub card: CardId,
    /// The job's name at the printer, unique for all time: `kia:<card>` and `.2`, `.3`, …
    pub job: String,
    /// The printer's name in the settings.
    pub printer: String,
    /// The blanks it prints on.
    pub media: String,
    /// Which sides it prints.
    pub side: Side,
    /// SHA-256 of its PDF.
    pub sha256: String,
}

/// The printer has given a job a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCreated {
    pub card: CardId,
    pub job: String,
    /// `job-id`, which a printer may give again after a restart.
    pub id: i32,
    /// `job-uuid`, which it never gives again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// A job came on: its document was sent, or it ended. A `CardMoved` follows where the card moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobMoved {
    pub card: CardId,
    pub job: String,
    /// Where it stands now.
    pub to: Stage,
    /// The printer's reasons, as short codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// A person turned the stack of fronts and put it back into the feeder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackTurned {
    /// The printer's name in the settings.
    pub printer: String,
    /// How many cards lie in it.
    pub cards: u32,
}

/// What a printer says of itself; written when it changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrinterChanged {
    /// The printer's name in the settings.
    pub printer: String,
    /// Its state in a word.
    pub state: String,
    /// Its reasons, as short codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Its own words; long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A code was scanned. A `CardMoved` to `verified` follows when it was good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardScanned {
    /// The card that the code is of, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardId>,
    /// Why it verified nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// Cards before it that were not scanned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<CardId>,
}

/// A blank's serial number was read off a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialRead {
    pub card: CardId,
    pub serial: String,
}

/// A good card is made again. A `CardMoved` of the old card follows, and a `CardAccepted` of the
/// new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReprintGranted {
    pub card: CardId,
    pub reason: ReprintReason,
    pub evidence: ReprintEvidence,
    /// The number of the letter or the like; long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// Blanks moved, other than by printing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMoved {
    /// The kind of blanks.
    pub media: String,
    /// What was done with them.
    pub movement: Movement,
    /// How many; never 0.
    pub count: u32,
    /// The supplier's batch or packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<String>,
    /// Their serials, when they were received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serials: Option<SerialRange>,
    /// To whom, from whom or why; long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Somebody counted the blanks without closing the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockCounted {
    /// The kind of blanks.
    pub media: String,
    /// How many there must be.
    pub computed: i64,
    /// How many there were.
    pub counted: u32,
}

/// The day's balance was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayClosed {
    /// The kind of blanks.
    pub media: String,
    /// The day on the office's calendar.
    pub date: Date,
    /// How many blanks there must be.
    pub computed: i64,
    /// How many there were.
    pub counted: u32,
    /// Why they differ, if they do; long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// The second person, who countersigned the explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
}

/// Spoiled cards and blanks were destroyed. A `CardDestroyed` follows for each card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// The number of the minutes, gapless from 1.
    pub minutes: u32,
    pub cards: u32,
    /// Faulty blanks that were never printed, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blanks: BTreeMap<String, u32>,
    /// Who saw it: members of the office, no child or parent.
    pub witnesses: Vec<String>,
}
