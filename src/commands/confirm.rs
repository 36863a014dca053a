//! `confirm`: the operator says what came out of the printer.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::json;

use super::outcome::spoil_card;
use super::{Outcome, acting, print_json, refusal, station, writer};
use crate::cli;
use crate::domain::account::Right;
use crate::domain::card::{Evidence, Progress, State};
use crate::domain::ids::CardId;
use crate::ledger::{Card, LotCard};

pub fn run(args: &cli::Confirm) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let Some((lot, cards)) = ledger.lot(args.lot)? else {
        bail!(
            "there is no lot {}; `kia-station status` lists the lots",
            args.lot
        );
    };
    let now = Timestamp::now();
    let today = now.to_zoned_datetime(config.zone()?).date();
    let made = lot.at.to_zoned_datetime(config.zone()?).date();
    let day = args.on.unwrap_or(today);
    if day > today || day < made {
        bail!("--on must be from {made}, when the lot was made, to today");
    }
    let known: BTreeMap<CardId, &LotCard> =
        cards.iter().map(|card| (card.card.card, card)).collect();
    if let Some(stranger) = args
        .card
        .iter()
        .chain(&args.spoiled)
        .find(|card| !known.contains_key(*card))
    {
        bail!("card {stranger} is not in lot {}", args.lot);
    }
    if let Some(both) = args.card.iter().find(|card| args.spoiled.contains(card)) {
        bail!("card {both} is named both good and spoiled");
    }
    // What a printer of the station has not been sent yet did surely not come out of it.
    let driven = ledger.printer_of(args.lot)?.is_some();
    let waits = |card: &LotCard| {
        let Card { lot, state, .. } = &card.card;
        let unsent = matches!(state, State::Rendered | State::Submitting);
        *lot == Some(args.lot)
            && state.is_live()
            && state.progress() != Progress::Printed
            && !(driven && unsent)
    };
    let good: Vec<CardId> = if args.all {
        cards
            .iter()
            .filter(|card| waits(card) && !args.spoiled.contains(&card.card.card))
            .map(|card| card.card.card)
            .collect()
    } else {
        args.card.clone()
    };
    let mut printed = Vec::new();
    let mut spoiled = Vec::new();
    let mut refused: Vec<(CardId, String)> = Vec::new();
    let by = acting(&mut ledger, &args.actor.user, Right::Work)?;
    ledger.write(&by, now, |tx| -> Result<()> {
        for card in good {
            let kind_then = known[&card].record.as_ref().and_then(|record| record.kind_on(day));
            if known[&card].record.is_some() && kind_then != Some(lot.kind) {
                let why = format!(
                    "pada {day} anak ini tidak lagi berhak atas kartu {} (on that day the child is due another card); bila kartu keluar: --spoiled {card} --reason data",
                    lot.kind
                );
                refused.push((card, why));
                continue;
            }
            match tx.move_card(card, State::Printed, Evidence::Operator, None) {
                Ok(_) => printed.push(card),
                Err(error) => refused.push((card, refusal(error)?)),
            }
        }
        if let Some(reason) = args.reason {
            for &card in &args.spoiled {
                match spoil_card(tx, card, reason, None) {
                    Ok(again) => spoiled.push((card, again)),
                    Err(error) => refused.push((card, refusal(error)?)),
                }
            }
        }
        Ok(())
    })?;
    let leftover: Vec<&LotCard> = cards
        .iter()
        .filter(|card| card.card.state == State::Cancelled || card.card.lot != Some(args.lot))
        .filter(|card| !args.spoiled.contains(&card.card.card))
        .collect();
    if args.station.json {
        print_json(&json!({
            "lot": args.lot,
            "printed": printed,
            "spoiled": spoiled.iter().map(|(card, again)| json!({"card": card, "again": again})).collect::<Vec<_>>(),
            "refused": refused.iter().map(|(card, why)| json!({"card": card, "why": why})).collect::<Vec<_>>(),
            "not_to_use": leftover.iter().map(|card| card.card.card).collect::<Vec<_>>(),
        }))?;
    } else {
        println!(
            "lot {}: {} tercetak (printed), {} rusak (spoiled)",
            args.lot,
            printed.len(),
            spoiled.len()
        );
        for (card, again) in &spoiled {
            match again {
                Some(again) => println!("  {card} rusak, dibuat lagi sebagai {again} (made again)"),
                None => {
                    println!("  {card} rusak, menunggu rekaman baru (waits for a newer record)")
                }
            }
        }
        for (card, why) in &refused {
            println!("  {card} DITOLAK (refused): {why}");
        }
        for card in &leftover {
            println!(
                "  {} pada urutan {} BATAL: bila keluar, musnahkan dan catat dengan --spoiled {} --reason batal (cancelled after rendering)",
                card.card.card, card.position, card.card.card
            );
        }
    }
    Ok(Outcome::refused_if(!refused.is_empty()))
}
