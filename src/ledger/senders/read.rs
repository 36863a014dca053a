//! Reading of senders, and what became of what they sent.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::Serialize;

use crate::ledger::columns::time;
use crate::ledger::drops::read::{DROP, FinishedDrop, finished_drop};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

/// A program that may send records, or could once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sender {
    pub sender: String,
    /// Whether it may send.
    pub active: bool,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it got its token or was closed last.
    pub changed_at: Timestamp,
}

impl Sender {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            sender: row.get(0)?,
            active: row.get(1)?,
            made_at: time(row, 2)?,
            changed_at: time(row, 3)?,
        })
    }
}

/// A record that a sender sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Its name, which is its drop's in `incoming/`.
    pub name: String,
    pub at: Timestamp,
}

impl Submission {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            name: row.get(0)?,
            at: time(row, 1)?,
        })
    }
}

const SENDER: &str = "senders.sender, active, made_at, changed_at";

impl Reader {
    /// Every sender by name.
    pub fn senders(&self) -> Result<Vec<Sender>> {
        self.all(
            &format!("SELECT {SENDER} FROM senders ORDER BY sender"),
            [],
            Sender::read,
        )
    }

    pub fn sender(&self, sender: &str) -> Result<Option<Sender>> {
        self.one(
            &format!("SELECT {SENDER} FROM senders WHERE sender = ?"),
            [sender],
            Sender::read,
        )
    }

    /// The sender that may send with the token that hashes to `token`.
    pub fn sender_of_token(&self, token: &str) -> Result<Option<Sender>> {
        self.one(
            &format!(
                "SELECT {SENDER} FROM sender_tokens JOIN senders USING (sender)
                 WHERE token = ? AND active"
            ),
            [token],
            Sender::read,
        )
    }

    /// The name of a submission: the same for the same sender, request and content, and another
    /// for any other. It tells nothing of them, and holds letters only.
    pub fn submission_name(&self, sender: &str, id: &str, revisi: u32, content: &[u8]) -> String {
        let hash = self.key.submission(sender, id, revisi, content);
        let letter = |digit: u8| match digit {
            b'0'..=b'9' => char::from(digit - b'0' + b'g'),
            letter => char::from(letter),
        };
        // 128 bits of it: nobody finds two alike.
        let letters: String = hash.bytes().take(32).map(letter).collect();
        format!("api-{letters}")
    }

    /// What became of this request of a sender's in its time.
    pub fn submitted(&self, sender: &str, id: &str, revisi: u32) -> Result<Option<Submission>> {
        self.one(
            "SELECT submission, at FROM submissions
             WHERE sender = ? AND request_hash = ? AND revisi = ?",
            params![sender, self.key.request(id), revisi],
            Submission::read,
        )
    }

    /// A submission of a sender's own.
    pub fn submission(&self, sender: &str, name: &str) -> Result<Option<Submission>> {
        self.one(
            "SELECT submission, at FROM submissions WHERE submission = ? AND sender = ?",
            [name, sender],
            Submission::read,
        )
    }

    /// The drop that came under this name and was taken to its end: the newest of which something
    /// was accepted, for one that went back may be taken in again under its name.
    pub fn drop_named(&self, name: &str) -> Result<Option<FinishedDrop>> {
        self.one(
            &format!(
                "SELECT {DROP} FROM drops WHERE name = ?
                 ORDER BY accepted = 0, at DESC LIMIT 1"
            ),
            [name],
            finished_drop,
        )
    }
}
