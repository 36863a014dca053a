//! The log as one text file that anybody can verify: `docs/audit.md` describes it.
//!
//! No line holds personal data, and no station is needed to check it. The last line seals the
//! file: it carries the SHA-256 of all bytes before it and is signed.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::schema;
use crate::domain::hex::hex;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::{Event, NO_HASH, chain_hash};
use crate::ledger::key::unhex;
use crate::ledger::project::apply;
use crate::ledger::reader::Reader;
use crate::ledger::signing::{Signer, is_signed};

const FORMAT: &str = "kia-log/1";
const WHAT: &str = "export";

/// The longest line that is read: no event comes near it.
const LONGEST_LINE: u64 = 16 << 20;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    format: String,
    /// The key id of the station's first event.
    station: String,
    from: u64,
    to: u64,
    /// The hash of the event before `from`.
    prev: String,
}

/// One event: its body is a text, so that its very bytes can be hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    seq: u64,
    at: String,
    actor: String,
    body: String,
    hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    events: u64,
    checkpoints: u64,
    /// The hash of the last event.
    head: String,
    /// Of all bytes before this line.
    sha256: String,
    public_key: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    signature: String,
}

/// What an export holds, once it is sound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportReport {
    /// The key id of the station.
    pub station: String,
    pub from: u64,
    pub to: u64,
    /// The last one's hash, in hexadecimal digits.
    pub head: String,
    /// How many checkpoints were checked.
    pub checkpoints: u64,
    /// The key that sealed it, in hexadecimal digits.
    pub public_key: String,
}

/// Why an export is not sound: the first thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportFault {
    /// It cannot be read at all.
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::ErrorKind),
    /// A line is not what the format says.
    #[error("line {0} is not as an export is written")]
    Line(u64),
    /// An event does not follow the one before, or its hash is another.
    #[error("event {0} was changed, or events before it are missing")]
    Event(u64),
    /// An event says what cannot have happened.
    #[error("event {0} says what cannot have happened")]
    Illegal(u64),
    /// A checkpoint is forged, or not of this log.
    #[error("the checkpoint of event {0} does not fit the log")]
    Checkpoint(u64),
    /// The counts, the sum or the end of the file are not what its seal says.
    #[error("the file is not what its seal says: it was cut or changed")]
    Seal,
    /// The signature is not that of the key that the seal names.
    #[error("the seal's signature is wrong")]
    Signature,
    /// The key that sealed it is not the one that was asked for, or not one of the log's.
    #[error("the file is sealed with another key")]
    Key,
}

impl Seal {
    fn text(&self) -> String {
        serde_json::to_string(self).expect("a seal has only string keys")
    }

    fn unsigned(&self) -> String {
        let unsigned = Self {
            signature: String::new(),
            ..self.clone()
        };
        unsigned.text()
    }
}

impl Reader {
    /// Writes the events `from` to `to`, the checkpoints that lie in them and the seal to `out`.
    ///
    /// # Errors
    /// [`Error::Range`] when the log has no such events, [`Error::Output`].
    pub fn export(
        &self,
        from: u64,
        to: Option<u64>,
        signer: &Signer,
        out: &mut dyn Write,
    ) -> Result<ExportReport> {
        self.snapshot(|_| {
            let (last, _) = self.head()?;
            let to = to.unwrap_or(last);
            let prev = match from {
                0 => return Err(Error::Range(last)),
                1 => hex(&NO_HASH),
                _ => self.hash_of(from - 1)?.ok_or(Error::Range(last))?,
            };
            if from > to || to > last {
                return Err(Error::Range(last));
            }
            let mut sum = Summed {
                out,
                hash: Sha256::new(),
            };
            let station = self.station_id();
            sum.line(&Head {
                format: FORMAT.to_owned(),
                station: station.clone(),
                from,
                to,
                prev,
            })?;
            let head = self.export_events(from, to, &mut sum)?;
            let mut checkpoints = 0;
            for kept in self.checkpoints(None)? {
                let checkpoint = kept.checkpoint;
                if (from..=to).contains(&checkpoint.seq) {
                    checkpoints += 1;
                    sum.line(&checkpoint)?;
                }
            }
            let mut seal = Seal {
                events: to - from + 1,
                checkpoints,
                head: head.clone(),
                sha256: hex(&sum.hash.clone().finalize()),
                public_key: signer.public_key(),
                signature: String::new(),
            };
            seal.signature = signer.sign(WHAT, &seal.unsigned());
            sum.line(&seal)?;
            Ok(ExportReport {
                station,
                from,
                to,
                head,
                checkpoints,
                public_key: seal.public_key,
            })
        })
    }

