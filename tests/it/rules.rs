//! Each rule, through the real binary: a record that breaks it alone is told of it alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use jiff::civil::Date;
use kia_station::domain::rules::{ALL, Severity};
use serde_json::{Value, json};

use crate::harness::{Child, Station, before, child, codes, hours_ago, kia, nik, portrait, today};
use crate::intake::refused_things;

/// Codes whose breaking needs more than a record, and the tests that hold them.
const ELSEWHERE: [&str; 9] = [
    // Unit tests of the intake: a run has to die twice.
    "drop-stops",
    // Unit tests of the intake: whoever runs these tests may be one whom no rights bind.
    "photo-denied",
    // Unit tests of the judge: it comes after fifty of another rule.
    "unknown-fields",
    // Below.
    "row-unreadable",
    "drop-limits",
    // flow.rs
    "duplicate-live-card",
    "revision-needed",
    "photo-shared",
    "unchanged",
];

/// No card can be in print before there is a printer: the state is reached by no command yet. Unit
/// tests beside the rule hold it.
const NOT_REACHABLE: [&str; 1] = ["card-in-print"];

/// One birth date for all, in the middle of a year, so that a day more or less changes no more
/// than the day.
fn birth() -> Date {
    Date::new(today().year() - 9, 6, 15).unwrap()
}

fn approval(field: &str, value: Value) -> Value {
    let mut approval = json!({ "status": "DISETUJUI", "oleh": "v-01", "pada": hours_ago(5) });
    approval[field] = value;
    approval
}

/// Every rule of a single record, and a record that breaks it and no other.
fn broken_records() -> Vec<(&'static str, Child)> {
    let mut number = 0;
    let mut girl = || {
        number += 1;
        Child::born(number, birth())
    };
    let foreign = |child: Child| child.with("kewarganegaraan", "MALAYSIA");
    let tomorrow = today().tomorrow().unwrap();
    let other_year = Date::new(birth().year() - 1, 6, 15).unwrap();
    vec![
        ("format-unknown", girl().with("format", "kia-record/9")),
        ("field-missing", girl().without("desa")),
        (
            "field-type",
            girl().with("desa", json!({ "nama": "AIR BANG" })),
        ),
        ("field-twice", girl().with("NAMA_LGKP", "BUKAN NAMANYA")),
        ("unknown-field", girl().with("hobi", "MENARI")),
        ("nik-length", girl().with("nik", "170219550618001")),
        ("nik-day", girl().with("nik", "1702197206180001")),
        ("nik-month", girl().with("nik", "1702195513180001")),
        ("nik-serial", girl().with("nik", "1702195506180000")),
        ("number-cell", girl().with("no_kk", 1702191203100004_u64)),
        (
            "nik-birth-mismatch",
            girl().with("tanggal_lahir", birth().tomorrow().unwrap().to_string()),
        ),
        ("nik-sex-mismatch", girl().with("jenis_kelamin", "L")),
        (
            "nik-region-mismatch",
            girl().with("nik", nik(99, birth()).replacen("1702", "1771", 1)),
        ),
        (
            "region-pattern",
            girl().with("kode_wilayah", "kabupaten lain"),
        ),
        ("kk-length", girl().with("no_kk", "17021912031000045")),
        (
            "name-long",
            girl().with("nama", format!("SITI {}", "A".repeat(56))),
        ),
        ("name-digits", girl().with("nama", "MELATI 2 KUSUMAWATI")),
        (
            "name-control",
            girl().with("nama", "MELATI\u{200b} KUSUMAWATI"),
        ),
        (
            "name-script",
            girl().with("nama", "MELATI KUSUM\u{410}WATI"),
        ),
        ("name-one-word", girl().with("nama", "MELATIKUSUMA")),
        (
            "name-punctuation",
            girl().with("nama", "MELATI (KUSUMAWATI)"),
        ),
        ("rt-rw", girl().with("rt", "003/002")),
        (
            "birth-place",
            girl().with("tempat_lahir", "CURUP, 01-01-1999"),
        ),
        ("birth-date", girl().with("tanggal_lahir", "31-02-2018")),
        ("birth-future", Child::born(101, tomorrow).without_photo()),
        ("too-old", Child::born(102, before(today(), 18, 3))),
        ("sex-unknown", girl().with("jenis_kelamin", "X")),
        ("blood-unknown", girl().with("gol_darah", "C")),
        ("religion-unknown", girl().with("agama", "9")),
        ("reason-unknown", girl().with("alasan", "IKUT-IKUTAN")),
        ("revision-number", girl().with("revisi", 0)),
        ("validity-missing", foreign(girl())),
        (
            "validity-date",
            foreign(girl()).with("berlaku_hingga", "NANTI"),
        ),
        (
            "validity-past",
            foreign(girl()).with("berlaku_hingga", "2020-01-31"),
        ),
        ("akta-long", girl().with("no_akta", "1".repeat(41))),
        ("akta-pattern", girl().with("no_akta", "190/1999")),
        ("married", girl().with("status_kawin", "KAWIN")),
        (
            "address-control",
            girl().with("alamat", "JL. MERDEKA\nNO. 12"),
        ),
        ("not-approved", girl().without("persetujuan")),
        (
            "not-approved",
            girl().with("persetujuan", approval("status", json!("DITOLAK"))),
        ),
        (
            "approval-incomplete",
            girl().with("persetujuan", approval("oleh", json!(""))),
        ),
        (
            "approval-future",
            girl().with("persetujuan", approval("pada", json!(hours_ago(-3)))),
        ),
        (
            "approval-old",
            girl().with("persetujuan", approval("pada", json!(hours_ago(24 * 200)))),
        ),
        ("photo-missing", girl().without_photo()),
        ("photo-not-needed", Child::born(103, before(today(), 3, 9))),
        (
            "photo-background",
            girl().with_photo(portrait(104, other_year)),
        ),
        (
            "text-does-not-fit",
            girl().with("alamat", "JALAN YANG SANGAT PANJANG SEKALI ".repeat(9)),
        ),
        (
            "glyph-missing",
            girl().with("alamat", "JL. \u{4e2d} NO. 12"),
        ),
        ("qr-too-large", girl().with("qr", "Q".repeat(2500))),
    ]
}

