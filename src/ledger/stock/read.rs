//! Blanks, ribbons, days and destructions.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;
use serde::Serialize;

use super::project::{RIBBON, balance};
use crate::domain::card::State;
use crate::domain::ids::CardId;
use crate::domain::record::Record;
use crate::domain::stock::{Balance, Forecast};
use crate::ledger::cards::view::{CARD_COLUMNS, CARD_WIDTH, Card, VoidCard, person};
use crate::ledger::columns::{card_id, count, optional_time, pack_id, time, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// How many of the last days the rate of spoiled blanks is taken from.
const RATE_DAYS: u32 = 30;

/// The balance of one kind of blanks over one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockDay {
    /// The kind of blanks.
    pub media: String,
    #[serde(flatten)]
    pub balance: Balance,
    /// The blanks that must be there at its end.
    pub closing: i64,
    /// Lent in all and not returned yet.
    pub lent_out: i64,
    /// Spoiled before printing and not destroyed yet.
    pub faulty: i64,
    /// When the first thing of the day was booked.
    pub begun_at: Option<Timestamp>,
    /// How it was closed; none for the open day.
    pub closed: Option<Closed>,
}

/// How a day was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// The day on the office's calendar.
    pub date: Date,
    /// How many blanks were counted.
    pub counted: u32,
    /// Why the count differs.
    pub explanation: Option<String>,
    pub actor: String,
    pub second: Option<String>,
    pub at: Timestamp,
}

const STOCK_DAYS: &str = "SELECT media, opening, received, returned, good, spoiled, test, lent,
    lent_out, faulty, begun_at, date, counted, explanation, second, actor, at
    FROM stock_days LEFT JOIN events ON seq = closed_seq";

impl StockDay {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let balance = balance(row, 1)?;
        let closed = match row.get::<_, Option<String>>(11)? {
            None => None,
            Some(_) => Some(Closed {
                date: word(row, 11, |text| text.parse().ok())?,
                counted: row.get(12)?,
                explanation: row.get(13)?,
                second: row.get(14)?,
                actor: row.get(15)?,
                at: time(row, 16)?,
            }),
        };
        Ok(Self {
            media: row.get(0)?,
            balance,
            closing: balance.closing(),
            lent_out: row.get(8)?,
            faulty: row.get(9)?,
            begun_at: optional_time(row, 10)?,
            closed,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ribbons {
    /// Ribbons on the shelf.
    pub shelf: i64,
    /// Prints left, those on the shelf included. Below zero when ribbons held out for more than
    /// they were said to.
    pub prints: i64,
}

/// Minutes of a destruction (*berita acara pemusnahan*) with all that stands in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    pub minutes: u32,
    /// When it was entered.
    pub at: Timestamp,
    pub actor: String,
    pub witnesses: Vec<String>,
    /// Faulty blanks that were never printed, by kind.
    pub blanks: BTreeMap<String, u32>,
    /// The cards, in the order of their numbers.
    pub cards: Vec<DestroyedCard>,
}

/// A card that was destroyed, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestroyedCard {
    /// The card; its `reason` and `moved_at` say why and since when it is spoiled.
    pub card: Card,
    /// The serial of its blank, if it was read.
    pub serial: Option<String>,
    /// Its record with name and address, unless erased.
    pub record: Option<Record>,
}

impl Reader {
    /// The open day of each kind of blanks.
    pub fn stock(&self) -> Result<Vec<StockDay>> {
        self.all(
            &format!("{STOCK_DAYS} WHERE date IS NULL ORDER BY media"),
            [],
            StockDay::read,
        )
    }

    /// The open day of one kind of blanks; none when none was ever received.
    pub fn open_day(&self, media: &str) -> Result<Option<StockDay>> {
        self.one(
            &format!("{STOCK_DAYS} WHERE media = ? AND date IS NULL"),
            [media],
            StockDay::read,
        )
    }

    /// The closed days of one kind of blanks, the oldest first.
    pub fn closed_days(&self, media: &str) -> Result<Vec<StockDay>> {
        self.all(
            &format!("{STOCK_DAYS} WHERE media = ? AND date IS NOT NULL ORDER BY day"),
            [media],
            StockDay::read,
        )
    }

    /// The ribbons; none when none was ever received.
    pub fn ribbons(&self) -> Result<Option<Ribbons>> {
        self.one(
            "SELECT shelf, left FROM ribbons WHERE ribbon = ?",
            [RIBBON],
            |row| {
                Ok(Ribbons {
                    shelf: row.get(0)?,
                    prints: row.get(1)?,
                })
            },
        )
    }

