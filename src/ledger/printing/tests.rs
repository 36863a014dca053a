use super::write::NewJob;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::device::DeviceState;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Ended, Side, Stage};
use crate::domain::reason::Reason;
use crate::ledger::cards::outcome::Settlement;
use crate::ledger::cards::write::Remake;
use crate::ledger::error::{Error, Result};
use crate::ledger::testing::{Station, now};
use crate::ledger::tx::Tx;

const PDF: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn begin(tx: &mut Tx<'_>, card: CardId, side: Side) -> Result<String> {
    let job = tx.next_job_name(card)?;
    tx.begin_job(NewJob {
        card,
        job: &job,
        printer: "p1",
        media: None,
        side,
        sha256: PDF,
    })?;
    Ok(job)
}

/// A job that goes its whole way to this end.
fn run(tx: &mut Tx<'_>, card: CardId, side: Side, ended: Ended) -> Result<Option<CardId>> {
    let job = begin(tx, card, side)?;
    tx.job_created(&job, 1, Some("urn:uuid:a"), None)?;
    tx.job_sent(&job)?;
    tx.end_job(&job, ended, None, Remake::Yes { token: None })
}

fn state(station: &Station, card: CardId) -> State {
    station.ledger.state(card).unwrap().unwrap()
}

#[test]
fn a_card_goes_through_a_job_in_two_phases_and_each_is_on_record() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    station.render(&[card]);
    let job = station.write(|tx| begin(tx, card, Side::Both)).unwrap();
    assert_eq!(job, format!("kia:{card}"));
    assert_eq!(state(&station, card), State::Submitting);
    station
        .write(|tx| tx.job_created(&job, 42, Some("urn:uuid:a"), Some("ipp://localhost/42")))
        .unwrap();
    let open = station.ledger.open_jobs("p1").unwrap();
    assert_eq!((open[0].id, open[0].stage), (Some(42), Stage::Created));
    assert!(station.ledger.open_jobs("p2").unwrap().is_empty());
    station.write(|tx| tx.job_sent(&job)).unwrap();
    assert_eq!(state(&station, card), State::Sent);
    station
        .write(|tx| tx.end_job(&job, Ended::Printed, None, Remake::No))
        .unwrap();
    assert_eq!(state(&station, card), State::Printed);
    assert!(station.ledger.open_jobs("p1").unwrap().is_empty());
    assert_eq!(station.ledger.taken_since("p1", now()).unwrap(), 1);
    assert_eq!(station.ledger.taken_since("p2", now()).unwrap(), 0);
    let again = station.write(|tx| tx.end_job(&job, Ended::Printed, None, Remake::No));
    assert!(matches!(again, Err(Error::Job(_))));
    let printed = station.write(|tx| begin(tx, card, Side::Both));
    assert!(matches!(printed, Err(Error::Job(_))));
}

#[test]
fn a_card_that_surely_never_printed_waits_again_at_its_place_under_a_new_job_name() {
    let mut station = Station::new();
    let cards = station.accept(1..=3);
    let lot = station.render(&cards);
    station
        .write(|tx| {
            tx.assign_lot(lot, Some("p1"))?;
            run(tx, cards[0], Side::Both, Ended::NotPrinted)
        })
        .unwrap();
    let next = station.ledger.next_to_print("p1").unwrap().unwrap();
    assert_eq!((next.card, next.lot, next.position), (cards[0], lot, 1));
    let name = station.ledger.next_job_name(cards[0]).unwrap();
    assert_eq!(name, format!("kia:{}.2", cards[0]));
    station
        .write(|tx| run(tx, cards[0], Side::Both, Ended::Printed))
        .unwrap();
    let next = station.ledger.next_to_print("p1").unwrap().unwrap();
    assert_eq!(next.card, cards[1]);
}

#[test]
fn a_job_that_ends_before_it_was_sent_is_not_lost_and_one_card_has_one_open_job() {
    let mut station = Station::new();
    let cards = station.accept(1..=2);
    station.render(&cards);
    station
        .write(|tx| {
            let job = begin(tx, cards[0], Side::Both)?;
            tx.job_created(&job, 1, None, None)?;
            tx.end_job(&job, Ended::Printed, None, Remake::No)?;
            let job = begin(tx, cards[1], Side::Both)?;
            assert!(matches!(
                begin(tx, cards[1], Side::Both),
                Err(Error::Job(_))
            ));
            tx.end_job(&job, Ended::Unconfirmed, Some(Reason::JobGone), Remake::No)
        })
        .unwrap();
    assert_eq!(state(&station, cards[0]), State::Printed);
    let card = station.ledger.card(cards[1]).unwrap().unwrap();
    assert_eq!(card.state, State::Unconfirmed);
    assert_eq!(card.reason, Some(Reason::JobGone));
}

