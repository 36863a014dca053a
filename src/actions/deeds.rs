//! What people did, as the trail says it.

use crate::domain::stock::RibbonMovement;
use crate::ledger::Event;

/// What an audited step was, by its code; `None` of a code that says all.
fn audited(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "login" => ("masuk", "logged in"),
        "logout" => ("keluar", "logged out"),
        "login-denied" => ("gagal masuk", "login denied"),
        "step-denied" => ("langkah ditolak: tidak berhak", "step denied"),
        "session-refused" => (
            "sesi ditolak: peramban lain",
            "session refused: another browser",
        ),
        "cards-searched" => ("mencari kartu", "searched cards"),
        "nik-shown" => ("melihat NIK lengkap", "saw a whole NIK"),
        "photo-viewed" => ("melihat foto asli", "saw the original photo"),
        "card-viewed" => ("melihat kartu", "saw a card"),
        "picture-viewed" => ("melihat gambar kartu", "saw a card's picture"),
        "photos-listed" => ("membuka daftar foto", "listed photos"),
        "batch-viewed" => ("melihat kiriman", "saw a batch"),
        "pack-viewed" => ("melihat isi paket", "saw the cards of a pack"),
        "printed-log-exported" => (
            "mengambil daftar kartu tercetak",
            "took out the list of printed cards",
        ),
        "day-report-exported" => ("mengunduh laporan harian", "took out a day report"),
        "shared-photo-viewed" => (
            "melihat foto yang sama pada dua anak",
            "saw a picture that two children share",
        ),
        "columns-saved" => (
            "menyimpan arti kolom tabel",
            "kept what a table's columns are",
        ),
        "batch-uploaded" => ("mengunggah kiriman", "uploaded a batch"),
        "batch-discarded" => ("membuang kiriman", "discarded a batch"),
        "drop-again" => ("memasukkan kiriman lagi", "took a drop in again"),
        "record-submitted" => ("mengirim rekaman", "submitted a record"),
        "return-list-exported" => ("mengunduh daftar pengembalian", "took out a return list"),
        "minutes-exported" => (
            "mengunduh berita acara pemusnahan",
            "took out minutes of a destruction",
        ),
        "pack-papers-exported" => ("mengunduh dokumen paket", "took out papers of a pack"),
        "pack-file-exported" => ("mengunduh hasil pindai paket", "took out a pack's scan"),
        "report-exported" => ("mengunduh laporan", "took out a report"),
        "register-exported" => ("mengunduh buku register", "took out the register"),
        "checkpoint-exported" => ("mengunduh titik periksa", "took out a checkpoint"),
        "log-export" => ("mengekspor catatan peristiwa", "exported the log"),
        "backup" => ("membuat cadangan", "made a backup"),
        "subject-report" => (
            "membuat laporan subjek data",
            "made a data subject's report",
        ),
        "breach-report" => ("membuat laporan insiden", "made a breach report"),
        "files-purged" => ("menghapus berkas lama", "purged old files"),
        _ => return None,
    })
}

/// Whether an account or a sender is let in.
const fn standing(active: bool) -> (&'static str, &'static str) {
    match active {
        true => ("terbuka", "open"),
        false => ("ditutup", "closed"),
    }
}

