//! Blanks and ribbons from their receipt to the close of the day.

use serde_json::{Value, json};

use crate::harness::{Child, Ran, Station, child, today};

fn by(station: &Station, args: &[&str]) -> Ran {
    station.run(&[args, &["--as", "siti", "--json"]].concat())
}

/// Ten blanks and a ribbon; of three cards two came out good and one spoiled.
fn day() -> Station {
    let station = Station::new();
    let children: Vec<Child> = (1..=3).map(child).collect();
    by(
        &station,
        &[
            "stock", "receive", "10", "--first", "BL01", "--last", "BL10",
        ],
    )
    .ended(0);
    by(
        &station,
        &["stock", "receive", "1", "--ribbons", "--prints", "5"],
    )
    .ended(0);
    station.drop_batch("LOT", &children);
    station.take_all();
    let bad = station.card_of(&children[2]);
    station
        .run(&[
            "confirm",
            "L00001",
            "--all",
            "--spoiled",
            &bad,
            "--reason",
            "macet",
        ])
        .ended(0);
    station
}

#[test]
fn a_day_balances_and_closes_once() {
    let station = day();
    by(&station, &["stock", "lend", "2", "--note", "Kecamatan"]).ended(0);
    by(&station, &["stock", "return", "1"]).ended(0);
    by(&station, &["stock", "test", "1"]).ended(0);
    let count = by(&station, &["stock", "count", "4"]).ended(0).json();
    assert_eq!(
        (&count["computed"], &count["difference"]),
        (&json!(5), &json!(-1))
    );
    let closed = by(&station, &["day", "close", "--counted", "5"])
        .ended(0)
        .json();
    let day = &closed["day"];
    assert_eq!(day["closed"]["date"], json!(today().to_string()));
    assert_eq!(day["closed"]["actor"], "operator:siti");
    let value = |key: &str| day[key].as_i64().unwrap();
    assert_eq!(
        value("opening") + value("received") + value("returned"),
        value("good") + value("spoiled") + value("test") + value("lent") + value("closing")
    );
    assert_eq!(
        (value("good"), value("spoiled"), value("closing")),
        (2, 1, 5)
    );
    let again = by(&station, &["day", "close", "--counted", "5"]).ended(1);
    assert!(again.out.contains("next day"), "{}", again.out);
    let days = station.run(&["day", "show", "--json"]).ended(0).json();
    assert_eq!(days.as_array().unwrap().len(), 2);
    assert_eq!(days[1]["opening"], 5);
    station.is_sound();
}

#[test]
fn a_missing_blank_is_explained_by_two_persons_or_the_day_stays_open() {
    let station = day();
    let close = ["day", "close", "--counted", "6"];
    let refused = by(&station, &close).ended(1).json();
    assert!(
        refused["refused"]
            .as_str()
            .unwrap()
            .contains("there must be 7")
    );
    let explain = [&close[..], &["--explanation", "satu tercecer", "--second"]].concat();
    by(&station, &[&explain[..], &["siti"]].concat()).ended(1);
    let closed = by(&station, &[&explain[..], &["budi"]].concat())
        .ended(0)
        .json();
    assert_eq!(closed["day"]["closed"]["second"], "budi");
    assert_eq!(
        (
            &closed["day"]["closing"],
            &closed["day"]["closed"]["counted"]
        ),
        (&json!(7), &json!(6))
    );
}

#[test]
fn status_warns_when_the_ribbon_will_not_do_for_the_queue() {
    let station = day();
    by(&station, &["stock", "use", "2"]).ended(0);
    // The spoiled card is in the queue again; its ribbon went to the KTP-el desk.
    let forecast = &station.status()["forecast"];
    assert_eq!(
        forecast,
        &json!({ "ribbon_cards": 0, "blank_cards": 4, "queue": 1 })
    );
    let told = station.run(&["status"]).ended(0).out;
    assert!(
        told.contains("Persediaan kurang")
            && told.contains("pita cukup untuk 0 kartu, blanko untuk 4, antrean 1"),
        "{told}"
    );
    assert_eq!(Station::new().status()["forecast"], Value::Null);
}

#[test]
fn nothing_is_destroyed_but_the_cards_that_were_listed() {
    let station = day();
    let [good, bad] = [1, 3].map(|number| station.card_of(&child(number)));
    let destroy = ["stock", "destroy", "--witness", "SAKSI A"];
    let other = [&destroy[..], &["--cards", &good]].concat();
    let refused = by(&station, &other).ended(1).json();
    let why = refused["refused"].as_str().unwrap();
    assert!(why.contains("others by now"), "{why}");
    assert_eq!(station.number("SELECT count(*) FROM destructions"), 0);
    let listed = by(&station, &destroy).ended(1).json();
    assert_eq!(listed["cards"].as_array().unwrap().len(), 1, "{bad}");
    assert_eq!(station.number("SELECT count(*) FROM destructions"), 0);
}

#[test]
fn a_receipt_of_nothing_is_refused() {
    let station = Station::new();
    for zero in [
        &["0"][..],
        &["0", "--ribbons"],
        &["1", "--ribbons", "--prints", "0"],
    ] {
        let refused = by(&station, &[&["stock", "receive"], zero].concat()).ended(1);
        assert!(
            refused.out.contains("The number is zero"),
            "{}",
            refused.out
        );
    }
}

#[test]
fn spoiled_cards_are_destroyed_once_before_witnesses() {
    let station = day();
    by(&station, &["stock", "spoil", "1"]).ended(0);
    let witnesses = ["--witness", "SAKSI A", "--witness", "SAKSI B"];
    let blanks = ["--blanks", "1"];
    let entered = station.destroy(&[&witnesses[..], &blanks].concat());
    let entered = entered.ended(0).json();
    assert_eq!(
        (&entered["minutes"], &entered["blanks"]),
        (&json!(1), &json!({ "kia": 1 }))
    );
    assert_eq!(entered["cards"][0]["reason"], "macet");
    assert_eq!(entered["cards"].as_array().unwrap().len(), 1);
    by(&station, &[&["stock", "destroy"][..], &witnesses].concat()).ended(1);
    let shown = station.run(&["stock", "show", "--json"]).ended(0).json();
    assert_eq!(
        (&shown["spoiled_cards"], &shown["blanks"][0]["closing"]),
        (&json!(0), &json!(6))
    );
    station.is_sound();
}
