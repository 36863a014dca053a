//! No sequence of operations loses a card or has it in two packs.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::read::{Pack, PackFilter, PackPlace};
use super::write::Receipt;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{
    Carrier, Destination, Leaving, PackRefusal, PackState, ReturnReason, ShipmentNumber, Stage,
};
use crate::domain::reason::Reason;
use crate::domain::record::{Record, School};
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::ledger::cards::outcome::Reprint;
use crate::ledger::cards::write::Remake;
use crate::ledger::error::{Error, Result};
use crate::ledger::testing::{Station, child, new_card};
use crate::ledger::tx::Tx;

const SENT: Date = date(2026, 11, 24);

/// A child of the first school, of the second, or of a village, by the serial.
fn pupil(serial: u32) -> Record {
    let school = |npsn: &str, nama: &str| School {
        npsn: Some(npsn.into()),
        nama: Some(nama.into()),
        kelas: Some(format!("{}A", serial % 6 + 1)),
    };
    Record {
        sekolah: match serial % 3 {
            0 => None,
            1 => Some(school("10700001", "SDN 2 CURUP TENGAH")),
            _ => Some(school("10700002", "SDN 5 CURUP")),
        },
        ..child(serial)
    }
}

fn home(serial: u32) -> Destination {
    let record = pupil(serial);
    let school = record.sekolah.clone().unwrap_or_default();
    Destination::of(&school, &record.kecamatan, &record.desa)
}

/// Printed cards of the pupils with these serials.
fn printed(station: &mut Station, serials: &[u32]) -> Vec<CardId> {
    let cards: Vec<CardId> = serials
        .iter()
        .map(|serial| {
            let accept = |tx: &mut Tx<'_>| tx.accept(new_card(&pupil(*serial)));
            station.write(accept).unwrap()
        })
        .collect();
    station.render(&cards);
    for &card in &cards {
        station.step(card, State::Printed).unwrap();
    }
    cards
}

/// A pack of the first school with three verified cards in it.
fn packed(station: &mut Station) -> (PackId, Vec<CardId>) {
    let cards = printed(station, &[1, 4, 7]);
    for &card in &cards {
        station.step(card, State::Verified).unwrap();
    }
    let pack = station
        .write(|tx| {
            let pack = tx.pack_for(&home(1), "CODE")?;
            for &card in &cards {
                tx.put_in_pack(pack, card)?;
            }
            Ok(pack)
        })
        .unwrap();
    (pack, cards)
}

fn send(tx: &mut Tx<'_>, pack: PackId) -> Result<usize> {
    tx.send_pack(pack, Carrier::Petugas, None, SENT)
}

fn receive(tx: &mut Tx<'_>, pack: PackId, cards: &[CardId]) -> Result<()> {
    let unclaimed = &[];
    tx.receive_pack(
        pack,
        Receipt {
            on: SENT,
            cards,
            unclaimed,
        },
    )
}

fn pack(station: &Station, pack: PackId) -> Pack {
    station.ledger.pack(pack).unwrap().unwrap().0
}

fn place(station: &Station, card: CardId) -> PackPlace {
    station.ledger.packs_of(card).unwrap().pop().unwrap().1
}

