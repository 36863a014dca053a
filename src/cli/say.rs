//! Where every command's output goes.
//!
//! `kia-station log | head -1` closes the pipe early. What a command still has to do is done all the
//! same, what it still has to say goes nowhere, and nobody is told of an error that is none. Output
//! that cannot be written for any other reason, as to a full disk, ends the command with one.

use std::fmt::Arguments;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use super::Outcome;

/// The first failure of [`say`].
static FAILED: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line. A failure is kept for [`all_said`], and ends all further output.
pub(super) fn say(line: Arguments<'_>) {
    let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    if failed.is_none() {
        *failed = writeln!(io::stdout().lock(), "{line}").err();
    }
}

/// The standard macro panics when its reader is gone.
macro_rules! println {
    () => { $crate::cli::say::say(format_args!("")) };
    ($($line:tt)+) => { $crate::cli::say::say(format_args!($($line)+)) };
}

/// What came of a command, once its output was written or nobody reads it any more.
///
/// # Errors
/// Those of the command; output that could not be written.
pub(super) fn all_said(done: Result<Outcome>) -> Result<Outcome> {
    let kept = FAILED.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (done, kept) {
        (Err(error), _) if nobody_reads(&error) => Ok(Outcome::Done),
        (Ok(_), Some(error)) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("the output cannot be written")
        }
        (done, _) => done,
    }
}

/// Whether a command that writes for itself ended for want of a reader.
fn nobody_reads(error: &anyhow::Error) -> bool {
    let mut kinds = error.chain().filter_map(|cause| {
        let json = cause.downcast_ref::<serde_json::Error>();
        let plain = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        plain.or_else(|| json?.io_error_kind())
    });
    kinds.any(|kind| kind == io::ErrorKind::BrokenPipe)
}
