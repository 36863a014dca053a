//! `status`: what waits where, and what needs a person.

use std::collections::BTreeSet;
use std::time::Instant;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::pack::{summary, today};
use super::{Outcome, local, print_json, reader, station};
use crate::actions::history;
use crate::actions::steps::stack_in_doubt;
use crate::cli::args;
use crate::config::{Config, Duplex, Paths};
use crate::domain::card::State;
use crate::domain::chain;
use crate::domain::text::Text;
use crate::intake::{Inbox, IntakeError, Waiting};
use crate::ledger::{Card, PrinterState, RESTORED};
use crate::printer::{DeviceState, Reason};
use crate::production::LOT_HELD;
use crate::production::fault::Fault;
use crate::production::is_proof_code;
use crate::production::printers::{cap_reached, state_code};
use crate::render::proof::Wrong;

pub fn run(args: &args::StationArg) -> Result<Outcome> {
    let (paths, config) = station(args)?;
    let ledger = reader(&paths)?;
    let mut status = ledger.status()?;
    let lately = Timestamp::now() - SHOWN;
    status.void_lots.retain(|lot| lot.since >= lately);
    let queue = ledger.waiting()?;
    let forecast = ledger.forecast()?;
    let mut printers = ledger.printers()?;
    printers.retain(|known| config.printers.iter().any(|p| p.name == known.printer));
    let zone = config.zone()?;
    let overdue_days = config.handover.overdue_days;
    let overdue = ledger.overdue_packs(today(&config)?, overdue_days)?;
    let on_hand = ledger.on_hand()?;
    let mut capped = Vec::new();
    for printer in config.printers.iter().filter(|p| p.is_driven()) {
        if cap_reached(&ledger, printer, &zone, jiff::Timestamp::now())? {
            capped.push(&printer.name);
        }
    }
    let incoming = look(&paths, &config);
    let fault = Fault::read(&paths).context("`station.fault` cannot be read")?;
    if args.json {
        // Not an empty list: nobody knows what is there.
        let drops: Option<Vec<_>> = incoming.as_ref().ok().map(|waiting| {
            let said = |drop: &Waiting| json!({ "name": drop.name, "why": history::why(drop.why).en, "changed": drop.changed });
            waiting.iter().map(said).collect()
        });
        print_json(&json!({
            "incoming": drops,
            "fault": fault,
            "queue": queue,
            "cards": status.states.iter().map(|(state, n)| (state.name(), n)).collect::<std::collections::BTreeMap<_, _>>(),
            "lots": status.open_lots,
            "void_lots": status.void_lots,
            "void_cards": status.void_cards,
            "need_person": status.need_person,
            "forecast": forecast,
            "printers": printers,
            "capped": capped,
            "overdue": overdue,
            "on_hand": on_hand,
        }))?;
        return Ok(Outcome::Done);
    }

    let trouble = status.need_person.len()
        + status.void_lots.len()
        + status.void_cards.len()
        + overdue.len()
        + usize::from(fault.is_some())
        + status
            .open_lots
            .iter()
            .map(|lot| lot.not_to_use.len())
            .sum::<usize>();
    if trouble > 0 {
        println!("PERLU ORANG (needs a person)");
        if let Some(fault) = &fault {
            println!(
                "  stasiun TERHAMBAT sejak {}: periksa folder, jaringan dan ruang disk; stasiun terus mencoba sendiri (the station is kept from its work and tries again)\n    {}",
                local(fault.since, &config)?,
                fault.what
            );
        }
        let by_proof = |card: &&Card| {
            let reason = card.reason.as_deref().unwrap_or_default();
            reason == LOT_HELD || is_proof_code(reason)
        };
        let (of_lots, alone): (Vec<&Card>, _) = status.need_person.iter().partition(by_proof);
        held_lots(&of_lots);
        for card in alone {
            println!(
                "  {} {}: {}",
                card.card,
                card.state.indonesian(),
                match card.state {
                    State::Unconfirmed if card.reason.as_deref() == Some(RESTORED) => {
                        RESTORED_ADVICE.to_owned()
                    }
                    State::Unconfirmed => UNCONFIRMED.to_owned(),
                    _ => advice(card.reason.as_deref().unwrap_or_default()),
                }
            );
        }
        for lot in &status.open_lots {
            for (position, card) in &lot.not_to_use {
                println!(
                    "  {card} di lot {} urutan {position} JANGAN DISERAHKAN, batal, ditahan atau pindah lot; bila keluar, `confirm {} --spoiled {card} --reason batal` (cancelled, held or in another lot: not to be handed out)",
                    lot.lot.lot, lot.lot.lot
                );
            }
        }
        for lot in &status.void_lots {
            println!(
                "  lot {} BATAL seluruhnya: jangan cetak lots/{} (all of its cards were cancelled: do not print it)",
                lot.lot, lot.pdf
            );
        }
        for void in &status.void_cards {
            let place = void
                .pack
                .map_or_else(String::new, |pack| format!(" dalam paket {pack}"));
            println!(
                "  {} TIDAK BERLAKU tetapi masih di kantor{place}: keluarkan, lalu musnahkan dengan `stock destroy` (a newer card took its place: take it out and destroy it)",
                void.card
            );
        }
        for pack in &overdue {
            println!(
                "  paket TERLAMBAT, belum dikonfirmasi setelah {overdue_days} hari: hubungi sekolah, lalu `pack receive` atau `pack return` (overdue pack)\n    {}",
                summary(pack)
            );
        }
        println!();
    }
    match &incoming {
        Ok(waiting) => {
            println!("incoming/: {} menunggu (waiting)", waiting.len());
            for drop in waiting {
                println!("  {}: {}", drop.name, history::why(drop.why));
            }
        }
        Err(error) => println!(
            "incoming/: TIDAK DAPAT DIBACA (cannot be read)\n    {}",
            chain(error)
        ),
    }
    for kind in &queue {
        println!("antrean KIA {}: {} kartu (queued)", kind.kind, kind.cards);
    }
    if let Some(forecast) = &forecast {
        let text = forecast.text();
        let short = if forecast.is_short() { "KURANG: " } else { "" };
        println!("{short}{text}");
    }
    for printer in &printers {
        say_printer(printer);
    }
    for name in &capped {
        println!(
            "printer {name}: batas harian tercapai, lanjut besok (its daily cap is reached; it goes on tomorrow)"
        );
    }
    for printer in config.printers.iter().filter(|p| p.duplex == Duplex::None) {
        let backs = ledger.backs_waiting(&printer.name)?.len();
        let doubt = stack_in_doubt(&ledger, &printer.name)?;
        if let Some(text) = doubt.and_then(|doubt| doubt.refusal()) {
            println!("printer {}: {text}", printer.name);
        } else if backs > 0 {
            println!(
                "printer {0}: {backs} kartu menunggu sisi belakang; balik tumpukan, masukkan lagi, lalu `printer turned {0}` (turn the stack)",
                printer.name
            );
        }
    }
    println!(
        "lot menunggu konfirmasi (lots to confirm): {}",
        status.open_lots.len()
    );
    for lot in &status.open_lots {
        println!(
            "  {}  KIA {}  {} dari {} kartu  {}  lots/{}",
            lot.lot.lot,
            lot.lot.kind,
            lot.waiting,
            lot.lot.cards,
            local(lot.lot.at, &config)?,
            lot.lot.pdf
        );
    }
    let waiting: u64 = on_hand
        .iter()
        .map(|hand| hand.verified + hand.returned)
        .sum();
    println!(
        "belum dikemas: {waiting} kartu dari {} tujuan; `pack make` mengemas (cards in no pack, of so many schools)",
        on_hand.len()
    );
    for (state, count) in &status.states {
        println!("{:>8}  {} ({state})", count, state.indonesian());
    }
    Ok(Outcome::Done)
}

