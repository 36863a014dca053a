//! Identifiers that people read aloud, type and scan.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An identifier that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not of the form of such an identifier.
    #[error("`{0}` is not {1}")]
    Form(String, &'static str),
    /// The form is right but the check digit is not: almost certainly a typing error.
    #[error("`{0}` has a wrong check digit: it is mistyped")]
    Check(String),
}

/// One physical card: `K000123-7`, a number counted by the ledger and a check digit.
///
/// The digit is Luhn's (ISO/IEC 7812-1 annex B), so that one mistyped digit or two neighbours
/// swapped never name another child's card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(u64);

impl CardId {
    /// The card with this running number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "K{:06}-{}", self.0, check_digit(self.0))
    }
}

impl FromStr for CardId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        checked(text, ['K', 'k'], "a card number such as `K000123-0`").map(Self)
    }
}

/// The cards of one envelope to a school: `P00012-5`, with the check digit that cards have, for
/// it is read off labels and typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackId(u64);

impl PackId {
    /// The pack with this running number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{:05}-{}", self.0, check_digit(self.0))
    }
}

impl FromStr for PackId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        checked(text, ['P', 'p'], "a pack number such as `P00012-5`").map(Self)
    }
}

/// Luhn's check digit of a running number.
fn check_digit(number: u64) -> u64 {
    let (mut rest, mut sum, mut double) = (number, 0, true);
    while rest > 0 {
        let digit = rest % 10 * if double { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
        rest /= 10;
        double = !double;
    }
    (10 - sum % 10) % 10
}

/// Reads a running number behind its letter and before its check digit.
fn checked(text: &str, letter: [char; 2], what: &'static str) -> Result<u64, IdError> {
    let form = || IdError::Form(text.to_owned(), what);
    let body = text.trim().strip_prefix(letter).ok_or_else(form)?;
    let (number, digit) = body.split_once('-').ok_or_else(form)?;
    let number: u64 = plain_number(number).ok_or_else(form)?;
    let digit: u64 = plain_number(digit).ok_or_else(form)?;
    if check_digit(number) == digit {
        Ok(number)
    } else {
        Err(IdError::Check(text.to_owned()))
    }
}

/// The cards of one print-ready PDF: `L00045`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LotId(u64);

impl LotId {
    /// The lot with this running number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    pub const fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for LotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "L{:05}", self.0)
    }
}

impl FromStr for LotId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.trim()
            .strip_prefix(['L', 'l'])
            .and_then(plain_number)
            .map(Self)
            .ok_or_else(|| IdError::Form(text.to_owned(), "a lot number such as `L00045`"))
    }
}

/// Digits only: `str::parse` would also take a leading `+`.
fn plain_number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}
serde_as_text!(CardId, LotId, PackId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_reads_back_and_a_mistyped_one_is_refused() {
        for number in [1, 9, 10, 123, 999_999, 1_234_567] {
            let id = CardId::new(number);
            assert_eq!(id.to_string().parse(), Ok(id));
            let pack = PackId::new(number);
            assert_eq!(pack.to_string().parse(), Ok(pack));
        }
        assert!(matches!(
            "P00012-6".parse::<PackId>(),
            Err(IdError::Check(_))
        ));
        assert_eq!("P00012-5".parse(), Ok(PackId::new(12)));
        let text = CardId::new(123_456).to_string();
        let swapped = text.replacen("12", "21", 1);
        assert!(matches!(swapped.parse::<CardId>(), Err(IdError::Check(_))));
        assert!(matches!("K12".parse::<CardId>(), Err(IdError::Form(..))));
        assert!(matches!("K+12-5".parse::<CardId>(), Err(IdError::Form(..))));
    }
}
