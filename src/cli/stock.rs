//! `stock`: blanks and ribbons that came, went or were counted.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use super::{Outcome, perform, print_json, write_private};
use crate::actions::stock::{self, Occasion, Spoiled, Supplies};
use crate::actions::{self, Access, Failure};
use crate::cli::args::{self, Blanks, Person, StationArg, StockCommand};
use crate::domain::ids::CardId;
use crate::domain::reason::Reason;
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::domain::text::{Explain, Text};
use crate::ledger::{Destruction, NewMovement};
use crate::text;

pub fn run(command: &StockCommand) -> Result<Outcome> {
    match command {
        StockCommand::Receive(args) if args.ribbons => {
            let movement = RibbonMovement::Received {
                ribbons: args.blanks.count,
                prints: args.prints,
            };
            ribbon(movement, &args.blanks.person, &args.blanks.station)
        }
        StockCommand::Receive(args) => receive(args),
        StockCommand::Use {
            count,
            person,
            station,
        } => ribbon(
            RibbonMovement::UsedElsewhere { prints: *count },
            person,
            station,
        ),
        StockCommand::Ribbon {
            discarded,
            person,
            station,
        } => {
            let discarded = *discarded;
            ribbon(RibbonMovement::PutIn { discarded }, person, station)
        }
        StockCommand::Count(args) => count(args),
        StockCommand::Lend(args) => blanks(args, Movement::Lent),
        StockCommand::Return(args) => blanks(args, Movement::Returned),
        StockCommand::Spoil(args) => blanks(args, Movement::Spoiled),
        StockCommand::Test(args) => blanks(args, Movement::Test),
        StockCommand::Destroy(args) => destroy(args),
        StockCommand::Minutes(args) => minutes(args),
        StockCommand::Show { asker, station } => {
            let supplies = perform(station, asker.user.as_deref(), |at| stock::view(at))?;
            show(supplies, station.json)
        }
    }
}

/// Books something and shows what there is afterwards.
fn book(
    person: &Person,
    station: &StationArg,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<Text>,
) -> Result<Outcome> {
    let supplies = perform(station, Some(&person.user), |at| {
        act(at)?;
        stock::view(at)
    })?;
    show(supplies, station.json)
}

fn ribbon(movement: RibbonMovement, person: &Person, station: &StationArg) -> Result<Outcome> {
    book(person, station, |at| stock::move_ribbon(at, movement))
}

fn movement(args: &Blanks, movement: Movement) -> NewMovement<'_> {
    NewMovement {
        media: &args.media,
        movement,
        count: args.count,
        batch: None,
        serials: None,
        note: args.note.as_deref(),
    }
}

fn blanks(args: &Blanks, what: Movement) -> Result<Outcome> {
    book(&args.person, &args.station, |at| {
        stock::move_blanks(at, movement(args, what))
    })
}

fn receive(args: &args::Receive) -> Result<Outcome> {
    let serials = args.first.clone().zip(args.last.clone());
    let serials = serials.map(|(first, last)| SerialRange { first, last });
    book(&args.blanks.person, &args.blanks.station, |at| {
        let new = NewMovement {
            batch: args.batch.as_deref(),
            serials: serials.as_ref(),
            ..movement(&args.blanks, Movement::Received)
        };
        stock::move_blanks(at, new)
    })
}

fn count(args: &Blanks) -> Result<Outcome> {
    let counted = perform(&args.station, Some(&args.person.user), |at| {
        stock::count(at, &args.media, args.count)
    })?;
    let Some(counted) = counted else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({
            "media": args.media,
            "computed": counted.computed,
            "counted": args.count,
            "difference": counted.difference,
        }))?;
    } else {
        println!("{}", counted.text);
    }
    Ok(Outcome::Done)
}

/// What came of `stock destroy`.
enum Destroyed {
    /// The cards were not looked at yet.
    Listed(Vec<Spoiled>),
    /// It is entered; its record as a PDF, where it was asked for.
    Entered(Box<Destruction>, Option<actions::Result<Vec<u8>>>),
}

fn destroy(args: &args::Destroy) -> Result<Outcome> {
    let occasion = Occasion {
        witnesses: &args.witnesses,
        media: &args.media,
        blanks: args.blanks,
    };
    let done = perform(&args.station, Some(&args.person.user), |at| {
        let cards = stock::review(at, occasion)?;
        if args.cards.is_empty() && !cards.is_empty() {
            return Ok(Destroyed::Listed(cards));
        }
        let (destruction, _) = stock::destroy(at, occasion, &args.cards)?;
        let record =
            (args.out.as_ref()).map(|_| stock::destruction_record(at, destruction.minutes));
        Ok(Destroyed::Entered(Box::new(destruction), record))
    })?;
    match done {
        None => Ok(Outcome::Refused),
        Some(Destroyed::Listed(cards)) => list(&cards, args.station.json),
        Some(Destroyed::Entered(destruction, record)) => {
            tell(&destruction, args)?;
            if let (Some(out), Some(record)) = (&args.out, record) {
                keep(out, record).with_context(|| {
                    format!(
                        "the destruction is booked, only its paper is missing: mend the cause, then \
                         `stock minutes {} --out {}`",
                        destruction.minutes,
                        out.display()
                    )
                })?;
            }
            Ok(Outcome::Done)
        }
    }
}

