//! Reading: what the ledger knows, from the projections and the log.

mod accounts;
mod batches;
mod cards;
mod packs;
mod printing;
mod privacy;
mod reports;
mod scanning;
mod search;
mod senders;
mod stock;
mod trail;
mod trust;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::{Error, Result};
use super::event::DropOutcome;
use super::key::StationKey;
use super::project::{card_id, live_card, lot_number, next_lot, number, pack_id};
use super::view::{
    CARD_COLUMNS, CARD_WIDTH, Card, Entry, FinishedDrop, Lot, LotCard, OpenLot, Person,
    PrintedCard, PrintedFilter, QueuedCard, Status, VoidLot, Waiting, lot_id, stamp, time, word,
};
use crate::domain::card::{Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::Nik;
use crate::domain::record::Record;
use crate::domain::rules::Standing;

pub use accounts::{Account, Session};
pub use packs::{Left, OnHand, Pack, PackCard, PackFile, PackFilter, PackPlace};
pub use printing::{Job, PrinterState, ToPrint};
pub use reports::{BlanksLeft, CameOut, Ending, EndingCard, RegisterLine};
pub use search::{Found, PAGE};
pub use senders::{Sender, Submission};
pub use stock::{Closed, DestroyedCard, Destruction, Ribbons, StockDay};
pub use trail::TrailFilter;
pub use trust::KeptCheckpoint;

/// Reads the ledger. [`Ledger`](super::Ledger) and [`Tx`](super::Tx) read through it too.
pub struct Reader {
    pub(super) db: Connection,
    pub(super) key: StationKey,
}

impl Reader {
    /// Runs several reads on one state of the ledger, whatever others write meanwhile.
    pub fn snapshot<T, E: From<Error>>(
        &self,
        reads: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // A transaction is a snapshot already.
        let _snapshot = if self.db.is_autocommit() {
            Some(self.db.unchecked_transaction().map_err(Error::from)?)
        } else {
            None
        };
        reads(self)
    }

    /// The first `limit` cards of a kind that wait for a lot, by school, class and name.
    pub fn queue_head(&self, kind: Kind, limit: u32) -> Result<Vec<QueuedCard>> {
        let mut query = self.db.prepare_cached(QUEUE_HEAD)?;
        let mut rows = query.query(params![kind.name(), limit])?;
        let mut cards = Vec::new();
        while let Some(row) = rows.next()? {
            let card = card_id(row.get(0)?);
            let person = person(row, 1, card)?.ok_or(Error::Erased(card))?;
            cards.push(QueuedCard { card, person });
        }
        Ok(cards)
    }

    /// Whether a card still waits, in a PDF or for one, with the very data that were read of it.
    pub fn is_as_read(&self, card: &QueuedCard) -> Result<bool> {
        let waits = matches!(
            self.state(card.card)?,
            Some(State::Accepted | State::Rendered)
        );
        Ok(waits && self.person(card.card)?.as_ref() == Some(&card.person))
    }

    /// How many cards wait for a lot, by kind; kinds without any are left out.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        self.all(
            "SELECT kind, count(*), max(moved_at) FROM cards WHERE state = 'accepted'
             GROUP BY kind ORDER BY kind",
            [],
            |row| {
                Ok(Waiting {
                    kind: word(row, 0, Kind::from_name)?,
                    cards: count(row, 1)?,
                    newest: time(row, 2)?,
                })
            },
        )
    }

    /// The number that the next lot must have.
    pub fn next_lot(&self) -> Result<LotId> {
        next_lot(&self.db)
    }

    /// Every lot in the order of their making.
    pub fn lots(&self) -> Result<Vec<Lot>> {
        self.all("SELECT * FROM lots ORDER BY lot", [], Lot::read)
    }

    /// One lot and its cards in the order of its pages.
    pub fn lot(&self, lot: LotId) -> Result<Option<(Lot, Vec<LotCard>)>> {
        self.snapshot(|_| {
            let Some(found) = self.one(
                "SELECT * FROM lots WHERE lot = ?",
                [lot_number(lot)],
                Lot::read,
            )?
            else {
                return Ok(None);
            };
            let mut query = self.db.prepare_cached(&format!(
                "SELECT {CARD_COLUMNS}, record, photo, token, place.position
                 FROM lot_cards AS place JOIN cards USING (card) JOIN persons USING (card)
                 WHERE place.lot = ? ORDER BY place.position"
            ))?;
            let mut rows = query.query([lot_number(lot)])?;
            let mut cards = Vec::new();
            while let Some(row) = rows.next()? {
                let card = Card::read(row)?;
                cards.push(LotCard {
                    position: row.get(CARD_WIDTH + 3)?,
                    record: person(row, CARD_WIDTH, card.card)?.map(|person| person.record),
                    card,
                });
            }
            Ok(Some((found, cards)))
        })
    }

    /// What waits where, and what needs a person.
    pub fn status(&self) -> Result<Status> {
        self.snapshot(|_| {
            let open = self.all(
                "SELECT lot, count(*) FROM cards
                 WHERE state IN ('rendered', 'submitting', 'sent', 'unconfirmed') AND lot NOTNULL
                 GROUP BY lot ORDER BY lot",
                [],
                |row| Ok((lot_id(row.get(0)?), count(row, 1)?)),
            )?;
            let open_lots = open
                .into_iter()
                .map(|(lot, waiting)| self.open_lot(lot, waiting))
                .collect::<Result<_>>()?;
            Ok(Status {
                states: self.states()?,
                open_lots,
                void_lots: self.all(VOID_LOTS, [], |row| {
                    Ok(VoidLot {
                        lot: lot_id(row.get(0)?),
                        pdf: row.get(1)?,
                        since: time(row, 2)?,
                    })
                })?,
                void_cards: self.void_cards()?,
                need_person: self.all(
                    &format!(
                        "SELECT {CARD_COLUMNS} FROM cards WHERE state IN ('held', 'unconfirmed')
                         ORDER BY moved_at, card"
                    ),
                    [],
                    Card::read,
                )?,
            })
        })
    }

    fn open_lot(&self, lot: LotId, waiting: u64) -> Result<OpenLot> {
        Ok(OpenLot {
            // The foreign key of `cards.lot` proves that the lot is there.
            lot: self
                .one(
                    "SELECT * FROM lots WHERE lot = ?",
                    [lot_number(lot)],
                    Lot::read,
                )?
                .ok_or(rusqlite::Error::QueryReturnedNoRows)?,
            waiting,
            not_to_use: self.all(
                "SELECT place.position, card FROM lot_cards AS place JOIN cards USING (card)
                 WHERE place.lot = ? AND (state IN ('cancelled', 'held') OR cards.lot IS NOT place.lot)
                 ORDER BY place.position",
                [lot_number(lot)],
                |row| Ok((row.get(0)?, card_id(row.get(1)?))),
            )?,
        })
    }

    pub fn card(&self, card: CardId) -> Result<Option<Card>> {
        self.one(
            &format!("SELECT {CARD_COLUMNS} FROM cards WHERE card = ?"),
            [number(card)],
            Card::read,
        )
    }

    /// The state of one card.
    pub fn state(&self, card: CardId) -> Result<Option<State>> {
        self.one(
            "SELECT state FROM cards WHERE card = ?",
            [number(card)],
            |row| word(row, 0, State::from_name),
        )
    }

    /// The personal data of a card; `None` when it was erased or there is no such card.
    pub fn person(&self, card: CardId) -> Result<Option<Person>> {
        let mut query = self
            .db
            .prepare_cached("SELECT record, photo, token FROM persons WHERE card = ?")?;
        let mut rows = query.query([number(card)])?;
        match rows.next()? {
            Some(row) => person(row, 0, card),
            None => Ok(None),
        }
    }

    /// Every card of a child, the oldest first.
    pub fn cards_of(&self, nik: &Nik) -> Result<Vec<Card>> {
        self.all(
            &format!("SELECT {CARD_COLUMNS} FROM cards WHERE nik_hash = ? ORDER BY card"),
            [self.key.nik(nik)],
            Card::read,
        )
    }

    /// The card that was made of this row of a drop, made again or not. With it, a drop that a
    /// crash cut short is taken up where it stopped.
    pub fn card_of_row(&self, drop: &str, row: u32) -> Result<Option<CardId>> {
        self.one(
            "SELECT max(card) FROM cards WHERE drop_id = ? AND row = ? HAVING max(card) NOTNULL",
            params![drop, row],
            |row| row.get(0).map(card_id),
        )
    }

    /// The child's live card, compared with a record that comes now. `content` is
    /// [`Record::content`] with the prepared photo, `id` the sender's.
    pub fn live_card(
        &self,
        nik: &Nik,
        content: &[u8],
        id: Option<&str>,
    ) -> Result<Option<Standing>> {
        let Some(card) = live_card(&self.db, &self.key.nik(nik))? else {
            return Ok(None);
        };
        self.one(
            "SELECT state, revisi, content_hash = ?, request_hash IS ?
             FROM cards WHERE card = ?",
            params![
                self.key.content(content),
                id.map(|id| self.key.request(id)),
                number(card)
            ],
            |row| {
                Ok(Standing {
                    card,
                    state: word(row, 0, State::from_name)?,
                    revisi: row.get(1)?,
                    same_content: row.get(2)?,
                    same_id: row.get(3)?,
                })
            },
        )
    }

    /// A card of another child with the same picture, cancelled ones aside. `photo` is the
    /// SHA-256 of the prepared JPEG.
    pub fn photo_owner(&self, photo: &str, not: &Nik) -> Result<Option<CardId>> {
        self.one(
            "SELECT card FROM cards
             WHERE photo_hash = ? AND nik_hash <> ? AND state <> 'cancelled'
             ORDER BY card LIMIT 1",
            [self.key.photo(photo), self.key.nik(not)],
            |row| row.get(0).map(card_id),
        )
    }

    /// Whether a person let this child's record pass a rule.
    pub fn is_allowed(&self, rule: &str, nik: &Nik) -> Result<bool> {
        self.one(
            "SELECT 1 FROM exceptions WHERE rule = ? AND nik_hash = ?",
            [rule, &self.key.nik(nik)],
            |_| Ok(()),
        )
        .map(|found| found.is_some())
    }

    /// A drop that was taken to its end.
    pub fn drop(&self, drop: &str) -> Result<Option<FinishedDrop>> {
        self.one(
            &format!("SELECT {DROP} FROM drops WHERE drop_id = ?"),
            [drop],
            finished_drop,
        )
    }

    /// Cards with a photo that are not printed yet: held ones, those that wait for a lot, and those
    /// in a PDF; `limit` of them from `offset` on.
    pub fn waiting_photos(&self, offset: u32, limit: u32) -> Result<Vec<(Card, Person)>> {
        let mut query = self.db.prepare_cached(&format!(
            "SELECT {CARD_COLUMNS}, record, photo, token FROM cards JOIN persons USING (card)
             WHERE state IN ('held', 'accepted', 'rendered') AND photo NOTNULL
                AND erased_at IS NULL
             ORDER BY state <> 'held', state, card LIMIT ? OFFSET ?"
        ))?;
        let mut rows = query.query([limit, offset])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let card = Card::read(row)?;
            if let Some(person) = person(row, CARD_WIDTH, card.card)? {
                found.push((card, person));
            }
        }
        Ok(found)
    }

    /// The drops that were finished last, the newest first.
    pub fn latest_drops(&self, limit: u32) -> Result<Vec<FinishedDrop>> {
        self.all(
            &format!("SELECT {DROP} FROM drops ORDER BY at DESC, drop_id LIMIT ?"),
            [limit],
            finished_drop,
        )
    }

    /// Whether a drop was taken to its end.
    pub fn is_drop_finished(&self, drop: &str) -> Result<bool> {
        self.one("SELECT 1 FROM drops WHERE drop_id = ?", [drop], |_| Ok(()))
            .map(|found| found.is_some())
    }

    /// Everything that happened to a card, the oldest first.
    pub fn history(&self, card: CardId) -> Result<Vec<Entry>> {
        let mut query = self.db.prepare_cached(
            "SELECT seq, at, actor, body FROM events WHERE card = ? ORDER BY seq",
        )?;
        let mut rows = query.query([card.to_string()])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(trust::entry(row)?);
        }
        Ok(entries)
    }

    /// Gives every printed card to `line` in the order of handover: school, class, name. Holds
    /// one card at a time.
    pub fn printed_log<E: From<Error>>(
        &self,
        filter: &PrintedFilter,
        mut line: impl FnMut(PrintedCard) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut query = self
            .db
            .prepare_cached(&printed_in_order())
            .map_err(Error::from)?;
        let mut rows = query
            .query([filter.since.map(stamp), filter.until.map(stamp)])
            .map_err(Error::from)?;
        let school = filter.school.as_deref().map(str::to_uppercase);
        while let Some(row) = rows.next().map_err(Error::from)? {
            let card = Card::read(row).map_err(Error::from)?;
            let asked = school.as_deref().is_none_or(|school| {
                let is = |text: &Option<String>| {
                    text.as_deref()
                        .is_some_and(|text| text.to_uppercase() == school)
                };
                is(&card.sekolah.npsn) || is(&card.sekolah.nama)
            });
            if asked {
                let record = person(row, CARD_WIDTH, card.card)?.map(|person| person.record);
                let pack: Option<i64> = row.get(CARD_WIDTH + 3).map_err(Error::from)?;
                let pack = pack.map(pack_id);
                line(PrintedCard { card, record, pack })?;
            }
        }
        Ok(())
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self
            .db
            .prepare_cached(sql)?
            .query_row(params, read)
            .optional()?)
    }

    fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// From the lots with a cancelled card, which are few, by their places.
