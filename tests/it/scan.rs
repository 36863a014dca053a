//! Scanning what came out, settling, and making single cards again.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Child, Station, binary, child};

/// A station with one printed lot of so many children, and their cards in the order of the lot.
fn printed(count: u32) -> (Station, Vec<Child>, Vec<String>) {
    let station = Station::new();
    let mut children: Vec<Child> = (1..=count).map(child).collect();
    station.drop_batch("LOT", &children);
    station.take_all();
    station.confirm_all("L00001");
    children.sort_by_key(|child| {
        let card = &station.cards(child.nik())[0];
        card["card"]["position"].as_u64()
    });
    let cards = children.iter().map(|c| station.card_of(c)).collect();
    (station, children, cards)
}

/// What the QR of a card shows.
pub fn code(station: &Station, card: &str) -> String {
    let number: i64 = card[1..].split('-').next().unwrap().parse().unwrap();
    let sql = "SELECT token FROM persons WHERE card = ?";
    let database = station.database();
    database.query_row(sql, [number], |row| row.get(0)).unwrap()
}

/// Scans these lines; the exit code and what was answered.
pub fn scan(station: &Station, lines: &[&str], options: &[&str]) -> (i32, String) {
    let mut process = binary()
        .args(["scan", "--as", "siti", "--station"])
        .arg(station.path(""))
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    stdin.write_all(lines.join("\r\n").as_bytes()).unwrap();
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    let code = output.status.code().unwrap();
    (code, String::from_utf8(output.stdout).unwrap())
}

fn answers(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn good_codes_verify_and_everything_else_is_called_out_with_a_bell() {
    let (station, _, cards) = printed(3);
    let codes: Vec<String> = cards.iter().map(|card| code(&station, card)).collect();
    let serial = ["--serial-pattern", "BL######", "--json"];
    let lines = [
        "BL000001",
        &codes[0],
        "BL000001",
        &codes[2],
        "BL000001",
        &codes[0],
        "KIA:NIHIL",
        "undo",
    ];
    let (exit, out) = scan(&station, &lines, &serial);
    assert_eq!(exit, 1, "{out}");
    let told = answers(&out);
    let verdicts: Vec<&Value> = told.iter().map(|answer| &answer["verdict"]).collect();
    assert_eq!(
        verdicts,
        [
            "wrong-side",
            "good",
            "",
            "good",
            "serial-taken",
            "repeated",
            "unknown",
            "undone",
            ""
        ]
        .map(|word| if word.is_empty() {
            Value::Null
        } else {
            json!(word)
        })
        .iter()
        .collect::<Vec<_>>()
    );
    assert_eq!(told[2]["serial"], "BL000001");
    assert_eq!(told[3]["skipped"], json!([cards[1]]));
    assert_eq!(told[7]["card"], json!(cards[2]));
    assert_eq!(told[8], json!({ "good": 1, "refused": 4 }));
    let states = |card: &String| station.cards(card)[0]["card"]["state"].clone();
    let states: Vec<Value> = cards.iter().map(states).collect();
    assert_eq!(states, ["verified", "printed", "printed"]);

    let (exit, out) = scan(&station, &[&codes[1], &codes[2]], &["--lot", "L00001"]);
    assert_eq!(exit, 0, "{out}");
    assert!(out.contains(&format!("BAIK (GOOD) {}", cards[1])), "{out}");
    assert!(!out.contains('\x07'), "{out}");
    let (exit, out) = scan(&station, &[&codes[1]], &[]);
    assert_eq!(exit, 1);
    assert!(
        out.starts_with('\x07') && out.contains("SUDAH DIPINDAI"),
        "{out}"
    );
    station.is_sound();
}

#[test]
fn a_card_that_nobody_confirmed_is_refused_by_the_scanner() {
    let station = Station::new();
    station.drop_single("satu.json", &child(1));
    station.take_all();
    let card = station.card_of(&child(1));
    let (exit, out) = scan(&station, &[&code(&station, &card)], &["--json"]);
    assert_eq!(exit, 1);
    assert_eq!(answers(&out)[0]["verdict"], "not-printed");
}

#[test]
fn a_verified_card_is_reprinted_alone_with_evidence_and_a_second_person() {
    let (station, children, cards) = printed(2);
    scan(&station, &[&code(&station, &cards[0])], &[]);
    let mut reprint = vec!["reprint", &cards[0], "--reason", "hilang", "--as", "siti"];
    reprint.extend([
        "--evidence",
        "police-letter",
        "--evidence-ref",
        "LP/12",
        "--json",
    ]);
    let refused = station.run(&reprint).ended(1).json();
    assert!(
        refused["refused"]
            .as_str()
            .unwrap()
            .contains("second person")
    );
    let alone = [&reprint[..], &["--second", "SITI"]].concat();
    station.run(&alone).ended(1);
    let both = [&reprint[..], &["--second", "budi"]].concat();
    let again = station.run(&both).ended(0).json()["again"].clone();
    station.take_all();
    assert_eq!(station.states(&children[0]), ["void", "rendered"]);
    assert_eq!(station.states(&children[1]), ["printed"]);
    let new = &station.cards(again.as_str().unwrap())[0]["card"];
    assert_eq!(
        (&new["lot"], &new["attempt"]),
        (&json!("L00002"), &json!(2))
    );
    let told = station.run(&["card", &cards[0]]).ended(0).out;
    for said in ["operator:siti", "disetujui budi", "police-letter LP/12"] {
        assert!(told.contains(said), "{said} in:\n{told}");
    }
    station.is_sound();
}

#[test]
fn privileged_steps_name_a_person_and_the_login_is_no_name() {
    let (station, _, cards) = printed(1);
    let spoil = ["spoil", &cards[0], "--reason", "buram"];
    let nobody = station.run(&spoil).ended(2);
    assert!(nobody.err.contains("--as"), "{}", nobody.err);
    assert_eq!(station.cards(&cards[0])[0]["card"]["state"], "printed");
    let named = [&spoil[..], &["--serial", "BL000009", "--as", "siti"]].concat();
    station.run(&named).ended(0);
    assert_eq!(station.cards(&cards[0])[0]["card"]["state"], "spoiled");
    let sql = "SELECT count(*) FROM serials WHERE serial = 'BL000009'";
    assert_eq!(station.number(sql), 1);
}

#[test]
fn only_an_unconfirmed_card_is_settled() {
    let (station, _, cards) = printed(1);
    let said = station
        .run(&["settle", &cards[0], "--not-out", "--as", "siti", "--json"])
        .ended(1)
        .json();
    assert_eq!(said["settled"], json!([]));
    assert_eq!(said["refused"][0]["card"], json!(cards[0]));
    station
        .run(&["settle", &cards[0], "--spoiled", "--as", "siti"])
        .ended(2);
}