    /// How far blanks and ribbons reach; none when no stock was ever entered.
    pub fn forecast(&self) -> Result<Option<Forecast>> {
        self.snapshot(|_| {
            let days = self.stock()?;
            let blanks = (!days.is_empty()).then(|| days.iter().map(|day| day.closing).sum());
            let prints = self.ribbons()?.map(|ribbons| ribbons.prints);
            if blanks.is_none() && prints.is_none() {
                return Ok(None);
            }
            let queue = self.one(
                "SELECT count(*) FROM cards WHERE state IN ('accepted', 'rendered', 'submitting')",
                [],
                |row| count(row, 0),
            )?;
            let rate = self.one(
                "SELECT coalesce(sum(max(good, 0)), 0), coalesce(sum(spoiled), 0)
                 FROM (SELECT good, spoiled FROM stock_days ORDER BY day DESC LIMIT ?)",
                [RATE_DAYS],
                |row| Ok((count(row, 0)?, count(row, 1)?)),
            )?;
            let (good, spoiled) = rate.unwrap_or_default();
            Ok(Some(Forecast::new(
                prints,
                blanks,
                queue.unwrap_or_default(),
                good + spoiled,
                spoiled,
            )))
        })
    }

    /// The cards that were not destroyed yet: the spoiled ones, and those of
    /// [`Reader::void_cards`].
    pub fn to_destroy(&self) -> Result<Vec<CardId>> {
        self.all(
            "SELECT card FROM cards WHERE state = 'spoiled' AND minutes IS NULL UNION ALL
             SELECT card FROM cards WHERE lies_here AND minutes IS NULL ORDER BY card",
            [],
            |row| row.get(0).map(card_id),
        )
    }

    /// The void cards that still lie in the office, loose or in an envelope: nobody may get them.
    pub fn void_cards(&self) -> Result<Vec<VoidCard>> {
        self.all(
            "SELECT cards.card, pack, moved_at FROM cards
             LEFT JOIN pack_cards ON pack_cards.card = cards.card AND left_how = 'void'
             WHERE lies_here AND minutes IS NULL ORDER BY cards.card",
            [],
            |row| {
                Ok(VoidCard {
                    card: card_id(row.get(0)?),
                    pack: row.get::<_, Option<i64>>(1)?.map(pack_id),
                    since: time(row, 2)?,
                })
            },
        )
    }

    /// How many cards are in a state.
    pub fn how_many(&self, state: State) -> Result<u64> {
        self.one(
            "SELECT count(*) FROM cards WHERE state = ?",
            [state.name()],
            |row| count(row, 0),
        )
        .map(Option::unwrap_or_default)
    }

    /// Every destruction, the newest first: the number of its minutes, when it was entered, and how
    /// many cards it took.
    pub fn destructions(&self) -> Result<Vec<(u32, Timestamp, u64)>> {
        self.all(
            "SELECT minutes, at, cards FROM destructions ORDER BY minutes DESC",
            [],
            |row| Ok((row.get(0)?, time(row, 1)?, count(row, 2)?)),
        )
    }

    /// The minutes of this number with everything that stands in them.
    pub fn destruction(&self, minutes: u32) -> Result<Option<Destruction>> {
        self.snapshot(|_| {
            let found = self.one(
                "SELECT minutes, destructions.at, actor, witnesses, blanks
                 FROM destructions JOIN events USING (seq) WHERE minutes = ?",
                [minutes],
                |row| {
                    Ok(Destruction {
                        minutes: row.get(0)?,
                        at: time(row, 1)?,
                        actor: row.get(2)?,
                        witnesses: word(row, 3, |text| serde_json::from_str(text).ok())?,
                        blanks: word(row, 4, |text| serde_json::from_str(text).ok())?,
                        cards: Vec::new(),
                    })
                },
            )?;
            let Some(mut destruction) = found else {
                return Ok(None);
            };
            let mut query = self.db.prepare_cached(&format!(
                "SELECT {CARD_COLUMNS}, record, photo, token, serial
                 FROM cards JOIN persons USING (card) LEFT JOIN serials USING (card)
                 WHERE minutes = ? ORDER BY card"
            ))?;
            let mut rows = query.query([minutes])?;
            while let Some(row) = rows.next()? {
                let card = Card::read(row)?;
                destruction.cards.push(DestroyedCard {
                    record: person(row, CARD_WIDTH, card.card)?.map(|person| person.record),
                    serial: row.get(CARD_WIDTH + 3)?,
                    card,
                });
            }
            Ok(Some(destruction))
        })
    }
}
