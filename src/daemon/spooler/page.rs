//! One card's page for one printer: set, proved, or put aside.

use std::sync::Arc;

use super::{ACTOR, PrinterWorker, StationError};
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::job::Side;
use crate::domain::reason::Reason;
use crate::ledger::{self, QueuedCard};
use crate::production::composer::{Aside, CardComposer, set_aside};
use crate::render::document::Document;
use crate::render::proof;

impl PrinterWorker {
    /// The PDF of one card for this printer, today, proved; or why the card cannot be printed.
    pub(super) fn document(
        &self,
        queued: &QueuedCard,
        kind: Kind,
        side: Side,
    ) -> Result<Result<Vec<u8>, Aside>, StationError> {
        let day = self.context.today();
        self.context.config.official_on(day)?;
        let mut press = self.context.config.press_of(Some(&self.printer.name))?;
        press.only = match side {
            Side::Both => None,
            Side::Front => Some(0),
            Side::Back => Some(1),
        };
        let layout = &self.context.layouts()?[&kind];
        let composer = CardComposer {
            layout,
            photos: &self.photos,
            issue: self.context.config.issue(day),
            press,
        };
        let (composed, expected) = match composer.set(queued) {
            Ok(set) => set,
            Err(Aside::Unread(source)) => {
                let card = queued.card;
                return Err(StationError::Photo { card, source });
            }
            Err(aside) => return Ok(Err(aside)),
        };
        let failed = |source| StationError::Lot {
            lot: queued.card.to_string(),
            source,
        };
        let title = queued.card.to_string();
        let mut document =
            Document::new(Vec::new(), [layout], press, &title, day).map_err(failed)?;
        document.add(&composed).map_err(failed)?;
        let (pdf, _) = document.finish().map_err(failed)?;
        let pdf = Arc::new(pdf);
        let faults = proof::prove(&pdf, &[expected], press.dpi, 1)
            .map_err(|source| StationError::Proof { lot: title, source })?;
        if let Some(fault) = faults.first() {
            tracing::error!(
                card = fault.mark,
                printer = self.printer.name,
                "held: {fault}"
            );
            return Ok(Err(Aside::Hold(fault.what.reason())));
        }
        Ok(Ok(Arc::unwrap_or_clone(pdf)))
    }

    /// A card that cannot be printed today is taken out of the way. One whose front is done has used
    /// up its blank already: a person must say what becomes of it.
    pub(super) fn put_aside(
        &mut self,
        queued: &QueuedCard,
        side: Side,
        aside: &Aside,
    ) -> Result<(), StationError> {
        if side != Side::Back {
            return set_aside(&mut self.ledger, queued, aside, self.context.now()).map(drop);
        }
        let reason = match aside {
            Aside::Unread(_) => return Ok(()),
            Aside::Hold(reason) => *reason,
            Aside::OtherKind(_) => Reason::OtherKind,
        };
        self.ledger.write(
            ACTOR,
            self.context.now(),
            |tx| -> Result<(), ledger::Error> {
                let to = State::Unconfirmed;
                tx.move_card(queued.card, to, Evidence::Station, Some(reason))?;
                Ok(())
            },
        )?;
        Ok(())
    }
}
