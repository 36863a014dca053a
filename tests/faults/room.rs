//! The real station and its printers on good days and on bad ones: what an operator sees, does and
//! gets.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use jiff::{SignedDuration, Timestamp};
use kia_station::domain::ids::CardId;
use kia_station::ledger::Ledger;
use serde_json::{Value, json};

use crate::fake::{Fake, Persona};
use crate::harness::{Child, Daemon, Settings, Station, binary, child, toddler};
use crate::servers::{Cups, IppEve, MEDIA, WAITS};

/// Prints fast and tells all.
fn printer(seed: u64) -> Fake {
    let fake = Fake::start(seed, Persona::PLAIN);
    fake.pace(12);
    fake
}

/// A block of `[[printers]]` with more keys.
fn block(name: &str, fake: &Fake, more: &str) -> String {
    format!(
        "[[printers]]\nname = \"{name}\"\nuri = \"{}\"\ntimeout = 60.0\nforgets_jobs = true\n{more}\n",
        fake.uri()
    )
}

fn station(more: String, cards: u32) -> Station {
    Station::with(Settings {
        cards,
        gather: 0.05,
        settle: 0.05,
        more,
        ..Settings::default()
    })
}

fn children(count: u32) -> Vec<Child> {
    (1..=count).map(child).collect()
}

fn in_state(station: &Station, state: &str) -> i64 {
    station.number(&format!(
        "SELECT count(*) FROM cards WHERE state = '{state}'"
    ))
}

fn until_printed(station: &Station, daemon: &Daemon<'_>, count: i64) {
    daemon.until(&format!("{count} cards are printed"), || {
        in_state(station, "printed") == count
    });
}

/// Waits until the printer was so often asked how it is that the station went through several whole
/// rounds.
fn let_rounds_pass(daemon: &Daemon<'_>, fake: &Fake) {
    let before = fake.looks();
    daemon.until("several rounds are over", || fake.looks() > before + 3);
}

/// What `status` says to a person.
fn says(station: &Station) -> String {
    station.run(&["status"]).ended(0).out
}

/// The cards in the order of their documents at a printer.
fn order(fake: &Fake) -> Vec<String> {
    let name = |taken: crate::fake::Taken| taken.name;
    fake.taken().into_iter().map(name).collect()
}

/// When these jobs were begun.
fn begun(station: &Station, jobs: &[String]) -> Vec<Timestamp> {
    let database = station.database();
    let sql = "SELECT begun_at FROM jobs WHERE job = ?";
    let at = |job: &String| -> String { database.query_row(sql, [job], |row| row.get(0)).unwrap() };
    jobs.iter().map(|job| at(job).parse().unwrap()).collect()
}

/// The jobs that print the cards of a lot one after the other.
fn jobs_of(station: &Station, lot: u32) -> Vec<String> {
    let database = station.database();
    let sql = "SELECT card FROM lot_cards WHERE lot = ? ORDER BY position";
    let mut query = database.prepare(sql).unwrap();
    let cards = query.query_map([lot], |row| row.get::<_, i64>(0)).unwrap();
    cards
        .map(|card| format!("kia:{}", CardId::new(card.unwrap().cast_unsigned())))
        .collect()
}

fn card_in(job: &str) -> &str {
    let card = job.strip_prefix("kia:").unwrap();
    card.split('.').next().unwrap()
}

#[test]
fn a_child_is_dropped_printed_and_scanned_without_a_hand_on_the_pdf() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    let daemon = station.daemon();
    station.drop_batch("A", &[child(1), child(2), toddler(3)]);
    until_printed(&station, &daemon, 3);
    for taken in fake.taken() {
        assert_eq!(fake.came_out(&taken.name), 1);
        assert_eq!(
            (taken.pages, taken.sides.as_str()),
            (2, "two-sided-long-edge")
        );
    }
    let card = station.card_of(&child(1));
    let token: String = {
        let number: i64 = card[1..].split('-').next().unwrap().parse().unwrap();
        let sql = "SELECT token FROM persons WHERE card = ?";
        station
            .database()
            .query_row(sql, [number], |row| row.get(0))
            .unwrap()
    };
    let mut scanner = binary()
        .args(["scan", "--as", "siti", "--station"])
        .arg(station.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = scanner.stdin.take().unwrap();
    typed.write_all(token.as_bytes()).unwrap();
    drop(typed);
    assert!(scanner.wait().unwrap().success());
    assert_eq!(station.states(&child(1)), ["verified"]);
    assert_eq!(daemon.stop().code(), Some(0));
    station.is_sound();
}

