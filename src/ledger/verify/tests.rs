//! Every way of tampering is found and named, and nothing is found where nothing is wrong.

mod busy;

use std::fs;
use std::path::Path;

use busy::{Busy, paper};
use rusqlite::Connection;

use super::*;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::device::DeviceState;
use crate::domain::ids::CardId;
use crate::ledger::event::chain_hash;
use crate::ledger::testing::{Station, child, files, new_card, new_lot, now};
use crate::ledger::{Ledger, PackFilter, Remake, Result};

fn event(seq: u64, fault: EventFault) -> Finding {
    Finding::Event { seq, fault }
}

#[test]
fn a_ledger_that_nobody_touched_is_clean() {
    let busy = Busy::new();
    let report = busy.verify();
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.persons, report.erased), (53, 4, 2));
    assert_eq!((report.lots, report.purged), (1, 1));
    assert_eq!((report.photos, report.papers), (1, 1));
    let other = Ledger::open_read_only(&busy.folder).unwrap();
    assert_eq!(verify(&other, &files(&busy.folder)).unwrap(), report);
}

#[test]
fn every_changed_column_of_an_event_is_found() {
    for sql in [
        "UPDATE events SET at = '2026-11-25T03:04:05.000006Z' WHERE seq = 5",
        "UPDATE events SET actor = 'other' WHERE seq = 5",
        "UPDATE events SET body = replace(body, 'AIR BANG', 'AIR BENG') WHERE seq = 5",
        "UPDATE events SET hash = zeroblob(32) WHERE seq = 5",
    ] {
        assert!(
            Busy::new().after(sql).contains(&event(5, EventFault::Hash)),
            "{sql}"
        );
    }
    let prev = Busy::new().after("UPDATE events SET prev = zeroblob(32) WHERE seq = 5");
    assert_eq!(prev, [event(5, EventFault::Prev)]);
}

#[test]
fn an_event_whose_hash_was_made_to_fit_breaks_the_next_one() {
    let busy = Busy::new();
    let findings = busy.behind(|db| {
        let sql = "SELECT at, body, prev FROM events WHERE seq = 5";
        let (at, body, prev): (String, String, [u8; 32]) = db
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap();
        let hash = chain_hash(&prev, 5, &at, "other", &body);
        db.execute(
            "UPDATE events SET actor = 'other', hash = ? WHERE seq = 5",
            [hash],
        )
        .unwrap();
    });
    assert_eq!(findings, [event(6, EventFault::Prev)]);
}

#[test]
fn an_event_taken_out_and_two_events_swapped_are_found() {
    let gone = Busy::new().after("DELETE FROM events WHERE seq = 5");
    assert_eq!(gone[0], event(6, EventFault::Gap));
    let swapped = Busy::new().after(
        "UPDATE events SET seq = -1 WHERE seq = 5; UPDATE events SET seq = 5 WHERE seq = 6;
         UPDATE events SET seq = 6 WHERE seq = -1;",
    );
    assert_eq!(swapped[0], event(5, EventFault::Prev));
    let none = Busy::new().after("DELETE FROM events");
    assert!(none.contains(&event(1, EventFault::Gap)), "{none:?}");
}

#[test]
fn an_event_in_another_spelling_is_not_read() {
    let spaced = Busy::new().after("UPDATE events SET body = body || ' ' WHERE seq = 15");
    assert!(spaced.contains(&event(15, EventFault::Unreadable)));
}

