//! Counts for the reports, and the register.
//!
//! A report of a past day sees the cards as they stood at its end: a card that is void since
//! counted then. They are read off covering indexes; rows of cards are read only for the month in
//! which cards expire on some day that the index does not tell.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Row, params};
use serde::Serialize;

use crate::domain::card::Kind;
use crate::domain::coverage::{Group, Holders};
use crate::domain::period::Month;
use crate::domain::record::{Record, School};
use crate::ledger::cards::view::{CARD_COLUMNS, CARD_WIDTH, Card, person};
use crate::ledger::columns::{count, optional_time, stamp, time, word};
use crate::ledger::error::{Error, Result};
use crate::ledger::reader::Reader;

/// Cards that came out of the printer in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CameOut {
    /// Good ones of kind 0–5, those replaced since among them.
    pub under5: u64,
    /// Good ones of kind 5–17.
    pub from5: u64,
    /// Of the good ones, those that no newer card replaced.
    pub lasting: u64,
    /// Those that are spoiled, at once or since.
    pub spoiled: u64,
}

impl CameOut {
    pub const fn good(&self) -> u64 {
        self.under5 + self.from5
    }
}

/// The blanks of one kind at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlanksLeft {
    /// The kind of blanks.
    pub media: String,
    pub left: i64,
    /// The close that they were counted at; none for the books of the open day.
    pub counted_on: Option<Date>,
}

/// Children whose card ends in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    pub month: Month,
    /// The kind of card that ends.
    pub kind: Kind,
    /// The school's national number.
    pub npsn: Option<String>,
    pub sekolah: Option<String>,
    /// The district, for children of no school.
    pub kecamatan: String,
    pub children: u64,
}

/// A child whose card ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingCard {
    pub card: Card,
    /// The first day on which it counts no longer; none once the record was erased.
    pub on: Option<Date>,
    /// The month of that day.
    pub month: Option<Month>,
    /// Its record, unless erased.
    pub record: Option<Record>,
}

/// One line of the register: a card that came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterLine {
    /// Its running number, from 1 for the first card of all time. Lines are only ever added at
    /// the end, so it never changes.
    pub number: u64,
    /// When it came out.
    pub out_at: Timestamp,
    pub card: Card,
    /// The serial of its blank, if it was read.
    pub serial: Option<String>,
    /// Its record, unless erased.
    pub record: Option<Record>,
}

/// Whether a card with `printed_at` was a child's one live card at the time `?1`.
const LIVE: &str = "(state NOT IN ('spoiled', 'void') OR moved_at >= ?1)";

/// Whether it had come out good at that time, replaced or not.
const GOOD: &str = "printed_at < ?1 AND (state <> 'spoiled' OR moved_at >= ?1)";

impl Reader {
    /// What came out from `from` on and before `until`.
    pub fn came_out(&self, from: Timestamp, until: Timestamp) -> Result<CameOut> {
        let found = self.one(
            "SELECT coalesce(sum(kind = '0-5' AND state <> 'spoiled'), 0),
                 coalesce(sum(kind = '5-17' AND state <> 'spoiled'), 0),
                 coalesce(sum(state NOT IN ('spoiled', 'void')), 0),
                 coalesce(sum(state = 'spoiled'), 0)
             FROM cards INDEXED BY cards_out WHERE out_at >= ? AND out_at < ?",
            [stamp(from), stamp(until)],
            |row| {
                Ok(CameOut {
                    under5: count(row, 0)?,
                    from5: count(row, 1)?,
                    lasting: count(row, 2)?,
                    spoiled: count(row, 3)?,
                })
            },
        )?;
        Ok(found.unwrap_or_default())
    }

    /// The blanks at the end of `day`: as counted at the last close by then, or by the books when
    /// `day` is the one that runs.
    pub fn blanks_left(&self, day: Date, runs: bool) -> Result<Vec<BlanksLeft>> {
        if runs {
            let stock = self.stock()?.into_iter();
            let left = |day: super::StockDay| BlanksLeft {
                left: day.closing,
                media: day.media,
                counted_on: None,
            };
            return Ok(stock.map(left).collect());
        }
        // SQLite takes the other columns from the row with the maximum.
        self.all(
            "SELECT media, counted, max(date) FROM stock_days WHERE date <= ?
             GROUP BY media ORDER BY media",
            [day.to_string()],
            |row| {
                Ok(BlanksLeft {
                    media: row.get(0)?,
                    left: row.get(1)?,
                    counted_on: Some(word(row, 2, |text| text.parse().ok())?),
                })
            },
        )
    }

