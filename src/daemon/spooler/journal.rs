//! The ledger as the journal of attempts.

use crate::config::{Duplex, PrinterSettings};
use crate::context::Clock;
use crate::domain::hex::hex;
use crate::domain::ids::CardId;
use crate::domain::job::{Ended, Side, Stage};
use crate::domain::reason::Reason;
use crate::ledger::{self, Job, Ledger, NewJob, Remake};
use crate::printer::submit::{Attempt, Doubt, Journal, Kept, NotPrinted, Open, Outcome};
use crate::printer::{JobRef, Sides};
use crate::production::ACTOR;

/// Writes the steps of one printer's attempts into the ledger.
pub(super) struct LedgerJournal<'a> {
    pub ledger: &'a mut Ledger,
    pub clock: &'a Clock,
    pub printer: &'a PrinterSettings,
}

impl Journal for LedgerJournal<'_> {
    type Error = ledger::Error;

    fn begin(&mut self, card: CardId, sides: Sides, sha256: [u8; 32]) -> ledger::Result<Attempt> {
        let printer = self.printer;
        self.write(|tx| {
            let job_name = tx.next_job_name(card)?;
            tx.begin_job(NewJob {
                card,
                job: &job_name,
                printer: &printer.name,
                media: Some(&printer.media),
                side: side_of(sides),
                sha256: &hex(&sha256),
            })?;
            Ok(Attempt {
                job_name,
                card,
                sides,
            })
        })
    }

    fn created(&mut self, attempt: &Attempt, job: &JobRef) -> ledger::Result<()> {
        self.write(|tx| {
            let uuid = job.uuid.as_deref();
            tx.job_created(&attempt.job_name, job.id, uuid, Some(&job.uri))
        })
    }

    fn sent(&mut self, attempt: &Attempt) -> ledger::Result<()> {
        self.write(|tx| tx.job_sent(&attempt.job_name))
    }

    fn ended(&mut self, attempt: &Attempt, outcome: &Outcome) -> ledger::Result<()> {
        let (ended, reason) = match outcome {
            Outcome::Printed => (Ended::Printed, None),
            Outcome::NotPrinted(why) => (Ended::NotPrinted, Some(why_not(why))),
            Outcome::Unconfirmed(doubt) => (Ended::Unconfirmed, Some(why_unknown(*doubt))),
        };
        self.write(|tx| {
            tx.end_job(&attempt.job_name, ended, reason, Remake::No)
                .map(drop)
        })
    }
}

impl LedgerJournal<'_> {
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut ledger::Tx<'_>) -> ledger::Result<T>,
    ) -> ledger::Result<T> {
        self.ledger.write(ACTOR, self.clock.now(), work)
    }
}

const fn why_not(why: &NotPrinted) -> Reason {
    match why {
        NotPrinted::NotTaken(_) => Reason::NotTaken,
        NotPrinted::BrokenOff => Reason::BrokenOff,
        NotPrinted::NeverBegan => Reason::NeverBegan,
    }
}

const fn why_unknown(doubt: Doubt) -> Reason {
    match doubt {
        Doubt::Gone => Reason::JobGone,
        Doubt::Unwatched => Reason::Unwatched,
        Doubt::BrokenOff => Reason::BrokenOff,
        Doubt::Mismatch => Reason::Mismatch,
    }
}

const fn side_of(sides: Sides) -> Side {
    match sides {
        Sides::Front => Side::Front,
        Sides::Back => Side::Back,
        Sides::LongEdge | Sides::ShortEdge => Side::Both,
    }
}

/// What a printer lays down in one job for these sides of a card.
pub(super) const fn sides_of(side: Side, duplex: Duplex) -> Sides {
    match (side, duplex) {
        (Side::Front, _) => Sides::Front,
        (Side::Back, _) => Sides::Back,
        (Side::Both, Duplex::ShortEdge) => Sides::ShortEdge,
        (Side::Both, Duplex::LongEdge | Duplex::None) => Sides::LongEdge,
    }
}

/// A job of the ledger that was not over when the station stopped.
pub(super) fn open(job: Job, duplex: Duplex) -> Open {
    let at = |id: i32| JobRef {
        id,
        uuid: job.uuid.clone(),
        uri: job.uri.clone().unwrap_or_default(),
        name: job.job.clone(),
    };
    let kept = match (job.stage, job.id) {
        (Stage::Sent, Some(id)) => Kept::Sent(at(id)),
        (Stage::Created, Some(id)) => Kept::Created(at(id)),
        _ => Kept::Begun,
    };
    Open {
        attempt: Attempt {
            job_name: job.job.clone(),
            card: job.card,
            sides: sides_of(job.side, duplex),
        },
        kept,
    }
}
