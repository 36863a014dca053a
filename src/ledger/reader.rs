//! Reading: what the ledger knows, from the projections and the log.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::error::{Error, Result};
use super::event::{DropOutcome, Event};
use super::key::StationKey;
use super::project::{card_id, live_card, lot_number, next_lot, number};
use super::view::{
    CARD_COLUMNS, CARD_WIDTH, Card, Entry, FinishedDrop, Lot, LotCard, OpenLot, Person,
    PrintedCard, PrintedFilter, QueuedCard, Standing, Status, Waiting, lot_id, stamp, time, word,
};
use crate::domain::card::{Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::Nik;
use crate::domain::record::Record;

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
            let states = self.all(
                "SELECT state, count(*) FROM cards GROUP BY state",
                [],
                |row| Ok((word(row, 0, State::from_name)?, count(row, 1)?)),
            )?;
            let open = self.all(
                "SELECT lot, count(*) FROM cards
                 WHERE state IN ('rendered', 'submitting', 'sent', 'unconfirmed')
                 GROUP BY lot ORDER BY lot",
                [],
                |row| Ok((lot_id(row.get(0)?), count(row, 1)?)),
            )?;
            let open_lots = open
                .into_iter()
                .map(|(lot, waiting)| self.open_lot(lot, waiting))
                .collect::<Result<_>>()?;
            Ok(Status {
                states,
                open_lots,
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
                 WHERE place.lot = ? AND (state = 'cancelled' OR cards.lot IS NOT place.lot)
                 ORDER BY place.position",
                [lot_number(lot)],
                |row| Ok((row.get(0)?, card_id(row.get(1)?))),
            )?,
        })
    }

    /// One card.
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

    /// The card whose QR shows this token.
    pub fn card_by_token(&self, token: &str) -> Result<Option<CardId>> {
        self.one("SELECT card FROM persons WHERE token = ?", [token], |row| {
            row.get(0).map(card_id)
        })
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
            "SELECT state, revisi, content_hash = ?, request_hash IS NOT NULL AND request_hash = ?
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
                    same_id: row.get::<_, Option<bool>>(3)? == Some(true),
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
            "SELECT drop_id, name, received, accepted, rejected, unchanged, problems, at
             FROM drops WHERE drop_id = ?",
            [drop],
            |row| {
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
            },
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
            let seq = row.get::<_, i64>(0)?.cast_unsigned();
            entries.push(Entry {
                seq,
                at: time(row, 1)?,
                actor: row.get(2)?,
                event: Event::from_canonical(row.get_ref(3)?.as_str().unwrap_or_default())
                    .ok_or(Error::Event(seq))?,
            });
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
                line(PrintedCard { card, record })?;
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

const QUEUE_HEAD: &str = "SELECT card, record, photo, token FROM queue JOIN persons USING (card)
    WHERE kind = ? ORDER BY queue.school_key, queue.class_key, queue.name_key, card LIMIT ?";

/// Walks the order of handover by its index, so that nothing is sorted or held.
fn printed_in_order() -> String {
    format!(
        "SELECT {CARD_COLUMNS}, record, photo, token
         FROM persons INDEXED BY persons_in_order CROSS JOIN cards USING (card)
         WHERE printed_at NOTNULL AND printed_at >= coalesce(?1, '')
           AND (?2 IS NULL OR printed_at < ?2)
         ORDER BY school_key, class_key, name_key, persons.card"
    )
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
mod tests {
    use super::super::testing::{Station, child, new_card, nik};
    use super::super::{Ledger, NewCard};
    use super::*;
    use crate::domain::card::Evidence;
    use crate::domain::record::{Alasan, School};

    /// The child with this serial, in this school and class.
    fn pupil(serial: u32, school: &str, class: &str, name: &str) -> Record {
        let mut record = child(serial);
        record.nama = name.to_owned();
        record.sekolah = (!school.is_empty()).then(|| School {
            npsn: None,
            nama: Some(school.to_owned()),
            kelas: Some(class.to_owned()),
        });
        record
    }

    /// In the order in which they must be handed over.
    fn pupils() -> [Record; 7] {
        [
            pupil(5, "SDN 2 CURUP", "1A", "BUDI"),
            pupil(3, "SDN 2 CURUP", "2A", "ANI"),
            pupil(7, "SDN 2 CURUP", "2A", "BUDI"),
            pupil(1, "SDN 2 CURUP", "10B", "ANI"),
            pupil(6, "SDN 10 CURUP", "1A", "ANI"),
            pupil(2, "SMPN 1 CURUP", "7", "ANI"),
            pupil(4, "", "", "ANI"),
        ]
    }

    fn station_with_pupils() -> Station {
        let mut station = Station::new();
        let mut records = pupils();
        records.sort_by(|a, b| a.nik.cmp(&b.nik));
        station
            .write(|tx| {
                for record in &records {
                    tx.accept(new_card(record))?;
                }
                Ok(())
            })
            .unwrap();
        station
    }

    #[test]
    fn the_queue_goes_by_school_class_and_name_as_people_count() {
        let mut station = station_with_pupils();
        let expected = pupils();
        let queue = station.ledger.queue_head(Kind::From5, 100).unwrap();
        let niks: Vec<_> = queue.iter().map(|card| &card.person.record.nik).collect();
        assert_eq!(niks, expected.iter().map(|r| &r.nik).collect::<Vec<_>>());
        assert_eq!(
            station.ledger.queue_head(Kind::From5, 2).unwrap(),
            queue[..2]
        );
        assert!(
            station
                .ledger
                .queue_head(Kind::Under5, 9)
                .unwrap()
                .is_empty()
        );
        // A held card leaves its place and comes back to it.
        station.step(queue[2].card, State::Held).unwrap();
        assert_eq!(station.ledger.waiting().unwrap()[0].cards, 6);
        station.step(queue[2].card, State::Accepted).unwrap();
        assert_eq!(station.ledger.queue_head(Kind::From5, 100).unwrap(), queue);
    }

    #[test]
    fn the_queue_and_the_log_are_read_without_sorting() {
        let station = station_with_pupils();
        for sql in [QUEUE_HEAD, &printed_in_order()] {
            let mut query = station
                .ledger
                .db
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let unbound = rusqlite::params_from_iter(vec![0; query.parameter_count()]);
            let plan = query
                .query_map(unbound, |row| row.get::<_, String>(3))
                .unwrap();
            for step in plan {
                let step = step.unwrap();
                assert!(!step.contains("TEMP B-TREE"), "{step}");
            }
        }
    }

    #[test]
    fn the_log_lists_printed_cards_in_the_order_of_handover() {
        let mut station = station_with_pupils();
        let queue = station.ledger.queue_head(Kind::From5, 100).unwrap();
        let cards: Vec<_> = queue.iter().rev().map(|queued| queued.card).collect();
        station.render(&cards);
        for &card in &cards[1..] {
            station.step(card, State::Printed).unwrap();
        }
        let log = |filter: &PrintedFilter| {
            let mut names = Vec::new();
            station
                .ledger
                .printed_log(filter, |line| {
                    names.push(line.record.unwrap().nik);
                    Ok::<_, Error>(())
                })
                .unwrap();
            names
        };
        let all: Vec<_> = pupils().map(|record| record.nik).into();
        assert_eq!(log(&PrintedFilter::default()), all[..6]);
        let school = Some("sdn 10 curup".to_owned());
        let one_school = PrintedFilter {
            school,
            ..Default::default()
        };
        assert_eq!(log(&one_school), all[4..5]);
        let printed = Some(super::super::testing::now());
        let since = PrintedFilter {
            since: printed,
            ..Default::default()
        };
        let until = PrintedFilter {
            until: printed,
            ..Default::default()
        };
        assert_eq!((log(&since).len(), log(&until).len()), (6, 0));
    }

    #[test]
    fn a_second_record_is_compared_with_the_live_card() {
        let mut station = Station::new();
        let card = station.accept(1..=1)[0];
        let same = child(1);
        let mut newer = child(1);
        newer.id = Some("SIAK-2026-999999".into());
        newer.alasan = Alasan::Rusak;
        let standing = |record: &Record| {
            station
                .ledger
                .live_card(&record.nik, &record.content(None), record.id.as_deref())
                .unwrap()
        };
        let expected = Standing {
            card,
            state: State::Accepted,
            revisi: 1,
            same_content: true,
            same_id: true,
        };
        assert_eq!(standing(&same), Some(expected));
        let expected = Standing {
            same_content: false,
            same_id: false,
            ..expected
        };
        assert_eq!(standing(&newer), Some(expected));
        newer.id = None;
        assert_eq!(standing(&newer), Some(expected));
        assert_eq!(standing(&child(2)), None);
    }

    #[test]
    fn the_same_picture_of_another_child_is_known_until_that_card_is_cancelled() {
        let mut station = Station::new();
        let photo = "b".repeat(64);
        let record = child(1);
        let new = NewCard {
            photo: Some(&photo),
            ..new_card(&record)
        };
        let card = station.write(|tx| tx.accept(new)).unwrap();
        let owner =
            |station: &Station, serial| station.ledger.photo_owner(&photo, &nik(serial)).unwrap();
        assert_eq!(owner(&station, 2), Some(card));
        assert_eq!(owner(&station, 1), None);
        station.step(card, State::Cancelled).unwrap();
        assert_eq!(owner(&station, 2), None);
    }

    #[test]
    fn what_a_person_allowed_holds_for_that_child_and_rule_only() {
        let mut station = Station::new();
        station
            .write(|tx| tx.allow("photo-shared", &nik(1), "kembar"))
            .unwrap();
        let allowed = |rule, serial| station.ledger.is_allowed(rule, &nik(serial)).unwrap();
        assert!(allowed("photo-shared", 1));
        assert!(!allowed("photo-shared", 2) && !allowed("too-old", 1));
    }

    #[test]
    fn the_status_tells_what_waits_and_which_cards_of_a_pdf_are_no_good() {
        let mut station = Station::new();
        let cards = station.accept(1..=5);
        let lot = station.render(&cards[..4]);
        station.step(cards[0], State::Printed).unwrap();
        station.step(cards[1], State::Cancelled).unwrap();
        station
            .write(|tx| {
                tx.move_card(cards[2], State::Held, Evidence::Station, Some("too-old"))?;
                tx.move_card(cards[2], State::Accepted, Evidence::Operator, None)
            })
            .unwrap();
        station
            .write(|tx| tx.move_card(cards[4], State::Held, Evidence::Station, Some("too-old")))
            .unwrap();
        let status = station.ledger.status().unwrap();
        let [open] = &status.open_lots[..] else {
            panic!("{:?}", status.open_lots);
        };
        assert_eq!((open.lot.lot, open.waiting), (lot, 1));
        assert_eq!(open.not_to_use, [(2, cards[1]), (3, cards[2])]);
        let [held] = &status.need_person[..] else {
            panic!("{:?}", status.need_person);
        };
        assert_eq!(
            (held.card, held.reason.as_deref()),
            (cards[4], Some("too-old"))
        );
        let live: u64 = status.states.iter().map(|(_, cards)| cards).sum();
        assert_eq!(live, 5);
        let (found, in_lot) = station.ledger.lot(lot).unwrap().unwrap();
        assert_eq!(
            (found.cards, station.ledger.lots().unwrap()),
            (4, vec![found])
        );
        let places: Vec<_> = in_lot.iter().map(|c| (c.position, c.card.card)).collect();
        assert_eq!(
            places,
            (1..).zip(cards[..4].iter().copied()).collect::<Vec<_>>()
        );
        assert_eq!(in_lot[2].card.lot, None);
    }

    #[test]
    fn a_reader_sees_what_was_written_and_writes_nothing() {
        let mut station = Station::new();
        let reader = Ledger::open_read_only(station.path()).unwrap();
        let card = station.accept(1..=1)[0];
        assert_eq!(reader.state(card).unwrap(), Some(State::Accepted));
        assert!(reader.db.execute("DELETE FROM queue", []).is_err());
        let seen = reader.snapshot(|reader| {
            let before = reader.waiting()?;
            station.accept(2..=2);
            Ok::<_, Error>(before == reader.waiting()?)
        });
        assert!(seen.unwrap());
        assert_eq!(reader.waiting().unwrap()[0].cards, 2);
    }
}
