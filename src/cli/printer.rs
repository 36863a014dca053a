//! `printer turned`: a person turned the stack of a printer that cannot turn cards.

use anyhow::Result;
use jiff::Timestamp;

use super::{Outcome, acting, station, writer};
use crate::actions::steps;
use crate::cli::args::{self, PrinterCommand};
use crate::domain::account::Right;

pub fn run(command: &PrinterCommand) -> Result<Outcome> {
    match command {
        PrinterCommand::Turned(args) => turned(args),
    }
}

fn turned(args: &args::PrinterTurned) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let name = &args.printer;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    let cards = ledger.write(&by, Timestamp::now(), |tx| {
        steps::turn_stack(tx, &config, name)
    })?;
    println!("{name}: {cards} kartu, sisi belakang dicetak sekarang (the backs are printed now)");
    Ok(Outcome::Done)
}