#[test]
fn what_a_person_said_meanwhile_stands_when_the_job_ends() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    station.render(&[card]);
    station
        .write(|tx| {
            let job = begin(tx, card, Side::Both)?;
            tx.job_sent(&job)?;
            tx.move_card(card, State::Printed, Evidence::Operator, None)?;
            tx.end_job(&job, Ended::Unconfirmed, None, Remake::No)
        })
        .unwrap();
    assert_eq!(state(&station, card), State::Printed);
    assert!(station.ledger.open_jobs("p1").unwrap().is_empty());
}

#[test]
fn without_duplex_a_card_is_printed_only_when_its_back_is() {
    let mut station = Station::new();
    let cards = station.accept(1..=3);
    let lot = station.render(&cards);
    station
        .write(|tx| {
            let early = begin(tx, cards[0], Side::Back);
            assert!(matches!(early, Err(Error::Job(_))));
            for &card in &cards {
                run(tx, card, Side::Front, Ended::Printed)?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(state(&station, cards[0]), State::Sent);
    assert!(station.ledger.is_half_printed(cards[0]).unwrap());
    let backs = station.ledger.backs_waiting("p1").unwrap();
    let waiting: Vec<_> = backs.iter().map(|b| (b.lot, b.position)).collect();
    assert_eq!(waiting, [(lot, 1), (lot, 2), (lot, 3)]);
    station
        .write(|tx| {
            run(tx, cards[0], Side::Back, Ended::Printed)?;
            run(tx, cards[1], Side::Back, Ended::NotPrinted)?;
            run(tx, cards[2], Side::Back, Ended::Unconfirmed)
        })
        .unwrap();
    assert_eq!(state(&station, cards[0]), State::Printed);
    let backs = station.ledger.backs_waiting("p1").unwrap();
    assert_eq!(backs.iter().map(|b| b.card).collect::<Vec<_>>(), [cards[1]]);
    // The front stands on the blank: it cannot be said that nothing came out.
    let settled = station.write(|tx| tx.settle(cards[2], Settlement::NotOut));
    assert!(matches!(settled, Err(Error::HalfPrinted(card)) if card == cards[2]));
    assert_eq!(station.ledger.taken_since("p1", now()).unwrap(), 3);
}

#[test]
fn an_unconfirmed_card_is_settled_by_a_person_and_nothing_else_is() {
    let mut station = Station::new();
    let cards = station.accept(1..=4);
    station.render(&cards);
    station
        .write(|tx| {
            for &card in &cards[..3] {
                run(tx, card, Side::Both, Ended::Unconfirmed)?;
            }
            assert!(matches!(
                tx.settle(cards[3], Settlement::Good),
                Err(Error::NotUnconfirmed(_))
            ));
            tx.settle(cards[0], Settlement::Good)?;
            tx.settle(cards[1], Settlement::NotOut)?;
            let spoiled = Settlement::Spoiled {
                reason: SpoilReason::Pita,
                remake: Remake::Yes { token: None },
            };
            let again = tx.settle(cards[2], spoiled)?;
            assert_eq!(tx.card(again.unwrap())?.unwrap().replaces, Some(cards[2]));
            Ok(())
        })
        .unwrap();
    let states = cards.iter().map(|&card| state(&station, card));
    assert_eq!(
        states.collect::<Vec<_>>(),
        [
            State::Printed,
            State::Rendered,
            State::Spoiled,
            State::Rendered
        ]
    );
}

#[test]
fn an_unconfirmed_front_is_never_settled_as_a_good_card() {
    let mut station = Station::new();
    let card = station.accept(1..=1)[0];
    station.render(&[card]);
    let settled = station.write(|tx| {
        run(tx, card, Side::Front, Ended::Unconfirmed)?;
        tx.settle(card, Settlement::Good)
    });
    assert!(matches!(settled, Err(Error::HalfPrinted(_))));
}

#[test]
fn a_printer_is_written_when_it_changes_and_only_then() {
    let mut station = Station::new();
    let stopped = ["media-empty".to_owned()];
    let changes = station.write(|tx| {
        Ok([
            tx.printer_changed("p1", DeviceState::Idle, &[], None)?,
            tx.printer_changed("p1", DeviceState::Idle, &[], None)?,
            tx.printer_changed(
                "p1",
                DeviceState::Stopped,
                &stopped,
                Some("job 1702094503180001"),
            )?,
            tx.printer_changed(
                "p1",
                DeviceState::Stopped,
                &stopped,
                Some("job 1702094503180001"),
            )?,
        ])
    });
    assert_eq!(changes.unwrap(), [true, false, true, false]);
    let printers = station.ledger.printers().unwrap();
    assert_eq!(printers[0].reasons, stopped);
    let message = printers[0].message.clone().unwrap();
    assert!(!message.contains("1702094503180001"), "{message}");
}

#[test]
fn lots_are_taken_in_order_and_an_unassigned_lot_belongs_to_nobody() {
    let mut station = Station::new();
    let cards = station.accept(1..=4);
    let (first, second) = (station.render(&cards[2..]), station.render(&cards[..2]));
    assert_eq!(station.ledger.unassigned_lots().unwrap(), [first, second]);
    station
        .write(|tx| {
            tx.assign_lot(second, Some("p1"))?;
            tx.assign_lot(first, Some("p1"))
        })
        .unwrap();
    assert_eq!(station.ledger.lots_of("p1").unwrap(), [first, second]);
    let next = station.ledger.next_to_print("p1").unwrap().unwrap();
    assert_eq!(next.card, cards[2]);
    station.write(|tx| tx.assign_lot(first, None)).unwrap();
    assert_eq!(station.ledger.unassigned_lots().unwrap(), [first]);
    let next = station.ledger.next_to_print("p1").unwrap().unwrap();
    assert_eq!(next.card, cards[0]);
    let unknown = station.write(|tx| tx.assign_lot(LotId::new(9), Some("p1")));
    assert!(matches!(unknown, Err(Error::NoLot(_))));
}

#[test]
fn a_turned_stack_counts_only_while_it_lies_as_it_was_put_in() {
    let mut station = Station::new();
    let cards = station.accept(1..=4);
    station.render(&cards);
    let at = |minute: i64| now() + jiff::SignedDuration::from_mins(minute);
    let mut at_minute = |minute, work: &dyn Fn(&mut Tx<'_>) -> Result<()>| {
        station.ledger.write("station", at(minute), work).unwrap();
        station.ledger.stack_is_turned("p1").unwrap()
    };
    let front = |tx: &mut Tx<'_>, card| run(tx, card, Side::Front, Ended::Printed).map(drop);
    let turn = |tx: &mut Tx<'_>| tx.turn_stack("p1").map(drop);
    let fronts = |tx: &mut Tx<'_>| cards[..3].iter().try_for_each(|&card| front(tx, card));
    assert!(!at_minute(1, &fronts));
    assert!(at_minute(2, &turn));
    assert!(
        !at_minute(3, &|tx| front(tx, cards[3])),
        "a front was added"
    );
    assert!(at_minute(4, &turn));
    let back = |tx: &mut Tx<'_>, card, ended| run(tx, card, Side::Back, ended).map(drop);
    assert!(at_minute(5, &|tx| back(tx, cards[0], Ended::NotPrinted)));
    assert!(at_minute(6, &|tx| back(tx, cards[0], Ended::Printed)));
    // What becomes of a finished card does not matter to the stack.
    assert!(at_minute(7, &|tx| {
        let reason = SpoilReason::Buram;
        tx.spoil(cards[0], reason, Evidence::Operator, Remake::No)
            .map(drop)
    }));
    assert!(!at_minute(8, &|tx| back(tx, cards[1], Ended::Unconfirmed)));
    assert!(at_minute(9, &turn));
    assert!(!at_minute(10, &|tx| {
        let reason = SpoilReason::Macet;
        tx.spoil(cards[2], reason, Evidence::Operator, Remake::No)
            .map(drop)
    }));
    assert!(at_minute(11, &turn));
}

#[test]
fn a_back_that_was_never_printed_makes_no_card_whole_and_hides_no_gap_in_the_stack() {
    let mut station = Station::new();
    let cards = station.accept(1..=3);
    station.render(&cards);
    let at = |minute: i64| now() + jiff::SignedDuration::from_mins(minute);
    let mut at_minute = |minute, work: &dyn Fn(&mut Tx<'_>) -> Result<()>| {
        station.ledger.write("station", at(minute), work).unwrap();
    };
    let front = |tx: &mut Tx<'_>, card| run(tx, card, Side::Front, Ended::Printed).map(drop);
    at_minute(1, &|tx| cards.iter().try_for_each(|&card| front(tx, card)));
    at_minute(2, &|tx| tx.turn_stack("p1").map(drop));
    at_minute(3, &|tx| {
        run(tx, cards[0], Side::Back, Ended::NotPrinted).map(drop)
    });
    at_minute(4, &|tx| {
        let reason = SpoilReason::Macet;
        tx.spoil(cards[0], reason, Evidence::Operator, Remake::No)
            .map(drop)
    });
    let gap = station.ledger.stack_is_turned("p1").unwrap();
    assert!(!gap, "a card was taken from it");
    station
        .write(|tx| {
            run(tx, cards[1], Side::Back, Ended::NotPrinted)?;
            let gone = Some(Reason::PrinterGone);
            tx.move_card(cards[1], State::Unconfirmed, Evidence::Station, gone)
        })
        .unwrap();
    assert!(station.ledger.is_half_printed(cards[1]).unwrap());
    for said in [Settlement::Good, Settlement::NotOut] {
        let settled = station.write(|tx| tx.settle(cards[1], said));
        assert!(matches!(settled, Err(Error::HalfPrinted(_))), "{said:?}");
    }
}
