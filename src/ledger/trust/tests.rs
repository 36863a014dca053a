use std::collections::BTreeMap;

use jiff::civil::date;

use super::facts::Restored;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::job::{Side, Stage};
use crate::domain::pack::Destination;
use crate::domain::reason::Reason;
use crate::ledger::Ledger;
use crate::ledger::cards::outcome::Settlement;
use crate::ledger::cards::write::Remake;
use crate::ledger::error::Error;
use crate::ledger::event::{Event, chain_hash};
use crate::ledger::printing::write::NewJob;
use crate::ledger::signing::{Signer, is_signed};
use crate::ledger::testing::{Station, child, files, new_card, now};
use crate::ledger::verify::against;
use crate::ledger::verify::verify;
use crate::ledger::verify::{EventFault, Finding};

const DAY: jiff::civil::Date = date(2026, 11, 24);
const DIGEST: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

fn signer(station: &Station) -> Signer {
    Signer::of(station.path()).unwrap()
}

#[test]
fn a_signing_key_is_made_once_and_a_second_one_is_known_beside_the_first() {
    let mut station = Station::new();
    let first = signer(&station);
    assert_eq!(signer(&station).public_key(), first.public_key());
    let old = station.write(|tx| tx.checkpoint(DAY, &first)).unwrap();
    std::fs::remove_file(station.path().join("signing.key")).unwrap();
    let second = signer(&station);
    assert_ne!(second.public_key(), first.public_key());
    let new = station.write(|tx| tx.checkpoint(DAY, &second)).unwrap();
    assert_eq!(station.ledger.signing_keys().unwrap().len(), 2);
    for checkpoint in [&old, &new] {
        assert_eq!(against(&station.ledger, checkpoint, None).unwrap(), None);
    }
    let kept = station.ledger.checkpoints(Some(DAY)).unwrap();
    let names: Vec<String> = kept.iter().map(|kept| kept.file_name()).collect();
    assert_eq!(names, ["2026-11-24.json", "2026-11-24-2.json"]);
}

#[test]
fn a_statement_of_one_kind_never_passes_for_one_of_another() {
    let station = Station::new();
    let signer = signer(&station);
    let signature = signer.sign("checkpoint", "{}");
    let is = |what, text| is_signed(&signer.public_key(), what, text, &signature);
    assert!(is("checkpoint", "{}"));
    assert!(!is("export", "{}") && !is("checkpoint", "{ }"));
}

#[test]
fn a_checkpoint_that_does_not_fit_is_refused_by_the_ledger_and_found_in_a_log_that_has_it() {
    let mut station = Station::new();
    let signer = signer(&station);
    let good = station.write(|tx| tx.checkpoint(DAY, &signer)).unwrap();
    // The same one again is of an event that is not the last.
    let again = Event::CheckpointMade(Box::new(good.clone()));
    let refused = station.write(|tx| tx.append(&again));
    assert!(matches!(refused, Err(Error::Checkpoint)));
    // Signed rightly, numbered rightly, but with the head of another log.
    let (seq, head) = station.ledger.head().unwrap();
    let mut other = good;
    (other.seq, other.head) = (seq, "00".repeat(32));
    other.signature = String::new();
    other.signature = signer.sign("checkpoint", &other.text());
    assert!(other.is_genuine() && head != other.head);
    let body = Event::CheckpointMade(Box::new(other)).canonical();
    let db = station.intruder();
    let prev: [u8; 32] = db
        .query_row(
            "SELECT hash FROM events WHERE seq = ?",
            [seq.cast_signed()],
            |row| row.get(0),
        )
        .unwrap();
    let at = crate::ledger::columns::stamp(now());
    let hash = chain_hash(&prev, seq + 1, &at, "station", &body);
    db.execute(
        "INSERT INTO events (seq, at, actor, body, prev, hash) VALUES (?, ?, 'station', ?, ?, ?)",
        rusqlite::params![seq.cast_signed() + 1, at, body, prev, hash],
    )
    .unwrap();
    let report = verify(&station.ledger, &files(station.path())).unwrap();
    let (seq, fault) = (seq + 1, EventFault::Illegal);
    assert!(
        report.findings.contains(&Finding::Event { seq, fault }),
        "{:?}",
        report.findings
    );
}

/// Cards in every state that a card on its way to a blank can have.
fn on_their_way(station: &mut Station) -> [crate::domain::ids::CardId; 4] {
    let cards = station.accept(1..=4);
    station.render(&cards[1..]);
    station
        .write(|tx| {
            for card in &cards[2..] {
                let job = tx.next_job_name(*card)?;
                tx.begin_job(NewJob {
                    card: *card,
                    job: &job,
                    printer: "meja",
                    media: None,
                    side: Side::Both,
                    sha256: DIGEST,
                })?;
            }
            let job = format!("kia:{}", cards[3]);
            tx.job_created(&job, 7, None, None)?;
            tx.job_sent(&job)
        })
        .unwrap();
    cards.try_into().unwrap()
}

