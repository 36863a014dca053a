//! Events of the photo desk.

use serde::{Deserialize, Serialize};

use crate::domain::ids::CardId;

/// A person cropped, turned or replaced the photo of a card that is not printed yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhotoChanged {
    pub card: CardId,
    /// Keyed hash of the record as stored, the new photo's digest and the QR token.
    pub record_hash: String,
    /// Keyed hash of the new photo's digest.
    pub photo_hash: String,
    /// Whether it is another picture, and not another part of the same one.
    pub replaced: bool,
}
