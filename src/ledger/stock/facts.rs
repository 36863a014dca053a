//! Events of stock.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::stock::{Movement, SerialRange};

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
