//! Events of cards. None holds personal data: a child is named by keyed hashes.

use serde::{Deserialize, Serialize};

use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::period::Month;
use crate::domain::reason::Reason;
use crate::domain::record::Alasan;
use crate::domain::reprint::{ReprintEvidence, ReprintReason};

/// A record that became a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub card: CardId,
    /// Which kind of card it becomes.
    pub card_kind: Kind,
    /// Keyed hash of the NIK.
    pub nik_hash: String,
    /// Keyed hash of the record as stored, the photo's digest and the QR token.
    pub record_hash: String,
    /// Keyed hash of what makes a record the same as another.
    pub content_hash: String,
    /// Keyed hash of what its QR shows; the first cards lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_hash: Option<String>,
    /// Keyed hash of the photo's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_hash: Option<String>,
    /// Keyed hash of the sender's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_hash: Option<String>,
    pub revisi: u32,
    /// Why the card is issued.
    pub alasan: Alasan,
    /// The school's national number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npsn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sekolah: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kelas: Option<String>,
    /// District of the address.
    pub kecamatan: String,
    /// Village of the address.
    pub desa: String,
    /// Region code of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kode_wilayah: Option<String>,
    /// The month in which it stops counting for the child; a month, for a day would tell the
    /// birthday. The first cards lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Month>,
    /// The drop it came with.
    pub drop: String,
    /// The row in the drop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// 1, and one more for each time the card is made again.
    pub attempt: u32,
    /// The card it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<CardId>,
    /// Whether its picture was changed by hand on the card it is made again from: `content_hash`
    /// is then of the sender's picture.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub photo_by_hand: bool,
}

/// A card that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub card: CardId,
    /// Where it stands now.
    pub to: State,
    /// Who or what said so.
    pub evidence: Evidence,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The second person who agreed, where one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// Where it was rendered.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A card's place in a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub lot: LotId,
    pub position: u32,
}

/// Something that a person let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    pub rule: String,
    /// Keyed hash of the NIK it holds for.
    pub nik_hash: String,
    /// Why, in the person's words; long runs of digits are masked when it is written.
    pub reason: String,
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
