//! What people did, as the trail says it.

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
            let (is, stands) = match set.active {
                true => ("terbuka", "open"),
                false => ("ditutup", "closed"),
            };
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
        Event::SenderSet(set) => (
            format!("pengirim {} diubah", set.sender),
            format!("sender {} was changed", set.sender),
        ),
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
