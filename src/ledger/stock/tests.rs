//! No sequence of operations makes blanks vanish: the books against blanks that are moved about
//! in a model of the room.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;

use super::write::{Close, NewMovement};
use crate::domain::card::{Evidence, Progress, SpoilReason, State};
use crate::domain::ids::CardId;
use crate::domain::job::{Ended, Side};
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::ledger::cards::outcome::Settlement;
use crate::ledger::cards::write::Remake;
use crate::ledger::error::{Error, Result};
use crate::ledger::printing::write::NewJob;
use crate::ledger::testing::{Station, child, files, new_card, new_lot, now};
use crate::ledger::verify::Finding;
use crate::ledger::verify::verify;

fn moved(movement: Movement, count: u32) -> NewMovement<'static> {
    NewMovement {
        media: "kia",
        movement,
        count,
        batch: None,
        serials: None,
        note: None,
    }
}

fn close(day: i8, counted: u32) -> Close<'static> {
    Close {
        media: "kia",
        date: date(2026, 11, day),
        counted,
        explained: None,
    }
}

/// A station with so many blanks.
fn stocked(blanks: u32) -> Station {
    let mut station = Station::new();
    station
        .write(|tx| tx.move_stock(moved(Movement::Received, blanks)))
        .unwrap();
    station
}

#[test]
fn a_closed_day_is_never_reopened_and_the_next_one_opens_with_the_count() {
    let mut station = stocked(100);
    station.write(|tx| tx.close_day(close(24, 100))).unwrap();
    let again = station.write(|tx| tx.close_day(close(24, 100)));
    assert!(matches!(again, Err(Error::DayClosed(_))));
    let earlier = station.write(|tx| tx.close_day(close(23, 100)));
    assert!(matches!(earlier, Err(Error::DayClosed(_))));
    station
        .write(|tx| tx.move_stock(moved(Movement::Lent, 30)))
        .unwrap();
    let days = station.ledger.closed_days("kia").unwrap();
    assert_eq!((days[0].balance.lent, days[0].closing), (0, 100));
    let open = station.ledger.open_day("kia").unwrap().unwrap();
    assert_eq!(
        (open.balance.opening, open.closing, open.lent_out),
        (100, 70, 30)
    );
}

#[test]
fn a_difference_needs_an_explanation_that_another_person_countersigns() {
    let mut station = stocked(607);
    let mut by = |close| {
        station
            .ledger
            .write("operator:siti", now(), |tx| tx.close_day(close))
    };
    let short = close(24, 107);
    assert!(matches!(
        by(short),
        Err(Error::Difference {
            computed: 607,
            counted: 107
        })
    ));
    for (why, second) in [("500 hilang", "siti"), ("500 hilang", " ")] {
        let alone = by(Close {
            explained: Some((why, second)),
            ..short
        });
        assert!(matches!(alone, Err(Error::SecondPerson)));
    }
    let mute = by(Close {
        explained: Some((" ", "budi")),
        ..short
    });
    assert!(matches!(mute, Err(Error::Difference { .. })));
    by(Close {
        explained: Some(("500 hilang", "budi")),
        ..short
    })
    .unwrap();
    let day = station.ledger.closed_days("kia").unwrap().remove(0);
    assert_eq!(day.closing, 607);
    let closed = day.closed.unwrap();
    assert_eq!(
        (closed.counted, closed.actor.as_str()),
        (107, "operator:siti")
    );
    assert_eq!(closed.second.as_deref(), Some("budi"));
    let open = station.ledger.open_day("kia").unwrap().unwrap();
    assert_eq!(open.closing, 107);
}

#[test]
fn nobody_lends_more_than_there_is_and_no_more_comes_back_than_was_lent() {
    let mut station = stocked(10);
    for (movement, count) in [
        (Movement::Lent, 11),
        (Movement::Test, 11),
        (Movement::Spoiled, 11),
        (Movement::Returned, 1),
        (Movement::Received, 0),
    ] {
        let refused = station.write(|tx| tx.move_stock(moved(movement, count)));
        assert!(
            matches!(refused, Err(Error::StockShort { .. })),
            "{movement:?}"
        );
    }
    let unknown = station.write(|tx| {
        tx.move_stock(NewMovement {
            media: "putih",
            ..moved(Movement::Lent, 1)
        })
    });
    assert!(matches!(unknown, Err(Error::NoStock(media)) if media == "putih"));
}

