//! What the station says of drops, of cards and of events.

use std::fmt::Display;

use crate::domain::stock::RibbonMovement;
use crate::domain::text::{Explain, Text};
use crate::intake::Why;
use crate::ledger::{Event, PackPlace};
use crate::text;

/// Why a drop stands in `incoming/` and is not taken.
pub const fn why(why: Why) -> Text {
    match why {
        Why::Settling => Text::new("baru berubah", "just changed"),
        Why::NotWhole => Text::new("belum utuh", "not whole yet"),
        Why::Photo => Text::new("menunggu fotonya", "its photo is not there yet"),
        Why::Record => Text::new(
            "ada foto, belum ada rekaman; tabel dalam folder harus bernama records.csv atau records.xlsx",
            "pictures without a record; a table in a folder must be called records.csv or records.xlsx",
        ),
        Why::Drop => Text::new("tanda selesai tanpa kiriman", "a done file without a drop"),
        Why::Content => Text::new("folder kosong", "an empty folder"),
        Why::Permission => Text::new(
            "tidak boleh dibaca; perbaiki hak aksesnya",
            "may not be read",
        ),
    }
}

/// What became of a card in a pack.
pub fn place(place: &PackPlace) -> Vec<Text> {
    let said = [
        (place.moved, ("pindah ke sini", "moved here")),
        (place.waived, ("tanpa pindai, disetujui", "scan waived")),
        (
            place.received_at.is_some(),
            ("diterima sekolah", "received"),
        ),
        (place.unclaimed, ("belum diambil", "unclaimed")),
    ];
    let said = said.into_iter().filter(|(is_so, _)| *is_so);
    let mut words: Vec<Text> = said.map(|(_, words)| words.into()).collect();
    if let Some(left) = &place.left {
        let why = left.why.map(|reason| reason.text());
        let (id, en) = why.map_or_else(Default::default, |why| {
            (format!(": {}", why.id), format!(", {}", why.en))
        });
        let how = left.how.text();
        words.push(text!("KELUAR dari paket, {}{id}", how.id; "left: {}{en}", how.en));
    }
    words
}

/// Appends a value that is there, with what it is.
fn append(text: &mut Text, (id, en): (&str, &str), value: Option<impl Display>) {
    if let Some(value) = value {
        text.id.to_mut().push_str(&format!("{id}{value}"));
        text.en.to_mut().push_str(&format!("{en}{value}"));
    }
}