#[test]
fn printers_share_lots_and_one_that_stands_still_hands_its_cards_over() {
    let (first, second, other) = (printer(1), printer(2), printer(3));
    second.complain(Some("media-empty-error"));
    let blocks = [
        block("p1", &first, "hand_over_after = 0.2"),
        block("p2", &second, "hand_over_after = 0.2"),
        block("putih", &other, "media = \"putih\""),
    ];
    let station = station(blocks.concat(), 3);
    let daemon = station.daemon();
    station.drop_batch("A", &children(9));
    until_printed(&station, &daemon, 9);
    assert_eq!((second.taken().len(), other.taken().len()), (0, 0));
    // Now the second has cards. Each is slow, until the other has a card of its own lot in hand.
    for fake in [&first, &second] {
        fake.pace(0);
        fake.complain(None);
    }
    station.drop_batch("B", &(11..=22).map(child).collect::<Vec<_>>());
    daemon.until("both print", || {
        (first.taken().len(), second.taken().len()) == (10, 1)
    });
    // The first stops in the middle of its lot.
    first.complain(Some("media-empty-error"));
    for fake in [&first, &second] {
        fake.pace(12);
    }
    daemon.until("only what the first has in hand waits", || {
        in_state(&station, "rendered") == 0
    });
    first.complain(None);
    until_printed(&station, &daemon, 21);
    let mut all = order(&first);
    all.extend(order(&second));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 21, "no card went to both");
    assert_eq!(first.taken().len(), 10, "what it had not begun went over");
    assert_eq!(other.taken().len(), 0);
}

#[test]
fn a_printer_that_cannot_be_reached_hands_over_all_but_the_card_in_its_hands() {
    let (first, second) = (printer(1), printer(2));
    first.pace(0);
    second.complain(Some("cover-open"));
    let blocks = [
        block("p1", &first, "hand_over_after = 0.2"),
        block("p2", &second, "hand_over_after = 0.2"),
    ];
    let station = station(blocks.concat(), 3);
    let daemon = station.daemon();
    station.drop_batch("A", &children(6));
    daemon.until("one is in the first's hands", || {
        in_state(&station, "sent") == 1
    });
    let in_hand = order(&first);
    drop(first);
    second.complain(None);
    until_printed(&station, &daemon, 5);
    assert_eq!(
        in_state(&station, "sent"),
        1,
        "whether it comes out, nobody knows yet"
    );
    assert_eq!(in_hand.len(), 1);
    assert!(!order(&second).contains(&in_hand[0]));
    assert!(says(&station).contains("printer p1: tidak terhubung"));
}

#[test]
fn what_stops_a_printer_is_said_in_an_operators_words_with_what_to_do() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    let daemon = station.daemon();
    for (reason, words, advice) in [
        ("media-empty-error", "kartu kosong", "isi kartu"),
        ("marker-supply-empty-error", "pita habis", "ganti pita"),
        ("cover-open", "penutup terbuka", "tutup"),
    ] {
        fake.complain(Some(reason));
        daemon.until(words, || says(&station).contains(words));
        let said = says(&station);
        assert!(said.contains("berhenti") && said.contains(advice), "{said}");
    }
    station.drop_single("a.json", &child(1));
    station
        .run(&["stock", "receive", "500", "--as", "siti"])
        .ended(0);
    daemon.until("the lot is made", || in_state(&station, "rendered") == 1);
    assert_eq!(fake.taken(), []);
    let said = says(&station);
    assert!(
        said.contains("blanko") && said.contains("antrean"),
        "the forecast:\n{said}"
    );
    fake.complain(None);
    until_printed(&station, &daemon, 1);
    drop(fake);
    daemon.until("it is gone", || says(&station).contains("tidak terhubung"));
}

#[test]
fn a_daily_cap_stops_the_printer_and_status_says_so() {
    let fake = printer(1);
    let station = station(block("p1", &fake, "daily_cap = 2"), 10);
    let daemon = station.daemon();
    station.drop_batch("A", &children(4));
    until_printed(&station, &daemon, 2);
    assert!(says(&station).contains("printer p1: batas harian tercapai"));
    assert_eq!(station.status()["capped"], json!(["p1"]));
    let_rounds_pass(&daemon, &fake);
    assert_eq!(fake.taken().len(), 2);
    drop(daemon);
    // The cap is kept by the ledger, not by the run.
    let daemon = station.daemon();
    let_rounds_pass(&daemon, &fake);
    assert_eq!(fake.taken().len(), 2);
    drop(daemon);
}

