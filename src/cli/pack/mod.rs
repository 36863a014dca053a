//! `pack`: the cards that go to a school, from the open envelope to its receipt.

mod papers;
mod tell;

use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::{Outcome, acting, print_json, refuse, station, writer};
use crate::actions::packing::{self, Arrived};
use crate::cli::args::{self, PackCommand, Person, StationArg};
use crate::config::Config;
use crate::domain::account::Right;
use crate::domain::ids::{CardId, PackId};
use crate::ledger::{self, Tx};

pub use tell::{place_words, summary};

pub fn run(command: &PackCommand) -> Result<Outcome> {
    match command {
        PackCommand::Make(args) => make(args),
        PackCommand::List(args) => tell::list(args),
        PackCommand::Show(args) => tell::show(args),
        PackCommand::Add(args) => cards(args, |tx, pack, card| tx.put_in_pack(pack, card)),
        PackCommand::Remove(args) => cards(args, |tx, pack, card| tx.take_out(pack, card)),
        // To send out a card that nobody has verified is for a supervisor to decide.
        PackCommand::Close(args) => step(
            if args.waive {
                Right::Decide
            } else {
                Right::Work
            },
            &args.person,
            &args.station,
            |tx| {
                tx.close_pack(args.pack, args.waive)?;
                Ok(vec![args.pack])
            },
        ),
        PackCommand::Send(args) => send(args),
        PackCommand::Receive(args) => receive(args),
        PackCommand::Return(args) => give_back(args),
        PackCommand::Move(args) => relocate(args),
        PackCommand::Attach(args) => papers::attach(args),
        PackCommand::Documents(args) => papers::documents(args),
    }
}

/// Does `work` and shows the packs that it names, or says why it was refused.
fn step(
    right: Right,
    person: &Person,
    args: &StationArg,
    work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<Vec<PackId>>,
) -> Result<Outcome> {
    let (paths, _) = station(args)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &person.user, right)?;
    let packs = match ledger.write(&by, Timestamp::now(), work) {
        Ok(packs) => packs,
        Err(error) => return refuse(error, args.json),
    };
    let mut done = Vec::new();
    for pack in packs {
        done.extend(ledger.pack(pack)?.map(|(pack, _)| pack));
    }
    if args.json {
        print_json(&json!({ "packs": done }))?;
    } else {
        for pack in &done {
            println!("{}", summary(pack));
        }
    }
    Ok(Outcome::Done)
}

fn make(args: &args::PackMake) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        match args.redeliver {
            Some(old) => Ok(vec![packing::redeliver(tx, old)?]),
            None => packing::gather(tx, args.school.as_deref()),
        }
    })
}

fn cards(
    args: &args::PackCards,
    each: impl Fn(&mut Tx<'_>, PackId, CardId) -> ledger::Result<()>,
) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        for &card in &args.cards {
            each(tx, args.pack, card)?;
        }
        Ok(vec![args.pack])
    })
}

/// The day that was named, or today.
fn day(on: Option<Date>, config: &Config) -> Result<Date> {
    let today = today(config)?;
    match on {
        Some(day) if day > today => bail!("--on is a day that has come: {today} at the latest"),
        day => Ok(day.unwrap_or(today)),
    }
}

/// Today in the office's time zone.
pub fn today(config: &Config) -> Result<Date> {
    Ok(Timestamp::now().to_zoned_datetime(config.zone()?).date())
}

fn send(args: &args::PackSend) -> Result<Outcome> {
    let (_, config) = station(&args.station)?;
    let (on, zone) = (day(args.on, &config)?, config.zone()?);
    step(Right::Work, &args.person, &args.station, |tx| {
        let number = args.number.as_deref().map(str::parse).transpose()?;
        packing::send(tx, args.pack, args.via, number, on, &zone)?;
        Ok(vec![args.pack])
    })
}

fn receive(args: &args::PackReceive) -> Result<Outcome> {
    let (_, config) = station(&args.station)?;
    let on = day(args.on, &config)?;
    let arrived = match args.all || !args.except.is_empty() {
        true => Arrived::AllBut(&args.except),
        false => Arrived::These(&args.card),
    };
    step(Right::Work, &args.person, &args.station, |tx| {
        packing::receive(tx, args.pack, arrived, &args.unclaimed, on)?;
        Ok(vec![args.pack])
    })
}

fn give_back(args: &args::PackReturn) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        let cards = if args.all {
            packing::outstanding(tx, args.pack)?
        } else {
            args.card.clone()
        };
        tx.return_from_pack(args.pack, &cards, args.reason)?;
        Ok(vec![args.pack])
    })
}

fn relocate(args: &args::PackMove) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        let school = args.to_school.as_deref().unwrap_or_default();
        Ok(vec![match args.to {
            Some(pack) => {
                tx.move_to_pack(args.card, pack)?;
                pack
            }
            None => packing::move_to_school(tx, args.card, school)?,
        }])
    })
}