#[test]
fn every_changed_value_of_a_projection_is_named() {
    let busy = Busy::new();
    let columns: Vec<(String, String, String)> = tables::PROJECTIONS
        .iter()
        .flat_map(|(table, keys)| {
            let sql = "SELECT name, type FROM pragma_table_info(?) LIMIT -1 OFFSET ?";
            let mut query = busy.station.ledger.db.prepare(sql).unwrap();
            query
                .query_map(rusqlite::params![table, keys.cast_signed()], |row| {
                    Ok(((*table).to_owned(), row.get(0)?, row.get(1)?))
                })
                .unwrap()
                .map(Result::unwrap)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        columns.len(),
        7 + 8
            + 32
            + 1
            + 2
            + 1
            + 12
            + 2
            + 4
            + 4
            + 2
            + 15
            + 2
            + 2
            + 5
            + 17
            + 9
            + 3
            + 4
            + 1
            + 3
            + 3
            + 1
            + 4
            + 5
    );
    for (table, column, kind) in columns {
        let new = if kind == "INTEGER" {
            format!("coalesce({column}, 0) + 7")
        } else {
            format!("coalesce({column}, '') || 'x'")
        };
        // The row of the greatest key has no other row that depends on it.
        let last = format!("(SELECT max({0}) FROM {table})", key_column(&table));
        let busy = Busy::new();
        let findings = busy.after(&format!(
            "UPDATE {table} SET {column} = {new} WHERE {} = {last}",
            key_column(&table)
        ));
        assert!(
            findings.iter().any(|finding| matches!(finding,
                Finding::Value { table: t, column: c, .. } if *t == table && *c == column)),
            "{table}.{column}: {findings:?}"
        );
    }
}

#[test]
fn every_table_is_a_projection_or_known_to_be_none() {
    let busy = Busy::new();
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut query = busy.station.ledger.db.prepare(sql).unwrap();
    let tables = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    // The log; what is held against its hashes; and secrets, which the log never holds.
    let others = [
        "events",
        "persons",
        "queue",
        "credentials",
        "sessions",
        "sender_tokens",
        "submissions",
    ];
    for table in tables.map(Result::unwrap) {
        let compared = tables::PROJECTIONS.iter().any(|(name, _)| *name == table);
        assert!(compared != others.contains(&table.as_str()), "{table}");
    }
}

fn key_column(table: &str) -> &'static str {
    match table {
        "drops" => "drop_id",
        "lots" => "lot",
        "cards" => "card",
        "lot_cards" => "position",
        "lot_printers" => "lot",
        "jobs" => "job",
        "printers" | "stacks" => "printer",
        "scans" => "seq",
        "serials" => "serial",
        "stock_days" => "day",
        "stock_serials" => "first",
        "ribbons" => "ribbon",
        "destructions" => "minutes",
        "packs" => "pack",
        "pack_cards" => "card",
        "pack_files" => "sha256",
        "exceptions" => "rule",
        "accounts" => "user",
        "senders" => "sender",
        "batch_approvals" => "upload",
        "signing_keys" => "public_key",
        "checkpoints" | "restores" | "trail" => "seq",
        "purged_lots" => "lot",
        other => panic!("no key of {other} is known here"),
    }
}

#[test]
fn rows_taken_out_and_slipped_in_are_named() {
    for (sql, table) in [
        ("DELETE FROM drops", "drops"),
        ("DELETE FROM lot_cards WHERE position = 2", "lot_cards"),
        ("DELETE FROM exceptions", "exceptions"),
        ("DELETE FROM pack_cards", "pack_cards"),
        ("DELETE FROM pack_files", "pack_files"),
        ("DELETE FROM persons WHERE card = 3", "persons"),
        ("DELETE FROM queue WHERE card = 3", "queue"),
    ] {
        let findings = Busy::new().after(sql);
        assert!(
            findings
                .iter()
                .any(|f| matches!(f, Finding::RowMissing { table: t, .. } if *t == table)),
            "{sql}: {findings:?}"
        );
    }
    for (sql, table) in [
        (
            "INSERT INTO exceptions (rule, nik_hash, reason, at) VALUES ('too-old', 'x', 'y', 'z')",
            "exceptions",
        ),
        (
            "INSERT INTO persons (card, record, photo, token, school_key, class_key, name_key)
             VALUES (99, NULL, NULL, NULL, '', '', '')",
            "persons",
        ),
        (
            "INSERT INTO queue (kind, school_key, class_key, name_key, card) VALUES ('5-17', '', '', '', 1)",
            "queue",
        ),
        (
            "INSERT INTO queue (kind, school_key, class_key, name_key, card) VALUES ('5-17', '', '', '', 98)",
            "queue",
        ),
    ] {
        let findings = Busy::new().after(sql);
        assert!(
            findings
                .iter()
                .any(|f| matches!(f, Finding::RowExtra { table: t, .. } if *t == table)),
            "{sql}: {findings:?}"
        );
    }
}

