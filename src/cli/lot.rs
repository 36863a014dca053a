//! `lot again`: what becomes of a lot that failed its proof.

use anyhow::Result;
use jiff::Timestamp;

use super::{Outcome, acting, station, writer};
use crate::actions::steps;
use crate::cli::args::{self, LotCommand};
use crate::domain::account::Right;

pub fn run(command: &LotCommand) -> Result<Outcome> {
    match command {
        LotCommand::Again(args) => again(args),
    }
}

fn again(args: &args::LotAgain) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.actor.user, Right::Work)?;
    let back = ledger.write(&by, Timestamp::now(), |tx| {
        steps::again(tx, args.lot, &args.without)
    })?;
    if back.is_empty() {
        println!(
            "{}: tidak ada kartu yang ditahan (no card of it is held)",
            args.lot
        );
        return Ok(Outcome::Refused);
    }
    println!(
        "{}: {} kartu kembali ke antrean (cards are in the queue again)",
        args.lot,
        back.len()
    );
    Ok(Outcome::Done)
}
