use super::*;
use crate::domain::card::Evidence;
use crate::domain::reason::Reason;
use crate::domain::record::{Alasan, Record, School};
use crate::ledger::cards::write::NewCard;
use crate::ledger::testing::{Station, child, new_card, nik};
use crate::ledger::{Ledger, PAGE};
use crate::ledger::{printing::read as printing, scanning::read as scanning};

/// The child with this serial, in this school and class.
fn pupil(serial: u32, school: &str, class: &str, name: &str) -> Record {
    let mut record = child(serial);
    record.nama = name.to_owned();
    record.sekolah = (!school.is_empty()).then(|| School {
        npsn: None,
        nama: Some(school.to_owned()),
        kelas: Some(class.to_owned()),
    });
    record
}

/// In the order in which they must be handed over.
fn pupils() -> [Record; 7] {
    [
        pupil(5, "SDN 2 CURUP", "1A", "BUDI"),
        pupil(3, "SDN 2 CURUP", "2A", "ANI"),
        pupil(7, "SDN 2 CURUP", "2A", "BUDI"),
        pupil(1, "SDN 2 CURUP", "10B", "ANI"),
        pupil(6, "SDN 10 CURUP", "1A", "ANI"),
        pupil(2, "SMPN 1 CURUP", "7", "ANI"),
        pupil(4, "", "", "ANI"),
    ]
}

fn station_with_pupils() -> Station {
    let mut station = Station::new();
    let mut records = pupils();
    records.sort_by(|a, b| a.nik.cmp(&b.nik));
    station
        .write(|tx| {
            for record in &records {
                tx.accept(new_card(record))?;
            }
            Ok(())
        })
        .unwrap();
    station
}

#[test]
fn the_queue_goes_by_school_class_and_name_as_people_count() {
    let mut station = station_with_pupils();
    let expected = pupils();
    let queue = station.ledger.queue_head(Kind::From5, 100).unwrap();
    let niks: Vec<_> = queue.iter().map(|card| &card.person.record.nik).collect();
    assert_eq!(niks, expected.iter().map(|r| &r.nik).collect::<Vec<_>>());
    assert_eq!(
        station.ledger.queue_head(Kind::From5, 2).unwrap(),
        queue[..2]
    );
    assert!(
        station
            .ledger
            .queue_head(Kind::Under5, 9)
            .unwrap()
            .is_empty()
    );
    // A held card leaves its place and comes back to it.
    station.step(queue[2].card, State::Held).unwrap();
    assert_eq!(station.ledger.waiting().unwrap()[0].cards, 6);
    station.step(queue[2].card, State::Accepted).unwrap();
    assert_eq!(station.ledger.queue_head(Kind::From5, 100).unwrap(), queue);
}

/// How SQLite would answer a query, step by step.
fn plan(station: &Station, sql: &str) -> Vec<String> {
    let db = &station.ledger.db;
    let mut query = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let unbound = rusqlite::params_from_iter(vec![0; query.parameter_count()]);
    let steps = query.query_map(unbound, |row| row.get(3)).unwrap();
    steps.map(rusqlite::Result::unwrap).collect()
}

#[test]
fn the_queue_and_the_log_are_read_without_sorting() {
    let station = station_with_pupils();
    for sql in [QUEUE_HEAD, &printed_in_order()] {
        for step in plan(&station, sql) {
            assert!(!step.contains("TEMP B-TREE"), "{step}");
        }
    }
}

#[test]
fn what_a_working_station_asks_all_the_time_never_walks_all_cards_jobs_or_events() {
    let station = station_with_pupils();
    for (sql, index) in [
        (VOID_LOTS, "cards_in_state"),
        (printing::LOTS_OF, "cards_rendered"),
        (printing::UNASSIGNED_LOTS, "cards_rendered"),
        (printing::QUEUE_OF, "cards_rendered"),
        (printing::NEXT_TO_PRINT, "cards_rendered"),
        (
            printing::TAKEN_SINCE,
            "jobs_begun (printer=? AND begun_at>?)",
        ),
        (scanning::SKIPPED, "SEARCH place USING PRIMARY KEY (lot=?)"),
        (scanning::LAST_SCAN, "events_of_scan (actor=?)"),
    ] {
        let plan = plan(&station, sql);
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:?}");
        for step in plan {
            let whole = ["cards", "jobs", "events", "scans"]
                .iter()
                .any(|table| step.starts_with(&format!("SCAN {table}")));
            assert!(!whole || step.contains("cards_rendered"), "{sql}: {step}");
        }
    }
}

