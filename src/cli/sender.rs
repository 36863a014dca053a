//! `sender`: which programs may send records over the network.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::senders;
use crate::cli::args::{SenderCommand, SenderOf, StationArg};

pub fn run(command: &SenderCommand) -> Result<Outcome> {
    match command {
        SenderCommand::Add(args) => add(args),
        SenderCommand::Close(args) => close(args),
        SenderCommand::List(args) => list(args),
    }
}

fn add(args: &SenderOf) -> Result<Outcome> {
    let made = perform(&args.station, Some(&args.by), |at| {
        senders::make(at, &args.sender)
    })?;
    let Some(token) = made else {
        return Ok(Outcome::Refused);
    };
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
    let closed = perform(&args.station, Some(&args.by), |at| {
        senders::close(at, &args.sender)
    })?;
    match closed {
        None => return Ok(Outcome::Refused),
        Some(_) if args.station.json => {
            print_json(&json!({ "sender": args.sender, "active": false }))?;
        }
        Some(text) => println!("{text}"),
    }
    Ok(Outcome::Done)
}

fn list(station: &StationArg) -> Result<Outcome> {
    let listed = perform(station, None, |at| senders::list(at))?;
    let Some(senders) = listed else {
        return Ok(Outcome::Refused);
    };
    if station.json {
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
