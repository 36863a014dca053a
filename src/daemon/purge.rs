//! The daily purge.

use std::time::{Duration, Instant};

use super::Station;
use crate::actions::privacy::purge::Purge;
use crate::actions::uploads;
use crate::domain::chain;
use crate::production::clock;
use crate::production::{ACTOR, StationError};

/// How often the running station looks.
const EVERY: Duration = Duration::from_secs(24 * 3600);

impl Station {
    /// Purges what is due, at the start and once a day. A fault is told and tried again: no card waits for it.
    pub(super) fn purge_when_due(&mut self) {
        if self.purged.is_some_and(|at| at.elapsed() < EVERY) {
            return;
        }
        self.purged = Some(Instant::now());
        if let Err(error) = self.purge() {
            tracing::error!(error = chain(&error), "the purge is tried again later");
        }
    }

    fn purge(&mut self) -> Result<(), StationError> {
        let now = self.context.now();
        clock::check(&self.context.paths, &self.ledger, now)?;
        uploads::sweep_old(&self.context.paths, &self.context.config)?;
        let settings = &self.context.config.privacy;
        // This thread is the one that takes photos in.
        let plan = Purge::plan(&self.ledger, &self.context.paths, settings, now, true)?;
        plan.carry_out(&mut self.ledger, &self.context.paths, ACTOR, now)?;
        if !plan.is_empty() {
            tracing::info!(
                cards = plan.cards.len(),
                lots = plan.lots.len(),
                photos = plan.photos,
                folders = plan.accepted + plan.rejected,
                "personal data that are not needed any more were purged"
            );
        }
        Ok(())
    }
}