/// What happened to a card, for its history. Empty for an event that is of no card.
pub fn history_text(event: &Event) -> Text {
    match event {
        Event::CardAccepted(accepted) => {
            let reason = accepted.alasan.word();
            let mut text = text!("diterima, alasan {reason}", "accepted, reason {reason}");
            let again = (accepted.attempt > 1).then_some(accepted.attempt);
            append(&mut text, (", percobaan ke-", ", attempt "), again);
            append(
                &mut text,
                (", pengganti ", ", replaces "),
                accepted.replaces,
            );
            text
        }
        Event::CardMoved(moved) => {
            let mut text = moved.to.text();
            let (lot, position) = moved.place.map(|place| (place.lot, place.position)).unzip();
            append(&mut text, (", lot ", ", lot "), lot);
            append(&mut text, (" urutan ", " position "), position);
            append(&mut text, (", sebab ", ", reason "), moved.reason.as_ref());
            append(
                &mut text,
                (", disetujui ", ", agreed by "),
                moved.second.as_ref(),
            );
            text
        }
        Event::JobBegun(job) => {
            let (name, side, printer) = (&job.job, job.side.name(), &job.printer);
            text!(
                "pekerjaan cetak {name} ({side}) pada {printer}",
                "print job {name} ({side}) at {printer}"
            )
        }
        Event::JobCreated(job) => text!(
            "printer memberi nomor {}", job.id;
            "the printer gave it number {}", job.id
        ),
        Event::JobMoved(job) => {
            let (to, reasons) = (job.to.name(), job.reasons.join(", "));
            text!("pekerjaan cetak {to} {reasons}", "print job {to} {reasons}")
        }
        Event::CardScanned(scan) => match scan.refusal {
            None => Text::new("kode dipindai", "scanned"),
            Some(refusal) => {
                let Text { id, en } = refusal.text();
                text!("kode dipindai: {id}", "scanned: {en}")
            }
        },
        Event::ScanUndone { .. } => Text::new("pindaian dibatalkan", "scan taken back"),
        Event::SerialRead(read) => text!(
            "nomor seri blanko {}", read.serial;
            "serial of the blank {}", read.serial
        ),
        Event::ReprintGranted(grant) => {
            let (reason, evidence) = (grant.reason.code(), grant.evidence.code());
            let mut text = text!(
                "cetak ulang, alasan {reason}, bukti {evidence}",
                "reprint, reason {reason}, evidence {evidence}"
            );
            append(&mut text, (" ", " "), grant.reference.as_ref());
            text
        }
        Event::CardDestroyed { minutes, .. } => text!(
            "dimusnahkan, berita acara nomor {minutes}",
            "destroyed, record number {minutes}"
        ),
        Event::PersonErased { reason, .. } => text!(
            "data pribadi dihapus, sebab {reason}",
            "personal data erased, reason {reason}"
        ),
        Event::Audited(audited) => {
            let mut text = audited.what.text();
            append(&mut text, (" ", " "), audited.detail.as_ref());
            text
        }
        Event::ExceptionAllowed(exception) => {
            let rule = &exception.rule;
            text!("pengecualian {rule}", "exception {rule}")
        }
        Event::CardPutIn(put) => match put.moved {
            true => text!("pindah ke paket {}", put.pack; "moved into pack {}", put.pack),
            false => text!("masuk paket {}", put.pack; "put into pack {}", put.pack),
        },
        Event::CardTakenOut(taken) => text!(
            "keluar dari paket {}", taken.pack;
            "taken out of pack {}", taken.pack
        ),
        event @ Event::PhotoChanged(_) => audit_text(event),
        _ => Text::same(""),
    }
}

