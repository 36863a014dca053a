//! How one attempt at a card is handed to a printer and settled, whatever breaks on the way.
//!
//! ```text
//!  begin ──▶ Begun ──create──▶ Created ──send──▶ Sent ──poll──▶ ended
//!    │         │ reply lost       │ reply lost     │
//!    │         ▼                  ▼                ▼
//!    │       find, cancel       ask the job      printed · not printed · unconfirmed
//! ```
//!
//! The machine owns no printer, no journal and no clock: each [`Submission::step`] makes at most
//! one move with the printer and has the journal keep it before the next. It may be dropped
//! between any two steps, or inside one; [`Submission::resume`] goes on from what the journal holds.
//!
//! A document is handed over **at most once per attempt**, and only by the run that began the
//! attempt. To a printer that is sent to unseen ([`Printer::is_sent_unseen`]) the journal has the
//! sending first, and what then looks unsent is in doubt. When it is not known whether the printer has it, the job is asked; one that still waits
//! is cancelled and the card goes back to be printed under a new attempt. To send again instead
//! would race with a first sending that is merely late, and some printers print both.
//!
//! What the printer reports is believed as far as it can know:
//! - *completed* means printed, if the station watched without a gap, or if the printer forgets its
//!   jobs when it restarts. A queue that remembers them prints an interrupted one again and then
//!   reports it completed once, so after a gap a person must look: `unconfirmed`.
//! - *aborted* and *canceled* mean not printed only for a job that never began. Impressions counted
//!   as 0 prove nothing: CUPS counts 0 for a card that came out of a driver that does not count.

use sha2::{Digest, Sha256};

use super::{Failure, Job, JobRef, JobState, NewJob, NotTaken, Printer, Sides, Withdrawal};
use crate::domain::ids::CardId;

/// Keeps the steps of attempts. Each call returns only when its step would survive a power cut.
pub trait Journal {
    /// Why it could not keep a step.
    type Error;

    /// A new attempt at this card with a document of this SHA-256; names its job, once and for ever.
    ///
    /// # Errors
    /// When it cannot be kept; the attempt was then never begun.
    fn begin(
        &mut self,
        card: CardId,
        sides: Sides,
        sha256: [u8; 32],
    ) -> Result<Attempt, Self::Error>;

    /// The printer made the job.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn created(&mut self, attempt: &Attempt, job: &JobRef) -> Result<(), Self::Error>;

    /// The printer has the document.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn sent(&mut self, attempt: &Attempt) -> Result<(), Self::Error>;

    /// The attempt is over.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn ended(&mut self, attempt: &Attempt, outcome: &Outcome) -> Result<(), Self::Error>;
}

/// One try at printing one card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The name of its job at the printer, from the journal: `kia:<attempt>`.
    pub job_name: String,
    pub card: CardId,
    /// What it lays down.
    pub sides: Sides,
}

/// An attempt that was not over when the station stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub attempt: Attempt,
    /// How far the journal saw it come.
    pub kept: Kept,
}

/// The last step that the journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// `begin`: no document was sent.
    Begun,
    /// `created`: the document may have been sent.
    Created(JobRef),
    /// `sent`: the printer has the document.
    Sent(JobRef),
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The device says that it came out.
    Printed,
    /// Surely nothing came out.
    NotPrinted(NotPrinted),
    /// Nobody knows; a person must look.
    Unconfirmed(Doubt),
}

/// Why surely nothing came out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPrinted {
    /// The printer did not take the job or the document.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// The hand-over was broken off before the document was sent.
    #[error(
        "penyerahan terputus sebelum dokumen dikirim (broken off before the document was sent)"
    )]
    BrokenOff,
    /// The job ended without ever having begun.
    #[error("pekerjaan berakhir sebelum dicetak (the job ended before it began to print)")]
    NeverBegan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The printer has the document and knows the job no more.
    #[error("printer tidak lagi mengenal pekerjaan ini (the printer knows this job no more)")]
    Gone,
    /// It reports an end after a time in which it may have printed twice.
    #[error(
        "printer sempat tidak terpantau dan mungkin mencetak dua kali \
         (it was not watched for a while and may have printed twice)"
    )]
    Unwatched,
    /// It began and was broken off.
    #[error("berhenti di tengah pencetakan (ended in the middle of printing)")]
    BrokenOff,
    /// It counted other than one card, or completed with errors or beside a jam.
    #[error("laporan printer tidak cocok dengan satu kartu (its report does not fit one card)")]
    Mismatch,
}

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It moved; step again at once.
    Moved,
    /// Nothing to do but to ask again in a while: how the job stands, or why it cannot be asked.
    Wait(Result<Job, Failure>),
    /// Over, and the journal knows.
    Ended(Outcome),
}

/// One attempt on its way.
#[derive(Debug)]
pub struct Submission {
    attempt: Attempt,
    stage: Stage,
}

