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
    mask_from(15, text)
}

/// The text with every number of 8 or more digits in it masked, for what is kept for good: eight
/// digits may be a birth date.
pub fn mask_dates_and_numbers_in(text: &str) -> String {
    mask_from(8, text)
}

/// The text with every number of `shortest` or more digits in it masked.
fn mask_from(shortest: usize, text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let end = from
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(from.len());
        let (number, after) = from.split_at(end);
        shown.push_str(before);
        if number.len() < shortest {
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_part_of_a_nik_has_its_limits() {
        for (text, expected) in [
            ("1702090103180001", Ok(())),
            ("1702093103180001", Ok(())),
            ("1702094103180001", Ok(())),
            ("1702097112189999", Ok(())),
            ("1702090003180001", Err(NikError::Day)),
            ("1702093203180001", Err(NikError::Day)),
            ("1702094003180001", Err(NikError::Day)),
            ("1702097203180001", Err(NikError::Day)),
            ("1702090100180001", Err(NikError::Month)),
            ("1702090113180001", Err(NikError::Month)),
            ("1702090103180000", Err(NikError::Serial)),
            ("170209010318001", Err(NikError::Length)),
            ("17020901031800011", Err(NikError::Length)),
            ("+702090103180001", Err(NikError::Length)),
            // Eight Arabic-Indic digits, which are 16 bytes.
            ("١٧٠٢٠٩٠١", Err(NikError::Length)),
        ] {
            assert_eq!(Nik::parse(text).map(|_| ()), expected, "{text}");
        }
    }

    #[test]
    fn the_birth_date_and_sex_in_it_are_read() {
        let girl = Nik::parse("1702094503180003").unwrap();
        assert!(girl.is_female());
        assert!(girl.agrees_with_birth(date(2018, 3, 5)));
        assert!(!girl.agrees_with_birth(date(2018, 3, 6)));
        assert!(!girl.agrees_with_birth(date(2018, 4, 5)));
        assert!(!girl.agrees_with_birth(date(2017, 3, 5)));
        assert_eq!(girl.region(), "17.02");
        assert!(!Nik::parse("1702093103180003").unwrap().is_female());
    }

    #[test]
    fn neither_debug_nor_display_nor_an_error_shows_the_number() {
        let nik = Nik::parse("1702094503180003").unwrap();
        assert_eq!(nik.to_string(), "170209********03");
        assert_eq!(format!("{nik:?}"), "Nik(170209********03)");
        let error = serde_json::from_str::<Nik>("\"1702094503180000\"").unwrap_err();
        assert!(!error.to_string().contains("1702"), "{error}");
    }

    #[test]
    fn a_name_in_the_place_of_a_number_is_hidden_whole() {
        assert_eq!(mask_digits("AISYAH PUTRI RAMADHANI"), "*".repeat(22));
        assert_eq!(mask_digits("17020945"), "17******");
    }

    #[test]
    fn long_numbers_in_a_text_are_masked_and_short_ones_stay() {
        for (text, shown) in [
            ("foto/1702094503180003.jpg", "foto/170209********03.jpg"),
            (
                "1702094503180003-1702091203100004",
                "170209********03-170209********04",
            ),
            ("SIAK-2026-000123", "SIAK-2026-000123"),
            ("170209450318000", "170************"),
            ("é20261120091000", "é20261120091000"),
        ] {
            assert_eq!(mask_numbers_in(text), shown);
        }
    }

    prop_compose! {
        fn well_formed()(
            region in 0..1_000_000_u32, day in 1..=31_u32, girl in any::<bool>(),
            month in 1..=12_u32, year in 0..100_u32, serial in 1..10_000_u32,
        ) -> String {
            let day = day + if girl { 40 } else { 0 };
            format!("{region:06}{day:02}{month:02}{year:02}{serial:04}")
        }
    }

    proptest! {
        #[test]
        fn a_well_formed_nik_reads_back(text in well_formed()) {
            let nik = Nik::parse(&text).unwrap();
            prop_assert_eq!(nik.as_str(), &text);
            let json = serde_json::to_string(&nik).unwrap();
            prop_assert_eq!(serde_json::from_str::<Nik>(&json).unwrap(), nik);
        }

        #[test]
        fn a_nik_agrees_with_the_birth_it_was_made_of(
            days in 0..20_000_i64, girl in any::<bool>(), serial in 1..10_000_u32,
        ) {
            let birth = date(1990, 1, 1).saturating_add(jiff::Span::new().days(days));
            let day = birth.day() + if girl { 40 } else { 0 };
            let (month, year) = (birth.month(), birth.year() % 100);
            let nik = Nik::parse(&format!("170209{day:02}{month:02}{year:02}{serial:04}")).unwrap();
            prop_assert!(nik.agrees_with_birth(birth));
            prop_assert!(!nik.agrees_with_birth(birth.tomorrow().unwrap()));
            prop_assert_eq!(nik.is_female(), girl);
        }

        #[test]
        fn no_text_makes_it_panic_and_a_mask_never_shows_more_than_six_and_two(
            text in prop_oneof!["\\PC{0,60}", "[0-9]{0,50}", any::<String>()],
        ) {
            if let Ok(nik) = Nik::parse(&text) {
                prop_assert_eq!(nik.as_str(), &text);
            }
            let masked: Vec<char> = mask_digits(&text).chars().collect();
            let length = masked.len();
            let shown = |range: &[char]| range.iter().filter(|&&c| c != '*').count();
            prop_assert!(shown(&masked) <= length / 2);
            prop_assert_eq!(shown(&masked[6.min(length)..length.saturating_sub(2).max(6.min(length))]), 0);
            let longest = mask_numbers_in(&text)
                .split(|c: char| !c.is_ascii_digit())
                .map(str::len)
                .max();
            prop_assert!(longest < Some(15));
        }
    }
}
