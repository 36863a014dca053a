//! What a printer says of itself.

use serde::{Deserialize, Serialize};

use super::text::{Explain, Text};

/// `printer-state` (RFC 8011 §5.4.11), or that it does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceState {
    Idle,
    Processing,
    /// Does not go on until a person helps.
    Stopped,
    Unreachable,
}

impl DeviceState {
    pub const ALL: [Self; 4] = [
        Self::Idle,
        Self::Processing,
        Self::Stopped,
        Self::Unreachable,
    ];

    /// The code in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Processing => "processing",
            Self::Stopped => "stopped",
            Self::Unreachable => "unreachable",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether it prints or would, as far as the state says.
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Idle | Self::Processing)
    }
}

impl Explain for DeviceState {
    fn text(&self) -> Text {
        match self {
            Self::Idle => Text::new("siap", "ready"),
            Self::Processing => Text::new("sedang mencetak", "printing"),
            Self::Stopped => Text::new("berhenti", "stopped"),
            Self::Unreachable => Text::new("tidak terhubung", "not reachable"),
        }
    }
}