/// Where it stands; more than the journal keeps, because a restart may forget all but that.
#[derive(Debug)]
enum Stage {
    /// Begun by this run.
    Create {
        media: Option<String>,
        document: Vec<u8>,
    },
    /// A job of its name may exist, without a document.
    Search,
    /// Made by this run, the document in hand.
    Send { job: JobRef, document: Vec<u8> },
    /// The printer may have the document. `waited`: it was seen waiting for it, and cancelled.
    Ask { job: JobRef, waited: bool },
    /// The printer has it.
    Watch { job: JobRef, watch: Watch },
    /// Settled, not yet kept.
    Settled(Outcome),
}

/// What was seen of a job since it was sent.
#[derive(Debug, Default)]
struct Watch {
    /// It may have begun anew while nobody looked.
    gap: bool,
    /// When it began to print, as last told.
    began: Option<i32>,
}

impl Watch {
    /// Takes in an answer. A job that began at another time than it did before, or not at all any
    /// more, was begun anew.
    fn sees(&mut self, job: &Job) {
        if let Some(told) = job.began {
            self.gap |= self.began.is_some() && self.began != told;
            self.began = told.or(self.began);
        }
    }
}

impl Submission {
    /// Begins an attempt. Nothing is asked of a printer yet.
    ///
    /// # Errors
    /// When the journal cannot keep it.
    pub fn begin<J: Journal>(
        journal: &mut J,
        card: CardId,
        sides: Sides,
        media: Option<String>,
        document: Vec<u8>,
    ) -> Result<Self, J::Error> {
        let attempt = journal.begin(card, sides, Sha256::digest(&document).into())?;
        let stage = Stage::Create { media, document };
        Ok(Self { attempt, stage })
    }

    /// Takes up an attempt of a run that stopped. It is settled, never sent.
    pub fn resume(open: Open) -> Self {
        let stage = match open.kept {
            Kept::Begun => Stage::Search,
            Kept::Created(job) => Stage::Ask { job, waited: false },
            Kept::Sent(job) => Stage::Watch {
                job,
                watch: Watch {
                    gap: true,
                    began: None,
                },
            },
        };
        Self {
            attempt: open.attempt,
            stage,
        }
    }

    pub const fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Before a document was sent: the empty job is cancelled as a courtesy, for it cannot print.
    fn given_up(&self, printer: &dyn Printer) -> Stage {
        if let Stage::Send { job, .. } = &self.stage
            && let Err(error) = printer.cancel(job)
        {
            tracing::debug!(job = job.name, %error, "an empty job stays at the printer");
        }
        Stage::Settled(Outcome::NotPrinted(NotPrinted::BrokenOff))
    }

    /// The next move.
    ///
    /// # Errors
    /// When the journal cannot keep it. The submission must then be dropped and taken up again from
    /// the journal: what it holds is all that is certain.
    pub fn step<J: Journal>(
        &mut self,
        printer: &dyn Printer,
        journal: &mut J,
    ) -> Result<Step, J::Error> {
        match &mut self.stage {
            Stage::Create { media, document } => {
                let new = NewJob {
                    name: self.attempt.job_name.clone(),
                    sides: self.attempt.sides,
                    media: media.take(),
                };
                match printer.create(&new) {
                    Ok(job) => {
                        journal.created(&self.attempt, &job)?;
                        let document = std::mem::take(document);
                        self.stage = Stage::Send { job, document };
                    }
                    Err(Failure::NotTaken(why)) => self.settle(Outcome::NotPrinted(why.into())),
                    Err(Failure::Unknown(_)) => self.stage = Stage::Search,
                }
            }
            Stage::Search => {
                self.clear(printer);
                self.settle(Outcome::NotPrinted(NotPrinted::BrokenOff));
            }
            Stage::Send { job, document } => {
                let unseen = printer.is_sent_unseen();
                if unseen {
                    journal.sent(&self.attempt)?;
                }
                match printer.send(job, document) {
                    Ok(()) => {
                        if !unseen {
                            journal.sent(&self.attempt)?;
                        }
                        let job = job.clone();
                        let watch = Watch::default();
                        self.stage = Stage::Watch { job, watch };
                    }
                    Err(Failure::NotTaken(why)) => {
                        self.given_up(printer);
                        self.settle(Outcome::NotPrinted(why.into()));
                    }
                    Err(Failure::Unknown(_)) => {
                        let job = job.clone();
                        self.stage = match unseen {
                            true => Stage::Watch {
                                job,
                                watch: Watch::default(),
                            },
                            false => Stage::Ask { job, waited: false },
                        };
                    }
                }
            }
            Stage::Ask { job, waited } => {
                let (job, waited) = (job.clone(), *waited);
                return self.ask(job, waited, printer, journal);
            }
            Stage::Watch { job, watch } => match printer.job(job) {
                Ok(seen) if printer.is_sent_unseen() && seen.awaits_document() => {
                    // It may have been there to be read, and the power cut took it back.
                    self.clear(printer);
                    self.settle(Outcome::Unconfirmed(Doubt::BrokenOff));
                }
                Ok(seen) => {
                    watch.sees(&seen);
                    let surely_once = !watch.gap || printer.forgets_jobs();
                    let verdict = verdict(&seen, self.attempt.sides, surely_once);
                    match verdict {
                        // The device may tell of a jam what its job does not.
                        Some(Outcome::Printed) if is_jammed(printer) => {
                            self.settle(Outcome::Unconfirmed(Doubt::Mismatch));
                        }
                        Some(outcome) => self.settle(outcome),
                        None => return Ok(Step::Wait(Ok(seen))),
                    }
                }
                Err(failure) if failure.is_gone() => self.settle(Outcome::Unconfirmed(Doubt::Gone)),
                Err(failure) => {
                    watch.gap = true;
                    return Ok(Step::Wait(Err(failure)));
                }
            },
            Stage::Settled(outcome) => {
                journal.ended(&self.attempt, outcome)?;
                return Ok(Step::Ended(outcome.clone()));
            }
        }
        Ok(Step::Moved)
    }

