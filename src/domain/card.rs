//! A card's life: its states and the only moves between them.

use crate::domain::text::{Explain, Text};
use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a card stands. The main line is `accepted → rendered → submitting → sent → printed →
/// verified → packed → handed-over → received`; the rest lie beside it.
///
/// Rendered is not printed, printed is not verified, packed is not received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The record passed the rules and waits for a lot.
    Accepted,
    /// The card stands in a print-ready PDF on disk.
    Rendered,
    /// The station is about to hand it to a printer.
    Submitting,
    /// The printer has it.
    Sent,
    /// It came out, as the device or the operator says.
    Printed,
    /// Its code was read after printing.
    Verified,
    /// It lies in the envelope of a school.
    Packed,
    /// The envelope left the office.
    HandedOver,
    /// The school says that it has the card.
    Received,
    /// Stopped until a person or a newer record settles it.
    Held,
    /// Nobody saw what came out of the printer; a person must say.
    Unconfirmed,
    /// The blank was used up and the card is no good.
    Spoiled,
    /// Never printed: a newer record took its place, or a person stopped it.
    Cancelled,
    /// Was good, and was replaced by a reissue.
    Void,
    /// Came back from the school.
    Returned,
}

impl State {
    /// Every state, in the order of a card's life.
    pub const ALL: [Self; 15] = [
        Self::Accepted,
        Self::Rendered,
        Self::Submitting,
        Self::Sent,
        Self::Printed,
        Self::Verified,
        Self::Packed,
        Self::HandedOver,
        Self::Received,
        Self::Held,
        Self::Unconfirmed,
        Self::Spoiled,
        Self::Cancelled,
        Self::Void,
        Self::Returned,
    ];

    /// The name on the wire and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rendered => "rendered",
            Self::Submitting => "submitting",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::Verified => "verified",
            Self::Packed => "packed",
            Self::HandedOver => "handed-over",
            Self::Received => "received",
            Self::Held => "held",
            Self::Unconfirmed => "unconfirmed",
            Self::Spoiled => "spoiled",
            Self::Cancelled => "cancelled",
            Self::Void => "void",
            Self::Returned => "returned",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether the card counts as the child's one live card.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Spoiled | Self::Cancelled | Self::Void)
    }

    /// How far printing has come, for the question what a newer record may still do.
    pub const fn progress(self) -> Progress {
        match self {
            Self::Accepted | Self::Rendered | Self::Held | Self::Cancelled => Progress::NotPrinted,
            Self::Submitting | Self::Sent | Self::Unconfirmed => Progress::Unknown,
            _ => Progress::Printed,
        }
    }

    /// Whether the card came out and lies in the office.
    pub const fn lies_in_office(self) -> bool {
        matches!(
            self,
            Self::Printed | Self::Verified | Self::Packed | Self::Returned
        )
    }

    /// Whether a scan has proved the card good, so that making it again takes a second person.
    pub const fn is_proved(self) -> bool {
        matches!(
            self,
            Self::Verified | Self::Packed | Self::HandedOver | Self::Received | Self::Returned
        )
    }

    /// Whether a card in this state may move to `to`.
    pub const fn may_become(self, to: Self) -> bool {
        use State::*;
        matches!(
            (self, to),
            // After a restore nobody knows what a card that waited has become since.
            (Accepted, Rendered | Held | Cancelled | Unconfirmed)
                | (Rendered, Submitting | Printed | Spoiled | Held | Cancelled | Unconfirmed)
                | (Submitting, Sent | Rendered | Unconfirmed | Held)
                | (Sent, Printed | Spoiled | Unconfirmed | Rendered)
                // A card that no scan proved is packed when a supervisor waives the scan.
                | (Printed, Verified | Packed | Spoiled | Void)
                | (Unconfirmed, Printed | Spoiled | Rendered | Accepted)
                // A scan is taken back by an undo.
                | (Verified, Printed | Packed | Spoiled | Void)
                // Taken out of its envelope it is what it was before.
                | (Packed, Printed | Verified | HandedOver | Spoiled | Void)
                // A card out of the house is spoiled when it is handed in for another.
                | (HandedOver, Received | Returned | Spoiled | Void)
                | (Received, Returned | Spoiled | Void)
                | (Returned, Packed | Spoiled | Void)
                | (Held, Accepted | Cancelled | Spoiled)
                // A cancelled card may still come out of a PDF that was printed before anyone
                // looked: the blank is then accounted for as spoiled.
                | (Cancelled, Spoiled)
        )
    }

    /// Makes the move, or says why it is illegal. The one place where cards move.
    pub fn step(self, to: Self) -> Result<Self, IllegalMove> {
        if self.may_become(to) {
            Ok(to)
        } else {
            Err(IllegalMove { from: self, to })
        }
    }
}