#[test]
fn each_rule_of_a_record_is_told_alone_with_its_severity_and_in_both_languages() {
    let station = Station::new();
    let mut cases = broken_records();
    for (row, (_, child)) in cases.iter_mut().enumerate() {
        // Pictures are found by name, and each row has its own.
        if child.photo.is_some() {
            child.record["foto"] = json!(format!("foto/{row}.jpg"));
        }
        child.record["id"] = json!(format!("BARIS-{row}"));
    }
    let folder = station.outside("ATURAN");
    let children: Vec<Child> = cases.iter().map(|(_, child)| child.clone()).collect();
    station.fill_batch(&folder, &children);
    let ran = kia(["check".as_ref(), folder.as_os_str()]).ended(1);
    let report = ran.json();
    let problems = report["problems"].as_array().unwrap();
    let mut rejected = 0;
    for (row, (code, child)) in cases.iter().enumerate() {
        let of_row: Vec<&Value> = problems
            .iter()
            .filter(|problem| problem["row"] == json!(row + 1))
            .collect();
        let told: Vec<&str> = of_row
            .iter()
            .map(|problem| problem["code"].as_str().unwrap())
            .collect();
        assert_eq!(told, [*code]);
        let problem = of_row[0];
        let rule = ALL.iter().find(|rule| rule.code == *code).unwrap();
        let severity = match rule.severity {
            Severity::Block => "block",
            Severity::Warn => "warn",
        };
        assert_eq!(problem["severity"], severity, "{code}");
        rejected += u64::from(severity == "block");
        assert_eq!(problem["id"], child.record["id"]);
        let (pesan, message) = (&problem["pesan"], &problem["message"]);
        assert!(pesan.as_str().unwrap().len() > 20, "{code}");
        assert!(message.as_str().unwrap().len() > 20, "{code}");
        assert_ne!(pesan, message, "{code}");
        for field in ["nik", "no_kk", "nama", "nama_kepala_keluarga"] {
            // Some of these are wrong on purpose, and none is quoted in any case.
            if let Some(text) = child.record[field].as_str() {
                assert!(
                    !problem.to_string().contains(text),
                    "{code} quotes `{field}`"
                );
            }
        }
    }
    assert_eq!(report["received"], cases.len());
    assert_eq!(report["rejected"], rejected);
    assert!(!ran.err.contains("UJICOBA"), "{}", ran.err);
}

