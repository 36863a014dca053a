//! Which card comes next, on which of its sides, and which lots a printer has.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::{ACTOR, PrinterWorker, StationError};
use crate::config::{Config, Duplex};
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::Side;
use crate::ledger::{self, Reader};
use crate::printer::Device;
use crate::production::printers::cap_reached;

/// Whether the cards of a lot go on these blanks.
pub(super) fn goes_on(
    ledger: &Reader,
    config: &Config,
    lot: LotId,
    media: &str,
) -> ledger::Result<bool> {
    let found = ledger.lot(lot)?;
    let of_kind = found.and_then(|(lot, _)| config.card.media.get(&lot.kind));
    Ok(of_kind.is_some_and(|of_kind| of_kind == media))
}

impl PrinterWorker {
    /// Whether heat lets it take another card: it may have to rest.
    pub(super) fn is_rested(&mut self) -> bool {
        if self.rests_until.is_some_and(|until| Instant::now() < until) {
            return false;
        }
        if self.rests_until.take().is_some() {
            self.since_rest = 0;
        }
        true
    }

    /// Counts a card that it was given, and lets it rest after so many.
    pub(super) fn count_for_rest(&mut self) {
        self.since_rest += 1;
        if let Some(rest) = self.printer.cool_down
            && self.since_rest >= rest.after
        {
            self.rests_until = Some(Instant::now() + Duration::from_secs_f64(rest.minutes * 60.0));
            tracing::info!(
                printer = self.printer.name,
                minutes = rest.minutes,
                "it rests"
            );
        }
    }

    /// The card that comes next, and which of its sides. A lot is finished before another is
    /// begun; a printer that cannot turn cards prints the fronts of a lot, waits until a person has
    /// turned the stack, and prints the backs.
    pub(super) fn next(&mut self) -> Result<Option<(CardId, Side)>, StationError> {
        let name = self.printer.name.clone();
        let side = match self.printer.duplex {
            Duplex::None => Side::Front,
            Duplex::LongEdge | Duplex::ShortEdge => Side::Both,
        };
        if side == Side::Front {
            let mut backs = self.ledger.backs_waiting(&name)?;
            if let Some(lot) = backs.first().map(|back| back.lot) {
                // Nothing but backs may meet a turned stack.
                if self.ledger.stack_is_turned(&name)? {
                    if self.printer.stack_reversed {
                        backs.reverse();
                    }
                    return Ok(backs.first().map(|back| (back.card, Side::Back)));
                }
                let front = self.ledger.next_to_print(&name)?;
                return match front.filter(|front| front.lot == lot) {
                    Some(front) => self.unless_capped(front.card, side),
                    None => Ok(None),
                };
            }
        }
        if self.ledger.next_to_print(&name)?.is_none() && self.open.is_empty() {
            self.take_lot()?;
        }
        match self.ledger.next_to_print(&name)? {
            Some(next) => self.unless_capped(next.card, side),
            None => Ok(None),
        }
    }

    /// A card that was not begun is left where the cap is reached; a stack of fronts is finished.
    fn unless_capped(
        &self,
        card: CardId,
        side: Side,
    ) -> Result<Option<(CardId, Side)>, StationError> {
        let capped = cap_reached(
            &self.ledger,
            &self.printer,
            &self.context.zone,
            self.context.now(),
        )?;
        Ok((!capped).then_some((card, side)))
    }

    /// Takes the oldest lot that no printer has and whose blanks lie in this one.
    fn take_lot(&mut self) -> Result<(), StationError> {
        if cap_reached(
            &self.ledger,
            &self.printer,
            &self.context.zone,
            self.context.now(),
        )? {
            return Ok(());
        }
        let (name, media) = (&self.printer.name, &self.printer.media);
        let config = &self.context.config;
        self.ledger.write(
            ACTOR,
            self.context.now(),
            |tx| -> Result<(), ledger::Error> {
                for lot in tx.unassigned_lots()? {
                    if goes_on(tx, config, lot, media)? {
                        return tx.assign_lot(lot, Some(name));
                    }
                }
                Ok(())
            },
        )?;
        Ok(())
    }

    /// A printer that stands still long enough gives its unsent lots to the others, if one of
    /// them with the same blanks would print them.
    pub(super) fn stand_still(&mut self, device: &Device) -> Result<(), StationError> {
        let since = *self.still.get_or_insert_with(Instant::now);
        let patience = Duration::from_secs_f64(self.printer.hand_over_after);
        let another = {
            let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            ready.values().any(|media| *media == self.printer.media)
        };
        if since.elapsed() < patience || !another {
            return Ok(());
        }
        for lot in self.ledger.lots_of(&self.printer.name)? {
            self.ledger
                .write(ACTOR, self.context.now(), |tx| tx.assign_lot(lot, None))?;
            tracing::warn!(%lot, printer = self.printer.name, state = device.state.code(), "handed to another printer");
        }
        Ok(())
    }
}
