//! The print room's work in a browser: what came out, scanning, reprints, the close of the day.

use cookie::Cookie;
use kia_station::domain::card::{Evidence, State};
use kia_station::ledger::Ledger;
use serde_json::{Value, json};

use super::PASSWORD;
use super::client::{Answer, Visitor};
use crate::harness::{Child, Settings, Station, child, today};
use crate::scan::code;

/// A station with its people and one lot of so many cards that nobody said anything of, in the
/// order of the lot.
pub fn rendered(count: u32) -> (Station, Vec<String>) {
    rendered_with(Settings::default(), count)
}

/// The same with other settings.
fn rendered_with(settings: Settings, count: u32) -> (Station, Vec<String>) {
    let station = Station::with(settings);
    station.people();
    let children: Vec<Child> = (1..=count).map(child).collect();
    station.drop_batch("LOT", &children);
    station.take_all();
    let mut cards: Vec<String> = children.iter().map(|c| station.card_of(c)).collect();
    cards.sort_by_key(|card| station.cards(card)[0]["card"]["position"].as_u64());
    (station, cards)
}

/// What the next page says of the step before, and whether it was done.
pub fn told(answer: &Answer) -> (bool, String) {
    let cookies = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    let notice = cookies
        .filter_map(|(_, cookie)| Cookie::parse_encoded(cookie).ok())
        .find(|cookie| cookie.name() == "kia_pesan")
        .unwrap_or_else(|| panic!("{} {}", answer.status, answer.text()));
    let text = notice.value();
    (text.starts_with('+'), text[1..].to_owned())
}

#[track_caller]
pub fn done(visitor: &Visitor, path: &str, form: &str) -> String {
    let (good, text) = told(&visitor.post(path, form).is(303));
    assert!(good, "{path}: {text}");
    text
}

#[track_caller]
pub fn refused(visitor: &Visitor, path: &str, form: &str) -> String {
    let (good, text) = told(&visitor.post(path, form).is(303));
    assert!(!good, "{path}: {text}");
    text
}

#[track_caller]
fn is(station: &Station, card: &str, state: &str) {
    assert_eq!(station.cards(card)[0]["card"]["state"], state, "{card}");
}

/// Scans as the page's script does.
fn scan(visitor: &Visitor, id: &str, text: &str) -> Value {
    let kinds = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Accept", "application/json"),
    ];
    let form = format!("id={id}&lot=&code={}", text.replace(':', "%3A"));
    let answer = visitor.send("POST", "/scan", &kinds, form.as_bytes());
    answer.is(200).json()
}

fn second(name: &str, password: &str) -> String {
    format!(
        "&second={name}&second_password={}",
        password.replace(' ', "+")
    )
}

