//! `pack`: the cards that go to a school, from the open envelope to its receipt.

mod papers;
mod tell;

use anyhow::{Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;

use super::{Outcome, acting, print_json, refuse, station, writer};
use crate::cli::{self, PackCommand, Person, StationArg};
use crate::config::Config;
use crate::domain::account::Right;
use crate::domain::card::State;
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Destination, PackRefusal};
use crate::ledger::{self, Receipt, Tx};
use crate::station::new_pack_code;

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

/// The open pack for a destination, with a fresh code if it is a new one.
fn pack_for(tx: &mut Tx<'_>, to: &Destination) -> ledger::Result<PackId> {
    let code = new_pack_code().map_err(|_| ledger::Error::Randomness)?;
    tx.pack_for(to, &code)
}

fn make(args: &cli::PackMake) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        let mut packs = Vec::new();
        if let Some(old) = args.redeliver {
            packs.push(redeliver(tx, old)?);
        } else {
            for (school, cards) in tx.to_pack(args.school.as_deref())? {
                let pack = pack_for(tx, &school)?;
                for card in cards {
                    tx.put_in_pack(pack, card)?;
                }
                packs.push(pack);
            }
        }
        if packs.is_empty() {
            return Err(PackRefusal::NothingToPack.into());
        }
        Ok(packs)
    })
}

/// What came back from a pack goes to the same school once more.
fn redeliver(tx: &mut Tx<'_>, old: PackId) -> ledger::Result<PackId> {
    let (pack, _) = tx.pack(old)?.ok_or(PackRefusal::NoPack(old))?;
    let back = tx.returned_from(old)?;
    if back.is_empty() {
        return Err(PackRefusal::NothingToPack.into());
    }
    let new = pack_for(tx, &pack.destination)?;
    for card in back {
        // One that had been moved there is of another school by its record still.
        tx.move_to_pack(card, new)?;
    }
    Ok(new)
}

fn cards(
    args: &cli::PackCards,
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

fn send(args: &cli::PackSend) -> Result<Outcome> {
    let (_, config) = station(&args.station)?;
    let on = day(args.on, &config)?;
    step(Right::Work, &args.person, &args.station, |tx| {
        let number = args.number.as_deref().map(str::parse).transpose()?;
        tx.send_pack(args.pack, args.via, number, on)?;
        Ok(vec![args.pack])
    })
}

/// The cards of a pack of which the school has not said anything.
fn outstanding(tx: &Tx<'_>, pack: PackId) -> ledger::Result<Vec<CardId>> {
    let (_, cards) = tx.pack(pack)?.ok_or(PackRefusal::NoPack(pack))?;
    let waiting = cards
        .iter()
        .filter(|card| card.place.left.is_none() && card.card.state == State::HandedOver);
    Ok(waiting.map(|card| card.card.card).collect())
}

fn receive(args: &cli::PackReceive) -> Result<Outcome> {
    let (_, config) = station(&args.station)?;
    let on = day(args.on, &config)?;
    step(Right::Work, &args.person, &args.station, |tx| {
        let mut arrived = args.card.clone();
        if args.all || !args.except.is_empty() {
            arrived = outstanding(tx, args.pack)?;
            // A card that is excepted must be one that could have arrived: a slip of the pen
            // must not confirm the card that was meant.
            if let Some(stranger) = args.except.iter().find(|card| !arrived.contains(card)) {
                return Err(PackRefusal::NotInPack(*stranger).into());
            }
            arrived.retain(|card| !args.except.contains(card));
        }
        arrived.retain(|card| !args.unclaimed.contains(card));
        tx.receive_pack(
            args.pack,
            Receipt {
                on,
                cards: &arrived,
                unclaimed: &args.unclaimed,
            },
        )?;
        Ok(vec![args.pack])
    })
}

fn give_back(args: &cli::PackReturn) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        let cards = if args.all {
            outstanding(tx, args.pack)?
        } else {
            args.card.clone()
        };
        tx.return_from_pack(args.pack, &cards, args.reason)?;
        Ok(vec![args.pack])
    })
}

fn relocate(args: &cli::PackMove) -> Result<Outcome> {
    step(Right::Work, &args.person, &args.station, |tx| {
        let pack = match (args.to, &args.to_school) {
            (Some(pack), _) => pack,
            (None, school) => {
                let to = tx.destination(school.as_deref().unwrap_or_default())?;
                pack_for(tx, &to)?
            }
        };
        tx.move_to_pack(args.card, pack)?;
        Ok(vec![pack])
    })
}
