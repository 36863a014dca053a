//! All processing of one child's data (UU 27/2022, articles 7 and 32).

use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::actions::history::history_text;
use crate::actions::{Access, Failure, Result, Rule};
use crate::config::Paths;
use crate::context::Context;
use crate::domain::account::name_of;
use crate::domain::audit::AuditCode;
use crate::domain::nik::Nik;
use crate::domain::record::Record;
use crate::domain::text::Explain;
use crate::ledger::{self, Card, Entry, Event, Lot, Reader};
use crate::text;

/// The endings of files that hold records as text.
const TEXTS: [&str; 3] = ["json", "jsonl", "csv"];

/// One card of the child, and all that is known of it.
#[derive(Debug)]
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

/// All that the station holds of one child, and did with it.
#[derive(Debug)]
pub struct Subject {
    nik: Nik,
    made_at: Timestamp,
    by: String,
    parts: Vec<Part>,
    exceptions: Vec<(String, String)>,
    /// The drops that name the NIK.
    sources: Vec<String>,
}

/// Gathers all that is held of the child with this NIK. It is entered first, so that the answer
/// tells of itself.
pub fn subject(at: &mut Access<'_>, nik: &str) -> Result<Subject> {
    at.permit(Rule::SubjectReport)?;
    let nik = Nik::parse(nik.trim()).map_err(|error| {
        Failure::Refused(text!(
            "NIK tidak benar: {error}.",
            "This is no NIK: {error}."
        ))
    })?;
    at.write(Rule::SubjectReport, |tx| {
        let cards = tx.cards_of(&nik)?;
        if cards.is_empty() {
            return Ok(tx.audit(AuditCode::SubjectReport, None, None)?);
        }
        for card in cards {
            tx.audit(AuditCode::SubjectReport, Some(card.card), None)?;
        }
        Ok(())
    })?;
    let (paths, made_at) = (&at.context.paths, at.now);
    let by = name_of(&at.actor()).to_owned();
    at.read(Rule::SubjectReport, |ledger| {
        Ok(Subject {
            parts: parts(ledger, &nik, paths)?,
            exceptions: ledger.exceptions_of(&nik)?,
            sources: sources(paths, &nik).map_err(Failure::Broken)?,
            nik,
            made_at,
            by,
        })
    })
}

impl Subject {
    /// For a script.
    pub fn json(&self) -> Value {
        json!({
            "made_at": self.made_at,
            "cards": self.parts.iter().map(Part::json).collect::<Vec<_>>(),
            "exceptions": self.exceptions,
            "sources": self.sources,
        })
    }

    /// For the parents, to be printed.
    pub fn text(&self, context: &Context) -> String {
        let mut text = String::new();
        // A string takes whatever is written to it.
        let _ = self.write(&mut text, context);
        text
    }

    fn write(&self, text: &mut String, context: &Context) -> fmt::Result {
        write!(
            text,
            "PEMROSESAN DATA PRIBADI SEORANG ANAK (all processing of one child's data)\n\
             {}, {}\nNIK {nik}, dibuat {} oleh {} (made by)\n",
            context.config.office.dinas,
            context.config.office.kabupaten,
            context.local(self.made_at),
            self.by,
            nik = self.nik.as_str(),
        )?;
        if self.parts.is_empty() {
            text.push_str("\nTidak ada kartu atau data anak ini di stasiun (no card, no data).\n");
        }
        for part in &self.parts {
            part.tell(text, context)?;
        }
        for (rule, reason) in &self.exceptions {
            writeln!(text, "\npengecualian (exception) {rule}: {reason}")?;
        }
        if !self.sources.is_empty() {
            writeln!(
                text,
                "\nkiriman yang menyebut NIK ini (drops that name this NIK): {}",
                self.sources.join(", ")
            )?;
        }
        text.push_str(
            "\nCadangan stasiun menyimpan salinan sampai cadangan itu dihapus, dan laporan pada kertas tidak tercatat di sini.\n\
             (Backups keep a copy until they are deleted; papers are not listed here.)\n",
        );
        Ok(())
    }
}

/// The drops in `accepted/` and `rejected/` in which this NIK stands as text, also those of which no
/// card was made.
fn sources(paths: &Paths, nik: &Nik) -> anyhow::Result<Vec<String>> {
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

    fn tell(&self, text: &mut String, context: &Context) -> fmt::Result {
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
                if let Ok(Value::Object(fields)) = serde_json::to_value(record) {
                    for (field, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                        let plain = value.as_str().map(str::to_owned);
                        writeln!(text, "    {field}: {}", plain.unwrap_or(value.to_string()))?;
                    }
                }
            }
            (None, Some(at)) => writeln!(
                text,
                "  data pribadi sudah dihapus (erased) {}; buku menyimpan nomor kartu dan hash berkunci saja",
                context.local(at)
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
            let at = context.local(entry.at);
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
            let at = context.local(entry.at);
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
