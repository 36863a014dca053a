//! What came out of a lot, and what becomes of one that failed its proof.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::StepError;
use crate::actions::cards::spoil_in;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::reason::Reason;
use crate::ledger::{self, Card, LotCard, Reader, Tx};

/// What a person says of the cards of a lot.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a> {
    pub lot: LotId,
    /// All that wait came out good, but for the spoiled ones.
    pub all: bool,
    /// These came out good; not looked at when all did.
    pub good: &'a [CardId],
    /// These came out and are no good.
    pub spoiled: &'a [(CardId, SpoilReason)],
    /// The day of printing, by which kind and eligibility are judged; today when none is named.
    /// The event still bears the time at which this was said.
    pub on: Option<Date>,
}

/// What was done with the cards of a lot.
#[derive(Debug, Default)]
pub struct Confirmed {
    pub printed: Vec<CardId>,
    /// These are spoiled, each with the card that takes its place.
    pub spoiled: Vec<(CardId, Option<CardId>)>,
    /// These stand where they stood; the errors are refusals.
    pub refused: Vec<(CardId, StepError)>,
    /// These lie in the PDF, with their places, and must not be handed out.
    pub not_to_use: Vec<(u32, CardId)>,
}

/// The cards of a lot of which a person may say that they came out good: those still of it that
/// nobody took aside. What a printer of the station has not been sent yet did surely not come out
/// of it, one that is in a printer which reports is left to its report, and a card whose back is
/// still to come is no card.
///
/// # Errors
/// Those of the ledger.
pub fn to_confirm(ledger: &Reader, lot: LotId, cards: &[LotCard]) -> ledger::Result<Vec<CardId>> {
    let printer = ledger.printer_of(lot)?;
    let driven = printer.is_some();
    let mut reported = BTreeSet::new();
    for job in printer.map_or(Ok(Vec::new()), |printer| ledger.open_jobs(&printer))? {
        // A folder gives its jobs no numbers.
        if job.id.is_some_and(|id| id > 0) {
            reported.insert(job.card);
        }
    }
    let mut waiting = Vec::new();
    for card in cards.iter().map(|card| &card.card) {
        let waits = match card.state {
            State::Rendered | State::Submitting => !driven,
            State::Sent if reported.contains(&card.card) => false,
            State::Sent | State::Unconfirmed => !ledger.is_half_printed(card.card)?,
            _ => false,
        };
        if waits && card.lot == Some(lot) {
            waiting.push(card.card);
        }
    }
    Ok(waiting)
}

/// Enters what came out of a lot. A card that cannot be as it was said is refused alone.
///
/// # Errors
/// An unknown lot, a day before the lot or after today, a card of another lot or named twice.
pub fn confirm(
    tx: &mut Tx<'_>,
    said: Outcomes<'_>,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Confirmed, StepError> {
    let id = said.lot;
    let (lot, cards) = tx.lot(id)?.ok_or(ledger::Error::NoLot(id))?;
    let today = now.to_zoned_datetime(zone.clone()).date();
    let made = lot.at.to_zoned_datetime(zone.clone()).date();
    let day = said.on.unwrap_or(today);
    if day > today || day < made {
        return Err(StepError::Day { made });
    }
    let known: BTreeMap<CardId, &LotCard> =
        cards.iter().map(|card| (card.card.card, card)).collect();
    let spoiled = || said.spoiled.iter().map(|(card, _)| *card);
    let mut named = said.good.iter().copied().chain(spoiled());
    if let Some(card) = named.find(|card| !known.contains_key(card)) {
        return Err(StepError::Stranger { card, lot: id });
    }
    let is_spoiled = |card: CardId| spoiled().any(|spoiled| spoiled == card);
    if let Some(both) = said.good.iter().find(|card| is_spoiled(**card)) {
        return Err(StepError::Both(*both));
    }
    let good: Vec<CardId> = match said.all {
        true => to_confirm(tx, id, &cards)?
            .into_iter()
            .filter(|card| !is_spoiled(*card))
            .collect(),
        false => said.good.to_vec(),
    };
    let mut done = Confirmed::default();
    for card in good {
        if known[&card].card.lot != Some(id) {
            let why = StepError::Elsewhere { card, lot: id };
            done.refused.push((card, why));
            continue;
        }
        if tx.is_half_printed(card)? {
            let why = ledger::Error::HalfPrinted(card).into();
            done.refused.push((card, why));
            continue;
        }
        let record = known[&card].record.as_ref();
        if record.is_some_and(|record| record.kind_on(day) != Some(lot.kind)) {
            let kind = lot.kind;
            let why = StepError::OtherKind { day, kind, card };
            done.refused.push((card, why));
            continue;
        }
        match tx.move_card(card, State::Printed, Evidence::Operator, None) {
            Ok(_) => done.printed.push(card),
            Err(error) => done.refuse(card, error)?,
        }
    }
    for &(card, reason) in said.spoiled {
        // What came out is not the card that lives on in another lot.
        let stands = &known[&card].card;
        if stands.lot != Some(id) && stands.state.is_live() {
            let why = StepError::Elsewhere { card, lot: id };
            done.refused.push((card, why));
            continue;
        }
        match spoil_in(tx, card, reason, None) {
            Ok(again) => done.spoiled.push((card, again)),
            Err(error) => done.refuse(card, error)?,
        }
    }
    let leftover = cards
        .iter()
        .filter(|card| {
            let aside = matches!(card.card.state, State::Cancelled | State::Held);
            aside || card.card.lot != Some(id)
        })
        .filter(|card| !is_spoiled(card.card.card));
    done.not_to_use = leftover
        .map(|card| (card.position, card.card.card))
        .collect();
    Ok(done)
}

impl Confirmed {
    fn refuse(&mut self, card: CardId, error: ledger::Error) -> Result<(), StepError> {
        if error.refusal().is_none() {
            return Err(error.into());
        }
        self.refused.push((card, error.into()));
        Ok(())
    }
}

/// Puts the held cards of a lot that failed its proof back into the queue, but for those named:
/// the next lot is made of them anew, and proved anew. Returns the cards.
///
/// # Errors
/// An unknown lot; [`StepError::NotHeld`] of one that is named.
pub fn again(tx: &mut Tx<'_>, lot: LotId, without: &[CardId]) -> Result<Vec<CardId>, StepError> {
    let (_, cards) = tx.lot(lot)?.ok_or(ledger::Error::NoLot(lot))?;
    let mut held: Vec<CardId> = cards
        .iter()
        .map(|card| &card.card)
        .filter(|card| is_held_with(card, lot))
        .map(|card| card.card)
        .collect();
    if let Some(&card) = without.iter().find(|card| !held.contains(card)) {
        return Err(StepError::NotHeld { card, lot });
    }
    held.retain(|card| !without.contains(card));
    for &card in &held {
        tx.move_card(
            card,
            State::Accepted,
            Evidence::Operator,
            Some(Reason::LotAgain),
        )?;
    }
    Ok(held)
}

/// Whether the card is held because its lot failed the proof.
fn is_held_with(card: &Card, lot: LotId) -> bool {
    card.state == State::Held && card.lot == Some(lot) && card.reason.is_some_and(Reason::is_of_lot)
}
