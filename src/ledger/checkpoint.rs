//! Checkpoints: signed statements of what the log's last event was, kept outside the log.
//!
//! The chain alone shows no cut at its end and no log written anew from its start. A checkpoint
//! that was printed, mailed or copied elsewhere does.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ledger::signing::{Signer, is_signed};

const FORMAT: &str = "kia-checkpoint/1";
const WHAT: &str = "checkpoint";

/// A signed statement of the log's head. Its one spelling is compact JSON with the fields in this
/// order; what is signed is that text without the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    format: String,
    /// Tells the station's ledger from another: the key id of its first event.
    pub station: String,
    /// The day on the office's calendar.
    pub day: Date,
    /// When it was made, in UTC.
    pub at: String,
    /// The number of the log's last event.
    pub seq: u64,
    /// The hash of that event, in hexadecimal digits.
    pub head: String,
    /// How many cards were in each state that had any.
    pub cards: BTreeMap<String, u64>,
    /// The key it is signed with, in hexadecimal digits.
    pub public_key: String,
    /// The Ed25519 signature, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

/// What a checkpoint states.
pub(super) struct Statement<'a> {
    pub station: String,
    pub day: Date,
    pub at: &'a str,
    pub seq: u64,
    pub head: String,
    pub cards: BTreeMap<String, u64>,
}

impl Checkpoint {
    pub(super) fn sign(statement: Statement<'_>, signer: &Signer) -> Self {
        let mut checkpoint = Self {
            format: FORMAT.to_owned(),
            station: statement.station,
            day: statement.day,
            at: statement.at.to_owned(),
            seq: statement.seq,
            head: statement.head,
            cards: statement.cards,
            public_key: signer.public_key(),
            signature: String::new(),
        };
        checkpoint.signature = signer.sign(WHAT, &checkpoint.text());
        checkpoint
    }

    /// Reads a checkpoint; `None` unless this is the one spelling of one, with or without a line's
    /// end.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('\n').unwrap_or(text);
        let checkpoint: Self = serde_json::from_str(text).ok()?;
        (checkpoint.text() == text && checkpoint.format == FORMAT).then_some(checkpoint)
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a checkpoint has only string keys")
    }

    /// Whether it was signed with the key that it names, and nothing in it was changed since.
    pub fn is_genuine(&self) -> bool {
        let unsigned = Self {
            signature: String::new(),
            ..self.clone()
        };
        is_signed(&self.public_key, WHAT, &unsigned.text(), &self.signature)
    }

    /// The head's first sixteen digits in fours: enough to compare by eye with a printed report.
    pub fn short(&self) -> String {
        let digits: Vec<char> = self.head.chars().take(16).collect();
        let fours = digits.chunks(4).map(|four| four.iter().collect::<String>());
        fours.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signed with the key whose secret is 32 times the byte 7.
    const GOLDEN: &str = concat!(
        r#"{"format":"kia-checkpoint/1","station":"0c","day":"2026-11-24","#,
        r#""at":"2026-11-24T03:04:05.000006Z","seq":9,"head":"ab","#,
        r#""cards":{"accepted":2,"printed":1},"#,
        r#""public_key":"ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c","#,
        r#""signature":"18ac31d34971f7f464811cab49ee51eea4155b41656caad508efdcb57cc702a7"#,
        r#"c0fa4d6b5ce987f622a56344154e97ccba988b377030135f1a9526d10d26fd07"}"#,
    );

    #[test]
    fn the_text_and_the_signature_never_change() {
        let checkpoint = Checkpoint::sign(
            Statement {
                station: "0c".into(),
                day: jiff::civil::date(2026, 11, 24),
                at: "2026-11-24T03:04:05.000006Z",
                seq: 9,
                head: "ab".into(),
                cards: [("printed".into(), 1), ("accepted".into(), 2)].into(),
            },
            &Signer::from_secret([7; 32]),
        );
        assert_eq!(checkpoint.text(), GOLDEN);
        assert!(Checkpoint::parse(GOLDEN).is_some_and(|it| it.is_genuine()));
    }
}
