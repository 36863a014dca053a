//! Reads single values: words of a list, SIAK's codes, dates and moments.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::domain::record::{Alasan, Sex};

/// The one format of a record that this version knows.
pub(super) const FORMAT: &str = "kia-record/1";

/// The card's spellings of the blood groups, in the order of SIAK's codes 1 to 12.
const BLOOD: [&str; 12] = [
    "A", "B", "AB", "O", "A+", "A-", "B+", "B-", "AB+", "AB-", "O+", "O-",
];

/// The card's spelling of an unknown blood group, SIAK's code 13.
pub(super) const BLOOD_NOT_KNOWN: &str = "-";

/// The card's spellings of the religions, in the order of SIAK's codes 1 to 7, each with other
/// words that are taken for it.
const RELIGIONS: [(&str, &[&str]); 7] = [
    ("ISLAM", &[]),
    ("KRISTEN", &[]),
    ("KATOLIK", &["KATHOLIK"]),
    ("HINDU", &[]),
    ("BUDDHA", &["BUDHA"]),
    ("KHONGHUCU", &["KONGHUCU"]),
    (
        "KEPERCAYAAN TERHADAP TUHAN YME",
        &["KEPERCAYAAN TERHADAP TUHAN YANG MAHA ESA", "KEPERCAYAAN"],
    ),
];

/// The form in which words of a list are compared: capitals without spaces, `_` and `-`.
fn key(word: &str) -> String {
    word.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .flat_map(char::to_uppercase)
        .collect()
}

pub(super) fn sex(word: &str) -> Option<Sex> {
    match key(word).as_str() {
        "LAKILAKI" | "L" => Some(Sex::Male),
        "PEREMPUAN" | "P" => Some(Sex::Female),
        _ => None,
    }
}

pub(super) fn blood(word: &str) -> Option<&'static str> {
    let word: String = word
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_uppercase)
        // The minus sign and the dash that word processors put for a hyphen.
        .map(|c| if matches!(c, '−' | '–') { '-' } else { c })
        .collect();
    match word.as_str() {
        "-" | "13" | "TIDAKTAHU" => Some(BLOOD_NOT_KNOWN),
        _ => coded(&word, &BLOOD).or_else(|| BLOOD.into_iter().find(|&group| group == word)),
    }
}

pub(super) fn religion(word: &str) -> Option<&'static str> {
    let wanted = key(word);
    coded(word, &RELIGIONS.map(|(name, _)| name)).or_else(|| {
        RELIGIONS
            .iter()
            .find(|(name, others)| {
                std::iter::once(name)
                    .chain(*others)
                    .any(|name| key(name) == wanted)
            })
            .map(|(name, _)| *name)
    })
}

