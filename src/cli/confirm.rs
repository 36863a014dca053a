//! `confirm`: the operator says what came out of the printer.

use anyhow::Result;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, acting, print_json, station, writer};
use crate::actions::steps::{self, Outcomes};
use crate::cli::args;
use crate::domain::account::Right;
use crate::domain::card::SpoilReason;
use crate::domain::ids::CardId;

pub fn run(args: &args::Confirm) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let zone = config.zone()?;
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
    let by = acting(&mut ledger, &args.actor.user, Right::Work)?;
    let now = Timestamp::now();
    let done = ledger.write(&by, now, |tx| steps::confirm(tx, said, now, &zone))?;
    if args.station.json {
        print_json(&json!({
            "lot": args.lot,
            "printed": done.printed,
            "spoiled": done.spoiled.iter().map(|(card, again)| json!({"card": card, "again": again})).collect::<Vec<_>>(),
            "refused": done.refused.iter().map(|(card, why)| json!({"card": card, "why": crate::domain::chain(why)})).collect::<Vec<_>>(),
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
            println!("  {card} DITOLAK (refused): {}", crate::domain::chain(why));
        }
        for (position, card) in &done.not_to_use {
            println!(
                "  {card} pada urutan {position} JANGAN DISERAHKAN, batal, ditahan atau pindah lot: bila keluar, musnahkan dan catat dengan --spoiled {card} --reason batal (cancelled, held or in another lot)"
            );
        }
    }
    Ok(Outcome::refused_if(!done.refused.is_empty()))
}
