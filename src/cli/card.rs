//! `card`: one card's whole history, or every card of a child.

use anyhow::Result;
use serde_json::{Value, json};

use super::pack::place_words;
use super::{Outcome, local, perform, print_json, station};
use crate::actions::cards::{self, Details};
use crate::actions::history::history_text;
use crate::cli::args;
use crate::domain::text::Explain;

pub fn run(args: &args::Card) -> Result<Outcome> {
    let user = args.asker.user.as_deref();
    let Some(all) = perform(&args.station, user, |at| cards::view_all(at, &args.id))? else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&all.iter().map(as_json).collect::<Vec<_>>())?;
        return Ok(Outcome::Done);
    }
    let (_, config) = station(&args.station)?;
    for details in &all {
        let card = &details.card;
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
            card.state.text().id
        );
        if let Some(school) = &card.sekolah.nama {
            println!(
                "  {school} {}",
                card.sekolah.kelas.as_deref().unwrap_or_default()
            );
        }
        for (pack, place) in &details.packs {
            println!("  paket (pack) {pack} {}", place_words(place));
        }
        for entry in &details.history {
            println!(
                "  {}  {:20} {}",
                local(entry.at, &config)?,
                entry.actor,
                history_text(&entry.event)
            );
        }
    }
    Ok(Outcome::Done)
}

fn as_json(details: &Details) -> Value {
    let packs = details.packs.iter();
    let packs: Vec<Value> = packs
        .map(|(pack, place)| json!({ "pack": pack, "place": place }))
        .collect();
    json!({ "card": details.card, "history": details.history, "packs": packs })
}
