//! Numbers and dates as Indonesian papers spell them out.

use jiff::civil::{Date, Weekday};
use serde::Serialize;

const UNITS: [&str; 12] = [
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan",
    "sepuluh", "sebelas",
];

const MONTHS: [&str; 12] = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
];

/// A number in words: 21 is `dua puluh satu`.
pub fn spelled(number: u32) -> String {
    let (head, unit, rest) = match number {
        0..12 => return UNITS[number as usize].to_owned(),
        12..20 => return format!("{} belas", UNITS[(number - 10) as usize]),
        20..100 => (number / 10, "puluh", number % 10),
        100..1_000 => (number / 100, "ratus", number % 100),
        1_000..1_000_000 => (number / 1_000, "ribu", number % 1_000),
        1_000_000..1_000_000_000 => (number / 1_000_000, "juta", number % 1_000_000),
        _ => (number / 1_000_000_000, "miliar", number % 1_000_000_000),
    };
    // One hundred and one thousand are single words; one million is not.
    let mut words = match (head, unit) {
        (1, "ratus" | "ribu") => format!("se{unit}"),
        _ => format!("{} {unit}", spelled(head)),
    };
    if rest > 0 {
        words.push(' ');
        words.push_str(&spelled(rest));
    }
    words
}

/// The name of a month, from 1: `Januari`.
///
/// # Panics
/// When there is no such month.
pub fn month_name(month: i8) -> &'static str {
    MONTHS[usize::from(month.unsigned_abs()) - 1]
}

/// A date as a paper spells it in its opening and writes it above the signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SpelledDate {
    /// The day of the week: `Selasa`.
    pub hari: &'static str,
    /// The day of the month in words.
    pub tanggal: String,
    pub bulan: &'static str,
    /// The year in words.
    pub tahun: String,
    pub angka: String,
}

impl From<Date> for SpelledDate {
    fn from(date: Date) -> Self {
        let bulan = month_name(date.month());
        Self {
            hari: match date.weekday() {
                Weekday::Monday => "Senin",
                Weekday::Tuesday => "Selasa",
                Weekday::Wednesday => "Rabu",
                Weekday::Thursday => "Kamis",
                Weekday::Friday => "Jumat",
                Weekday::Saturday => "Sabtu",
                Weekday::Sunday => "Minggu",
            },
            tanggal: spelled(date.day().unsigned_abs().into()),
            bulan,
            tahun: spelled(date.year().unsigned_abs().into()),
            angka: format!("{} {bulan} {}", date.day(), date.year()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spelled_as_indonesian_spells_them() {
        for (number, words) in [
            (0, "nol"),
            (11, "sebelas"),
            (12, "dua belas"),
            (20, "dua puluh"),
            (21, "dua puluh satu"),
            (100, "seratus"),
            (115, "seratus lima belas"),
            (1_000, "seribu"),
            (2_026, "dua ribu dua puluh enam"),
            (19_135, "sembilan belas ribu seratus tiga puluh lima"),
            (101_000, "seratus satu ribu"),
            (1_000_001, "satu juta satu"),
        ] {
            assert_eq!(spelled(number), words);
        }
    }

    #[test]
    fn a_date_is_spelled_with_its_weekday() {
        let date = SpelledDate::from(jiff::civil::date(2026, 11, 24));
        assert_eq!(date.hari, "Selasa");
        assert_eq!(date.tanggal, "dua puluh empat");
        assert_eq!((date.bulan, &*date.angka), ("November", "24 November 2026"));
        assert_eq!(date.tahun, "dua ribu dua puluh enam");
    }
}
