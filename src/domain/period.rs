//! The days and months that reports are about, on the office's calendar.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Days from the first to the last, both counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    pub first: Date,
    /// The last day, never before the first.
    pub last: Date,
}

impl Period {
    pub const fn day(day: Date) -> Self {
        Self {
            first: day,
            last: day,
        }
    }

    /// The half of a month in which `day` lies: the 1st to the 15th, or the 16th to the end.
    pub fn half_month(day: Date) -> Self {
        let split = day.first_of_month().saturating_add(14.days());
        if day <= split {
            Self {
                first: day.first_of_month(),
                last: split,
            }
        } else {
            Self {
                first: split.saturating_add(1.day()),
                last: day.last_of_month(),
            }
        }
    }

    /// The semester in which `day` lies: January to June, or July to December.
    pub fn semester(day: Date) -> Self {
        let half = if day.month() <= 6 { 1 } else { 7 };
        let first = day.first_of_year().saturating_add((half - 1).months());
        Self {
            first,
            last: first.saturating_add(5.months()).last_of_month(),
        }
    }

    /// The week in which `day` lies, Monday to Sunday.
    pub fn week(day: Date) -> Self {
        let since = i32::from(day.weekday().to_monday_zero_offset());
        let first = day.saturating_sub(since.days());
        Self {
            first,
            last: first.saturating_add(6.days()),
        }
    }
}

/// A month of a year: `2031-03`. Ordered as time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month in which `day` lies.
    pub fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month of the year, from 1.
    pub const fn number(self) -> i8 {
        self.month
    }

    pub fn last_day(self) -> Date {
        Date::constant(self.year, self.month, 1).last_of_month()
    }

    /// The month so many months later.
    pub fn after(self, months: u32) -> Self {
        let first = Date::constant(self.year, self.month, 1);
        Self::of(first.saturating_add(i64::from(months).months()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// A text that is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a month such as `2026-11`")]
pub struct MonthError;

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Self, MonthError> {
        let first: Date = format!("{text}-01").parse().map_err(|_| MonthError)?;
        let month = Self::of(first);
        // One spelling only, for texts are compared.
        (month.to_string() == text)
            .then_some(month)
            .ok_or(MonthError)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn halves_semesters_and_weeks_begin_and_end_where_the_office_says() {
        let of = |first, last| Period { first, last };
        let half = Period::half_month;
        assert_eq!(
            half(date(2026, 2, 15)),
            of(date(2026, 2, 1), date(2026, 2, 15))
        );
        assert_eq!(
            half(date(2028, 2, 16)),
            of(date(2028, 2, 16), date(2028, 2, 29))
        );
        let semester = Period::semester;
        assert_eq!(
            semester(date(2026, 6, 30)),
            of(date(2026, 1, 1), date(2026, 6, 30))
        );
        assert_eq!(
            semester(date(2026, 7, 1)),
            of(date(2026, 7, 1), date(2026, 12, 31))
        );
        // 24 November 2026 is a Tuesday.
        let week = of(date(2026, 11, 23), date(2026, 11, 29));
        for day in [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 29)] {
            assert_eq!(Period::week(day), week);
        }
    }

    #[test]
    fn a_month_has_one_spelling_and_compares_as_its_text_does() {
        let november: Month = "2026-11".parse().unwrap();
        assert_eq!(november, Month::of(date(2026, 11, 24)));
        assert_eq!(november.after(2).to_string(), "2027-01");
        assert!(november < november.after(2));
        assert_eq!(november.after(3).last_day(), date(2027, 2, 28));
        for wrong in ["2026-1", "2026-13", "2026-11-24", "", "26-11"] {
            assert_eq!(wrong.parse::<Month>(), Err(MonthError), "{wrong}");
        }
    }
}