#[test]
fn the_station_rejects_and_accepts_what_check_said() {
    let station = Station::new();
    for (row, (_, child)) in broken_records().into_iter().enumerate() {
        let child = match child.photo {
            Some(_) => child.with("foto", format!("foto-{row}.jpg")),
            None => child,
        };
        station.drop_single(&format!("{row:02}.json"), &child);
    }
    station.once().ended(1);
    for (row, (code, _)) in broken_records().iter().enumerate() {
        let rule = ALL.iter().find(|rule| rule.code == *code).unwrap();
        let place = match rule.severity {
            Severity::Block => "rejected",
            Severity::Warn => "accepted",
        };
        let reasons = station.reasons(&format!("{place}/{row:02}.json"));
        assert_eq!(codes(&reasons), [*code]);
    }
    station.is_sound();
}

#[test]
fn check_says_of_a_drop_what_the_station_would_say_and_touches_nothing() {
    let station = Station::new();
    let things = refused_things(&station);
    let before = station.names("incoming");
    let paths: Vec<PathBuf> = things
        .iter()
        .map(|(name, _)| station.incoming(name))
        .collect();
    let ran = kia(std::iter::once("check".into()).chain(paths)).ended(1);
    let reports = ran.json();
    for ((name, code), report) in things.iter().zip(reports.as_array().unwrap()) {
        assert_eq!(report["drop"], *name);
        assert_eq!(codes(report), [*code], "{name}");
    }
    assert_eq!(station.names("incoming"), before);
    assert_eq!(station.number("SELECT count(*) FROM drops"), 0);
}

#[test]
fn a_row_that_cannot_be_read_goes_back_alone() {
    let station = Station::new();
    let folder = station.outside("BARIS");
    station.fill_batch(&folder, &[child(1)]);
    let mut lines = fs::read_to_string(folder.join("records.jsonl")).unwrap();
    lines.push_str("{\"nik\": \"1702\n[]\n");
    fs::write(folder.join("records.jsonl"), lines).unwrap();
    fs::rename(folder, station.incoming("BARIS")).unwrap();
    station.once().ended(1);
    let reasons = station.reasons("rejected/BARIS");
    assert_eq!(codes(&reasons), ["row-unreadable", "row-unreadable"]);
    assert_eq!(reasons["accepted"], 1);
}

#[test]
fn a_drop_beyond_the_offices_limits_is_refused_whole() {
    let station = Station::new();
    let settings = fs::read_to_string(station.path("station.toml")).unwrap();
    let limits = "\n[intake.limits]\nrecords = 2\n";
    fs::write(station.path("station.toml"), settings + limits).unwrap();
    station.drop_batch("TIGA", &[child(1), child(2), child(3)]);
    station.drop_batch("DUA", &[child(4), child(5)]);
    station.once().ended(1);
    assert_eq!(codes(&station.reasons("rejected/TIGA")), ["drop-limits"]);
    assert_eq!(station.reasons("accepted/DUA")["accepted"], 2);
}

#[test]
fn no_rule_is_without_a_test() {
    let station = Station::new();
    let mut held: BTreeSet<&str> = broken_records().iter().map(|(code, _)| *code).collect();
    held.extend(refused_things(&station).iter().map(|(_, code)| *code));
    held.extend(ELSEWHERE.iter().chain(&NOT_REACHABLE));
    let all: BTreeSet<&str> = ALL.iter().map(|rule| rule.code).collect();
    let missing: Vec<_> = all.difference(&held).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(held.is_subset(&all));
}
