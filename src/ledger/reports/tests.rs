use super::*;
use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::domain::reason::Reason;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::CardId;
use crate::domain::pack::{Carrier, Destination};
use crate::ledger::cards::write::Remake;
use crate::ledger::testing::{Station, child, new_card, new_lot, nik};

/// A child of eight whose card ends with the seventeenth birthday, on this day.
fn ending(serial: u32, on: Date) -> Record {
    let mut record = child(serial);
    record.tanggal_lahir = date(on.year() - 17, on.month(), on.day());
    record
}

fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap()
}

/// Accepts and renders these children, all in one lot.
fn rendered(station: &mut Station, records: &[Record]) -> Vec<CardId> {
    station
        .write(|tx| {
            let mut cards = Vec::new();
            for record in records {
                cards.push(tx.accept(new_card(record))?);
            }
            let lot = tx.next_lot()?;
            tx.make_lot(new_lot(lot, &cards, &format!("{lot}.pdf")))?;
            Ok(cards)
        })
        .unwrap()
}

fn on_day(
    station: &mut Station,
    day: Date,
    work: impl FnOnce(&mut crate::ledger::Tx<'_>) -> Result<()>,
) {
    let noon = midnight(day).checked_add(jiff::SignedDuration::from_hours(12));
    station
        .ledger
        .write("operator:siti", noon.unwrap(), work)
        .unwrap();
}

fn print(station: &mut Station, day: Date, cards: &[CardId]) {
    on_day(station, day, |tx| {
        for &card in cards {
            tx.move_card(card, State::Printed, Evidence::Operator, None)?;
        }
        Ok(())
    });
}

fn unexpired(station: &Station, day: Date) -> u64 {
    let holders = station
        .ledger
        .holders(day, midnight(day.tomorrow().unwrap()));
    let groups = holders.unwrap().groups;
    groups.iter().map(|group| group.unexpired).sum()
}

/// A verified card leaves the office in a pack of its own.
fn send_out(station: &mut Station, card: CardId, record: &Record) {
    let school = record.sekolah.clone().unwrap_or_default();
    let to = Destination::of(&school, &record.kecamatan, &record.desa);
    station
        .write(|tx| {
            let pack = tx.pack_for(&to, "a code")?;
            tx.put_in_pack(pack, card)?;
            tx.close_pack(pack, false)?;
            tx.send_pack(pack, Carrier::Petugas, None, date(2026, 11, 24))
        })
        .unwrap();
}

#[test]
fn a_card_counts_until_the_day_before_its_birthday_and_an_erased_one_to_the_end_of_the_month() {
    let mut station = Station::new();
    let records = [
        ending(1, date(2026, 11, 20)),
        ending(2, date(2026, 11, 21)),
        ending(3, date(2026, 12, 1)),
        ending(4, date(2026, 11, 3)),
    ];
    let cards = rendered(&mut station, &records);
    print(&mut station, date(2026, 11, 1), &cards);
    assert_eq!(
        unexpired(&station, date(2026, 10, 31)),
        0,
        "not printed yet"
    );
    assert_eq!(unexpired(&station, date(2026, 11, 2)), 4);
    assert_eq!(unexpired(&station, date(2026, 11, 19)), 3);
    assert_eq!(unexpired(&station, date(2026, 11, 20)), 2);
    assert_eq!(unexpired(&station, date(2026, 11, 30)), 1);
    assert_eq!(unexpired(&station, date(2026, 12, 1)), 0);
    station.step(cards[1], State::Verified).unwrap();
    send_out(&mut station, cards[1], &records[1]);
    station.write(|tx| tx.erase(cards[1], "purge")).unwrap();
    assert_eq!(unexpired(&station, date(2026, 11, 30)), 2);
    assert_eq!(unexpired(&station, date(2026, 12, 1)), 0);
    let report = crate::ledger::verify(
        &station.ledger,
        &crate::ledger::testing::files(station.path()),
    )
    .unwrap();
    // The PDF was never written; all that is derived from the log is sound.
    assert!(
        report
            .findings
            .iter()
            .all(|found| format!("{found:?}").contains("File"))
    );
}

#[test]
fn a_reprint_counts_its_child_once_and_a_past_day_sees_what_stood_then() {
    let mut station = Station::new();
    let far = date(2030, 5, 5);
    let cards = rendered(&mut station, &[ending(1, far), ending(2, far)]);
    let (first, second) = (date(2026, 11, 2), date(2026, 11, 9));
    print(&mut station, first, &cards);
    on_day(&mut station, second, |tx| {
        let remake = Remake::Yes { token: None };
        tx.spoil(cards[0], SpoilReason::Buram, Evidence::Operator, remake)?;
        Ok(())
    });
    let day = |day: Date| {
        let until = midnight(day.tomorrow().unwrap());
        let out = station.ledger.came_out(midnight(day), until).unwrap();
        let groups = station.ledger.holders(day, until).unwrap().groups;
        let sum = |of: fn(&Group) -> u64| groups.iter().map(of).sum::<u64>();
        (
            out,
            [sum(|g| g.printed), sum(|g| g.live), sum(|g| g.unexpired)],
        )
    };
    let (out, then) = day(first);
    assert_eq!((out.from5, out.lasting, out.spoiled), (1, 1, 1));
    assert_eq!(then, [2, 2, 2], "both were good at the end of that day");
    assert_eq!(day(second), (CameOut::default(), [1, 1, 1]));
    let again = station.ledger.cards_of(&nik(1)).unwrap()[1].card;
    station
        .write(|tx| {
            let lot = tx.next_lot()?;
            tx.make_lot(new_lot(lot, &[again], "L2.pdf"))
        })
        .unwrap();
    let third = date(2026, 11, 10);
    print(&mut station, third, &[again]);
    on_day(&mut station, date(2026, 11, 11), |tx| {
        tx.move_card(cards[1], State::Void, Evidence::Operator, Some(Reason::Hilang))?;
        Ok(())
    });
    let until = midnight(date(2026, 11, 12));
    let groups = station
        .ledger
        .holders(date(2026, 11, 11), until)
        .unwrap()
        .groups;
    assert_eq!(groups.len(), 1);
    assert_eq!(
        (groups[0].printed, groups[0].live, groups[0].unexpired),
        (2, 1, 1)
    );
    let mut lines = Vec::new();
    let all = |line: RegisterLine| {
        lines.push((line.number, line.card.card, line.card.state));
        Ok(())
    };
    station
        .ledger
        .register::<Error>(midnight(second), until, all)
        .unwrap();
    assert_eq!(
        lines,
        [(3, again, State::Printed)],
        "numbers go on from those before"
    );
}

#[test]
fn what_ends_next_is_counted_by_month_and_the_children_are_the_same_ones() {
    let mut station = Station::new();
    let today = date(2026, 11, 24);
    let days = [
        date(2026, 11, 24),
        date(2026, 11, 25),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 2, 1),
    ];
    let records: Vec<Record> = (1..).zip(days).map(|(n, on)| ending(n, on)).collect();
    let cards = rendered(&mut station, &records);
    print(&mut station, date(2026, 11, 1), &cards);
    let (until, last) = (midnight(date(2026, 11, 25)), Month::of(today).after(2));
    let endings = station.ledger.endings(today, until, last).unwrap();
    let mut months: Vec<(String, u64)> = endings
        .iter()
        .map(|ending| (ending.month.to_string(), ending.children))
        .collect();
    months.sort();
    let wanted = [("2026-11", 1), ("2026-12", 1), ("2027-01", 1)];
    assert_eq!(months, wanted.map(|(month, n)| (month.to_owned(), n)));
    let mut named = Vec::new();
    station
        .ledger
        .each_ending::<Error>(today, until, last, |ending| {
            named.push(ending.on.unwrap());
            Ok(())
        })
        .unwrap();
    assert_eq!(named, days[1..4]);
}

