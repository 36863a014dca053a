//! What a name may be made of (Permendagri 73/2022 and what can be printed).

use super::{
    FIELD_MISSING, NAME_CONTROL, NAME_DIGITS, NAME_LONG, NAME_ONE_WORD, NAME_PUNCTUATION,
    NAME_SCRIPT, Rule,
};

/// The most letters of a name, spaces included: Permendagri 73/2022 art. 4 (2) b.
const LONGEST: usize = 60;

/// The rules that a name breaks, each with its detail. `written` is NFC and trimmed, with its
/// inner white space as the sender wrote it; `name` is the same with single spaces.
pub(super) fn breaches(written: &str, name: &str) -> Vec<(&'static Rule, String)> {
    let mut broken = Vec::new();
    let length = name.chars().count();
    if length > LONGEST {
        broken.push((&NAME_LONG, length.to_string()));
    }
    let digits = name.chars().any(char::is_numeric);
    if digits {
        broken.push((&NAME_DIGITS, String::new()));
    }
    let unseen = code_points(written, is_unseen);
    if let Some(points) = &unseen {
        broken.push((&NAME_CONTROL, points.clone()));
    }
    let foreign = code_points(name, is_foreign_letter);
    if let Some(points) = &foreign {
        broken.push((&NAME_SCRIPT, points.clone()));
    }
    if !name.chars().any(is_latin) {
        // A dash or a full stop is how tables say "nothing here".
        if !digits && foreign.is_none() && unseen.is_none() {
            broken.push((&FIELD_MISSING, String::new()));
        }
        return broken;
    }
    if !name.contains(' ') {
        broken.push((&NAME_ONE_WORD, String::new()));
    }
    let mut marks: Vec<char> = name.chars().filter(|&c| is_odd_mark(c)).collect();
    marks.sort_unstable();
    marks.dedup();
    if !marks.is_empty() {
        let shown: Vec<_> = marks.iter().map(|mark| format!("`{mark}`")).collect();
        broken.push((&NAME_PUNCTUATION, shown.join(" ")));
    }
    broken
}

/// The characters that are `odd`, by number, since they can't be told by sight; `None` for none.
pub(super) fn code_points(text: &str, odd: impl Fn(char) -> bool) -> Option<String> {
    let mut found: Vec<char> = text.chars().filter(|&c| odd(c)).collect();
    found.sort_unstable();
    found.dedup();
    let shown: Vec<_> = found
        .iter()
        .map(|&c| format!("U+{:04X}", u32::from(c)))
        .collect();
    (!shown.is_empty()).then(|| shown.join(" "))
}

/// Control, bidirectional and zero-width characters, line separators, variation selectors, and
/// the private-use and replacement characters that a broken conversion leaves.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// Letters of the Latin blocks, with the diacritics that have no composed form.
fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') && c.is_alphabetic()
}

/// U+02B0–U+02FF are letters to Unicode and marks to the eye: `ʼ` is an apostrophe.
fn is_modifier(c: char) -> bool {
    matches!(c, '\u{2b0}'..='\u{2ff}')
}

fn is_foreign_letter(c: char) -> bool {
    c.is_alphabetic() && !is_latin(c) && !is_modifier(c) && !c.is_numeric() && !is_unseen(c)
}

fn is_odd_mark(c: char) -> bool {
    let usual = matches!(
        c,
        ' ' | '.' | '\'' | '’' | 'ʼ' | '-' | ',' | '\u{300}'..='\u{36f}'
    );
    !(usual || is_latin(c) || is_foreign_letter(c) || c.is_numeric() || is_unseen(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(name: &str) -> Vec<&'static str> {
        let single = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let broken = breaches(name, &single);
        broken.iter().map(|(rule, _)| rule.code).collect()
    }

    #[test]
    fn names_of_indonesian_children_pass_without_a_word() {
        for name in [
            "AISYAH PUTRI RAMADHANI",
            "Nur'aini Zahra",
            "NU’MAN AL-FARISI",
            "QURʼANI PUTRI",
            "MUH. RIZKI, JR",
            "ZOË ANAÏS ĐẶNG",
            "G\u{303}UARANI PUTRA",
        ] {
            assert_eq!(codes(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn each_rule_trips_on_its_own_name_and_not_on_the_near_miss() {
        let sixty = format!("{} {}", "A".repeat(29), "B".repeat(30));
        for (wrong, near, code) in [
            (format!("{sixty}C"), sixty.clone(), "name-long"),
            ("BUDI 2".into(), "BUDI II".into(), "name-digits"),
            ("BUDI ²".into(), "BUDI I".into(), "name-digits"),
            ("BUDI\tJAYA".into(), "BUDI\u{a0}JAYA".into(), "name-control"),
            ("BUDI\nJAYA".into(), "BUDI JAYA".into(), "name-control"),
            (
                "BUDI \u{202e}JAYA".into(),
                "BUDI  JAYA".into(),
                "name-control",
            ),
            (
                "BU\u{200b}DI JAYA".into(),
                "BU DI JAYA".into(),
                "name-control",
            ),
            (
                "BUDI J\u{fffd}YA".into(),
                "BUDI JÆYA".into(),
                "name-control",
            ),
            // The first letter is Cyrillic, and looks Latin.
            ("ВUDI JAYA".into(), "BUDI JAYA".into(), "name-script"),
            ("布迪 JAYA".into(), "BUDI JAYA".into(), "name-script"),
            ("SUHARTO".into(), "SU HARTO".into(), "name-one-word"),
            (
                "BUDI (JAYA)".into(),
                "BUDI .'-, JAYA".into(),
                "name-punctuation",
            ),
            ("BUDI J`AYA".into(), "BUDI J'AYA".into(), "name-punctuation"),
            ("-".into(), "A B".into(), "field-missing"),
        ] {
            assert_eq!(codes(&wrong), [code], "{wrong:?}");
            assert_eq!(codes(&near), [""; 0], "{near:?}");
        }
    }

    #[test]
    fn all_breaches_of_a_name_are_told_at_once() {
        assert_eq!(
            codes("Б7(\u{200b}A"),
            [
                "name-digits",
                "name-control",
                "name-script",
                "name-one-word",
                "name-punctuation"
            ]
        );
    }

    #[test]
    fn the_detail_tells_marks_by_sight_and_the_unseen_by_number() {
        let marks = breaches("A (B)", "A (B)");
        assert_eq!(marks[0].1, "`(` `)`");
        let unseen = breaches("A \u{200b}B", "A \u{200b}B");
        assert_eq!(unseen[0].1, "U+200B");
    }
}
