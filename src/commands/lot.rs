//! `lot again`: what becomes of a lot that failed its proof.

use anyhow::{Result, bail};
use jiff::Timestamp;

use super::{Outcome, acting, station, writer};
use crate::cli::{self, LotCommand};
use crate::domain::account::Right;
use crate::domain::card::{Evidence, State};
use crate::ledger;
use crate::station::{LOT_HELD, is_proof_code};

pub fn run(command: &LotCommand) -> Result<Outcome> {
    match command {
        LotCommand::Again(args) => again(args),
    }
}

/// Puts the held cards of a lot back into the queue, but for those named: the next lot is made of
/// them anew, and proved anew.
fn again(args: &cli::LotAgain) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let Some((lot, cards)) = ledger.lot(args.lot)? else {
        bail!("no lot is called {}", args.lot);
    };
    let held: Vec<_> = cards
        .iter()
        .map(|card| &card.card)
        .filter(|card| card.state == State::Held && card.lot == Some(lot.lot))
        .filter(|card| {
            let reason = card.reason.as_deref().unwrap_or_default();
            reason == LOT_HELD || is_proof_code(reason)
        })
        .map(|card| card.card)
        .collect();
    if let Some(other) = args.without.iter().find(|card| !held.contains(card)) {
        bail!("{other} is not held in lot {}", lot.lot);
    }
    let back: Vec<_> = held
        .into_iter()
        .filter(|card| !args.without.contains(card))
        .collect();
    if back.is_empty() {
        println!(
            "{}: tidak ada kartu yang ditahan (no card of it is held)",
            lot.lot
        );
        return Ok(Outcome::Refused);
    }
    let by = acting(&mut ledger, &args.actor.user, Right::Work)?;
    ledger.write(&by, Timestamp::now(), |tx| -> Result<(), ledger::Error> {
        for card in &back {
            tx.move_card(
                *card,
                State::Accepted,
                Evidence::Operator,
                Some("lot-again"),
            )?;
        }
        Ok(())
    })?;
    println!(
        "{}: {} kartu kembali ke antrean (cards are in the queue again)",
        lot.lot,
        back.len()
    );
    Ok(Outcome::Done)
}
