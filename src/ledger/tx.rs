//! Writing: everything that happens in one transaction.

use std::ops::Deref;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::ledger::columns::stamp;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::{Event, NO_HASH, chain_hash};
use crate::ledger::project::apply;
use crate::ledger::reader::Reader;

/// One transaction: reads ([`Reader`]'s, of what it has itself written too) and writes. All of it
/// is kept or none.
///
/// A write that returns an error has written nothing, and the transaction may go on.
pub struct Tx<'a> {
    pub(super) reader: &'a Reader,
    pub(super) actor: &'a str,
    pub(super) at: String,
    /// Number and hash of the newest event, read inside the transaction: no other process can
    /// add one before it ends.
    pub(super) head: (u64, [u8; 32]),
}

impl Deref for Tx<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader
    }
}

impl<'a> Tx<'a> {
    /// A transaction of `reader`'s database has begun.
    pub(super) fn begun(reader: &'a Reader, actor: &'a str, at: Timestamp) -> Result<Self> {
        let last: Option<(i64, [u8; 32], String)> = reader
            .db
            .prepare_cached("SELECT seq, hash, at FROM events ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let newest = last.as_ref().and_then(|(_, _, at)| at.parse().ok());
        Ok(Self {
            reader,
            actor,
            at: stamp(in_order(at, newest)),
            head: last.map_or((0, NO_HASH), |(seq, hash, _)| (seq.cast_unsigned(), hash)),
        })
    }

    /// The name of a second person, who must be another than the one who acts.
    pub(super) fn second(&self, name: &str) -> Result<String> {
        let (_, first) = self.actor.rsplit_once(':').unwrap_or(("", self.actor));
        let name = name.trim();
        if name.is_empty() || name.to_lowercase() == first.trim().to_lowercase() {
            return Err(Error::SecondPerson);
        }
        Ok(name.to_owned())
    }

    /// Adds one event to the log, and to the projections what it means.
    pub(super) fn append(&mut self, event: &Event) -> Result<()> {
        let seq = self.head.0 + 1;
        let body = event.canonical();
        let hash = chain_hash(&self.head.1, seq, &self.at, self.actor, &body);
        apply(&self.db, seq, &self.at, event)?;
        self.db
            .prepare_cached(
                "INSERT INTO events (seq, at, actor, body, prev, hash) VALUES (?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                seq.cast_signed(),
                self.at,
                self.actor,
                body,
                self.head.1,
                hash
            ])?;
        self.head = (seq, hash);
        Ok(())
    }

    /// Does all of `work` or none of it.
    pub(super) fn whole<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        // SQLite rolls a transaction back by itself when the disk is full. Without this, what
        // follows would be written outside any transaction.
        if self.db.is_autocommit() {
            return Err(Error::Interrupted);
        }
        let head = self.head;
        self.db.prepare_cached("SAVEPOINT step")?.execute([])?;
        let done = work(self);
        if done.is_err() {
            self.head = head;
            if self.db.is_autocommit() {
                return Err(Error::Interrupted);
            }
            self.db.prepare_cached("ROLLBACK TO step")?.execute([])?;
        }
        self.db.prepare_cached("RELEASE step")?.execute([])?;
        done
    }
}

/// How far behind the newest event a step may have been begun: as long as somebody takes to type a
/// password, and as long as one waits for another's transaction. A clock that was further ahead was
/// wrong, and the log does not stay with it until that time has come.
const BEHIND: SignedDuration = SignedDuration::from_hours(1);

/// The time of a transaction begun at `at` after the event of `newest`: later than that one, so that
/// what was counted and printed in the order of time stays in it.
fn in_order(at: Timestamp, newest: Option<Timestamp>) -> Timestamp {
    match newest {
        Some(newest) if at < newest && newest.duration_since(at) <= BEHIND => {
            newest + SignedDuration::from_micros(1)
        }
        _ => at,
    }
}

/// A short code can hold nobody's name or number.
pub(super) fn check_reason(reason: &str) -> Result<()> {
    let code = (1..=40).contains(&reason.len())
        && reason
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    // Eight digits in a row may be a birth date, more of them a NIK.
    if code && mask_numbers(reason) == reason {
        Ok(())
    } else {
        Err(Error::ReasonForm)
    }
}
