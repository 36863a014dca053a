//! Events of the programs that send records. Tokens are in no event.

use serde::{Deserialize, Serialize};

/// A sender got a token, or may send no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderSet {
    pub sender: String,
    /// Whether it may send.
    pub active: bool,
}
