//! Why an action was not done. Nothing of it was written then.

use super::Rule;
use crate::domain::text::{Explain, Text};
use crate::{ledger, text};

#[derive(Debug)]
pub enum Failure {
    /// The request was wrong; the text says what to do instead.
    Refused(Text),
    /// What was named does not exist.
    Missing(Text),
    /// The person's role may not do this; the audit has it.
    Denied(Rule),
    /// The station's own fault.
    Broken(anyhow::Error),
}

pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    pub const fn refused(id: &'static str, en: &'static str) -> Self {
        Self::Refused(Text::new(id, en))
    }

    pub fn broken(error: impl Into<anyhow::Error>) -> Self {
        Self::Broken(error.into())
    }

    /// What the person reads, except for a fault of the station's own.
    pub fn text(&self) -> Option<Text> {
        match self {
            Self::Refused(text) | Self::Missing(text) => Some(text.clone()),
            Self::Denied(rule) => {
                let what = rule.text();
                Some(text!(
                    "Akun ini tidak boleh {}; percobaan ini dicatat.", what.id;
                    "This account may not {}; the attempt was recorded.", what.en
                ))
            }
            Self::Broken(_) => None,
        }
    }
}

impl From<ledger::Error> for Failure {
    fn from(error: ledger::Error) -> Self {
        match error.refusal() {
            Some(text) => Self::Refused(text),
            None => Self::broken(error),
        }
    }
}
