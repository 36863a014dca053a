//! Scans of the cards that came out.

use jiff::Timestamp;

use super::facts::{CardScanned, SerialRead};
use crate::domain::card::{Evidence, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::reason::Reason;
use crate::domain::scan::{Known, Refusal, Verdict, judge};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

/// What came of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The card that the code is of, if one is known.
    pub card: Option<CardId>,
    /// What the scan says.
    pub verdict: Verdict,
    /// When the card came into the state it had before the scan: for a repeated one, when it
    /// was verified.
    pub since: Option<Timestamp>,
}

impl Tx<'_> {
    /// Judges the code of a card, of this lot when one is named, and verifies the card if it is
    /// good. A refusal is written too.
    pub fn scan(&mut self, code: &str, lot: Option<LotId>) -> Result<Scan> {
        let known = self.known_code(code, lot)?;
        let card = match &known {
            Known::Card { card, .. } => Some(*card),
            Known::Nothing | Known::Several => None,
        };
        let since = match card {
            Some(card) => self.card(card)?.map(|card| card.moved_at),
            None => None,
        };
        let verdict = judge(known);
        match &verdict {
            Verdict::Refused(refusal) => self.refuse_scan(card, *refusal)?,
            Verdict::Good { skipped } => {
                let event = Event::CardScanned(CardScanned {
                    card,
                    refusal: None,
                    skipped: skipped.clone(),
                });
                self.whole(|tx| {
                    tx.append(&event)?;
                    if let Some(card) = card {
                        tx.move_card(card, State::Verified, Evidence::Scan, None)?;
                    }
                    Ok(())
                })?;
            }
        }
        Ok(Scan {
            card,
            verdict,
            since,
        })
    }

    /// Writes that a scan verified nothing.
    pub fn refuse_scan(&mut self, card: Option<CardId>, refusal: Refusal) -> Result<()> {
        let event = Event::CardScanned(CardScanned {
            card,
            refusal: Some(refusal),
            skipped: Vec::new(),
        });
        self.whole(|tx| tx.append(&event))
    }

    /// Takes back the last good scan of the one who acts, with the serial read after it, and
    /// returns its card.
    ///
    /// # Errors
    /// [`Error::NoScan`] when there is none, or its card went on since.
    pub fn undo_scan(&mut self) -> Result<CardId> {
        let card = self.last_scan(self.actor)?.ok_or(Error::NoScan)?;
        if self.state(card)? != Some(State::Verified) {
            return Err(Error::NoScan);
        }
        self.whole(|tx| {
            tx.append(&Event::ScanUndone { card })?;
            tx.move_card(
                card,
                State::Printed,
                Evidence::Operator,
                Some(Reason::ScanUndone),
            )
        })?;
        Ok(card)
    }

    /// Enters the serial of the blank that became this card. Nothing is written when it was
    /// entered before. Returns whether it lies in a range that was received, if any was entered.
    ///
    /// # Errors
    /// [`Error::SerialTaken`] when the serial is another card's or the card has another,
    /// [`Error::SerialForm`].
    pub fn read_serial(&mut self, card: CardId, serial: &str) -> Result<Option<bool>> {
        if self.serial(card)?.as_deref() != Some(serial) {
            let event = Event::SerialRead(SerialRead {
                card,
                serial: serial.to_owned(),
            });
            self.whole(|tx| tx.append(&event))?;
        }
        self.is_received(serial)
    }
}
