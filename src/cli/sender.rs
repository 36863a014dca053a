//! `sender`: which programs may send records over the network.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, print_json, reader, refuse, station, writer};
use crate::actions::accounts;
use crate::cli::args::{SenderCommand, SenderOf, StationArg};
use crate::domain::account::Right;

pub fn run(command: &SenderCommand) -> Result<Outcome> {
    match command {
        SenderCommand::Add(args) => add(args),
        SenderCommand::Close(args) => close(args),
        SenderCommand::List(args) => list(args),
    }
}

fn add(args: &SenderOf) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.by, Right::Decide)?;
    let token = accounts::new_sender_token()?;
    let hash = accounts::hashed(&token);
    let made = ledger.write(&by, Timestamp::now(), |tx| {
        tx.open_sender(&args.sender, &hash)
    });
    if let Err(error) = made {
        return refuse(error, args.station.json);
    }
    if args.station.json {
        print_json(&json!({ "sender": args.sender, "token": token }))?;
    } else {
        println!("{token}");
        eprintln!(
            "simpan token ini sekarang; ia tidak ditampilkan lagi (keep this token now, it is not shown again)"
        );
    }
    Ok(Outcome::Done)
}

fn close(args: &SenderOf) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.by, Right::Decide)?;
    let closed = ledger.write(&by, Timestamp::now(), |tx| tx.close_sender(&args.sender));
    if let Err(error) = closed {
        return refuse(error, args.station.json);
    }
    match args.station.json {
        true => print_json(&json!({ "sender": args.sender, "active": false }))?,
        false => println!("pengirim {} ditutup (closed)", args.sender),
    }
    Ok(Outcome::Done)
}

fn list(args: &StationArg) -> Result<Outcome> {
    let (paths, _) = station(args)?;
    let senders = reader(&paths)?.senders()?;
    if args.json {
        print_json(&json!({ "senders": senders }))?;
        return Ok(Outcome::Done);
    }
    if senders.is_empty() {
        println!("belum ada pengirim; `sender add NAMA` (no senders yet)");
    }
    for sender in senders {
        let state = match sender.active {
            true => "terbuka (open)",
            false => "ditutup (closed)",
        };
        println!("{:16} {state}", sender.sender);
    }
    Ok(Outcome::Done)
}
