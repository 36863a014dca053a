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

/// The first day on which a card of this kind no longer counts for its child: the birthday from
/// which another kind is due, or none, whatever the card prints; sooner for a foreign child whose
/// stay permit, and the card with it, is good until `permit`.
pub fn expires(birth: Date, kind: Kind, permit: Option<Date>) -> Date {
    let ends = birthday(
        birth,
        match kind {
            Kind::Under5 => 5,
            Kind::From5 => 17,
        },
    );
    let permit = permit.and_then(|last| last.tomorrow().ok());
    permit.map_or(ends, |day| day.min(ends))
}

#[cfg(test)]
mod tests {
    use jiff::Span;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_card_changes_on_the_fifth_birthday_and_ends_on_the_seventeenth() {
        let birth = date(2018, 3, 5);
        for (day, kind) in [
            (date(2018, 3, 4), None),
            (date(2018, 3, 5), Some(Kind::Under5)),
            (date(2023, 3, 4), Some(Kind::Under5)),
            (date(2023, 3, 5), Some(Kind::From5)),
            (date(2035, 3, 4), Some(Kind::From5)),
            (date(2035, 3, 5), None),
        ] {
            assert_eq!(kind_on(birth, day), kind, "{day}");
        }
        let until = |kind, under5| valid_until(birth, kind, under5);
        assert_eq!(until(Kind::Under5, Under5Until::Birthday), date(2023, 3, 5));
        assert_eq!(
            until(Kind::Under5, Under5Until::DayBefore),
            date(2023, 3, 4)
        );
        assert_eq!(until(Kind::From5, Under5Until::Birthday), date(2035, 3, 4));
    }

    #[test]
    fn a_leap_day_child_has_its_birthday_on_the_first_of_march_of_a_common_year() {
        let birth = date(2020, 2, 29);
        assert_eq!(birthday(birth, 4), date(2024, 2, 29));
        assert_eq!(birthday(birth, 5), date(2025, 3, 1));
        assert_eq!(kind_on(birth, date(2025, 2, 28)), Some(Kind::Under5));
        assert_eq!(kind_on(birth, date(2025, 3, 1)), Some(Kind::From5));
        let last = valid_until(birth, Kind::From5, Under5Until::Birthday);
        assert_eq!(last, date(2037, 2, 28));
        assert_eq!(kind_on(birth, last), Some(Kind::From5));
    }

    prop_compose! {
        fn any_birth()(days in 0..40_000_i64) -> Date {
            date(1990, 1, 1).saturating_add(Span::new().days(days))
        }
    }

    /// Not born, under five, from five on, too old: the order of life.
    fn stage(birth: Date, day: Date) -> u8 {
        match kind_on(birth, day) {
            None if day < birth => 0,
            Some(Kind::Under5) => 1,
            Some(Kind::From5) => 2,
            None => 3,
        }
    }

    proptest! {
        #[test]
        fn the_kind_only_moves_forward(
            birth in any_birth(), from in -400..7_000_i64, later in 0..400_i64,
        ) {
            let day = birth.saturating_add(Span::new().days(from));
            let next = day.saturating_add(Span::new().days(later));
            prop_assert!(stage(birth, day) <= stage(birth, next));
            prop_assert_eq!(stage(birth, birth), 1);
        }

        #[test]
        fn a_card_is_of_its_kind_until_its_last_day_and_no_longer(birth in any_birth()) {
            for (kind, under5, birthday_counts) in [
                (Kind::Under5, Under5Until::Birthday, true),
                (Kind::Under5, Under5Until::DayBefore, false),
                (Kind::From5, Under5Until::Birthday, false),
                (Kind::From5, Under5Until::DayBefore, false),
            ] {
                let last = valid_until(birth, kind, under5);
                let last_of_kind = if birthday_counts { last.yesterday().unwrap() } else { last };
                prop_assert_eq!(kind_on(birth, last_of_kind), Some(kind));
                prop_assert_ne!(kind_on(birth, last_of_kind.tomorrow().unwrap()), Some(kind));
            }
        }

        #[test]
        fn age_grows_by_one_on_each_birthday(birth in any_birth(), years in 1..30_i16) {
            let day = birthday(birth, years);
            prop_assert_eq!(age(birth, day), years);
            prop_assert_eq!(age(birth, day.yesterday().unwrap()), years - 1);
        }
    }

    #[test]
    fn a_card_counts_until_the_birthday_or_the_end_of_the_stay_permit() {
        let birth = date(2020, 2, 29);
        assert_eq!(expires(birth, Kind::Under5, None), date(2025, 3, 1));
        assert_eq!(expires(birth, Kind::From5, None), date(2037, 3, 1));
        let permit = Some(date(2026, 8, 31));
        assert_eq!(expires(birth, Kind::From5, permit), date(2026, 9, 1));
        let long = Some(date(2040, 1, 1));
        assert_eq!(expires(birth, Kind::From5, long), date(2037, 3, 1));
    }
}