#[test]
fn a_printer_rests_after_so_many_cards() {
    let fake = printer(1);
    let rest = "cool_down = { after = 2, minutes = 0.06 }";
    let station = station(block("p1", &fake, rest), 10);
    let daemon = station.daemon();
    station.drop_batch("A", &children(4));
    daemon.until("status says that it rests", || {
        says(&station).contains("printer beristirahat")
    });
    until_printed(&station, &daemon, 4);
    let begun = begun(&station, &jobs_of(&station, 1));
    let rested = begun[2].duration_since(begun[1]);
    assert!(rested >= SignedDuration::from_millis(3600), "{rested:?}");
}

#[test]
fn backs_follow_a_turned_stack_in_the_order_in_which_it_lies() {
    for reversed in [false, true] {
        let fake = printer(1);
        let more = format!("duplex = \"none\"\nstack_reversed = {reversed}");
        let station = station(block("p1", &fake, &more), 3);
        let daemon = station.daemon();
        station.drop_batch("A", &children(4));
        daemon.until("the fronts are out", || {
            says(&station).contains("3 kartu menunggu sisi belakang")
        });
        let_rounds_pass(&daemon, &fake);
        let fronts = jobs_of(&station, 1);
        assert_eq!(order(&fake), fronts, "the next lot waits for the backs");
        station
            .run(&["printer", "turned", "p1", "--as", "siti"])
            .ended(0);
        until_printed(&station, &daemon, 3);
        let turned = "SELECT count(*) FROM events WHERE actor = 'operator:siti'
             AND json_extract(body, '$.kind') = 'stack-turned'";
        assert_eq!(station.number(turned), 1);
        let backs: Vec<String> = order(&fake)[3..6]
            .iter()
            .map(|job| card_in(job).to_owned())
            .collect();
        let mut expected: Vec<String> = fronts.iter().map(|job| card_in(job).to_owned()).collect();
        if reversed {
            expected.reverse();
        }
        assert_eq!(backs, expected);
        let one_page = |taken: &crate::fake::Taken| taken.pages == 1 && taken.sides == "one-sided";
        assert!(fake.taken().iter().all(one_page), "{:?}", fake.taken());
        daemon.until("the next lot's front is out", || fake.taken().len() == 7);
    }
}

#[test]
fn a_back_in_doubt_stops_the_stack_until_a_person_has_looked_at_it() {
    let fake = printer(1);
    let station = station(block("p1", &fake, "duplex = \"none\""), 3);
    let daemon = station.daemon();
    station.drop_batch("A", &children(3));
    let fronts = "3 kartu menunggu sisi belakang";
    daemon.until("the fronts are out", || says(&station).contains(fronts));
    fake.plan(&[crate::fake::Fault::Abort]);
    station
        .run(&["printer", "turned", "p1", "--as", "siti"])
        .ended(0);
    daemon.until("the first back is in doubt", || {
        in_state(&station, "unconfirmed") == 1
    });
    let_rounds_pass(&daemon, &fake);
    assert_eq!(fake.taken().len(), 4, "whose card comes next is not known");
    assert!(says(&station).contains("2 kartu menunggu sisi belakang"));
    station
        .run(&["printer", "turned", "p1", "--as", "siti"])
        .ended(0);
    until_printed(&station, &daemon, 2);
}

#[test]
fn fronts_whose_printer_turns_stacks_no_more_wait_for_a_person() {
    let fake = printer(1);
    let station = station(block("p1", &fake, "duplex = \"none\""), 3);
    let daemon = station.daemon();
    station.drop_batch("A", &children(2));
    let fronts = "2 kartu menunggu sisi belakang";
    daemon.until("the fronts are out", || says(&station).contains(fronts));
    assert_eq!(daemon.stop().code(), Some(0));
    station.set(Settings {
        more: block("p1", &fake, ""),
        ..Settings::default()
    });
    let daemon = station.daemon();
    assert_eq!(in_state(&station, "unconfirmed"), 2);
    let card = station.card_of(&child(1));
    let good = ["settle", &card, "--good", "--as", "siti"];
    station.run(&good).ended(1);
    drop(daemon);
}

