//! What makes the log worth trusting, and what leaves it true when data go.

use serde::{Deserialize, Serialize};

use crate::domain::ids::LotId;

/// The ledger was restored from a backup: what happened after that one is not in the log. A
/// `CardMoved` to `unconfirmed` follows for each card that may have been printed since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The last event of the backup.
    pub after: u64,
    /// Whether a person vouches that nothing was printed since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub vouched: bool,
    /// Card numbers up to this one are not given out any more.
    pub cards: u64,
    pub lots: u64,
    /// And the numbers of packs; the first restores do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub packs: Option<u64>,
    /// And those of minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
}

/// The PDF of a lot was purged; all its cards' personal data were erased before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotPurged {
    pub lot: LotId,
}
