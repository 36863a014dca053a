//! The population number (NIK) and the family card number (KK): 16 digits each.
//!
//! A NIK is province 2, regency 2, district 2 of *first* registration, DDMMYY of birth with the
//! day + 40 for girls, serial 0001–9999, as the offices publish it. It never changes, even when
//! the birth date is corrected or the family moves (PP 40/2019 art. 30 (2)), so a mismatch with
//! the record is a warning and never a block.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why a text is no NIK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NikError {
    /// Not 16 characters, or some are not digits.
    #[error("not 16 digits")]
    Length,
    /// The birth day is not 1–31 or 41–71.
    #[error("the birth day in it is impossible")]
    Day,
    /// The birth month is not 1–12.
    #[error("the birth month in it is impossible")]
    Month,
    /// The serial is 0000.
    #[error("its serial is 0000")]
    Serial,
}

/// A well-formed NIK. `Debug` and `Display` mask it; [`Nik::as_str`] is the whole number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nik(String);

impl Nik {
    /// Reads a NIK: exactly 16 ASCII digits with a possible day, month and serial.
    pub fn parse(text: &str) -> Result<Self, NikError> {
        if text.len() != 16 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NikError::Length);
        }
        let nik = Self(text.to_owned());
        if !matches!(nik.two(6), 1..=31 | 41..=71) {
            return Err(NikError::Day);
        }
        if !matches!(nik.two(8), 1..=12) {
            return Err(NikError::Month);
        }
        if text.ends_with("0000") {
            return Err(NikError::Serial);
        }
        Ok(nik)
    }

    /// The whole number, for the card and the ledger only.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the number says girl (day + 40).
    pub fn is_female(&self) -> bool {
        self.two(6) > 40
    }

    /// Whether the day, month and two-digit year in the number are those of `birth`.
    pub fn agrees_with_birth(&self, birth: Date) -> bool {
        let day = self.two(6) % 40;
        // 40 is no possible day, so the remainder loses nothing but the girls' 40.
        day == u32::from(birth.day().unsigned_abs())
            && self.two(8) == u32::from(birth.month().unsigned_abs())
            && self.two(10) == u32::from(birth.year().unsigned_abs()) % 100
    }

    /// Province and regency of first registration, as in `17.02`.
    pub fn region(&self) -> String {
        format!("{}.{}", &self.0[..2], &self.0[2..4])
    }

    /// The number with all but its first six and last two digits hidden.
    pub fn masked(&self) -> String {
        mask_digits(&self.0)
    }

    fn two(&self, at: usize) -> u32 {
        self.0[at..at + 2]
            .bytes()
            .fold(0, |n, b| n * 10 + u32::from(b - b'0'))
    }
}

/// Hides the middle of a number that may be malformed: at most the first six and the last two
/// characters are kept, never more than half of it, and nothing but digits, since a shifted
/// column puts a name where a number belongs.
pub fn mask_digits(text: &str) -> String {
    let chars: Vec<char> = text.chars().take(40).collect();
    let (head, tail) = if chars.len() >= 16 {
        (6, 2)
    } else {
        (chars.len() / 4, 0)
    };
    chars
        .iter()
        .enumerate()
        .map(|(i, &c)| {
            if c.is_ascii_digit() && (i < head || i >= chars.len() - tail) {
                c
            } else {
                '*'
            }
        })
        .collect()
}

/// The text with every number of 15 or more digits in it masked. File names and identifiers are
/// often made of a NIK, at times with one digit lost.
pub fn mask_numbers_in(text: &str) -> String {
    const LONG: usize = 15;
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        shown.push_str(before);
        if number.len() < LONG {
            shown.push_str(number);
        } else {
            shown.push_str(&mask_digits(number));
        }
        rest = after;
    }
    shown + rest
}

impl fmt::Display for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nik({})", self.masked())
    }
}

impl Serialize for Nik {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Nik {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}
