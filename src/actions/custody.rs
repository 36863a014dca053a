//! What proves that the station's books are whole: the trail and the signed checkpoints.

use super::{Access, Audit, Failure, Result, Rule, accounts};
use crate::domain::audit::AuditCode;
use crate::ledger::{Entry, KeptCheckpoint, TrailFilter};
use crate::production::ACTOR;
use crate::text;

/// A page of the trail.
#[derive(Debug)]
pub struct Trail {
    pub entries: Vec<Entry>,
    /// Everyone who may have acted.
    pub actors: Vec<String>,
    pub checkpoints: Vec<KeptCheckpoint>,
}

/// Who decided, saw and took out what. It names no child.
pub fn trail(at: &Access<'_>, filter: &TrailFilter) -> Result<Trail> {
    at.read(Rule::TrailView, |ledger| {
        let accounts = ledger.accounts()?.into_iter();
        let mut actors: Vec<String> = accounts.map(|a| accounts::actor(&a.user)).collect();
        let senders = ledger.senders()?.into_iter();
        actors.extend(senders.map(|sender| accounts::sender_actor(&sender.sender)));
        actors.extend(["console".to_owned(), ACTOR.to_owned()]);
        Ok(Trail {
            entries: ledger.trail(filter)?,
            actors,
            checkpoints: ledger.checkpoints(None)?,
        })
    })
}

/// The checkpoint in the file `name`, as `ledger verify --against` takes it.
pub fn checkpoint(at: &mut Access<'_>, name: &str) -> Result<String> {
    let audit = |_: &String| Audit::of(AuditCode::CheckpointExported, name);
    at.export(Rule::CheckpointTake, audit, |ledger| {
        let all = ledger.checkpoints(None)?;
        let kept = all.into_iter().find(|kept| kept.file_name() == name);
        let missing = Failure::Missing(text!(
            "Tidak ada titik periksa `{name}`.",
            "There is no checkpoint `{name}`."
        ));
        Ok(kept.ok_or(missing)?.checkpoint.text() + "\n")
    })
}
