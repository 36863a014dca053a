//! What the ledger tells of cards.

use jiff::Timestamp;
use rusqlite::Row;
use serde::Serialize;

use crate::domain::card::{Kind, State};
use crate::domain::ids::{CardId, LotId, PackId};
use crate::domain::reason::Reason;
use crate::domain::record::{Alasan, Record, School};
use crate::ledger::columns::{card_id, lot_id, optional_time, optional_word, time, word};
use crate::ledger::error::{Error, Result};

/// Where a card stands, without any personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    pub card: CardId,
    pub state: State,
    /// Why it came there.
    pub reason: Option<Reason>,
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
pub(in crate::ledger) const CARD_COLUMNS: &str = "cards.card, cards.state, cards.reason, cards.kind, \
     cards.lot, cards.position, cards.revisi, cards.alasan, cards.npsn, cards.sekolah, \
     cards.kelas, cards.kecamatan, cards.desa, cards.kode_wilayah, cards.drop_id, cards.row, \
     cards.attempt, cards.replaces, cards.accepted_at, cards.moved_at, cards.printed_at, \
     cards.erased_at";

/// How many columns those are.
pub(in crate::ledger) const CARD_WIDTH: usize = 22;

impl Card {
    pub(in crate::ledger) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            card: card_id(row.get(0)?),
            state: word(row, 1, State::from_name)?,
            reason: optional_word(row, 2, Reason::from_code)?,
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

/// A card that a newer one took the place of while it lay in the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct VoidCard {
    pub card: CardId,
    /// The pack in whose envelope it lay.
    pub pack: Option<PackId>,
    /// Since when it is void.
    pub since: Timestamp,
}

/// Reads `record, photo, token` from `column` on; `None` when they were erased.
pub(in crate::ledger) fn person(
    row: &Row<'_>,
    column: usize,
    card: CardId,
) -> Result<Option<Person>> {
    let Some(json) = row
        .get_ref(column)?
        .as_str_or_null()
        .map_err(|_| Error::Person(card))?
    else {
        return Ok(None);
    };
    // What serde says of a bad record would show its data.
    let record: Record = serde_json::from_str(json).map_err(|_| Error::Person(card))?;
    Ok(Some(Person {
        record,
        photo: row.get(column + 1)?,
        token: row.get(column + 2)?,
    }))
}
