//! `lot again`: what becomes of a lot that failed its proof.

use anyhow::Result;

use super::{Outcome, perform, say_done};
use crate::actions::lots;
use crate::cli::args::LotCommand;

pub fn run(command: &LotCommand) -> Result<Outcome> {
    let LotCommand::Again(args) = command;
    let done = perform(&args.station, Some(&args.actor.user()), |at| {
        lots::again(at, args.lot, &args.without)
    })?;
    say_done(done, args.station.json)
}
