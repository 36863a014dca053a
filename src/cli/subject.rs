//! `subject`: all processing of one child's data (UU 27/2022, articles 7 and 32).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Outcome, acting, give, local, print_json, station, writer};
use crate::actions::history::history_text;
use crate::cli::args;
use crate::config::{Config, Paths};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::nik::Nik;
use crate::domain::record::Record;
use crate::domain::text::Explain;
use crate::ledger::{self, Card, Entry, Event, Lot, Reader};

/// The endings of files that hold records as text.
const TEXTS: [&str; 3] = ["json", "jsonl", "csv"];

/// One card of the child, and all that is known of it.
struct Part {
    card: Card,
    record: Option<Record>,
    /// Whether the photo's file is there.
    photo: bool,
    /// The PDFs that show it, and whether each was purged.
    lots: Vec<(Lot, bool)>,
    history: Vec<Entry>,
    /// What was done with all data of the station since it came.
    bulk: Vec<Entry>,
}

pub fn run(args: &args::Subject) -> Result<Outcome> {
    let nik = Nik::parse(&args.nik)?;
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let by = acting(&mut ledger, &args.person.user, Right::Decide)?;
    let now = Timestamp::now();
    // It is entered first, so that the answer tells of itself.
    ledger.write(&by, now, |tx| -> ledger::Result<()> {
        let cards = tx.cards_of(&nik)?;
        if cards.is_empty() {
            return tx.audit(AuditCode::SubjectReport, None, None);
        }
        let mut cards = cards.into_iter();
        cards.try_for_each(|card| tx.audit(AuditCode::SubjectReport, Some(card.card), None))
    })?;
    let parts = ledger.snapshot(|ledger| parts(ledger, &nik, &paths))?;
    let exceptions = ledger.exceptions_of(&nik)?;
    let sources = sources(&paths, &nik)?;
    if args.station.json {
        let value = json!({
            "made_at": now,
            "cards": parts.iter().map(Part::json).collect::<Vec<_>>(),
            "exceptions": exceptions,
            "sources": sources,
        });
        match &args.out {
            None => print_json(&value)?,
            Some(_) => give(args.out.as_deref(), &serde_json::to_string_pretty(&value)?)?,
        }
        return Ok(Outcome::Done);
    }
    let mut text = format!(
        "PEMROSESAN DATA PRIBADI SEORANG ANAK (all processing of one child's data)\n\
         {}, {}\nNIK {nik}, dibuat {} oleh {} (made by)\n",
        config.office.dinas,
        config.office.kabupaten,
        local(now, &config)?,
        args.person.user,
        nik = nik.as_str(),
    );
    if parts.is_empty() {
        text.push_str("\nTidak ada kartu atau data anak ini di stasiun (no card, no data).\n");
    }
    for part in &parts {
        part.tell(&mut text, &config)?;
    }
    for (rule, reason) in &exceptions {
        writeln!(text, "\npengecualian (exception) {rule}: {reason}")?;
    }
    if !sources.is_empty() {
        writeln!(
            text,
            "\nkiriman yang menyebut NIK ini (drops that name this NIK): {}",
            sources.join(", ")
        )?;
    }
    text.push_str(
        "\nCadangan stasiun menyimpan salinan sampai cadangan itu dihapus, dan laporan pada kertas tidak tercatat di sini.\n\
         (Backups keep a copy until they are deleted; papers are not listed here.)\n",
    );
    give(args.out.as_deref(), &text)?;
    Ok(Outcome::Done)
}

