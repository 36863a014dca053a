//! `printer turned`: a person turned the stack of a printer that cannot turn cards.

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::{Outcome, station, writer};
use crate::cli::{self, PrinterCommand};
use crate::config::Duplex;

pub fn run(command: &PrinterCommand) -> Result<Outcome> {
    match command {
        PrinterCommand::Turned(args) => turned(args),
    }
}

fn turned(args: &cli::PrinterTurned) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let name = &args.printer;
    let known = config.printers.iter().find(|p| p.name == *name);
    if !known.is_some_and(|printer| printer.duplex == Duplex::None) {
        bail!("`{name}` is no printer of station.toml with `duplex = \"none\"`");
    }
    let mut ledger = writer(&paths)?;
    let cards = ledger.write(&args.person.user, Timestamp::now(), |tx| {
        tx.turn_stack(name)
    })?;
    println!("{name}: {cards} kartu, sisi belakang dicetak sekarang (the backs are printed now)");
    Ok(Outcome::Done)
}
