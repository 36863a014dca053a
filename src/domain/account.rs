//! The people of the station: their roles, and what each may do.

use crate::domain::text::{Explain, Text};
use std::fmt;

use serde::{Deserialize, Serialize};

/// What a person is at the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Loads batches, prints, scans and answers for the blanks.
    Operator,
    /// What an operator does, and what needs a decision: approvals, exceptions, accounts.
    Supervisor,
    /// Looks, reads the log and exports; changes nothing.
    Auditor,
}

/// What a step asks of the one who takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To see the state of the station, with numbers masked.
    Look,
    /// To do the print room's work.
    Work,
    /// To decide what a rule leaves to a person of responsibility.
    Decide,
    /// To read the log of who did what, and to take data out of the station.
    Audit,
}

/// What stands before a person's name where the ledger says who acted.
const PERSON: &str = "operator:";

/// How the ledger names a person.
pub fn actor(user: &str) -> String {
    format!("{PERSON}{user}")
}

/// The name of who acted, as papers write it; the station's and a program's stay as they are.
pub fn name_of(actor: &str) -> &str {
    actor.strip_prefix(PERSON).unwrap_or(actor)
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Operator, Self::Supervisor, Self::Auditor];

    /// The word on the wire and in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether one of this role may do what asks for `right`.
    pub const fn may(self, right: Right) -> bool {
        match right {
            Right::Look => true,
            Right::Work => matches!(self, Self::Operator | Self::Supervisor),
            Right::Decide => matches!(self, Self::Supervisor),
            Right::Audit => matches!(self, Self::Supervisor | Self::Auditor),
        }
    }
}

impl Explain for Role {
    fn text(&self) -> Text {
        match self {
            Self::Operator => Text::new("operator", "operator"),
            Self::Supervisor => Text::new("penyelia", "supervisor"),
            Self::Auditor => Text::new("pemeriksa", "auditor"),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The longest name a user may have.
const NAME: usize = 32;

/// Whether this may be a user's name: 2 to 32 lower-case letters, digits, dots, hyphens or
/// underscores, the first a letter.
pub fn is_user_name(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-_".contains(&c);
    (2..=NAME).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(plain)
}

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeakPassword {
    /// Too short to withstand guessing.
    Short,
    /// Longer than is hashed.
    Long,
    /// It can be guessed from the account, or is one letter over and over.
    Guessable,
}

impl Explain for WeakPassword {
    fn text(&self) -> Text {
        match self {
            Self::Short => Text::new(
                "kata sandi paling sedikit 10 huruf",
                "a password has at least 10 characters",
            ),
            Self::Long => Text::new(
                "kata sandi paling banyak 128 huruf",
                "a password has at most 128 characters",
            ),
            Self::Guessable => {
                Text::new("kata sandi mudah ditebak", "the password is easily guessed")
            }
        }
    }
}

impl fmt::Display for WeakPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for WeakPassword {}

/// Checks a new password. Length counts, not a mixture of signs (NIST SP 800-63B).
///
/// # Errors
/// Why it is not taken.
pub fn check_password(user: &str, password: &str) -> Result<(), WeakPassword> {
    let letters = password.chars().count();
    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    match letters {
        0..10 => Err(WeakPassword::Short),
        129.. => Err(WeakPassword::Long),
        _ if different.len() < 5 || lower.contains(user) || lower.starts_with("1234567890") => {
            Err(WeakPassword::Guessable)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_it_is_for_and_nothing_else() {
        let may = |role: Role| {
            [Right::Look, Right::Work, Right::Decide, Right::Audit].map(|right| role.may(right))
        };
        assert_eq!(may(Role::Operator), [true, true, false, false]);
        assert_eq!(may(Role::Supervisor), [true, true, true, true]);
        assert_eq!(may(Role::Auditor), [true, false, false, true]);
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
    }

    #[test]
    fn names_are_plain_words_and_passwords_are_long() {
        for name in ["siti", "budi.s", "op-2", "a_1"] {
            assert!(is_user_name(name), "{name}");
        }
        for name in [
            "",
            "s",
            "Siti",
            "2siti",
            "siti ",
            "si:ti",
            "siti/../",
            &"s".repeat(33),
        ] {
            assert!(!is_user_name(name), "{name}");
        }
        assert_eq!(check_password("siti", "kereta senja biru"), Ok(()));
        for (password, why) in [
            ("pendek", WeakPassword::Short),
            ("aaaaaaaaaaaaa", WeakPassword::Guessable),
            ("siti-siti-2026", WeakPassword::Guessable),
            ("1234567890123", WeakPassword::Guessable),
        ] {
            assert_eq!(check_password("siti", password), Err(why), "{password}");
        }
        let long = "panjang sekali ".repeat(9);
        assert_eq!(check_password("siti", &long), Err(WeakPassword::Long));
    }
}
