use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::config::{Config, Paths};
use crate::context::{Clock, Context};
use crate::domain::nik::Nik;
use crate::domain::reason::Reason;
use crate::domain::record::Record;
use crate::ledger::testing::new_lot;
use crate::ledger::{Ledger, NewCard, Tx};
use crate::production::samples;

/// An empty station that makes lots, and the hand that the page has on its ledger.
fn station() -> (TempDir, Station, Ledger) {
    station_at(Clock::system())
}

fn station_at(clock: Clock) -> (TempDir, Station, Ledger) {
    let dir = TempDir::new().unwrap();
    let paths = Paths::new(dir.path());
    fs::create_dir_all(paths.ledger()).unwrap();
    Ledger::create(&paths.ledger(), Timestamp::now()).unwrap();
    let mut config = Config::default();
    config.officials.push(samples::official());
    let page = Ledger::open(&paths.ledger()).unwrap();
    let context = Context::new(paths, config, clock).unwrap();
    (dir, Station::open(Arc::new(context)).unwrap(), page)
}

fn record(station: &Station, kind: Kind, serial: u32) -> Record {
    let record = samples::sample(kind, station.today());
    let nik = record.nik.as_str();
    let nik = format!("{}{serial:04}", &nik[..12]);
    Record {
        nik: Nik::parse(&nik).unwrap(),
        ..record
    }
}

fn accept(page: &mut Ledger, record: &Record, kind: Kind, photo: Option<&str>) -> CardId {
    let token = format!("token-{}", &record.nik.as_str()[12..]);
    let accept = |tx: &mut Tx<'_>| {
        tx.accept(NewCard {
            record,
            kind,
            photo,
            token: Some(&token),
            drop: "D1",
            row: None,
            replaces: None,
        })
    };
    page.write(ACTOR, Timestamp::now(), accept).unwrap()
}

fn hold(page: &mut Ledger, card: CardId) {
    let hold = |tx: &mut Tx<'_>| {
        tx.move_card(
            card,
            State::Held,
            Evidence::Operator,
            Some(Reason::Operator),
        )
        .map(drop)
    };
    page.write("operator:siti", Timestamp::now(), hold).unwrap();
}

fn pdfs(station: &Station) -> usize {
    names(station).len()
}

