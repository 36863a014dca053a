//! Every way of tampering is found and named, and nothing is found where nothing is wrong.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::*;
use crate::domain::account::Role;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::hex::hex;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Ended, Side};
use crate::domain::pack::{Carrier, Destination};
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::ledger::event::{BatchApproved, Event, StackTurned, chain_hash};
use crate::ledger::testing::{Station, child, files, new_card, new_lot, nik, now};
use crate::ledger::{
    Close, DropOutcome, Ledger, NewCard, NewFile, NewJob, NewLot, NewMovement, Remake, Result,
    Signer, Tx,
};

/// A station with a printed lot of two cards, one spoiled and made again, two cards in the queue,
/// one erased; its photo and PDF lie on the disk.
struct Busy {
    station: Station,
    folder: PathBuf,
    photo: String,
}

impl Busy {
    fn new() -> Self {
        let mut station = Station::new();
        let folder = station.path().to_owned();
        let photo = hex(&Sha256::digest(b"a photo"));
        fs::write(folder.join(format!("{photo}.jpg")), b"a photo").unwrap();
        fs::write(folder.join("L00001.pdf"), b"a lot").unwrap();
        fs::create_dir(folder.join(PACK)).unwrap();
        fs::write(folder.join(paper()), b"a paper").unwrap();
        let sha256 = hex(&Sha256::digest(b"a lot"));
        let signer = Signer::of(&folder).unwrap();
        station
            .write(|tx| {
                let record = child(1);
                let first = tx.accept(NewCard {
                    photo: Some(&photo),
                    token: Some("token"),
                    ..new_card(&record)
                })?;
                let mut cards = vec![first];
                for serial in 2..=4 {
                    cards.push(tx.accept(new_card(&child(serial)))?);
                }
                let lot = tx.next_lot()?;
                tx.make_lot(NewLot {
                    sha256: &sha256,
                    bytes: 5,
                    ..new_lot(lot, &cards[..2], "L00001.pdf")
                })?;
                books(tx, lot, first)?;
                handover(tx, first)?;
                let remake = Remake::Yes { token: None };
                tx.spoil(cards[1], SpoilReason::Pita, Evidence::Operator, remake)?;
                tx.destroy(&["SAKSI CONTOH".into()], &[("kia".into(), 1)].into())?;
                tx.move_card(cards[3], State::Cancelled, Evidence::Operator, None)?;
                tx.erase(cards[3], "purpose-ended")?;
                tx.allow("photo-shared", &nik(2), "anak kembar")?;
                tx.approve_batch(&BatchApproved {
                    upload: "U1".into(),
                    name: "sdn-2".into(),
                    records: 4,
                    approver: "sari".into(),
                })?;
                tx.finish_drop(&DropOutcome {
                    drop: "D1".into(),
                    name: "sdn-2".into(),
                    received: 4,
                    accepted: 4,
                    rejected: 0,
                    unchanged: 0,
                    problems: [("name-one-word".to_owned(), 1)].into(),
                })?;
                tx.make_account("budi", Role::Supervisor, "a hash")?;
                tx.open_sender("siak", "a hash")?;
                trust(tx, &signer)
            })
            .unwrap();
        Self {
            station,
            folder,
            photo,
        }
    }

    fn verify(&self) -> Report {
        verify(&self.station.ledger, &files(&self.folder)).unwrap()
    }

    /// The findings after somebody changed the database behind the program's back. The triggers
    /// are put back, as a careful intruder would.
    fn after(&self, sql: &str) -> Vec<Finding> {
        self.behind(|db| {
            db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            db.execute_batch(sql).unwrap();
        })
    }