/// The drops in `accepted/` and `rejected/` in which this NIK stands as text, also those of which no
/// card was made.
fn sources(paths: &Paths, nik: &Nik) -> Result<Vec<String>> {
    let folders = paths.intake();
    let mut found = Vec::new();
    for folder in [folders.accepted, folders.rejected] {
        for drop in fs::read_dir(&folder)? {
            let path = drop?.path();
            if names(&path, nik)? {
                found.push(path.strip_prefix(&paths.root)?.display().to_string());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn names(path: &Path, nik: &Nik) -> std::io::Result<bool> {
    let kind = fs::symlink_metadata(path)?.file_type();
    if kind.is_dir() {
        for entry in fs::read_dir(path)? {
            if names(&entry?.path(), nik)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let text = kind.is_file()
        && path
            .extension()
            .is_some_and(|end| TEXTS.iter().any(|t| end == *t));
    Ok(text && memchr::memmem::find(&fs::read(path)?, nik.as_str().as_bytes()).is_some())
}

fn parts(ledger: &Reader, nik: &Nik, paths: &Paths) -> ledger::Result<Vec<Part>> {
    let audits = ledger.audits()?;
    let mut parts = Vec::new();
    for card in ledger.cards_of(nik)? {
        let person = ledger.person(card.card)?;
        let photo = person.as_ref().and_then(|person| person.photo.as_ref());
        let held = |at: Timestamp| {
            at >= card.accepted_at && card.erased_at.is_none_or(|erased| at <= erased)
        };
        let of_all = |entry: &&Entry| {
            matches!(&entry.event, Event::Audited(audited) if audited.card.is_none())
                && held(entry.at)
        };
        parts.push(Part {
            photo: photo.is_some_and(|photo| paths.photos().join(format!("{photo}.jpg")).exists()),
            lots: ledger.lots_with(card.card)?,
            history: ledger.history(card.card)?,
            bulk: audits.iter().filter(of_all).cloned().collect(),
            record: person.map(|person| person.record),
            card,
        });
    }
    Ok(parts)
}

impl Part {
    fn json(&self) -> Value {
        let lots = self.lots.iter();
        json!({
            "card": self.card,
            "held": {
                "record": self.record,
                "photo": self.photo,
                "pdfs": lots
                    .map(|(lot, purged)| json!({ "pdf": lot.pdf, "purged": purged }))
                    .collect::<Vec<_>>(),
            },
            "history": self.history,
            "bulk": self.bulk,
        })
    }

    fn tell(&self, text: &mut String, config: &Config) -> Result<()> {
        let card = &self.card;
        writeln!(
            text,
            "\nKARTU {} KIA {}: {}",
            card.card,
            card.kind,
            card.state.text().id
        )?;
        writeln!(text, "  dari kiriman (came with drop) {}", card.drop)?;
        match (&self.record, card.erased_at) {
            (Some(record), _) => {
                writeln!(text, "  data yang disimpan sekarang (data held now):")?;
                if let Value::Object(fields) = serde_json::to_value(record)? {
                    for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                        let plain = value.as_str().map(str::to_owned);
                        writeln!(text, "    {field}: {}", plain.unwrap_or(value.to_string()))?;
                    }
                }
            }
            (None, Some(at)) => writeln!(
                text,
                "  data pribadi sudah dihapus (erased) {}; buku menyimpan nomor kartu dan hash berkunci saja",
                local(at, config)?
            )?,
            (None, None) => writeln!(text, "  data pribadi tidak terbaca (unreadable)")?,
        }
        let photo = if self.photo {
            "ada (kept)"
        } else {
            "tidak ada (none)"
        };
        writeln!(text, "  foto: {photo}")?;
        for (lot, purged) in &self.lots {
            let state = match purged {
                true => "sudah dihapus (purged)",
                false => "ada (kept)",
            };
            writeln!(text, "  lots/{}: {state}", lot.pdf)?;
        }
        writeln!(text, "  riwayat (history):")?;
        for entry in &self.history {
            let at = local(entry.at, config)?;
            writeln!(
                text,
                "    {at}  {:20} {}",
                entry.actor,
                history_text(&entry.event)
            )?;
        }
        if !self.bulk.is_empty() {
            writeln!(text, "  bersama data lain (together with all other data):")?;
        }
        for entry in &self.bulk {
            let at = local(entry.at, config)?;
            writeln!(
                text,
                "    {at}  {:20} {}",
                entry.actor,
                history_text(&entry.event)
            )?;
        }
        Ok(())
    }
}
