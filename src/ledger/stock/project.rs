//! Blanks, ribbons, days and destructions.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::{DayClosed, Destroyed, StockCounted, StockMoved};
use crate::domain::ids::CardId;
use crate::domain::stock::{Balance, DEFAULT_MEDIA, Movement, RibbonMovement, Use};
use crate::ledger::columns::{number, words};
use crate::ledger::error::{Error, Result};

/// The one kind of ribbon that is booked.
pub const RIBBON: &str = "pita";

/// The open day of a kind of blanks.
struct OpenDay {
    day: i64,
    balance: Balance,
    /// Lent in all, and not returned yet.
    lent_out: i64,
    /// Spoiled before printing, and not destroyed yet.
    faulty: i64,
}

/// Reads the columns from `opening` to `lent`, beginning at `column`.
pub fn balance(row: &Row<'_>, column: usize) -> rusqlite::Result<Balance> {
    Ok(Balance {
        opening: row.get(column)?,
        received: row.get(column + 1)?,
        returned: row.get(column + 2)?,
        good: row.get(column + 3)?,
        spoiled: row.get(column + 4)?,
        test: row.get(column + 5)?,
        lent: row.get(column + 6)?,
    })
}

fn open_day(db: &Connection, media: &str) -> Result<Option<OpenDay>> {
    Ok(db
        .prepare_cached(
            "SELECT day, opening, received, returned, good, spoiled, test, lent, lent_out, faulty
             FROM stock_days WHERE media = ? ORDER BY day DESC LIMIT 1",
        )?
        .query_row([media], |row| {
            Ok(OpenDay {
                day: row.get(0)?,
                balance: balance(row, 1)?,
                lent_out: row.get(8)?,
                faulty: row.get(9)?,
            })
        })
        .optional()?)
}

/// Writes the open day; `at` is the time of a booking that may be its first.
fn keep(db: &Connection, media: &str, day: &OpenDay, at: Option<&str>) -> Result<()> {
    let b = &day.balance;
    db.prepare_cached(
        "INSERT INTO stock_days (media, day, opening, received, returned, good, spoiled, test,
             lent, lent_out, faulty, begun_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT DO UPDATE SET received = ?4, returned = ?5, good = ?6, spoiled = ?7,
             test = ?8, lent = ?9, lent_out = ?10, faulty = ?11, begun_at = coalesce(begun_at, ?12)",
    )?
    .execute(params![
        media,
        day.day,
        b.opening,
        b.received,
        b.returned,
        b.good,
        b.spoiled,
        b.test,
        b.lent,
        day.lent_out,
        day.faulty,
        at
    ])?;
    Ok(())
}

/// Books the blank and the print that a card used up, where they are accounted for.
pub fn card_used(db: &Connection, at: &str, card: CardId, used: Use) -> Result<()> {
    let booked: Option<String> = db
        .prepare_cached("SELECT media FROM cards WHERE card = ?")?
        .query_row([number(card)], |row| row.get(0))?;
    let media = match (used, booked) {
        (Use::Turned, None) => return Ok(()),
        (Use::Turned, Some(media)) => media,
        (Use::Good | Use::Spoiled, _) => {
            db.prepare_cached("UPDATE ribbons SET left = left - 1 WHERE ribbon = ?")?
                .execute([RIBBON])?;
            media_of(db, card)?
        }
    };
    let Some(mut day) = open_day(db, &media)? else {
        return Ok(());
    };
    day.balance.print(used);
    keep(db, &media, &day, Some(at))?;
    db.prepare_cached("UPDATE cards SET media = ? WHERE card = ?")?
        .execute(params![media, number(card)])?;
    Ok(())
}

/// The blanks that the card's last job printed on.
fn media_of(db: &Connection, card: CardId) -> Result<String> {
    Ok(db
        .prepare_cached(
            "SELECT media FROM jobs WHERE card = ? ORDER BY begun_at DESC, length(job) DESC, job DESC LIMIT 1",
        )?
        .query_row([number(card)], |row| row.get(0))
        .optional()?
        .unwrap_or_else(|| DEFAULT_MEDIA.to_owned()))
}

