//! `card`: one card's whole history, or every card of a child.

use anyhow::{Result, bail};
use serde_json::json;

use super::pack::place_words;
use super::{Outcome, local, print_json, reader, station};
use crate::actions::history::said;
use crate::cli::args;
use crate::domain::ids::CardId;
use crate::domain::nik::Nik;
use crate::ledger::Card;

pub fn run(args: &args::Card) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let ledger = reader(&paths)?;
    let cards: Vec<Card> = if let Ok(nik) = Nik::parse(&args.id) {
        ledger.cards_of(&nik)?
    } else {
        let id: CardId = args.id.parse()?;
        ledger.card(id)?.into_iter().collect()
    };
    if cards.is_empty() {
        bail!("the ledger knows no such card or child");
    }
    let mut all = Vec::new();
    for card in cards {
        let history = ledger.history(card.card)?;
        let packs = ledger.packs_of(card.card)?;
        all.push((card, history, packs));
    }
    if args.station.json {
        let value: Vec<_> = all
            .iter()
            .map(|(card, history, packs)| {
                let packs: Vec<_> = packs
                    .iter()
                    .map(|(pack, place)| json!({ "pack": pack, "place": place }))
                    .collect();
                json!({ "card": card, "history": history, "packs": packs })
            })
            .collect();
        print_json(&value)?;
        return Ok(Outcome::Done);
    }
    for (card, history, packs) in &all {
        let lot = card
            .lot
            .map(|lot| format!(", lot {lot}"))
            .unwrap_or_default();
        let position = card
            .position
            .map(|place| format!(" urutan {place}"))
            .unwrap_or_default();
        println!(
            "{} KIA {}: {}{lot}{position}",
            card.card,
            card.kind,
            card.state.indonesian()
        );
        if let Some(school) = &card.sekolah.nama {
            println!(
                "  {school} {}",
                card.sekolah.kelas.as_deref().unwrap_or_default()
            );
        }
        for (pack, place) in packs {
            println!("  paket (pack) {pack} {}", place_words(place));
        }
        for entry in history {
            println!(
                "  {}  {:20} {}",
                local(entry.at, &config)?,
                entry.actor,
                said(entry)
            );
        }
    }
    Ok(Outcome::Done)
}
