//! Killed at any moment, started again: nothing is lost and nothing is made twice.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Child, Settings, Station, child, codes, kia, toddler};

/// How often the daemon is killed.
const KILLS: u32 = 30;

/// Every file that something left under a temporary name.
fn temporaries(station: &Station) -> Vec<String> {
    let folders = ["lots", "photos", "accepted", "rejected", "work", "incoming"];
    folders
        .iter()
        .flat_map(|folder| {
            let names = station.names(folder).into_iter();
            names.map(move |name| format!("{folder}/{name}"))
        })
        .filter(|path| path.contains(".tmp") || path.contains("/.") || path.starts_with("work/"))
        .collect()
}

#[test]
fn thirty_kills_over_a_backlog_lose_nothing_and_make_nothing_twice() {
    let station = Station::with(Settings {
        cards: 7,
        gather: 0.05,
        settle: 0.05,
        give_up: 0.5,
        ..Settings::default()
    });
    let mut good: Vec<Child> = Vec::new();
    let (mut received, mut in_hand, mut half_written) = (0, 0, 0);
    for kill in 0..KILLS {
        let first = kill * 20;
        // Half of it stands there at the start, the other half comes to a running daemon.
        let single = child(first);
        station.drop_single(&format!("s{first}.json"), &single);
        good.push(single);
        received += 1;
        let daemon = station.spawn();
        let mut batch: Vec<Child> = (first + 1..first + 18).map(child).collect();
        batch.push(toddler(first + 18));
        good.extend(batch.iter().cloned());
        batch.push(child(first + 19).with("agama", "TIDAK ADA"));
        received += batch.len();
        station.drop_batch(&format!("B{first}"), &batch);
        // Some are killed at any time from the very start on, some as soon as a drop is in hand,
        // and some later: over the commit and the move to the writing of its lots.
        let moment = u64::from(kill * 37 % KILLS);
        if kill % 5 == 0 {
            std::thread::sleep(Duration::from_millis(moment * 12));
        } else {
            // A fast machine may be through before anybody looks.
            daemon.until("a drop is in hand", || {
                !station.names("work").is_empty() || station.has(&format!("accepted/B{first}"))
            });
            if kill % 5 < 3 {
                std::thread::sleep(Duration::from_millis(moment * 6));
            }
        }
        daemon.kill();
        in_hand += u32::from(!station.names("work").is_empty());
        let is_temporary = |name: &String| name.ends_with(".tmp");
        half_written += u32::from(station.names("lots").iter().any(is_temporary));
    }
    println!("{in_hand} kills with a drop in hand, {half_written} with a half-written lot");
    assert!(
        in_hand >= KILLS / 5,
        "only {in_hand} kills hit a drop in hand"
    );
    let daemon = station.daemon();
    daemon.until("everything is taken and made", || {
        station.names("incoming").is_empty()
            && station.names("work").is_empty()
            && station.number("SELECT count(*) FROM queue") == 0
    });
    assert_eq!(daemon.stop().code(), Some(0));

    assert_eq!(temporaries(&station), Vec::<String>::new());
    let total = |what: &str| station.number(&format!("SELECT sum({what}) FROM drops"));
    assert_eq!(total("received"), i64::try_from(received).unwrap());
    assert_eq!(total("accepted"), i64::try_from(good.len()).unwrap());
    assert_eq!(total("rejected"), i64::from(KILLS));
    assert_eq!(total("unchanged"), 0, "no drop was taken twice");
    assert_eq!(station.names("accepted").len() as u32, 2 * KILLS);
    assert_eq!(station.names("rejected").len() as u32, KILLS);
    for folder in ["accepted", "rejected"] {
        for name in station.names(folder) {
            let reasons = station.reasons(&format!("{folder}/{name}"));
            assert!(!codes(&reasons).contains(&"unchanged"), "{folder}/{name}");
        }
    }

    // One card a child, and each in exactly one place of one PDF.
    let cards = i64::try_from(good.len()).unwrap();
    assert_eq!(station.number("SELECT count(*) FROM cards"), cards);
    let each_child = "SELECT count(DISTINCT nik_hash) FROM cards WHERE state = 'rendered'";
    assert_eq!(station.number(each_child), cards);
    assert_eq!(station.number("SELECT count(*) FROM lot_cards"), cards);
    let placed = "SELECT count(DISTINCT card) FROM lot_cards";
    assert_eq!(station.number(placed), cards);

    let report = station.is_sound();
    let lots = station.names("lots");
    assert_eq!(report["lots"], json!(lots.len()), "{lots:?}");
    let database = station.database();
    let mut query = database.prepare("SELECT pdf FROM lots").unwrap();
    let known: BTreeSet<String> = query
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(known, lots.iter().cloned().collect());

    for lot in lots {
        station.confirm_all(lot.trim_end_matches(".pdf"));
    }
    let log = station.log();
    let printed: BTreeSet<&str> = log
        .iter()
        .map(|line| line["nama"].as_str().unwrap())
        .collect();
    let names: BTreeSet<&str> = good.iter().map(Child::nama).collect();
    assert_eq!(log.len(), good.len());
    assert!(printed == names, "a child is missing in the log");
}

