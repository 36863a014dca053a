//! `card`: one card's whole history, or every card of a child.

use anyhow::{Result, bail};
use serde_json::json;

use super::{Outcome, local, print_json, reader, station};
use crate::cli;
use crate::domain::ids::CardId;
use crate::domain::nik::Nik;
use crate::ledger::{Card, Entry, Event};

pub fn run(args: &cli::Card) -> Result<Outcome> {
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
        all.push((card, history));
    }
    if args.station.json {
        let value: Vec<_> = all
            .iter()
            .map(|(card, history)| json!({ "card": card, "history": history }))
            .collect();
        print_json(&value)?;
        return Ok(Outcome::Done);
    }
    for (card, history) in &all {
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

fn said(entry: &Entry) -> String {
    match &entry.event {
        Event::CardAccepted(accepted) => {
            let attempt = match accepted.attempt {
                1 => String::new(),
                n => format!(", percobaan ke-{n}"),
            };
            let replaces = accepted
                .replaces
                .map(|old| format!(", pengganti {old}"))
                .unwrap_or_default();
            format!(
                "diterima (accepted), alasan {}{attempt}{replaces}",
                accepted.alasan.word()
            )
        }
        Event::CardMoved(moved) => {
            let place = moved
                .place
                .map(|place| format!(", lot {} urutan {}", place.lot, place.position))
                .unwrap_or_default();
            let reason = moved
                .reason
                .as_ref()
                .map(|why| format!(", sebab {why}"))
                .unwrap_or_default();
            let second = moved
                .second
                .as_ref()
                .map(|name| format!(", disetujui {name}"))
                .unwrap_or_default();
            format!(
                "{} ({}){place}{reason}{second}",
                moved.to.indonesian(),
                moved.to
            )
        }
        Event::JobBegun(job) => {
            format!(
                "pekerjaan cetak {} ({}) pada {} (print job)",
                job.job,
                job.side.name(),
                job.printer
            )
        }
        Event::JobCreated(job) => format!("printer memberi nomor {} (job id)", job.id),
        Event::JobMoved(job) => format!(
            "pekerjaan cetak (job) {} {}",
            job.to.name(),
            job.reasons.join(", ")
        ),
        Event::CardScanned(scan) => match scan.refusal {
            None => "kode dipindai (scanned)".to_owned(),
            Some(refusal) => {
                let (indonesian, english) = refusal.words();
                format!("kode dipindai: {indonesian} ({english})")
            }
        },
        Event::ScanUndone { .. } => "pindaian dibatalkan (scan taken back)".to_owned(),
        Event::SerialRead(read) => format!("nomor seri blanko {} (serial)", read.serial),
        Event::ReprintGranted(grant) => format!(
            "cetak ulang (reprint), alasan {}, bukti {} {}",
            grant.reason.code(),
            grant.evidence.code(),
            grant.reference.as_deref().unwrap_or_default()
        ),
        Event::CardDestroyed { minutes, .. } => {
            format!("dimusnahkan, berita acara nomor {minutes} (destroyed)")
        }
        Event::PersonErased { reason, .. } => {
            format!("data pribadi dihapus (erased), sebab {reason}")
        }
        Event::Audited(audited) => format!(
            "audit {} {}",
            audited.what,
            audited.detail.as_deref().unwrap_or_default()
        ),
        Event::ExceptionAllowed(exception) => format!("pengecualian {} (allowed)", exception.rule),
        // Events that are of no card.
        Event::StationCreated { .. }
        | Event::DropFinished(_)
        | Event::LotMade(_)
        | Event::LotAssigned(_)
        | Event::StackTurned(_)
        | Event::PrinterChanged(_)
        | Event::StockMoved(_)
        | Event::StockCounted(_)
        | Event::RibbonMoved(_)
        | Event::DayClosed(_)
        | Event::SenderSet(_)
        | Event::AccountSet(_)
        | Event::PasswordSet { .. }
        | Event::Destroyed(_) => String::new(),
    }
}