#[track_caller]
fn refused<T: std::fmt::Debug>(done: Result<T>) -> PackRefusal {
    match done {
        Err(Error::Pack(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pack_lives_from_the_open_envelope_to_its_receipt_in_parts() {
    let mut station = Station::new();
    let (id, cards) = packed(&mut station);
    assert_eq!(pack(&station, id).state, PackState::Open);
    assert_eq!(station.ledger.pack_by_code("CODE").unwrap(), Some(id));
    assert_eq!(station.write(|tx| tx.close_pack(id, false)).unwrap(), []);
    let number: ShipmentNumber = "P2611240001".parse().unwrap();
    let without = station.write(|tx| tx.send_pack(id, Carrier::Artis, None, SENT));
    assert_eq!(refused(without), PackRefusal::ShipmentForm);
    let sent = station.write(|tx| tx.send_pack(id, Carrier::Artis, Some(number), SENT));
    assert_eq!(sent.unwrap(), 3);
    let early = Receipt {
        on: date(2026, 11, 23),
        cards: &cards[..1],
        unclaimed: &[],
    };
    let early = station.write(|tx| tx.receive_pack(id, early));
    assert_eq!(refused(early), PackRefusal::BeforeSent(id));
    station.write(|tx| receive(tx, id, &cards[..1])).unwrap();
    let part = pack(&station, id);
    assert_eq!(
        (part.state, part.tally.outstanding),
        (PackState::Partial, 2)
    );
    let again = station.write(|tx| receive(tx, id, &cards[..1]));
    assert!(matches!(again, Err(Error::Move { .. })));
    // The second lies at the school unclaimed and is claimed later; the third comes back.
    let unclaimed = Receipt {
        on: SENT,
        cards: &[],
        unclaimed: &cards[1..2],
    };
    station.write(|tx| tx.receive_pack(id, unclaimed)).unwrap();
    assert!(place(&station, cards[1]).unclaimed);
    station.write(|tx| receive(tx, id, &cards[1..2])).unwrap();
    assert!(!place(&station, cards[1]).unclaimed);
    let reason = ReturnReason::TidakDiambil;
    let back = station.write(|tx| tx.return_from_pack(id, &cards[2..], reason));
    back.unwrap();
    let done = pack(&station, id);
    assert_eq!(done.state, PackState::Received);
    assert_eq!((done.tally.received, done.tally.returned), (2, 1));
    let left = place(&station, cards[2]).left.unwrap();
    assert_eq!((left.how, left.stage), (Leaving::Returned, Stage::Sent));
    assert_eq!(left.why, Some(Reason::TidakDiambil));
    assert_eq!(station.ledger.returned_from(id).unwrap(), cards[2..]);
}

#[test]
fn a_returned_card_goes_into_a_new_pack_and_a_moved_one_to_another_school() {
    let mut station = Station::new();
    let (old, cards) = packed(&mut station);
    station
        .write(|tx| {
            tx.close_pack(old, false)?;
            send(tx, old)?;
            tx.return_from_pack(old, &cards, ReturnReason::TidakSampai)
        })
        .unwrap();
    assert_eq!(pack(&station, old).state, PackState::Returned);
    let hand = station.ledger.on_hand().unwrap();
    assert_eq!((hand.len(), hand[0].verified, hand[0].returned), (1, 0, 3));
    let new = station
        .write(|tx| {
            let new = tx.pack_for(&home(1), "NEW")?;
            tx.put_in_pack(new, cards[0])?;
            Ok(new)
        })
        .unwrap();
    assert_ne!(new, old);
    let second = station.write(|tx| tx.pack_for(&home(1), "MORE")).unwrap();
    assert_eq!(second, new, "a school has one open pack");
    let other = station.write(|tx| tx.pack_for(&home(2), "OTHER")).unwrap();
    let card = cards[1];
    let strange = station.write(|tx| tx.put_in_pack(other, card));
    let expected = PackRefusal::OtherSchool { card, pack: other };
    assert_eq!(refused(strange), expected);
    station.write(|tx| tx.move_to_pack(card, other)).unwrap();
    station
        .write(|tx| tx.move_to_pack(cards[0], other))
        .unwrap();
    assert!(place(&station, cards[0]).moved);
    // Back in a pack of its own school it counts as moved no more.
    let third = station.write(|tx| tx.pack_for(&home(1), "THIRD")).unwrap();
    station.write(|tx| tx.move_to_pack(card, third)).unwrap();
    let back = station.ledger.packs_of(card).unwrap();
    let now: Vec<_> = back
        .iter()
        .filter(|(_, place)| place.left.is_none())
        .collect();
    assert!(matches!(now[..], [(_, place)] if !place.moved), "{back:?}");
    station.write(|tx| tx.move_to_pack(card, other)).unwrap();
    let history = station.ledger.packs_of(cards[0]).unwrap();
    let ways: Vec<Option<Leaving>> = history
        .iter()
        .map(|(_, place)| place.left.as_ref().map(|left| left.how))
        .collect();
    assert_eq!(
        ways,
        [Some(Leaving::Returned), Some(Leaving::Moved), None],
        "{history:?}"
    );
    assert_eq!(pack(&station, new).tally.cards, 0);
    let empty = station.write(|tx| tx.close_pack(new, false));
    assert_eq!(refused(empty), PackRefusal::Empty(new));
    let twice = station.write(|tx| tx.put_in_pack(new, card));
    assert_eq!(refused(twice), PackRefusal::InPack { card, pack: other });
}

#[test]
fn a_card_without_a_scan_keeps_its_pack_open_until_a_supervisor_answers_for_it() {
    let mut station = Station::new();
    let (id, mut cards) = packed(&mut station);
    let card = printed(&mut station, &[10])[0];
    station.write(|tx| tx.put_in_pack(id, card)).unwrap();
    let closed = station.write(|tx| tx.close_pack(id, false));
    let expected = PackRefusal::Unverified {
        pack: id,
        cards: vec![card],
    };
    assert_eq!(refused(closed), expected);
    let supervisor = "operator:kepala";
    let now = crate::ledger::testing::now();
    let waived = station
        .ledger
        .write(supervisor, now, |tx| tx.close_pack(id, true));
    assert_eq!(waived.unwrap(), [card]);
    cards.push(card);
    for &card in &cards {
        assert_eq!(station.ledger.state(card).unwrap(), Some(State::Packed));
    }
    assert!(place(&station, card).waived);
    assert_eq!(pack(&station, id).closed_by.as_deref(), Some(supervisor));
    let history = station.ledger.history(card).unwrap();
    let (_, reason) = history.last().unwrap().evidence().unwrap();
    assert_eq!(reason, Some(Reason::Waived));
    // Taken out of the sealed envelope, each is what it was before.
    station.write(|tx| tx.take_out(id, card)).unwrap();
    station.write(|tx| tx.take_out(id, cards[0])).unwrap();
    assert_eq!(station.ledger.state(card).unwrap(), Some(State::Printed));
    let first = station.ledger.state(cards[0]).unwrap();
    assert_eq!(first, Some(State::Verified));
    station.write(|tx| send(tx, id)).unwrap();
    let late = station.write(|tx| tx.take_out(id, cards[1]));
    assert!(matches!(refused(late), PackRefusal::Stage { .. }));
    assert_eq!(pack(&station, id).tally.cards, 2);
}

#[test]
fn a_card_that_is_no_good_any_more_leaves_its_pack_visibly() {
    let mut station = Station::new();
    let (id, cards) = packed(&mut station);
    station
        .write(|tx| {
            tx.spoil(cards[0], SpoilReason::Buram, Evidence::Operator, Remake::No)?;
            tx.close_pack(id, false)?;
            send(tx, id)?;
            receive(tx, id, &cards[1..2])
        })
        .unwrap();
    let left = place(&station, cards[0]).left.unwrap();
    assert_eq!((left.how, left.stage), (Leaving::Spoiled, Stage::Open));
    assert!(!place(&station, cards[0]).is_on_papers());
    // One is lost at the school after its receipt, one on the way.
    for card in [cards[1], cards[2]] {
        let lost = Reprint {
            reason: ReprintReason::Hilang,
            evidence: ReprintEvidence::PoliceLetter,
            reference: None,
            second: Some("budi"),
            token: None,
        };
        let again = station.write(|tx| tx.reprint(card, lost)).unwrap();
        let again = station.ledger.state(again.unwrap()).unwrap();
        assert_eq!(again, Some(State::Accepted));
        let place = place(&station, card);
        assert_eq!(place.left.as_ref().unwrap().how, Leaving::Void);
        assert!(place.is_on_papers());
    }
    let done = pack(&station, id);
    assert_eq!((done.state, done.tally.received), (PackState::Received, 1));
    assert_eq!((done.tally.cards, done.tally.outstanding), (0, 0));
}

#[test]
fn a_void_card_is_told_of_with_its_envelope_until_it_is_destroyed() {
    let mut station = Station::new();
    let (id, cards) = packed(&mut station);
    let loose = printed(&mut station, &[2, 5, 8]);
    let replaced = |tx: &mut Tx<'_>, card| {
        let why = Some(Reason::PerubahanData);
        tx.move_card(card, State::Void, Evidence::Import, why)
            .map(drop)
    };
    station
        .write(|tx| {
            tx.close_pack(id, false)?;
            replaced(tx, cards[0])?;
            replaced(tx, loose[0])?;
            // Of what is lost, or was given out, nothing lies here.
            tx.move_card(
                loose[1],
                State::Void,
                Evidence::Operator,
                Some(Reason::Hilang),
            )?;
            send(tx, id)?;
            replaced(tx, cards[1])?;
            // What came back lies here again.
            tx.move_card(cards[2], State::Returned, Evidence::Operator, None)?;
            replaced(tx, cards[2])
        })
        .unwrap();
    let told = |ledger: &crate::ledger::Reader| {
        let void = ledger.void_cards().unwrap();
        let told: Vec<_> = void.iter().map(|void| (void.card, void.pack)).collect();
        told
    };
    let here = [(cards[0], Some(id)), (cards[2], None), (loose[0], None)];
    assert_eq!(told(&station.ledger), here);
    assert_eq!(station.ledger.status().unwrap().void_cards.len(), 3);
    let destroyed = station.write(|tx| tx.destroy(&["BUDI".into()], &BTreeMap::new()));
    let minutes = station.ledger.destruction(destroyed.unwrap()).unwrap();
    let gone: Vec<CardId> = minutes
        .unwrap()
        .cards
        .iter()
        .map(|item| item.card.card)
        .collect();
    assert_eq!(gone, here.map(|(card, _)| card));
    assert_eq!(told(&station.ledger), []);
    assert_eq!(station.findings(), []);
}

#[test]
fn a_pack_is_overdue_after_its_days_until_nothing_is_outstanding() {
    let mut station = Station::new();
    let (id, cards) = packed(&mut station);
    station.write(|tx| tx.close_pack(id, false)).unwrap();
    station.write(|tx| send(tx, id)).unwrap();
    let overdue = |station: &Station, today| {
        let packs = station.ledger.overdue_packs(today, 14).unwrap();
        packs.iter().map(|pack| pack.pack).collect::<Vec<_>>()
    };
    assert_eq!(overdue(&station, date(2026, 12, 8)), []);
    assert_eq!(overdue(&station, date(2026, 12, 9)), [id]);
    station.write(|tx| receive(tx, id, &cards[1..])).unwrap();
    assert_eq!(overdue(&station, date(2026, 12, 9)), [id]);
    station.write(|tx| receive(tx, id, &cards[..1])).unwrap();
    assert_eq!(overdue(&station, date(2026, 12, 9)), []);
}

#[test]
fn a_card_is_packed_sent_and_received_with_its_pack_and_no_other_way() {
    let mut station = Station::new();
    let (id, cards) = packed(&mut station);
    for to in [State::Packed, State::HandedOver] {
        assert!(station.step(cards[0], to).is_err(), "{to}");
    }
    station.write(|tx| tx.close_pack(id, false)).unwrap();
    for to in [State::Verified, State::Printed, State::HandedOver] {
        let stepped = station.step(cards[0], to);
        assert_eq!(refused(stepped), PackRefusal::NotInPack(cards[0]), "{to}");
    }
}

#[test]
fn a_school_is_found_by_its_number_or_name_and_an_uncertain_one_is_refused() {
    let mut station = Station::new();
    printed(&mut station, &[1, 2, 3]);
    let found = |asked: &str| station.ledger.destination(asked).map(|to| to.key());
    assert_eq!(found("10700002").unwrap(), home(2).key());
    assert_eq!(found("sdn 5 curup").unwrap(), home(2).key());
    assert_eq!(found("air bang").unwrap(), home(3).key());
    let none = PackRefusal::NoDestination("SDN".into());
    assert_eq!(refused(found("SDN")), none);
}

#[derive(Debug, Clone)]
enum Step {
    Verify(usize),
    Undo(usize),
    Gather(u32),
    Put(usize, usize),
    TakeOut(usize, usize),
    Move(usize, usize),
    Close(usize, bool),
    Send(usize),
    Receive(usize, usize),
    Unclaimed(usize, usize),
    Return(usize, usize),
    Spoil(usize),
    Lost(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let (card, pack) = (0..CARDS, 0..4_usize);
    prop_oneof![
        4 => card.clone().prop_map(Step::Verify),
        1 => card.clone().prop_map(Step::Undo),
        4 => (1..4_u32).prop_map(Step::Gather),
        2 => (pack.clone(), card.clone()).prop_map(|(p, c)| Step::Put(p, c)),
        2 => (pack.clone(), card.clone()).prop_map(|(p, c)| Step::TakeOut(p, c)),
        2 => (pack.clone(), card.clone()).prop_map(|(p, c)| Step::Move(p, c)),
        3 => (pack.clone(), any::<bool>()).prop_map(|(p, waive)| Step::Close(p, waive)),
        3 => pack.clone().prop_map(Step::Send),
        4 => (pack.clone(), card.clone()).prop_map(|(p, c)| Step::Receive(p, c)),
        1 => (pack.clone(), card.clone()).prop_map(|(p, c)| Step::Unclaimed(p, c)),
        3 => (pack, card.clone()).prop_map(|(p, c)| Step::Return(p, c)),
        1 => card.clone().prop_map(Step::Spoil),
        1 => card.prop_map(Step::Lost),
    ]
}

const CARDS: usize = 9;

/// Does a step; the choice of pack is taken modulo the packs that there are.
fn take(station: &mut Station, cards: &[CardId], step: &Step, round: usize) -> Result<()> {
    let last = station.ledger.packs(&PackFilter::default()).unwrap().len();
    let pack = |choice: usize| PackId::new((choice % last.max(1)) as u64 + 1);
    let receipt = |cards, unclaimed| Receipt {
        on: SENT,
        cards,
        unclaimed,
    };
    let second = Some("budi");
    station.write(|tx| match *step {
        Step::Verify(c) => tx
            .move_card(cards[c], State::Verified, Evidence::Scan, None)
            .map(|_| ()),
        Step::Undo(c) => tx
            .move_card(cards[c], State::Printed, Evidence::Operator, None)
            .map(|_| ()),
        Step::Gather(serial) => {
            let to = home(serial);
            let pack = tx.pack_for(&to, &format!("CODE{round}"))?;
            for (school, waiting) in tx.to_pack(None)? {
                for card in waiting.into_iter().filter(|_| school.key() == to.key()) {
                    tx.put_in_pack(pack, card)?;
                }
            }
            Ok(())
        }
        Step::Put(p, c) => tx.put_in_pack(pack(p), cards[c]),
        Step::TakeOut(p, c) => tx.take_out(pack(p), cards[c]),
        Step::Move(p, c) => tx.move_to_pack(cards[c], pack(p)),
        Step::Close(p, waive) => tx.close_pack(pack(p), waive).map(|_| ()),
        Step::Send(p) => send(tx, pack(p)).map(|_| ()),
        Step::Receive(p, c) => tx.receive_pack(pack(p), receipt(&cards[c..=c], &[])),
        Step::Unclaimed(p, c) => tx.receive_pack(pack(p), receipt(&[], &cards[c..=c])),
        Step::Return(p, c) => tx.return_from_pack(pack(p), &cards[c..=c], ReturnReason::Lain),
        Step::Spoil(c) => tx
            .spoil(cards[c], SpoilReason::Buram, Evidence::Operator, Remake::No)
            .map(|_| ()),
        Step::Lost(c) => {
            let lost = Reprint {
                reason: ReprintReason::Hilang,
                evidence: ReprintEvidence::PoliceLetter,
                reference: None,
                second,
                token: None,
            };
            tx.reprint(cards[c], lost).map(|_| ())
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_operations_loses_a_card_or_has_it_in_two_packs(
        steps in prop::collection::vec(step(), 1..100)
    ) {
        let mut station = Station::new();
        let serials: Vec<u32> = (1..=CARDS as u32).collect();
        let cards = printed(&mut station, &serials);
        for (round, step) in steps.iter().enumerate() {
            let before = station.ledger.packs(&PackFilter::default()).unwrap();
            match take(&mut station, &cards, step, round) {
                Ok(()) => {}
                Err(Error::Database(error)) => panic!("{step:?}: {error}"),
                // What is refused has changed nothing.
                Err(_) => prop_assert_eq!(
                    &station.ledger.packs(&PackFilter::default()).unwrap(), &before, "{:?}", step
                ),
            }
            let ledger = &station.ledger;
            let mut inside = 0;
            for &card in &cards {
                let state = ledger.state(card).unwrap().unwrap();
                let places = ledger.packs_of(card).unwrap();
                let lies: Vec<PackId> = places.iter()
                    .filter(|(_, place)| place.left.is_none())
                    .map(|(pack, _)| *pack)
                    .collect();
                prop_assert!(lies.len() <= 1, "{:?} {:?}", card, lies);
                inside += lies.len();
                // A card is where its state says, and is nowhere else.
                let stage = lies.first().map(|pack| ledger.pack_stage(*pack).unwrap().unwrap());
                let fits = match state {
                    State::Printed | State::Verified | State::Returned =>
                        matches!(stage, None | Some(Stage::Open)),
                    State::Packed => stage == Some(Stage::Closed),
                    State::HandedOver | State::Received => stage == Some(Stage::Sent),
                    _ => stage.is_none(),
                };
                prop_assert!(fits, "{:?}: {} is {} in {:?}", step, card, state, stage);
            }
            let packs = ledger.packs(&PackFilter::default()).unwrap();
            let counted: u32 = packs.iter().map(|pack| pack.tally.cards).sum();
            prop_assert_eq!(counted as usize, inside);
            for pack in &packs {
                let (_, all) = ledger.pack(pack.pack).unwrap().unwrap();
                let under_way = all.iter().filter(|card| {
                    card.place.left.is_none() && card.card.state == State::HandedOver
                });
                prop_assert_eq!(under_way.count(), pack.tally.outstanding as usize);
            }
            // Good cards are in packs or on hand, and nowhere else.
            let proved = cards.iter().filter(|card| {
                let state = ledger.state(**card).unwrap().unwrap();
                state.is_live() && state != State::Printed
            }).count();
            let unproved_inside = cards.iter().filter(|card| {
                ledger.state(**card).unwrap() == Some(State::Printed)
                    && ledger.packs_of(**card).unwrap().iter().any(|(_, p)| p.left.is_none())
            }).count();
            let hand: u64 = ledger.on_hand().unwrap().iter()
                .map(|school| school.verified + school.returned).sum();
            prop_assert_eq!(proved + unproved_inside, inside + hand as usize, "{:?}", step);
        }
        prop_assert_eq!(station.findings(), []);
    }
}