#[test]
fn a_person_settles_cards_in_doubt_and_the_lot_is_not_printed_again() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    fake.complain(Some("media-empty-error"));
    let daemon = station.daemon();
    station.drop_batch("A", &children(4));
    daemon.until("the lot is made", || in_state(&station, "rendered") == 4);
    fake.plan(&[crate::fake::Fault::Abort; 3]);
    fake.complain(None);
    daemon.until("three are in doubt", || {
        in_state(&station, "unconfirmed") == 3 && in_state(&station, "printed") == 1
    });
    assert!(says(&station).contains("belum pasti"));
    let jobs = jobs_of(&station, 1);
    let cards: Vec<&str> = jobs.iter().map(|job| card_in(job)).collect();
    station
        .run(&["settle", cards[0], "--not-out", "--as", "siti"])
        .ended(0);
    station
        .run(&["settle", cards[1], "--good", "--as", "siti"])
        .ended(0);
    let spoiled = [
        "settle",
        cards[2],
        "--spoiled",
        "--reason",
        "macet",
        "--as",
        "siti",
    ];
    station.run(&spoiled).ended(0);
    until_printed(&station, &daemon, 4);
    let again = format!("{}.2", jobs[0]);
    let mut taken = order(&fake);
    assert_eq!(taken[..4], jobs);
    let mut last = taken.split_off(4);
    last.sort();
    assert_eq!(last.len(), 2, "{last:?}");
    assert!(last.contains(&again), "{last:?}");
    assert_eq!(
        station.names("lots").len(),
        2,
        "the spoiled card has a lot of its own"
    );
    station.is_sound();
}

#[test]
fn a_card_that_cannot_be_printed_is_held_and_the_others_go_on() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    fake.complain(Some("media-empty-error"));
    let daemon = station.daemon();
    station.drop_batch("A", &children(3));
    daemon.until("the lot is made", || in_state(&station, "rendered") == 3);
    let photo: String = station
        .database()
        .query_row("SELECT photo FROM persons WHERE card = 2", [], |row| {
            row.get(0)
        })
        .unwrap();
    let found = walk(&station.path("photos"))
        .into_iter()
        .find(|path| path.to_string_lossy().contains(&photo))
        .unwrap();
    fs::write(found, b"no picture").unwrap();
    fake.complain(None);
    until_printed(&station, &daemon, 2);
    daemon.until("the third is held", || in_state(&station, "held") == 1);
    assert_eq!(fake.taken().len(), 2);
}

#[test]
fn a_card_whose_proof_fails_is_held_and_never_sent() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    station.drop_batch("A", &[child(1), toddler(2)]);
    station.take_all();
    assert_eq!(in_state(&station, "rendered"), 2);
    // What was proved in the lot is not what the printer would get.
    station.hide_names();
    let daemon = station.daemon();
    until_printed(&station, &daemon, 1);
    daemon.until("the other is held", || in_state(&station, "held") == 1);
    assert_eq!(station.states(&child(1)), ["held"]);
    assert_eq!(fake.taken().len(), 1);
    assert!(says(&station).contains("tulisan terpotong atau tertutup"));
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let below = |path: std::path::PathBuf| match path.is_dir() {
        true => walk(&path),
        false => vec![path],
    };
    entries.flat_map(below).collect()
}

#[test]
fn a_watched_folder_gets_whole_files_and_a_person_says_what_came_of_them() {
    let station = station(
        "[[printers]]\nname = \"folder\"\nfolder = \"keluar\"\n".into(),
        10,
    );
    fs::create_dir(station.path("keluar")).unwrap();
    let daemon = station.daemon();
    station.drop_batch("A", &children(3));
    for taken in 0..3 {
        let files = || -> Vec<String> {
            let names = station.names("keluar").into_iter();
            names.filter(|name| name.ends_with(".pdf")).collect()
        };
        daemon.until("a file appears", || !files().is_empty());
        let file = station.path("keluar").join(&files()[0]);
        let pdf = lopdf::Document::load(&file).unwrap();
        assert_eq!(pdf.get_pages().len(), 2);
        // In the printer's hands: `sent`. Taken away by the other program: nobody knows.
        daemon.until("it is sent", || in_state(&station, "sent") == 1);
        fs::remove_file(file).unwrap();
        daemon.until("it is in doubt", || {
            in_state(&station, "unconfirmed") == taken + 1
        });
    }
    let first = jobs_of(&station, 1);
    let settle = ["settle", card_in(&first[0]), "--good", "--as", "siti"];
    station.run(&settle).ended(0);
    let confirmed: Value = station.confirm_all("L00001");
    assert_eq!(confirmed["printed"].as_array().unwrap().len(), 2);
    assert_eq!(in_state(&station, "printed"), 3);
    station.is_sound();
}

