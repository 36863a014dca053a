//! The database itself, its schema, and two databases' tables side by side.

use std::cmp::Ordering;

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, Rows};

use super::report::{Finding, ObjectFault, Report};
use crate::ledger::columns::card_id;
use crate::ledger::error::Result;
use crate::ledger::schema;

/// SQLite's own check of pages, indexes and constraints.
pub(super) fn check_database(db: &Connection, report: &mut Report) -> Result<()> {
    let mut query = db.prepare("PRAGMA integrity_check")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        if line != "ok" {
            report.add(Finding::Database(line));
        }
    }
    let mut query = db.prepare("PRAGMA foreign_key_check")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let (table, other): (String, String) = (row.get(0)?, row.get(2)?);
        report.add(Finding::Database(format!(
            "a row of {table} names one of {other} that is not there"
        )));
    }
    Ok(())
}

/// Compares every table, index and trigger with a fresh database's.
pub(super) fn compare_schema(
    db: &Connection,
    fresh: &Connection,
    report: &mut Report,
) -> Result<()> {
    if schema::version(db)? != schema::VERSION {
        report.add(Finding::Schema {
            object: "user_version".to_owned(),
            fault: ObjectFault::Altered,
        });
    }
    // SQLite's own objects have no text.
    let sql = "SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE sql NOTNULL ORDER BY name";
    let (mut ours, mut theirs) = (db.prepare(sql)?, fresh.prepare(sql)?);
    side_by_side(&mut ours.query([])?, &mut theirs.query([])?, 1, |found| {
        let (row, fault) = match found {
            Found::Missing(row) => (row, ObjectFault::Missing),
            Found::Extra(row) => (row, ObjectFault::Extra),
            Found::Differs(row, _) => (row, ObjectFault::Altered),
        };
        report.add(Finding::Schema {
            object: row.get(0)?,
            fault,
        });
        Ok(())
    })
}

/// A projection: its table and how many columns make its key. Every column is compared, and the
/// key's come first in the table.
pub(super) const PROJECTIONS: &[(&str, usize)] = &[
    ("drops", 1),
    ("lots", 1),
    ("cards", 1),
    ("lot_cards", 2),
    ("exceptions", 2),
    ("lot_printers", 1),
    ("jobs", 1),
    ("stacks", 1),
    ("printers", 1),
    ("scans", 1),
    ("serials", 1),
    ("stock_days", 2),
    ("stock_serials", 2),
    ("ribbons", 1),
    ("destructions", 1),
    ("accounts", 1),
    ("senders", 1),
    ("packs", 1),
    ("pack_cards", 2),
    ("pack_files", 2),
    ("batch_approvals", 1),
    ("signing_keys", 1),
    ("checkpoints", 1),
    ("restores", 1),
    ("purged_lots", 1),
    ("trail", 1),
];

/// Compares the projections with those rebuilt from the log.
pub(super) fn compare_projections(
    db: &Connection,
    rebuilt: &Connection,
    report: &mut Report,
) -> Result<()> {
    for &(table, keys) in PROJECTIONS {
        let order: Vec<String> = (1..=keys).map(|column| column.to_string()).collect();
        let sql = format!("SELECT * FROM {table} ORDER BY {}", order.join(", "));
        let (mut ours, mut theirs) = (db.prepare(&sql)?, rebuilt.prepare(&sql)?);
        side_by_side(
            &mut ours.query([])?,
            &mut theirs.query([])?,
            keys,
            |found| {
                report.add(match found {
                    Found::Missing(row) => Finding::RowMissing {
                        table,
                        key: key(table, row, keys)?,
                    },
                    Found::Extra(row) => Finding::RowExtra {
                        table,
                        key: key(table, row, keys)?,
                    },
                    Found::Differs(row, column) => Finding::Value {
                        table,
                        key: key(table, row, keys)?,
                        column: row.as_ref().column_name(column)?.to_owned(),
                    },
                });
                Ok(())
            },
        )?;
    }
    Ok(())
}

/// A difference between two tables.
enum Found<'a, 'b> {
    /// Ours lacks a row of theirs.
    Missing(&'a Row<'b>),
    /// Ours has a row that theirs lacks.
    Extra(&'a Row<'b>),
    /// Ours has another value in this column.
    Differs(&'a Row<'b>, usize),
}

/// Walks two results, both ordered by their first `keys` columns, and reports each difference.
fn side_by_side(
    ours: &mut Rows<'_>,
    theirs: &mut Rows<'_>,
    keys: usize,
    mut found: impl FnMut(Found<'_, '_>) -> Result<()>,
) -> Result<()> {
    ours.advance()?;
    theirs.advance()?;
    loop {
        let order = match (ours.get(), theirs.get()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(our), Some(their)) => compare(our, their, keys)?,
        };
        if let (Ordering::Less, Some(our)) = (order, ours.get()) {
            found(Found::Extra(our))?;
        }
        if let (Ordering::Greater, Some(their)) = (order, theirs.get()) {
            found(Found::Missing(their))?;
        }
        if let (Ordering::Equal, Some(our), Some(their)) = (order, ours.get(), theirs.get()) {
            for column in keys..our.as_ref().column_count() {
                if our.get_ref(column)? != their.get_ref(column)? {
                    found(Found::Differs(our, column))?;
                }
            }
        }
        if order.is_le() {
            ours.advance()?;
        }
        if order.is_ge() {
            theirs.advance()?;
        }
    }
}

/// Compares keys as SQLite orders them: integers as numbers, texts byte by byte.
fn compare(our: &Row<'_>, their: &Row<'_>, keys: usize) -> Result<Ordering> {
    for column in 0..keys {
        let order = match (our.get(column)?, their.get(column)?) {
            (Value::Integer(our), Value::Integer(their)) => our.cmp(&their),
            (Value::Text(our), Value::Text(their)) => our.cmp(&their),
            // STRICT tables hold one type a column, and no key is null.
            _ => Ordering::Equal,
        };
        if order.is_ne() {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

/// How a row is named: a card by its number as people read it.
fn key(table: &str, row: &Row<'_>, keys: usize) -> Result<String> {
    let parts: Vec<String> = (0..keys)
        .map(|column| {
            Ok(match row.get(column)? {
                Value::Integer(number) if table == "cards" => card_id(number).to_string(),
                Value::Integer(number) => number.to_string(),
                Value::Text(text) => text,
                _ => String::new(),
            })
        })
        .collect::<Result<_>>()?;
    Ok(parts.join("/"))
}