#[test]
fn the_log_lists_printed_cards_in_the_order_of_handover() {
    let mut station = station_with_pupils();
    let queue = station.ledger.queue_head(Kind::From5, 100).unwrap();
    let cards: Vec<_> = queue.iter().rev().map(|queued| queued.card).collect();
    station.render(&cards);
    for &card in &cards[1..] {
        station.step(card, State::Printed).unwrap();
    }
    let log = |filter: &PrintedFilter| {
        let mut names = Vec::new();
        station
            .ledger
            .printed_log(filter, |line| {
                names.push(line.record.unwrap().nik);
                Ok::<_, Error>(())
            })
            .unwrap();
        names
    };
    let all: Vec<_> = pupils().map(|record| record.nik).into();
    assert_eq!(log(&PrintedFilter::default()), all[..6]);
    let school = Some("sdn 10 curup".to_owned());
    let one_school = PrintedFilter {
        school,
        ..Default::default()
    };
    assert_eq!(log(&one_school), all[4..5]);
    let printed = Some(crate::ledger::testing::now());
    let since = PrintedFilter {
        since: printed,
        ..Default::default()
    };
    let until = PrintedFilter {
        until: printed,
        ..Default::default()
    };
    assert_eq!((log(&since).len(), log(&until).len()), (6, 0));
}

#[test]
fn a_second_record_is_compared_with_the_live_card() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    let same = child(1);
    let mut newer = child(1);
    newer.id = Some("SIAK-2026-999999".into());
    newer.alasan = Alasan::Rusak;
    let standing = |record: &Record| {
        station
            .ledger
            .live_card(&record.nik, &record.content(None), record.id.as_deref())
            .unwrap()
    };
    let expected = Standing {
        card,
        state: State::Accepted,
        revisi: 1,
        same_content: true,
        same_id: true,
    };
    assert_eq!(standing(&same), Some(expected));
    let expected = Standing {
        same_content: false,
        same_id: false,
        ..expected
    };
    assert_eq!(standing(&newer), Some(expected));
    newer.id = None;
    assert_eq!(standing(&newer), Some(expected));
    assert_eq!(standing(&child(2)), None);
    let mut nameless = child(3);
    nameless.id = None;
    station.write(|tx| tx.accept(new_card(&nameless))).unwrap();
    let found = station
        .ledger
        .live_card(&nameless.nik, &nameless.content(None), None);
    assert!(found.unwrap().unwrap().same_id);
}

#[test]
fn the_same_picture_of_another_child_is_known_until_that_card_is_cancelled() {
    let mut station = Station::new();
    let photo = "b".repeat(64);
    let record = child(1);
    let new = NewCard {
        photo: Some(&photo),
        ..new_card(&record)
    };
    let card = station.write(|tx| tx.accept(new)).unwrap();
    let owner =
        |station: &Station, serial| station.ledger.photo_owner(&photo, &nik(serial)).unwrap();
    assert_eq!(owner(&station, 2), Some(card));
    assert_eq!(owner(&station, 1), None);
    station.step(card, State::Cancelled).unwrap();
    assert_eq!(owner(&station, 2), None);
}

#[test]
fn what_a_person_allowed_holds_for_that_child_and_rule_only() {
    let mut station = Station::new();
    station
        .write(|tx| tx.allow("photo-shared", &nik(1), "kembar"))
        .unwrap();
    let allowed = |rule, serial| station.ledger.is_allowed(rule, &nik(serial)).unwrap();
    assert!(allowed("photo-shared", 1));
    assert!(!allowed("photo-shared", 2) && !allowed("too-old", 1));
    let blank = station.write(|tx| tx.allow("photo-shared", &nik(2), " "));
    assert!(matches!(blank, Err(Error::NoReason)));
}

#[test]
fn the_status_tells_what_waits_and_which_cards_of_a_pdf_are_no_good() {
    let mut station = Station::new();
    let cards = station.accept(1..=6);
    let lot = station.render(&[&cards[..4], &cards[5..]].concat());
    station.step(cards[0], State::Printed).unwrap();
    station.step(cards[5], State::Held).unwrap();
    station.step(cards[1], State::Cancelled).unwrap();
    station
        .write(|tx| {
            tx.move_card(
                cards[2],
                State::Held,
                Evidence::Station,
                Some(Reason::TooOld),
            )?;
            tx.move_card(cards[2], State::Accepted, Evidence::Operator, None)
        })
        .unwrap();
    station
        .write(|tx| {
            tx.move_card(
                cards[4],
                State::Held,
                Evidence::Station,
                Some(Reason::TooOld),
            )
        })
        .unwrap();
    let status = station.ledger.status().unwrap();
    let [open] = &status.open_lots[..] else {
        panic!("{:?}", status.open_lots);
    };
    assert_eq!((open.lot.lot, open.waiting), (lot, 1));
    let not_to_use = [(2, cards[1]), (3, cards[2]), (5, cards[5])];
    assert_eq!(open.not_to_use, not_to_use);
    let [held, _] = &status.need_person[..] else {
        panic!("{:?}", status.need_person);
    };
    assert_eq!((held.card, held.reason), (cards[4], Some(Reason::TooOld)));
    let live: u64 = status.states.iter().map(|(_, cards)| cards).sum();
    assert_eq!(live, 6);
    let (found, in_lot) = station.ledger.lot(lot).unwrap().unwrap();
    assert_eq!(
        (found.cards, station.ledger.lots().unwrap()),
        (5, vec![found])
    );
    let places: Vec<_> = in_lot.iter().map(|c| (c.position, c.card.card)).collect();
    assert_eq!(
        places,
        (1..)
            .zip(cards[..4].iter().chain(&cards[5..]).copied())
            .collect::<Vec<_>>()
    );
    assert_eq!(in_lot[2].card.lot, None);
    assert_eq!(status.void_lots, [], "the others of that lot are wanted");
}

