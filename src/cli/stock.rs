//! `stock`: blanks and ribbons that came, went or were counted.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Outcome, acting, print_json, reader, refuse, showing, station, write_private, writer};
use crate::actions::destruction_record::minutes_pdf;
use crate::cli::args::{self, Blanks, StationArg, StockCommand};
use crate::config::{Config, Paths};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::ledger::{self, Destruction, NewMovement, Reader, Tx};

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
        StockCommand::Show(args) => {
            let (paths, _) = station(args)?;
            show(&reader(&paths)?, args.json)?;
            Ok(Outcome::Done)
        }
    }
}

/// Does `work` and shows what there is afterwards, or says why it was refused.
fn book(
    person: &args::Person,
    args: &StationArg,
    work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<()>,
) -> Result<Outcome> {
    let (paths, _) = station(args)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &person.user, Right::Work)?;
    match ledger.write(&by, Timestamp::now(), work) {
        Ok(()) => {
            show(&ledger, args.json)?;
            Ok(Outcome::Done)
        }
        Err(error) => refuse(error, args.json),
    }
}

fn ribbon(
    movement: RibbonMovement,
    person: &args::Person,
    station: &StationArg,
) -> Result<Outcome> {
    book(person, station, |tx| tx.move_ribbon(movement))
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
    book(&args.person, &args.station, |tx| {
        tx.move_stock(movement(args, what))
    })
}

fn receive(args: &args::Receive) -> Result<Outcome> {
    let serials = args.first.clone().zip(args.last.clone());
    let serials = serials.map(|(first, last)| SerialRange { first, last });
    book(&args.blanks.person, &args.blanks.station, |tx| {
        tx.move_stock(NewMovement {
            batch: args.batch.as_deref(),
            serials: serials.as_ref(),
            ..movement(&args.blanks, Movement::Received)
        })
    })
}

fn count(args: &Blanks) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    let counted = ledger.write(&by, Timestamp::now(), |tx| {
        tx.count_stock(&args.media, args.count)
    });
    let computed = match counted {
        Ok(computed) => computed,
        Err(error) => return refuse(error, args.station.json),
    };
    let difference = i64::from(args.count) - computed;
    if args.station.json {
        print_json(&json!({
            "media": args.media,
            "computed": computed,
            "counted": args.count,
            "difference": difference,
        }))?;
    } else {
        println!(
            "blanko {}: menurut buku {computed}, dihitung {}, selisih {difference} (by the books, counted, difference)",
            args.media, args.count
        );
    }
    Ok(Outcome::Done)
}

fn destroy(args: &args::Destroy) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let blanks: BTreeMap<String, u32> = (args.blanks > 0)
        .then(|| (args.media.clone(), args.blanks))
        .into_iter()
        .collect();
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    let done = ledger.write(&by, Timestamp::now(), |tx| {
        let minutes = tx.destroy(&args.witnesses, &blanks)?;
        if args.out.is_some() {
            tx.audit(AuditCode::MinutesExported, None, Some(&minutes.to_string()))?;
        }
        tx.destruction(minutes)?.ok_or(ledger::Error::Minutes)
    });
    let destruction = match done {
        Ok(destruction) => destruction,
        Err(error) => return refuse(error, args.station.json),
    };
    if args.station.json {
        let cards = destruction.cards.iter().map(|item| {
            json!({ "card": item.card.card, "reason": item.card.reason, "serial": item.serial })
        });
        print_json(&json!({
            "minutes": destruction.minutes,
            "witnesses": destruction.witnesses,
            "blanks": destruction.blanks,
            "cards": cards.collect::<Vec<Value>>(),
        }))?;
    } else {
        println!(
            "berita acara pemusnahan nomor {}: {} kartu rusak, {} blanko cacat (minutes of destruction)",
            destruction.minutes,
            destruction.cards.len(),
            args.blanks
        );
        for item in &destruction.cards {
            println!(
                "  {} {} {}",
                item.card.card,
                item.card.reason.as_deref().unwrap_or_default(),
                item.serial.as_deref().unwrap_or("-")
            );
        }
    }
    if let Some(out) = &args.out {
        write_minutes(&destruction, &paths, &config, out).with_context(|| {
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

fn minutes(args: &args::Minutes) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let Some(destruction) = reader(&paths)?.destruction(args.number)? else {
        bail!("no destruction has the number {}", args.number);
    };
    showing(&paths, &args.asker, |tx| {
        tx.audit(
            AuditCode::MinutesExported,
            None,
            Some(&args.number.to_string()),
        )
    })?;
    write_minutes(&destruction, &paths, &config, &args.out)?;
    if args.station.json {
        print_json(&json!({ "minutes": destruction.minutes, "out": args.out }))?;
    } else {
        println!(
            "berita acara pemusnahan nomor {}: {} (minutes of destruction)",
            destruction.minutes,
            args.out.display()
        );
    }
    Ok(Outcome::Done)
}

/// Typesets the minutes and writes them where the operator wants them.
fn write_minutes(
    destruction: &Destruction,
    paths: &Paths,
    config: &Config,
    out: &Path,
) -> Result<()> {
    let pdf = minutes_pdf(destruction, paths, config)?;
    write_private(out, &pdf)
}

fn show(ledger: &Reader, json: bool) -> Result<()> {
    let (stock, ribbons, forecast, spoiled) = ledger.snapshot(|ledger| -> ledger::Result<_> {
        let spoiled = ledger.to_destroy()?.len();
        Ok((
            ledger.stock()?,
            ledger.ribbons()?,
            ledger.forecast()?,
            spoiled,
        ))
    })?;
    if json {
        return print_json(&json!({
            "blanks": stock,
            "ribbons": ribbons,
            "forecast": forecast,
            "spoiled_cards": spoiled,
        }));
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
    println!("kartu rusak belum dimusnahkan: {spoiled} (spoiled cards to destroy)");
    if let Some(forecast) = forecast {
        let (indonesian, english) = forecast.words();
        println!("{indonesian} ({english})");
    }
    Ok(())
}