/// What a person did, for the trail. Empty for an event that is not in it. The card of an event
/// that has one is not repeated.
pub fn audit_text(event: &Event) -> Text {
    let standing = |active| match active {
        true => Text::new("terbuka", "open"),
        false => Text::new("ditutup", "closed"),
    };
    match event {
        Event::Audited(event) => {
            let mut text = event.what.text();
            let detail = event.detail.as_ref().filter(|detail| !detail.is_empty());
            append(
                &mut text,
                (" ", " "),
                detail.map(|detail| format!("({detail})")),
            );
            text
        }
        Event::AccountSet(set) => {
            let (user, role, stands) = (&set.user, set.role.text(), standing(set.active));
            text!(
                "akun {user}: {}, {}", role.id, stands.id;
                "account {user}: {}, {}", role.en, stands.en
            )
        }
        Event::PasswordSet { user } => {
            text!("kata sandi baru untuk {user}", "a new password for {user}")
        }
        Event::SenderSet(set) => {
            let (sender, stands) = (&set.sender, standing(set.active));
            text!("pengirim {sender}: {}", stands.id; "sender {sender}: {}", stands.en)
        }
        Event::ExceptionAllowed(exception) => {
            let (rule, reason) = (&exception.rule, &exception.reason);
            text!(
                "pengecualian {rule}: {reason}",
                "exception {rule}: {reason}"
            )
        }
        Event::BatchApproved(_) => Text::new("kiriman disetujui", "a batch was approved"),
        Event::ReprintGranted(grant) => {
            let reason = grant.reason.code();
            text!(
                "cetak ulang, alasan {reason}",
                "reprint granted, reason {reason}"
            )
        }
        Event::PhotoChanged(changed) => match changed.replaced {
            true => Text::new("foto diganti", "photo replaced"),
            false => Text::new("foto diatur", "photo adjusted"),
        },
        Event::StockMoved(moved) => {
            let (count, media, Text { id, en }) =
                (moved.count, &moved.media, moved.movement.text());
            text!(
                "{count} blanko {media}: {id}",
                "{count} blanks {media}: {en}"
            )
        }
        Event::RibbonMoved(movement) => match movement {
            RibbonMovement::Received { ribbons, prints } => text!(
                "{ribbons} pita diterima, masing-masing {prints} cetakan",
                "{ribbons} ribbons received, {prints} prints each"
            ),
            RibbonMovement::PutIn { discarded } => text!(
                "pita diganti, {discarded} cetakan terbuang",
                "ribbon changed, {discarded} prints discarded"
            ),
            RibbonMovement::UsedElsewhere { prints } => text!(
                "{prints} cetakan pita dipakai di luar",
                "{prints} ribbon prints used elsewhere"
            ),
        },
        Event::StackTurned(turned) => {
            let (printer, cards) = (&turned.printer, turned.cards);
            text!(
                "tumpukan printer {printer} dibalik: {cards} kartu",
                "stack of printer {printer} turned: {cards} cards"
            )
        }
        Event::StockCounted(count) => {
            let (media, counted, computed) = (&count.media, count.counted, count.computed);
            text!(
                "blanko {media} dihitung: {counted}, menurut buku {computed}",
                "blanks {media} counted: {counted}, by the books {computed}"
            )
        }
        Event::DayClosed(day) => {
            let (date, media, counted) = (day.date, &day.media, day.counted);
            text!(
                "hari {date} ditutup, blanko {media}: {counted}",
                "day {date} closed, blanks {media}: {counted}"
            )
        }
        Event::Destroyed(destroyed) => {
            let (number, cards) = (destroyed.minutes, destroyed.cards);
            text!(
                "pemusnahan, berita acara {number}: {cards} kartu",
                "destruction, record {number}: {cards} cards"
            )
        }
        Event::PackClosed(closed) => {
            let (pack, unscanned) = (closed.pack, closed.waived.len());
            text!(
                "paket {pack} disegel, {unscanned} tanpa pindai",
                "pack {pack} closed, {unscanned} unscanned"
            )
        }
        Event::PackSent(sent) => {
            let (pack, Text { id, en }) = (sent.pack, sent.carrier.text());
            text!("paket {pack} dikirim, {id}", "pack {pack} sent, {en}")
        }
        Event::PackReceived(received) => text!(
            "jawaban sekolah untuk paket {}", received.pack;
            "the school answered for pack {}", received.pack
        ),
        Event::PackFileAttached(file) => text!(
            "hasil pindai dilampirkan pada paket {}", file.pack;
            "a scan was attached to pack {}", file.pack
        ),
        Event::CheckpointMade(checkpoint) => text!(
            "titik periksa sampai peristiwa {}", checkpoint.seq;
            "checkpoint up to event {}", checkpoint.seq
        ),
        Event::Restored(restored) => text!(
            "dipulihkan dari cadangan sampai peristiwa {}", restored.after;
            "restored from a backup up to event {}", restored.after
        ),
        _ => Text::same(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{SenderSet, StackTurned};

    #[test]
    fn the_trail_says_what_became_of_senders_ribbons_and_stacks() {
        let sender = |active| {
            let sender = "siak".to_owned();
            audit_text(&Event::SenderSet(SenderSet { sender, active })).en
        };
        assert_eq!(sender(true), "sender siak: open");
        assert_eq!(sender(false), "sender siak: closed");
        let ribbon = Event::RibbonMoved(RibbonMovement::PutIn { discarded: 40 });
        assert_eq!(
            audit_text(&ribbon).en,
            "ribbon changed, 40 prints discarded"
        );
        let (printer, cards) = ("meja".to_owned(), 12);
        let stack = Event::StackTurned(StackTurned { printer, cards });
        assert_eq!(
            audit_text(&stack).en,
            "stack of printer meja turned: 12 cards"
        );
    }
}