const VOID_LOTS: &str = "WITH hit AS MATERIALIZED (
        SELECT DISTINCT lot FROM cards WHERE state = 'cancelled' AND +lot NOTNULL)
    SELECT hit.lot, pdf, max(moved_at) FROM hit CROSS JOIN lot_cards AS place USING (lot)
        CROSS JOIN cards ON cards.card = place.card AND cards.lot = hit.lot
        CROSS JOIN lots ON lots.lot = hit.lot
    GROUP BY hit.lot HAVING min(state = 'cancelled') ORDER BY hit.lot";

const QUEUE_HEAD: &str = "SELECT card, record, photo, token FROM queue JOIN persons USING (card)
    WHERE kind = ? ORDER BY queue.school_key, queue.class_key, queue.name_key, card LIMIT ?";

/// Walks the order of handover by its index, so that nothing is sorted or held.
fn printed_in_order() -> String {
    format!(
        "SELECT {CARD_COLUMNS}, record, photo, token, pack
         FROM persons INDEXED BY persons_in_order CROSS JOIN cards USING (card)
         LEFT JOIN pack_cards ON pack_cards.card = cards.card AND left_how IS NULL
         WHERE printed_at NOTNULL AND printed_at >= coalesce(?1, '')
           AND (?2 IS NULL OR printed_at < ?2)
         ORDER BY school_key, class_key, name_key, persons.card"
    )
}

const DROP: &str = "drop_id, name, received, accepted, rejected, unchanged, problems, at";

fn finished_drop(row: &Row<'_>) -> rusqlite::Result<FinishedDrop> {
    Ok(FinishedDrop {
        outcome: DropOutcome {
            drop: row.get(0)?,
            name: row.get(1)?,
            received: row.get(2)?,
            accepted: row.get(3)?,
            rejected: row.get(4)?,
            unchanged: row.get(5)?,
            problems: word(row, 6, |text| serde_json::from_str(text).ok())?,
        },
        at: time(row, 7)?,
    })
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// Reads `record, photo, token` from `column` on; `None` when they were erased.
fn person(row: &Row<'_>, column: usize, card: CardId) -> Result<Option<Person>> {
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

#[cfg(test)]
mod tests;
