//! `printer turned`: a person turned the stack of a printer that cannot turn cards.

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::{Outcome, actor, station, writer};
use crate::cli::{self, PrinterCommand};
use crate::config::Duplex;
use crate::station::press_room::cap_reached;

pub fn run(command: &PrinterCommand) -> Result<Outcome> {
    match command {
        PrinterCommand::Turned(args) => turned(args),
    }
}

fn turned(args: &cli::PrinterTurned) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let name = &args.printer;
    let known = config.printers.iter().find(|p| p.name == *name);
    let Some(printer) = known.filter(|printer| printer.duplex == Duplex::None) else {
        bail!("`{name}` is no printer of station.toml with `duplex = \"none\"`");
    };
    let mut ledger = writer(&paths)?;
    let lot = ledger.backs_waiting(name)?.first().map(|back| back.lot);
    let front = ledger.next_to_print(name)?;
    let comes = front.is_some_and(|front| Some(front.lot) == lot)
        && !cap_reached(&ledger, printer, &config.zone()?)?;
    if comes || !ledger.open_jobs(name)?.is_empty() {
        bail!(
            "`{name}` masih mencetak; tunggu sampai lot ini selesai (it still prints this lot; wait for its end)"
        );
    }
    let cards = ledger.write(&actor(&args.person.user), Timestamp::now(), |tx| {
        tx.turn_stack(name)
    })?;
    println!("{name}: {cards} kartu, sisi belakang dicetak sekarang (the backs are printed now)");
    Ok(Outcome::Done)
}
