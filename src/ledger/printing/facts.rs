//! Events of printing.

use serde::{Deserialize, Serialize};

use crate::domain::device::DeviceState;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Side, Stage};

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
    /// Why, as short codes.
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
    pub state: DeviceState,
    /// Its reasons, as short codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Its own words; long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
