//! Batches: what is uploaded is looked at row by row before the station takes it.

pub mod back;
mod columns;
mod list;
mod look;
mod upload;

pub use columns::save_columns;
pub use list::{list, returned};
pub use look::{discard, one, photo, progress, return_list, submit};
pub use upload::upload;

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::app::App;
use super::error::PageError;
use crate::actions::uploads::{Checked, StageError, StageId, Staging};
use crate::config::{Config, Paths};
use crate::domain::office::signing_on;
use crate::intake::{Mappings, MappingsError};
use crate::ledger::{Ledger, Reader};
use crate::production::assets;
use crate::production::examine::Examiner;
use crate::render::content::Issue;

impl From<StageError> for PageError {
    fn from(error: StageError) -> Self {
        match error {
            StageError::Refused(problems) => match problems.into_iter().next() {
                Some(problem) => Self::Refused(problem.pesan, problem.message),
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

/// The uploads of the page, and what was found in them.
pub struct Batches {
    /// The uploads on disk.
    pub staging: Staging,
    checks: Mutex<HashMap<String, Arc<Check>>>,
    /// Who has looked at which upload.
    looks: Mutex<BTreeSet<(String, String)>>,
}

/// One look at an upload, while it is taken and afterwards.
#[derive(Default)]
pub struct Check {
    done: AtomicUsize,
    total: AtomicUsize,
    found: Mutex<Option<Arc<Result<Checked, PageError>>>>,
}

impl Check {
    /// How many rows of how many were looked at.
    fn progress(&self) -> (usize, usize) {
        let at = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (at(&self.done), at(&self.total))
    }

    /// What was found, once it is.
    fn found(&self) -> Option<Arc<Result<Checked, PageError>>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.clone()
    }
}

impl Batches {
    /// The uploads of a station.
    pub fn open(paths: &Paths, config: &Config) -> Result<Self, StageError> {
        let limits = config.intake.limits.clone();
        let staging = Staging::open(paths.uploads(), paths.intake().incoming, limits)?;
        Ok(Self {
            staging,
            checks: Mutex::default(),
            looks: Mutex::default(),
        })
    }

    /// The look at an upload; it is begun where there is none.
    pub fn check(&self, app: &Arc<App>, id: &StageId) -> Arc<Check> {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(check) = checks.get(id.as_str()) {
            return Arc::clone(check);
        }
        let check = Arc::new(Check::default());
        checks.insert(id.as_str().to_owned(), Arc::clone(&check));
        let (app, id, seen) = (Arc::clone(app), id.clone(), Arc::clone(&check));
        tokio::task::spawn_blocking(move || {
            let found = look_at(&app, &id, &seen);
            *seen.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(found));
        });
        check
    }

    /// Whether this person looks at this upload for the first time since the station started.
    pub fn is_first_look(&self, look: (String, String)) -> bool {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.insert(look)
    }

    /// What was found in an upload, where somebody has looked at it since the station started.
    pub fn found(&self, id: &StageId) -> Option<Arc<Result<Checked, PageError>>> {
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.get(id.as_str()).and_then(|check| check.found())
    }

    /// Forgets what was found, because the upload or the meaning of its columns has changed.
    pub fn forget(&self, id: &StageId) {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        checks.remove(id.as_str());
        drop(checks);
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.retain(|(_, upload)| upload != id.as_str());
    }
}

fn look_at(app: &App, id: &StageId, check: &Check) -> Result<Checked, PageError> {
    let ledger: Reader = Ledger::open_read_only(&app.paths.ledger())?;
    let mappings = Mappings::read(&app.paths.mappings())?;
    let layouts = assets::load_all(Some(&app.paths), &app.config).map_err(PageError::broken)?;
    let now = Timestamp::now();
    let day = now.to_zoned_datetime(app.zone.clone()).date();
    let examiner = Examiner {
        config: &app.config,
        layouts: &layouts,
        issue: Issue {
            office: &app.config.office,
            official: signing_on(&app.config.officials, day),
            day,
            under5: app.config.card.under5_until,
        },
        press: app.config.press(),
        now,
        zone: app.zone.clone(),
    };
    let progress = |done, total| {
        check.done.store(done, Ordering::Relaxed);
        check.total.store(total, Ordering::Relaxed);
    };
    let staging = &app.batches.staging;
    Ok(staging.check(id, &examiner, &mappings, Some(&ledger), &progress)?)
}

/// The upload that an address names.
fn named(id: &str) -> Result<StageId, PageError> {
    StageId::parse(id).ok_or(PageError::NotFound)
}
