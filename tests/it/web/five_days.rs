//! Five working days of an office, on the page and in the station's loop, by a clock that the test
//! holds: what is done on a day stands in that day.

use std::sync::{Arc, Mutex};

use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan};
use kia_station::config::{Config, Paths};
use kia_station::context::{Clock, Context};
use kia_station::daemon;
use kia_station::ledger::Ledger;
use kia_station::web::Server;

use super::PASSWORD;
use super::client::Visitor;
use super::desk::{done, told};
use crate::harness::{Child, Station, child, today};
use crate::scan::code;

/// An office whose station runs in this process, and what its clock says.
struct Office {
    station: Station,
    context: Arc<Context>,
    clock: Arc<Mutex<Timestamp>>,
}

impl Office {
    fn new() -> Self {
        let station = Station::new();
        station.people();
        let paths = Paths::new(station.path(""));
        let config = Config::read(&paths.config()).unwrap();
        let clock = Arc::new(Mutex::new(Timestamp::now()));
        let hands = Arc::clone(&clock);
        let told = Clock::new(move || *hands.lock().unwrap());
        Self {
            station,
            context: Arc::new(Context::new(paths, config, told).unwrap()),
            clock,
        }
    }

    /// Makes it this hour of this day, when siti logs in: a session does not last that long.
    fn at(&self, server: &Server, day: Date, hour: i8) -> Visitor {
        let now = self.context.zone.to_timestamp(day.at(hour, 0, 0, 0));
        *self.clock.lock().unwrap() = now.unwrap();
        Visitor::new(server.address).logged_in("siti", PASSWORD)
    }

    /// A batch comes in the morning and becomes a lot. Its cards, in the order of the lot.
    fn batch(&self, name: &str, children: &[Child]) -> (String, Vec<String>) {
        self.station.drop_batch(name, children);
        let mut station = daemon::Station::open(Arc::clone(&self.context)).unwrap();
        let made = station.run_once().unwrap();
        assert_eq!((made.drops.len(), made.lots.len()), (1, 1), "{name}");
        let lot = made.lots[0].lot;
        let ledger = Ledger::open_read_only(&self.station.path("ledger")).unwrap();
        let (_, cards) = ledger.lot(lot).unwrap().unwrap();
        let cards = cards.iter().map(|card| card.card.card.to_string());
        (lot.to_string(), cards.collect())
    }
}

/// The first working week that begins after today.
fn working_week() -> [Date; 5] {
    let monday = today().nth_weekday(1, Weekday::Monday).unwrap();
    [0, 1, 2, 3, 4].map(|n| monday + n.days())
}

#[test]
fn five_days_of_a_calendar_pass_and_each_holds_what_was_done_on_it() {
    let office = Office::new();
    let server = Server::start(Arc::clone(&office.context)).unwrap();
    let week = working_week();
    let mut left = 0;
    let mut books = Vec::new();
    let mut pack = String::new();
    let mut yesterday: Option<Visitor> = None;
    for (n, day) in (0..).zip(week) {
        let siti = office.at(&server, day, 8);
        if let Some(visitor) = yesterday {
            assert!(visitor.get("/").asks_for_login(), "a session ends at night");
        }
        if n == 0 {
            done(&siti, "/stock/blanks", "what=received&media=kia&count=50");
            left = 50;
        }
        let children: Vec<Child> = (1..=3).map(|k| child(10 * n + k)).collect();
        let (lot, cards) = office.batch(&format!("HARI-{n}"), &children);
        // What was spoiled on Tuesday is in Wednesday's lot again.
        assert_eq!(cards.len(), if n == 2 { 4 } else { 3 }, "{day}");

        let siti = office.at(&server, day, 11);
        let bad = &cards[0];
        let form = match n {
            1 => format!("on=&spoiled={bad}&reason-{bad}=macet"),
            _ => String::new(),
        };
        done(&siti, &format!("/lots/{lot}/confirm"), &form);
        let spoiled = usize::from(n == 1);
        for card in &cards[spoiled..] {
            let code = code(&office.station, card).replace(':', "%3A");
            siti.post("/scan", &format!("code={code}")).is(303);
        }

        let siti = office.at(&server, day, 15);
        if n == 2 {
            let answer = siti.post("/packs", "school=").is(303);
            assert!(told(&answer).0, "{:?}", told(&answer));
            pack = answer.header("location").unwrap().to_owned();
            done(&siti, &format!("{pack}/close"), "");
            done(&siti, &format!("{pack}/send"), "via=petugas&number=");
        }
        left -= cards.len();
        let form = format!("media=kia&counted={left}");
        done(&siti, "/day", &form);
        let (good, spoiled) = (cards.len() - spoiled, spoiled);
        books.push((day, good as i64, spoiled as i64, left as i64));
        yesterday = Some(siti);
    }

    let ledger = Ledger::open_read_only(&office.station.path("ledger")).unwrap();
    let closed = ledger.closed_days("kia").unwrap().into_iter().map(|day| {
        let closed = day.closed.unwrap();
        let (good, spoiled) = (day.balance.good, day.balance.spoiled);
        assert_eq!(office.context.date(closed.at), closed.date);
        (closed.date, good, spoiled, day.closing)
    });
    assert_eq!(closed.collect::<Vec<_>>(), books);
    let checkpoints = ledger.checkpoints(None).unwrap().len();
    assert_eq!(checkpoints, week.len(), "each close signed one");

    // The school says nothing for two weeks.
    let number = pack.strip_prefix("/packs/").unwrap();
    let late = format!("Paket {number} terlambat");
    let siti = office.at(&server, week[2] + 14.days(), 9);
    assert!(!siti.get("/").is(200).text().contains(&late));
    let siti = office.at(&server, week[2] + 15.days(), 9);
    assert!(siti.get("/").is(200).text().contains(&late));
    server.stop();
    office.station.is_sound();
}