impl Explain for State {
    fn text(&self) -> Text {
        let id = match self {
            Self::Accepted => "diterima, menunggu lot",
            Self::Rendered => "siap cetak",
            Self::Submitting => "sedang diserahkan ke printer",
            Self::Sent => "di printer",
            Self::Printed => "tercetak",
            Self::Verified => "terverifikasi",
            Self::Packed => "dikemas",
            Self::HandedOver => "diserahkan",
            Self::Received => "diterima sekolah",
            Self::Held => "ditahan",
            Self::Unconfirmed => "belum pasti",
            Self::Spoiled => "rusak",
            Self::Cancelled => "dibatalkan",
            Self::Void => "tidak berlaku",
            Self::Returned => "kembali",
        };
        Text::new(id, self.name())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far the printing of a card has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// No blank was used yet.
    NotPrinted,
    /// It may or may not have come out.
    Unknown,
    /// It came out at some time.
    Printed,
}

/// A move that no card may make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card that is {from} cannot become {to}")]
pub struct IllegalMove {
    /// Where the card stands.
    pub from: State,
    /// Where it was to go.
    pub to: State,
}

/// Who or what says that a card moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The station did it itself.
    Station,
    /// A printer reported it.
    Device,
    /// A person said so.
    Operator,
    /// The card's code was read.
    Scan,
    /// It came with a file.
    Import,
}

/// Why a card that came out is no good. The wire names are Indonesian: operators type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpoilReason {
    /// Smudged, streaked or pale.
    Buram,
    Macet,
    /// The ribbon tore or ran out in the middle.
    Pita,
    /// Printed off its place, or a side upside down.
    Posisi,
    /// The blank was scratched or dirty before printing.
    Blanko,
    /// The data on the card are wrong: it is not made again until a newer record comes.
    Data,
    /// It was cancelled or changed after rendering, and came out all the same.
    Batal,
    Lain,
}

impl SpoilReason {
    pub const ALL: [Self; 8] = [
        Self::Buram,
        Self::Macet,
        Self::Pita,
        Self::Posisi,
        Self::Blanko,
        Self::Data,
        Self::Batal,
        Self::Lain,
    ];

    /// The code an operator types.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Buram => "buram",
            Self::Macet => "macet",
            Self::Pita => "pita",
            Self::Posisi => "posisi",
            Self::Blanko => "blanko",
            Self::Data => "data",
            Self::Batal => "batal",
            Self::Lain => "lain",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether the station makes the card again by itself.
    pub const fn is_made_again(self) -> bool {
        !matches!(self, Self::Data | Self::Batal)
    }
}

impl Explain for SpoilReason {
    fn text(&self) -> Text {
        match self {
            Self::Buram => Text::new(
                "hasil buram, bergaris atau pucat",
                "smudged, streaked or pale",
            ),
            Self::Macet => Text::new("kartu macet di printer", "jammed in the printer"),
            Self::Pita => Text::new("pita putus atau habis di tengah", "ribbon tore or ran out"),
            Self::Posisi => Text::new(
                "cetakan bergeser atau terbalik",
                "off its place or upside down",
            ),
            Self::Blanko => Text::new(
                "blanko cacat sebelum dicetak",
                "blank was faulty before printing",
            ),
            Self::Data => Text::new("data pada kartu salah", "the data on the card are wrong"),
            Self::Batal => Text::new("batal setelah dirender", "cancelled after rendering"),
            Self::Lain => Text::new("sebab lain", "any other cause"),
        }
    }
}

/// The two kinds of card (Permendagri 2/2016).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// Under five: no photo, valid until the fifth birthday.
    #[serde(rename = "0-5")]
    Under5,
    /// Five to under seventeen: with a photo, valid until seventeen years less one day.
    #[serde(rename = "5-17")]
    From5,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Under5, Self::From5];

    /// The name on the wire and in layouts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Under5 => "0-5",
            Self::From5 => "5-17",
        }
    }

    /// The kind with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_for_serde_and_for_people() {
        for state in State::ALL {
            assert_eq!(State::from_name(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for reason in SpoilReason::ALL {
            assert_eq!(SpoilReason::from_code(reason.code()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn nothing_leaves_spoiled_or_void_and_nothing_returns_to_unprinted_after_printing() {
        for to in State::ALL {
            assert!(State::Spoiled.step(to).is_err());
            assert!(State::Void.step(to).is_err());
        }
        for from in State::ALL
            .into_iter()
            .filter(|s| s.progress() == Progress::Printed)
        {
            for to in State::ALL
                .into_iter()
                .filter(|s| s.progress() == Progress::NotPrinted)
            {
                assert!(from.step(to).is_err(), "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_held_card_gets_into_no_pdf_before_a_person_lets_it_go() {
        assert!(State::Held.step(State::Rendered).is_err());
        assert!(State::Held.step(State::Accepted).is_ok());
    }

    #[test]
    fn a_card_whose_outcome_nobody_saw_is_never_sent_again_by_itself() {
        assert!(State::Unconfirmed.step(State::Submitting).is_err());
        assert!(State::Unconfirmed.step(State::Sent).is_err());
    }
}