#[cfg(target_env = "gnu")]
#[test]
fn a_daemon_keeps_its_process_and_is_told_to_use_few_arenas() {
    let station = Station::new();
    let daemon = station.daemon();
    let told = std::fs::read(format!("/proc/{}/environ", daemon.pid())).unwrap();
    let told = String::from_utf8_lossy(&told);
    assert!(
        told.split('\0')
            .any(|variable| variable == "MALLOC_ARENA_MAX=2")
    );
    assert_eq!(daemon.stop().code(), Some(0));
}

#[test]
fn a_second_daemon_on_a_station_refuses_and_says_who_holds_it() {
    let station = Station::new();
    let first = station.daemon();
    for args in [["run"].as_slice(), &["run", "--once"]] {
        let second = station.run(args).ended(2);
        let who = format!("process {}", first.pid());
        assert!(second.err.contains(&who), "{}", second.err);
    }
    // The first goes on undisturbed, and its end gives the station free.
    station.drop_single("satu.json", &child(1));
    first.until("it is made", || station.has("lots/L00001.pdf"));
    first.kill();
    station.once().ended(0);
}

#[test]
fn a_stop_in_the_middle_of_a_large_batch_is_clean_and_the_next_start_finishes_it() {
    let station = Station::new();
    let children: Vec<Child> = (0..1500).map(child).collect();
    let daemon = station.daemon();
    station.drop_batch("BESAR", &children);
    daemon.until("the batch is in hand", || {
        !station.names("photos").is_empty()
    });
    assert_eq!(daemon.stop().code(), Some(0));
    assert!(!station.has("accepted/BESAR"), "it was not in the middle");
    assert_eq!(station.names("work").len(), 1, "parked");
    assert_eq!(station.number("SELECT count(*) FROM cards"), 0);
    station.is_sound();

    station.take_all();
    assert_eq!(station.reasons("accepted/BESAR")["accepted"], 1500);
    assert_eq!(station.names("lots").len(), 15);
    assert!(station.names("work").is_empty());
    assert_eq!(station.status()["cards"], json!({ "rendered": 1500 }));
    station.is_sound();
}

#[test]
fn a_stop_between_two_lots_leaves_the_rest_in_the_queue() {
    let station = Station::with(Settings {
        cards: 10,
        ..Settings::default()
    });
    let children: Vec<Child> = (0..600).map(child).collect();
    let daemon = station.daemon();
    station.drop_batch("BANYAK", &children);
    daemon.until("the first lot is made", || station.has("lots/L00001.pdf"));
    assert_eq!(daemon.stop().code(), Some(0));
    let queued = station.number("SELECT count(*) FROM queue");
    assert!(queued > 0, "it was not in the middle");
    station.is_sound();
    let ran = kia([
        "status",
        "--json",
        "--station",
        station.path("").to_str().unwrap(),
    ]);
    assert_eq!(ran.json()["queue"][0]["cards"], queued);

    station.take_all();
    assert_eq!(station.status()["cards"], json!({ "rendered": 600 }));
    station.is_sound();
}
