//! What happens at the station, as the log keeps it for good.
//!
//! No event holds personal data: a child is named by its card's number and by keyed hashes.
//! Names of schools and villages are not personal data. A new kind of event or a new field comes
//! with a migration, so that an older program refuses the database instead of misreading it.

mod accounts;
mod audit;
mod batches;
mod books;
mod packs;
mod photos;
mod senders;
mod trust;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checkpoint::Checkpoint;
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::period::Month;
use crate::domain::record::Alasan;
use crate::domain::stock::RibbonMovement;

pub use accounts::AccountSet;
pub use audit::Audited;
pub use batches::BatchApproved;
pub use books::{
    CardScanned, DayClosed, Destroyed, JobBegun, JobCreated, JobMoved, LotAssigned, PrinterChanged,
    ReprintGranted, SerialRead, StackTurned, StockCounted, StockMoved,
};
pub use packs::{
    CardPutIn, CardTakenOut, PackClosed, PackFileAttached, PackMade, PackReceived, PackSent,
};
pub use photos::PhotoChanged;
pub use senders::SenderSet;

pub use trust::{LotPurged, Restored};

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

/// What became of a drop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOutcome {
    /// The station's own name for the drop, unique for all time; it must hold no personal data.
    pub drop: String,
    /// The name it came under. Long runs of digits are masked when it is written, for senders
    /// name files by NIK.
    pub name: String,
    /// Records in it: `accepted + rejected`.
    pub received: u32,
    /// Records that became cards, or were no news.
    pub accepted: u32,
    /// Records that went back.
    pub rejected: u32,
    /// Of those accepted: the same record again.
    pub unchanged: u32,
    /// Rule code → how many problems of it there were.
    pub problems: BTreeMap<String, u32>,
}

/// A record that became a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    pub card: CardId,
    /// Which kind of card it becomes.
    pub card_kind: Kind,
    /// Keyed hash of the NIK.
    pub nik_hash: String,
    /// Keyed hash of the record as stored, the photo's digest and the QR token.
    pub record_hash: String,
    /// Keyed hash of what makes a record the same as another.
    pub content_hash: String,
    /// Keyed hash of what its QR shows; the first cards lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_hash: Option<String>,
    /// Keyed hash of the photo's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo_hash: Option<String>,
    /// Keyed hash of the sender's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_hash: Option<String>,
    pub revisi: u32,
    /// Why the card is issued.
    pub alasan: Alasan,
    /// The school's national number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub npsn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sekolah: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kelas: Option<String>,
    /// District of the address.
    pub kecamatan: String,
    /// Village of the address.
    pub desa: String,
    /// Region code of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kode_wilayah: Option<String>,
    /// The month in which it stops counting for the child; a month, for a day would tell the
    /// birthday. The first cards lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Month>,
    /// The drop it came with.
    pub drop: String,
    /// The row in the drop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// 1, and one more for each time the card is made again.
    pub attempt: u32,
    /// The card it takes the place of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<CardId>,
    /// Whether its picture was changed by hand on the card it is made again from: `content_hash`
    /// is then of the sender's picture.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub photo_by_hand: bool,
}

/// A card that moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub card: CardId,
    /// Where it stands now.
    pub to: State,
    /// Who or what said so.
    pub evidence: Evidence,
    /// Why, as a short code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The second person who agreed, where one is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// Where it was rendered.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A card's place in a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub lot: LotId,
    pub position: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotMade {
    pub lot: LotId,
    /// The kind of its cards.
    pub card_kind: Kind,
    /// The layout it was rendered with.
    pub layout: String,
    pub mode: String,
    /// How many cards it holds.
    pub cards: u32,
    /// The PDF's file name in the folder of lots.
    pub pdf: String,
    pub sha256: String,
    /// The PDF's size in bytes.
    pub bytes: u64,
}

/// Something that a person let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    pub rule: String,
    /// Keyed hash of the NIK it holds for.
    pub nik_hash: String,
    /// Why, in the person's words; long runs of digits are masked when it is written.
    pub reason: String,
}

impl Event {
    /// The one spelling that is hashed and stored: fields in the order of their declaration, no
    /// spaces, absent fields left out.
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

/// The hash of one event: SHA-256 over a name for this encoding, the hash before, the sequence
/// number, and each text preceded by its length, so that no two events encode alike.
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
