//! A journal that loses nothing committed, under a station that dies at any commit.

use kia_station::domain::ids::CardId;
use kia_station::printer::submit::{Attempt, Journal, Kept, Open, Outcome};
use kia_station::printer::{JobRef, Sides};

use crate::fake::Fault;
use crate::rng::Rng;

/// The station died here.
#[derive(Debug)]
pub struct Died;

/// One attempt and all that was committed of it.
#[derive(Clone)]
pub struct Entry {
    pub attempt: Attempt,
    kept: Kept,
    pub outcome: Option<Outcome>,
}

pub struct MemoryJournal {
    pub entries: Vec<Entry>,
    rng: Rng,
    /// Commits of a hundred at which the station dies.
    pub chance: u64,
    pub fired: Vec<Fault>,
}

impl MemoryJournal {
    pub fn new(seed: u64) -> Self {
        Self {
            entries: Vec::new(),
            rng: Rng::new(seed),
            chance: 0,
            fired: Vec::new(),
        }
    }

    /// The attempt that is not over. There is one at most: the next card waits for it.
    pub fn open(&self) -> Option<Open> {
        let entry = self.entries.iter().find(|entry| entry.outcome.is_none())?;
        Some(Open {
            attempt: entry.attempt.clone(),
            kept: entry.kept.clone(),
        })
    }

    /// The job of this attempt, counted from 1, at its printer, once it was kept.
    pub fn job(&self, number: usize) -> Option<JobRef> {
        match &self.entries.get(number.checked_sub(1)?)?.kept {
            Kept::Begun => None,
            Kept::Created(job) | Kept::Sent(job) => Some(job.clone()),
        }
    }

    fn commit(&mut self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<(), Died> {
        let dies = self.rng.percent(self.chance);
        if dies && self.rng.percent(50) {
            self.fired.push(Fault::StationBeforeCommit);
            return Err(Died);
        }
        change(&mut self.entries);
        if dies {
            self.fired.push(Fault::StationAfterCommit);
            return Err(Died);
        }
        Ok(())
    }
}

fn entry<'a>(entries: &'a mut [Entry], attempt: &Attempt) -> &'a mut Entry {
    let found = entries.iter_mut().find(|entry| entry.attempt == *attempt);
    found.unwrap()
}

impl Journal for MemoryJournal {
    type Error = Died;

    fn begin(&mut self, card: CardId, sides: Sides, _: [u8; 32]) -> Result<Attempt, Died> {
        let attempt = Attempt {
            job_name: format!("kia:{}", self.entries.len() + 1),
            card,
            sides,
        };
        let new = Entry {
            attempt: attempt.clone(),
            kept: Kept::Begun,
            outcome: None,
        };
        self.commit(|entries| entries.push(new))?;
        Ok(attempt)
    }

    fn created(&mut self, attempt: &Attempt, job: &JobRef) -> Result<(), Died> {
        self.commit(|entries| entry(entries, attempt).kept = Kept::Created(job.clone()))
    }

    fn sent(&mut self, attempt: &Attempt) -> Result<(), Died> {
        self.commit(|entries| {
            let entry = entry(entries, attempt);
            let Kept::Created(job) = entry.kept.clone() else {
                panic!("sent without a job")
            };
            entry.kept = Kept::Sent(job);
        })
    }

    fn ended(&mut self, attempt: &Attempt, outcome: &Outcome) -> Result<(), Died> {
        self.commit(|entries| {
            let before = entry(entries, attempt).outcome.replace(outcome.clone());
            assert_eq!(before, None, "an attempt ends once");
        })
    }
}
