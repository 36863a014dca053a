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
    /// The live card.
    pub card: CardId,
    /// Where it stands.
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
    /// A first card.
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