#[test]
fn a_lot_goes_from_the_printer_over_the_desk_and_a_reprint_to_the_close_of_the_day() {
    let (station, cards) = rendered(3);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    done(
        &siti,
        "/stock/blanks",
        "what=received&media=kia&count=10&first=BL01&last=BL10",
    );

    let confirm = "/lots/L00001/confirm";
    let bad = &cards[2];
    let no_reason = format!("spoiled={bad}&reason-{bad}=");
    assert!(refused(&siti, confirm, &no_reason).contains(bad));
    is(&station, &cards[0], "rendered");
    let said = done(
        &siti,
        confirm,
        &format!("on=&spoiled={bad}&reason-{bad}=macet"),
    );
    assert_eq!(said, "2 kartu tercetak, 1 rusak, 1 dibuat lagi.");

    // The network was slow: the first scan comes twice and is one.
    let codes = [&cards[0], &cards[1]].map(|card| code(&station, card));
    let first = scan(&siti, "satu", &codes[0]);
    assert_eq!(
        (&first["good"], &first["card"]),
        (&json!(true), &json!(cards[0]))
    );
    assert_eq!(scan(&siti, "satu", &codes[0]), first);
    let second_time = scan(&siti, "dua", &codes[0]);
    assert_eq!(second_time["title"], "SUDAH DIPINDAI");
    assert_eq!(
        scan(&siti, "tiga", &codes[1])["counts"],
        json!({"good": 2, "refused": 1})
    );
    assert_eq!(scan(&siti, "empat", "undo")["card"], json!(cards[1]));
    assert_eq!(scan(&siti, "empat", "undo")["card"], json!(cards[1]));
    is(&station, &cards[0], "verified");
    is(&station, &cards[1], "printed");
    assert!(siti.get("/scan").is(200).text().contains("DIBATALKAN"));

    let reprint = format!("/cards/{}/reprint", cards[0]);
    let lost = "reason=hilang&evidence=police-letter&reference=LP%2F12";
    assert!(refused(&siti, &reprint, lost).contains("orang kedua"));
    let with = |name: &str, password: &str| format!("{lost}{}", second(name, password));
    refused(&siti, &reprint, &with("siti", PASSWORD));
    refused(&siti, &reprint, &with("budi", "tebakan saja dulu"));
    refused(&siti, &reprint, &with("ratna", PASSWORD));
    refused(&siti, &reprint, &with("siapa", PASSWORD));
    let wrong = format!(
        "reason=hilang&evidence=old-card{}",
        second("budi", PASSWORD)
    );
    assert!(refused(&siti, &reprint, &wrong).contains("surat polisi"));
    is(&station, &cards[0], "verified");
    assert_eq!(station.events_with("login-denied"), 2);
    assert_eq!(station.events_with("step-denied"), 1);
    let said = done(&siti, &reprint, &with("budi", PASSWORD));
    assert!(said.contains("dibuat lagi sebagai"), "{said}");
    is(&station, &cards[0], "void");

    // Ten came, two are good and one is spoiled; one more is missing.
    let day = siti.get("/day").is(200).text();
    assert!(day.contains("<b>7</b><small>harus ada"), "{day}");
    let answer = siti.post("/day", "media=kia&counted=6").is(303);
    assert!(told(&answer).1.contains("menurut buku 7, dihitung 6"));
    let back = answer.header("location").unwrap().to_owned();
    assert!(siti.get(&back).text().contains("value=\"6\""), "{back}");
    let explained = "media=kia&counted=6&explanation=satu+hilang";
    refused(&siti, "/day", explained);
    done(
        &siti,
        "/day",
        &format!("{explained}{}", second("budi", PASSWORD)),
    );
    refused(&siti, "/day", "media=kia&counted=6");
    let history = siti.get("/day").is(200).text();
    let day = today().strftime("%d-%m-%Y").to_string();
    for said in [day.as_str(), "operator:siti, budi", "satu hilang"] {
        assert!(history.contains(said), "{said} in {history}");
    }
    daemon.stop();
    station.is_sound();
}

#[test]
fn without_script_the_desk_answers_on_its_page() {
    let (station, cards) = rendered(1);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    siti.post("/scan", "code=KIA%3ANIHIL").is(303);
    let page = siti.get("/scan").text();
    assert!(page.contains("KODE TIDAK DIKENAL"), "{page}");
    done(&siti, "/lots/L00001/confirm", "");
    let code = code(&station, &cards[0]).replace(':', "%3A");
    siti.post("/scan", &format!("code={code}&lot=L00009"))
        .is(303);
    assert!(siti.get("/scan").text().contains("DARI LOT LAIN"));
    siti.post("/scan", &format!("code={code}&lot=L00001"))
        .is(303);
    is(&station, &cards[0], "verified");
    siti.post("/scan/new", "").is(303);
    assert!(!siti.get("/scan").text().contains("DARI LOT LAIN"));
    // Another person's desk is another one.
    let budi = daemon.logged_in("budi");
    assert!(
        scan(&budi, "a", "undo")["title"]
            .as_str()
            .unwrap()
            .contains("tidak ada pindaian")
    );
    is(&station, &cards[0], "verified");
}

#[test]
fn an_auditor_sees_the_cards_and_may_take_no_step() {
    let (station, cards) = rendered(1);
    let daemon = station.daemon();
    let ratna = daemon.logged_in("ratna");
    let card = format!("/cards/{}", cards[0]);
    for page in ["/cards", card.as_str(), "/lots/L00001", "/stock", "/day"] {
        let text = ratna.get(page).is(200).text();
        let main = text.split_once("<main").unwrap().1;
        let forms = main.matches("<form").count() - main.matches("role=\"search\"").count();
        assert_eq!(forms, 0, "{page}: {main}");
    }
    // A denial is named by the rule of the action.
    let steps = [
        (format!("{card}/hold"), "card-hold"),
        (format!("{card}/spoil"), "card-spoil"),
        (format!("{card}/numbers"), "card-numbers"),
        ("/lots/L00001/confirm".to_owned(), "lot-confirm"),
        ("/stock/blanks".to_owned(), "stock-move"),
        ("/day".to_owned(), "day-close"),
        ("/scan".to_owned(), "scan"),
    ];
    for (step, denied) in &steps {
        ratna.post(step, "").is(403);
        let entered = station.events_with(&format!("\"{denied}\""));
        assert_eq!(entered, 1, "{step}");
    }
    ratna.get("/scan").is(403);
    assert_eq!(station.events_with("step-denied"), steps.len() as i64 + 1);
    is(&station, &cards[0], "rendered");
}

