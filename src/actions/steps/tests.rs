use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::actions::cards::{Said, settle_in};
use crate::config::Config;
use crate::domain::card::{SpoilReason, State};
use crate::domain::job::{Ended, Side};
use crate::domain::text::Text;
use crate::ledger::testing::{Station, now};
use crate::ledger::{NewJob, Remake, Tx};

const PDF: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn config() -> Config {
    let printer = "[[printers]]\nname = \"p1\"\nfolder = \"out\"\nduplex = \"none\"\n";
    Config::parse("station.toml", printer).unwrap()
}

fn front(tx: &mut Tx<'_>, card: CardId, ended: Ended) -> ledger::Result<()> {
    let job = tx.next_job_name(card)?;
    tx.begin_job(NewJob {
        card,
        job: &job,
        printer: "p1",
        media: None,
        side: Side::Front,
        sha256: PDF,
    })?;
    tx.job_sent(&job)?;
    tx.end_job(&job, ended, None, Remake::No).map(drop)
}

/// A lot of three on a printer that cannot turn them: the fronts are out, of the second nobody knows.
fn fronts(station: &mut Station) -> (LotId, Vec<CardId>) {
    let cards = station.accept(1..=3);
    let lot = station.render(&cards);
    station
        .write(|tx| {
            tx.assign_lot(lot, Some("p1"))?;
            front(tx, cards[0], Ended::Printed)?;
            front(tx, cards[1], Ended::Unconfirmed)?;
            front(tx, cards[2], Ended::Printed)
        })
        .unwrap();
    (lot, cards)
}

fn turn(station: &mut Station) -> Result<u32, StepError> {
    let config = config();
    station
        .ledger
        .write("operator:siti", now(), |tx| turn_stack(tx, &config, "p1"))
}

fn say(station: &mut Station, said: Outcomes<'_>) -> Confirmed {
    let at: Timestamp = now();
    station
        .ledger
        .write("operator:siti", at, |tx| {
            confirm(tx, said, at, &TimeZone::UTC)
        })
        .unwrap()
}

fn of(lot: LotId) -> Outcomes<'static> {
    Outcomes {
        lot,
        all: false,
        good: &[],
        spoiled: &[],
        on: None,
    }
}

#[test]
fn a_stack_in_which_a_front_in_doubt_may_lie_is_not_turned_before_that_is_settled() {
    let mut station = Station::new();
    let (_, cards) = fronts(&mut station);
    let refused = turn(&mut station).unwrap_err();
    let Text {
        id: indonesian,
        en: english,
    } = refused.refusal().unwrap();
    for text in [&indonesian, &english] {
        assert!(text.contains(&cards[1].to_string()), "{text}");
        assert!(text.contains('2'), "{text}");
    }
    assert!(!station.ledger.stack_is_turned("p1").unwrap());
    station
        .write(|tx| settle_in(tx, cards[1], Said::Spoiled(SpoilReason::Batal)))
        .unwrap();
    assert_eq!(turn(&mut station).unwrap(), 2);
}

#[test]
fn a_card_with_its_front_alone_is_no_good_card_whoever_says_so() {
    let mut station = Station::new();
    let (lot, cards) = fronts(&mut station);
    let all = say(
        &mut station,
        Outcomes {
            all: true,
            ..of(lot)
        },
    );
    assert!(all.printed.is_empty() && all.refused.is_empty(), "{all:?}");
    let named = Outcomes {
        good: &cards,
        ..of(lot)
    };
    let named = say(&mut station, named);
    assert!(named.printed.is_empty(), "{named:?}");
    for (_, why) in &named.refused {
        let half = matches!(why, StepError::Ledger(ledger::Error::HalfPrinted(_)));
        assert!(half, "{why:?}");
    }
    assert_eq!(named.refused.len(), 3);
    assert_eq!(station.ledger.backs_waiting("p1").unwrap().len(), 2);
}

#[test]
fn what_comes_out_of_a_pdf_is_not_the_card_that_lives_on_in_another_lot() {
    let mut station = Station::new();
    let cards = station.accept(1..=1);
    let old = station.render(&cards);
    station.step(cards[0], State::Held).unwrap();
    let held = say(
        &mut station,
        Outcomes {
            all: true,
            ..of(old)
        },
    );
    assert!(
        held.printed.is_empty() && held.refused.is_empty(),
        "{held:?}"
    );
    assert_eq!(held.not_to_use, [(1, cards[0])]);
    station.step(cards[0], State::Accepted).unwrap();
    let new = station.render(&cards);
    let good = Outcomes {
        good: &cards,
        ..of(old)
    };
    let spoiled = Outcomes {
        spoiled: &[(cards[0], SpoilReason::Batal)],
        ..of(old)
    };
    for said in [good, spoiled] {
        let done = say(&mut station, said);
        assert!(
            matches!(&done.refused[..], [(_, StepError::Elsewhere { .. })]),
            "{done:?}"
        );
        assert_eq!(
            station.ledger.state(cards[0]).unwrap(),
            Some(State::Rendered)
        );
    }
    let good = Outcomes {
        good: &cards,
        ..of(new)
    };
    assert_eq!(say(&mut station, good).printed, cards);
}

#[test]
fn a_card_that_is_in_a_printer_which_reports_is_not_said_to_be_good_with_all() {
    let mut station = Station::new();
    let cards = station.accept(1..=2);
    let lot = station.render(&cards);
    station
        .write(|tx| {
            tx.assign_lot(lot, Some("p1"))?;
            // A folder gives no numbers and reports nothing.
            for (card, number) in cards.iter().zip([7, 0]) {
                let job = tx.next_job_name(*card)?;
                tx.begin_job(NewJob {
                    card: *card,
                    job: &job,
                    printer: "p1",
                    media: None,
                    side: Side::Both,
                    sha256: PDF,
                })?;
                tx.job_created(&job, number, None, None)?;
                tx.job_sent(&job)?;
            }
            Ok(())
        })
        .unwrap();
    let all = Outcomes {
        all: true,
        ..of(lot)
    };
    assert_eq!(say(&mut station, all).printed, cards[1..]);
}
