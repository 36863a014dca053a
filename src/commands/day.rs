//! `day`: the balance of the blanks, and its close.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, agreeing, local, print_json, reader, refuse, station, writer};
use crate::cli::{DayClose, DayCommand};
use crate::config::Config;
use crate::domain::account::Right;
use crate::domain::card::State;
use crate::ledger::{Close, StockDay};

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
                }
            }
            Ok(Outcome::Done)
        }
    }
}

fn close(args: &DayClose) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
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
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    if let Err(error) = ledger.write(&by, now, |tx| tx.close_day(close)) {
        return refuse(error, json);
    }
    let closed = ledger.closed_days(&args.media)?.pop();
    if json {
        print_json(&json!({ "day": closed, "unconfirmed": unconfirmed, "begun": begun }))?;
        return Ok(Outcome::Done);
    }
    if let Some(day) = &closed {
        tell(day, &config)?;
    }
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