#[test]
fn a_held_card_waits_until_the_one_who_works_here_releases_it() {
    let (station, cards) = rendered(2);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let path = |step: &str| format!("/cards/{}/{step}", cards[0]);
    refused(&siti, &path("release"), "");
    done(&siti, &path("hold"), "");
    is(&station, &cards[0], "held");
    refused(&siti, &path("hold"), "");
    // What is held did not come out with the others.
    done(&siti, &format!("/cards/{}/hold", cards[1]), "");
    let page = siti.get(&format!("/cards/{}", cards[0])).text();
    assert!(page.contains("/release"), "{page}");
    done(&siti, &path("release"), "");
    let card = &station.cards(&cards[0])[0]["card"];
    assert_ne!(card["state"], "held");
    assert_eq!(station.cards(&cards[1])[0]["card"]["state"], "held");
    daemon.stop();
    station.is_sound();
}

#[test]
fn what_nobody_saw_come_out_is_settled_on_its_page() {
    let (station, cards) = rendered(3);
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    for card in &cards {
        let card = card.parse().unwrap();
        let moved = ledger.write("station", jiff::Timestamp::now(), |tx| {
            tx.move_card(card, State::Submitting, Evidence::Station, None)?;
            tx.move_card(card, State::Unconfirmed, Evidence::Station, None)
        });
        moved.unwrap();
    }
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let settle = |at: usize, form: &str| done(&siti, &format!("/cards/{}/settle", cards[at]), form);
    settle(0, "said=good");
    settle(1, "said=not-out");
    let path = format!("/cards/{}/settle", cards[2]);
    refused(&siti, &path, "said=spoiled&reason=");
    assert!(settle(2, "said=spoiled&reason=macet").contains("dibuat lagi"));
    for (card, state) in cards.iter().zip(["printed", "rendered", "spoiled"]) {
        is(&station, card, state);
    }
    let again = format!("/cards/{}/settle", cards[0]);
    let why = refused(&siti, &again, "said=good");
    assert!(why.contains("tidak menunggu kepastian"), "{why}");
}

#[test]
fn a_lot_that_failed_its_proof_is_made_again_from_the_board() {
    let station = Station::new();
    station.people();
    station.hide_names();
    station.drop_batch("LOT", &[child(1), child(2)]);
    station.take_all();
    let cards = [1, 2].map(|n| station.card_of(&child(n)));
    is(&station, &cards[0], "held");
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    assert!(siti.get("/").text().contains("/lots/L00001/again"));
    // No person holds them, so no person lets them go one by one.
    refused(&siti, &format!("/cards/{}/release", cards[0]), "");
    let said = done(&siti, "/lots/L00001/again", "");
    assert!(said.starts_with("2 kartu"), "{said}");
    refused(&siti, "/lots/L00009/again", "");
    let why = refused(&siti, "/printers/tidak-ada/turned", "");
    assert!(why.contains("tidak-ada"), "{why}");
}

#[test]
fn with_serials_each_blank_is_read_after_its_card() {
    let settings = Settings {
        more: "[card]\nserial_pattern = \"BL######\"\n".to_owned(),
        ..Default::default()
    };
    let (station, cards) = rendered_with(settings, 2);
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    done(&siti, "/lots/L00001/confirm", "");
    let codes = [0, 1].map(|at| code(&station, &cards[at]));
    let mut ids = 0..;
    let mut scan = |text: &str| {
        let id = format!("{}&serials=yes", ids.next().unwrap());
        scan(&siti, &id, text)["good"].clone()
    };
    let answers = [
        scan("BL000001"),
        scan(&codes[0]),
        scan(&codes[1]),
        scan("BL000001"),
        scan(&codes[1]),
        scan("BL000001"),
        scan("BL000002"),
    ];
    let good = answers.map(|answer| answer == json!(true));
    // A serial without a card, a card without the serial before it, another card's serial.
    assert_eq!(good, [false, true, false, true, true, false, false]);
    assert_eq!(station.number("SELECT count(*) FROM serials"), 1);
}
