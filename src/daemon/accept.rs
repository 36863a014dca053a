//! A claimed drop: examined, decided in one transaction, and moved to where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use crate::daemon::Station;
use crate::domain::card::{Evidence, State};
use crate::domain::reason::Reason;
use crate::domain::rules::{self, Decision, Problem, Severity, Subject};
use crate::intake::{Batch, Claimed, ReadError, Report};
use crate::ledger::{self, DropOutcome, NewCard, Tx};
use crate::production::ACTOR;
use crate::production::assets::LoadError;
use crate::production::decide::decide_against_ledger;
use crate::production::examine::{Examined, Passed, SharedPhotos};
use crate::production::tokens::new_token;

/// Why a drop was not taken to its end now.
pub(super) enum AcceptError {
    /// The disk or the like: it stays in `work/` and is tried again.
    Later(Box<dyn std::error::Error + Send + Sync>),
    /// The ledger: nothing goes on without it.
    Ledger(ledger::Error),
    /// The station is stopping: it stays in `work/` and is found again at the next start.
    Stopping,
}

impl From<ledger::Error> for AcceptError {
    fn from(error: ledger::Error) -> Self {
        Self::Ledger(error)
    }
}

impl From<std::io::Error> for AcceptError {
    fn from(error: std::io::Error) -> Self {
        Self::Later(error.into())
    }
}

impl From<LoadError> for AcceptError {
    fn from(error: LoadError) -> Self {
        Self::Later(error.into())
    }
}

impl From<getrandom::Error> for AcceptError {
    fn from(error: getrandom::Error) -> Self {
        Self::Later(error.into())
    }
}

/// A row with its photo on disk, so that a batch of any size fits in memory.
struct Candidate {
    row: u32,
    subject: Subject,
    passed: Option<Passed>,
}

impl Station {
    /// Takes a drop to its end.
    pub(super) fn accept_drop(&mut self, claimed: &Claimed) -> Result<Report, AcceptError> {
        let limits = &self.context.config.intake.limits;
        let read = match claimed.reading() {
            Ok(_reading) => claimed.read(limits),
            Err(error) => Err(error),
        };
        let report = match read {
            Ok(batch) => self.decide_batch(claimed, &batch)?,
            Err(ReadError::Refused(problems)) => {
                let report = Report::refused(claimed.name(), problems);
                self.ledger.write(ACTOR, self.context.now(), |tx| {
                    finish(tx, claimed.id(), &report, 0)
                })?;
                report
            }
            Err(ReadError::Io(error)) => return Err(error.into()),
        };
        let limits = &self.context.config.intake.limits;
        claimed
            .dispose(&report, limits)
            .map_err(|error| AcceptError::Later(error.into()))?;
        tracing::info!(
            drop = claimed.id(),
            received = report.received(),
            accepted = report.accepted(),
            rejected = report.rejected(),
            "a drop was taken"
        );
        Ok(report)
    }

