//! The order in which cards are printed, packed and handed over: by school, class and name.

use crate::domain::record::Record;

/// A record's place in the handover order, as texts that compare byte by byte.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub school: String,
    pub class: String,
    /// Personal: it is erased with the record.
    pub name: String,
}

impl Order {
    /// Children of no school come after all schools, by district and village.
    pub fn of(record: &Record) -> Self {
        let school = record.sekolah.clone().unwrap_or_default();
        let (nama, npsn) = (school.nama.as_deref(), school.npsn.as_deref());
        let place = if nama.is_none() && npsn.is_none() {
            format!(
                "{}{}{APART}{}",
                char::MAX,
                natural(&record.kecamatan),
                natural(&record.desa)
            )
        } else {
            // Two schools may share a name; the number keeps them apart.
            format!(
                "{}{APART}{}",
                natural(nama.unwrap_or_default()),
                npsn.unwrap_or_default()
            )
        };
        Self {
            school: place,
            class: natural(school.kelas.as_deref().unwrap_or_default()),
            name: natural(&record.nama),
        }
    }
}

/// Stands between two parts of a key, below every letter and digit: a shorter name comes first.
pub(super) const APART: char = '\u{1}';

/// A text such that plain comparison puts `2A` before `10B`: each run of digits is written
/// without leading zeros and behind its length. Case does not count.
pub(super) fn natural(text: &str) -> String {
    let mut key = String::with_capacity(text.len() + 4);
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        if digits {
            let run = run.trim_start_matches('0');
            key.push_str(&format!("{:03}{run}", run.len()));
        } else {
            key.extend(run.chars().flat_map(char::to_uppercase));
        }
        rest = after;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn classes_count_as_people_count() {
        let classes = ["", "1A", "1B", "02A", "2B", "10", "10a", "10B", "A2", "A10"];
        for pair in classes.windows(2) {
            assert!(natural(pair[0]) < natural(pair[1]), "{pair:?}");
        }
        assert_eq!(natural("2a"), natural(" 02A "));
    }
}
