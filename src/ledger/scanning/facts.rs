//! Events of quality control.

use serde::{Deserialize, Serialize};

use crate::domain::ids::CardId;
use crate::domain::scan::Refusal;

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
