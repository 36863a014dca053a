//! What happens at the station, as the log keeps it for good.
//!
//! No event holds personal data: a child is named by its card's number and by keyed hashes.
//! Names of schools and villages are not personal data. A new kind of event or a new field comes
//! with a migration, so that an older program refuses the database instead of misreading it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::card::Evidence;
use crate::domain::ids::CardId;
use crate::domain::reason::Reason;
use crate::domain::stock::RibbonMovement;
use crate::ledger::accounts::facts::AccountSet;
use crate::ledger::cards::facts::{Accepted, Exception, Moved, ReprintGranted};
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::columns::{count, time};
use crate::ledger::drops::facts::{BatchApproved, DropOutcome};
use crate::ledger::error::{Error, Result};
use crate::ledger::lots::facts::LotMade;
use crate::ledger::packs::facts::{
    CardPutIn, CardTakenOut, PackClosed, PackFileAttached, PackMade, PackReceived, PackSent,
};
use crate::ledger::photos::facts::PhotoChanged;
use crate::ledger::printing::facts::{
    JobBegun, JobCreated, JobMoved, LotAssigned, PrinterChanged, StackTurned,
};
use crate::ledger::scanning::facts::{CardScanned, SerialRead};
use crate::ledger::senders::facts::SenderSet;
use crate::ledger::stock::facts::{DayClosed, Destroyed, StockCounted, StockMoved};
use crate::ledger::trail::facts::Audited;
use crate::ledger::trust::facts::{LotPurged, Restored};

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number, from 1 without a gap.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    pub actor: String,
    pub event: Event,
}

impl Entry {
    /// Who or what said so and why, where the event is a move.
    pub fn evidence(&self) -> Option<(Evidence, Option<Reason>)> {
        match &self.event {
            Event::CardMoved(moved) => Some((moved.evidence, moved.reason)),
            _ => None,
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Event {
    StationCreated {
        /// Tells the station's key from another.
        key_id: String,
    },
    /// A drop was taken to its end.
    DropFinished(DropOutcome),
    /// A record became a card.
    CardAccepted(Box<Accepted>),
    /// A card moved from one state to another.
    CardMoved(Moved),
    /// A print-ready PDF was written. A `CardMoved` follows for each of its cards.
    LotMade(LotMade),
    /// A person let something pass that a rule would stop.
    ExceptionAllowed(Exception),
    /// The personal data of a card were erased.
    PersonErased {
        card: CardId,
        /// Why, as a short code.
        reason: String,
    },
    /// A lot's cards go to a printer.
    LotAssigned(LotAssigned),
    /// A stack of fronts was turned; their backs may be printed.
    StackTurned(StackTurned),
    /// A print job is about to be created.
    JobBegun(JobBegun),
    /// The printer numbered a job.
    JobCreated(JobCreated),
    /// A job was sent or ended.
    JobMoved(JobMoved),
    /// A printer's state changed.
    PrinterChanged(PrinterChanged),
    /// A code was scanned.
    CardScanned(CardScanned),
    /// The last scan was taken back. A `CardMoved` to `printed` follows.
    ScanUndone {
        card: CardId,
    },
    /// A blank's serial was read off a card.
    SerialRead(SerialRead),
    /// A good card is made again.
    ReprintGranted(ReprintGranted),
    /// Blanks moved, other than by printing.
    StockMoved(StockMoved),
    StockCounted(StockCounted),
    /// Ribbons or prints moved, other than by printing.
    RibbonMoved(RibbonMovement),
    /// A day's balance was closed.
    DayClosed(DayClosed),
    /// Minutes of a destruction.
    Destroyed(Destroyed),
    /// An account was made or changed.
    AccountSet(AccountSet),
    /// An account got another password.
    PasswordSet {
        user: String,
    },
    /// The photo of a card was changed by hand.
    PhotoChanged(PhotoChanged),
    /// A sender got a token or was closed.
    SenderSet(SenderSet),
    /// A card was destroyed.
    CardDestroyed {
        card: CardId,
        minutes: u32,
    },
    /// Personal data were seen or given out, or a step was overridden or denied.
    Audited(Audited),
    /// A pack was opened.
    PackMade(PackMade),
    /// A card was put into a pack.
    CardPutIn(CardPutIn),
    /// A card was taken out of a pack.
    CardTakenOut(CardTakenOut),
    /// A pack was sealed.
    PackClosed(PackClosed),
    /// A pack left the office.
    PackSent(PackSent),
    /// A school said what became of a pack.
    PackReceived(PackReceived),
    /// The scan of a signed paper was attached.
    PackFileAttached(PackFileAttached),
    /// An uploaded batch without an approval was approved.
    BatchApproved(BatchApproved),
    /// The station signs with this key from now on, until it has another.
    SigningKeyMade {
        /// The Ed25519 public key, in hexadecimal digits.
        public_key: String,
    },
    /// The log's head was signed. It is the event right before this one.
    CheckpointMade(Box<Checkpoint>),
    /// The ledger was restored from a backup.
    Restored(Restored),
    /// The PDF of a lot was purged.
    LotPurged(LotPurged),
}

impl Event {
    /// The one spelling that is hashed and stored: JSON with `kind` first, then the fields in the
    /// order of their declaration, no spaces, absent fields left out. The log stores this text, so
    /// a new field is optional and left out when absent; `golden.jsonl` pins every kind.
    pub(super) fn canonical(&self) -> String {
        serde_json::to_string(self).expect("an event has only string keys")
    }

    /// Reads a stored body; `None` unless it is the canonical spelling of an event.
    pub(super) fn from_canonical(body: &str) -> Option<Self> {
        let event: Self = serde_json::from_str(body).ok()?;
        (event.canonical() == body).then_some(event)
    }
}

/// The hash before the first event's.
pub(super) const NO_HASH: [u8; 32] = [0; 32];

/// The hash of one event: SHA-256 over `kia-station event 1` and a zero byte, the hash before
/// (32 bytes), the sequence number, and the texts `at`, `actor` and `body`, each preceded by its
/// length in bytes. Numbers are 64 bits, most significant byte first.
pub(super) fn chain_hash(prev: &[u8; 32], seq: u64, at: &str, actor: &str, body: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"kia-station event 1\0");
    hash.update(prev);
    hash.update(seq.to_be_bytes());
    for text in [at, actor, body] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

/// Reads `seq, at, actor, body`.
pub(super) fn entry(row: &rusqlite::Row<'_>) -> Result<Entry> {
    let seq = count(row, 0)?;
    Ok(Entry {
        seq,
        at: time(row, 1)?,
        actor: row.get(2)?,
        event: Event::from_canonical(row.get_ref(3)?.as_str().unwrap_or_default())
            .ok_or(Error::Event(seq))?,
    })
}

#[cfg(test)]
mod tests;