/// A look of our own at `incoming/`, which takes nothing.
fn look(paths: &Paths, config: &Config) -> std::result::Result<Vec<Waiting>, IntakeError> {
    let mut inbox = Inbox::new(paths.intake(), config.intake.clone())?;
    inbox.scan(Instant::now(), &BTreeSet::new())?;
    Ok(inbox.waiting().to_vec())
}

/// A printer's state in an operator's words, and what to do about it.
fn say_printer(printer: &PrinterState) {
    let states = [
        DeviceState::Idle,
        DeviceState::Processing,
        DeviceState::Stopped,
        DeviceState::Unreachable,
    ];
    let state = states
        .into_iter()
        .find(|state| state_code(*state) == printer.state);
    let words = match state {
        Some(state) => state.to_string(),
        None => printer.state.clone(),
    };
    println!("printer {}: {words}", printer.printer);
    for reason in printer
        .reasons
        .iter()
        .filter_map(|code| Reason::parse(code))
    {
        println!("  {reason}: {}", reason.advice());
    }
    // What a printer says in its own words only helps where it says nothing else.
    if let Some(message) = printer
        .message
        .as_deref()
        .filter(|_| printer.reasons.is_empty())
        && state != Some(DeviceState::Idle)
    {
        println!("  {message}");
    }
}

/// The lots that failed their proof, each with the cards that are wrong.
fn held_lots(cards: &[&Card]) {
    let lots: BTreeSet<_> = cards.iter().filter_map(|card| card.lot).collect();
    for lot in lots {
        println!(
            "  lot {lot} DITAHAN: tidak lolos pemeriksaan, jangan dicetak; `lot again {lot}` membuatnya lagi (failed its proof)"
        );
        for card in cards.iter().filter(|card| card.lot == Some(lot)) {
            let reason = card.reason.as_deref().unwrap_or_default();
            if let Some(wrong) = Wrong::from_code(reason) {
                println!("    {}: {}", card.card, wrong.text());
            }
        }
    }
}

/// How long a lot that nobody may print is shown: by then whoever fetched its PDF has printed it.
const SHOWN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What to do about a card whose outcome nobody saw.
const UNCONFIRMED: &str = "lihat printer, lalu `settle --good`, `--spoiled` atau `--not-out` \
    (look at the printer and settle it)";

/// What to do about one that may have been printed after the backup was made.
const RESTORED_ADVICE: &str = "stasiun dipulihkan dari cadangan: cari kartunya dulu, lalu \
    `settle --good`, `--spoiled` atau `--not-out` (restored from a backup: look for the card first)";

fn advice(reason: &str) -> String {
    match history::advice(reason) {
        Some(Text { id, en }) => format!("{id} ({en}, {reason})"),
        None => reason.to_owned(),
    }
}