#[test]
fn a_card_spoiled_later_turns_from_good_only_if_it_was_booked_as_good() {
    let mut station = Station::new();
    let cards = station.accept(1..=2);
    station.render(&cards);
    station.step(cards[0], State::Printed).unwrap();
    station
        .write(|tx| {
            tx.move_stock(moved(Movement::Received, 10))?;
            tx.move_card(cards[1], State::Printed, Evidence::Operator, None)?;
            for &card in &cards {
                tx.spoil(card, SpoilReason::Buram, Evidence::Operator, Remake::No)?;
            }
            Ok(())
        })
        .unwrap();
    let open = station.ledger.open_day("kia").unwrap().unwrap();
    // The first was printed before stock was kept: its blank is not of these ten.
    assert_eq!(
        (open.balance.good, open.balance.spoiled, open.closing),
        (0, 1, 9)
    );
    assert_eq!(station.ledger.to_destroy().unwrap(), cards);
}

#[test]
fn serials_are_received_once_and_a_stranger_is_told() {
    let mut station = Station::new();
    let mut receive = |first: &str, last: &str| {
        let serials = SerialRange {
            first: first.into(),
            last: last.into(),
        };
        station.write(|tx| {
            tx.move_stock(NewMovement {
                serials: Some(&serials),
                ..moved(Movement::Received, 100)
            })
        })
    };
    receive("KIA0100", "KIA0199").unwrap();
    assert!(matches!(
        receive("KIA0150", "KIA0249"),
        Err(Error::SerialsKnown)
    ));
    assert!(matches!(
        receive("KIA0299", "KIA0200"),
        Err(Error::SerialForm)
    ));
    assert!(matches!(
        receive("KIA0200", "KIA0298"),
        Err(Error::SerialCount {
            serials: 99,
            count: 100
        })
    ));
    receive("KIA0200", "KIA0299").unwrap();
    assert_eq!(station.ledger.is_received("KIA0299").unwrap(), Some(true));
    assert_eq!(station.ledger.is_received("KIA0300").unwrap(), Some(false));
    assert_eq!(
        station.ledger.open_day("kia").unwrap().unwrap().closing,
        200
    );
}

#[test]
fn every_spoiled_card_is_destroyed_once_and_stands_in_the_minutes_with_name_and_reason() {
    let mut station = stocked(10);
    let cards = station.accept(1..=3);
    station.render(&cards);
    station
        .write(|tx| {
            tx.move_card(cards[0], State::Printed, Evidence::Operator, None)?;
            for &card in &cards[1..] {
                tx.read_serial(card, &format!("KIA-{}", card.number()))?;
                tx.spoil(card, SpoilReason::Macet, Evidence::Operator, Remake::No)?;
            }
            tx.erase(cards[2], "purpose-ended")?;
            tx.move_stock(moved(Movement::Spoiled, 1))
        })
        .unwrap();
    let blanks: BTreeMap<String, u32> = [("kia".to_owned(), 1)].into();
    let witnesses = ["SAKSI SATU".to_owned(), "SAKSI DUA".to_owned()];
    assert!(station.write(|tx| tx.destroy(&[], &blanks)).is_err());
    let two = [("kia".to_owned(), 2)].into();
    assert!(station.write(|tx| tx.destroy(&witnesses, &two)).is_err());
    let minutes = station.write(|tx| tx.destroy(&witnesses, &blanks)).unwrap();
    let found = station.ledger.destruction(minutes).unwrap().unwrap();
    assert_eq!((found.minutes, found.witnesses.len()), (1, 2));
    assert_eq!(found.blanks, blanks);
    let items: Vec<_> = found
        .cards
        .iter()
        .map(|item| {
            (
                item.card.card,
                item.card.reason.unwrap().code(),
                item.serial.clone().unwrap(),
                item.record.as_ref().map(|record| record.nama.clone()),
            )
        })
        .collect();
    assert_eq!(
        items,
        [
            (
                cards[1],
                "macet",
                "KIA-2".into(),
                Some("ANAK CONTOH 2".into())
            ),
            (cards[2], "macet", "KIA-3".into(), None),
        ]
    );
    let nothing = station.write(|tx| tx.destroy(&witnesses, &BTreeMap::new()));
    assert!(matches!(nothing, Err(Error::Minutes)));
    // The fresh blanks are what they were: 10, less one good, two spoiled and one faulty.
    let open = station.ledger.open_day("kia").unwrap().unwrap();
    assert_eq!((open.closing, open.faulty), (6, 0));
}

