use super::write::Scan;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::scan::{Refusal, Verdict};
use crate::ledger::cards::outcome::Reprint;
use crate::ledger::cards::write::{NewCard, Remake};
use crate::ledger::error::Error;
use crate::ledger::event::Event;
use crate::ledger::testing::{Station, child, new_card, now};

/// A printed lot of children with the tokens `T1`, `T2`, …
fn printed(station: &mut Station, count: u32) -> (Vec<CardId>, LotId) {
    let cards: Vec<CardId> = station
        .write(|tx| {
            (1..=count)
                .map(|serial| {
                    let record = child(serial);
                    tx.accept(NewCard {
                        token: Some(&format!("T{serial}")),
                        ..new_card(&record)
                    })
                })
                .collect()
        })
        .unwrap();
    let lot = station.render(&cards);
    for &card in &cards {
        station.step(card, State::Printed).unwrap();
    }
    (cards, lot)
}

fn scan(station: &mut Station, code: &str, lot: Option<LotId>) -> Scan {
    station.write(|tx| tx.scan(code, lot)).unwrap()
}

fn refusal(scan: &Scan) -> Option<Refusal> {
    match scan.verdict {
        Verdict::Refused(refusal) => Some(refusal),
        Verdict::Good { .. } => None,
    }
}

#[test]
fn a_scan_verifies_a_printed_card_once_and_says_what_was_skipped() {
    let mut station = Station::new();
    let (cards, lot) = printed(&mut station, 4);
    let third = scan(&mut station, "T3", Some(lot));
    assert_eq!(
        third.verdict,
        Verdict::Good {
            skipped: vec![cards[0], cards[1]]
        }
    );
    assert_eq!(
        station.ledger.state(cards[2]).unwrap(),
        Some(State::Verified)
    );
    // What was said to be skipped comes late, and is no news.
    let first = scan(&mut station, "T1", Some(lot));
    assert_eq!(first.verdict, Verdict::Good { skipped: vec![] });
    let fourth = scan(&mut station, "T4", Some(lot));
    assert_eq!(fourth.verdict, Verdict::Good { skipped: vec![] });
    let again = scan(&mut station, "T3", Some(lot));
    assert_eq!(refusal(&again), Some(Refusal::Repeated));
    assert_eq!((again.card, again.since), (Some(cards[2]), Some(now())));
    let stranger = scan(&mut station, "T2", Some(LotId::new(9)));
    assert_eq!(refusal(&stranger), Some(Refusal::OtherLot));
    let unknown = scan(&mut station, "T9", None);
    assert_eq!(
        (refusal(&unknown), unknown.card),
        (Some(Refusal::Unknown), None)
    );
    // Refusals are on record, with the card where there is one.
    let refused = station.ledger.history(cards[2]).unwrap();
    assert!(refused.iter().any(|entry| matches!(&entry.event,
        Event::CardScanned(scan) if scan.refusal == Some(Refusal::Repeated))));
}

#[test]
fn a_supplied_code_leads_to_the_childs_live_card_also_after_erasure() {
    let mut station = Station::new();
    let mut record = child(1);
    record.qr = Some("https://contoh.invalid/x?1".into());
    let code = record.qr.clone().unwrap();
    let card = station.write(|tx| tx.accept(new_card(&record))).unwrap();
    station.render(&[card]);
    let again = station
        .write(|tx| {
            let remake = Remake::Yes { token: Some("T") };
            tx.spoil(card, SpoilReason::Buram, Evidence::Operator, remake)
        })
        .unwrap()
        .unwrap();
    assert_eq!(station.ledger.person(again).unwrap().unwrap().token, None);
    station.render(&[again]);
    station.step(again, State::Printed).unwrap();
    assert_eq!(scan(&mut station, &code, None).card, Some(again));
    station
        .write(|tx| {
            tx.move_card(again, State::Void, Evidence::Operator, None)?;
            tx.erase(again, "purpose-ended")
        })
        .unwrap();
    let found = scan(&mut station, &code, None);
    assert_eq!(found.card, Some(again));
    assert_eq!(refusal(&found), Some(Refusal::NotToUse));
}

#[test]
fn a_code_that_two_children_carry_verifies_neither() {
    let mut station = Station::new();
    let cards: Vec<_> = (1..=2)
        .map(|serial| {
            let mut record = child(serial);
            record.qr = Some("SAMA".into());
            station.write(|tx| tx.accept(new_card(&record))).unwrap()
        })
        .collect();
    station.render(&cards);
    for &card in &cards {
        station.step(card, State::Printed).unwrap();
    }
    let found = scan(&mut station, "SAMA", None);
    assert_eq!(refusal(&found), Some(Refusal::Ambiguous));
    for card in cards {
        assert_eq!(station.ledger.state(card).unwrap(), Some(State::Printed));
    }
}

