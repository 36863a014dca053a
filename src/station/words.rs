//! What the station says of cards and drops, in Indonesian and in English.

use crate::intake::Why;

/// Why a drop stands in `incoming/` and is not taken.
pub const fn why(why: Why) -> (&'static str, &'static str) {
    match why {
        Why::Settling => ("baru berubah", "just changed"),
        Why::NotWhole => ("belum utuh", "not whole yet"),
        Why::Photo => ("menunggu fotonya", "its photo is not there yet"),
        Why::Record => (
            "foto tanpa rekaman; kirim rekamannya atau pindahkan",
            "pictures without a record",
        ),
        Why::Drop => ("tanda selesai tanpa kiriman", "a done file without a drop"),
        Why::Content => ("folder kosong", "an empty folder"),
        Why::Permission => (
            "tidak boleh dibaca; perbaiki hak aksesnya",
            "may not be read",
        ),
    }
}

/// What to do about a held card, by the code of the reason; `None` for a code that says all.
pub fn advice(reason: &str) -> Option<(&'static str, &'static str)> {
    Some(match reason {
        "photo-missing" => (
            "sudah 5 tahun dan belum ada foto; minta rekaman baru dengan foto",
            "turned 5 without a photo",
        ),
        "too-old" => ("sudah 17 tahun; bukan KIA lagi", "turned 17"),
        "validity-past" => (
            "masa berlaku sudah lewat; minta rekaman baru",
            "its validity has passed",
        ),
        "photo-damaged" => (
            "foto tersimpan rusak; jalankan `ledger verify`",
            "the kept photo is damaged",
        ),
        "text-does-not-fit" | "glyph-missing" | "qr-too-large" => (
            "tidak muat pada layout; perbaiki layout atau minta rekaman baru",
            "does not fit the layout",
        ),
        _ => return None,
    })
}