#[test]
fn the_forecast_knows_the_ribbon_the_blanks_the_queue_and_the_spoil_rate() {
    let mut station = Station::new();
    assert_eq!(station.ledger.forecast().unwrap(), None);
    let cards = station.accept(1..=13);
    station.render(&cards[..10]);
    station
        .write(|tx| {
            tx.move_stock(moved(Movement::Received, 100))?;
            tx.move_ribbon(RibbonMovement::Received {
                ribbons: 2,
                prints: 20,
            })?;
            tx.move_ribbon(RibbonMovement::PutIn { discarded: 0 })?;
            tx.move_ribbon(RibbonMovement::UsedElsewhere { prints: 25 })?;
            for &card in &cards[..8] {
                tx.move_card(card, State::Printed, Evidence::Operator, None)?;
            }
            for &card in &cards[8..10] {
                tx.spoil(card, SpoilReason::Pita, Evidence::Operator, Remake::No)?;
            }
            Ok(())
        })
        .unwrap();
    let ribbons = station.ledger.ribbons().unwrap().unwrap();
    assert_eq!((ribbons.shelf, ribbons.prints), (1, 5));
    let forecast = station.ledger.forecast().unwrap().unwrap();
    // Eight of ten came out good.
    assert_eq!(
        (forecast.ribbon_cards, forecast.blank_cards, forecast.queue),
        (Some(4), Some(72), 3)
    );
    assert!(!forecast.is_short());
    let two = RibbonMovement::PutIn { discarded: 0 };
    station.write(|tx| tx.move_ribbon(two)).unwrap();
    let none = station.write(|tx| tx.move_ribbon(two));
    assert!(matches!(none, Err(Error::StockShort { .. })));
}

/// Something that happens in the room.
#[derive(Debug, Clone, Copy)]
enum Step {
    Move(Movement, u32),
    Accept(u32),
    Render,
    Print(usize, u8),
    Settle(usize, u8),
    Spoil(usize),
    Walk(usize, usize),
    Destroy(u32),
    Close(i8),
}

fn step() -> impl Strategy<Value = Step> {
    let movement = prop::sample::select(vec![
        Movement::Received,
        Movement::Lent,
        Movement::Returned,
        Movement::Test,
        Movement::Spoiled,
    ]);
    prop_oneof![
        3 => (movement, 0..40u32).prop_map(|(movement, count)| Step::Move(movement, count)),
        3 => (1..60u32).prop_map(Step::Accept),
        2 => Just(Step::Render),
        6 => (0..40usize, 0..4u8).prop_map(|(card, end)| Step::Print(card, end)),
        3 => (0..40usize, 0..3u8).prop_map(|(card, said)| Step::Settle(card, said)),
        2 => (0..40usize).prop_map(Step::Spoil),
        4 => (0..40usize, 0..State::ALL.len()).prop_map(|(card, to)| Step::Walk(card, to)),
        1 => (0..3u32).prop_map(Step::Destroy),
        1 => (-2..3i8).prop_map(Step::Close),
    ]
}

/// Where the blanks lie, by eye.
#[derive(Debug, Default)]
struct Room {
    known: bool,
    /// Everything that ever came.
    came: i64,
    shelf: i64,
    lent: i64,
    test: i64,
    faulty: i64,
    destroyed_blanks: i64,
    /// Found too many or too few, and explained.
    explained: i64,
    days: i8,
}

