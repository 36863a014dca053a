//! `confirm`: the operator says what came out of the printer.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::lots::{self, Outcomes};
use crate::cli::args;
use crate::domain::card::SpoilReason;
use crate::domain::ids::CardId;

pub fn run(args: &args::Confirm) -> Result<Outcome> {
    let spoiled: Vec<(CardId, SpoilReason)> = args
        .reason
        .iter()
        .flat_map(|reason| args.spoiled.iter().map(|card| (*card, *reason)))
        .collect();
    let said = Outcomes {
        lot: args.lot,
        all: args.all,
        good: &args.card,
        spoiled: &spoiled,
        on: args.on,
    };
    let done = perform(&args.station, Some(&args.actor.user()), |at| {
        lots::confirm(at, said)
    })?;
    let Some(done) = done else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({
            "lot": args.lot,
            "printed": done.printed,
            "spoiled": done.spoiled.iter().map(|(card, again)| json!({"card": card, "again": again})).collect::<Vec<_>>(),
            "refused": done.refused.iter().map(|(card, why)| json!({"card": card, "why": why.to_string()})).collect::<Vec<_>>(),
            "not_to_use": done.not_to_use.iter().map(|(_, card)| card).collect::<Vec<_>>(),
        }))?;
    } else {
        println!(
            "lot {}: {} tercetak (printed), {} rusak (spoiled)",
            args.lot,
            done.printed.len(),
            done.spoiled.len()
        );
        for (card, again) in &done.spoiled {
            match again {
                Some(again) => println!("  {card} rusak, dibuat lagi sebagai {again} (made again)"),
                None => {
                    println!("  {card} rusak, menunggu rekaman baru (waits for a newer record)")
                }
            }
        }
        for (card, why) in &done.refused {
            println!("  {card} DITOLAK (refused): {why}");
        }
        for (position, card) in &done.not_to_use {
            println!(
                "  {card} pada urutan {position} JANGAN DISERAHKAN, batal, ditahan atau pindah lot: bila keluar, musnahkan dan catat dengan --spoiled {card} --reason batal (cancelled, held or in another lot)"
            );
        }
    }
    Ok(Outcome::refused_if(!done.refused.is_empty()))
}
