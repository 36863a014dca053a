//! Age, kind and validity on a given day.
//!
//! A child born on 29 February has its birthday on 1 March in a common year: only then is the
//! whole year over. Seventeen years less one day is then 28 February.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::card::Kind;

/// What a card for under-fives prints as its last day. Which of the two holds nationally is not
/// confirmed, so it is a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Under5Until {
    /// The fifth birthday itself (the wording of Permendagri 2/2016: "until the age of 5").
    #[default]
    Birthday,
    /// The day before it.
    DayBefore,
}

/// The birthday at `years` of age. 29 February becomes 1 March in a common year.
pub fn birthday(birth: Date, years: i16) -> Date {
    let year = birth.year() + years;
    Date::new(year, birth.month(), birth.day()).unwrap_or_else(|_| {
        // Only 29 February can be missing from a year.
        Date::new(year, 3, 1).expect("1 March exists in every year")
    })
}

/// Whole years of age on `day`; negative before birth.
pub fn age(birth: Date, day: Date) -> i16 {
    let years = day.year() - birth.year();
    if day < birthday(birth, years) {
        years - 1
    } else {
        years
    }
}

/// The kind of card due on `day`, or `None` when the child is not yet born or already 17.
pub fn kind_on(birth: Date, day: Date) -> Option<Kind> {
    match age(birth, day) {
        0..=4 => Some(Kind::Under5),
        5..=16 => Some(Kind::From5),
        _ => None,
    }
}

/// The last day a card of this kind is valid (Permendagri 2/2016): the fifth birthday, or the
/// day before the seventeenth.
pub fn valid_until(birth: Date, kind: Kind, under5: Under5Until) -> Date {
    let before = |day: Date| {
        day.yesterday()
            .expect("a birthday is never the first day of time")
    };
    match (kind, under5) {
        (Kind::Under5, Under5Until::Birthday) => birthday(birth, 5),
        (Kind::Under5, Under5Until::DayBefore) => before(birthday(birth, 5)),
        (Kind::From5, _) => before(birthday(birth, 17)),
    }
}
