//! Packs, the cards in them, and what waits for one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use rusqlite::{Row, params};
use serde::Serialize;

use super::project::destination_of_card;
use crate::domain::card::State;
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Carrier, Destination, Leaving, PackRefusal, PackState, Stage, Tally};
use crate::domain::reason::Reason;
use crate::domain::record::Record;
use crate::ledger::cards::view::{CARD_COLUMNS, CARD_WIDTH, Card, person};
use crate::ledger::columns::{
    card_id, count, number, optional_time, optional_word, pack_id, pack_number, time, word,
};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pack {
    pub pack: PackId,
    /// The opaque text that its QR code shows.
    pub code: String,
    #[serde(flatten)]
    pub destination: Destination,
    pub state: PackState,
    /// How many cards are where.
    #[serde(flatten)]
    pub tally: Tally,
    /// When it was opened.
    pub made_at: Timestamp,
    /// When it was sealed.
    pub closed_at: Option<Timestamp>,
    /// Who sealed it, and answers for cards that no scan proved.
    pub closed_by: Option<String>,
    pub carrier: Option<Carrier>,
    /// The number of the shipment.
    pub shipment: Option<String>,
    /// The day it left.
    pub sent_on: Option<Date>,
    /// The day of the last receipt.
    pub received_on: Option<Date>,
}

const PACKS: &str = "SELECT pack, code, npsn, sekolah, kecamatan, desa, stage, cards, outstanding,
    received, returned, made_at, events.at, actor, carrier, shipment, sent_on, received_on
    FROM packs LEFT JOIN events ON seq = closed_seq";

impl Pack {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let village = row.get::<_, Option<String>>(4)?.zip(row.get(5)?);
        let destination = match village {
            Some((kecamatan, desa)) => Destination::Village { kecamatan, desa },
            None => Destination::School {
                npsn: row.get(2)?,
                nama: row.get(3)?,
            },
        };
        let tally = Tally {
            cards: row.get(7)?,
            outstanding: row.get(8)?,
            received: row.get(9)?,
            returned: row.get(10)?,
        };
        Ok(Self {
            pack: pack_id(row.get(0)?),
            code: row.get(1)?,
            destination,
            state: PackState::of(word(row, 6, Stage::from_name)?, tally),
            tally,
            made_at: time(row, 11)?,
            closed_at: optional_time(row, 12)?,
            closed_by: row.get(13)?,
            carrier: optional_word(row, 14, Carrier::from_code)?,
            shipment: row.get(15)?,
            sent_on: optional_word(row, 16, |text| text.parse().ok())?,
            received_on: optional_word(row, 17, |text| text.parse().ok())?,
        })
    }
}

/// What became of a card in one pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackPlace {
    /// Whether it goes elsewhere than its record says.
    pub moved: bool,
    /// Whether it was sealed though no scan proved it.
    pub waived: bool,
    /// Whether it lies at the school and nobody has claimed it.
    pub unclaimed: bool,
    /// When it was put in.
    pub put_at: Timestamp,
    /// When it was entered that it arrived.
    pub received_at: Option<Timestamp>,
    /// How it left the pack; none while it lies in it.
    pub left: Option<Left>,
}

/// How a card left a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    pub how: Leaving,
    pub why: Option<Reason>,
    /// How far the pack had come.
    pub stage: Stage,
    pub at: Timestamp,
}

const PLACE: &str = "moved, waived, unclaimed, put_at, received_at, left_how, left_why, left_stage,
    left_at";

impl PackPlace {
    /// Reads the columns of `PLACE` from `column` on.
    fn read(row: &Row<'_>, column: usize) -> rusqlite::Result<Self> {
        let left = match optional_word(row, column + 5, Leaving::from_name)? {
            None => None,
            Some(how) => Some(Left {
                how,
                why: optional_word(row, column + 6, Reason::from_code)?,
                stage: word(row, column + 7, Stage::from_name)?,
                at: time(row, column + 8)?,
            }),
        };
        Ok(Self {
            moved: row.get(column)?,
            waived: row.get(column + 1)?,
            unclaimed: row.get(column + 2)?,
            put_at: time(row, column + 3)?,
            received_at: optional_time(row, column + 4)?,
            left,
        })
    }

    /// Whether it belongs on the pack's papers: it lies in the pack, or left the office with it.
    pub fn is_on_papers(&self) -> bool {
        let left = self.left.as_ref();
        left.is_none_or(|left| left.stage == Stage::Sent)
    }
}

/// A card of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackCard {
    pub card: Card,
    /// Its record, unless erased.
    pub record: Option<Record>,
    /// What became of it in this pack.
    pub place: PackPlace,
}

/// The scan of a signed paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackFile {
    /// Its name in the pack's folder.
    pub name: String,
    pub sha256: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was attached.
    pub at: Timestamp,
}

/// Which packs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackFilter {
    pub state: Option<PackState>,
    /// For this school or village: its number or name, in any case.
    pub school: Option<String>,
}

