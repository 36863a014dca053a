//! Where the scanning of each person stands.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::session::User;
use crate::actions::scanning::{Scanning, Told};
use crate::config::Config;

/// The desks of all who scan, by name: a person scans at one desk.
#[derive(Default)]
pub struct Desks(Mutex<HashMap<String, Desk>>);

/// Where a person's scanning stands.
pub(super) struct Desk {
    pub scanning: Scanning,
    /// The newest answers, the last one first, each with the browser's id of its scan.
    pub told: VecDeque<(Option<String>, Told)>,
}

impl Desk {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            scanning: Scanning::new(config.card.serial_pattern.clone()),
            told: VecDeque::new(),
        }
    }
}

impl Desks {
    /// Does `work` at the desk of `user`.
    pub(super) fn with<T>(
        &self,
        config: &Config,
        user: &User,
        work: impl FnOnce(&mut Desk) -> T,
    ) -> T {
        let mut desks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = desks.entry(user.name.clone());
        work(desk.or_insert_with(|| Desk::new(config)))
    }
}
