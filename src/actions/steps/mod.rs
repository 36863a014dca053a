//! Steps that a person takes, alike from the command line and from the page. Each runs inside a
//! transaction of its caller's, in the name of whoever that one proved.

mod lot;
mod printer;

use jiff::civil::Date;

use crate::domain::card::Kind;
use crate::domain::ids::{CardId, LotId};
use crate::domain::text::Text;
use crate::ledger;
use crate::production::StationError;

pub use lot::{Confirmed, Outcomes, again, confirm, to_confirm};
pub use printer::{stack_in_doubt, turn_stack};

/// Why a step was not taken. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The day of printing cannot be.
    #[error("--on must be from {made}, when the lot was made, to today")]
    Day {
        /// The first day that can.
        made: Date,
    },
    /// The card stands in another lot.
    #[error("card {card} is not in lot {lot}")]
    Stranger { card: CardId, lot: LotId },
    /// One card was said to be both.
    #[error("card {0} is named both good and spoiled")]
    Both(CardId),
    /// On the day of printing the child was due another kind of card.
    #[error(
        "pada {day} anak ini tidak lagi berhak atas kartu {kind} (on that day the child is due another card); bila kartu keluar: --spoiled {card} --reason data"
    )]
    OtherKind {
        day: Date,
        /// The kind that was printed.
        kind: Kind,
        card: CardId,
    },
    /// Of a lot that failed its proof, this card is none that is held.
    #[error("{card} is not held in lot {lot}")]
    NotHeld { card: CardId, lot: LotId },
    /// The printer turns its cards by itself, or is not of this station.
    #[error("`{0}` is no printer of station.toml with `duplex = \"none\"`")]
    NoTurning(String),
    /// Nobody knows whether these cards lie in the stack.
    #[error(
        "before the stack of `{printer}` is turned, settle {} and take what came out of them out of the stack; {backs} cards must lie in it",
        listed(.cards)
    )]
    FrontsInDoubt {
        printer: String,
        cards: Vec<CardId>,
        /// How many cards wait for their backs.
        backs: usize,
    },
    /// The card was taken out of the lot since: it waits again, or stands in another one.
    #[error(
        "{card} is not of lot {lot} any more: destroy what came out of it, and book its blank with `stock spoil`"
    )]
    Elsewhere {
        card: CardId,
        /// Which lot it was of.
        lot: LotId,
    },
    /// Fronts of the lot still come.
    #[error(
        "`{0}` masih mencetak; tunggu sampai lot ini selesai (it still prints this lot; wait for its end)"
    )]
    StillPrints(String),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    #[error(transparent)]
    Station(#[from] StationError),
}

impl StepError {
    /// Whether what was asked for was wrong, and not the ledger or the machine.
    pub fn is_refusal(&self) -> bool {
        match self {
            Self::Ledger(error) => error.refusal().is_some(),
            Self::Station(_) => false,
            _ => true,
        }
    }

    /// What an operator reads of a refusal; `None` of anything else.
    pub fn refusal(&self) -> Option<Text> {
        if !self.is_refusal() {
            return None;
        }
        let english = crate::domain::chain(self);
        let pair = |id: String, en: String| {
            Some(Text {
                id: id.into(),
                en: en.into(),
            })
        };
        match self {
            Self::Ledger(error) => error.refusal(),
            Self::Day { made } => pair(
                format!("hari cetak harus dari {made}, hari lot ini dibuat, sampai hari ini"),
                english,
            ),
            Self::Stranger { card, lot } => {
                pair(format!("kartu {card} bukan dari lot {lot}"), english)
            }
            Self::Both(card) => pair(
                format!("kartu {card} dinyatakan baik dan rusak sekaligus"),
                english,
            ),
            Self::OtherKind { day, kind, card } => pair(
                format!(
                    "pada {day} anak kartu {card} tidak lagi berhak atas kartu {kind}; bila kartu keluar, nyatakan rusak dengan alasan data"
                ),
                format!(
                    "on {day} the child of card {card} is due another card than {kind}; if it came out, spoil it for its data"
                ),
            ),
            Self::NotHeld { card, lot } => pair(
                format!("kartu {card} tidak sedang ditahan pada lot {lot}"),
                english,
            ),
            Self::NoTurning(name) => pair(
                format!("`{name}` bukan printer stasiun ini yang kartunya dibalik dengan tangan"),
                english,
            ),
            Self::FrontsInDoubt {
                printer,
                cards,
                backs,
            } => pair(
                format!(
                    "sebelum tumpukan `{printer}` dibalik, nyatakan dulu {} dan keluarkan kartunya dari tumpukan; tumpukan harus berisi {backs} kartu",
                    listed(cards)
                ),
                english,
            ),
            Self::Elsewhere { card, lot } => pair(
                format!(
                    "kartu {card} bukan lagi dari lot {lot}: musnahkan yang keluar, dan catat blankonya dengan `stock spoil`"
                ),
                english,
            ),
            Self::StillPrints(name) => pair(
                format!("`{name}` masih mencetak; tunggu sampai lot ini selesai"),
                format!("`{name}` still prints this lot; wait for its end"),
            ),
            Self::Station(_) => None,
        }
    }
}

/// Cards in a sentence.
fn listed(cards: &[CardId]) -> String {
    let names: Vec<String> = cards.iter().map(CardId::to_string).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests;
