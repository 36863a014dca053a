//! What people did, as the trail says it.

use crate::domain::stock::RibbonMovement;
use crate::domain::text::Explain;
use crate::domain::text::Text;
use crate::ledger::Event;

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
            let text = event.what.text();
            let detail = event.detail.as_deref().unwrap_or_default();
            let with = |words: &str| match detail {
                "" => words.to_owned(),
                detail => format!("{words} ({detail})"),
            };
            (with(&text.id), with(&text.en))
        }
        Event::AccountSet(set) => {
            let Text { id, en } = set.role.text();
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
            let Text { id, en } = moved.movement.text();
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
    use super::*;
    use crate::ledger::{SenderSet, StackTurned};

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