    fn settle(&mut self, outcome: Outcome) {
        self.stage = Stage::Settled(outcome);
    }

    /// Cancels jobs of this attempt's name that hold no document. Nothing depends on it: they
    /// cannot print, and printers give them up after a time (`multiple-operation-time-out`).
    fn clear(&self, printer: &dyn Printer) {
        let name = &self.attempt.job_name;
        let cleared = printer.find(name).and_then(|found| {
            let empty = found.iter().filter(|job| job.awaits_document());
            empty
                .map(|job| printer.cancel(&job.at))
                .collect::<Result<Vec<_>, _>>()
        });
        if let Err(error) = cleared {
            tracing::debug!(job = name, %error, "an empty job may stay at the printer");
        }
    }

    /// Finds out whether the printer has the document. A job that waits for it is cancelled, and
    /// asked again: a late document may have slipped in before.
    fn ask<J: Journal>(
        &mut self,
        job: JobRef,
        waited: bool,
        printer: &dyn Printer,
        journal: &mut J,
    ) -> Result<Step, J::Error> {
        let seen = match printer.job(&job) {
            Ok(seen) => seen,
            Err(failure) if failure.is_gone() => {
                self.settle(Outcome::Unconfirmed(Doubt::Gone));
                return Ok(Step::Moved);
            }
            Err(failure) => return Ok(Step::Wait(Err(failure))),
        };
        if seen.awaits_document() {
            match printer.cancel(&job) {
                Ok(Withdrawal::Asked) => self.stage = Stage::Ask { job, waited: true },
                Ok(Withdrawal::NothingSent) => {
                    self.settle(Outcome::NotPrinted(NotPrinted::BrokenOff));
                    return Ok(Step::Moved);
                }
                Err(failure) => return Ok(Step::Wait(Err(failure))),
            }
            return Ok(Step::Wait(Ok(seen)));
        }
        // A queue that restarts says of a job it will print again that it never began.
        let surely_once = waited || seen.documents == Some(0) || printer.forgets_jobs();
        if seen.state.is_over() && seen.never_began() && surely_once {
            self.settle(Outcome::NotPrinted(NotPrinted::NeverBegan));
            return Ok(Step::Moved);
        }
        journal.sent(&self.attempt)?;
        let mut watch = Watch {
            gap: true,
            began: None,
        };
        watch.sees(&seen);
        self.stage = Stage::Watch { job, watch };
        Ok(Step::Moved)
    }
}

/// Whether the device tells of a jam.
fn is_jammed(printer: &dyn Printer) -> bool {
    let device = printer.device();
    device.is_ok_and(|device| device.reasons.iter().any(|reason| is_jam(reason.keyword())))
}

fn is_jam(keyword: &str) -> bool {
    keyword.to_ascii_lowercase().contains("jam")
}

/// What a job that is over says of its card; nothing while it is not. Where it counts, it must have
/// counted one card; a count of 0 is that of a driver which does not count.
fn verdict(job: &Job, sides: Sides, surely_once: bool) -> Option<Outcome> {
    let other = |told: Option<u32>, card| told.is_some_and(|told| told != 0 && told != card);
    let miscounted = other(job.impressions, sides.pages()) || other(job.sheets, 1);
    let errors = job
        .reasons
        .iter()
        .any(|reason| reason == "job-completed-with-errors" || is_jam(reason));
    Some(match job.state {
        JobState::Completed if miscounted || errors => Outcome::Unconfirmed(Doubt::Mismatch),
        JobState::Completed if surely_once => Outcome::Printed,
        JobState::Completed => Outcome::Unconfirmed(Doubt::Unwatched),
        // One that was begun anew may well say that it has not begun.
        JobState::Canceled | JobState::Aborted if job.never_began() && surely_once => {
            Outcome::NotPrinted(NotPrinted::NeverBegan)
        }
        JobState::Canceled | JobState::Aborted => Outcome::Unconfirmed(Doubt::BrokenOff),
        JobState::Pending | JobState::Held | JobState::Processing | JobState::Stopped => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests;
