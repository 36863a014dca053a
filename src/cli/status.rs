//! `status`: what waits where, and what needs a person.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::history;
use crate::actions::worklist::{self, Incoming, Place, Worklist};
use crate::cli::args;
use crate::domain::chain;
use crate::domain::text::{Explain, Text};
use crate::intake::{Inbox, Waiting};
use crate::text;

pub fn run(args: &args::StationArg) -> Result<Outcome> {
    let seen = perform(args, None, |at| {
        let context = at.context;
        let inbox = Inbox::new(context.paths.intake(), context.config.intake.clone());
        let incoming = inbox
            .map_err(|error| chain(&error))
            .and_then(|mut inbox| Incoming::look(&mut inbox));
        let work = worklist::view(at, incoming)?;
        let made = work.status.open_lots.iter();
        let made = made.map(|open| context.local(open.lot.at)).collect();
        Ok((work, made))
    })?;
    let Some((work, made)) = seen else {
        return Ok(Outcome::Refused);
    };
    match args.json {
        true => print_json(&json(&work))?,
        false => say(&work, made),
    }
    Ok(Outcome::Done)
}

fn json(work: &Worklist) -> serde_json::Value {
    let status = &work.status;
    // Not an empty list: nobody knows what is there.
    let drops: Option<Vec<_>> = work.incoming.as_ref().ok().map(|incoming| {
        let said = |drop: &Waiting| json!({ "name": drop.name, "why": history::why(drop.why).en, "changed": drop.changed });
        incoming.waiting.iter().map(said).collect()
    });
    let states = status.states.iter().map(|(state, n)| (state.name(), n));
    let printers = work
        .printers
        .iter()
        .filter_map(|printer| printer.state.as_ref());
    let capped = work.printers.iter().filter(|printer| printer.is_capped());
    json!({
        "incoming": drops,
        "fault": work.fault,
        "queue": work.queue,
        "cards": states.collect::<BTreeMap<_, _>>(),
        "lots": status.open_lots,
        "void_lots": status.void_lots,
        "void_cards": status.void_cards,
        "need_person": status.need_person,
        "forecast": work.forecast,
        "printers": printers.collect::<Vec<_>>(),
        "capped": capped.map(|printer| &printer.settings.name).collect::<Vec<_>>(),
        "overdue": work.overdue,
        "on_hand": work.on_hand,
    })
}

/// `made` is when each of the open lots was made.
fn say(work: &Worklist, made: Vec<String>) {
    if !work.tasks.is_empty() {
        println!("{}", Text::new("PERLU ORANG", "needs a person"));
        for task in &work.tasks {
            println!("  {}", task.text());
            for advice in &task.advice {
                println!("    {advice}");
            }
            if let Some(place) = &task.place {
                println!("    > {}", command(place));
            }
        }
        println!();
    }
    if let Ok(incoming) = &work.incoming {
        println!("incoming/: {} menunggu (waiting)", incoming.waiting.len());
        let waiting = incoming.waiting.iter();
        for drop in waiting.filter(|drop| !worklist::needs_person(drop.why)) {
            println!("  {}: {}", drop.name, history::why(drop.why));
        }
    }
    for kind in &work.queue {
        println!("antrean KIA {}: {} kartu (queued)", kind.kind, kind.cards);
    }
    if let Some(forecast) = &work.forecast {
        println!("{}", forecast.text());
    }
    for printer in &work.printers {
        let name = &printer.settings.name;
        if let Some(state) = &printer.state {
            println!("printer {name}: {}", state.state.text());
            for reason in printer.reasons() {
                println!("  {reason}: {}", reason.advice());
            }
        }
        if printer.is_capped() {
            let text = text!(
                "printer {name}: batas harian tercapai, lanjut besok",
                "its daily cap is reached; it goes on tomorrow"
            );
            println!("{text}");
        }
    }
    let status = &work.status;
    println!(
        "lot menunggu konfirmasi (lots to confirm): {}",
        status.open_lots.len()
    );
    for (open, at) in status.open_lots.iter().zip(made) {
        let lot = &open.lot;
        println!(
            "  {}  KIA {}  {} dari {} kartu  {at}  lots/{}",
            lot.lot, lot.kind, open.waiting, lot.cards, lot.pdf
        );
    }
    let waiting = work
        .on_hand
        .iter()
        .map(|hand| hand.verified + hand.returned);
    println!(
        "belum dikemas: {} kartu dari {} tujuan; `pack make` mengemas (cards in no pack, of so many schools)",
        waiting.sum::<u64>(),
        work.on_hand.len()
    );
    for (state, count) in &status.states {
        println!("{count:>8}  {}", state.text());
    }
}

/// What to type to do it.
fn command(place: &Place) -> String {
    match place {
        Place::Card(card) => format!("card {card}"),
        Place::Settle(card) => format!("settle {card} --good, --spoiled or --not-out"),
        Place::Spoil { lot, card } => format!("confirm {lot} --spoiled {card} --reason batal"),
        Place::Again(lot) => format!("lot again {lot}"),
        Place::Turned(printer) => format!("printer turned {printer}"),
        Place::Supplies => "stock show".to_owned(),
        Place::Destroy => "stock destroy".to_owned(),
        Place::Pack(pack) => format!("pack receive {pack}"),
    }
}
