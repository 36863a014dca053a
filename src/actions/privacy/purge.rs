//! The privacy clock: what is not needed any more goes (UU 27/2022, articles 43 and 44).

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::actions::{Access, Failure, Result, Rule};
use crate::config::{Paths, PrivacySettings};
use crate::domain::audit::AuditCode;
use crate::domain::ids::{CardId, LotId};
use crate::intake::REASONS;
use crate::ledger::{self, Card, Ledger, Reader};
use crate::production::StationError;
use crate::production::clock;

/// The reason in the log.
const REASON: &str = "retention";

/// How many cards are erased in one transaction: others wait no longer than that.
const AT_A_TIME: usize = 500;

/// What a purge takes, or would take.
#[derive(Debug, Default, Serialize)]
pub struct Purge {
    /// Cards whose personal data go.
    pub cards: Vec<CardId>,
    /// Lots whose PDFs go.
    pub lots: Vec<LotId>,
    /// Photos that no card needs.
    pub photos: u64,
    pub accepted: u64,
    pub rejected: u64,
    /// Cards that are as old and not done: their data stay until somebody decides.
    pub overdue: Vec<Card>,
    #[serde(skip)]
    files: Vec<PathBuf>,
}

impl Purge {
    pub fn is_empty(&self) -> bool {
        self.cards.is_empty() && self.lots.is_empty() && self.files.is_empty()
    }

    /// Says what would go now. `photos`: whether nobody is taking in photos meanwhile, so that those
    /// without a card are surely left over.
    ///
    /// # Errors
    /// [`StationError::Ledger`], [`StationError::File`].
    pub fn plan(
        ledger: &Reader,
        paths: &Paths,
        settings: &PrivacySettings,
        now: Timestamp,
        photos: bool,
    ) -> std::result::Result<Self, StationError> {
        let before = days_before(now, settings.purge_after_days);
        let mut plan = ledger.snapshot(|ledger| -> ledger::Result<_> {
            let cards = ledger.erasable(before)?;
            Ok(Self {
                lots: ledger.purgeable_lots(&cards)?,
                overdue: ledger.overdue(before)?,
                cards,
                ..Self::default()
            })
        })?;
        // A crash may have come between the ledger and the disk.
        for lot in ledger.purged_lots()? {
            plan.files
                .extend(Some(paths.lots().join(lot.pdf)).filter(|path| path.exists()));
        }
        let failed = |source| StationError::File {
            what: "the folders of what was taken in cannot be read",
            source,
        };
        if photos {
            let unused = plan.unused_photos(ledger, &paths.photos(), now)?;
            plan.photos = unused.len() as u64;
            plan.files.extend(unused);
        }
        let folders = paths.intake();
        for (folder, days, count) in [
            (folders.accepted, settings.accepted_days, &mut plan.accepted),
            (folders.rejected, settings.rejected_days, &mut plan.rejected),
        ] {
            let old = older_than(&folder, days_before(now, days)).map_err(failed)?;
            *count = old.len() as u64;
            plan.files.extend(old);
        }
        Ok(plan)
    }

    /// The photos that no card will need once the cards of this plan are erased. One that was just
    /// prepared may wait for its drop to be decided.
    fn unused_photos(
        &self,
        ledger: &Reader,
        folder: &Path,
        now: Timestamp,
    ) -> std::result::Result<Vec<PathBuf>, StationError> {
        let mut unused = Vec::new();
        let listed = older_than(folder, days_before(now, 1)).map_err(|source| {
            let what = "`photos/` cannot be read";
            StationError::File { what, source }
        })?;
        for path in listed {
            let Some(digest) = path.file_stem().and_then(|stem| stem.to_str()) else {
                continue;
            };
            if ledger.only_needed_by(digest, &self.cards)? {
                unused.push(path);
            }
        }
        Ok(unused)
    }

