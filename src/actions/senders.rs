//! Which programs may send records.

use super::accounts::{hashed, new_token};
use super::{Access, Result, Rule};
use crate::domain::text::Text;
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
