//! Tampering with the ledger, its PDFs and its photos is found and named.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::harness::{Station, child, toddler};

/// A station with a lot of each kind, one of them confirmed.
fn printed() -> Station {
    let station = Station::new();
    station.drop_batch("ISI", &[child(1), child(2), toddler(3)]);
    station.take_all();
    station.confirm_all("L00001");
    station.is_sound();
    station
}

/// `ledger verify` ends with 1 and tells, in what it prints and in JSON, of exactly these.
#[track_caller]
fn finds(station: &Station, expected: &[&str]) {
    let ran = station.run(&["ledger", "verify", "--json"]).ended(1);
    let report = ran.json();
    assert_eq!(report["clean"], json!(false));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), expected.len(), "{findings:#?}");
    for part in expected {
        let named = |finding: &serde_json::Value| finding.as_str().unwrap().contains(part);
        assert!(findings.iter().any(named), "`{part}` in {findings:#?}");
    }
    let plain = station.run(&["ledger", "verify"]).ended(1);
    assert!(
        plain.out.contains("TIDAK UTUH (not sound)"),
        "{}",
        plain.out
    );
    assert!(plain.out.contains(expected[0]), "{}", plain.out);
}

fn flip_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn one_changed_byte_of_a_lot_is_found_and_the_file_named() {
    let station = printed();
    flip_a_byte(&station.path("lots/L00002.pdf"));
    finds(&station, &["file `L00002.pdf` was changed"]);
}

#[test]
fn a_lot_that_is_gone_or_longer_is_found() {
    let station = printed();
    fs::remove_file(station.path("lots/L00001.pdf")).unwrap();
    let path = station.path("lots/L00002.pdf");
    let longer = [fs::read(&path).unwrap(), b"%".to_vec()].concat();
    fs::write(&path, longer).unwrap();
    finds(
        &station,
        &[
            "file `L00001.pdf` is missing",
            "file `L00002.pdf` has another size",
        ],
    );
}

#[test]
fn one_changed_byte_of_a_photo_is_found_and_the_file_named() {
    let station = printed();
    let photo = station.names("photos").remove(0);
    flip_a_byte(&station.path("photos").join(&photo));
    finds(&station, &[&format!("file `{photo}` was changed")]);
}

#[test]
fn a_changed_row_is_found_and_its_column_named() {
    let station = printed();
    let changed = "UPDATE cards SET kelas = '6Z' WHERE card = 1";
    assert_eq!(station.database().execute(changed, []).unwrap(), 1);
    finds(&station, &["`kelas` in row K000001-8 of `cards`"]);
}

#[test]
fn a_changed_hash_of_a_lot_does_not_hide_a_changed_pdf() {
    let station = printed();
    let path = station.path("lots/L00001.pdf");
    flip_a_byte(&path);
    let hash = crate::harness::sha256(&fs::read(path).unwrap());
    let changed = "UPDATE lots SET sha256 = ?1 WHERE lot = 1";
    assert_eq!(station.database().execute(changed, [hash]).unwrap(), 1);
    finds(&station, &["`sha256` in row 1 of `lots`"]);
}

#[test]
fn a_changed_name_of_a_child_is_found_and_not_told() {
    let station = printed();
    let name = child(1).nama().to_owned();
    let changed = "UPDATE persons SET record = replace(record, ?1, 'ORANG LAIN')";
    assert!(station.database().execute(changed, [&name]).unwrap() > 0);
    let ran = station.run(&["ledger", "verify"]).ended(1);
    assert!(ran.out.contains("the record of card K000"), "{}", ran.out);
    assert!(!ran.out.contains(&name) && !ran.out.contains("ORANG LAIN"));
}

#[test]
fn the_log_refuses_changes_and_one_that_goes_round_the_triggers_is_found() {
    let station = printed();
    let database = station.database();
    for change in [
        "UPDATE events SET actor = 'orang lain' WHERE seq = 2",
        "DELETE FROM events WHERE seq = 2",
    ] {
        let refused = database.execute(change, []).unwrap_err().to_string();
        assert!(refused.contains("events are never"), "{refused}");
    }
    station.is_sound();

    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'events_never_change'";
    let trigger: String = database.query_row(trigger, [], |row| row.get(0)).unwrap();
    let sneak = format!(
        "DROP TRIGGER events_never_change;
         UPDATE events SET actor = 'orang lain' WHERE seq = 2;
         {trigger};"
    );
    database.execute_batch(&sneak).unwrap();
    finds(&station, &["event 2 was changed"]);
}