/// The value behind a SIAK code, which counts from 1.
fn coded(code: &str, values: &[&'static str]) -> Option<&'static str> {
    let number = usize::try_from(counted(code)?).ok()?;
    values.get(number - 1).copied()
}

pub(super) fn reason(word: &str) -> Option<Alasan> {
    let wanted = key(word);
    Alasan::ALL
        .into_iter()
        .find(|(_, word)| key(word) == wanted)
        .map(|(reason, _)| reason)
}

/// Whether the nationality is Indonesian, in one of the words for it.
pub(super) fn is_indonesian(word: &str) -> bool {
    let key = key(&word.replace(['.', '(', ')', '/', ','], ""));
    matches!(
        key.as_str(),
        "WNI" | "INDONESIA" | "INDONESIAN" | "WNIINDONESIA" | "WARGANEGARAINDONESIA" | "IDN"
    )
}

/// Whether there is anything to read: dashes and dots stand for nothing.
pub(super) fn says_something(text: &str) -> bool {
    text.contains(char::is_alphanumeric)
}

/// The number of an RT or RW, `003`, out of `3`, `RT 003` or `RT.003/RW.001`: what the field's own
/// word precedes, or its part of the two. `other` is the other field, with which both must agree.
/// What is no number, such as `003A` or `-`, stays.
pub(super) fn neighbourhood(field: &str, text: &str, other: &str) -> Option<String> {
    let bare = |word: &str, text: &str| {
        let text = text.trim();
        let rest = text
            .get(..2)
            .filter(|start| start.eq_ignore_ascii_case(word))
            .map_or(text, |_| &text[2..]);
        let rest = rest.trim_start_matches(['.', ':', ' ', '-']);
        let rest = if says_something(text) { rest } else { text };
        match digits(rest) {
            Some(number) if number <= 999 => Some(format!("{number:03}")),
            Some(_) => None,
            None if rest.contains('/') || rest.chars().count() > 6 => None,
            None => Some(rest.to_owned()).filter(|rest| {
                let word = |word: &str| rest.to_uppercase().contains(word);
                !word("RT") && !word("RW") && !rest.is_empty()
            }),
        }
    };
    let Some((rt, rw)) = text.split_once('/') else {
        return bare(field, text);
    };
    let (rt, rw) = (bare("rt", rt)?, bare("rw", rw)?);
    let (own, others) = if field == "rt" { (rt, rw) } else { (rw, rt) };
    // The other field may hold the same two.
    let agrees = other == text || bare(if field == "rt" { "rw" } else { "rt" }, other)? == others;
    agrees.then_some(own)
}

/// The place of birth without the child's own date of birth behind it; `None` where other digits
/// are left that would print as a second date.
pub(super) fn birth_place(text: &str, birth: Option<Date>) -> Option<String> {
    let end = text.rfind([' ', ',']).map_or(0, |space| space + 1);
    let told = date(&text[end..].replace(['/', '.'], "-"));
    let place = match told {
        Some(told) if Some(told) == birth => text[..end].trim_end_matches([' ', ',']),
        _ => text,
    };
    let count = place.chars().filter(char::is_ascii_digit).count();
    (count < 4).then(|| place.to_owned())
}

/// Never married: the word, or SIAK's code 1.
pub(super) fn never_married(word: &str) -> Option<()> {
    matches!(key(word).as_str(), "BELUMKAWIN" | "1").then_some(())
}

/// A whole number from 1 on, in digits alone.
pub(super) fn counted(text: &str) -> Option<u32> {
    let number = digits(text)?;
    (number > 0).then_some(number)
}

fn digits(text: &str) -> Option<u32> {
    // `parse` would also take a leading `+`.
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether a spreadsheet wrote this number as `1,70209E+15`.
pub(super) fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let number = |text: &str, also: [char; 2]| {
        text.contains(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || also.contains(&c))
    };
    number(mantissa, ['.', ',']) && number(exponent, ['+', '-'])
}

/// A code of the ministry's list of regions in its dotted form, `17.02.19.1002`, of a village or of
/// what it lies in; many tables leave the dots out.
pub(super) fn region(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ends: &[usize] = match digits.len() {
        2 => &[2],
        4 => &[2, 4],
        6 => &[2, 4, 6],
        10 => &[2, 4, 6, 10],
        _ => return None,
    };
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let parts: Vec<&str> = starts
        .zip(ends)
        .map(|(from, to)| &digits[from..*to])
        .collect();
    let dotted = parts.join(".");
    (text == digits || text == dotted).then_some(dotted)
}

/// Whether the number of a birth certificate is like `1702-LT-02022015-0190`.
pub(super) fn is_usual_akta(number: &str) -> bool {
    let parts: Vec<_> = number.split('-').collect();
    let is = |part: &str, length: usize, kind: fn(&u8) -> bool| {
        part.len() == length && part.as_bytes().iter().all(kind)
    };
    matches!(parts[..], [region, kind, date, serial]
        if is(region, 4, u8::is_ascii_digit)
            && is(kind, 2, u8::is_ascii_alphabetic)
            && is(date, 8, u8::is_ascii_digit)
            && is(serial, 4, u8::is_ascii_digit))
}

/// A date as `YYYY-MM-DD` or `DD-MM-YYYY`, to the letter.
pub(super) fn date(text: &str) -> Option<Date> {
    let parts: Vec<_> = text.split('-').collect();
    let [first, month, last] = parts[..] else {
        return None;
    };
    let (year, day) = match (first.len(), month.len(), last.len()) {
        (4, 2, 2) => (first, last),
        (2, 2, 4) => (last, first),
        _ => return None,
    };
    let number = |part| i16::try_from(digits(part)?).ok();
    let small = |part| i8::try_from(digits(part)?).ok();
    Date::new(number(year)?, small(month)?, small(day)?).ok()
}

/// A moment: RFC 3339 with its offset; or a local date-time; or a date, which stands for the start
/// of that day in `zone`.
pub(super) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    let local = match date(text) {
        Some(day) => day.to_datetime(jiff::civil::Time::midnight()),
        None => text.parse::<DateTime>().ok()?,
    };
    zone.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date as day;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_codes_of_siak_give_the_spelling_of_the_card() {
        for (word, group) in [
            ("o", "O"),
            ("AB +", "AB+"),
            ("a−", "A-"),
            ("4", "O"),
            ("12", "O-"),
            ("13", "-"),
            ("-", "-"),
            ("Tidak Tahu", "-"),
        ] {
            assert_eq!(blood(word), Some(group), "{word}");
        }
        for (word, name) in [
            ("Islam", "ISLAM"),
            ("2", "KRISTEN"),
            ("konghucu", "KHONGHUCU"),
            (
                "kepercayaan terhadap Tuhan YME",
                "KEPERCAYAAN TERHADAP TUHAN YME",
            ),
            ("7", "KEPERCAYAAN TERHADAP TUHAN YME"),
        ] {
            assert_eq!(religion(word), Some(name), "{word}");
        }
        for word in ["0", "14", "C", "A++", "+4", "04 A"] {
            assert_eq!(blood(word), None, "{word}");
        }
        for word in ["0", "8", "ISLAM?", "+1"] {
            assert_eq!(religion(word), None, "{word}");
        }
    }

    #[test]
    fn a_date_is_read_in_two_ways_and_no_other() {
        let expected = Some(day(2018, 3, 5));
        assert_eq!(date("2018-03-05"), expected);
        assert_eq!(date("05-03-2018"), expected);
        for wrong in [
            "2018-3-5",
            "5-3-2018",
            "05/03/2018",
            "2018-13-01",
            "2019-02-29",
            "30-02-2018",
            "05-03-18",
            "43164",
            "2018-03-05T00:00",
            "+018-03-05",
            "２０１８-03-05",
            "",
        ] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_approval_without_an_offset_is_in_the_stations_zone() {
        let zone = TimeZone::get("Asia/Jakarta").unwrap();
        let expected: Timestamp = "2026-11-20T02:10:00Z".parse().unwrap();
        for text in [
            "2026-11-20T09:10:00+07:00",
            "2026-11-20 09:10",
            "2026-11-20T09:10:00",
        ] {
            assert_eq!(moment(text, &zone), Some(expected), "{text}");
        }
        let midnight: Timestamp = "2026-11-19T17:00:00Z".parse().unwrap();
        for text in ["2026-11-20", "20-11-2026"] {
            assert_eq!(moment(text, &zone), Some(midnight), "{text}");
        }
        assert_eq!(moment("kemarin", &zone), None);
        assert_eq!(moment("46346", &zone), None);
    }

    #[test]
    fn numbers_that_went_through_a_spreadsheet_are_known() {
        for text in ["1.70209E+15", "1,70209450318E+15", "17e14"] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["1702094503180003", "E", "1E", "AB12E4", "1702 E 5"] {
            assert!(!is_scientific(text), "{text}");
        }
    }

    #[test]
    fn the_usual_certificate_number_is_told_from_others() {
        assert!(is_usual_akta("1702-LT-02022015-0190"));
        for other in [
            "474.1/123/2009",
            "1702-LT-0202015-0190",
            "1702-LT-02022015-0190-1",
            "-",
        ] {
            assert!(!is_usual_akta(other), "{other}");
        }
    }

    #[test]
    fn rt_and_rw_are_the_number_alone() {
        for (field, text, other, number) in [
            ("rt", "3", "1", Some("003")),
            ("rt", "003", "001", Some("003")),
            ("rt", "RT 003", "001", Some("003")),
            ("rw", "rw.01", "003", Some("001")),
            ("rt", "RT.003/RW.001", "RW 1", Some("003")),
            ("rw", "003/001", "003/001", Some("001")),
            ("rt", "003A", "001", Some("003A")),
            ("rt", "-", "-", Some("-")),
            ("rt", "003/001", "002", None),
            ("rt", "003/001/002", "001", None),
            ("rt", "RW 003", "001", None),
            ("rt", "1234", "001", None),
            ("rt", "RT", "001", None),
            ("rt", "dusun dua", "001", None),
        ] {
            let read = neighbourhood(field, text, other);
            assert_eq!(read.as_deref(), number, "{field} {text}");
        }
    }

    #[test]
    fn a_place_of_birth_has_no_date_in_it() {
        let birth = Some(day(2018, 3, 5));
        for (text, place) in [
            ("CURUP", Some("CURUP")),
            ("SUKA DAMAI SP 3", Some("SUKA DAMAI SP 3")),
            ("CURUP, 05-03-2018", Some("CURUP")),
            ("REJANG LEBONG 05/03/2018", Some("REJANG LEBONG")),
            ("CURUP, 06-03-2018", None),
            ("CURUP, 5 MARET 2018", None),
        ] {
            assert_eq!(birth_place(text, birth).as_deref(), place, "{text}");
        }
    }

    #[test]
    fn an_indonesian_child_is_known_by_many_words() {
        for word in [
            "WNI",
            "w.n.i.",
            "Indonesia",
            "WARGA NEGARA INDONESIA",
            "WNI (Indonesia)",
        ] {
            assert!(is_indonesian(word), "{word}");
        }
        for word in ["WNA", "Malaysia", ""] {
            assert!(!is_indonesian(word), "{word}");
        }
    }

    #[test]
    fn a_region_code_gets_its_dots_and_what_is_none_is_told() {
        for (written, dotted) in [
            ("1702191002", "17.02.19.1002"),
            ("17.02.19.1002", "17.02.19.1002"),
            ("170219", "17.02.19"),
            ("1702", "17.02"),
            ("17", "17"),
        ] {
            assert_eq!(region(written).as_deref(), Some(dotted));
        }
        for other in [
            "17.02.191002",
            "17021910",
            "AIR BANG",
            "17-02",
            "",
            "17.02.",
        ] {
            assert_eq!(region(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_date_reads_back_from_both_forms(
            year in 0i16..=9999, month in 1i8..=12, of_month in 1i8..=31,
        ) {
            let expected = Date::new(year, month, of_month).ok();
            prop_assert_eq!(date(&format!("{year:04}-{month:02}-{of_month:02}")), expected);
            prop_assert_eq!(date(&format!("{of_month:02}-{month:02}-{year:04}")), expected);
        }

        #[test]
        fn nothing_panics_on_any_text(text in "\\PC{0,40}") {
            let zone = TimeZone::UTC;
            let _ = (date(&text), moment(&text, &zone), blood(&text), religion(&text));
            let _ = (neighbourhood("rt", &text, &text), birth_place(&text, None));
            let _ = (is_scientific(&text), is_usual_akta(&text), region(&text), reason(&text), sex(&text));
        }
    }
}
