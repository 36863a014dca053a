//! `day`: the balance of the blanks, and its close.

use std::fs;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::ledger::say;
use super::{Outcome, acting, agreeing, local, print_json, reader, refuse, station, writer};
use crate::actions::day::close_day;
use crate::actions::day::day_report;
use crate::cli::args::{DayClose, DayCommand, DayReport};
use crate::config::Config;
use crate::domain::account::Right;
use crate::domain::card::State;
use crate::ledger::{Close, StockDay};
use crate::production::StationError;

pub fn run(command: &DayCommand) -> Result<Outcome> {
    match command {
        DayCommand::Close(args) => close(args),
        DayCommand::Show { media, station } => {
            let (paths, config) = super::station(station)?;
            let ledger = reader(&paths)?;
            let mut days = ledger.closed_days(media)?;
            days.extend(ledger.open_day(media)?);
            if station.json {
                print_json(&days)?;
            } else {
                for day in &days {
                    tell(day, &config)?;
                    let date = day.closed.as_ref().map(|closed| closed.date);
                    if let Some(date) = date {
                        for kept in ledger.checkpoints(Some(date))? {
                            say(&kept.checkpoint);
                        }
                    }
                }
            }
            Ok(Outcome::Done)
        }
        DayCommand::Report(args) => report(args),
    }
}

fn close(args: &DayClose) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    let now = Timestamp::now();
    let zone = config.zone()?;
    let date = now.to_zoned_datetime(zone.clone()).date();
    let unconfirmed = ledger.how_many(State::Unconfirmed)?;
    let open = ledger.open_day(&args.media)?;
    let begun = open
        .and_then(|day| day.begun_at)
        .map(|at| at.to_zoned_datetime(zone).date())
        .filter(|begun| *begun < date);
    let close = Close {
        media: &args.media,
        date,
        counted: args.counted,
        explained: args.explanation.as_deref().zip(args.second.as_deref()),
    };
    let json = args.station.json;
    let checkpoint = match close_day(&mut ledger, &paths, &by, now, close) {
        Ok(checkpoint) => checkpoint,
        Err(StationError::Ledger(error)) => return refuse(error, json),
        Err(error) => return Err(error.into()),
    };
    let closed = ledger.closed_days(&args.media)?.pop();
    if json {
        print_json(&json!({
            "day": closed,
            "unconfirmed": unconfirmed,
            "begun": begun,
            "checkpoint": checkpoint,
        }))?;
        return Ok(Outcome::Done);
    }
    if let Some(day) = &closed {
        tell(day, &config)?;
    }
    say(&checkpoint);
    if let Some(begun) = begun {
        println!(
            "  buku terbuka sejak {begun}: hari-hari sebelumnya ikut ditutup (open since then)"
        );
    }
    if unconfirmed > 0 {
        println!(
            "  {unconfirmed} kartu belum pasti: selesaikan dengan `settle`; blankonya masuk hari berikutnya (unconfirmed cards)"
        );
    }
    Ok(Outcome::Done)
}

/// The report of a closed day as PDF.
fn report(args: &DayReport) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let ledger = reader(&paths)?;
    let Some(made) = day_report(&ledger, &paths, &config, &args.media, args.day)? else {
        bail!(
            "no such day of `{}` was closed with a checkpoint; `day show` lists the days",
            args.media
        );
    };
    fs::write(&args.out, &made.pdf)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    if args.station.json {
        print_json(&json!({ "day": made.date, "out": args.out, "checkpoint": made.checkpoint }))?;
    } else {
        println!(
            "laporan harian {}: {} (day report)",
            made.date,
            args.out.display()
        );
        say(&made.checkpoint);
    }
    Ok(Outcome::Done)
}

fn tell(day: &StockDay, config: &Config) -> Result<()> {
    let b = &day.balance;
    match &day.closed {
        Some(closed) => println!(
            "{} blanko {}: DITUTUP {} oleh {} (closed)",
            closed.date,
            day.media,
            local(closed.at, config)?,
            closed.actor
        ),
        None => println!("blanko {}: hari terbuka (open day)", day.media),
    }
    println!(
        "  awal {} + diterima {} + kembali {} = baik {} + rusak {} + uji {} + dipinjamkan {} + akhir {}",
        b.opening, b.received, b.returned, b.good, b.spoiled, b.test, b.lent, day.closing
    );
    println!("  (opening + received + returned = good + spoiled + test + lent + closing)");
    if let Some(closed) = &day.closed {
        let difference = i64::from(closed.counted) - day.closing;
        println!(
            "  dihitung {}, selisih {difference} (counted, difference)",
            closed.counted
        );
        if let (Some(why), Some(second)) = (&closed.explanation, &closed.second) {
            println!("  penjelasan: {why}; disetujui {second} (explained, countersigned)");
        }
    }
    Ok(())
}
