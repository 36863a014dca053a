//! The privacy clock, a parent's request, and the notice of a breach.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kia_station::domain::card::{Evidence, State};
use kia_station::domain::ids::CardId;
use kia_station::domain::pack::{Carrier, Destination};
use kia_station::ledger::{Error, Ledger, Receipt};
use serde_json::{Value, json};

use crate::harness::{Child, Station, child, today};

const DAYS: i64 = 24;

/// The cards of these children reach them, as many days ago.
fn received(station: &Station, children: &[&Child], days: i64) {
    let cards = children.iter().map(|child| station.card_of(child));
    let cards: Vec<CardId> = cards.map(|card| card.parse().unwrap()).collect();
    let at = Timestamp::now() - SignedDuration::from_hours(DAYS * days);
    let day = at.to_zoned_datetime(TimeZone::UTC).date();
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    ledger
        .write("operator:kurir", at, |tx| -> Result<(), Error> {
            let first = tx.card(cards[0])?.unwrap();
            let to = Destination::of(&first.sekolah, &first.kecamatan, &first.desa);
            let pack = tx.pack_for(&to, &format!("kode {}", cards[0]))?;
            for &card in &cards {
                tx.move_card(card, State::Verified, Evidence::Operator, None)?;
                tx.put_in_pack(pack, card)?;
            }
            tx.close_pack(pack, false)?;
            tx.send_pack(pack, Carrier::Petugas, None, day)?;
            let receipt = Receipt {
                on: day,
                cards: &cards,
                unclaimed: &[],
            };
            tx.receive_pack(pack, receipt)?;
            Ok(())
        })
        .unwrap();
}

/// A station with a printed lot of three cards.
fn printed() -> (Station, [Child; 3]) {
    let station = Station::new();
    let children = [child(1), child(2), child(3)];
    station.drop_batch("ISI", &children);
    station.take_all();
    station.confirm_all("L00001");
    (station, children)
}

fn purge(station: &Station, more: &[&str]) -> Value {
    let args = [&["purge", "--as", "siti", "--json"], more].concat();
    station.run(&args).ended(0).json()
}

/// Makes a file look as old.
fn age(path: &Path, days: u64) {
    let then = SystemTime::now() - Duration::from_secs(24 * 3600 * days);
    fs::File::open(path).unwrap().set_modified(then).unwrap();
}

fn age_photos(station: &Station) {
    for photo in station.names("photos") {
        age(&station.path("photos").join(photo), 2);
    }
}

/// Whether any file of the station but the settings holds this text.
fn holds(folder: &Path, text: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => holds(&path, text),
            false => memchr::memmem::find(&fs::read(path).unwrap(), text.as_bytes()).is_some(),
        }
    })
}

#[test]
fn what_was_received_long_enough_ago_is_purged_and_the_log_still_verifies() {
    let (station, [one, two, three]) = printed();
    received(&station, &[&one, &two], 91);
    received(&station, &[&three], 89);
    age_photos(&station);
    let plan = purge(&station, &["--dry-run"]);
    assert_eq!(plan["purge"]["cards"].as_array().unwrap().len(), 2);
    assert_eq!(plan["purge"]["photos"], json!(2));
    assert_eq!(station.names("photos").len(), 3);
    assert_eq!(station.is_sound()["erased"], json!(0));

    purge(&station, &[]);
    assert_eq!(station.names("photos").len(), 1);
    let report = station.is_sound();
    assert_eq!(
        (&report["erased"], &report["persons"]),
        (&json!(2), &json!(1))
    );
    // A card of the lot is not done: its PDF stays.
    assert!(station.has("lots/L00001.pdf"));
    received_and_gone(&station, &three);

    // The sources are younger than their own clock, and go by that.
    assert!(holds(&station.path("accepted"), one.nama()));
    age(&station.path("accepted/ISI/reasons.json"), 31);
    assert_eq!(purge(&station, &[])["purge"]["accepted"], json!(1));
    for child in [&one, &two, &three] {
        for text in [child.nik(), child.nama()] {
            assert!(!holds(&station.path(""), text), "{text} is still there");
        }
    }
    station.is_sound();
}

/// The third card's time comes: everything of the lot goes.
fn received_and_gone(station: &Station, child: &Child) {
    let card = station.card_of(child);
    let at = Timestamp::now() - SignedDuration::from_hours(DAYS * 100);
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    ledger
        .write("operator:kurir", at, |tx| -> Result<(), Error> {
            let card = card.parse().unwrap();
            tx.move_card(card, State::Returned, Evidence::Operator, None)?;
            tx.move_card(card, State::Void, Evidence::Operator, None)?;
            Ok(())
        })
        .unwrap();
    drop(ledger);
    let done = purge(station, &[]);
    assert_eq!(done["purge"]["lots"], json!(["L00001"]));
    assert!(!station.has("lots/L00001.pdf"));
    let report = station.is_sound();
    assert_eq!((&report["lots"], &report["purged"]), (&json!(0), &json!(1)));
    // One that came back from somewhere is found, and goes again.
    fs::write(station.path("lots/L00001.pdf"), "%PDF").unwrap();
    let found = station.run(&["ledger", "verify"]).ended(1);
    assert!(
        found.out.contains("was purged and is still there"),
        "{}",
        found.out
    );
    purge(station, &[]);
    assert!(!station.has("lots/L00001.pdf"));
}

