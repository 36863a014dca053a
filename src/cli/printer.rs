//! `printer turned`: a person turned the stack of a printer that cannot turn cards.

use anyhow::Result;

use super::{Outcome, perform, say_done};
use crate::actions::printers;
use crate::cli::args::PrinterCommand;

pub fn run(command: &PrinterCommand) -> Result<Outcome> {
    let PrinterCommand::Turned(args) = command;
    let done = perform(&args.station, Some(&args.person.user), |at| {
        printers::turn_stack(at, &args.printer)
    })?;
    say_done(done, args.station.json)
}
