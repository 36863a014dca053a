//! What the child's live card means for a new record.
//!
//! | the live card | same content | changed content |
//! |---|---|---|
//! | none | a new card | a new card |
//! | not printed | nothing to do | a higher `revisi` replaces it, else `revision-needed` |
//! | outcome unknown | nothing to do for the same request, else `card-in-print` | `card-in-print` |
//! | printed | nothing to do for the same request | a reissue, or `duplicate-live-card` for `BARU` |
//!
//! A second loss is told by content that is the same and a request that is not: another `id`, or
//! the same one with a higher `revisi`. It is a reissue.

use super::{CARD_IN_PRINT, DUPLICATE_LIVE_CARD, REVISION_NEEDED, Rule};
use crate::domain::card::{Progress, State};
use crate::domain::ids::CardId;
use crate::domain::record::{Alasan, Record};

/// The child's live card, as the ledger knows it, beside the record that came now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub card: CardId,
    pub state: State,
    /// The revision of the record that it was made from.
    pub revisi: u32,
    /// Whether [`Record::content`] of both records is the same.
    pub same_content: bool,
    /// Whether both records carry the same `id`, or neither carries one.
    pub same_id: bool,
}

/// What is to be done with a record that the rules passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    New,
    /// This card stands for the record already: nothing is to be done.
    Unchanged(CardId),
    /// A new card instead of this one, which is cancelled unprinted.
    Replace(CardId),
    /// A new card; this printed one becomes void.
    Reissue(CardId),
}

/// Decides what a record means beside the child's live card.
///
/// # Errors
/// The rule that sends the record back.
pub fn decide(record: &Record, live: Option<&Standing>) -> Result<Decision, &'static Rule> {
    let Some(live) = live.filter(|live| live.state.is_live()) else {
        return Ok(Decision::New);
    };
    let same_request = live.same_content && live.same_id;
    match live.state.progress() {
        Progress::NotPrinted if live.same_content => Ok(Decision::Unchanged(live.card)),
        Progress::NotPrinted if record.revisi > live.revisi => Ok(Decision::Replace(live.card)),
        Progress::NotPrinted => Err(&REVISION_NEEDED),
        Progress::Unknown if same_request => Ok(Decision::Unchanged(live.card)),
        Progress::Unknown => Err(&CARD_IN_PRINT),
        Progress::Printed if same_request && record.revisi <= live.revisi => {
            Ok(Decision::Unchanged(live.card))
        }
        Progress::Printed if record.alasan == Alasan::Baru => Err(&DUPLICATE_LIVE_CARD),
        Progress::Printed => Ok(Decision::Reissue(live.card)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::date;

    use super::*;
    use crate::domain::nik::Nik;
    use crate::domain::record::{Approval, Sex};

    fn record(revisi: u32, alasan: Alasan) -> Record {
        Record {
            id: None,
            revisi,
            nik: Nik::parse("1702094503180003").unwrap(),
            no_kk: "1702091203100004".into(),
            nama: "AISYAH PUTRI".into(),
            tempat_lahir: "CURUP".into(),
            tanggal_lahir: date(2018, 3, 5),
            jenis_kelamin: Sex::Female,
            gol_darah: "-".into(),
            agama: "ISLAM".into(),
            kewarganegaraan: "WNI".into(),
            no_akta: "1702-LU-12032018-0012".into(),
            nama_kepala_keluarga: "HIDAYAT PRATAMA".into(),
            alamat: "JL. MERDEKA".into(),
            rt: "003".into(),
            rw: "001".into(),
            desa: "AIR BANG".into(),
            kecamatan: "CURUP TENGAH".into(),
            kode_wilayah: None,
            berlaku_hingga: None,
            foto: None,
            alasan,
            sekolah: None,
            persetujuan: Approval {
                oleh: "v-01".into(),
                pada: Timestamp::UNIX_EPOCH,
            },
            qr: None,
        }
    }

    const CARD: CardId = CardId::new(7);

    /// The decision, or the code that sends the record back, beside a live card of revision 2.
    fn told(
        state: State,
        same_content: bool,
        same_id: bool,
        revisi: u32,
        alasan: Alasan,
    ) -> Result<Decision, &'static str> {
        let live = Standing {
            card: CARD,
            state,
            revisi: 2,
            same_content,
            same_id,
        };
        decide(&record(revisi, alasan), Some(&live)).map_err(|rule| rule.code)
    }

    #[test]
    fn without_a_live_card_a_record_gets_a_new_one() {
        assert_eq!(decide(&record(1, Alasan::Baru), None), Ok(Decision::New));
        for state in [State::Spoiled, State::Cancelled, State::Void] {
            assert_eq!(
                told(state, true, true, 1, Alasan::Hilang),
                Ok(Decision::New)
            );
        }
    }

    #[test]
    fn before_printing_a_change_needs_a_higher_revision_and_the_same_content_is_nothing_new() {
        for state in [State::Accepted, State::Rendered, State::Held] {
            for (same_content, same_id, revisi, expected) in [
                (true, true, 2, Ok(Decision::Unchanged(CARD))),
                (true, false, 1, Ok(Decision::Unchanged(CARD))),
                (true, true, 3, Ok(Decision::Unchanged(CARD))),
                (false, true, 3, Ok(Decision::Replace(CARD))),
                (false, false, 3, Ok(Decision::Replace(CARD))),
                (false, true, 2, Err("revision-needed")),
                (false, true, 1, Err("revision-needed")),
            ] {
                let found = told(state, same_content, same_id, revisi, Alasan::Baru);
                assert_eq!(found, expected, "{state} {same_content} {same_id} {revisi}");
            }
        }
    }

    #[test]
    fn while_nobody_knows_what_came_out_only_the_same_request_passes() {
        for state in [State::Submitting, State::Sent, State::Unconfirmed] {
            let is = |content, id, revisi| told(state, content, id, revisi, Alasan::Hilang);
            assert_eq!(is(true, true, 2), Ok(Decision::Unchanged(CARD)));
            assert_eq!(is(true, false, 2), Err("card-in-print"));
            assert_eq!(is(false, true, 3), Err("card-in-print"));
        }
    }

    #[test]
    fn after_printing_a_reason_other_than_new_makes_a_reissue() {
        for state in [
            State::Printed,
            State::Verified,
            State::Packed,
            State::HandedOver,
            State::Received,
            State::Returned,
        ] {
            for (same_content, same_id, revisi, alasan, expected) in [
                (true, true, 2, Alasan::Baru, Ok(Decision::Unchanged(CARD))),
                (true, true, 1, Alasan::Hilang, Ok(Decision::Unchanged(CARD))),
                (true, true, 3, Alasan::Baru, Err("duplicate-live-card")),
                (true, false, 2, Alasan::Baru, Err("duplicate-live-card")),
                (false, true, 3, Alasan::Baru, Err("duplicate-live-card")),
                (
                    false,
                    true,
                    1,
                    Alasan::PerubahanData,
                    Ok(Decision::Reissue(CARD)),
                ),
                // The card of a first loss was lost again.
                (true, false, 1, Alasan::Hilang, Ok(Decision::Reissue(CARD))),
                (true, true, 3, Alasan::Hilang, Ok(Decision::Reissue(CARD))),
            ] {
                let found = told(state, same_content, same_id, revisi, alasan);
                assert_eq!(found, expected, "{state} {same_content} {same_id} {revisi}");
            }
        }
    }
}
