//! Figures as Indonesian writes them: a share in percent, a count.

use std::fmt;

use serde::{Serialize, Serializer};

/// A share in hundredths of a percent, cut off and never rounded up: 100 % means all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u64);

impl Percent {
    /// What `part` is of `whole`; none when there is no whole.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        let hundredths = (u128::from(part) * 10_000).checked_div(u128::from(whole))?;
        Some(Self(u64::try_from(hundredths).unwrap_or(u64::MAX)))
    }

    /// As a number: 57.82.
    pub fn value(self) -> f64 {
        self.0 as f64 / 100.0
    }
}

/// As Indonesian writes it: `57,82 %`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{:02} %", self.0 / 100, self.0 % 100)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(self.value())
    }
}

/// A count with a point before every third digit: `72.638`.
pub fn grouped(count: i64) -> String {
    let digits = count.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    if count < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_threes() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1.000"),
            (72_638, "72.638"),
            (-1_234_567, "-1.234.567"),
        ] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn a_share_is_cut_off_so_that_a_hundred_means_all() {
        let said = |part, whole| Percent::of(part, whole).unwrap().to_string();
        assert_eq!(said(42_000, 72_638), "57,82 %");
        assert_eq!(said(99_999, 100_000), "99,99 %");
        assert_eq!(said(129, 100), "129,00 %");
        assert_eq!(said(0, 3), "0,00 %");
        assert_eq!(Percent::of(1, 0), None);
    }
}
