//! How the columns of the database hold numbers, times and words.

use jiff::Timestamp;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

use crate::domain::ids::{CardId, LotId, PackId};

/// SQLite's integers are signed; the ledger counts from 1 and never past them.
pub(super) fn number(card: CardId) -> i64 {
    card.number().cast_signed()
}

/// The other way round.
pub(super) fn card_id(number: i64) -> CardId {
    CardId::new(number.cast_unsigned())
}

/// A lot's number in the database.
pub(super) fn lot_number(lot: LotId) -> i64 {
    lot.number().cast_signed()
}

/// How the ledger writes a time: UTC, always with microseconds, so that texts compare as times.
pub(super) fn stamp(at: Timestamp) -> String {
    format!("{at:.6}")
}

/// A lot's number from the database.
pub(super) fn lot_id(number: i64) -> LotId {
    LotId::new(number.cast_unsigned())
}

/// A word of a closed list.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    read(row.get_ref(column)?.as_str()?).ok_or_else(|| unreadable(column))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    word(row, column, |text| text.parse().ok())
}

/// A time that may be missing.
pub(super) fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    row.get_ref(column)?
        .as_str_or_null()?
        .map(|text| text.parse().map_err(|_| unreadable(column)))
        .transpose()
}

/// Says which column holds no such value, and not what it holds.
fn unreadable(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        Type::Text,
        Box::new(FromSqlError::InvalidType),
    )
}

pub(super) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// A pack's number in the database.
pub(super) fn pack_number(pack: PackId) -> i64 {
    pack.number().cast_signed()
}

/// The other way round.
pub(super) fn pack_id(number: i64) -> PackId {
    PackId::new(number.cast_unsigned())
}

/// A list of texts as a column holds it.
pub(super) fn words(list: &[String]) -> String {
    serde_json::to_string(list).expect("texts are JSON")
}

/// A word of a closed list that may be missing.
pub(super) fn optional_word<T>(
    row: &Row<'_>,
    column: usize,
    read: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        None => Ok(None),
        Some(_) => word(row, column, read).map(Some),
    }
}
