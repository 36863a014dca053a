//! All that the page of a card is made of.

use crate::domain::card::State;
use crate::domain::ids::CardId;
use crate::domain::record::Record;
use crate::ledger::{Card, Entry, Reader};
use crate::web::error::PageError;

/// All that the page of a card shows.
pub(super) struct Seen {
    pub card: Card,
    pub record: Option<Record>,
    pub serial: Option<String>,
    /// Whether making it again takes a second person.
    pub proved: bool,
    pub history: Vec<Entry>,
    pub others: Vec<Card>,
}

pub(super) fn look(ledger: &Reader, card: CardId) -> Result<Seen, PageError> {
    ledger.snapshot(|ledger| {
        let others = ledger.cards_of_child_of(card)?;
        Ok(Seen {
            record: ledger.person(card)?.map(|person| person.record),
            serial: ledger.serial(card)?,
            proved: ledger.was_proved(card)?,
            history: ledger.history(card)?,
            card: ledger.card(card)?.ok_or(PageError::NotFound)?,
            others: others.into_iter().filter(|o| o.card != card).collect(),
        })
    })
}

/// Whether a person holds the card and may let it go.
pub(super) fn is_held_by_hand(card: &Card) -> bool {
    card.state == State::Held && card.reason.as_deref() == Some(crate::actions::steps::HELD_BY_HAND)
}