#[test]
fn after_a_restore_every_card_on_its_way_waits_for_a_person_and_no_job_is_open() {
    let mut station = Station::new();
    let cards = on_their_way(&mut station);
    let states = |ledger: &Ledger| cards.map(|card| ledger.state(card).unwrap().unwrap());
    use State::*;
    assert_eq!(
        states(&station.ledger),
        [Accepted, Rendered, Submitting, Sent]
    );
    assert_eq!(station.write(|tx| tx.restored(false)).unwrap(), 4);
    assert_eq!(states(&station.ledger), [Unconfirmed; 4]);
    for card in cards {
        let reason = station.ledger.card(card).unwrap().unwrap().reason;
        assert_eq!(reason, Some(Reason::Restored));
        for job in station.ledger.jobs(card).unwrap() {
            assert_eq!(job.stage, Stage::Unconfirmed);
        }
    }
    assert!(station.ledger.waiting().unwrap().is_empty());
    // What did not come out goes back to where it stood.
    for card in cards {
        station
            .write(|tx| tx.settle(card, Settlement::NotOut))
            .unwrap();
    }
    assert_eq!(
        states(&station.ledger),
        [Accepted, Rendered, Rendered, Rendered]
    );
    let new = station.write(|tx| tx.accept(new_card(&child(5)))).unwrap();
    assert_eq!(new.number(), cards[3].number() + 10_001);
    assert_eq!(station.ledger.next_lot().unwrap().number(), 1_002);
}

#[test]
fn no_pack_or_minutes_after_a_restore_carry_a_number_that_may_be_on_paper_already() {
    let mut station = Station::new();
    let to = |name: &str| Destination::School {
        npsn: None,
        nama: Some(name.to_owned()),
    };
    let open = |station: &mut Station, name: &str| {
        let made = station.write(|tx| tx.pack_for(&to(name), name));
        made.unwrap().number()
    };
    assert_eq!(open(&mut station, "SDN 1"), 1);
    let destroy = |station: &mut Station, serial: u32| {
        let card = station.accept(serial..=serial)[0];
        station.render(&[card]);
        let done = station.write(|tx| {
            let reason = SpoilReason::Buram;
            tx.spoil(card, reason, Evidence::Operator, Remake::No)?;
            tx.destroy(&["SAKSI CONTOH".to_owned()], &BTreeMap::new())
        });
        done.unwrap()
    };
    assert_eq!(destroy(&mut station, 1), 1);
    station.write(|tx| tx.restored(false)).unwrap();
    assert_eq!(open(&mut station, "SDN 2"), 1_002);
    assert_eq!(destroy(&mut station, 2), 102);
    // The next restore skips from where the last one stopped.
    station.write(|tx| tx.restored(false)).unwrap();
    assert_eq!(open(&mut station, "SDN 3"), 2_003);
    assert_eq!(station.findings(), []);
}

#[test]
fn a_restore_of_the_first_programs_says_nothing_of_packs_and_still_reads() {
    let body = r#"{"kind":"restored","after":4,"cards":10004,"lots":1001}"#;
    let Some(Event::Restored(restored)) = Event::from_canonical(body) else {
        panic!("{body}");
    };
    assert_eq!((restored.packs, restored.minutes), (None, None));
    let mut station = Station::new();
    let first = Restored {
        after: 1,
        ..restored
    };
    station
        .write(|tx| tx.append(&Event::Restored(first.clone())))
        .unwrap();
    let school = Destination::School {
        npsn: None,
        nama: Some("SDN 1".to_owned()),
    };
    let pack = station.write(|tx| tx.pack_for(&school, "CODE")).unwrap();
    assert_eq!(pack.number(), 1);
    let report = verify(&station.ledger, &files(station.path())).unwrap();
    assert_eq!(report.findings, []);
}

#[test]
fn who_vouches_for_a_restore_lets_go_on_what_no_printer_had_in_hand() {
    let mut station = Station::new();
    let cards = on_their_way(&mut station);
    assert_eq!(station.write(|tx| tx.restored(true)).unwrap(), 2);
    use State::*;
    let states = cards.map(|card| station.ledger.state(card).unwrap().unwrap());
    assert_eq!(states, [Accepted, Rendered, Unconfirmed, Unconfirmed]);
    assert!(station.ledger.jobs_in_hand().unwrap().is_empty());
}

#[test]
fn a_pdf_is_purged_only_when_the_data_of_all_its_cards_are_erased() {
    let mut station = Station::new();
    let cards = station.accept(1..=2);
    let lot = station.render(&cards);
    for card in &cards {
        station.step(*card, State::Cancelled).unwrap();
    }
    station.write(|tx| tx.erase(cards[0], "retention")).unwrap();
    assert!(station.ledger.purgeable_lots(&[]).unwrap().is_empty());
    assert_eq!(station.ledger.purgeable_lots(&cards[1..]).unwrap(), [lot]);
    let early = station.write(|tx| tx.purge_lot(lot));
    assert!(matches!(early, Err(Error::StillNeeded(card)) if card == cards[1]));
    station.write(|tx| tx.erase(cards[1], "retention")).unwrap();
    station.write(|tx| tx.purge_lot(lot)).unwrap();
    assert_eq!(station.ledger.purged_lots().unwrap()[0].lot, lot);
    assert!(station.ledger.purgeable_lots(&[]).unwrap().is_empty());
}
