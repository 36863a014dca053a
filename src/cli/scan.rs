//! `scan`: a hand scanner types codes, and every one is answered at once.

use std::io::{BufRead, Write};

use anyhow::{Result, anyhow};
use serde_json::{Value, json};

use super::{Outcome, perform};
use crate::actions::scanning::{self, Answer, Scanning, Told};
use crate::actions::{self, Access, Failure};
use crate::cli::args;
use crate::domain::text::Explain;

pub fn run(args: &args::Scan) -> Result<Outcome> {
    let scanned = perform(&args.station, Some(&args.person.user), |at| scan(args, at))?;
    Ok(Outcome::refused_if(
        scanned.is_none_or(|refused| refused > 0),
    ))
}

/// Answers line by line; how many were refused.
fn scan(args: &args::Scan, at: &mut Access<'_>) -> actions::Result<u64> {
    let pattern = args.serial_pattern.as_ref();
    let pattern = pattern.or(at.context.config.card.serial_pattern.as_ref());
    if args.serials && pattern.is_none() {
        return Err(Failure::Broken(anyhow!(
            "--serials needs the pattern of the serials: `serial_pattern` under [card], or --serial-pattern"
        )));
    }
    let mut scanning = Scanning::new(pattern.cloned());
    (scanning.lot, scanning.serials) = (args.lot, args.serials);
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(Failure::broken)?;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        at.now = at.context.now();
        let told = scanning::answer(at, &mut scanning, line)?;
        let said = match args.station.json {
            true => in_json(&told.answer).to_string(),
            false => in_words(&told),
        };
        // The operator waits for it with the next card in hand.
        let written = writeln!(out, "{said}").and_then(|()| out.flush());
        written.map_err(Failure::broken)?;
    }
    let (good, refused) = (scanning.good, scanning.refused);
    let said = match args.station.json {
        true => json!({ "good": good, "refused": refused }).to_string(),
        false => {
            format!("selesai: {good} baik, {refused} ditolak ({good} good, {refused} refused)")
        }
    };
    writeln!(out, "{said}").map_err(Failure::broken)?;
    Ok(refused)
}

/// With a bell for each thing that the operator must look at.
fn in_words(told: &Told) -> String {
    let bell = if told.answer.is_good() { "" } else { "\x07" };
    let mut said = format!("{bell}{}", told.answer.text());
    if let Some(detail) = &told.detail {
        said += &format!(" {detail}");
    }
    if let Some(warning) = &told.warning {
        said += &format!("\n  \x07{warning}");
    }
    said
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