#[test]
fn a_serial_belongs_to_one_card_for_ever_also_when_the_card_is_spoiled() {
    let mut station = Station::new();
    let (cards, _) = printed(&mut station, 2);
    station
        .write(|tx| {
            assert_eq!(tx.read_serial(cards[0], "KIA0001")?, None);
            assert_eq!(tx.read_serial(cards[0], "KIA0001")?, None);
            assert!(tx.read_serial(cards[0], "KIA 1").is_err());
            tx.spoil(cards[0], SpoilReason::Buram, Evidence::Operator, Remake::No)
        })
        .unwrap();
    for (card, serial) in [(cards[1], "KIA0001"), (cards[0], "KIA0002")] {
        let taken = station.write(|tx| tx.read_serial(card, serial));
        assert!(matches!(taken, Err(Error::SerialTaken(card)) if card == cards[0]));
    }
    let serial = station.ledger.serial(cards[0]).unwrap();
    assert_eq!(serial.as_deref(), Some("KIA0001"));
}

#[test]
fn undo_takes_back_the_last_scan_of_its_own_person_with_its_serial() {
    let mut station = Station::new();
    let (cards, lot) = printed(&mut station, 2);
    let mut by = |who: &str, code: Option<&str>| {
        station.ledger.write(who, now(), |tx| match code {
            Some(code) => tx.scan(code, Some(lot)).map(|scan| scan.card),
            None => tx.undo_scan().map(Some),
        })
    };
    by("operator:siti", Some("T1")).unwrap();
    by("operator:budi", Some("T2")).unwrap();
    station
        .write(|tx| tx.read_serial(cards[0], "KIA0001"))
        .unwrap();
    let mut by = |who: &str| station.ledger.write(who, now(), |tx| tx.undo_scan());
    assert_eq!(by("operator:siti").unwrap(), cards[0]);
    assert!(matches!(by("operator:siti"), Err(Error::NoScan)));
    assert_eq!(
        station.ledger.state(cards[0]).unwrap(),
        Some(State::Printed)
    );
    assert_eq!(station.ledger.serial(cards[0]).unwrap(), None);
    assert_eq!(
        station.ledger.state(cards[1]).unwrap(),
        Some(State::Verified)
    );
}

#[test]
fn a_card_proved_good_is_made_again_only_with_a_second_person() {
    let mut station = Station::new();
    let (cards, _) = printed(&mut station, 3);
    scan(&mut station, "T1", None);
    let lost = Reprint {
        reason: ReprintReason::Hilang,
        evidence: ReprintEvidence::PoliceLetter,
        reference: Some("LP/12/XI/2026"),
        second: None,
        token: Some("N1"),
    };
    let mut by = |card, new| {
        station
            .ledger
            .write("operator:siti", now(), |tx| tx.reprint(card, new))
    };
    for second in [None, Some("siti"), Some("Siti "), Some(" ")] {
        let alone = by(cards[0], Reprint { second, ..lost });
        assert!(matches!(alone, Err(Error::SecondPerson)), "{second:?}");
    }
    let second = Some("budi");
    let evidence = ReprintEvidence::OldCard;
    let unproved = by(
        cards[0],
        Reprint {
            second,
            evidence,
            ..lost
        },
    );
    assert!(matches!(unproved, Err(Error::Evidence)));
    let again = by(cards[0], Reprint { second, ..lost }).unwrap().unwrap();
    let damaged = Reprint {
        reason: ReprintReason::Rusak,
        evidence,
        token: Some("N2"),
        ..lost
    };
    let other = by(cards[1], damaged).unwrap().unwrap();
    assert!(matches!(by(again, damaged), Err(Error::NotOut(_))));
    let ledger = &station.ledger;
    assert_eq!(ledger.state(cards[0]).unwrap(), Some(State::Void));
    assert_eq!(ledger.state(cards[1]).unwrap(), Some(State::Spoiled));
    for (old, new) in [(cards[0], again), (cards[1], other)] {
        let new = ledger.card(new).unwrap().unwrap();
        assert_eq!((new.attempt, new.replaces, new.lot), (2, Some(old), None));
        assert_eq!(new.state, State::Accepted);
    }
    assert_eq!(ledger.state(cards[2]).unwrap(), Some(State::Printed));
    let history = ledger.history(cards[0]).unwrap();
    assert!(history.iter().any(|entry| matches!(&entry.event,
        Event::CardMoved(moved) if moved.second.as_deref() == Some("budi"))));
}

#[test]
fn spoiling_is_no_way_round_the_second_person() {
    let mut station = Station::new();
    let (cards, _) = printed(&mut station, 1);
    scan(&mut station, "T1", None);
    let spoil = |station: &mut Station, remake| {
        station.ledger.write("operator:siti", now(), |tx| {
            tx.spoil(cards[0], SpoilReason::Buram, Evidence::Operator, remake)
        })
    };
    let token = Some("N1");
    let alone = spoil(&mut station, Remake::Yes { token });
    assert!(matches!(alone, Err(Error::SecondPerson)));
    let undo = station.ledger.write("station", now(), |tx| tx.undo_scan());
    assert_eq!(undo.unwrap(), cards[0]);
    let alone = spoil(&mut station, Remake::Yes { token });
    assert!(matches!(alone, Err(Error::SecondPerson)), "after undoing");
    let second = "siti";
    let alone = spoil(&mut station, Remake::Agreed { token, second });
    assert!(matches!(alone, Err(Error::SecondPerson)));
    let second = "budi";
    assert!(
        spoil(&mut station, Remake::Agreed { token, second })
            .unwrap()
            .is_some()
    );
}
