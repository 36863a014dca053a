//! Where the scanning of each person stands.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::session::User;
use crate::actions::scanning::{Answer, Scanning};
use crate::config::Config;
use crate::ledger::Card;

/// The desks of all who scan, by name: a person scans at one desk.
#[derive(Default)]
pub struct Desks(Mutex<HashMap<String, Desk>>);

/// Where a person's scanning stands.
pub(super) struct Desk {
    pub scanning: Scanning,
    /// The newest answers, the last one first.
    pub told: VecDeque<Told>,
}

/// An answer, with what tells the operator that it is of the card in hand. No name, no NIK.
#[derive(Clone)]
pub(super) struct Told {
    pub id: Option<String>,
    pub answer: Answer,
    pub card: Option<Card>,
    pub at: Timestamp,
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
        let desk = desks.entry(user.name.clone()).or_insert_with(|| Desk {
            scanning: Scanning::new(config.card.serial_pattern.clone()),
            told: VecDeque::new(),
        });
        work(desk)
    }
}
