//! `settle`, `spoil` and `reprint`: a person says what became of single cards.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, countersign, perform, print_json};
use crate::actions::Failure;
use crate::actions::cards::{self, Became, Grounds, Said};
use crate::cli::args;
use crate::domain::ids::CardId;

pub(super) fn settle(args: &args::Settle) -> Result<Outcome> {
    let said = match args.reason {
        Some(reason) => Said::Spoiled(reason),
        None if args.good => Said::Good,
        None => Said::NotOut,
    };
    let done = perform(&args.station, Some(&args.person.user), |at| {
        let (mut settled, mut refused) = (Vec::new(), Vec::new());
        for &card in &args.cards {
            match cards::settle(at, card, said) {
                Ok(became) => settled.push((card, became)),
                Err(Failure::Refused(why)) => refused.push((card, why)),
                Err(failure) => return Err(failure),
            }
        }
        Ok((settled, refused))
    })?;
    let Some((settled, refused)) = done else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({
            "settled": settled.iter().map(|(card, became)| json!({"card": card, "again": became.again})).collect::<Vec<_>>(),
            "refused": refused.iter().map(|(card, why)| json!({"card": card, "why": why.to_string()})).collect::<Vec<_>>(),
        }))?;
    } else {
        for (_, became) in &settled {
            println!("{}", became.text);
        }
        for (card, why) in &refused {
            println!("{card} DITOLAK (refused): {why}");
        }
    }
    Ok(Outcome::refused_if(!refused.is_empty()))
}

pub(super) fn spoil(args: &args::Spoil) -> Result<Outcome> {
    let done = perform(&args.station, Some(&args.person.user), |at| {
        let second = countersign(at, args.second.as_deref())?;
        let serial = args.serial.as_deref();
        cards::spoil(at, args.card, args.reason, serial, second.as_ref())
    })?;
    tell(args.card, done, args.station.json)
}

pub(super) fn reprint(args: &args::Reprint) -> Result<Outcome> {
    let grounds = Grounds {
        reason: args.reason,
        evidence: args.evidence,
        reference: args.evidence_ref.as_deref(),
    };
    let done = perform(&args.station, Some(&args.person.user), |at| {
        let second = countersign(at, args.second.as_deref())?;
        cards::reprint(at, args.card, grounds, second.as_ref())
    })?;
    tell(args.card, done, args.station.json)
}

fn tell(card: CardId, done: Option<Became>, json: bool) -> Result<Outcome> {
    let Some(became) = done else {
        return Ok(Outcome::Refused);
    };
    if json {
        print_json(&json!({ "card": card, "again": became.again }))?;
    } else {
        println!("{}", became.text);
    }
    Ok(Outcome::Done)
}
