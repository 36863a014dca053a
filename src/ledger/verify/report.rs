//! What verifying found.

use std::fmt;

use crate::domain::hex::hex;
use crate::domain::ids::CardId;

/// How many findings are kept; the rest is counted.
const KEPT: usize = 1000;

/// What verifying found. It shows no personal data.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many events there are.
    pub events: u64,
    /// How many cards have their personal data, and agree with the log or are found not to.
    pub persons: u64,
    /// How many cards' personal data were erased, as the log says.
    pub erased: u64,
    /// How many PDFs were compared.
    pub lots: u64,
    /// How many PDFs were purged, as the log says.
    pub purged: u64,
    /// How many photos were compared.
    pub photos: u64,
    /// How many attached papers were compared.
    pub papers: u64,
    /// Hash of the last event as it is stored, in hexadecimal digits; empty without events.
    pub head: String,
    /// What is wrong: the first thousand.
    pub findings: Vec<Finding>,
    /// How many more findings there were.
    pub more: u64,
}

impl Report {
    /// Adds what a checkpoint in the file `name` brought to light.
    pub fn add_checkpoint(&mut self, name: String, fault: CheckpointFault) {
        self.add(Finding::Checkpoint { name, fault });
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if self.findings.len() < KEPT {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn set_head(&mut self, hash: &[u8]) {
        self.head = hex(hash);
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// SQLite's own integrity check says so.
    Database(String),
    /// A part of the database cannot be read at all.
    Unreadable(String),
    /// A table, index or trigger is not as the program made it.
    Schema {
        object: String,
        /// What is wrong with it.
        fault: ObjectFault,
    },
    /// The log is broken here. The chain is not checked past the first such event.
    Event {
        seq: u64,
        /// What is wrong with it.
        fault: EventFault,
    },
    /// A row that the log accounts for is gone.
    RowMissing { table: &'static str, key: String },
    /// A row that the log does not account for.
    RowExtra { table: &'static str, key: String },
    /// A value is not what the log says.
    Value {
        table: &'static str,
        key: String,
        column: String,
    },
    /// The stored record, photo or token of a card is not the one that was accepted.
    Person {
        card: CardId,
        /// Which of its hashes differs.
        what: &'static str,
    },
    /// A file is not what the ledger says.
    File {
        /// Its name, inside its folder.
        name: String,
        /// What is wrong with it.
        fault: FileFault,
    },
    /// A checkpoint and the log do not agree.
    Checkpoint {
        name: String,
        fault: CheckpointFault,
    },
}

/// What is wrong with a checkpoint, or with the log beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointFault {
    /// It is no checkpoint, or not in the one spelling.
    Unreadable,
    /// Its signature is wrong: somebody changed it, or made it up.
    Forged,
    /// It is signed with another key than the one given, or one that the log does not know.
    OtherKey,
    /// It is of another station.
    OtherStation,
    /// The log ends before it: events were cut off the end.
    Cut,
    /// The log holds another event at its place: the log was written anew.
    Rewritten,
}

/// What is wrong with a table, index or trigger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFault {
    Missing,
    /// It is not as the program makes it.
    Altered,
    /// The program makes none of that name.
    Extra,
}

/// What is wrong with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFault {
    /// Its number does not follow the one before: events were taken out.
    Gap,
    /// It does not carry the hash of the event before: that one was changed, or they were swapped.
    Prev,
    /// Its content is not what its hash says.
    Hash,
    /// It is no event that this program knows, or not in the one spelling.
    Unreadable,
    /// It says what cannot have happened; the projections cannot be compared.
    Illegal,
}

/// What is wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFault {
    /// It is gone, or no file that can be read.
    Missing,
    /// It has another size.
    Size,
    /// Its content is another.
    Content,
    /// It was purged and is still there.
    NotPurged,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(what) => write!(f, "the database is damaged: {what}"),
            Self::Unreadable(what) => write!(f, "a part of the database is unreadable: {what}"),
            Self::Schema { object, fault } => {
                let fault = match fault {
                    ObjectFault::Missing => "is missing",
                    ObjectFault::Altered => "was altered",
                    ObjectFault::Extra => "does not belong there",
                };
                write!(f, "`{object}` in the database {fault}")
            }
            Self::Event { seq, fault } => {
                let fault = match fault {
                    EventFault::Gap => "does not follow the one before: events are missing",
                    EventFault::Prev => "does not carry the hash of the one before",
                    EventFault::Hash => "was changed: its hash is another",
                    EventFault::Unreadable => "cannot be read",
                    EventFault::Illegal => "says what cannot have happened",
                };
                write!(f, "event {seq} {fault}")
            }
            Self::RowMissing { table, key } => write!(f, "row {key} of `{table}` is missing"),
            Self::RowExtra { table, key } => {
                write!(f, "row {key} of `{table}` has no event behind it")
            }
            Self::Value { table, key, column } => {
                write!(
                    f,
                    "`{column}` in row {key} of `{table}` is not what the log says"
                )
            }
            Self::Person { card, what } => {
                write!(
                    f,
                    "the {what} of card {card} is not the one that was accepted"
                )
            }
            Self::File { name, fault } => {
                let fault = match fault {
                    FileFault::Missing => "is missing or unreadable",
                    FileFault::Size => "has another size than when it was made",
                    FileFault::Content => "was changed: its hash is another",
                    FileFault::NotPurged => "was purged and is still there: run `purge`",
                };
                write!(f, "file `{name}` {fault}")
            }
            Self::Checkpoint { name, fault } => {
                let fault = match fault {
                    CheckpointFault::Unreadable => "is no checkpoint",
                    CheckpointFault::Forged => "is forged: its signature is wrong",
                    CheckpointFault::OtherKey => "is signed with a key that is not this station's",
                    CheckpointFault::OtherStation => "is of another station",
                    CheckpointFault::Cut => "is newer than the log: events were cut off its end",
                    CheckpointFault::Rewritten => "names another event: the log was written anew",
                };
                write!(f, "checkpoint `{name}` {fault}")
            }
        }
    }
}
