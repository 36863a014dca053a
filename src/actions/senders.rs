//! Which programs may send records.

use super::accounts::{hashed, new_token, sender_actor};
use super::{Access, Failure, Result, Rule};
use crate::context::Context;
use crate::domain::text::Text;
use crate::intake::Posted;
use crate::ledger::{self, Sender};
use crate::text;

/// Lists every sender by name.
pub fn list(at: &Access<'_>) -> Result<Vec<Sender>> {
    at.read(Rule::SenderList, |ledger| Ok(ledger.senders()?))
}

/// Lets a new or a closed sender send; gives its token, which is shown this once.
pub fn make(at: &mut Access<'_>, sender: &str) -> Result<String> {
    at.permit(Rule::SenderMake)?;
    let token = new_sender_token()?;
    at.write(Rule::SenderMake, |tx| {
        tx.open_sender(sender, &hashed(&token))?;
        Ok(token)
    })
}

/// Lets a sender send no more.
pub fn close(at: &mut Access<'_>, sender: &str) -> Result<Text> {
    at.write(Rule::SenderClose, |tx| {
        tx.close_sender(sender)?;
        Ok(text!(
            "Pengirim {sender} ditutup.",
            "The sender {sender} was closed."
        ))
    })
}

/// Its beginning lets those who search for lost secrets know it.
///
/// # Errors
/// When the system gives no randomness.
pub fn new_sender_token() -> ledger::Result<String> {
    Ok(format!("kia_{}", new_token()?))
}

/// The sender whose token this is.
pub fn of_token(context: &Context, token: &str) -> Result<Option<String>> {
    let hash = hashed(token);
    let found = context.read(|ledger| ledger.sender_of_token(&hash))?;
    Ok(found.map(|sender| sender.sender))
}

/// What came of a try to send.
#[derive(Debug)]
pub enum Sent {
    /// It is in `incoming/` under this name, now or since earlier.
    As(String),
    /// The same `id` and `revisi` came with another content before.
    Conflict,
}

/// Takes a record that a sender sends.
pub fn take(
    context: &Context,
    sender: &str,
    id: &str,
    revisi: u32,
    posted: &Posted,
) -> Result<Sent> {
    // The one writer of this process holds the ledger: two requests cannot both be the first.
    context.with_ledger(|ledger| {
        let name = ledger.submission_name(sender, id, revisi, &posted.content());
        if let Some(before) = ledger.submitted(sender, id, revisi)? {
            return Ok(match before.name == name {
                true => Sent::As(name),
                false => Sent::Conflict,
            });
        }
        // A crash between the two leaves a drop whose sender heard nothing: sent again it is the
        // same drop, and what intake has taken by then is the same record again.
        let incoming = context.paths.intake().incoming;
        posted.put(&incoming, &name).map_err(Failure::broken)?;
        ledger.write(&sender_actor(sender), context.now(), |tx| {
            tx.submit(sender, id, revisi, &name)
        })?;
        Ok(Sent::As(name))
    })
}
