//! The rules on a record: each has a stable code, a severity, a message in Indonesian and in
//! English, and its source.

mod catalogue;
mod judge;
mod names;
mod standing;
mod values;

pub use catalogue::*;
pub use judge::{Circumstances, Verdict, judge};
pub use standing::{Decision, Standing, decide};

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::nik::{mask_digits, mask_numbers_in};

/// Whether a problem stops the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The record goes back.
    Block,
    /// The record goes on; a person should look.
    Warn,
}

/// One rule of the catalogue.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable, kebab-case; never reused for another meaning.
    pub code: &'static str,
    /// What a breach does.
    pub severity: Severity,
    /// What the sender is told, in Indonesian. `{field}` stands for the field's name and ` ({})`
    /// for the detail.
    pub pesan: &'static str,
    /// The same in English.
    pub message: &'static str,
    /// The law, or whose practice it is.
    pub source: &'static str,
}

/// The code of a rule. Serde takes the bare type for one that borrows.
type Code = &'static str;

fn known<'de, D: Deserializer<'de>>(from: D) -> Result<Code, D::Error> {
    let code = String::deserialize(from)?;
    let rule = find(&code).ok_or_else(|| de::Error::custom("no rule has this code"))?;
    Ok(rule.code)
}

/// One breach of a rule, as `reasons.json` has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The row in the drop, counted from 1 as the sender sees it; absent for the whole drop.
    pub row: Option<u32>,
    /// The sender's identifier of the record.
    pub id: Option<String>,
    pub nik: Option<String>,
    /// The field, in the contract's spelling; `drop` for the whole drop.
    pub field: String,
    #[serde(deserialize_with = "known")]
    pub code: Code,
    pub severity: Severity,
    pub pesan: String,
    pub message: String,
}

/// Whose problem it is: what every problem of one record shares. `Debug` shows the row alone.
#[derive(Clone, Default)]
pub struct Subject {
    /// The row in the drop.
    pub row: Option<u32>,
    pub id: Option<String>,
    /// The NIK as given; it is masked before it goes anywhere.
    pub nik: Option<String>,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("row", &self.row)
            .finish_non_exhaustive()
    }
}

impl Rule {
    /// A problem of this record. `detail` says more in both messages and may be empty; it must
    /// hold no personal data beyond what the sender needs to find the cell. Numbers as long as a
    /// NIK are masked wherever they stand: file names and identifiers are often made of them.
    pub fn broken(&'static self, by: &Subject, field: &str, detail: &str) -> Problem {
        let field = mask_numbers_in(field);
        let detail = match detail {
            "" => String::new(),
            detail => format!(" ({})", mask_numbers_in(detail)),
        };
        let filled = |text: &str| text.replace(" ({})", &detail).replace("{field}", &field);
        Problem {
            row: by.row,
            id: by.id.as_deref().map(mask_numbers_in),
            nik: by.nik.as_deref().map(mask_digits),
            code: self.code,
            severity: self.severity,
            pesan: filled(self.pesan),
            message: filled(self.message),
            field,
        }
    }

    /// A problem of the whole drop.
    pub fn broken_by_drop(&'static self, detail: &str) -> Problem {
        self.broken(&Subject::default(), "drop", detail)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const RULES_PAGE: &str = include_str!("../../../docs/rules.md");

    #[test]
    fn every_code_is_unique_kebab_case_and_found() {
        let codes: BTreeSet<_> = ALL.iter().map(|rule| rule.code).collect();
        assert_eq!(codes.len(), ALL.len());
        for rule in ALL {
            let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(rule.code.chars().all(kebab), "{}", rule.code);
            assert_eq!(find(rule.code), Some(*rule));
        }
        assert_eq!(find("no-such-rule"), None);
    }

    #[test]
    fn texts_keep_the_house_style_and_hold_a_detail_in_brackets_only() {
        for rule in ALL {
            let code = rule.code;
            for text in [rule.pesan, rule.message] {
                assert_eq!(text.contains("{}"), text.contains(" ({})"), "{code}");
                assert!(text.matches("{}").count() < 2, "{code}");
            }
            assert_eq!(
                rule.pesan.contains("{}"),
                rule.message.contains("{}"),
                "{code}"
            );
            assert!(rule.pesan.ends_with('.'), "{code}");
            assert!(!rule.message.ends_with('.'), "{code}");
            assert!(!rule.source.is_empty(), "{code}");
        }
    }

    #[test]
    fn the_page_of_rules_lists_every_rule_in_its_own_words() {
        for rule in ALL {
            let severity = match rule.severity {
                Severity::Block => "block",
                Severity::Warn => "warn",
            };
            let start = format!("| `{}` | {severity} | ", rule.code);
            let line = RULES_PAGE
                .lines()
                .find(|line| line.starts_with(&start))
                .unwrap_or_else(|| panic!("`docs/rules.md` lacks a row that starts `{start}`"));
            for text in [rule.pesan, rule.message, rule.source] {
                assert!(
                    line.contains(&format!(" {text} |")),
                    "{}: {text}",
                    rule.code
                );
            }
        }
        let rows = RULES_PAGE.lines().filter(|line| line.starts_with("| `"));
        assert_eq!(rows.count(), ALL.len(), "a row names no rule");
    }

    #[test]
    fn a_problem_masks_every_long_number_and_fills_its_texts() {
        let by = Subject {
            row: Some(3),
            id: Some("PDK-1702094503180003".into()),
            nik: Some("1702094503180003".into()),
        };
        let problem = MANIFEST_SIZE.broken(&by, "1702094503180003", "foto/1702094503180003.jpg");
        let shown = serde_json::to_string(&problem).unwrap() + &format!("{problem:?} {by:?}");
        assert!(!shown.contains("170209450318"), "{shown}");
        assert!(problem.message.contains("(foto/170209********03.jpg)"));
        assert_eq!(problem.nik.as_deref(), Some("170209********03"));
        assert_eq!(problem.row, Some(3));

        let bare = NAME_LONG.broken(&by, "nama", "");
        assert!(!bare.message.contains("()") && bare.message.contains("`nama`"));
    }
}