/// Cards in the office that are in no pack, of one school or village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnHand {
    #[serde(flatten)]
    pub destination: Destination,
    pub verified: u64,
    /// Those that came back.
    pub returned: u64,
}

const IN_NO_PACK: &str = "NOT EXISTS (SELECT 1 FROM pack_cards
    WHERE pack_cards.card = cards.card AND left_how IS NULL)";

impl Reader {
    /// The packs in the order of their numbers.
    pub fn packs(&self, filter: &PackFilter) -> Result<Vec<Pack>> {
        let mut packs = self.all(&format!("{PACKS} ORDER BY pack"), [], Pack::read)?;
        packs.retain(|pack| {
            let school = filter.school.as_deref();
            filter.state.is_none_or(|state| state == pack.state)
                && school.is_none_or(|school| pack.destination.is(school))
        });
        Ok(packs)
    }

    /// One pack and every card that ever lay in it, by class and name.
    pub fn pack(&self, pack: PackId) -> Result<Option<(Pack, Vec<PackCard>)>> {
        self.snapshot(|_| {
            let id = pack_number(pack);
            let found = self.one(&format!("{PACKS} WHERE pack = ?"), [id], Pack::read)?;
            let Some(found) = found else {
                return Ok(None);
            };
            let mut query = self.db.prepare_cached(&format!(
                "SELECT {CARD_COLUMNS}, record, photo, token, {PLACE}
                 FROM pack_cards JOIN cards USING (card) JOIN persons USING (card)
                 WHERE pack = ? ORDER BY class_key, name_key, cards.card"
            ))?;
            let mut rows = query.query([id])?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                let card = Card::read(row)?;
                cards.push(PackCard {
                    record: person(row, CARD_WIDTH, card.card)?.map(|person| person.record),
                    place: PackPlace::read(row, CARD_WIDTH + 3)?,
                    card,
                });
            }
            Ok(Some((found, cards)))
        })
    }

    /// The pack whose QR code shows this.
    pub fn pack_by_code(&self, code: &str) -> Result<Option<PackId>> {
        self.one("SELECT pack FROM packs WHERE code = ?", [code], |row| {
            row.get(0).map(pack_id)
        })
    }

    /// Every pack that a card ever lay in, the oldest first.
    pub fn packs_of(&self, card: CardId) -> Result<Vec<(PackId, PackPlace)>> {
        self.all(
            &format!("SELECT pack, {PLACE} FROM pack_cards WHERE card = ? ORDER BY pack"),
            [number(card)],
            |row| Ok((pack_id(row.get(0)?), PackPlace::read(row, 1)?)),
        )
    }

    /// The scans of signed papers of a pack, by their names.
    pub fn pack_files(&self, pack: PackId) -> Result<Vec<PackFile>> {
        self.all(
            "SELECT name, sha256, bytes, at FROM pack_files WHERE pack = ? ORDER BY at, sha256",
            [pack_number(pack)],
            |row| {
                Ok(PackFile {
                    name: row.get(0)?,
                    sha256: row.get(1)?,
                    bytes: row.get::<_, i64>(2)?.cast_unsigned(),
                    at: time(row, 3)?,
                })
            },
        )
    }

    /// Whether a file of this digest may be attached to a pack.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::StillOpen`], [`PackRefusal::Attached`].
    pub fn can_attach(&self, pack: PackId, sha256: &str) -> Result<()> {
        let files = self.pack_files(pack)?;
        let refusal = match self.pack_stage(pack)? {
            None => PackRefusal::NoPack(pack),
            Some(Stage::Open) => PackRefusal::StillOpen(pack),
            Some(_) if files.iter().any(|file| file.sha256 == sha256) => {
                PackRefusal::Attached(pack)
            }
            Some(_) => return Ok(()),
        };
        Err(refusal.into())
    }

    /// Verified and returned cards that are in no pack, by school and village.
    pub fn on_hand(&self) -> Result<Vec<OnHand>> {
        // All of them are counted from an index of their own, and those that lie in a pack, which
        // an open one alone can hold, are taken off: few, so that a full office costs no more.
        let rows = self.all(
            "SELECT npsn, sekolah, kecamatan, desa, state, sum(cards) FROM (
                 SELECT npsn, sekolah, kecamatan, desa, state, count(*) AS cards
                 FROM cards INDEXED BY cards_on_hand WHERE state IN ('verified', 'returned')
                 GROUP BY npsn, sekolah, kecamatan, desa, state
                 UNION ALL
                 SELECT cards.npsn, cards.sekolah, cards.kecamatan, cards.desa, state, -1
                 FROM packs CROSS JOIN pack_cards USING (pack) CROSS JOIN cards USING (card)
                 WHERE stage = 'open' AND left_how IS NULL AND state IN ('verified', 'returned'))
             GROUP BY npsn, sekolah, kecamatan, desa, state HAVING sum(cards) > 0",
            [],
            |row| {
                let state = word(row, 4, State::from_name)?;
                Ok((destination_of_card(row, 0)?, state, count(row, 5)?))
            },
        )?;
        let mut schools = BTreeMap::<String, OnHand>::new();
        for (destination, state, cards) in rows {
            let school = schools.entry(destination.key()).or_insert(OnHand {
                destination,
                verified: 0,
                returned: 0,
            });
            match state {
                State::Returned => school.returned += cards,
                _ => school.verified += cards,
            }
        }
        let mut schools: Vec<OnHand> = schools.into_values().collect();
        schools.sort_by_key(|school| school.destination.name());
        Ok(schools)
    }

    /// The verified cards that are in no pack, by the school or village they go to; of one alone
    /// when its number or name is given.
    pub fn to_pack(&self, school: Option<&str>) -> Result<Vec<(Destination, Vec<CardId>)>> {
        let rows = self.all(
            &format!(
                "SELECT npsn, sekolah, kecamatan, desa, card FROM cards
                 WHERE state = 'verified' AND {IN_NO_PACK} ORDER BY card"
            ),
            [],
            |row| Ok((destination_of_card(row, 0)?, card_id(row.get(4)?))),
        )?;
        let mut schools = BTreeMap::<String, (Destination, Vec<CardId>)>::new();
        for (destination, card) in rows {
            if school.is_none_or(|school| destination.is(school)) {
                let entry = schools.entry(destination.key());
                entry.or_insert((destination, Vec::new())).1.push(card);
            }
        }
        Ok(schools.into_values().collect())
    }

    /// The cards that came back from a pack and still lie in the office, in no pack.
    pub fn returned_from(&self, pack: PackId) -> Result<Vec<CardId>> {
        self.all(
            &format!(
                "SELECT card FROM pack_cards AS old JOIN cards USING (card)
                 WHERE pack = ? AND left_how = 'returned' AND state = 'returned' AND {IN_NO_PACK}
                 ORDER BY card"
            ),
            [pack_number(pack)],
            |row| row.get(0).map(card_id),
        )
    }

    /// The school or village of this number or name, as a card or a pack names it.
    ///
    /// # Errors
    /// [`PackRefusal::NoDestination`] when there is none or more than one.
    pub fn destination(&self, asked: &str) -> Result<Destination> {
        let found = self.all(
            "SELECT DISTINCT npsn, sekolah, kecamatan, desa FROM cards
             WHERE npsn = ?1 OR upper(sekolah) = upper(?1)
                 OR (npsn IS NULL AND sekolah IS NULL AND upper(desa) = upper(?1))",
            [asked.trim()],
            |row| destination_of_card(row, 0),
        )?;
        let by_key: BTreeMap<String, Destination> = found
            .into_iter()
            .map(|destination| (destination.key(), destination))
            .collect();
        let mut only = by_key.into_values();
        match (only.next(), only.next()) {
            (Some(destination), None) => Ok(destination),
            _ => Err(PackRefusal::NoDestination(asked.to_owned()).into()),
        }
    }

    /// The packs that were sent more than so many days before `today` and of which a card is
    /// still outstanding, the oldest first.
    pub fn overdue_packs(&self, today: Date, days: u32) -> Result<Vec<Pack>> {
        let last = today.saturating_sub(Span::new().days(i64::from(days)));
        self.all(
            &format!("{PACKS} WHERE outstanding > 0 AND sent_on < ? ORDER BY sent_on, pack"),
            [last.to_string()],
            Pack::read,
        )
    }

    /// How far a pack came.
    pub(in crate::ledger) fn pack_stage(&self, pack: PackId) -> Result<Option<Stage>> {
        self.one(
            "SELECT stage FROM packs WHERE pack = ?",
            [pack_number(pack)],
            |row| word(row, 0, Stage::from_name),
        )
    }

    /// What tells the school or village of a pack from others.
    pub(in crate::ledger) fn pack_destination(&self, pack: PackId) -> Result<Option<String>> {
        self.one(
            "SELECT destination FROM packs WHERE pack = ?",
            [pack_number(pack)],
            |row| row.get(0),
        )
    }

    /// The open pack for a school or village.
    pub(in crate::ledger) fn open_pack(&self, to: &Destination) -> Result<Option<PackId>> {
        self.one(
            "SELECT pack FROM packs WHERE destination = ? AND stage = 'open'",
            params![to.key()],
            |row| row.get(0).map(pack_id),
        )
    }

    /// The cards of a pack that lie at the school unclaimed.
    pub(in crate::ledger) fn unclaimed(&self, pack: PackId) -> Result<Vec<CardId>> {
        self.all(
            "SELECT card FROM pack_cards WHERE pack = ? AND unclaimed = 1 AND left_how IS NULL",
            [pack_number(pack)],
            |row| row.get(0).map(card_id),
        )
    }
}
