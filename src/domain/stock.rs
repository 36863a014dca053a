//! Blanks and ribbons: what uses them up, the balance of a day, and how far they reach.

use crate::domain::text::{Explain, Text};
use crate::text;
use serde::{Deserialize, Serialize};

use super::card::{Progress, State};

/// The blanks that cards are booked from when their printer names none.
pub const DEFAULT_MEDIA: &str = "kia";

/// How many cards one ribbon prints, unless its packet says otherwise (offices report about 500).
pub const RIBBON_PRINTS: u32 = 500;

/// What a card's move means for the blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A blank became a good card.
    Good,
    /// A blank was used up for a card that is no good.
    Spoiled,
    /// A card that was booked as good while it lay in the office is no good after all.
    Turned,
}

/// What this move uses. An outcome that nobody knows uses nothing until it is settled, and a card
/// that was handed out and comes back was a good use of its blank.
pub fn use_of(from: State, to: State) -> Option<Use> {
    let came_out = from.progress() == Progress::Printed;
    match to {
        State::Printed if !came_out => Some(Use::Good),
        State::Spoiled if !came_out => Some(Use::Spoiled),
        State::Spoiled if matches!(from, State::Printed | State::Verified | State::Packed) => {
            Some(Use::Turned)
        }
        _ => None,
    }
}

/// What a person does with blanks, besides printing cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Movement {
    /// They came from the supplier.
    Received,
    /// They were lent to another office.
    Lent,
    /// Lent ones came back.
    Returned,
    /// They were used for trial prints.
    Test,
    /// They were found faulty before printing.
    Spoiled,
}

impl Explain for Movement {
    fn text(&self) -> Text {
        match self {
            Self::Received => Text::new("diterima", "received"),
            Self::Lent => Text::new("dipinjamkan", "lent"),
            Self::Returned => Text::new("kembali", "returned"),
            Self::Test => Text::new("dipakai untuk uji cetak", "used for trial prints"),
            Self::Spoiled => Text::new("cacat sebelum dicetak", "faulty before printing"),
        }
    }
}

/// Ribbons likewise, in prints but for the ribbons themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum RibbonMovement {
    /// So many ribbons of so many prints each were put on the shelf.
    Received { ribbons: u32, prints: u32 },
    /// A ribbon went from the shelf into a printer.
    PutIn {
        /// Prints that were left in the one taken out and are lost.
        discarded: u32,
    },
    /// Others printed with it, such as the KTP-el desk.
    UsedElsewhere { prints: u32 },
}

/// The blanks of one kind over one day: `opening + received + returned = good + spoiled + test +
/// lent + closing`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Blanks at the start of the day, as counted at the last close.
    pub opening: i64,
    /// Came from the supplier.
    pub received: i64,
    /// Came back from those lent.
    pub returned: i64,
    /// Became good cards. Below zero when more cards of an earlier day turned out spoiled today
    /// than good ones were made.
    pub good: i64,
    /// Spoiled, before printing or with a card.
    pub spoiled: i64,
    pub test: i64,
    /// Lent to another office.
    pub lent: i64,
}

impl Balance {
    /// The blanks that must be there.
    pub const fn closing(&self) -> i64 {
        self.opening + self.received + self.returned
            - self.good
            - self.spoiled
            - self.test
            - self.lent
    }

    /// Books a use by printing.
    pub const fn print(&mut self, used: Use) {
        match used {
            Use::Good => self.good += 1,
            Use::Spoiled => self.spoiled += 1,
            Use::Turned => {
                self.good -= 1;
                self.spoiled += 1;
            }
        }
    }

    pub const fn book(&mut self, movement: Movement, count: u32) {
        let count = count as i64;
        match movement {
            Movement::Received => self.received += count,
            Movement::Lent => self.lent += count,
            Movement::Returned => self.returned += count,
            Movement::Test => self.test += count,
            Movement::Spoiled => self.spoiled += count,
        }
    }
}

/// The serials of a packet of blanks, first and last of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SerialRange {
    pub first: String,
    /// The last, as long as the first.
    pub last: String,
}

impl SerialRange {
    /// Whether a serial lies in it.
    pub fn contains(&self, serial: &str) -> bool {
        serial.len() == self.first.len() && (self.first.as_str()..=&self.last).contains(&serial)
    }

    /// How many there are, where both end in digits and begin alike.
    pub fn count(&self) -> Option<u64> {
        let digits = |serial: &str| serial.bytes().rev().take_while(u8::is_ascii_digit).count();
        let split = |serial: &str| {
            let at = serial.len()
                - digits(&self.first)
                    .min(digits(&self.last))
                    .min(serial.len());
            let (head, number) = serial.split_at_checked(at)?;
            Some((head.to_owned(), number.parse::<u64>().ok()?))
        };
        let ((head, first), (other, last)) = (split(&self.first)?, split(&self.last)?);
        (head == other).then_some(last.checked_sub(first)? + 1)
    }

