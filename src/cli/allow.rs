//! `allow`: a person lets one child pass a rule that asks for a decision.

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, print_json, station, writer};
use crate::cli::args;
use crate::domain::account::Right;
use crate::domain::nik::Nik;
use crate::ledger;

pub fn run(args: &args::Allow) -> Result<Outcome> {
    let nik = Nik::parse(&args.nik).context("that is no NIK")?;
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.actor.user, Right::Decide)?;
    ledger.write(&by, Timestamp::now(), |tx| -> Result<(), ledger::Error> {
        tx.allow(&args.rule, &nik, &args.reason)
    })?;
    if args.station.json {
        print_json(&json!({ "rule": args.rule, "nik": nik.masked() }))?;
    } else {
        println!(
            "{nik}: aturan {} dikecualikan; kirim lagi rekamannya (allowed; drop the record again)",
            args.rule
        );
    }
    Ok(Outcome::Done)
}
