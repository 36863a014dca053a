//! `scan`: a hand scanner types codes, and every one is answered at once.

use std::io::{BufRead, Write};

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::pack::summary;
use super::{Outcome, acting, local, station, writer};
use crate::actions::scanning::{Answer, Scanning};
use crate::cli::args;
use crate::config::Config;
use crate::domain::account::Right;
use crate::domain::ids::CardId;

pub fn run(args: &args::Scan) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let pattern = args.serial_pattern.as_ref();
    let pattern = pattern.or(config.card.serial_pattern.as_ref()).cloned();
    if args.serials && pattern.is_none() {
        bail!(
            "--serials needs the pattern of the serials: `serial_pattern` under [card], or --serial-pattern"
        );
    }
    let mut ledger = writer(&paths)?;
    let actor = acting(&mut ledger, &args.person.user, Right::Work)?;
    let mut scanning = Scanning::new(pattern);
    (scanning.lot, scanning.serials) = (args.lot, args.serials);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let answer = scanning.answer(&mut ledger, &actor, Timestamp::now(), line)?;
        if args.station.json {
            writeln!(out, "{}", in_json(&answer))?;
        } else {
            let bell = if answer.is_good() { "" } else { "\x07" };
            writeln!(out, "{bell}{}", in_words(&answer, &config)?)?;
        }
        // The operator waits for it with the next card in hand.
        out.flush()?;
    }
    let (good, refused) = (scanning.good, scanning.refused);
    if args.station.json {
        writeln!(out, "{}", json!({ "good": good, "refused": refused }))?;
    } else {
        writeln!(
            out,
            "selesai: {good} baik, {refused} ditolak ({good} good, {refused} refused)"
        )?;
    }
    Ok(Outcome::refused_if(refused > 0))
}

fn in_words(answer: &Answer, config: &Config) -> Result<String> {
    Ok(match answer {
        Answer::Good { card, skipped } if skipped.is_empty() => format!("{card} BAIK (good)"),
        Answer::Good { card, skipped } => {
            let list: Vec<_> = skipped.iter().map(CardId::to_string).collect();
            format!(
                "{card} BAIK (good)\n  \x07PERINGATAN terlewat (skipped): {}",
                list.join(", ")
            )
        }
        Answer::Serial {
            card,
            serial,
            received,
        } => {
            let stranger = match received {
                Some(false) => {
                    "\n  \x07PERINGATAN nomor seri tidak pernah diterima (never received)"
                }
                _ => "",
            };
            format!("{card} nomor seri {serial} (serial){stranger}")
        }
        Answer::Pack(pack) => summary(pack),
        Answer::Undone { card } => format!("{card} pindaian dibatalkan (taken back)"),
        Answer::Refused {
            card,
            refusal,
            since,
        } => {
            let name = card.map_or_else(|| "-".to_owned(), |card| card.to_string());
            let since = match since {
                Some(at) => format!(" {}", local(*at, config)?),
                None => String::new(),
            };
            format!("{name} {}{since}", refusal.text())
        }
        Answer::NothingToUndo(text) => text.to_string(),
    })
}

fn in_json(answer: &Answer) -> Value {
    match answer {
        Answer::Good { card, skipped } => {
            json!({ "card": card, "verdict": "good", "skipped": skipped })
        }
        Answer::Serial {
            card,
            serial,
            received,
        } => json!({ "card": card, "serial": serial, "received": received }),
        Answer::Pack(pack) => json!({ "pack": pack }),
        Answer::Undone { card } => json!({ "card": card, "verdict": "undone" }),
        Answer::Refused {
            card,
            refusal,
            since,
        } => {
            let mut value = json!({ "card": card, "verdict": refusal.code() });
            if since.is_some() {
                value["since"] = json!(since);
            }
            value
        }
        Answer::NothingToUndo(..) => json!({ "verdict": "nothing-to-undo" }),
    }
}