#[test]
fn confirming_a_lot_says_nothing_of_cards_that_the_printer_was_not_sent() {
    let station = station(
        "[[printers]]\nname = \"folder\"\nfolder = \"keluar\"\n".into(),
        10,
    );
    fs::create_dir(station.path("keluar")).unwrap();
    let daemon = station.daemon();
    station.drop_batch("A", &children(3));
    daemon.until("one is sent", || in_state(&station, "sent") == 1);
    let confirmed = station.confirm_all("L00001");
    assert_eq!(confirmed["printed"].as_array().unwrap().len(), 1);
    assert_eq!(in_state(&station, "printed"), 1);
}

#[test]
fn a_stop_with_a_job_at_the_printer_is_clean_and_the_next_start_takes_it_up() {
    let fake = printer(1);
    let station = station(block("p1", &fake, ""), 10);
    fake.pace(0);
    let daemon = station.daemon();
    station.drop_batch("A", &children(2));
    daemon.until("one is sent", || in_state(&station, "sent") == 1);
    assert_eq!(daemon.stop().code(), Some(0));
    assert_eq!(in_state(&station, "sent"), 1);
    fake.pace(12);
    let daemon = station.daemon();
    until_printed(&station, &daemon, 2);
    assert_eq!(order(&fake), jobs_of(&station, 1));
    // A printer that the settings name no more gives its cards back.
    fake.complain(Some("cover-open"));
    station.drop_batch("B", &[child(11)]);
    daemon.until("it is made", || in_state(&station, "rendered") == 1);
    drop(daemon);
    let next = printer(2);
    station.set(Settings {
        more: block("p2", &next, ""),
        ..Settings::default()
    });
    let daemon = station.daemon();
    until_printed(&station, &daemon, 3);
    assert_eq!(next.taken().len(), 1);
}

#[test]
fn the_station_prints_on_real_servers() {
    let test = "the_station_prints_on_real_servers";
    let print = &format!("{WAITS}came_out");
    let (Some(eve), Some(cups)) = (IppEve::start(test, print), Cups::start(test, print)) else {
        return;
    };
    let keyword = format!("timeout = 60.0\nmedia_keyword = \"{MEDIA}\"\n");
    let blocks = format!(
        "[[printers]]\nname = \"eve\"\nuri = \"{}\"\nforgets_jobs = true\n{keyword}\
         [[printers]]\nname = \"cups\"\nuri = \"{}\"\ntwo_sided = true\n{keyword}",
        eve.uri(),
        cups.uri()
    );
    let station = station(blocks, 2);
    let daemon = station.daemon();
    station.drop_batch("A", &children(6));
    daemon.until("each has a card in hand", || {
        station.number("SELECT count(DISTINCT printer) FROM jobs WHERE stage = 'sent'") == 2
    });
    eve.open();
    cups.open();
    until_printed(&station, &daemon, 6);
    let (mut by_eve, mut by_cups) = (0, 0);
    for job in (1..=3).flat_map(|lot| jobs_of(&station, lot)) {
        let out = (eve.came_out(&job), cups.came_out(&job));
        assert_eq!(out.0 + out.1, 1, "{job}");
        by_eve += out.0;
        by_cups += out.1;
    }
    assert!(by_eve > 0 && by_cups > 0, "{by_eve} and {by_cups}");
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_printer_that_takes_no_job_is_asked_ever_more_rarely() {
    let persona = Persona {
        two_phase: false,
        ..Persona::PLAIN
    };
    let fake = Fake::start(1, persona);
    let station = station(block("p1", &fake, ""), 10);
    let daemon = station.daemon();
    station.drop_single("a.json", &child(1));
    let reader = Ledger::open_read_only(&station.path("ledger")).unwrap();
    let attempts = || reader.jobs(CardId::new(1)).unwrap();
    daemon.until("it was tried five times", || attempts().len() == 5);
    let begun: Vec<Timestamp> = attempts().iter().map(|job| job.begun_at).collect();
    for (two, least) in begun.windows(2).zip([300, 600, 1200, 2400]) {
        let pause = two[1].duration_since(two[0]);
        assert!(pause >= SignedDuration::from_millis(least), "{begun:?}");
    }
    assert_eq!(in_state(&station, "printed"), 0);
    assert!(says(&station).contains("printer menolak kartu"));
    drop(daemon);
}