#[test]
fn changed_personal_data_name_the_card_and_show_nothing() {
    let card = CardId::new(1);
    for (sql, what) in [
        (
            "record = replace(record, 'CONTOH 1', 'LAIN')",
            "content of the record",
        ),
        (
            "record = replace(record, '1702094503180001', '1702094503189999')",
            "NIK",
        ),
        (
            "record = replace(record, 'verifikator-01', 'verifikator-02')",
            "record, photo or token",
        ),
        (
            "record = replace(record, 'foto.jpg', 'lain.jpg')",
            "record, photo or token",
        ),
        (
            "record = replace(record, 'SIAK-2026', 'SIAK-2025')",
            "sender's id",
        ),
        ("record = record || ' '", "record, photo or token"),
        ("photo = replace(photo, 'a', 'b')", "photo"),
        ("token = 'other'", "record, photo or token"),
    ] {
        let findings = Busy::new().after(&format!("UPDATE persons SET {sql} WHERE card = 1"));
        assert!(
            findings.contains(&Finding::Person { card, what }),
            "{sql}: {findings:?}"
        );
        let shown = format!("{findings:?}{}", findings[0]);
        assert!(
            !shown.contains("CONTOH") && !shown.contains("170209"),
            "{shown}"
        );
    }
    for (table, columns, id) in [
        (
            "persons",
            &["record", "school_key", "class_key", "name_key"][..],
            1,
        ),
        ("persons", &["record", "photo", "token", "name_key"], 4),
        ("queue", &["kind", "school_key", "class_key", "name_key"], 3),
    ] {
        for column in columns {
            let findings = Busy::new().after(&format!(
                "UPDATE {table} SET {column} = 'x' WHERE card = {id}"
            ));
            let expected = Finding::Value {
                table,
                key: CardId::new(id).to_string(),
                column: (*column).to_owned(),
            };
            assert!(
                findings.contains(&expected),
                "{table}.{column}: {findings:?}"
            );
        }
    }
}

#[test]
fn data_taken_out_without_an_erasure_in_the_log_are_missed() {
    let findings = Busy::new().after("UPDATE persons SET record = NULL WHERE card = 1");
    assert!(matches!(&findings[..], [Finding::Value { column, .. }] if column == "record"));
}

#[test]
fn a_missing_altered_or_added_part_of_the_schema_is_named() {
    for (sql, object, fault) in [
        (
            "DROP TRIGGER events_never_change",
            "events_never_change",
            ObjectFault::Missing,
        ),
        (
            "DROP INDEX one_live_card",
            "one_live_card",
            ObjectFault::Missing,
        ),
        (
            "DROP TRIGGER events_never_vanish; CREATE TRIGGER events_never_vanish
             BEFORE DELETE ON events WHEN 0 BEGIN SELECT 1; END",
            "events_never_vanish",
            ObjectFault::Altered,
        ),
        ("CREATE TABLE more (x)", "more", ObjectFault::Extra),
        (
            "PRAGMA user_version = 0",
            "user_version",
            ObjectFault::Altered,
        ),
    ] {
        let busy = Busy::new();
        let db = Connection::open(busy.folder.join("ledger.db")).unwrap();
        db.execute_batch(sql).unwrap();
        let object = object.to_owned();
        assert_eq!(
            busy.verify().findings,
            [Finding::Schema { object, fault }],
            "{sql}"
        );
    }
    let busy = Busy::new();
    let db = Connection::open(busy.folder.join("ledger.db")).unwrap();
    db.execute_batch("DROP TABLE exceptions").unwrap();
    let findings = busy.verify().findings;
    assert!(matches!(&findings[0],
        Finding::Schema { object, fault: ObjectFault::Missing } if object == "exceptions"));
}

#[test]
fn a_changed_byte_of_a_pdf_or_a_photo_is_found() {
    let busy = Busy::new();
    let photo = format!("{}.jpg", busy.photo);
    for (name, content, fault) in [
        ("L00001.pdf", Some("a lod"), FileFault::Content),
        ("L00001.pdf", Some("a lot "), FileFault::Size),
        ("L00001.pdf", None, FileFault::Missing),
        (&photo, Some("a phoTo"), FileFault::Content),
        (&photo, None, FileFault::Missing),
        (&paper(), Some("a pApEr"), FileFault::Content),
        (&paper(), Some("a pap"), FileFault::Size),
        (&paper(), None, FileFault::Missing),
    ] {
        let path = busy.folder.join(name);
        let whole = fs::read(&path).unwrap();
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let name = name.to_owned();
        assert_eq!(busy.verify().findings, [Finding::File { name, fault }]);
        fs::write(&path, whole).unwrap();
    }
    assert!(busy.verify().is_clean());
}