    /// Whether first and last are serials of one length and in order.
    pub fn is_sound(&self) -> bool {
        super::scan::is_serial(&self.first)
            && super::scan::is_serial(&self.last)
            && self.contains(&self.last)
    }
}

/// How far the supplies reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Forecast {
    /// Good cards that the ribbons are enough for; none when no ribbon was ever entered.
    pub ribbon_cards: Option<u64>,
    /// Good cards that the blanks are enough for; none when no blank was ever entered.
    pub blank_cards: Option<u64>,
    /// Cards that wait to be printed.
    pub queue: u64,
}

impl Forecast {
    /// Out of prints and blanks left, the queue, and how many of the blanks used were spoiled.
    pub fn new(
        prints: Option<i64>,
        blanks: Option<i64>,
        queue: u64,
        used: u64,
        spoiled: u64,
    ) -> Self {
        // Of `used` blanks `used - spoiled` became good cards; whole numbers, rounded down.
        let good = |left: i64| {
            let left = u64::try_from(left).unwrap_or(0);
            match used {
                0 => left,
                used => left.saturating_mul(used.saturating_sub(spoiled)) / used,
            }
        };
        Self {
            ribbon_cards: prints.map(good),
            blank_cards: blanks.map(good),
            queue,
        }
    }

    /// Whether the queue will not be printed to its end.
    pub fn is_short(&self) -> bool {
        [self.ribbon_cards, self.blank_cards]
            .into_iter()
            .flatten()
            .any(|cards| cards < self.queue)
    }
}

impl Explain for Forecast {
    fn text(&self) -> Text {
        let tell = |cards: Option<u64>, unknown: &str| {
            cards.map_or_else(|| unknown.to_owned(), |n| n.to_string())
        };
        let (ribbon, blanks, queue) = (self.ribbon_cards, self.blank_cards, self.queue);
        text!(
            "pita cukup untuk {} kartu, blanko untuk {}, antrean {queue}",
            tell(ribbon, "(belum dicatat)"), tell(blanks, "(belum dicatat)");
            "ribbon for {} cards, blanks for {}, queue {queue}",
            tell(ribbon, "(not entered)"), tell(blanks, "(not entered)")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_is_used_when_its_card_first_comes_out_and_never_twice() {
        for from in State::ALL {
            for to in State::ALL.into_iter().filter(|to| from.may_become(*to)) {
                let first = from.progress() != Progress::Printed;
                let comes_out = matches!(to, State::Printed | State::Spoiled);
                let used = use_of(from, to);
                let uses = matches!(used, Some(Use::Good | Use::Spoiled));
                assert_eq!(uses, first && comes_out, "{from} to {to}: {used:?}");
            }
        }
        assert_eq!(use_of(State::Verified, State::Printed), None);
        assert_eq!(use_of(State::Sent, State::Unconfirmed), None);
        assert_eq!(use_of(State::Verified, State::Spoiled), Some(Use::Turned));
        assert_eq!(use_of(State::Received, State::Spoiled), None);
    }

    #[test]
    fn the_forecast_counts_good_cards_and_says_when_they_are_too_few() {
        let forecast = Forecast::new(Some(150), Some(19_135), 212, 300, 20);
        assert_eq!(forecast.ribbon_cards, Some(140));
        assert!(forecast.is_short());
        let text = forecast.text();
        assert_eq!(
            text.id,
            "pita cukup untuk 140 kartu, blanko untuk 17859, antrean 212"
        );
        assert_eq!(text.en, "ribbon for 140 cards, blanks for 17859, queue 212");
        assert!(!Forecast::new(Some(212), None, 212, 0, 0).is_short());
        assert_eq!(Forecast::new(Some(-3), None, 1, 0, 0).ribbon_cards, Some(0));
    }

    #[test]
    fn a_range_takes_serials_of_its_own_length_only() {
        let range = SerialRange {
            first: "KIA0100".into(),
            last: "KIA0199".into(),
        };
        assert!(range.is_sound() && range.contains("KIA0100") && range.contains("KIA0199"));
        for other in ["KIA0099", "KIA0200", "KIA015", "KIA01500"] {
            assert!(!range.contains(other), "{other}");
        }
        let turned = SerialRange {
            first: range.last.clone(),
            last: range.first.clone(),
        };
        assert!(!turned.is_sound());
        assert_eq!((range.count(), turned.count()), (Some(100), None));
        for (first, last, count) in [
            ("KIA0099", "KIA0100", Some(2)),
            ("0001", "0001", Some(1)),
            ("A1B05", "A2B10", None),
            ("KIA-A", "KIA-C", None),
            ("KIA9", "KIAX", None),
        ] {
            let (first, last) = (first.into(), last.into());
            assert_eq!(SerialRange { first, last }.count(), count);
        }
    }
}
