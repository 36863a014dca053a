//! Why a drop, or a file of it, cannot be read.

use std::io;

use super::tree::Barred;
use crate::domain::rules::{self, Problem, Rule};

/// Why a drop gives no records.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The sender's fault: the whole drop goes back with these problems.
    #[error("the drop is refused as a whole; its problems say why")]
    Refused(Vec<Problem>),
    /// The station's own fault: the drop stays where it is and is read again later.
    #[error("the drop cannot be read now; check the disk, it is tried again")]
    Io(#[source] io::Error),
}

impl ReadError {
    pub(super) fn refused(rule: &'static Rule, detail: &str) -> Self {
        Self::Refused(vec![rule.broken_by_drop(detail)])
    }
}

pub(super) fn barred(error: Barred, name: &str) -> ReadError {
    match error {
        Barred::Io(error) => ReadError::Io(error),
        Barred::Missing => ReadError::refused(&rules::DROP_EMPTY, name),
        Barred::TooLarge => ReadError::refused(&rules::DROP_LIMITS, name),
        Barred::Special | Barred::Outside => ReadError::refused(&rules::DROP_SPECIAL, name),
    }
}