fn keep(out: &Path, record: actions::Result<Vec<u8>>) -> Result<()> {
    let record = record.map_err(|failure| match failure {
        Failure::Broken(error) => error,
        failure => anyhow!(
            failure
                .text()
                .map_or_else(String::new, |text| text.to_string())
        ),
    })?;
    write_private(out, &record)
}

/// Lists the cards for the person to compare with the table. Nothing is destroyed yet.
fn list(cards: &[Spoiled], json: bool) -> Result<Outcome> {
    let numbers: Vec<String> = cards
        .iter()
        .map(|(card, _)| card.card.to_string())
        .collect();
    let text = text!(
        "Belum dicatat. Cocokkan kartu di meja dengan daftar ini, musnahkan, lalu ulangi dengan --cards {}",
        numbers.join(",");
        "Not entered yet. Compare the cards on the table with this list, destroy them, then repeat with --cards"
    );
    if json {
        let rows: Vec<Value> = (cards.iter())
            .map(|(card, serial)| row(card.card, card.reason, serial.as_deref()))
            .collect();
        print_json(&json!({ "refused": text.to_string(), "cards": rows }))?;
        return Ok(Outcome::Refused);
    }
    for (card, serial) in cards {
        line(card.card, card.reason, serial.as_deref());
    }
    println!("{text}");
    Ok(Outcome::Refused)
}

fn row(card: CardId, reason: Option<Reason>, serial: Option<&str>) -> Value {
    json!({ "card": card, "reason": reason, "serial": serial })
}

fn line(card: CardId, reason: Option<Reason>, serial: Option<&str>) {
    let (reason, serial) = (reason.map_or("", Reason::code), serial.unwrap_or("-"));
    println!("  {card} {reason} {serial}");
}

fn tell(destruction: &Destruction, args: &args::Destroy) -> Result<()> {
    let cards = destruction.cards.iter();
    let cards = cards.map(|item| (item.card.card, item.card.reason, item.serial.as_deref()));
    if args.station.json {
        let rows: Vec<Value> = cards
            .map(|(card, why, serial)| row(card, why, serial))
            .collect();
        return print_json(&json!({
            "minutes": destruction.minutes,
            "witnesses": destruction.witnesses,
            "blanks": destruction.blanks,
            "cards": rows,
        }));
    }
    println!(
        "berita acara pemusnahan nomor {}: {} kartu rusak, {} blanko cacat (record of destruction)",
        destruction.minutes,
        destruction.cards.len(),
        args.blanks
    );
    cards.for_each(|(card, why, serial)| line(card, why, serial));
    Ok(())
}

fn minutes(args: &args::Minutes) -> Result<Outcome> {
    let record = perform(&args.station, args.asker.user.as_deref(), |at| {
        stock::destruction_record(at, args.number)
    })?;
    let Some(record) = record else {
        return Ok(Outcome::Refused);
    };
    write_private(&args.out, &record)?;
    if args.station.json {
        print_json(&json!({ "minutes": args.number, "out": args.out }))?;
    } else {
        println!(
            "berita acara pemusnahan nomor {}: {} (record of destruction)",
            args.number,
            args.out.display()
        );
    }
    Ok(Outcome::Done)
}

fn show(supplies: Option<Supplies>, json: bool) -> Result<Outcome> {
    let Some(Supplies {
        stock,
        ribbons,
        forecast,
        to_destroy,
        ..
    }) = supplies
    else {
        return Ok(Outcome::Refused);
    };
    if json {
        print_json(&json!({
            "blanks": stock,
            "ribbons": ribbons,
            "forecast": forecast,
            "spoiled_cards": to_destroy,
        }))?;
        return Ok(Outcome::Done);
    }
    for day in &stock {
        println!(
            "blanko {}: {} lembar, dipinjamkan {}, cacat {} (blanks, lent, faulty)",
            day.media, day.closing, day.lent_out, day.faulty
        );
    }
    if let Some(ribbons) = ribbons {
        println!(
            "pita: sisa {} cetakan, {} di rak (ribbon prints left, ribbons on the shelf)",
            ribbons.prints, ribbons.shelf
        );
    }
    println!("kartu rusak belum dimusnahkan: {to_destroy} (spoiled cards to destroy)");
    if let Some(forecast) = forecast {
        let text = forecast.text();
        println!("{text}");
    }
    Ok(Outcome::Done)
}
