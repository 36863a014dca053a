use std::collections::BTreeMap;

use jiff::ToSpan;
use rusqlite::Connection;

use super::write::{NewCard, Remake};
use crate::domain::audit::AuditCode;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::reason::Reason;
use crate::ledger::drops::facts::DropOutcome;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::{Entry, chain_hash};
use crate::ledger::testing::{Station, child, new_card, new_lot, nik, now};
use crate::ledger::tx::Tx;
use crate::ledger::{Ledger, schema};

/// What SQLite says to somebody who tries to change the log with the triggers in place.
fn refused(db: &Connection, sql: &str) -> String {
    db.execute(sql, []).unwrap_err().to_string()
}

fn chain(station: &Station) -> Vec<(u64, String)> {
    let mut query = station
        .ledger
        .db
        .prepare("SELECT seq, at, actor, body, prev, hash FROM events ORDER BY seq")
        .unwrap();
    let rows = query.query_map([], |row| {
        let seq = row.get::<_, i64>(0)?.cast_unsigned();
        let text = |column| row.get::<_, String>(column);
        let prev: [u8; 32] = row.get(4)?;
        let hash: [u8; 32] = row.get(5)?;
        assert_eq!(
            hash,
            chain_hash(&prev, seq, &text(1)?, &text(2)?, &text(3)?)
        );
        Ok((seq, text(2)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_card_goes_its_way_and_every_step_is_told() {
    let mut station = Station::new();
    let cards = station.accept(1..=3);
    let lot = station.render(&cards);
    station.step(cards[1], State::Printed).unwrap();
    let card = station.ledger.card(cards[1]).unwrap().unwrap();
    assert_eq!(
        (card.state, card.lot, card.position),
        (State::Printed, Some(lot), Some(2))
    );
    assert_eq!(card.printed_at, Some(now()));
    let kinds: Vec<_> = station
        .ledger
        .history(cards[1])
        .unwrap()
        .iter()
        .map(|entry| entry.evidence().map(|(evidence, _)| evidence))
        .collect();
    assert_eq!(
        kinds,
        [None, Some(Evidence::Station), Some(Evidence::Operator)]
    );
}

#[test]
fn an_illegal_move_is_refused_and_the_transaction_goes_on_without_it() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    let before = chain(&station).len();
    station
        .write(|tx| {
            let error = tx
                .move_card(card, State::Printed, Evidence::Operator, None)
                .unwrap_err();
            assert!(matches!(error, Error::Move { .. }), "{error:?}");
            tx.move_card(card, State::Held, Evidence::Operator, Some(Reason::TooOld))
        })
        .unwrap();
    assert_eq!(chain(&station).len(), before + 1);
    assert_eq!(station.ledger.state(card).unwrap(), Some(State::Held));
    assert!(station.ledger.waiting().unwrap().is_empty());
}

#[test]
fn a_lot_of_which_one_card_is_gone_is_refused_whole() {
    let mut station = Station::new();
    let cards = station.accept(1..=3);
    station.step(cards[2], State::Cancelled).unwrap();
    let before = chain(&station);
    let lot = station.ledger.next_lot().unwrap();
    station
        .write(|tx| {
            assert!(tx.make_lot(new_lot(lot, &cards, "a.pdf")).is_err());
            assert!(tx.make_lot(new_lot(lot, &[], "a.pdf")).is_err());
            assert!(tx.make_lot(new_lot(lot, &cards[..2], "../a.pdf")).is_err());
            // What follows in the transaction joins on to what was there before.
            tx.allow("photo-shared", &nik(1), "kembar")
        })
        .unwrap();
    assert_eq!(chain(&station).len(), before.len() + 1);
    assert_eq!(station.ledger.waiting().unwrap()[0].cards, 2);
    station.render(&cards[..2]);
    assert!(matches!(
        station.write(|tx| tx.make_lot(new_lot(lot, &cards[..2], "b.pdf"))),
        Err(Error::LotTaken(_))
    ));
}

#[test]
fn a_child_has_one_live_card() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    let again = child(1);
    let taken = station.write(|tx| tx.accept(new_card(&again)));
    assert!(matches!(taken, Err(Error::LiveCard(live)) if live == card));
    // The index holds it too, should the program forget.
    let twin = refused(
        &station.ledger.db,
        "INSERT INTO cards (card, state, reason, kind, lot, position, nik_hash, record_hash,
         content_hash, photo_hash, request_hash, revisi, alasan, npsn, sekolah, kelas, kecamatan,
         desa, kode_wilayah, drop_id, row, attempt, replaces, accepted_at, moved_at, printed_at,
         erased_at, code_hash, media, minutes, expires, photo_by_hand, lies_here)
         SELECT card + 1, state, reason, kind, lot, position, nik_hash,
         record_hash, content_hash, photo_hash, request_hash, revisi, alasan, npsn, sekolah,
         kelas, kecamatan, desa, kode_wilayah, drop_id, row, attempt, replaces, accepted_at,
         moved_at, printed_at, erased_at, code_hash, media, minutes, expires, photo_by_hand,
         lies_here
         FROM cards",
    );
    assert!(twin.contains("UNIQUE"), "{twin}");
    let other = child(2);
    let new = NewCard {
        replaces: Some(card),
        ..new_card(&other)
    };
    assert!(matches!(
        station.write(|tx| tx.accept(new)),
        Err(Error::Replaces(_))
    ));
    station.step(card, State::Cancelled).unwrap();
    let new = NewCard {
        replaces: Some(card),
        ..new_card(&again)
    };
    let newer = station.write(|tx| tx.accept(new)).unwrap();
    assert_eq!(station.ledger.cards_of(&nik(1)).unwrap().len(), 2);
    assert_eq!(
        station.ledger.card(newer).unwrap().unwrap().replaces,
        Some(card)
    );
}

#[test]
fn a_spoiled_card_is_made_again_from_the_same_record() {
    let mut station = Station::new();
    let record = child(1);
    let photo = "a".repeat(64);
    let new = NewCard {
        photo: Some(&photo),
        token: Some("one"),
        ..new_card(&record)
    };
    let card = station.write(|tx| tx.accept(new)).unwrap();
    station.render(&[card]);
    let again = station
        .write(|tx| {
            let remake = Remake::Yes { token: Some("two") };
            tx.spoil(card, SpoilReason::Macet, Evidence::Operator, remake)
        })
        .unwrap()
        .unwrap();
    let old = station.ledger.card(card).unwrap().unwrap();
    assert_eq!(
        (old.state, old.reason),
        (State::Spoiled, Some(Reason::Macet))
    );
    let made = station.ledger.card(again).unwrap().unwrap();
    assert_eq!((made.attempt, made.replaces), (2, Some(card)));
    let person = station.ledger.person(again).unwrap().unwrap();
    assert_eq!((person.record, person.photo), (record, Some(photo)));
    for (token, of) in [("one", card), ("two", again)] {
        let shown = station.ledger.cards_by_code(token).unwrap();
        assert_eq!(
            shown.iter().map(|(card, _)| *card).collect::<Vec<_>>(),
            [of]
        );
    }
    assert_eq!(station.ledger.card_of_row("D1", 1).unwrap(), Some(again));
}

#[test]
fn what_was_begun_before_another_step_was_written_is_entered_after_it() {
    let mut station = Station::new();
    let mut at = |minutes: i64| {
        let time = now() + minutes.minutes();
        let audit = |tx: &mut Tx<'_>| tx.audit(AuditCode::CardViewed, None, None);
        station.ledger.write("station", time, audit).unwrap();
        let (seq, _) = station.ledger.head().unwrap();
        let mut found = None;
        let keep = |entry: Entry| -> Result<()> {
            found = Some(entry.at);
            Ok(())
        };
        station.ledger.entries(seq, seq, keep).unwrap();
        found.unwrap().duration_since(now())
    };
    let told = [10, 3, 10, 11].map(|minutes| at(minutes).as_micros());
    assert_eq!(told, [600_000_000, 600_000_001, 600_000_002, 660_000_000]);
    // A clock that was wrong by hours and was set right is believed.
    at(24 * 60);
    assert_eq!(at(12).as_mins(), 12);
}

#[test]
fn nothing_but_the_next_event_can_be_written_to_the_log() {
    let mut station = Station::new();
    station.accept(1..=1);
    let db = &station.ledger.db;
    let copy = "INTO events (seq, at, actor, body, prev, hash) SELECT";
    for sql in [
        "UPDATE events SET actor = 'other'".to_owned(),
        "DELETE FROM events".to_owned(),
        format!(
            "INSERT OR REPLACE {copy} 2, at, 'other', body, prev, hash FROM events WHERE seq = 2"
        ),
        format!("INSERT {copy} 4, at, actor, body, hash, hash FROM events WHERE seq = 2"),
    ] {
        let error = refused(db, &sql);
        assert!(error.contains("event"), "{sql}: {error}");
    }
    let forked = refused(
        db,
        &format!("INSERT {copy} 3, at, actor, body, prev, hash FROM events WHERE seq = 2"),
    );
    assert_eq!(forked, "an event carries the hash of the last");
    // Also without the trigger that asks for the next number, REPLACE deletes nothing.
    db.execute_batch("DROP TRIGGER events_have_no_gap; DROP TRIGGER events_are_chained;")
        .unwrap();
    let replaced = refused(
        db,
        &format!(
            "INSERT OR REPLACE {copy} 2, at, 'other', body, prev, hash FROM events WHERE seq = 2"
        ),
    );
    assert_eq!(replaced, "events are never deleted");
}

#[test]
fn two_processes_that_write_by_turns_keep_one_chain() {
    let mut station = Station::new();
    let mut other = Ledger::open(station.path()).unwrap();
    for serial in (1..20).step_by(2) {
        station.accept(serial..=serial);
        let record = child(serial + 1);
        other
            .write("operator:siti", now(), |tx| tx.accept(new_card(&record)))
            .unwrap();
    }
    let dir = station.path().to_owned();
    std::thread::scope(|scope| {
        for start in [100, 200] {
            let dir = &dir;
            scope.spawn(move || {
                let mut ledger = Ledger::open(dir).unwrap();
                for serial in start..start + 20 {
                    let record = child(serial);
                    ledger
                        .write("thread", now(), |tx| tx.accept(new_card(&record)))
                        .unwrap();
                }
            });
        }
    });
    let chain = chain(&station);
    let seqs: Vec<_> = chain.iter().map(|(seq, _)| *seq).collect();
    assert_eq!(seqs, (1..=61).collect::<Vec<_>>());
    assert_eq!(
        chain
            .iter()
            .filter(|(_, actor)| actor == "operator:siti")
            .count(),
        10
    );
}

#[test]
fn work_that_fails_leaves_nothing() {
    let mut station = Station::new();
    let record = child(1);
    let failed = station.write(|tx| {
        tx.accept(new_card(&record))?;
        Err::<(), _>(Error::Interrupted)
    });
    assert!(failed.is_err());
    assert_eq!(chain(&station).len(), 1);
    assert!(station.ledger.cards_of(&nik(1)).unwrap().is_empty());
}

#[test]
fn a_drop_is_counted_once_and_its_counts_add_up() {
    let mut station = Station::new();
    let outcome = DropOutcome {
        drop: "D1".into(),
        name: "1702094503180003.json".into(),
        received: 3,
        accepted: 2,
        rejected: 1,
        unchanged: 1,
        problems: BTreeMap::from([("too-old".into(), 1)]),
    };
    let wrong = DropOutcome {
        rejected: 2,
        ..outcome.clone()
    };
    assert!(matches!(
        station.write(|tx| tx.finish_drop(&wrong)),
        Err(Error::Counts(_))
    ));
    station.write(|tx| tx.finish_drop(&outcome)).unwrap();
    assert!(matches!(
        station.write(|tx| tx.finish_drop(&outcome)),
        Err(Error::DropFinished(_))
    ));
    let found = station.ledger.drop("D1").unwrap().unwrap();
    assert_eq!(found.outcome.problems, outcome.problems);
    assert_eq!(found.outcome.name, "170209********03.json");
    assert!(station.ledger.is_drop_finished("D1").unwrap());
}

#[test]
fn no_personal_data_stand_in_the_log() {
    let mut station = Station::new();
    let cards = station.accept(1..=1);
    station.render(&cards);
    let bodies: String = station
        .ledger
        .db
        .query_row("SELECT group_concat(body) FROM events", [], |row| {
            row.get(0)
        })
        .unwrap();
    let record = child(1);
    for personal in [
        record.nik.as_str(),
        &record.no_kk,
        &record.nama,
        &record.nama_kepala_keluarga,
        &record.alamat,
        &record.no_akta,
        "2018-03-05",
        "SIAK-2026",
    ] {
        assert!(!bodies.contains(personal), "{personal}");
    }
    assert!(bodies.contains("SDN 2 CURUP TENGAH"));
    let named = station.write(|tx| tx.erase(cards[0], "Anak Contoh"));
    assert!(matches!(named, Err(Error::ReasonForm)));
}

#[test]
fn a_person_is_erased_only_when_the_card_is_done() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    let early = station.write(|tx| tx.erase(card, "purpose-ended"));
    assert!(matches!(early, Err(Error::StillNeeded(_))));
    station.step(card, State::Cancelled).unwrap();
    station.write(|tx| tx.erase(card, "purpose-ended")).unwrap();
    assert_eq!(station.ledger.person(card).unwrap(), None);
    assert_eq!(
        station.ledger.card(card).unwrap().unwrap().erased_at,
        Some(now())
    );
}

#[test]
fn the_library_has_no_wal_reset_bug() {
    // SQLite before 3.51.3 may corrupt a database in WAL mode.
    assert!(
        rusqlite::version_number() >= 3_051_003,
        "{}",
        rusqlite::version()
    );
    let settings = |pragma| {
        let station = Station::new();
        station
            .ledger
            .db
            .pragma_query_value(None, pragma, |row| row.get::<_, rusqlite::types::Value>(0))
            .unwrap()
    };
    assert_eq!(settings("journal_mode"), "wal".to_owned().into());
    for (pragma, value) in [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("recursive_triggers", 1),
        ("trusted_schema", 0),
        ("user_version", i64::from(schema::VERSION)),
    ] {
        assert_eq!(settings(pragma), value.into(), "{pragma}");
    }
}