pub fn stock_moved(db: &Connection, at: &str, moved: &StockMoved) -> Result<()> {
    let media = &moved.media;
    let mut day = match (open_day(db, media)?, moved.movement) {
        (Some(day), _) => day,
        (None, Movement::Received) => OpenDay {
            day: 1,
            balance: Balance::default(),
            lent_out: 0,
            faulty: 0,
        },
        (None, _) => return Err(Error::NoStock(media.clone())),
    };
    let count = i64::from(moved.count);
    let at_most = match moved.movement {
        Movement::Received => i64::MAX,
        Movement::Returned => day.lent_out,
        Movement::Lent | Movement::Test | Movement::Spoiled => day.balance.closing(),
    };
    if count == 0 || count > at_most {
        return Err(Error::StockShort {
            media: media.clone(),
            at_most,
        });
    }
    day.balance.book(moved.movement, moved.count);
    match moved.movement {
        Movement::Lent => day.lent_out += count,
        Movement::Returned => day.lent_out -= count,
        Movement::Spoiled => day.faulty += count,
        Movement::Received | Movement::Test => {}
    }
    keep(db, media, &day, Some(at))?;
    match (&moved.serials, moved.movement) {
        (None, _) => Ok(()),
        (Some(range), Movement::Received) if range.is_sound() => {
            let overlaps = db
                .prepare_cached(
                    "SELECT 1 FROM stock_serials
                     WHERE length(first) = length(?1) AND first <= ?2 AND last >= ?1",
                )?
                .exists(params![range.first, range.last])?;
            if overlaps {
                return Err(Error::SerialsKnown);
            }
            db.prepare_cached(
                "INSERT INTO stock_serials (first, last, media, batch) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![range.first, range.last, media, moved.batch])?;
            Ok(())
        }
        (Some(_), _) => Err(Error::SerialForm),
    }
}

/// A count moves nothing; but it is of the blanks that there are.
pub fn stock_counted(db: &Connection, counted: &StockCounted) -> Result<()> {
    let day = open_day(db, &counted.media)?;
    let day = day.ok_or_else(|| Error::NoStock(counted.media.clone()))?;
    agrees(day.balance.closing(), counted.computed)
}

/// What an event says of the balance must be what the log adds up to.
fn agrees(ours: i64, said: i64) -> Result<()> {
    if ours == said {
        Ok(())
    } else {
        Err(Error::Balance)
    }
}

pub fn ribbon_moved(db: &Connection, movement: &RibbonMovement) -> Result<()> {
    let known: Option<(i64, i64)> = db
        .prepare_cached("SELECT shelf, left FROM ribbons WHERE ribbon = ?")?
        .query_row([RIBBON], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let none = || Error::NoStock(RIBBON.to_owned());
    let (shelf, left) = match *movement {
        RibbonMovement::Received { ribbons, prints } => {
            let (shelf, left) = known.unwrap_or_default();
            let prints = i64::from(ribbons) * i64::from(prints);
            (shelf + i64::from(ribbons), left + prints)
        }
        RibbonMovement::PutIn { discarded } => {
            let (shelf, left) = known.ok_or_else(none)?;
            if shelf == 0 {
                return Err(Error::StockShort {
                    media: RIBBON.to_owned(),
                    at_most: 0,
                });
            }
            (shelf - 1, left - i64::from(discarded))
        }
        RibbonMovement::UsedElsewhere { prints } => {
            let (shelf, left) = known.ok_or_else(none)?;
            (shelf, left - i64::from(prints))
        }
    };
    db.prepare_cached(
        "INSERT INTO ribbons (ribbon, shelf, left) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET shelf = ?2, left = ?3",
    )?
    .execute(params![RIBBON, shelf, left])?;
    Ok(())
}

pub fn day_closed(db: &Connection, seq: u64, closed: &DayClosed) -> Result<()> {
    let media = &closed.media;
    let day = open_day(db, media)?.ok_or_else(|| Error::NoStock(media.clone()))?;
    agrees(day.balance.closing(), closed.computed)?;
    let date = closed.date.to_string();
    let before: Option<String> = db
        .prepare_cached("SELECT max(date) FROM stock_days WHERE media = ?")?
        .query_row([media], |row| row.get(0))?;
    if before.is_some_and(|before| before >= date) {
        return Err(Error::DayClosed(closed.date));
    }
    if i64::from(closed.counted) != closed.computed
        && (closed.explanation.is_none() || closed.second.is_none())
    {
        return Err(Error::Difference {
            computed: closed.computed,
            counted: closed.counted,
        });
    }
    db.prepare_cached(
        "UPDATE stock_days SET date = ?, counted = ?, explanation = ?, second = ?, closed_seq = ?
         WHERE media = ? AND day = ?",
    )?
    .execute(params![
        date,
        closed.counted,
        closed.explanation,
        closed.second,
        seq.cast_signed(),
        media,
        day.day
    ])?;
    let next = OpenDay {
        day: day.day + 1,
        balance: Balance {
            opening: closed.counted.into(),
            ..Balance::default()
        },
        ..day
    };
    keep(db, media, &next, None)
}

/// The number that the next minutes must have.
pub fn next_minutes(db: &Connection) -> Result<u32> {
    let last: u32 = db
        .prepare_cached(
            "SELECT max((SELECT coalesce(max(minutes), 0) FROM destructions),
                 (SELECT coalesce(max(minutes), 0) FROM restores))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(last + 1)
}

pub fn destroyed(db: &Connection, seq: u64, at: &str, new: &Destroyed) -> Result<()> {
    let nothing = new.cards == 0 && new.blanks.is_empty();
    if new.minutes != next_minutes(db)? || nothing || new.witnesses.is_empty() {
        return Err(Error::Minutes);
    }
    for (media, &count) in &new.blanks {
        let mut day = open_day(db, media)?.ok_or_else(|| Error::NoStock(media.clone()))?;
        day.faulty -= i64::from(count);
        if count == 0 || day.faulty < 0 {
            return Err(Error::StockShort {
                media: media.clone(),
                at_most: day.faulty + i64::from(count),
            });
        }
        keep(db, media, &day, Some(at))?;
    }
    db.prepare_cached(
        "INSERT INTO destructions (minutes, cards, blanks, witnesses, seq, at)
         VALUES (?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        new.minutes,
        new.cards,
        serde_json::to_string(&new.blanks).expect("names of blanks are texts"),
        words(&new.witnesses),
        seq.cast_signed(),
        at
    ])?;
    Ok(())
}

pub fn card_destroyed(db: &Connection, card: CardId, minutes: u32) -> Result<()> {
    let done = db
        .prepare_cached(
            "UPDATE cards SET minutes = ?1 WHERE card = ?2 AND (state = 'spoiled' OR lies_here)
                 AND minutes IS NULL AND EXISTS
                 (SELECT 1 FROM destructions WHERE destructions.minutes = ?1)",
        )?
        .execute(params![minutes, number(card)])?;
    if done == 0 {
        return Err(Error::NotToDestroy(card));
    }
    Ok(())
}
