//! Reading of cards and of what waits for a lot.

use rusqlite::params;
use serde::Serialize;

use super::project::live_card;
use super::view::{
    CARD_COLUMNS, CARD_WIDTH, Card, Person, PrintedCard, PrintedFilter, QueuedCard, VoidCard,
    Waiting, person,
};
use crate::domain::card::{Kind, State};
use crate::domain::ids::CardId;
use crate::domain::nik::Nik;
use crate::domain::rules::Standing;
use crate::ledger::columns::{card_id, count, lot_id, number, pack_id, stamp, time, word};
use crate::ledger::error::{Error, Result};
use crate::ledger::lots::read::{OpenLot, VOID_LOTS, VoidLot};
use crate::ledger::reader::Reader;

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

impl Reader {
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
    /// `Record::content` with the prepared photo, `id` the sender's.
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
}

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

#[cfg(test)]
mod tests;