fn names(station: &Station) -> Vec<String> {
    let entries = fs::read_dir(station.context.paths.lots()).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_lot_that_the_ledger_did_not_take_has_no_name_that_prints() {
    // The clock is read right before the lot is entered: there somebody takes its number.
    let armed = Arc::new(AtomicBool::new(false));
    let thief: Arc<Mutex<Option<(Ledger, CardId)>>> = Arc::default();
    let clock = {
        let (armed, thief) = (Arc::clone(&armed), Arc::clone(&thief));
        Clock::new(move || {
            if armed.swap(false, Ordering::Relaxed)
                && let Some((page, card)) = thief.lock().unwrap().as_mut()
            {
                let lot = page.next_lot().unwrap();
                page.write(ACTOR, Timestamp::now(), |tx| {
                    tx.make_lot(new_lot(lot, &[*card], "other.pdf"))
                })
                .unwrap();
            }
            Timestamp::now()
        })
    };
    let (_dir, mut station, mut page) = station_at(clock);
    let cards: Vec<CardId> = (1..=2)
        .map(|serial| {
            let record = record(&station, Kind::Under5, serial);
            accept(&mut page, &record, Kind::Under5, None)
        })
        .collect();
    let queued = station.ledger.queue_head(Kind::Under5, 1).unwrap();
    let setter = CardComposer {
        layout: &station.context.layouts().unwrap()[&Kind::Under5],
        photos: &station.photos,
        issue: station.context.config.issue(station.today()),
        press: station.context.config.press(),
    };
    let (page_of, shows) = setter.set(&queued[0]).ok().unwrap();
    *thief.lock().unwrap() = Some((page, cards[1]));
    let day = station.today();
    armed.store(true, Ordering::Relaxed);
    let made = station.write_lot(Kind::Under5, day, &queued, &[page_of], &[shows]);
    assert!(made.is_err(), "{made:?}");
    assert_eq!(names(&station), ["L00001.pdf.ditahan"]);
    let made = station.make_lots(Due::All).unwrap();
    assert_eq!((made.len(), made[0].pdf.as_str()), (1, "L00002.pdf"));
    assert_eq!(names(&station), ["L00002.pdf"]);
}

#[test]
fn a_start_gives_a_lot_its_name_and_removes_one_that_the_ledger_has_not() {
    let (_dir, mut station, mut page) = station();
    let record = record(&station, Kind::Under5, 1);
    accept(&mut page, &record, Kind::Under5, None);
    station.make_lots(Due::All).unwrap();
    let lots = station.context.paths.lots();
    let held = lots.join("L00001.pdf.ditahan");
    fs::rename(lots.join("L00001.pdf"), &held).unwrap();
    for name in ["L00002.pdf", "L00003.pdf.ditahan", "L00002.7.tmp"] {
        fs::write(lots.join(name), "half").unwrap();
    }
    let context = Arc::clone(&station.context);
    let station = Station::open(context).unwrap();
    assert_eq!(names(&station), ["L00001.pdf"]);
    // Another PDF than the ledger's gets no name.
    let lots = station.context.paths.lots();
    fs::remove_file(lots.join("L00001.pdf")).unwrap();
    fs::write(&held, "other").unwrap();
    let station = Station::open(Arc::clone(&station.context)).unwrap();
    assert_eq!(names(&station), ["L00001.pdf.ditahan"]);
}

#[test]
fn a_card_that_a_person_holds_while_its_lot_is_made_is_in_no_lot() {
    let (_dir, mut station, mut page) = station();
    let cards: Vec<CardId> = (1..=2)
        .map(|serial| {
            let record = record(&station, Kind::Under5, serial);
            accept(&mut page, &record, Kind::Under5, None)
        })
        .collect();
    let queued = station.ledger.queue_head(Kind::Under5, 10).unwrap();
    hold(&mut page, cards[0]);
    let made = station.make_lot(Kind::Under5, queued).unwrap();
    assert!(matches!(made, Gathered::Outdated), "{made:?}");
    assert_eq!(pdfs(&station), 0);
    let made = station.make_lots(Due::All).unwrap();
    assert_eq!((made.len(), made[0].cards, pdfs(&station)), (1, 1, 1));
    let state = |card| page.state(card).unwrap();
    assert_eq!(state(cards[0]), Some(State::Held));
    assert_eq!(state(cards[1]), Some(State::Rendered));
}

#[test]
fn a_photo_that_a_person_changes_while_its_lot_is_made_is_the_one_in_the_pdf() {
    let (_dir, mut station, mut page) = station();
    let record = record(&station, Kind::From5, 1);
    let [before, after] = [1, 2].map(|seed| {
        let jpeg = samples::portrait(seed, record.tanggal_lahir);
        let sha256 = hex(&Sha256::digest(&jpeg));
        station.photos.keep(&sha256, &jpeg).unwrap();
        station.photos.sync().unwrap();
        sha256
    });
    let card = accept(&mut page, &record, Kind::From5, Some(&before));
    let queued = station.ledger.queue_head(Kind::From5, 10).unwrap();
    let change = |tx: &mut Tx<'_>| tx.change_photo(card, &after, true);
    page.write("operator:siti", Timestamp::now(), change)
        .unwrap();
    let made = station.make_lot(Kind::From5, queued).unwrap();
    assert!(matches!(made, Gathered::Outdated), "{made:?}");
    assert_eq!(pdfs(&station), 0);
    assert_eq!(station.make_lots(Due::All).unwrap().len(), 1);
    assert_eq!(page.state(card).unwrap(), Some(State::Rendered));
}

#[test]
fn a_photo_that_cannot_be_read_now_holds_no_card_for_good() {
    let (_dir, mut station, mut page) = station();
    let photo = |station: &Station, serial: u32| {
        let record = record(station, Kind::From5, serial);
        let jpeg = samples::portrait(serial as usize, record.tanggal_lahir);
        let sha256 = hex(&Sha256::digest(&jpeg));
        station.photos.keep(&sha256, &jpeg).unwrap();
        station.photos.sync().unwrap();
        let path = station.context.paths.photos().join(format!("{sha256}.jpg"));
        (record, sha256, path)
    };
    let [one, two] = [1, 2].map(|serial| {
        let (record, sha256, path) = photo(&station, serial);
        let card = accept(&mut page, &record, Kind::From5, Some(&sha256));
        (card, path)
    });
    let photos = station.context.paths.photos();
    let away = photos.with_extension("away");
    let state = |card| page.state(card).unwrap().unwrap();

    // The whole folder is away.
    fs::rename(&photos, &away).unwrap();
    assert!(station.make_lots(Due::All).is_err());
    assert_eq!([state(one.0), state(two.0)], [State::Accepted; 2]);
    fs::rename(&away, &photos).unwrap();

    // One file cannot be read: the other card goes on.
    let aside = one.1.with_extension("aside");
    fs::rename(&one.1, &aside).unwrap();
    fs::create_dir(&one.1).unwrap();
    assert!(station.make_lots(Due::All).is_err());
    assert_eq!(
        [state(one.0), state(two.0)],
        [State::Accepted, State::Rendered]
    );

    // It is really missing: held until it is back.
    fs::remove_dir(&one.1).unwrap();
    assert_eq!(station.make_lots(Due::All).unwrap(), []);
    assert_eq!(state(one.0), State::Held);
    fs::rename(&aside, &one.1).unwrap();
    station.looked_at_held = None;
    assert_eq!(station.make_lots(Due::All).unwrap().len(), 1);
    assert_eq!(state(one.0), State::Rendered);
}

#[test]
fn what_a_person_says_of_a_card_stands_when_it_could_not_be_printed_anyway() {
    let (_dir, mut station, mut page) = station();
    let mut over = record(&station, Kind::Under5, 1);
    over.berlaku_hingga = Some(station.today() - 1.day());
    let card = accept(&mut page, &over, Kind::Under5, None);
    let queued = station.ledger.queue_head(Kind::Under5, 10).unwrap();
    hold(&mut page, card);
    let made = station.make_lot(Kind::Under5, queued).unwrap();
    assert!(matches!(made, Gathered::Outdated), "{made:?}");
    let stands = page.card(card).unwrap().unwrap();
    assert_eq!(stands.reason, Some(Reason::Operator));
    assert_eq!(station.make_lots(Due::All).unwrap(), []);
}

#[test]
fn a_drop_whose_files_could_not_be_moved_is_finished_once_they_can() {
    let (dir, mut station, _page) = station();
    let (rejected, aside) = (dir.path().join("rejected"), dir.path().join("aside"));
    fs::write(dir.path().join("incoming/X.json"), "{}").unwrap();
    fs::rename(&rejected, &aside).unwrap();
    fs::write(&rejected, "no folder").unwrap();
    assert!(station.run_once().unwrap().drops.is_empty());
    assert!(station.parked().unwrap().contains("is tried again"));
    fs::remove_file(&rejected).unwrap();
    fs::rename(&aside, &rejected).unwrap();
    station.run_once().unwrap();
    assert_eq!(station.parked(), None);
    assert!(rejected.join("X.json/reasons.json").exists());
}