#[test]
fn the_blanks_left_are_the_counted_ones_of_the_last_close() {
    use crate::domain::stock::Movement;
    use crate::ledger::{Close, NewMovement};
    let mut station = Station::new();
    let (first, later) = (date(2026, 11, 2), date(2026, 11, 5));
    on_day(&mut station, first, |tx| {
        tx.move_stock(NewMovement {
            media: "kia",
            movement: Movement::Received,
            count: 10,
            batch: None,
            serials: None,
            note: None,
        })
    });
    for (day, counted) in [(first, 10), (later, 9)] {
        on_day(&mut station, day, |tx| {
            let explained = (counted < 10).then_some(("hilang", "budi"));
            tx.close_day(Close {
                media: "kia",
                date: day,
                counted,
                explained,
            })
        });
    }
    let left = |day, runs| station.ledger.blanks_left(day, runs).unwrap();
    assert_eq!(left(date(2026, 11, 1), false), []);
    for (day, count, on) in [
        (first, 10, first),
        (date(2026, 11, 4), 10, first),
        (later, 9, later),
    ] {
        let found = left(day, false);
        assert_eq!((found[0].left, found[0].counted_on), (count, Some(on)));
    }
    let open = left(date(2026, 11, 6), true);
    assert_eq!((open[0].left, open[0].counted_on), (9, None));
}
