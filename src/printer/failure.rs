//! What went wrong with a printer, and whether it may have taken what it was given.

/// A call that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The printer surely did nothing of what was asked.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// The reply was lost, came too late or made no sense: it may have been done or not.
    #[error("jawaban printer tidak diterima (no usable reply from the printer): {0}")]
    Unknown(String),
}

/// Why a printer surely did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It has too much to do; try again.
    #[error("printer sibuk (the printer is busy): {0}")]
    Busy(String),
    /// It will not do it, now or later.
    #[error("ditolak printer (refused by the printer): {0}")]
    Refused(String),
    /// It was never reached.
    #[error("printer tidak terhubung (the printer cannot be reached): {0}")]
    Unreachable(String),
    /// It knows no such job.
    #[error("pekerjaan tidak dikenal printer (the printer knows no such job)")]
    NotFound,
    /// Another job answers to this number: the printer began to count anew.
    #[error("nomor {id} kini pekerjaan lain, `{name}` (this number is another job's now)")]
    OtherJob {
        /// The number asked for.
        id: i32,
        /// The name that answered.
        name: String,
    },
}

impl Failure {
    /// Whether the printer knows the job no more.
    pub const fn is_gone(&self) -> bool {
        matches!(
            self,
            Self::NotTaken(NotTaken::NotFound | NotTaken::OtherJob { .. })
        )
    }
}