impl Room {
    fn book(&mut self, movement: Movement, count: u32) {
        let count = i64::from(count);
        match movement {
            Movement::Received => {
                self.known = true;
                self.came += count;
                self.shelf += count;
            }
            Movement::Lent => (self.shelf, self.lent) = (self.shelf - count, self.lent + count),
            Movement::Returned => (self.shelf, self.lent) = (self.shelf + count, self.lent - count),
            Movement::Test => (self.shelf, self.test) = (self.shelf - count, self.test + count),
            Movement::Spoiled => {
                (self.shelf, self.faulty) = (self.shelf - count, self.faulty + count);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_operations_makes_blanks_vanish(
        steps in prop::collection::vec(step(), 1..120)
    ) {
        let mut station = Station::new();
        let mut room = Room::default();
        let mut cards: Vec<CardId> = Vec::new();
        // Cards for which a blank was taken off the shelf while stock was kept.
        let mut used = BTreeSet::new();
        for step in steps {
            let pick = |at: usize, cards: &[CardId]| {
                (!cards.is_empty()).then(|| cards[at % cards.len()])
            };
            let touched = match step {
                Step::Print(at, _) | Step::Settle(at, _) | Step::Spoil(at) | Step::Walk(at, _) => {
                    pick(at, &cards)
                }
                _ => None,
            };
            let was_out = touched.is_some_and(|card| is_out(&station, card));
            let outcome: Result<Option<CardId>> = match step {
                Step::Move(movement, count) => {
                    let done = station.write(|tx| tx.move_stock(moved(movement, count)));
                    if done.is_ok() {
                        room.book(movement, count);
                    }
                    done.map(|()| None)
                }
                Step::Accept(serial) => {
                    station.write(|tx| tx.accept(new_card(&child(serial))).map(Some))
                }
                Step::Render => station.write(|tx| {
                    let kind = crate::domain::card::Kind::From5;
                    let head: Vec<_> = tx.queue_head(kind, 9)?.iter().map(|c| c.card).collect();
                    let lot = tx.next_lot()?;
                    tx.make_lot(new_lot(lot, &head, &format!("{lot}.pdf")))?;
                    Ok(None)
                }),
                Step::Print(_, end) => {
                    let Some(card) = touched else { continue };
                    station.write(|tx| {
                        let job = tx.next_job_name(card)?;
                        tx.begin_job(NewJob {
                            card,
                            job: &job,
                            printer: "p1",
                            media: None,
                            side: Side::Both,
                            sha256: &"0".repeat(64),
                        })?;
                        let ended = match end {
                            0 => Ended::Printed,
                            1 => Ended::NotPrinted,
                            2 => Ended::Unconfirmed,
                            _ => Ended::Spoiled(SpoilReason::Macet),
                        };
                        tx.end_job(&job, ended, None, Remake::Yes { token: None })
                    })
                }
                Step::Settle(_, said) => {
                    let Some(card) = touched else { continue };
                    let said = match said {
                        0 => Settlement::Good,
                        1 => Settlement::NotOut,
                        _ => Settlement::Spoiled {
                            reason: SpoilReason::Pita,
                            remake: Remake::Yes { token: None },
                        },
                    };
                    station.write(|tx| tx.settle(card, said))
                }
                Step::Spoil(_) => {
                    let Some(card) = touched else { continue };
                    station.write(|tx| {
                        tx.spoil(card, SpoilReason::Buram, Evidence::Operator, Remake::No)
                    })
                }
                Step::Walk(_, to) => {
                    let Some(card) = touched else { continue };
                    let to = State::ALL[to];
                    station.write(|tx| {
                        tx.move_card(card, to, Evidence::Operator, None).map(|_| None)
                    })
                }
                Step::Destroy(blanks) => {
                    let of = (blanks > 0).then(|| ("kia".to_owned(), blanks));
                    let done = station.write(|tx| {
                        tx.destroy(&["SAKSI".to_owned()], &of.into_iter().collect())
                    });
                    if done.is_ok() {
                        room.faulty -= i64::from(blanks);
                        room.destroyed_blanks += i64::from(blanks);
                    }
                    done.map(|_| None)
                }
                Step::Close(wrong) => {
                    let Ok(counted) = u32::try_from(room.shelf + i64::from(wrong)) else {
                        continue;
                    };
                    let explained = (wrong != 0).then_some(("salah hitung", "budi"));
                    let done = station.ledger.write("operator:siti", now(), |tx| {
                        tx.close_day(Close {
                            media: "kia",
                            date: date(2026, 11, 1).checked_add(
                                jiff::Span::new().days(i64::from(room.days))).unwrap(),
                            counted,
                            explained,
                        })
                    });
                    if done.is_ok() {
                        room.days += 1;
                        room.shelf += i64::from(wrong);
                        room.explained += i64::from(wrong);
                    }
                    done.map(|()| None)
                }
            };
            match outcome {
                Ok(new) => cards.extend(new),
                Err(Error::Database(error)) => panic!("{step:?}: {error}"),
                Err(_) => {}
            }
            // A blank left the shelf when, and only when, its card came out of the printer.
            if let Some(card) = touched
                && room.known
                && !was_out
                && is_out(&station, card)
            {
                used.insert(card);
                room.shelf -= 1;
            }
            if room.known {
                let open = station.ledger.open_day("kia").unwrap().unwrap();
                prop_assert_eq!(open.closing, room.shelf, "{:?}", step);
                prop_assert_eq!(open.lent_out, room.lent);
                prop_assert_eq!(open.faulty, room.faulty);
            }
        }
        // Every blank that ever came lies somewhere.
        let everywhere = room.shelf - room.explained + room.lent + room.test + room.faulty
            + room.destroyed_blanks + i64::try_from(used.len()).unwrap();
        prop_assert_eq!(everywhere, room.came);
        let days = station.ledger.closed_days("kia").unwrap();
        let open = station.ledger.open_day("kia").unwrap();
        for pair in days.iter().chain(&open).collect::<Vec<_>>().windows(2) {
            let counted = pair[0].closed.as_ref().unwrap().counted;
            prop_assert_eq!(pair[1].balance.opening, i64::from(counted));
        }
        let booked: i64 = days.iter().chain(&open)
            .map(|day| day.balance.good + day.balance.spoiled).sum();
        prop_assert_eq!(booked, i64::try_from(used.len()).unwrap() + room.faulty
            + room.destroyed_blanks);
        let nowhere = station.path().join("none");
        let findings = verify(&station.ledger, &files(&nowhere)).unwrap().findings;
        // The lots' PDFs were never written; nothing else may be found.
        prop_assert!(
            findings.iter().all(|f| matches!(f, Finding::File { .. })),
            "{:?}", findings
        );
    }
}

/// Whether the card came out of the printer at some time.
fn is_out(station: &Station, card: CardId) -> bool {
    let state = station.ledger.state(card).unwrap().unwrap();
    state.progress() == Progress::Printed
}