    /// Does what the plan says: the ledger first, then the files, then the write-ahead log, in which
    /// erased data may still stand.
    ///
    /// # Errors
    /// [`StationError::Ledger`], [`StationError::File`]; what was done is done, and the rest is done
    /// the next time.
    pub fn carry_out(
        &self,
        ledger: &mut Ledger,
        paths: &Paths,
        actor: &str,
        now: Timestamp,
    ) -> std::result::Result<(), StationError> {
        for cards in self.cards.chunks(AT_A_TIME) {
            ledger.write(actor, now, |tx| -> ledger::Result<()> {
                let mut cards = cards.iter();
                // Somebody else's purge may have been faster.
                cards.try_for_each(|card| match tx.erase(*card, REASON) {
                    Err(ledger::Error::Erased(_)) => Ok(()),
                    erased => erased,
                })
            })?;
        }
        let mut files = self.files.clone();
        for lot in &self.lots {
            ledger.write(actor, now, |tx| {
                match tx.purgeable_lots(&[])?.contains(lot) {
                    true => tx.purge_lot(*lot),
                    false => Ok(()),
                }
            })?;
            if let Some((lot, _)) = ledger.lot(*lot)? {
                files.push(paths.lots().join(lot.pdf));
            }
        }
        for path in &files {
            remove(path).map_err(|source| StationError::File {
                what: "what is not needed any more cannot be deleted",
                source,
            })?;
        }
        if self.photos + self.accepted + self.rejected > 0 {
            let detail = format!(
                "{} foto, {} accepted, {} rejected",
                self.photos, self.accepted, self.rejected
            );
            ledger.write(actor, now, |tx| {
                tx.audit(AuditCode::FilesPurged, None, Some(&detail))
            })?;
        }
        if !self.is_empty() {
            ledger.empty_log()?;
        }
        Ok(())
    }
}

/// What a purge would take now. `photos`: whether nobody is taking in photos meanwhile.
pub fn review(at: &Access<'_>, photos: bool) -> Result<Purge> {
    let (paths, settings) = (&at.context.paths, &at.context.config.privacy);
    at.read(Rule::Purge, |ledger| {
        Purge::plan(ledger, paths, settings, at.now, photos).map_err(Failure::broken)
    })
}

/// Takes what was looked at, and nothing else.
pub fn purge(at: &mut Access<'_>, seen: &Purge) -> Result<()> {
    at.permit(Rule::Purge)?;
    let (context, actor, now) = (at.context, at.actor(), at.now);
    context.with_ledger(|ledger| {
        clock::check(&context.paths, ledger, now)?;
        let done = seen.carry_out(ledger, &context.paths, &actor, now);
        done.map_err(Failure::broken)
    })
}

/// Says that it is as late as the clock says, though it jumped.
pub fn confirm_clock(at: &mut Access<'_>) -> Result<()> {
    at.permit(Rule::Purge)?;
    let (context, actor, now) = (at.context, at.actor(), at.now);
    context.with_ledger(|ledger| Ok(clock::confirm(&context.paths, ledger, &actor, now)?))
}

fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now - SignedDuration::from_hours(24 * i64::from(days))
}

/// What lies in a folder and was last touched before `before`: of a drop's folder, its
/// `reasons.json`, which is written when the drop is decided.
fn older_than(folder: &Path, before: Timestamp) -> io::Result<Vec<PathBuf>> {
    let mut old = Vec::new();
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(old),
        listed => listed?,
    };
    for entry in listed {
        let path = entry?.path();
        let decided = fs::symlink_metadata(path.join(REASONS));
        let touched = decided
            .or_else(|_| fs::symlink_metadata(&path))?
            .modified()?;
        // A time that no calendar knows is no old one.
        if Timestamp::try_from(touched).is_ok_and(|touched| touched < before) {
            old.push(path);
        }
    }
    old.sort();
    Ok(old)
}

/// Deletes a file or a folder with all that is in it; one that is gone is no fault.
fn remove(path: &Path) -> io::Result<()> {
    let is_dir = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = match is_dir {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
