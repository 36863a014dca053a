//! What a person saw, took out or was denied: it changes no card, and is kept all the same.

use serde::{Deserialize, Serialize};

use crate::domain::audit::AuditCode;
use crate::domain::ids::CardId;

/// Personal data were seen or given out, or a step was overridden or denied (UU 27/2022: every
/// processing is recorded).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    pub what: AuditCode,
    /// Whose data, where one card is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardId>,
    /// More of it; no name, and long runs of digits are masked when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
