//! Checkpoints that were kept outside of the log.

use super::report::CheckpointFault;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// Holds the log against a checkpoint that was kept elsewhere. `key` is the station's public key,
/// in hexadecimal digits, as it was noted down when the station was made; without it any key that
/// the log names will do, and who wrote the whole log anew may have put in one of his own.
///
/// `None` is a log that still holds, unchanged, what the checkpoint states.
///
/// # Errors
/// The ledger's.
pub fn against(
    ledger: &Reader,
    checkpoint: &Checkpoint,
    key: Option<&str>,
) -> Result<Option<CheckpointFault>> {
    if !checkpoint.is_genuine() {
        return Ok(Some(CheckpointFault::Forged));
    }
    if key.is_some_and(|key| key != checkpoint.public_key) {
        return Ok(Some(CheckpointFault::OtherKey));
    }
    if checkpoint.station != ledger.station_id() {
        return Ok(Some(CheckpointFault::OtherStation));
    }
    match ledger.hash_of(checkpoint.seq)? {
        None => return Ok(Some(CheckpointFault::Cut)),
        Some(hash) if hash != checkpoint.head => return Ok(Some(CheckpointFault::Rewritten)),
        Some(_) => {}
    }
    if !ledger.signing_keys()?.contains(&checkpoint.public_key) {
        return Ok(Some(CheckpointFault::OtherKey));
    }
    // It left the station only after its own event was written.
    let own = checkpoint.seq + 1;
    let kept = ledger.checkpoints(Some(checkpoint.day))?;
    Ok(if ledger.hash_of(own)?.is_none() {
        Some(CheckpointFault::Cut)
    } else if kept
        .iter()
        .any(|kept| kept.seq == own && kept.checkpoint == *checkpoint)
    {
        None
    } else {
        Some(CheckpointFault::Rewritten)
    })
}
