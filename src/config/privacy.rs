//! How long personal data stay, and for whom backups are encrypted.

use serde::Deserialize;

use super::ConfigError;

/// How long personal data stay once they are not needed any more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacySettings {
    /// Days after a card was received, cancelled, made void, or spoiled and destroyed: then its
    /// record, photo and PDF go. The law names no number (UU 27/2022, article 44: when the purpose
    /// is fulfilled), so the office sets it.
    pub purge_after_days: u32,
    /// Days that the sources of accepted drops stay in `accepted/`: the ledger holds what is needed.
    pub accepted_days: u32,
    /// Days that refused drops stay in `rejected/` for their sender to fetch.
    pub rejected_days: u32,
}

impl Default for PrivacySettings {
    fn default() -> Self {
        Self {
            purge_after_days: 90,
            accepted_days: 30,
            rejected_days: 30,
        }
    }
}

impl PrivacySettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, days) in [
            ("privacy.purge_after_days", self.purge_after_days),
            ("privacy.accepted_days", self.accepted_days),
            ("privacy.rejected_days", self.rejected_days),
        ] {
            if !(1..=3650).contains(&days) {
                let message = "must be 1 to 3650 days".to_owned();
                return Err(ConfigError::Value { key, message });
            }
        }
        Ok(())
    }
}

/// How backups are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSettings {
    /// The age recipient (`age1…`) that backups are encrypted for; its identity must not lie on the
    /// station.
    pub recipient: Option<String>,
}

impl BackupSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self
            .recipient
            .as_deref()
            .map(str::parse::<age::x25519::Recipient>)
        {
            Some(Err(why)) => Err(ConfigError::Value {
                key: "backup.recipient",
                message: format!("is no age recipient such as `age1…` ({why})"),
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_clock_that_never_runs_or_runs_at_once_is_refused_by_its_key() {
        for key in ["purge_after_days", "accepted_days", "rejected_days"] {
            let parse =
                |days: u32| Config::parse("station.toml", &format!("[privacy]\n{key} = {days}\n"));
            assert!(parse(1).is_ok());
            for days in [0, 3651] {
                let error = parse(days).unwrap_err().to_string();
                assert!(error.contains(&format!("`privacy.{key}`")), "{error}");
            }
        }
    }
}