    /// Who held which card at the time `until`, the end of `day`.
    ///
    /// A card of an erased record counts to the end of the month in which it expires.
    pub fn holders(&self, day: Date, until: Timestamp) -> Result<Holders> {
        self.snapshot(|_| {
            let (at, month) = (stamp(until), Month::of(day));
            let mut holders = Holders {
                groups: self.all(
                    &format!(
                        "SELECT kecamatan, desa, kode_wilayah, npsn, sekolah, count(*),
                             sum({LIVE}), coalesce(sum({LIVE} AND expires > ?2), 0)
                         FROM cards INDEXED BY cards_by_place WHERE {GOOD}
                         GROUP BY kecamatan, desa, kode_wilayah, npsn, sekolah"
                    ),
                    params![at, month.to_string()],
                    |row| {
                        Ok(Group {
                            printed: count(row, 5)?,
                            live: count(row, 6)?,
                            unexpired: count(row, 7)?,
                            ..group(row)?
                        })
                    },
                )?,
                undated: 0,
            };
            let mut more = HashMap::<Place, u64>::new();
            for month in [Some(month), None] {
                self.ending_cards::<Error>(month, &at, |ending| {
                    match (ending.on, ending.month) {
                        (None, None) => holders.undated += 1,
                        (Some(on), _) if on <= day => {}
                        _ => *more.entry(place_of(ending.card)).or_default() += 1,
                    }
                    Ok(())
                })?;
            }
            for group in &mut holders.groups {
                group.unexpired += more.get(&place(group)).copied().unwrap_or_default();
            }
            Ok(holders)
        })
    }

    /// How many cards end after `day` and not after the month `last`, by month, kind and school.
    pub fn endings(&self, day: Date, until: Timestamp, last: Month) -> Result<Vec<Ending>> {
        self.snapshot(|_| {
            let (at, this) = (stamp(until), Month::of(day));
            let mut endings = self.all(
                &format!(
                    "SELECT expires, kind, npsn, sekolah, kecamatan, count(*)
                     FROM cards INDEXED BY cards_expiring
                     WHERE {GOOD} AND {LIVE} AND expires > ?2 AND expires <= ?3
                     GROUP BY expires, kind, npsn, sekolah, kecamatan"
                ),
                params![at, this.to_string(), last.to_string()],
                |row| {
                    Ok(Ending {
                        month: word(row, 0, |text| text.parse().ok())?,
                        kind: word(row, 1, Kind::from_name)?,
                        npsn: row.get(2)?,
                        sekolah: row.get(3)?,
                        kecamatan: row.get(4)?,
                        children: count(row, 5)?,
                    })
                },
            )?;
            for month in [Some(this), None] {
                self.ending_cards::<Error>(month, &at, |EndingCard { card, on, .. }| {
                    if let Some(on) = on.filter(|on| *on > day && Month::of(*on) <= last) {
                        endings.push(Ending {
                            month: Month::of(on),
                            kind: card.kind,
                            npsn: card.sekolah.npsn,
                            sekolah: card.sekolah.nama,
                            kecamatan: card.kecamatan,
                            children: 1,
                        });
                    }
                    Ok(())
                })?;
            }
            Ok(endings)
        })
    }

    /// Those cards one by one: first the ones of the month of `day`, then month by month. Erased
    /// records of the running month are left out, for they may have ended already.
    pub fn each_ending<E: From<Error>>(
        &self,
        day: Date,
        until: Timestamp,
        last: Month,
        mut each: impl FnMut(EndingCard) -> Result<(), E>,
    ) -> Result<(), E> {
        self.snapshot(|_| {
            let (at, this) = (stamp(until), Month::of(day));
            let months = (0..).map(|n| this.after(n)).take_while(|m| *m <= last);
            for month in months.map(Some).chain([None]) {
                self.ending_cards(month, &at, |card| match (card.on, card.month) {
                    (Some(on), _) if on <= day || Month::of(on) > last => Ok(()),
                    (None, None) => Ok(()),
                    (None, Some(month)) if month == this => Ok(()),
                    _ => each(card),
                })?;
            }
            Ok(())
        })
    }

