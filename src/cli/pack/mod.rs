//! `pack`: the cards that go to a school, from the open envelope to its receipt.

mod papers;
mod tell;

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::packs::{self, Arrived, Changed, MoveTo};
use crate::actions::{self, Access};
use crate::cli::args::{self, PackCommand, Person, StationArg};

pub use tell::{place_words, summary};

pub fn run(command: &PackCommand) -> Result<Outcome> {
    match command {
        PackCommand::Make(args) => change(&args.person, &args.station, |at| match args.redeliver {
            Some(old) => packs::redeliver(at, old),
            None => packs::gather(at, args.school.as_deref()),
        }),
        PackCommand::List(args) => tell::list(args),
        PackCommand::Show(args) => tell::show(args),
        PackCommand::Add(args) => change(&args.person, &args.station, |at| {
            packs::add(at, args.pack, &args.cards)
        }),
        PackCommand::Remove(args) => change(&args.person, &args.station, |at| {
            packs::remove(at, args.pack, &args.cards)
        }),
        PackCommand::Close(args) => change(&args.person, &args.station, |at| {
            packs::close(at, args.pack, args.waive)
        }),
        PackCommand::Send(args) => change(&args.person, &args.station, |at| {
            packs::send(at, args.pack, args.via, args.number.as_deref(), args.on)
        }),
        PackCommand::Receive(args) => receive(args),
        PackCommand::Return(args) => change(&args.person, &args.station, |at| {
            let cards = (!args.all).then_some(args.card.as_slice());
            packs::give_back(at, args.pack, cards, args.reason)
        }),
        PackCommand::Move(args) => change(&args.person, &args.station, |at| {
            let to = match args.to {
                Some(pack) => MoveTo::Pack(pack),
                None => MoveTo::School(args.to_school.as_deref().unwrap_or_default()),
            };
            packs::relocate(at, &[args.card], to)
        }),
        PackCommand::Attach(args) => papers::attach(args),
        PackCommand::Documents(args) => papers::documents(args),
    }
}

/// Takes an action and shows the packs that it changed.
fn change(
    person: &Person,
    station: &StationArg,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<Changed>,
) -> Result<Outcome> {
    let Some(done) = perform(station, Some(&person.user), act)? else {
        return Ok(Outcome::Refused);
    };
    if station.json {
        print_json(&json!({ "packs": done.packs }))?;
    } else {
        for pack in &done.packs {
            println!("{}", summary(pack));
        }
    }
    Ok(Outcome::Done)
}

fn receive(args: &args::PackReceive) -> Result<Outcome> {
    let arrived = match args.all || !args.except.is_empty() {
        true => Arrived::AllBut(&args.except),
        false => Arrived::These(&args.card),
    };
    change(&args.person, &args.station, |at| {
        packs::receive(at, args.pack, arrived, &args.unclaimed, args.on)
    })
}
