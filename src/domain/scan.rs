//! Quality control: what a scanned code says about the card that came out.

use crate::domain::text::{Explain, Text};
use serde::{Deserialize, Serialize};

use super::card::State;
use super::ids::CardId;

/// How the serial numbers of blanks look: `#` is a digit, `@` a letter, anything else itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct SerialPattern(String);

/// A pattern without a digit would take codes for serials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no pattern for serials: `#` stands for a digit and at least one is needed, such as `KIA########`"
)]
pub struct PatternError(String);

impl std::str::FromStr for SerialPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.contains('#') && is_serial(&text.replace(['#', '@'], "0")) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PatternError(text.to_owned()))
        }
    }
}

impl TryFrom<String> for SerialPattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        text.parse()
    }
}

impl SerialPattern {
    /// Whether this could be the serial of a blank.
    pub fn fits(&self, text: &str) -> bool {
        text.chars().count() == self.0.chars().count()
            && text.chars().zip(self.0.chars()).all(|(c, p)| match p {
                '#' => c.is_ascii_digit(),
                '@' => c.is_ascii_alphabetic(),
                p => c == p,
            })
    }
}

/// Whether a text may be a blank's serial at all: 1 to 32 letters, digits and hyphens.
pub fn is_serial(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What the ledger knows of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// No card carries it.
    Nothing,
    /// Live cards of several children carry it: the sender supplied it twice.
    Several,
    /// One card carries it.
    Card {
        card: CardId,
        state: State,
        /// Whether it is of the lot that is being scanned; `true` when none was named.
        in_lot: bool,
        /// Cards before it in its lot that were not scanned, since the last that was.
        skipped: Vec<CardId>,
    },
}

/// What a scan says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The card is verified.
    Good {
        /// Cards that should have come before it.
        skipped: Vec<CardId>,
    },
    /// It is not, and somebody has to look.
    Refused(Refusal),
}

/// Why a scan verified nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// No card carries this code.
    Unknown,
    /// More than one live card carries it.
    Ambiguous,
    /// It was verified before.
    Repeated,
    /// The ledger does not say that it came out.
    NotPrinted,
    /// Nobody knows yet what came out: settle it first.
    Unconfirmed,
    /// It must not be handed out: spoiled, cancelled, void or held.
    NotToUse,
    /// It is of another lot than the one being scanned.
    OtherLot,
    /// A serial where the card's code was due, or the other way round.
    WrongSide,
    /// The serial belongs to another card, or the card has another serial.
    SerialTaken,
}

impl Refusal {
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Ambiguous,
        Self::Repeated,
        Self::NotPrinted,
        Self::Unconfirmed,
        Self::NotToUse,
        Self::OtherLot,
        Self::WrongSide,
        Self::SerialTaken,
    ];

    /// The code in the ledger.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Ambiguous => "ambiguous",
            Self::Repeated => "repeated",
            Self::NotPrinted => "not-printed",
            Self::Unconfirmed => "unconfirmed",
            Self::NotToUse => "not-to-use",
            Self::OtherLot => "other-lot",
            Self::WrongSide => "wrong-side",
            Self::SerialTaken => "serial-taken",
        }
    }
}

impl Explain for Refusal {
    fn text(&self) -> Text {
        match self {
            Self::Unknown => Text::new(
                "KODE TIDAK DIKENAL, pisahkan kartu ini",
                "unknown code: set it aside",
            ),
            Self::Ambiguous => Text::new(
                "KODE DIPAKAI BEBERAPA ANAK, pisahkan kartu ini",
                "several children carry this code: set it aside",
            ),
            Self::Repeated => Text::new("SUDAH DIPINDAI", "scanned before"),
            Self::NotPrinted => Text::new(
                "BELUM TERCATAT KELUAR dari printer, pisahkan dulu",
                "not known to be printed: set it aside",
            ),
            Self::Unconfirmed => Text::new(
                "BELUM PASTI, selesaikan dengan `settle`",
                "unconfirmed: use `settle`",
            ),
            Self::NotToUse => Text::new("JANGAN DIPAKAI, musnahkan", "not to be used: destroy it"),
            Self::OtherLot => Text::new("DARI LOT LAIN", "of another lot"),
            Self::WrongSide => Text::new(
                "SISI SALAH, pindai kode yang lain",
                "wrong side: scan the other code",
            ),
            Self::SerialTaken => Text::new(
                "NOMOR SERI SUDAH MILIK KARTU LAIN, pisahkan",
                "the serial belongs to another card: set it aside",
            ),
        }
    }
}

/// Judges a card's code.
pub fn judge(known: Known) -> Verdict {
    use State::*;
    let (state, in_lot, skipped) = match known {
        Known::Nothing => return Verdict::Refused(Refusal::Unknown),
        Known::Several => return Verdict::Refused(Refusal::Ambiguous),
        Known::Card {
            state,
            in_lot,
            skipped,
            ..
        } => (state, in_lot, skipped),
    };
    Verdict::Refused(match state {
        Printed if in_lot => return Verdict::Good { skipped },
        Printed => Refusal::OtherLot,
        Verified | Packed | HandedOver | Received | Returned => Refusal::Repeated,
        Accepted | Rendered | Submitting | Sent => Refusal::NotPrinted,
        Unconfirmed => Refusal::Unconfirmed,
        Spoiled | Cancelled | Void | Held => Refusal::NotToUse,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(state: State, in_lot: bool) -> Known {
        Known::Card {
            card: CardId::new(7),
            state,
            in_lot,
            skipped: vec![CardId::new(6)],
        }
    }

    #[test]
    fn only_a_printed_card_of_the_lot_is_good_and_it_names_those_skipped() {
        for state in State::ALL {
            for in_lot in [true, false] {
                let good = judge(known(state, in_lot))
                    == Verdict::Good {
                        skipped: vec![CardId::new(6)],
                    };
                assert_eq!(good, state == State::Printed && in_lot, "{state} {in_lot}");
            }
        }
        assert_eq!(judge(Known::Nothing), Verdict::Refused(Refusal::Unknown));
        assert_eq!(judge(Known::Several), Verdict::Refused(Refusal::Ambiguous));
        for (state, refusal) in [
            (State::Verified, Refusal::Repeated),
            (State::Sent, Refusal::NotPrinted),
            (State::Unconfirmed, Refusal::Unconfirmed),
            (State::Cancelled, Refusal::NotToUse),
        ] {
            assert_eq!(judge(known(state, true)), Verdict::Refused(refusal));
        }
    }

    #[test]
    fn codes_are_the_same_for_serde_and_for_the_ledger() {
        for refusal in Refusal::ALL {
            assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.code());
        }
    }

    #[test]
    fn a_pattern_tells_a_serial_from_a_code() {
        let pattern: SerialPattern = "KIA-@######".parse().unwrap();
        assert!(pattern.fits("KIA-B000123"));
        for other in ["KIA-0000123", "KIA-B00012", "KIA-B0001234", "KIA:7Q2M"] {
            assert!(!pattern.fits(other), "{other}");
        }
        assert!("KIA".parse::<SerialPattern>().is_err());
        assert!("KIA ##".parse::<SerialPattern>().is_err());
    }
}
