//! What the ledger tells of cards, lots and drops.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};
use serde::Serialize;

use super::event::{DropOutcome, Event};
use super::project::card_id;
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::{CardId, LotId, PackId};
use crate::domain::record::{Alasan, Record, School};

/// Where a card stands, without any personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    pub card: CardId,
    pub state: State,
    /// Why it came there, as a short code.
    pub reason: Option<String>,
    pub kind: Kind,
    /// The lot it stands in.
    pub lot: Option<LotId>,
    /// Its place there, from 1.
    pub position: Option<u32>,
    pub revisi: u32,
    /// Why it is issued.
    pub alasan: Alasan,
    pub sekolah: School,
    /// District of the address.
    pub kecamatan: String,
    /// Village of the address.
    pub desa: String,
    /// Region code of the address.
    pub kode_wilayah: Option<String>,
    /// The drop it came with.
    pub drop: String,
    /// The row in the drop.
    pub row: Option<u32>,
    /// 1, and one more for each time it was made again.
    pub attempt: u32,
    /// The card it takes the place of.
    pub replaces: Option<CardId>,
    /// When its record was accepted.
    pub accepted_at: Timestamp,
    /// When it came into its state.
    pub moved_at: Timestamp,
    /// When it was first said to be printed.
    pub printed_at: Option<Timestamp>,
    /// When its personal data were erased.
    pub erased_at: Option<Timestamp>,
}

/// The columns of `cards` that [`Card::read`] takes, in its order.
pub(super) const CARD_COLUMNS: &str = "cards.card, cards.state, cards.reason, cards.kind, \
     cards.lot, cards.position, cards.revisi, cards.alasan, cards.npsn, cards.sekolah, \
     cards.kelas, cards.kecamatan, cards.desa, cards.kode_wilayah, cards.drop_id, cards.row, \
     cards.attempt, cards.replaces, cards.accepted_at, cards.moved_at, cards.printed_at, \
     cards.erased_at";

/// How many columns those are.
pub(super) const CARD_WIDTH: usize = 22;

impl Card {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            card: card_id(row.get(0)?),
            state: word(row, 1, State::from_name)?,
            reason: row.get(2)?,
            kind: word(row, 3, Kind::from_name)?,
            lot: row.get::<_, Option<i64>>(4)?.map(lot_id),
            position: row.get(5)?,
            revisi: row.get(6)?,
            alasan: word(row, 7, |text| {
                Alasan::ALL
                    .into_iter()
                    .find_map(|(alasan, word)| (word == text).then_some(alasan))
            })?,
            sekolah: School {
                npsn: row.get(8)?,
                nama: row.get(9)?,
                kelas: row.get(10)?,
            },
            kecamatan: row.get(11)?,
            desa: row.get(12)?,
            kode_wilayah: row.get(13)?,
            drop: row.get(14)?,
            row: row.get(15)?,
            attempt: row.get(16)?,
            replaces: row.get::<_, Option<i64>>(17)?.map(card_id),
            accepted_at: time(row, 18)?,
            moved_at: time(row, 19)?,
            printed_at: optional_time(row, 20)?,
            erased_at: optional_time(row, 21)?,
        })
    }
}

/// What the personal table holds of a card. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub record: Record,
    /// The SHA-256 of the prepared JPEG.
    pub photo: Option<String>,
    /// The opaque text of its QR.
    pub token: Option<String>,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// A card that waits for a lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedCard {
    pub card: CardId,
    /// All it is made from.
    pub person: Person,
}

/// Cards of one kind that wait for a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Waiting {
    pub kind: Kind,
    /// How many; never 0.
    pub cards: u64,
    /// When the newest of them came into the queue.
    pub newest: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lot {
    pub lot: LotId,
    /// The kind of its cards.
    pub kind: Kind,
    /// The layout it was rendered with.
    pub layout: String,
    pub mode: String,
    /// How many cards it holds.
    pub cards: u32,
    /// Its file name in the folder of lots.
    pub pdf: String,
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was made.
    pub at: Timestamp,
}

impl Lot {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            lot: lot_id(row.get(0)?),
            kind: word(row, 1, Kind::from_name)?,
            layout: row.get(2)?,
            mode: row.get(3)?,
            cards: row.get(4)?,
            pdf: row.get(5)?,
            sha256: row.get(6)?,
            bytes: row.get::<_, i64>(7)?.cast_unsigned(),
            at: time(row, 8)?,
        })
    }
}

/// One card of a PDF, and where it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotCard {
    /// Its place in the PDF, from 1.
    pub position: u32,
    /// The card. Its own `lot` differs from this one when it was taken out and rendered anew.
    pub card: Card,
    /// Its record, unless erased.
    pub record: Option<Record>,
}

/// One line of the log of printed cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedCard {
    /// The card; its `printed_at` is set.
    pub card: Card,
    /// Its record, unless erased.
    pub record: Option<Record>,
    /// The pack that it lies in.
    pub pack: Option<PackId>,
}

/// Which printed cards to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrintedFilter {
    /// A school's national number or its name, in any case.
    pub school: Option<String>,
    /// Printed at or after.
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// What waits where, and what needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// How many cards are in each state that has any.
    pub states: Vec<(State, u64)>,
    /// The lots with cards of which nobody said yet what came out.
    pub open_lots: Vec<OpenLot>,
    /// The lots whose every card was cancelled: nobody may print them any more.
    pub void_lots: Vec<VoidLot>,
    /// Cards that are void and still lie in the office.
    pub void_cards: Vec<VoidCard>,
    /// Cards that are held or unconfirmed.
    pub need_person: Vec<Card>,
}

/// A card that a newer one took the place of while it lay in the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VoidCard {
    pub card: CardId,
    /// The pack in whose envelope it lay.
    pub pack: Option<PackId>,
    /// Since when it is void.
    pub since: Timestamp,
}

/// A lot without any card that is still wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoidLot {
    pub lot: LotId,
    /// Its file name in the folder of lots.
    pub pdf: String,
    /// When the last of its cards was cancelled.
    pub since: Timestamp,
}

/// A lot that waits for confirmation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenLot {
    pub lot: Lot,
    /// How many of its cards wait.
    pub waiting: u64,
    /// Cards that are in the PDF and must not be handed out: cancelled, held, or rendered anew
    /// elsewhere. With their places.
    pub not_to_use: Vec<(u32, CardId)>,
}

/// A drop that was taken to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FinishedDrop {
    /// What became of it.
    #[serde(flatten)]
    pub outcome: DropOutcome,
    pub at: Timestamp,
}

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
    pub fn evidence(&self) -> Option<(Evidence, Option<&str>)> {
        match &self.event {
            Event::CardMoved(moved) => Some((moved.evidence, moved.reason.as_deref())),
            _ => None,
        }
    }
}

/// How the ledger writes a time: UTC, always with microseconds, so that texts compare as times.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// A lot's number from the database.
pub(super) fn lot_id(number: i64) -> LotId {
    LotId::new(number.cast_unsigned())
}

/// A word of a closed list.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    read(row.get_ref(column)?.as_str()?).ok_or_else(|| unreadable(column))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    word(row, column, |text| text.parse().ok())
}

/// A time that may be missing.
pub(super) fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get_ref(column)?
        .as_str_or_null()?
        .map(|text| text.parse().map_err(|_| unreadable(column)))
        .transpose()
}

/// Says which column holds no such value, and not what it holds.
fn unreadable(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        Type::Text,
        Box::new(FromSqlError::InvalidType),
    )
}