    /// Gives every card to `each` that was live at the time `at` and ends in a month, or in one
    /// that was not noted.
    fn ending_cards<E: From<Error>>(
        &self,
        month: Option<Month>,
        at: &str,
        mut each: impl FnMut(EndingCard) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {CARD_COLUMNS}, record, photo, token
             FROM cards INDEXED BY cards_expiring JOIN persons USING (card)
             WHERE {GOOD} AND {LIVE} AND expires IS ?2"
        );
        let mut query = self.db.prepare_cached(&sql).map_err(Error::from)?;
        let mut rows = query
            .query(params![at, month.map(|month| month.to_string())])
            .map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            let card = Card::read(row).map_err(Error::from)?;
            let record = person(row, CARD_WIDTH, card.card)?.map(|person| person.record);
            let on = record.as_ref().map(|record| record.expires(card.kind));
            let month = on.map(Month::of).or(month);
            each(EndingCard {
                card,
                on,
                month,
                record,
            })?;
        }
        Ok(())
    }

    /// Gives the register's lines from `from` on and before `until` to `line`, in the order in
    /// which the cards came out. Holds one line at a time.
    pub fn register<E: From<Error>>(
        &self,
        from: Timestamp,
        until: Timestamp,
        mut line: impl FnMut(RegisterLine) -> Result<(), E>,
    ) -> Result<(), E> {
        self.snapshot(|_| {
            let before = self.one(
                "SELECT count(*) FROM cards INDEXED BY cards_out WHERE out_at < ?",
                [stamp(from)],
                |row| count(row, 0),
            )?;
            let mut query = self
                .db
                .prepare_cached(&format!(
                    "SELECT {CARD_COLUMNS}, record, photo, token, out_at, serial
                     FROM cards INDEXED BY cards_out
                         CROSS JOIN persons USING (card) LEFT JOIN serials USING (card)
                     WHERE out_at >= ? AND out_at < ?
                     ORDER BY out_at, lot, position, cards.card"
                ))
                .map_err(Error::from)?;
            let mut rows = query
                .query([stamp(from), stamp(until)])
                .map_err(Error::from)?;
            let mut number = before.unwrap_or_default();
            while let Some(row) = rows.next().map_err(Error::from)? {
                number += 1;
                let card = Card::read(row).map_err(Error::from)?;
                line(RegisterLine {
                    number,
                    out_at: time(row, CARD_WIDTH + 3).map_err(Error::from)?,
                    serial: row.get(CARD_WIDTH + 4).map_err(Error::from)?,
                    record: person(row, CARD_WIDTH, card.card)?.map(|person| person.record),
                    card,
                })?;
            }
            Ok(())
        })
    }

    /// When the first card of all time came out.
    pub fn first_out(&self) -> Result<Option<Timestamp>> {
        let found = self.one(
            "SELECT min(out_at) FROM cards INDEXED BY cards_out WHERE out_at NOTNULL",
            [],
            |row| optional_time(row, 0),
        )?;
        Ok(found.flatten())
    }
}

/// District, village, region code and school: what a [`Group`] is of.
type Place = (
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn place_of(card: Card) -> Place {
    let School { npsn, nama, .. } = card.sekolah;
    (card.kecamatan, card.desa, card.kode_wilayah, npsn, nama)
}

fn place(group: &Group) -> Place {
    let group = group.clone();
    (
        group.kecamatan,
        group.desa,
        group.kode_wilayah,
        group.npsn,
        group.sekolah,
    )
}

/// Place and school from the first five columns.
fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group {
        kecamatan: row.get(0)?,
        desa: row.get(1)?,
        kode_wilayah: row.get(2)?,
        npsn: row.get(3)?,
        sekolah: row.get(4)?,
        printed: 0,
        live: 0,
        unexpired: 0,
    })
}
