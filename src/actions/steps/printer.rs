//! A person turned the stack of a printer that cannot turn cards.

use jiff::Timestamp;

use super::StepError;
use crate::config::{Config, Duplex};
use crate::ledger::{self, Reader, Tx};
use crate::production::StationError;
use crate::production::printers::cap_reached;

/// Enters that the stack of fronts of this printer was turned and put in again. Returns how many
/// backs are printed now.
///
/// # Errors
/// A printer that turns its cards by itself, or one that still prints fronts of this lot;
/// [`StepError::FrontsInDoubt`], for one card too many in the stack shifts every back after it.
pub fn turn_stack(tx: &mut Tx<'_>, config: &Config, name: &str) -> Result<u32, StepError> {
    let known = config.printers.iter().find(|p| p.name == *name);
    let Some(printer) = known.filter(|printer| printer.duplex == Duplex::None) else {
        return Err(StepError::NoTurning(name.to_owned()));
    };
    let lot = tx.backs_waiting(name)?.first().map(|back| back.lot);
    let front = tx.next_to_print(name)?;
    let zone = config.zone().map_err(StationError::from)?;
    let comes = front.is_some_and(|front| Some(front.lot) == lot)
        && !cap_reached(tx, printer, &zone, Timestamp::now())?;
    if comes || !tx.open_jobs(name)?.is_empty() {
        return Err(StepError::StillPrints(name.to_owned()));
    }
    if let Some(doubt) = stack_in_doubt(tx, name)? {
        return Err(doubt);
    }
    Ok(tx.turn_stack(name)?)
}

/// Why a stack whose backs wait must not be turned yet: [`StepError::FrontsInDoubt`].
///
/// # Errors
/// Those of the ledger.
pub fn stack_in_doubt(ledger: &Reader, name: &str) -> ledger::Result<Option<StepError>> {
    let backs = ledger.backs_waiting(name)?.len();
    let cards = ledger.fronts_in_doubt(name)?;
    let printer = name.to_owned();
    Ok(
        (backs > 0 && !cards.is_empty()).then_some(StepError::FrontsInDoubt {
            printer,
            cards,
            backs,
        }),
    )
}
