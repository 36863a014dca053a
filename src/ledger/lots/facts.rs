//! Events of lots.

use serde::{Deserialize, Serialize};

use crate::domain::card::Kind;
use crate::domain::ids::LotId;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotMade {
    pub lot: LotId,
    /// The kind of its cards.
    pub card_kind: Kind,
    /// The layout it was rendered with.
    pub layout: String,
    pub mode: String,
    /// How many cards it holds.
    pub cards: u32,
    /// The PDF's file name in the folder of lots.
    pub pdf: String,
    pub sha256: String,
    /// The PDF's size in bytes.
    pub bytes: u64,
}
