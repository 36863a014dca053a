//! `settle`, `spoil` and `reprint`: a person says what became of single cards.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, agreeing, print_json, refuse, station, writer};
use crate::actions::steps::{self, Said};
use crate::cli::args;
use crate::domain::account::Right;
use crate::domain::ids::CardId;
use crate::ledger::{self, Reprint};

pub(super) fn settle(args: &args::Settle) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let mut settled = Vec::new();
    let mut refused = Vec::new();
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    let said = match args.reason {
        Some(reason) => Said::Spoiled(reason),
        None if args.good => Said::Good,
        None => Said::NotOut,
    };
    ledger.write(&by, Timestamp::now(), |tx| {
        for &card in &args.cards {
            match steps::settle(tx, card, said) {
                Ok(again) => settled.push((card, again)),
                Err(error) => refused.push((card, error.refusal().ok_or(error)?.to_string())),
            }
        }
        anyhow::Ok(())
    })?;
    if args.station.json {
        print_json(&json!({
            "settled": settled.iter().map(|(card, again)| json!({"card": card, "again": again})).collect::<Vec<_>>(),
            "refused": refused.iter().map(|(card, why)| json!({"card": card, "why": why})).collect::<Vec<_>>(),
        }))?;
    } else {
        for (card, again) in &settled {
            println!("{card} sudah dipastikan (settled){}", made_again(*again));
        }
        for (card, why) in &refused {
            println!("{card} DITOLAK (refused): {why}");
        }
    }
    Ok(Outcome::refused_if(!refused.is_empty()))
}

pub(super) fn spoil(args: &args::Spoil) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    let (serial, second) = (args.serial.as_deref(), args.second.as_deref());
    let done = ledger.write(&by, Timestamp::now(), |tx| {
        steps::spoil(tx, args.card, args.reason, serial, second)
    });
    tell(args.card, done, "rusak (spoiled)", args.station.json)
}

pub(super) fn reprint(args: &args::Reprint) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    agreeing(&mut ledger, args.second.as_deref())?;
    let new = Reprint {
        reason: args.reason,
        evidence: args.evidence,
        reference: args.evidence_ref.as_deref(),
        second: args.second.as_deref(),
        token: None,
    };
    let done = ledger.write(&by, Timestamp::now(), |tx| {
        steps::reprint(tx, args.card, new)
    });
    tell(args.card, done, "diganti (replaced)", args.station.json)
}

fn tell(
    card: CardId,
    done: Result<Option<CardId>, ledger::Error>,
    what: &str,
    json: bool,
) -> Result<Outcome> {
    match done {
        Err(error) => refuse(error, json),
        Ok(again) => {
            if json {
                print_json(&json!({ "card": card, "again": again }))?;
            } else {
                println!("{card} {what}{}", made_again(again));
            }
            Ok(Outcome::Done)
        }
    }
}

fn made_again(again: Option<CardId>) -> String {
    again.map_or_else(String::new, |again| {
        format!(", dibuat lagi sebagai {again} (made again)")
    })
}
