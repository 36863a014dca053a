//! Making a card again that was good once: why, on what evidence, and what the old one becomes.

use serde::{Deserialize, Serialize};

use super::card::State;

/// Why a card that came out is made again. The wire names are Indonesian: operators type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReprintReason {
    /// Damaged: the old card is handed in.
    Rusak,
    /// Lost, as a letter of the police says.
    Hilang,
    /// The data on it are wrong: it is handed in, and the next card waits for a newer record.
    Data,
}

impl ReprintReason {
    pub const ALL: [Self; 3] = [Self::Rusak, Self::Hilang, Self::Data];

    /// The code an operator types.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rusak => "rusak",
            Self::Hilang => "hilang",
            Self::Data => "data",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The only evidence that proves it.
    pub const fn evidence(self) -> ReprintEvidence {
        match self {
            Self::Rusak | Self::Data => ReprintEvidence::OldCard,
            Self::Hilang => ReprintEvidence::PoliceLetter,
        }
    }

    /// Whether the station makes the card again from the record it has.
    pub const fn is_made_again(self) -> bool {
        !matches!(self, Self::Data)
    }
}

/// What proves that a card may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReprintEvidence {
    /// A letter of the police that it is lost.
    PoliceLetter,
    /// The old card itself, handed in.
    OldCard,
}

impl ReprintEvidence {
    pub const ALL: [Self; 2] = [Self::PoliceLetter, Self::OldCard];

    /// The code an operator types.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PoliceLetter => "police-letter",
            Self::OldCard => "old-card",
        }
    }

    /// The evidence with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|evidence| evidence.code() == code)
    }

    /// What the old card becomes: one that lies here is to be destroyed, one that is lost is void.
    pub const fn leaves(self) -> State {
        match self {
            Self::PoliceLetter => State::Void,
            Self::OldCard => State::Spoiled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_same_for_serde_and_for_people() {
        for reason in ReprintReason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
            assert_eq!(ReprintReason::from_code(reason.code()), Some(reason));
        }
        for evidence in ReprintEvidence::ALL {
            assert_eq!(serde_json::to_value(evidence).unwrap(), evidence.code());
            assert_eq!(ReprintEvidence::from_code(evidence.code()), Some(evidence));
        }
    }

    #[test]
    fn every_card_that_came_out_good_may_be_left_as_its_evidence_says() {
        for evidence in ReprintEvidence::ALL {
            for from in State::ALL.into_iter().filter(|s| s.is_proved()) {
                assert!(from.may_become(evidence.leaves()), "{from} {evidence:?}");
            }
        }
    }
}