    fn export_events(&self, from: u64, to: u64, sum: &mut Summed<'_>) -> Result<String> {
        let mut head = String::new();
        let mut query = self.db.prepare_cached(
            "SELECT seq, at, actor, body, hash FROM events WHERE seq BETWEEN ? AND ? ORDER BY seq",
        )?;
        let mut rows = query.query([from.cast_signed(), to.cast_signed()])?;
        while let Some(row) = rows.next()? {
            head = hex(&row.get::<_, [u8; 32]>(4)?);
            sum.line(&Line {
                seq: row.get::<_, i64>(0)?.cast_unsigned(),
                at: row.get(1)?,
                actor: row.get(2)?,
                body: row.get(3)?,
                hash: head.clone(),
            })?;
        }
        Ok(head)
    }
}

/// Writes lines and hashes what it writes.
struct Summed<'a> {
    out: &'a mut dyn Write,
    hash: Sha256,
}

impl Summed<'_> {
    fn line(&mut self, value: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string(value).expect("lines have only string keys");
        text.push('\n');
        self.hash.update(&text);
        self.out.write_all(text.as_bytes()).map_err(Error::Output)
    }
}

/// Verifies an export without any station. With `key`, a public key in hexadecimal digits, it must
/// be sealed with that one; without, by one that the log itself names where it is whole. With
/// `against`, a checkpoint that was kept elsewhere, the export must hold its event.
///
/// # Errors
/// The first fault. The outer error is the machine's: no space for temporary files.
pub fn verify_export(
    mut from: impl BufRead,
    key: Option<&str>,
    against: Option<&Checkpoint>,
) -> Result<Result<ExportReport, ExportFault>> {
    let mut check = Check {
        hash: Sha256::new(),
        number: 0,
        rebuilt: None,
        head: None,
        seq: 0,
        prev: NO_HASH,
        heads: BTreeMap::new(),
        keys: Vec::new(),
        checkpoints: 0,
        against,
        met: against.is_none(),
    };
    let found = loop {
        match check.line(&mut from, key) {
            Ok(None) => {}
            Ok(Some(report)) => break Ok(report),
            Err(Stop::Fault(fault)) => break Err(fault),
            Err(Stop::Machine(error)) => return Err(error),
        }
    };
    Ok(found)
}

/// Why checking ends early.
enum Stop {
    Fault(ExportFault),
    Machine(Error),
}

impl From<ExportFault> for Stop {
    fn from(fault: ExportFault) -> Self {
        Self::Fault(fault)
    }
}

/// How far an export was checked.
struct Check<'a> {
    hash: Sha256,
    number: u64,
    /// The projections of a log that is whole from its start, rebuilt to see that every event can
    /// have happened.
    rebuilt: Option<Connection>,
    head: Option<Head>,
    seq: u64,
    prev: [u8; 32],
    /// The hashes of the events that checkpoints may name: those that the log says were signed,
    /// and the last one.
    heads: BTreeMap<u64, String>,
    keys: Vec<String>,
    checkpoints: u64,
    against: Option<&'a Checkpoint>,
    met: bool,
}

