//! `day`: the balance of the blanks, and its close.

use anyhow::Result;
use serde_json::json;

use super::ledger::say;
use super::{Outcome, countersign, local, perform, print_json, station, write_private};
use crate::actions::day::{self, Closed, Closing, Count, Days};
use crate::cli::args::{Asker, DayClose, DayCommand, DayReport, StationArg};
use crate::config::Config;
use crate::ledger::StockDay;

pub fn run(command: &DayCommand) -> Result<Outcome> {
    match command {
        DayCommand::Close(args) => close(args),
        DayCommand::Show {
            media,
            asker,
            station,
        } => show(media, asker, station),
        DayCommand::Report(args) => report(args),
    }
}

fn show(media: &str, asker: &Asker, args: &StationArg) -> Result<Outcome> {
    let days = perform(args, asker.user.as_deref(), |at| day::view(at, Some(media)))?;
    let Some(Days {
        open,
        closed,
        checkpoints,
        ..
    }) = days
    else {
        return Ok(Outcome::Refused);
    };
    let open = open.into_iter().filter(|day| day.media == media);
    let days: Vec<StockDay> = closed.into_iter().chain(open).collect();
    if args.json {
        print_json(&days)?;
        return Ok(Outcome::Done);
    }
    let (_, config) = station(args)?;
    for day in &days {
        tell(day, &config)?;
        let date = day.closed.as_ref().map(|closed| closed.date);
        let signed = checkpoints.iter().map(|kept| &kept.checkpoint);
        signed.filter(|it| Some(it.day) == date).for_each(say);
    }
    Ok(Outcome::Done)
}

fn close(args: &DayClose) -> Result<Outcome> {
    let done = perform(&args.station, Some(&args.person.user), |at| {
        let second = countersign(at, args.second.as_deref())?;
        let count = Count {
            media: &args.media,
            counted: args.counted,
            explanation: args.explanation.as_deref(),
        };
        match day::close(at, count, second.as_ref())? {
            Closing::Closed(closed) => Ok(*closed),
            Closing::Differs(failure) => Err(failure),
        }
    })?;
    let Some(Closed {
        day: closed,
        unconfirmed,
        begun,
        checkpoint,
        ..
    }) = done
    else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({
            "day": closed,
            "unconfirmed": unconfirmed,
            "begun": begun,
            "checkpoint": checkpoint,
        }))?;
        return Ok(Outcome::Done);
    }
    let (_, config) = station(&args.station)?;
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
    let made = perform(&args.station, args.asker.user.as_deref(), |at| {
        day::report(at, &args.media, args.day)
    })?;
    let Some(made) = made else {
        return Ok(Outcome::Refused);
    };
    write_private(&args.out, &made.pdf)?;
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