/// An event of the trail in Indonesian and in English, empty for any other. The card of an event
/// that has one is not repeated.
pub fn told(event: &Event) -> (String, String) {
    match event {
        Event::Audited(event) => {
            let (id, en) = audited(&event.what).unwrap_or((&event.what, &event.what));
            let detail = event.detail.as_deref().unwrap_or_default();
            let with = |words: &str| match detail {
                "" => words.to_owned(),
                detail => format!("{words} ({detail})"),
            };
            (with(id), with(en))
        }
        Event::AccountSet(set) => {
            let (id, en) = set.role.words();
            let (is, stands) = standing(set.active);
            let user = &set.user;
            (
                format!("akun {user}: {id}, {is}"),
                format!("account {user}: {en}, {stands}"),
            )
        }
        Event::PasswordSet { user } => (
            format!("kata sandi baru untuk {user}"),
            format!("a new password for {user}"),
        ),
        Event::SenderSet(set) => {
            let (is, stands) = standing(set.active);
            (
                format!("pengirim {}: {is}", set.sender),
                format!("sender {}: {stands}", set.sender),
            )
        }
        Event::ExceptionAllowed(exception) => (
            format!("pengecualian {}: {}", exception.rule, exception.reason),
            format!("exception {}: {}", exception.rule, exception.reason),
        ),
        Event::BatchApproved(_) => ("kiriman disetujui".into(), "a batch was approved".into()),
        Event::ReprintGranted(grant) => (
            format!("cetak ulang, alasan {}", grant.reason.code()),
            format!("reprint granted, reason {}", grant.reason.code()),
        ),
        Event::PhotoChanged(changed) => match changed.replaced {
            true => ("foto diganti".into(), "photo replaced".into()),
            false => ("foto diatur".into(), "photo adjusted".into()),
        },
        Event::StockMoved(moved) => {
            let (id, en) = moved.movement.words();
            let (count, media) = (moved.count, &moved.media);
            (
                format!("{count} blanko {media}: {id}"),
                format!("{count} blanks {media}: {en}"),
            )
        }
        Event::RibbonMoved(movement) => match movement {
            RibbonMovement::Received { ribbons, prints } => (
                format!("{ribbons} pita diterima, masing-masing {prints} cetakan"),
                format!("{ribbons} ribbons received, {prints} prints each"),
            ),
            RibbonMovement::PutIn { discarded } => (
                format!("pita diganti, {discarded} cetakan terbuang"),
                format!("ribbon changed, {discarded} prints discarded"),
            ),
            RibbonMovement::UsedElsewhere { prints } => (
                format!("{prints} cetakan pita dipakai di luar"),
                format!("{prints} ribbon prints used elsewhere"),
            ),
        },
        Event::StackTurned(turned) => (
            format!(
                "tumpukan printer {} dibalik: {} kartu",
                turned.printer, turned.cards
            ),
            format!(
                "stack of printer {} turned: {} cards",
                turned.printer, turned.cards
            ),
        ),
        Event::StockCounted(count) => (
            format!(
                "blanko {} dihitung: {}, menurut buku {}",
                count.media, count.counted, count.computed
            ),
            format!(
                "blanks {} counted: {}, by the books {}",
                count.media, count.counted, count.computed
            ),
        ),
        Event::DayClosed(day) => (
            format!(
                "hari {} ditutup, blanko {}: {}",
                day.date, day.media, day.counted
            ),
            format!(
                "day {} closed, blanks {}: {}",
                day.date, day.media, day.counted
            ),
        ),
        Event::Destroyed(destroyed) => (
            format!(
                "pemusnahan, berita acara {}: {} kartu",
                destroyed.minutes, destroyed.cards
            ),
            format!(
                "destruction, minutes {}: {} cards",
                destroyed.minutes, destroyed.cards
            ),
        ),
        Event::PackClosed(closed) => (
            format!(
                "paket {} disegel, {} tanpa pindai",
                closed.pack,
                closed.waived.len()
            ),
            format!(
                "pack {} closed, {} unscanned",
                closed.pack,
                closed.waived.len()
            ),
        ),
        Event::PackSent(sent) => (
            format!("paket {} dikirim, {}", sent.pack, sent.carrier.indonesian()),
            format!("pack {} sent, {}", sent.pack, sent.carrier.code()),
        ),
        Event::PackReceived(received) => (
            format!("jawaban sekolah untuk paket {}", received.pack),
            format!("the school answered for pack {}", received.pack),
        ),
        Event::PackFileAttached(file) => (
            format!("hasil pindai dilampirkan pada paket {}", file.pack),
            format!("a scan was attached to pack {}", file.pack),
        ),
        Event::CheckpointMade(checkpoint) => (
            format!("titik periksa sampai peristiwa {}", checkpoint.seq),
            format!("checkpoint up to event {}", checkpoint.seq),
        ),
        Event::Restored(restored) => (
            format!(
                "dipulihkan dari cadangan sampai peristiwa {}",
                restored.after
            ),
            format!("restored from a backup up to event {}", restored.after),
        ),
        _ => Default::default(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::ledger::{SenderSet, StackTurned};

    /// The codes that are entered in the sources of a folder, as far as they stand in the call.
    fn entered(folder: &Path, codes: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                entered(&path, codes);
                continue;
            }
            let text: String = fs::read_to_string(&path).unwrap_or_default();
            let text = text.replace(char::is_whitespace, "");
            for call in text.split(".audit(\"").skip(1) {
                codes.push(call.split('"').next().unwrap_or_default().to_owned());
            }
        }
    }

    #[test]
    fn every_step_that_is_entered_has_words() {
        let mut codes: Vec<String> = ["card-viewed", "picture-viewed", "batch-viewed"]
            .map(str::to_owned)
            .into();
        for edge in ["web", "commands", "station"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(edge);
            entered(&folder, &mut codes);
        }
        assert!(codes.len() > 30, "{codes:?}");
        for code in codes {
            assert!(audited(&code).is_some(), "{code}");
        }
    }

    #[test]
    fn the_trail_says_what_became_of_senders_ribbons_and_stacks() {
        let sender = |active| {
            let sender = "siak".to_owned();
            told(&Event::SenderSet(SenderSet { sender, active })).1
        };
        assert_eq!(sender(true), "sender siak: open");
        assert_eq!(sender(false), "sender siak: closed");
        let ribbon = Event::RibbonMoved(RibbonMovement::PutIn { discarded: 40 });
        assert_eq!(told(&ribbon).1, "ribbon changed, 40 prints discarded");
        let (printer, cards) = ("meja".to_owned(), 12);
        let stack = Event::StackTurned(StackTurned { printer, cards });
        assert_eq!(told(&stack).1, "stack of printer meja turned: 12 cards");
    }
}