    fn behind(&self, work: impl FnOnce(&Connection)) -> Vec<Finding> {
        let triggers = "SELECT sql FROM sqlite_schema WHERE type = 'trigger'";
        let texts: Vec<String> = {
            let mut query = self.station.ledger.db.prepare(triggers).unwrap();
            let rows = query.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let db = self.station.intruder();
        work(&db);
        db.execute_batch(&texts.join(";\n")).unwrap();
        self.verify().findings
    }
}

/// A card is printed, scanned and booked, and a day is closed: each projection of the books gets
/// a row.
fn books(tx: &mut Tx<'_>, lot: LotId, card: CardId) -> Result<()> {
    let serials = SerialRange {
        first: "KIA0001".into(),
        last: "KIA0500".into(),
    };
    let received = NewMovement {
        media: "kia",
        movement: Movement::Received,
        count: 500,
        batch: Some("P-1"),
        serials: Some(&serials),
        note: None,
    };
    tx.move_stock(received)?;
    tx.move_stock(NewMovement {
        movement: Movement::Spoiled,
        count: 2,
        serials: None,
        ..received
    })?;
    tx.move_ribbon(RibbonMovement::Received {
        ribbons: 2,
        prints: 500,
    })?;
    tx.assign_lot(lot, Some("p1"))?;
    tx.printer_changed("p1", "idle", &[], Some("Siap"))?;
    let job = tx.next_job_name(card)?;
    tx.begin_job(NewJob {
        card,
        job: &job,
        printer: "p1",
        media: None,
        side: Side::Both,
        sha256: &"0".repeat(64),
    })?;
    tx.job_created(&job, 7, Some("urn:uuid:1"), Some("ipp://localhost/7"))?;
    tx.job_sent(&job)?;
    tx.end_job(&job, Ended::Printed, &[], Remake::No)?;
    let scan = tx.scan("token", Some(lot))?;
    assert_eq!(scan.card, Some(card));
    assert_eq!(tx.read_serial(card, "KIA0001")?, Some(true));
    tx.scan("a code of nobody", None)?;
    tx.close_day(Close {
        media: "kia",
        date: jiff::civil::date(2026, 11, 24),
        counted: 497,
        explained: None,
    })
}

/// The folder of the one pack.
const PACK: &str = "P00001-8";

/// The signed paper that is attached to it.
fn paper() -> String {
    format!("{PACK}/{}.pdf", hex(&Sha256::digest(b"a paper")))
}

/// A verified card goes into a pack, which is sent, and a paper is attached.
fn handover(tx: &mut Tx<'_>, card: CardId) -> Result<()> {
    let record = child(1);
    let school = record.sekolah.unwrap_or_default();
    let to = Destination::of(&school, &record.kecamatan, &record.desa);
    let pack = tx.pack_for(&to, "a code")?;
    tx.put_in_pack(pack, card)?;
    tx.close_pack(pack, false)?;
    tx.send_pack(
        pack,
        Carrier::Petugas,
        None,
        jiff::civil::date(2026, 11, 24),
    )?;
    let sha256 = hex(&Sha256::digest(b"a paper"));
    let name = format!("{sha256}.pdf");
    tx.attach_to_pack(
        pack,
        NewFile {
            name: &name,
            sha256: &sha256,
            bytes: 7,
        },
    )
}

/// A lot whose card was cancelled and erased is purged, the head is signed, and the ledger restored:
/// each projection of the log's own gets a row.
fn trust(tx: &mut Tx<'_>, signer: &Signer) -> Result<()> {
    let card = tx.accept(new_card(&child(5)))?;
    let lot = tx.next_lot()?;
    tx.make_lot(new_lot(lot, &[card], "L00002.pdf"))?;
    tx.move_card(card, State::Cancelled, Evidence::Operator, None)?;
    tx.erase(card, "retention")?;
    tx.purge_lot(lot)?;
    tx.checkpoint(jiff::civil::date(2026, 11, 24), signer)?;
    tx.restored(true)?;
    let (printer, cards) = ("p2".to_owned(), 1);
    tx.append(&Event::StackTurned(StackTurned { printer, cards }))
}

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
        "checkpoints" | "restores" => "seq",
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
            "INSERT INTO exceptions VALUES ('too-old', 'x', 'y', 'z')",
            "exceptions",
        ),
        (
            "INSERT INTO persons VALUES (99, NULL, NULL, NULL, '', '', '')",
            "persons",
        ),
        ("INSERT INTO queue VALUES ('5-17', '', '', '', 1)", "queue"),
        ("INSERT INTO queue VALUES ('5-17', '', '', '', 98)", "queue"),
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
