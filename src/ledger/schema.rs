//! The database's settings and its numbered migrations.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{Error, Result};

/// Every migration in its order. Those that were released never change: `PRAGMA user_version`
/// counts how many a database has seen.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001.sql")];

/// The version this program writes.
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;

/// How long a process waits for another one's transaction. A lot of 500 cards takes far less.
const BUSY: Duration = Duration::from_secs(20);

/// Opens the database for writing.
pub(super) fn open(path: &Path) -> Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settings(&db)?;
    // Erased data is overwritten, not only unlinked.
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;",
    )?;
    Ok(db)
}

/// Opens the database for reading.
pub(super) fn open_read_only(path: &Path) -> Result<Connection> {
    let db = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    settings(&db)?;
    Ok(db)
}

/// A fresh, private database with the same tables and no rows. It lies in a temporary file that
/// SQLite deletes, so that its size is no matter of memory.
pub(super) fn scratch() -> Result<Connection> {
    let db = Connection::open("")?;
    settings(&db)?;
    db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    migrate(&db)?;
    Ok(db)
}

/// `recursive_triggers` lets the delete trigger see what INSERT OR REPLACE removes.
fn settings(db: &Connection) -> Result<()> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(64);
    db.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA recursive_triggers = ON;",
    )?;
    Ok(())
}

/// The version of the database.
pub(super) fn version(db: &Connection) -> Result<u32> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Brings the database up to date. The caller wraps it in a transaction where one is needed.
pub(super) fn migrate(db: &Connection) -> Result<()> {
    let found = version(db)?;
    let seen = usize::try_from(found).unwrap_or(usize::MAX);
    let Some(missing) = MIGRATIONS.get(seen..) else {
        return Err(Error::Newer {
            found,
            known: VERSION,
        });
    };
    for migration in missing {
        db.execute_batch(migration)?;
    }
    if !missing.is_empty() {
        db.pragma_update(None, "user_version", VERSION)?;
    }
    Ok(())
}
