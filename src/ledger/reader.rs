//! Reading: what the ledger knows, from the projections and the log.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::ledger::error::{Error, Result};
use crate::ledger::key::StationKey;

/// Reads the ledger. [`Ledger`](super::Ledger) and [`Tx`](super::Tx) read through it too.
pub struct Reader {
    pub(super) db: Connection,
    pub(super) key: StationKey,
}

impl Reader {
    /// Runs several reads on one state of the ledger, whatever others write meanwhile.
    pub fn snapshot<T, E: From<Error>>(
        &self,
        reads: impl FnOnce(&Self) -> Result<T, E>,
    ) -> Result<T, E> {
        // A transaction is a snapshot already.
        let _snapshot = if self.db.is_autocommit() {
            Some(self.db.unchecked_transaction().map_err(Error::from)?)
        } else {
            None
        };
        reads(self)
    }

    /// The latest time among the newest events.
    pub fn newest(&self) -> Result<Option<Timestamp>> {
        let newest: Option<String> = self.db.query_row(
            "SELECT max(at) FROM (SELECT at FROM events ORDER BY seq DESC LIMIT 1000)",
            [],
            |row| row.get(0),
        )?;
        Ok(newest.and_then(|at| at.parse().ok()))
    }

    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        Ok(self
            .db
            .prepare_cached(sql)?
            .query_row(params, read)
            .optional()?)
    }

    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut query = self.db.prepare_cached(sql)?;
        let rows = query.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
