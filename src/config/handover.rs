//! `[handover]`: what the office expects of the schools.

use serde::Deserialize;

use super::ConfigError;

/// What the office expects of the schools.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HandoverSettings {
    /// A pack that was sent more than so many days ago and is not confirmed is called out.
    pub overdue_days: u32,
}

impl Default for HandoverSettings {
    fn default() -> Self {
        Self { overdue_days: 14 }
    }
}

impl HandoverSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if (1..=365).contains(&self.overdue_days) {
            return Ok(());
        }
        Err(ConfigError::Value {
            key: "handover.overdue_days",
            message: "must be 1 to 365 days".into(),
        })
    }
}