#[test]
fn a_card_that_was_never_received_keeps_its_data_and_is_listed_for_a_decision() {
    let (station, [one, two, _]) = printed();
    received(&station, &[&one], 200);
    station.set(crate::harness::Settings {
        more: "[privacy]\npurge_after_days = 1\n".to_owned(),
        ..Default::default()
    });
    assert_eq!(purge(&station, &[])["purge"]["overdue"], json!([]));
    // As old as that: the clock of the machine cannot be turned, so the log's own is.
    let late = Station::new();
    let old = Timestamp::now() - SignedDuration::from_hours(DAYS * 120);
    let mut ledger = Ledger::open(&late.path("ledger")).unwrap();
    let record: kia_station::domain::record::Record = {
        let source = Ledger::open_read_only(&station.path("ledger")).unwrap();
        let card = station.card_of(&two).parse().unwrap();
        source.person(card).unwrap().unwrap().record
    };
    let card = ledger
        .write("station", old, |tx| {
            tx.accept(kia_station::ledger::NewCard {
                record: &record,
                kind: kia_station::domain::card::Kind::From5,
                photo: None,
                token: Some("T1"),
                drop: "D1",
                row: Some(1),
                replaces: None,
            })
        })
        .unwrap();
    drop(ledger);
    let ran = late.run(&["purge", "--as", "siti"]).ended(0);
    assert!(ran.out.contains("data 0 kartu"), "{}", ran.out);
    assert!(ran.out.contains(&format!("{card} ")), "{}", ran.out);
    assert!(ran.out.contains("overdue"), "{}", ran.out);
    assert_eq!(late.is_sound()["persons"], json!(1));
}

#[test]
fn the_running_station_purges_by_itself() {
    let (station, [one, two, three]) = printed();
    received(&station, &[&one, &two, &three], 91);
    age_photos(&station);
    age(&station.path("accepted/ISI/reasons.json"), 31);
    let daemon = station.daemon();
    daemon.until("all is purged", || {
        station.names("photos").is_empty()
            && station.names("lots").is_empty()
            && station.names("accepted").is_empty()
    });
    // What is left over while it runs is its own to delete.
    let by_hand = purge(&station, &[]);
    assert_eq!(by_hand["photos_left_to_daemon"], json!(true));
    daemon.stop();
    assert_eq!(station.is_sound()["erased"], json!(3));
}

#[test]
fn a_parent_is_told_all_processing_also_after_the_data_are_gone() {
    let (station, [one, two, _]) = printed();
    let out = station.outside("cadangan.kia");
    let backup = [
        "ledger",
        "backup",
        "--as",
        "budi",
        "--out",
        out.to_str().unwrap(),
    ];
    station.run(&backup).ended(0);
    let file = station.outside("jawaban.txt");
    let ask = [
        "subject",
        one.nik(),
        "--as",
        "siti",
        "--out",
        file.to_str().unwrap(),
    ];
    let ran = station.run(&ask).ended(0);
    assert!(!ran.out.contains(one.nama()));
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let told = fs::read_to_string(&file).unwrap();
    let card = station.card_of(&one);
    for part in [
        one.nik(),
        one.nama(),
        &card,
        "tercetak",
        "lots/L00001.pdf: ada",
        "foto: ada",
        "membuat cadangan",
        "operator:budi",
        "membuat laporan subjek data",
        "accepted/ISI",
    ] {
        assert!(told.contains(part), "`{part}` is not in:\n{told}");
    }
    assert!(!told.contains(two.nama()) && !told.contains(two.nik()));
    // Asking is a part of the history.
    let history = &station.cards(&card)[0]["history"];
    assert!(history.to_string().contains("subject-report"));

    received(&station, &[&one], 100);
    age_photos(&station);
    purge(&station, &[]);
    let after = station
        .run(&["subject", one.nik(), "--as", "siti", "--json"])
        .ended(0);
    let after = after.json();
    assert_eq!(after["cards"][0]["held"]["record"], Value::Null);
    assert_eq!(after["cards"][0]["held"]["photo"], json!(false));
    assert!(!after.to_string().contains(one.nama()));
    let told = station
        .run(&["subject", one.nik(), "--as", "siti"])
        .ended(0)
        .out;
    assert!(told.contains("data pribadi sudah dihapus"), "{told}");
    let nobody = station
        .run(&["subject", child(77).nik(), "--as", "siti"])
        .ended(0);
    assert!(nobody.out.contains("no card, no data"), "{}", nobody.out);
    station.is_sound();
}

#[test]
fn the_notice_of_a_breach_counts_whom_it_concerns_and_names_them_only_when_asked() {
    let (station, [one, two, three]) = printed();
    let day = today().to_string();
    let ask = ["breach", "--from", &day, "--to", &day, "--as", "siti"];
    let notice = station.run(&ask).ended(0).out;
    for part in [
        "data 3 anak (3 kartu)",
        "CURUP TENGAH: 3",
        "card-accepted: 3",
        "Pasal 46",
    ] {
        assert!(notice.contains(part), "`{part}` is not in:\n{notice}");
    }
    for child in [&one, &two, &three] {
        assert!(!notice.contains(child.nama()));
    }
    let full = station.run(&[&ask[..], &["--full"]].concat()).ended(0).out;
    for child in [&one, &two, &three] {
        assert!(full.contains(child.nama()) && !full.contains(child.nik()));
    }
    assert!(full.contains("audited breach-report: 2"), "{full}");
    let before = [
        "breach",
        "--from",
        "2020-01-01",
        "--to",
        "2020-01-31",
        "--as",
        "siti",
        "--json",
    ];
    let before = station.run(&before).ended(0).json();
    assert_eq!(before["concerned"]["children"], json!(0));
    // Whose data were erased before is not concerned.
    received(&station, &[&one], 100);
    purge(&station, &[]);
    let tomorrow = today().tomorrow().unwrap().to_string();
    let later = [
        "breach", "--from", &tomorrow, "--to", &tomorrow, "--as", "siti", "--json",
    ];
    let later = station.run(&later).ended(0).json();
    assert_eq!(later["concerned"]["children"], json!(2));
    station.is_sound();
}
