//! A print job: what one printer was asked to put on one card, and what came of it.

use serde::{Deserialize, Serialize};

use super::card::SpoilReason;

/// Which sides of the card a job prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Front and back in one pass.
    Both,
    /// The front alone, on a printer that cannot turn the card.
    Front,
    /// The back of a card whose front is done.
    Back,
}

impl Side {
    pub const ALL: [Self; 3] = [Self::Both, Self::Front, Self::Back];

    /// The name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Front => "front",
            Self::Back => "back",
        }
    }

    /// The side with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.name() == name)
    }
}

/// How far a job has come: `begun → created → sent →` one of the ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The station is about to create it.
    Begun,
    /// The printer has given it a number; nothing prints yet.
    Created,
    /// The printer has the document.
    Sent,
    Printed,
    /// It surely never printed.
    NotPrinted,
    /// Nobody saw what came of it.
    Unconfirmed,
    /// It used up the blank and is no good.
    Spoiled,
}

impl Stage {
    pub const ALL: [Self; 7] = [
        Self::Begun,
        Self::Created,
        Self::Sent,
        Self::Printed,
        Self::NotPrinted,
        Self::Unconfirmed,
        Self::Spoiled,
    ];

    /// The name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Created => "created",
            Self::Sent => "sent",
            Self::Printed => "printed",
            Self::NotPrinted => "not-printed",
            Self::Unconfirmed => "unconfirmed",
            Self::Spoiled => "spoiled",
        }
    }

    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Whether the printer may still answer for the job.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Begun | Self::Created | Self::Sent)
    }

    /// Whether a job in this stage may come to `to`.
    ///
    /// A job may end before it was sent: what was never sent surely never printed, and a reply
    /// may be lost after the printer took it.
    pub const fn may_become(self, to: Self) -> bool {
        match to {
            Self::Begun => false,
            Self::Created => matches!(self, Self::Begun),
            Self::Sent => matches!(self, Self::Begun | Self::Created),
            Self::Printed | Self::Spoiled => matches!(self, Self::Sent),
            Self::NotPrinted | Self::Unconfirmed => self.is_open(),
        }
    }
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The device says that it came out.
    Printed,
    /// It surely never printed: the card may be sent again.
    NotPrinted,
    /// Nobody knows: a person must settle it.
    Unconfirmed,
    /// The blank is used up and no good.
    Spoiled(SpoilReason),
}

impl Ended {
    /// The stage that the job comes to.
    pub const fn stage(self) -> Stage {
        match self {
            Self::Printed => Stage::Printed,
            Self::NotPrinted => Stage::NotPrinted,
            Self::Unconfirmed => Stage::Unconfirmed,
            Self::Spoiled(_) => Stage::Spoiled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_for_serde_and_for_the_ledger() {
        for side in Side::ALL {
            assert_eq!(serde_json::to_value(side).unwrap(), side.name());
            assert_eq!(Side::from_name(side.name()), Some(side));
        }
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.name());
            assert_eq!(Stage::from_name(stage.name()), Some(stage));
        }
    }

    #[test]
    fn a_job_that_ended_never_moves_again_and_only_a_sent_one_comes_out() {
        for from in Stage::ALL.into_iter().filter(|stage| !stage.is_open()) {
            assert!(Stage::ALL.into_iter().all(|to| !from.may_become(to)));
        }
        for out in [Stage::Printed, Stage::Spoiled] {
            let may: Vec<_> = Stage::ALL
                .into_iter()
                .filter(|s| s.may_become(out))
                .collect();
            assert_eq!(may, [Stage::Sent]);
        }
    }
}
