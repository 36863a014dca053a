//! What the station says of cards and drops, in Indonesian and in English.

use crate::domain::pack::ReturnReason;
use crate::domain::text::Text;
use crate::intake::Why;
use crate::ledger::{Entry, Event, PackPlace, RESTORED};
use crate::text;

/// Why a drop stands in `incoming/` and is not taken.
pub const fn why(why: Why) -> Text {
    match why {
        Why::Settling => Text::new("baru berubah", "just changed"),
        Why::NotWhole => Text::new("belum utuh", "not whole yet"),
        Why::Photo => Text::new("menunggu fotonya", "its photo is not there yet"),
        Why::Record => Text::new(
            "foto tanpa rekaman; kirim rekamannya atau pindahkan",
            "pictures without a record",
        ),
        Why::Drop => Text::new("tanda selesai tanpa kiriman", "a done file without a drop"),
        Why::Content => Text::new("folder kosong", "an empty folder"),
        Why::Permission => Text::new(
            "tidak boleh dibaca; perbaiki hak aksesnya",
            "may not be read",
        ),
    }
}

/// What to do about a held card, by the code of the reason; `None` for a code that says all.
pub fn advice(reason: &str) -> Option<Text> {
    Some(match reason {
        RESTORED => Text::new(
            "stasiun dipulihkan dari cadangan: cari kartunya dulu, lalu nyatakan: baik, rusak, atau tidak keluar",
            "restored from a backup: look for the card first, then say: good, spoiled, or not out",
        ),
        "photo-missing" => Text::new(
            "sudah 5 tahun dan belum ada foto; minta rekaman baru dengan foto",
            "turned 5 without a photo",
        ),
        "too-old" => Text::new("sudah 17 tahun; bukan KIA lagi", "turned 17"),
        "validity-past" => Text::new(
            "masa berlaku sudah lewat; minta rekaman baru",
            "its validity has passed",
        ),
        "photo-damaged" => Text::new(
            "foto tersimpan rusak; jalankan `ledger verify`",
            "the kept photo is damaged",
        ),
        "text-does-not-fit" | "glyph-missing" | "qr-too-large" => Text::new(
            "tidak muat pada layout; perbaiki layout atau minta rekaman baru",
            "does not fit the layout",
        ),
        _ => return None,
    })
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
        let why = left.why.as_deref().map(|code| {
            let known = ReturnReason::from_code(code);
            known.map_or_else(|| Text::same(code.to_owned()), ReturnReason::text)
        });
        let (id, en) = why.map_or_else(Default::default, |why| {
            (format!(": {}", why.id), format!(", {}", why.en))
        });
        words.push(text!(
            "KELUAR dari paket, {}{id}", left.how.indonesian();
            "left: {}{en}", left.how.name()
        ));
    }
    words
}

/// What happened to a card, as its history says it: in Indonesian with English in parentheses.
/// Nothing of an event that is of no card.
pub fn said(entry: &Entry) -> String {
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
                format!("kode dipindai: {}", refusal.text())
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
        Event::PhotoChanged(changed) => match changed.replaced {
            true => "foto diganti (photo replaced)".to_owned(),
            false => "foto diatur (photo adjusted)".to_owned(),
        },
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
        Event::CardPutIn(put) if put.moved => {
            format!("pindah ke paket {} (moved into the pack)", put.pack)
        }
        Event::CardPutIn(put) => format!("masuk paket {} (put into the pack)", put.pack),
        Event::CardTakenOut(taken) => {
            format!("keluar dari paket {} (taken out of the pack)", taken.pack)
        }
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
        | Event::AccountSet(_)
        | Event::SenderSet(_)
        | Event::PasswordSet { .. }
        | Event::PackMade(_)
        | Event::PackClosed(_)
        | Event::PackSent(_)
        | Event::PackReceived(_)
        | Event::PackFileAttached(_)
        | Event::BatchApproved(_)
        | Event::SigningKeyMade { .. }
        | Event::CheckpointMade(_)
        | Event::Restored(_)
        | Event::LotPurged(_)
        | Event::Destroyed(_) => String::new(),
    }
}