#[test]
fn a_lot_of_which_no_card_is_wanted_any_more_is_told_of() {
    let mut station = Station::new();
    let cards = station.accept(1..=2);
    let lot = station.render(&cards);
    for card in cards {
        assert_eq!(station.ledger.status().unwrap().void_lots, []);
        station.step(card, State::Cancelled).unwrap();
    }
    let status = station.ledger.status().unwrap();
    let lots: Vec<_> = status.void_lots.iter().map(|void| void.lot).collect();
    assert_eq!((lots, status.open_lots), (vec![lot], vec![]));
}

#[test]
fn a_reader_sees_what_was_written_and_writes_nothing() {
    let mut station = Station::new();
    let reader = Ledger::open_read_only(station.path()).unwrap();
    let card = station.accept(1..=1)[0];
    assert_eq!(reader.state(card).unwrap(), Some(State::Accepted));
    assert!(reader.db.execute("DELETE FROM queue", []).is_err());
    let seen = reader.snapshot(|reader| {
        let before = reader.waiting()?;
        station.accept(2..=2);
        Ok::<_, Error>(before == reader.waiting()?)
    });
    assert!(seen.unwrap());
    assert_eq!(reader.waiting().unwrap()[0].cards, 2);
}

#[test]
fn a_child_is_found_by_nik_and_by_any_part_of_the_name_in_any_case() {
    let mut station = Station::new();
    let mut cards = Vec::new();
    for (serial, name) in [
        (1, "ANI BUDIARTI"),
        (2, "BUDI"),
        (3, "CITRA"),
        (4, "BUDIMAN"),
    ] {
        let record = pupil(serial, "SDN 2 CURUP", "1A", name);
        cards.push(station.write(|tx| tx.accept(new_card(&record))).unwrap());
    }
    let found = |text: &str, page| -> Vec<CardId> {
        let found = station.ledger.search(text, page).unwrap();
        found.iter().map(|found| found.card.card).collect()
    };
    // Those that begin with it come first.
    assert_eq!(found("budi", 0), [cards[1], cards[3], cards[0]]);
    assert_eq!(found("  Itra ", 0), [cards[2]]);
    assert_eq!(found("budi", 1), []);
    assert_eq!(found("b", 0), []);
    assert_eq!(found("100%", 0), []);
    assert_eq!(found(nik(3).as_str(), 0), [cards[2]]);
    assert_eq!(found(&cards[3].to_string(), 0), [cards[3]]);
    station
        .write(|tx| {
            tx.move_card(cards[1], State::Cancelled, Evidence::Operator, None)?;
            tx.erase(cards[1], "purge")
        })
        .unwrap();
    let found = |text: &str| station.ledger.search(text, 0).unwrap();
    assert_eq!(found("budi").len(), 2, "an erased name is not found");
    assert_eq!(found(nik(2).as_str()).len(), 1, "an erased child's NIK is");
}

#[test]
fn a_school_is_found_by_number_and_name_and_its_cards_come_in_class_order_page_by_page() {
    let mut station = Station::new();
    let count = PAGE + 3;
    for serial in 1..=count {
        let class = format!("{}A", serial % 12 + 1);
        let record = pupil(serial, "SDN 2 CURUP", &class, "ANI");
        station.write(|tx| tx.accept(new_card(&record))).unwrap();
    }
    let mut numbered = pupil(count + 1, "SMPN 1 CURUP", "7", "BUDI");
    numbered.sekolah.as_mut().unwrap().npsn = Some("10700009".into());
    station.write(|tx| tx.accept(new_card(&numbered))).unwrap();
    let none = pupil(count + 2, "", "", "CITRA");
    station.write(|tx| tx.accept(new_card(&none))).unwrap();
    let names = |text: &str| -> Vec<Option<String>> {
        let schools = station.ledger.schools(text).unwrap();
        schools.into_iter().map(|school| school.nama).collect()
    };
    let [sd, smp] = ["SDN 2 CURUP", "SMPN 1 CURUP"].map(|name| Some(name.to_owned()));
    assert_eq!(names("curup"), [sd.clone(), smp.clone()]);
    assert_eq!(names("10700009"), [smp]);
    assert_eq!(names("sdn 2"), [sd]);
    assert_eq!(names("tidak ada"), []);
    let school = &station.ledger.schools("sdn").unwrap()[0];
    let pages = [0, 1].map(|page| station.ledger.cards_of_school(school, page).unwrap());
    assert_eq!(pages.each_ref().map(Vec::len), [PAGE as usize, 3]);
    let classes = pages.iter().flatten();
    let classes: Vec<u32> = classes
        .map(|found| {
            let class = found.card.sekolah.kelas.as_deref().unwrap();
            class.trim_end_matches('A').parse().unwrap()
        })
        .collect();
    assert!(classes.is_sorted(), "{classes:?}");
}
