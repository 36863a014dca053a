//! Events of the handover.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Carrier, Destination, ShipmentNumber};

/// An empty pack was opened for a school or a village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackMade {
    pub pack: PackId,
    /// The opaque text that its QR code shows.
    pub code: String,
    pub destination: Destination,
}

/// A card was put into an open pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardPutIn {
    pub card: CardId,
    pub pack: PackId,
    /// Whether it goes elsewhere than its record says.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

/// A card was taken out of a pack that had not left the office. A `CardMoved` follows when the pack
/// was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardTakenOut {
    pub card: CardId,
    pub pack: PackId,
    /// Whether it goes into the pack of another school.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moved: bool,
}

/// A pack was sealed. A `CardMoved` to `packed` follows for each of its cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackClosed {
    pub pack: PackId,
    /// How many cards it holds.
    pub cards: u32,
    /// Those that no scan verified: the one who acts answers for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<CardId>,
}

/// A pack left the office. A `CardMoved` to `handed-over` follows for each of its cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackSent {
    pub pack: PackId,
    pub carrier: Carrier,
    /// The number of the shipment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<ShipmentNumber>,
    /// The day on the office's calendar.
    pub on: Date,
}

/// A school said what became of a pack. A `CardMoved` to `received` follows for each card that
/// arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackReceived {
    pub pack: PackId,
    /// The day of the receipt.
    pub on: Date,
    /// Cards that lie at the school and that nobody has claimed yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unclaimed: Vec<CardId>,
    /// Cards that lay there so and were claimed since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claimed: Vec<CardId>,
}

/// The scan of a signed paper was put beside the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFileAttached {
    pub pack: PackId,
    /// The file's name in the pack's folder.
    pub name: String,
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
}
