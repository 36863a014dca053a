//! Packs and their cards in words.

use anyhow::Result;
use serde_json::{Value, json};

use super::super::{Outcome, local, perform, print_json, station};
use crate::actions::history;
use crate::actions::packs::{self, Contents, List};
use crate::cli::args;
use crate::domain::text::Explain;
use crate::ledger::{Pack, PackCard, PackPlace};

/// A pack in one line.
pub fn summary(pack: &Pack) -> String {
    let mut line = format!(
        "{}  {}  {}: {} kartu (cards)",
        pack.pack,
        pack.state.text(),
        pack.destination.name(),
        pack.tally.cards
    );
    if let (Some(on), Some(carrier)) = (pack.sent_on, pack.carrier) {
        let number = pack.shipment.as_deref().unwrap_or_default();
        line += &format!(
            ", dikirim {on} {} {number}; {} diterima, {} ditunggu, {} kembali (received, outstanding, returned)",
            carrier.code(),
            pack.tally.received,
            pack.tally.outstanding,
            pack.tally.returned
        );
    }
    line
}

/// What became of a card in a pack.
pub fn place_words(place: &PackPlace) -> String {
    let words = history::place(place);
    let words: Vec<String> = words.iter().map(ToString::to_string).collect();
    words.join(", ")
}

pub fn list(args: &args::PackList) -> Result<Outcome> {
    let list = perform(&args.station, None, |at| {
        packs::list(at, args.state, args.school.as_deref())
    })?;
    let Some(List { on_hand, packs, .. }) = list else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({ "packs": packs, "on_hand": on_hand }))?;
        return Ok(Outcome::Done);
    }
    for pack in &packs {
        println!("{}", summary(pack));
    }
    println!(
        "{} paket; belum dikemas dari {} tujuan (packs; not packed yet, of so many schools)",
        packs.len(),
        on_hand.len()
    );
    for hand in &on_hand {
        println!(
            "  {}: {} terverifikasi, {} kembali (verified, returned)",
            hand.destination.name(),
            hand.verified,
            hand.returned
        );
    }
    Ok(Outcome::Done)
}

pub fn show(args: &args::PackShow) -> Result<Outcome> {
    let seen = perform(&args.station, args.asker.user.as_deref(), |at| {
        packs::view(at, &args.pack)
    })?;
    let Some(Contents {
        pack, cards, files, ..
    }) = seen
    else {
        return Ok(Outcome::Refused);
    };
    let (_, config) = station(&args.station)?;
    if args.station.json {
        let cards: Vec<Value> = cards.iter().map(card_json).collect();
        print_json(&json!({ "pack": pack, "cards": cards, "files": files }))?;
        return Ok(Outcome::Done);
    }
    println!("{}", summary(&pack));
    println!("  kode (code) {}", pack.code);
    if let (Some(at), Some(by)) = (pack.closed_at, &pack.closed_by) {
        println!("  disegel {} oleh {by} (closed)", local(at, &config)?);
    }
    for card in &cards {
        let record = card.record.as_ref();
        println!(
            "  {:<4} {:<44} {} KIA {:<4} {}  {}",
            card.card.sekolah.kelas.as_deref().unwrap_or("-"),
            record.map_or("(data dihapus)", |record| &record.nama),
            card.card.card,
            card.card.kind,
            card.card.state.text().id,
            place_words(&card.place)
        );
    }
    for file in &files {
        println!("  berkas (file) handover/{}/{}", pack.pack, file.name);
    }
    Ok(Outcome::Done)
}

fn card_json(card: &PackCard) -> Value {
    json!({
        "card": card.card.card,
        "state": card.card.state,
        "kind": card.card.kind,
        "kelas": card.card.sekolah.kelas,
        "nama": card.record.as_ref().map(|record| &record.nama),
        "place": card.place,
    })
}
