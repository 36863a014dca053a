//! Blanks, ribbons, the close of a day, and destructions.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::facts::{DayClosed, Destroyed, StockCounted, StockMoved};
use super::project::next_minutes;
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

/// Blanks that move, other than by printing.
#[derive(Debug, Clone, Copy)]
pub struct NewMovement<'a> {
    /// The kind of blanks.
    pub media: &'a str,
    /// What is done with them.
    pub movement: Movement,
    pub count: u32,
    /// The supplier's batch or packet.
    pub batch: Option<&'a str>,
    /// Their serials, when they are received.
    pub serials: Option<&'a SerialRange>,
    /// To whom, from whom or why; no child's name.
    pub note: Option<&'a str>,
}

/// The close of a day.
#[derive(Debug, Clone, Copy)]
pub struct Close<'a> {
    /// The kind of blanks.
    pub media: &'a str,
    /// The day on the office's calendar.
    pub date: Date,
    /// How many blanks were counted.
    pub counted: u32,
    /// Why the count differs, and the second person, who countersigns.
    pub explained: Option<(&'a str, &'a str)>,
}

impl Tx<'_> {
    /// Books blanks that move. A kind of blanks begins with its first receipt.
    ///
    /// # Errors
    /// [`Error::NoStock`], [`Error::StockShort`], [`Error::SerialForm`],
    /// [`Error::SerialCount`], [`Error::SerialsKnown`].
    pub fn move_stock(&mut self, new: NewMovement<'_>) -> Result<()> {
        // Of a new packet only: logs that say otherwise are there.
        let serials = new.serials.filter(|range| range.is_sound());
        if let Some(serials) = serials.and_then(SerialRange::count)
            && serials != u64::from(new.count)
        {
            let count = new.count;
            return Err(Error::SerialCount { serials, count });
        }
        let event = Event::StockMoved(StockMoved {
            media: new.media.to_owned(),
            movement: new.movement,
            count: new.count,
            batch: new.batch.map(str::to_owned),
            serials: new.serials.cloned(),
            note: new.note.map(mask_numbers),
        });
        self.whole(|tx| tx.append(&event))
    }

    /// Enters a count that closes nothing, and returns how many there must be.
    ///
    /// # Errors
    /// [`Error::NoStock`].
    pub fn count_stock(&mut self, media: &str, counted: u32) -> Result<i64> {
        let computed = self.closing(media)?;
        let event = Event::StockCounted(StockCounted {
            media: media.to_owned(),
            computed,
            counted,
        });
        self.whole(|tx| tx.append(&event))?;
        Ok(computed)
    }

    /// Books ribbons, or prints that others made with them.
    ///
    /// # Errors
    /// [`Error::NoStock`] before the first receipt, [`Error::StockShort`] when the shelf is empty.
    pub fn move_ribbon(&mut self, movement: RibbonMovement) -> Result<()> {
        self.whole(|tx| tx.append(&Event::RibbonMoved(movement)))
    }

    /// Closes the day for good; what happens later belongs to the next one, which opens with the
    /// count.
    ///
    /// # Errors
    /// [`Error::DayClosed`], [`Error::NoStock`], [`Error::Difference`] when the count differs and
    /// is not explained, [`Error::SecondPerson`].
    pub fn close_day(&mut self, close: Close<'_>) -> Result<()> {
        let computed = self.closing(close.media)?;
        let (explanation, second) = match close.explained {
            Some((why, second)) if !why.trim().is_empty() => {
                (Some(mask_numbers(why)), Some(self.second(second)?))
            }
            _ => (None, None),
        };
        let event = Event::DayClosed(DayClosed {
            media: close.media.to_owned(),
            date: close.date,
            computed,
            counted: close.counted,
            explanation,
            second,
        });
        self.whole(|tx| tx.append(&event))
    }

    fn closing(&self, media: &str) -> Result<i64> {
        let day = self.open_day(media)?;
        let day = day.ok_or_else(|| Error::NoStock(media.to_owned()))?;
        Ok(day.balance.closing())
    }

    /// Enters that every card of [`Reader::to_destroy`](crate::ledger::Reader::to_destroy) was destroyed, and with them so many
    /// faulty blanks of each kind; returns the number of the minutes.
    ///
    /// # Errors
    /// [`Error::Minutes`] when nothing is there to destroy or nobody saw it, [`Error::StockShort`].
    pub fn destroy(&mut self, witnesses: &[String], blanks: &BTreeMap<String, u32>) -> Result<u32> {
        let cards = self.to_destroy()?;
        let minutes = next_minutes(&self.db)?;
        let count = u32::try_from(cards.len()).map_err(|_| Error::Minutes)?;
        if witnesses.iter().any(|witness| witness.trim().is_empty()) {
            return Err(Error::Minutes);
        }
        self.whole(|tx| {
            tx.append(&Event::Destroyed(Destroyed {
                minutes,
                cards: count,
                blanks: blanks.clone(),
                witnesses: witnesses.iter().map(|name| mask_numbers(name)).collect(),
            }))?;
            for card in cards {
                tx.append(&Event::CardDestroyed { card, minutes })?;
            }
            Ok(())
        })?;
        Ok(minutes)
    }
}
