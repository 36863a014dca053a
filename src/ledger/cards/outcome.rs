//! What a person says of a card that came out, or may have.

use super::facts::{Moved, ReprintGranted};
use super::write::Remake;
use crate::domain::card::{Evidence, Progress, SpoilReason, State};
use crate::domain::ids::CardId;
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::domain::reason::Reason;
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::printing::project::front_is_done;
use crate::ledger::tx::Tx;

/// What a person says of a card of which nobody saw what came out.
#[derive(Debug, Clone, Copy)]
pub enum Settlement<'a> {
    /// It came out good.
    Good,
    /// It came out and is no good.
    Spoiled {
        reason: SpoilReason,
        /// Whether it is made again.
        remake: Remake<'a>,
    },
    /// It did not come out: it is printed again from its place in its lot.
    NotOut,
}

/// A card that was good and is made again.
#[derive(Debug, Clone, Copy)]
pub struct Reprint<'a> {
    pub reason: ReprintReason,
    pub evidence: ReprintEvidence,
    /// The number of the letter or the like; no name.
    pub reference: Option<&'a str>,
    /// The second person; needed when a scan had proved the card good.
    pub second: Option<&'a str>,
    /// The new card's own token; not used when its code is supplied.
    pub token: Option<&'a str>,
}

impl Tx<'_> {
    /// Settles an unconfirmed card; returns the new card when it is spoiled and made again.
    ///
    /// # Errors
    /// [`Error::NotUnconfirmed`]; [`Error::HalfPrinted`] when one side alone came out or may have
    /// and it is not said to be spoiled; those of [`Tx::spoil`].
    pub fn settle(&mut self, card: CardId, said: Settlement<'_>) -> Result<Option<CardId>> {
        match self.state(card)? {
            None => return Err(Error::NoCard(card)),
            Some(State::Unconfirmed) => {}
            Some(_) => return Err(Error::NotUnconfirmed(card)),
        }
        let to = match said {
            Settlement::Spoiled { reason, remake } => {
                return self.spoil(card, reason, Evidence::Operator, remake);
            }
            // Its back was never printed.
            Settlement::Good if self.is_half_printed(card)? => {
                return Err(Error::HalfPrinted(card));
            }
            // Its front stands on the blank.
            Settlement::NotOut if front_is_done(&self.db, card)? => {
                return Err(Error::HalfPrinted(card));
            }
            Settlement::Good => State::Printed,
            // A restored card that had no lot yet waits for one again.
            Settlement::NotOut if self.card(card)?.is_some_and(|card| card.lot.is_none()) => {
                State::Accepted
            }
            Settlement::NotOut => State::Rendered,
        };
        self.move_card(card, to, Evidence::Operator, Some(Reason::Settled))?;
        Ok(None)
    }

    /// Makes a card that came out again, for a reason and on evidence; the old one becomes void,
    /// or spoiled when it lies here. Returns the new card, unless it waits for a newer record.
    ///
    /// The new card goes to the queue alone, never its lot.
    ///
    /// # Errors
    /// [`Error::NotOut`], [`Error::Evidence`], [`Error::SecondPerson`], [`Error::Erased`].
    pub fn reprint(&mut self, card: CardId, new: Reprint<'_>) -> Result<Option<CardId>> {
        let state = self.state(card)?.ok_or(Error::NoCard(card))?;
        if !state.is_live() || state.progress() != Progress::Printed {
            return Err(Error::NotOut(card));
        }
        if new.evidence != new.reason.evidence() {
            return Err(Error::Evidence);
        }
        let second = match new.second {
            None if self.was_proved(card)? => return Err(Error::SecondPerson),
            second => second.map(|name| self.second(name)).transpose()?,
        };
        self.whole(|tx| {
            tx.append(&Event::ReprintGranted(ReprintGranted {
                card,
                reason: new.reason,
                evidence: new.evidence,
                reference: new.reference.map(mask_numbers),
            }))?;
            tx.step(Moved {
                card,
                to: new.evidence.leaves(),
                evidence: Evidence::Operator,
                reason: Some(new.reason.into()),
                second,
                place: None,
            })?;
            let again = new.reason.is_made_again();
            again.then(|| tx.make_again(card, new.token)).transpose()
        })
    }
}
