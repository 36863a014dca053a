//! What the ledger makes of a record that the rules passed; the daemon and `check` both ask here.

use crate::domain::rules::{self, Decision, Problem, Subject, decide};
use crate::ledger::{self, Reader};
use crate::production::examine::Passed;

/// Decides a record beside the child's live card and the pictures of other children. Without a
/// ledger only the batch itself is looked at: `shared` says that another child's row in it
/// carries the same picture.
///
/// # Errors
/// The ledger's. The inner error is the sender's: a block, or that the record is no news.
pub fn decide_against_ledger(
    ledger: Option<&Reader>,
    subject: &Subject,
    passed: &Passed,
    shared: bool,
) -> ledger::Result<Result<Decision, Problem>> {
    let record = &passed.record;
    let photo = passed.photo_sha256.as_deref();
    let (mut decision, mut owner, mut allowed) = (Decision::New, None, false);
    if let Some(ledger) = ledger {
        let live = ledger.live_card(&record.nik, &record.content(photo), record.id.as_deref())?;
        let of_live = |rule: &'static rules::Rule| {
            let card = live.map(|live| live.card.to_string()).unwrap_or_default();
            Ok(Err(rule.broken(subject, "nik", &card)))
        };
        decision = match decide(record, live.as_ref()) {
            Ok(Decision::Unchanged(_)) => return of_live(&rules::UNCHANGED),
            Ok(decision) => decision,
            Err(rule) => return of_live(rule),
        };
        allowed = ledger.is_allowed(rules::PHOTO_SHARED.code, &record.nik)?;
        if let Some(photo) = photo {
            owner = ledger.photo_owner(photo, &record.nik)?;
        }
    }
    if !allowed && (shared || owner.is_some()) {
        let card = owner.map(|card| card.to_string()).unwrap_or_default();
        return Ok(Err(rules::PHOTO_SHARED.broken(subject, "foto", &card)));
    }
    Ok(Ok(decision))
}
