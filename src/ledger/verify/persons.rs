//! The personal table and the queue, held against the keyed hashes of the log.

use rusqlite::Row;

use super::report::{Finding, Report};
use crate::domain::card::{Kind, State};
use crate::domain::period::Month;
use crate::domain::record::Record;
use crate::ledger::columns::card_id;
use crate::ledger::error::Result;
use crate::ledger::order::Order;
use crate::ledger::reader::Reader;

/// Checks each card's personal data and its place in the queue. The hashes are read from the
/// projection, which is itself compared with the log.
pub(super) fn check(ledger: &Reader, report: &mut Report) -> Result<()> {
    let mut query = ledger.db.prepare(
        "SELECT cards.card, nik_hash, record_hash, content_hash, erased_at IS NOT NULL,
             persons.card IS NOT NULL, record, photo, token,
             persons.school_key, persons.class_key, persons.name_key,
             state = ? AS waits, queue.card IS NOT NULL,
             queue.kind IS cards.kind, queue.school_key IS persons.school_key,
             queue.class_key IS persons.class_key, queue.name_key IS persons.name_key,
             photo_hash, request_hash, code_hash, cards.kind, expires, photo_by_hand
         FROM cards LEFT JOIN persons USING (card) LEFT JOIN queue ON queue.card = cards.card
         ORDER BY cards.card",
    )?;
    let mut rows = query.query([State::Accepted.name()])?;
    while let Some(row) = rows.next()? {
        check_person(ledger, row, report)?;
        check_place(row, report)?;
    }
    for table in ["persons", "queue"] {
        let mut query = ledger.db.prepare(&format!(
            "SELECT card FROM {table} WHERE card NOT IN (SELECT card FROM cards) ORDER BY card"
        ))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let key = card_id(row.get(0)?).to_string();
            report.add(Finding::RowExtra { table, key });
        }
    }
    Ok(())
}

fn check_person(ledger: &Reader, row: &Row<'_>, report: &mut Report) -> Result<()> {
    let card = card_id(row.get(0)?);
    let table = "persons";
    let value = |column: &str| Finding::Value {
        table,
        key: card.to_string(),
        column: column.to_owned(),
    };
    if !row.get::<_, bool>(5)? {
        let key = card.to_string();
        report.add(Finding::RowMissing { table, key });
        return Ok(());
    }
    let record: Option<String> = row.get(6)?;
    let (photo, token): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    let stored = Order {
        school: row.get(9)?,
        class: row.get(10)?,
        name: row.get(11)?,
    };
    if row.get(4)? {
        report.erased += 1;
        for (left, column) in [
            (record.is_some(), "record"),
            (photo.is_some(), "photo"),
            (token.is_some(), "token"),
            (!stored.name.is_empty(), "name_key"),
        ] {
            if left {
                report.add(value(column));
            }
        }
        return Ok(());
    }
    report.persons += 1;
    let Some(json) = record else {
        report.add(value("record"));
        return Ok(());
    };
    let key = &ledger.key;
    let (photo, token) = (photo.as_deref(), token.as_deref());
    let mut differs = |what, column, hash: Option<String>| -> Result<()> {
        if row.get::<_, Option<String>>(column)? != hash {
            report.add(Finding::Person { card, what });
        }
        Ok(())
    };
    differs(
        "record, photo or token",
        2,
        Some(key.record(&json, photo, token)),
    )?;
    differs("photo", 18, photo.map(|photo| key.photo(photo)))?;
    let Ok(record) = serde_json::from_str::<Record>(&json) else {
        report.add(value("record"));
        return Ok(());
    };
    differs("NIK", 1, Some(key.nik(&record.nik)))?;
    // The content is what the sender sent, whose picture is not kept once a hand has changed it.
    if !row.get::<_, bool>(23)? {
        let content = key.content(&record.content(photo));
        differs("content of the record", 3, Some(content))?;
    }
    differs(
        "sender's id",
        19,
        record.id.as_deref().map(|id| key.request(id)),
    )?;
    // The first cards have no hash of their code.
    if row.get_ref(20)? != rusqlite::types::ValueRef::Null {
        let code = record.qr.as_deref().or(token);
        differs("code", 20, code.map(|code| key.code(code)))?;
    }
    // The first cards do not say either when they stop counting.
    let expires = Kind::from_name(row.get_ref(21)?.as_str().unwrap_or_default())
        .map(|kind| Month::of(record.expires(kind)).to_string());
    if row.get_ref(22)? != rusqlite::types::ValueRef::Null {
        differs("month of expiry", 22, expires)?;
    }
    let order = Order::of(&record);
    for (same, column) in [
        (stored.school == order.school, "school_key"),
        (stored.class == order.class, "class_key"),
        (stored.name == order.name, "name_key"),
    ] {
        if !same {
            report.add(value(column));
        }
    }
    Ok(())
}

fn check_place(row: &Row<'_>, report: &mut Report) -> Result<()> {
    let key = card_id(row.get(0)?).to_string();
    let table = "queue";
    match (row.get(12)?, row.get(13)?) {
        (false, false) => {}
        (true, false) => report.add(Finding::RowMissing { table, key }),
        (false, true) => report.add(Finding::RowExtra { table, key }),
        (true, true) => {
            for (same, column) in [
                (14, "kind"),
                (15, "school_key"),
                (16, "class_key"),
                (17, "name_key"),
            ] {
                if !row.get::<_, bool>(same)? {
                    report.add(Finding::Value {
                        table,
                        key: key.clone(),
                        column: column.to_owned(),
                    });
                }
            }
        }
    }
    Ok(())
}
