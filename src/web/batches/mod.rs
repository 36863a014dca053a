//! Batches: what is uploaded is looked at row by row before the station takes it.

mod checks;
mod columns;
mod list;
mod look;
mod upload;

pub use checks::Batches;
pub use columns::save_columns;
pub use list::{list, returned};
pub use look::{discard, one, photo, progress, return_list, submit};
pub use upload::upload;

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use self::checks::Check;
use super::app::App;
use super::error::PageError;
use crate::actions::uploads::{Checked, StageError, StageId};
use crate::intake::MappingsError;

impl From<StageError> for PageError {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Refused(problems) => match problems.into_iter().next() {
                Some(problem) => Self::refused(problem.pesan, problem.message),
                None => Self::refused("Unggahan ditolak.", "The upload is refused."),
            },
            StageError::Missing | StageError::NoPicture => Self::NotFound,
            StageError::NotChecked => Self::refused(
                "Kiriman ini belum diperiksa.",
                "This batch was not checked yet.",
            ),
            StageError::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
                Self::refused(
                    "Kiriman ini terlalu besar.",
                    "This batch is larger than a drop may be.",
                )
            }
            StageError::Ledger(error) => error.into(),
            StageError::Io(error) => Self::broken(error),
        }
    }
}

impl From<MappingsError> for PageError {
    fn from(error: MappingsError) -> Self {
        Self::broken(error)
    }
}

/// The look at an upload; it is begun where there is none.
fn check(app: &Arc<App>, id: &StageId) -> Arc<Check> {
    app.batches.check(id, |check| {
        let (app, id, check) = (Arc::clone(app), id.clone(), Arc::clone(check));
        tokio::task::spawn_blocking(move || {
            let found = look_at(&app, &id, &check);
            *check.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(found));
        });
    })
}

fn look_at(app: &App, id: &StageId, check: &Check) -> Result<Checked, PageError> {
    let mappings = app.mappings()?;
    let examiner = app.examiner(app.now()).map_err(PageError::broken)?;
    let progress = |done, total| {
        check.done.store(done, Ordering::Relaxed);
        check.total.store(total, Ordering::Relaxed);
    };
    let staging = &app.batches.staging;
    app.context
        .read(|ledger| Ok(staging.check(id, &examiner, &mappings, Some(ledger), &progress)?))
}

/// The upload that an address names.
fn named(id: &str) -> Result<StageId, PageError> {
    StageId::parse(id).ok_or(PageError::NotFound)
}
