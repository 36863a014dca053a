//! The log itself: its keys, its checkpoints and its events in their order.

use jiff::civil::Date;
use rusqlite::params;

use crate::domain::card::State;
use crate::domain::hex::hex;
use crate::domain::ids::CardId;
use crate::ledger::checkpoint::Checkpoint;
use crate::ledger::columns::{card_id, count, word};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::{Entry, entry};
use crate::ledger::reader::Reader;

/// A checkpoint as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptCheckpoint {
    pub seq: u64,
    /// Which of its day, from 1.
    pub part: u32,
    pub checkpoint: Checkpoint,
}

impl KeptCheckpoint {
    /// The name of its file: `2026-11-24.json`, and `2026-11-24-2.json` for the second of a day.
    pub fn file_name(&self) -> String {
        match self.part {
            1 => format!("{}.json", self.checkpoint.day),
            part => format!("{}-{part}.json", self.checkpoint.day),
        }
    }
}

impl Reader {
    /// What tells this station's ledger from another.
    pub fn station_id(&self) -> String {
        self.key.id()
    }

    /// Number and hash of the newest event, the hash in hexadecimal digits.
    pub fn head(&self) -> Result<(u64, String)> {
        let head = self.one(
            "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1",
            [],
            |row| Ok((count(row, 0)?, row.get::<_, [u8; 32]>(1)?)),
        )?;
        Ok(head.map_or((0, String::new()), |(seq, hash)| (seq, hex(&hash))))
    }

    /// The hash of one event in hexadecimal digits, if the log reaches so far.
    pub fn hash_of(&self, seq: u64) -> Result<Option<String>> {
        self.one(
            "SELECT hash FROM events WHERE seq = ?",
            [seq.cast_signed()],
            |row| Ok(hex(&row.get::<_, [u8; 32]>(0)?)),
        )
    }

    /// The public keys the station has signed with, in hexadecimal digits, the oldest first.
    pub fn signing_keys(&self) -> Result<Vec<String>> {
        self.all(
            "SELECT public_key FROM signing_keys ORDER BY at, public_key",
            [],
            |row| row.get(0),
        )
    }

    /// The checkpoints of a day, or all of them; the oldest first.
    pub fn checkpoints(&self, day: Option<Date>) -> Result<Vec<KeptCheckpoint>> {
        self.all(
            "SELECT seq, part, body FROM checkpoints WHERE ?1 IS NULL OR day = ?1 ORDER BY seq",
            [day.map(|day| day.to_string())],
            |row| {
                Ok(KeptCheckpoint {
                    seq: count(row, 0)?,
                    part: row.get(1)?,
                    checkpoint: word(row, 2, Checkpoint::parse)?,
                })
            },
        )
    }

    /// The cards in a state, by their numbers.
    pub fn cards_in(&self, state: State) -> Result<Vec<CardId>> {
        self.all(
            "SELECT card FROM cards WHERE state = ? ORDER BY card",
            [state.name()],
            |row| row.get(0).map(card_id),
        )
    }

    /// The highest card number there is.
    pub(in crate::ledger) fn last_card(&self) -> Result<u64> {
        let last = self.one("SELECT coalesce(max(card), 0) FROM cards", [], |row| {
            count(row, 0)
        })?;
        Ok(last.unwrap_or_default())
    }

    /// Gives the events `from` to `to`, both counted in, to `each` in their order.
    ///
    /// # Errors
    /// [`Error::Event`] for one that cannot be read, and what `each` returns.
    pub fn entries<E: From<Error>>(
        &self,
        from: u64,
        to: u64,
        mut each: impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = "SELECT seq, at, actor, body FROM events WHERE seq BETWEEN ? AND ? ORDER BY seq";
        let mut query = self.db.prepare_cached(sql).map_err(Error::from)?;
        let range = params![from.cast_signed(), to.cast_signed()];
        let mut rows = query.query(range).map_err(Error::from)?;
        while let Some(row) = rows.next().map_err(Error::from)? {
            each(entry(row)?)?;
        }
        Ok(())
    }

    /// What people saw, took out or were denied, the oldest first.
    pub fn audits(&self) -> Result<Vec<Entry>> {
        let mut query = self.db.prepare_cached(
            "SELECT seq, at, actor, body FROM events
             WHERE json_extract(body, '$.kind') = 'audited' ORDER BY seq",
        )?;
        let mut rows = query.query([])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry(row)?);
        }
        Ok(entries)
    }
}
