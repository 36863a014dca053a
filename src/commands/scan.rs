//! `scan`: a hand scanner types codes, and every one is answered at once.

use std::io::{BufRead, Write};

use anyhow::{Result, bail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::pack::summary;
use super::{Outcome, actor, local, refusal, station, writer};
use crate::cli;
use crate::config::Config;
use crate::domain::ids::CardId;
use crate::domain::scan::{Refusal, Verdict};
use crate::ledger::{self, Ledger};

/// One person's scanning.
struct Session<'a> {
    ledger: Ledger,
    config: &'a Config,
    args: &'a cli::Scan,
    actor: String,
    /// The card scanned last, while its serial may come.
    card: Option<CardId>,
    good: u64,
    refused: u64,
}

/// The answer to a line.
struct Answer {
    good: bool,
    text: String,
    json: Value,
}

pub fn run(args: &cli::Scan) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    if args.serials && args.serial_pattern.is_none() && config.card.serial_pattern.is_none() {
        bail!(
            "--serials needs the pattern of the serials: `serial_pattern` under [card], or --serial-pattern"
        );
    }
    let mut session = Session {
        ledger: writer(&paths)?,
        config: &config,
        args,
        actor: actor(&args.person.user),
        card: None,
        good: 0,
        refused: 0,
    };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let answer = session.answer(line)?;
        if args.station.json {
            writeln!(out, "{}", answer.json)?;
        } else {
            let bell = if answer.good { "" } else { "\x07" };
            writeln!(out, "{bell}{}", answer.text)?;
        }
        // The operator waits for it with the next card in hand.
        out.flush()?;
    }
    let (good, refused) = (session.good, session.refused);
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

impl Session<'_> {
    fn answer(&mut self, line: &str) -> Result<Answer> {
        if line.eq_ignore_ascii_case("undo") {
            return self.undo();
        }
        let pattern = self.args.serial_pattern.as_ref();
        let pattern = pattern.or(self.config.card.serial_pattern.as_ref());
        let is_serial = pattern.is_some_and(|pattern| pattern.fits(line));
        match (is_serial, self.card) {
            (true, Some(card)) => self.serial(card, line),
            (true, None) => self.wrong_side(None),
            (false, Some(card)) if self.args.serials => self.wrong_side(Some(card)),
            (false, _) => self.code(line),
        }
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut ledger::Tx<'_>) -> ledger::Result<T>,
    ) -> ledger::Result<T> {
        self.ledger.write(&self.actor, Timestamp::now(), work)
    }

    fn code(&mut self, code: &str) -> Result<Answer> {
        // The label of an envelope is no card: it verifies nothing and is no mistake either.
        if let Some(pack) = self.ledger.pack_by_code(code)?
            && let Some((pack, _)) = self.ledger.pack(pack)?
        {
            self.card = None;
            return Ok(Answer {
                good: true,
                text: summary(&pack),
                json: json!({ "pack": pack }),
            });
        }
        let lot = self.args.lot;
        let scan = self.write(|tx| tx.scan(code, lot))?;
        self.card = None;
        let name = scan
            .card
            .map_or_else(|| "-".to_owned(), |card| card.to_string());
        match scan.verdict {
            Verdict::Good { skipped } => {
                self.card = scan.card;
                self.good += 1;
                let mut text = format!("{name} BAIK (good)");
                if !skipped.is_empty() {
                    let list: Vec<_> = skipped.iter().map(CardId::to_string).collect();
                    text += &format!("\n  \x07PERINGATAN terlewat (skipped): {}", list.join(", "));
                }
                Ok(Answer {
                    good: true,
                    text,
                    json: json!({ "card": scan.card, "verdict": "good", "skipped": skipped }),
                })
            }
            Verdict::Refused(refusal) => {
                let since = match (refusal, scan.since) {
                    (Refusal::Repeated, Some(at)) => Some(local(at, self.config)?),
                    _ => None,
                };
                let mut answer = self.refused(scan.card, refusal);
                if let Some(since) = since {
                    answer.text += &format!(" {since}");
                    answer.json["since"] = json!(scan.since);
                }
                Ok(answer)
            }
        }
    }

    fn refused(&mut self, card: Option<CardId>, refusal: Refusal) -> Answer {
        self.refused += 1;
        let (indonesian, english) = refusal.words();
        let name = card.map_or_else(|| "-".to_owned(), |card| card.to_string());
        Answer {
            good: false,
            text: format!("{name} {indonesian} ({english})"),
            json: json!({ "card": card, "verdict": refusal.code() }),
        }
    }

    fn wrong_side(&mut self, card: Option<CardId>) -> Result<Answer> {
        self.write(|tx| tx.refuse_scan(card, Refusal::WrongSide))?;
        Ok(self.refused(card, Refusal::WrongSide))
    }

    fn serial(&mut self, card: CardId, serial: &str) -> Result<Answer> {
        self.card = None;
        match self.write(|tx| tx.read_serial(card, serial)) {
            Ok(received) => {
                let stranger = match received {
                    Some(false) => {
                        "\n  \x07PERINGATAN nomor seri tidak pernah diterima (never received)"
                    }
                    _ => "",
                };
                Ok(Answer {
                    good: true,
                    text: format!("{card} nomor seri {serial} (serial){stranger}"),
                    json: json!({ "card": card, "serial": serial, "received": received }),
                })
            }
            Err(ledger::Error::SerialTaken(_)) => {
                self.write(|tx| tx.refuse_scan(Some(card), Refusal::SerialTaken))?;
                Ok(self.refused(Some(card), Refusal::SerialTaken))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn undo(&mut self) -> Result<Answer> {
        self.card = None;
        match self.write(|tx| tx.undo_scan()) {
            Ok(card) => {
                self.good = self.good.saturating_sub(1);
                Ok(Answer {
                    good: true,
                    text: format!("{card} pindaian dibatalkan (taken back)"),
                    json: json!({ "card": card, "verdict": "undone" }),
                })
            }
            Err(error) => {
                let why = refusal(error)?;
                self.refused += 1;
                Ok(Answer {
                    good: false,
                    text: format!("tidak ada yang dibatalkan ({why})"),
                    json: json!({ "verdict": "nothing-to-undo" }),
                })
            }
        }
    }
}
