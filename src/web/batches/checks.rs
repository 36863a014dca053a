//! What was found in each upload since the station started.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::actions::uploads::{Checked, StageError, StageId, Staging};
use crate::config::{Config, Paths};
use crate::web::error::PageError;

/// The uploads of the page, and what was found in them.
pub struct Batches {
    /// The uploads on disk.
    pub staging: Staging,
    checks: Mutex<HashMap<String, Arc<Check>>>,
}

/// One look at an upload, while it is taken and afterwards.
#[derive(Default)]
pub struct Check {
    pub(super) done: AtomicUsize,
    pub(super) total: AtomicUsize,
    pub(super) found: Mutex<Option<Arc<Result<Checked, PageError>>>>,
}

impl Check {
    /// How many rows of how many were looked at.
    pub(super) fn progress(&self) -> (usize, usize) {
        let at = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (at(&self.done), at(&self.total))
    }

    /// What was found, once it is.
    pub(super) fn found(&self) -> Option<Arc<Result<Checked, PageError>>> {
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
        })
    }

    /// The look at an upload; where there is none, `begin` begins it.
    pub(super) fn check(&self, id: &StageId, begin: impl FnOnce(&Arc<Check>)) -> Arc<Check> {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        let check = checks.entry(id.as_str().to_owned()).or_insert_with(|| {
            let check = Arc::default();
            begin(&check);
            check
        });
        Arc::clone(check)
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
    }
}