#[test]
fn whatever_is_done_the_rebuilt_projections_equal_the_live_ones() {
    // Numbers from a linear congruential generator (Knuth's MMIX): the run is the same each time.
    let mut seed: u64 = 20_261_124;
    let mut pick = |n: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % n
    };
    let mut station = Station::new();
    let mut cards: Vec<CardId> = Vec::new();
    let (mut done, mut refused) = (0, 0);
    for round in 0..600 {
        let serial = 1 + u32::try_from(pick(150)).unwrap();
        let card = (!cards.is_empty()).then(|| cards[pick(cards.len())]);
        let (choice, to, again) = (pick(8), State::ALL[pick(15)], pick(2) == 0);
        let outcome = station
            .ledger
            .write("station", now(), |tx| match (choice, card) {
                (0..=2, _) => tx.accept(new_card(&child(serial))).map(Some),
                (3, _) => {
                    let kind = crate::domain::card::Kind::From5;
                    let head: Vec<_> = tx.queue_head(kind, 5)?.iter().map(|c| c.card).collect();
                    let lot = tx.next_lot()?;
                    tx.make_lot(new_lot(lot, &head, &format!("{lot}.pdf")))?;
                    for card in head {
                        tx.move_card(card, State::Printed, Evidence::Operator, None)?;
                    }
                    Ok(None)
                }
                (4, Some(card)) => {
                    let remake = if again {
                        Remake::Yes { token: None }
                    } else {
                        Remake::No
                    };
                    tx.spoil(card, SpoilReason::Buram, Evidence::Operator, remake)
                }
                (5, Some(card)) => tx.erase(card, "purpose-ended").map(|()| None),
                (_, Some(card)) => tx
                    .move_card(card, to, Evidence::Operator, None)
                    .map(|_| None),
                (_, None) => Ok(None),
            });
        match outcome {
            Ok(new) => {
                cards.extend(new);
                done += 1;
            }
            Err(Error::Database(error)) => panic!("round {round}: {error}"),
            Err(_) => refused += 1,
        }
    }
    assert!(
        done > 150 && refused > 100,
        "{done} done, {refused} refused"
    );
    let nowhere = station.path().join("none");
    let findings = verify(&station.ledger, &files(&nowhere)).unwrap().findings;
    // The lots' PDFs were never written; nothing else may be found.
    assert!(
        findings.iter().all(|f| matches!(f, Finding::File { .. })),
        "{findings:?}"
    );
}

/// The station lies there as release 0.2.0 made it: its tables as SQL, its key, and the files that
/// they name. It is never made anew.
#[test]
fn a_station_of_0_2_0_is_opened_verified_read_in_every_part_and_written_to() {
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/station-0.2.0");
    let dir = tempfile::TempDir::new().unwrap();
    fs::copy(old.join("station.key"), dir.path().join("station.key")).unwrap();
    let tables = fs::read_to_string(old.join("ledger.sql")).unwrap();
    let db = Connection::open(dir.path().join("ledger.db")).unwrap();
    db.execute_batch(&tables).unwrap();
    drop(db);
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let report = verify(&ledger, &files(&old)).unwrap();
    assert_eq!(report.findings, []);
    assert_eq!((report.events, report.persons, report.erased), (53, 4, 2));
    assert_eq!((report.lots, report.purged), (1, 1));
    assert_eq!((report.photos, report.papers), (1, 1));

    let states = [
        (State::Accepted, 2),
        (State::Cancelled, 2),
        (State::HandedOver, 1),
        (State::Spoiled, 1),
    ];
    let mut found = ledger.status().unwrap().states;
    found.sort_unstable();
    let mut wanted = states.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    for number in 1..=6 {
        let card = CardId::new(number);
        assert!(ledger.card(card).unwrap().is_some(), "{card}");
        assert!(!ledger.history(card).unwrap().is_empty(), "{card}");
    }
    let lots = ledger.lots().unwrap();
    let printer = ledger.printers().unwrap().remove(0);
    assert_eq!((lots.len(), printer.state), (2, DeviceState::Idle));
    assert_eq!(ledger.packs(&PackFilter::default()).unwrap().len(), 1);
    let destruction = ledger.destruction(1).unwrap().unwrap();
    assert_eq!(destruction.witnesses.len(), 1);
    assert_eq!(ledger.stock().unwrap().len(), 1);
    assert_eq!(ledger.closed_days("kia").unwrap().len(), 1);
    assert!(ledger.ribbons().unwrap().is_some());
    assert_eq!(ledger.latest_drops(9).unwrap().len(), 1);
    assert_eq!(ledger.accounts().unwrap().len(), 1);
    assert_eq!(ledger.senders().unwrap().len(), 1);
    assert_eq!(ledger.checkpoints(None).unwrap().len(), 1);

    let card = ledger.write("station", now(), |tx| tx.accept(new_card(&child(9))));
    let card = card.unwrap();
    assert_eq!(ledger.state(card).unwrap(), Some(State::Accepted));
    assert_eq!(verify(&ledger, &files(&old)).unwrap().findings, []);
}