impl Check<'_> {
    /// Checks one line; `Some` once the seal is reached and all is well.
    fn line(
        &mut self,
        from: &mut impl BufRead,
        key: Option<&str>,
    ) -> Result<Option<ExportReport>, Stop> {
        let mut text = String::new();
        self.number += 1;
        std::io::Read::take(&mut *from, LONGEST_LINE)
            .read_line(&mut text)
            .map_err(|error| ExportFault::Unreadable(error.kind()))?;
        let Some(line) = text.strip_suffix('\n') else {
            return Err(ExportFault::Seal.into());
        };
        let wrong = ExportFault::Line(self.number);
        match &self.head {
            None => {
                let head: Head = serde_json::from_str(line).map_err(|_| wrong.clone())?;
                let prev = unhex(&head.prev).ok_or_else(|| wrong.clone())?;
                if head.format != FORMAT || head.from == 0 || (head.from == 1 && prev != NO_HASH) {
                    return Err(wrong.into());
                }
                (self.seq, self.prev) = (head.from - 1, prev);
                if head.from == 1 {
                    self.rebuilt = Some(rebuilt().map_err(Stop::Machine)?);
                }
                self.head = Some(head);
            }
            Some(head) if self.seq < head.to => {
                let event: Line = serde_json::from_str(line).map_err(|_| wrong)?;
                self.event(&event)?;
            }
            Some(head) => {
                if let Some(checkpoint) = Checkpoint::parse(line) {
                    self.checkpoint(&checkpoint)?;
                } else {
                    let seal: Seal = serde_json::from_str(line).map_err(|_| wrong.clone())?;
                    if seal.text() != line {
                        return Err(wrong.into());
                    }
                    let head = head.clone();
                    return self.seal(from, &seal, head, key).map(Some);
                }
            }
        }
        self.hash.update(&text);
        Ok(None)
    }

    fn event(&mut self, event: &Line) -> Result<(), Stop> {
        let seq = self.seq + 1;
        let hash = chain_hash(&self.prev, event.seq, &event.at, &event.actor, &event.body);
        if event.seq != seq || event.hash != hex(&hash) {
            return Err(ExportFault::Event(seq).into());
        }
        let happened = Event::from_canonical(&event.body).ok_or(ExportFault::Illegal(seq))?;
        match &happened {
            Event::SigningKeyMade { public_key } => self.keys.push(public_key.clone()),
            Event::CheckpointMade(checkpoint) => {
                let states = (checkpoint.seq, &checkpoint.head);
                if states != (self.seq, &hex(&self.prev)) || !checkpoint.is_genuine() {
                    return Err(ExportFault::Checkpoint(seq).into());
                }
                self.heads.insert(self.seq, hex(&self.prev));
            }
            _ => {}
        }
        if let Some(rebuilt) = &self.rebuilt {
            match apply(rebuilt, seq, &event.at, &happened) {
                Err(Error::Interrupted | Error::Busy) => {
                    return Err(Stop::Machine(Error::Interrupted));
                }
                done => done.map_err(|_| ExportFault::Illegal(seq))?,
            }
        }
        if let Some(against) = self.against.filter(|against| against.seq == seq) {
            self.met = against.head == event.hash;
        }
        (self.seq, self.prev) = (seq, hash);
        if let Some(head) = &self.head
            && station_of(&happened).is_some_and(|id| *id != head.station)
        {
            return Err(ExportFault::Illegal(seq).into());
        }
        if self.head.as_ref().is_some_and(|head| head.to == seq) {
            self.heads.insert(seq, event.hash.clone());
        }
        Ok(())
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Stop> {
        self.checkpoints += 1;
        let station = self.head.as_ref().map(|head| &head.station);
        let fits = self.heads.get(&checkpoint.seq) == Some(&checkpoint.head)
            && station == Some(&checkpoint.station);
        if fits && checkpoint.is_genuine() {
            Ok(())
        } else {
            Err(ExportFault::Checkpoint(checkpoint.seq).into())
        }
    }

    fn seal(
        &mut self,
        from: &mut impl BufRead,
        seal: &Seal,
        head: Head,
        key: Option<&str>,
    ) -> Result<ExportReport, Stop> {
        let rest = from.fill_buf();
        let rest = rest.map_err(|error| ExportFault::Unreadable(error.kind()))?;
        let counts = (
            head.to.wrapping_sub(head.from).wrapping_add(1),
            self.checkpoints,
        );
        if !rest.is_empty()
            || (seal.events, seal.checkpoints) != counts
            || seal.head != hex(&self.prev)
            || seal.sha256 != hex(&self.hash.clone().finalize())
        {
            return Err(ExportFault::Seal.into());
        }
        if !is_signed(&seal.public_key, WHAT, &seal.unsigned(), &seal.signature) {
            return Err(ExportFault::Signature.into());
        }
        let known = head.from > 1 || self.keys.contains(&seal.public_key);
        if !known || key.is_some_and(|key| key != seal.public_key) {
            return Err(ExportFault::Key.into());
        }
        if let Some(against) = self.against
            && !(self.met && against.station == head.station && against.is_genuine())
        {
            return Err(ExportFault::Checkpoint(against.seq).into());
        }
        Ok(ExportReport {
            station: head.station,
            from: head.from,
            to: head.to,
            head: seal.head.clone(),
            checkpoints: self.checkpoints,
            public_key: seal.public_key.clone(),
        })
    }
}

/// An empty ledger with one transaction that is never committed: it lives no longer than the check.
fn rebuilt() -> Result<Connection> {
    let rebuilt = schema::scratch()?;
    rebuilt.execute_batch("BEGIN").map_err(Error::Rebuild)?;
    Ok(rebuilt)
}

/// The key id of a station's first event.
fn station_of(event: &Event) -> Option<&String> {
    match event {
        Event::StationCreated { key_id } => Some(key_id),
        _ => None,
    }
}