    fn decide_batch(&mut self, claimed: &Claimed, batch: &Batch) -> Result<Report, AcceptError> {
        let now = self.context.now();
        let day = self.today();
        self.official(day)
            .map_err(|error| AcceptError::Later(error.into()))?;
        let examiner = self.context.examiner(now)?;
        let mut problems = batch.unreadable.clone();
        let mut candidates: Vec<Candidate> = Vec::with_capacity(batch.rows.len());
        let mut pictures = SharedPhotos::default();
        let photos = |path: &str| claimed.photo(path, &self.context.config.intake.limits);
        let keep = |mut examined: Examined| {
            if let Some(passed) = &mut examined.passed
                && let (Some(photo), Some(sha256)) = (passed.photo.take(), &passed.photo_sha256)
            {
                // From here on it is on disk: a batch of any size must fit in memory.
                self.photos.keep(sha256, &photo.jpeg)?;
                self.context.cloths.keep(sha256, photo.background);
            }
            Ok(examined)
        };
        examiner.examine::<_, AcceptError>(batch, &photos, &keep, &mut |examined| {
            if self.is_stopping() {
                return Err(AcceptError::Stopping);
            }
            if let Some(passed) = &examined.passed {
                pictures.note(candidates.len(), passed);
            }
            problems.extend(examined.problems);
            candidates.push(Candidate {
                row: examined.row,
                subject: examined.subject,
                passed: examined.passed,
            });
            Ok(())
        })?;
        self.photos.sync()?;
        let shared: BTreeSet<usize> = pictures.shared().collect();

        let name = claimed.name();
        let report = self
            .ledger
            .write(ACTOR, now, |tx| -> Result<_, AcceptError> {
                let mut unchanged = 0;
                for (index, candidate) in candidates.iter().enumerate() {
                    let Some(passed) = &candidate.passed else {
                        continue;
                    };
                    let problem = Self::decide_row(
                        tx,
                        claimed.id(),
                        candidate,
                        passed,
                        shared.contains(&index),
                    )?;
                    unchanged += u32::from(
                        problem
                            .as_ref()
                            .is_some_and(|p| p.code == rules::UNCHANGED.code),
                    );
                    problems.extend(problem);
                }
                problems.sort_by_key(|problem| problem.row);
                let report = Report::new(name, batch.received(), problems);
                finish(tx, claimed.id(), &report, unchanged)?;
                Ok(report)
            })?;
        if report.accepted() > unchanged_of(&report) {
            self.note_accepted();
        }
        Ok(report)
    }

    /// Decides one row beside what the ledger knows, and makes its card.
    fn decide_row(
        tx: &mut Tx<'_>,
        drop: &str,
        candidate: &Candidate,
        passed: &Passed,
        shared_in_batch: bool,
    ) -> Result<Option<Problem>, AcceptError> {
        // A crash after the commit and before the move brings the same drop here again: its cards
        // are there already.
        if tx.card_of_row(drop, candidate.row)?.is_some() {
            return Ok(None);
        }
        let beside =
            decide_against_ledger(Some(&*tx), &candidate.subject, passed, shared_in_batch)?;
        let decision = match beside {
            Ok(decision) => decision,
            Err(problem) => return Ok(Some(problem)),
        };
        let record = &passed.record;
        let replaces = match decision {
            Decision::Replace(card) => {
                tx.move_card(
                    card,
                    State::Cancelled,
                    Evidence::Import,
                    Some(Reason::Revisi),
                )?;
                Some(card)
            }
            Decision::Reissue(card) => {
                tx.move_card(
                    card,
                    State::Void,
                    Evidence::Import,
                    Some(record.alasan.into()),
                )?;
                Some(card)
            }
            Decision::New | Decision::Unchanged(_) => None,
        };
        let token = match record.qr {
            Some(_) => None,
            None => Some(new_token()?),
        };
        tx.accept(NewCard {
            record,
            kind: passed.kind,
            photo: passed.photo_sha256.as_deref(),
            token: token.as_deref(),
            drop,
            row: Some(candidate.row),
            replaces,
        })?;
        Ok(None)
    }
}

fn unchanged_of(report: &Report) -> u32 {
    let same = report
        .problems()
        .iter()
        .filter(|problem| problem.code == rules::UNCHANGED.code);
    u32::try_from(same.count()).unwrap_or(u32::MAX)
}

/// Writes the end of a drop, once.
fn finish(tx: &mut Tx<'_>, drop: &str, report: &Report, unchanged: u32) -> Result<(), AcceptError> {
    if tx.is_drop_finished(drop)? {
        return Ok(());
    }
    let mut problems = BTreeMap::new();
    for problem in report.problems() {
        *problems.entry(problem.code.to_owned()).or_default() += 1;
    }
    debug_assert!(
        report.rejected() == 0
            || report
                .problems()
                .iter()
                .any(|p| p.severity == Severity::Block)
    );
    tx.finish_drop(&DropOutcome {
        drop: drop.to_owned(),
        name: report.drop().to_owned(),
        received: report.received(),
        accepted: report.accepted(),
        rejected: report.rejected(),
        unchanged,
        problems,
    })?;
    Ok(())
}
