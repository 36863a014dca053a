//! The real station, killed again and again while it takes drops and prints on two printers that
//! fail, and while a person turns stacks, scans, spoils and has cards made again; the printers
//! outlive it and know what came out.

mod judge;
mod kill;
mod person;
mod step;

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use kia_station::ledger::{Ledger, Reader};

use crate::fake::{Fake, Fault, Persona};
use crate::harness::{Daemon, Settings, Station, child, toddler};
use crate::rng::Rng;
use crate::table::Tally;

/// The time limit of a request.
const LIMIT: f64 = 0.3;

/// The names of the two printers in the settings.
const PRINTERS: [&str; 2] = ["p0", "p1"];

/// One forgets its jobs in a restart and turns the card itself. The other prints an interrupted
/// job again, and a person turns its stacks.
fn personas() -> [Persona; 2] {
    [false, true].map(|remembers| Persona {
        remembers,
        tells_documents: !remembers,
        tells_impressions: remembers,
        ..Persona::PLAIN
    })
}

/// What is printed is held elsewhere.
const SPARING: &str = "[print]\ndpi = 150\nproof_every = 1000\n";

fn settings(fakes: &[Fake]) -> Settings {
    let printers = fakes.iter().zip(PRINTERS).zip(personas());
    let printer = |((fake, name), persona): ((&Fake, &str), Persona)| {
        let turned = match persona.remembers {
            true => "duplex = \"none\"\nstack_reversed = true\n",
            false => "",
        };
        format!(
            "[[printers]]\nname = \"{name}\"\nuri = \"{}\"\ntimeout = {LIMIT}\n\
             hand_over_after = 1.0\nforgets_jobs = {}\n{turned}",
            fake.uri(),
            !persona.remembers
        )
    };
    Settings {
        cards: 3,
        gather: 0.05,
        settle: 0.05,
        give_up: 0.5,
        more: SPARING.to_owned() + &printers.map(printer).collect::<String>(),
        ..Settings::default()
    }
}

/// A station and its printers under a series of kills.
struct Siege {
    station: Station,
    fakes: Vec<Fake>,
    rng: Rng,
    /// Children that were dropped, but for those with something wrong.
    dropped: u32,
    /// What was hit; see [`step`].
    steps: BTreeSet<String>,
    /// Each kill with the jobs that it hit.
    kills: Vec<(Fault, BTreeSet<String>)>,
}

impl Siege {
    fn reader(&self) -> Reader {
        Ledger::open_read_only(&self.station.path("ledger")).unwrap()
    }

    /// What comes before this kill: single children, folders, tables, and one that is refused.
    fn drop_some(&mut self, number: u32) {
        let first = number * 10;
        let station = &self.station;
        self.dropped += match number % 8 {
            1 | 5 => {
                let children = [
                    toddler(first),
                    child(first + 1),
                    child(first + 2),
                    child(first + 3),
                ];
                station.drop_batch(&format!("B{first}"), &children);
                4
            }
            3 => {
                station.drop_table(&format!("T{first}.csv"), &[child(first), child(first + 1)]);
                2
            }
            7 => {
                let wrong = child(first).with("agama", "TIDAK ADA");
                station.drop_single(&format!("salah{first}.json"), &wrong);
                0
            }
            _ => {
                station.drop_single(&format!("s{first}.json"), &child(first));
                1
            }
        };
    }

    /// Lets the station work undisturbed, and a person turn and look, until nothing moves any more
    /// and nothing is in doubt.
    fn calm(&mut self) {
        for fake in &self.fakes {
            fake.faults(0);
            fake.pace(8);
        }
        loop {
            self.work_off();
            if !self.look() {
                return;
            }
        }
    }

    fn work_off(&self) {
        let daemon = self.station.daemon();
        let moving = "SELECT count(*) FROM cards
             WHERE state IN ('accepted', 'rendered', 'submitting', 'sent')";
        let events = "SELECT max(seq) FROM events";
        let mut last = (0, Instant::now());
        loop {
            let stands =
                self.station.names("incoming").is_empty() && self.station.names("work").is_empty();
            let moves = self.station.number(moving);
            if stands && moves == 0 {
                break;
            }
            let written = self.station.number(events);
            if written != last.0 {
                last = (written, Instant::now());
            }
            // A stack is not turned before somebody has looked at the front in doubt in it.
            let doubt = |printer| !self.reader().fronts_in_doubt(printer).unwrap().is_empty();
            if stands
                && last.1.elapsed() > Duration::from_secs(3)
                && PRINTERS.into_iter().any(doubt)
            {
                break;
            }
            assert!(
                last.1.elapsed() < Duration::from_secs(120),
                "{moves} cards stand still:\n{}",
                tail(&daemon)
            );
            self.turn_stacks();
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(daemon.stop().code(), Some(0));
    }
}

/// The end of a station's log.
fn tail(daemon: &Daemon<'_>) -> String {
    let log = daemon.log();
    let lines: Vec<&str> = log.lines().rev().take(20).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// Kills the station so often, and judges what is left; with the number of different steps hit.
pub fn kill_all(wanted: u64) -> (Tally, usize) {
    let fakes: Vec<Fake> = (1..)
        .zip(personas())
        .map(|(seed, persona)| Fake::start(seed, persona))
        .collect();
    for fake in &fakes {
        fake.pace(2);
    }
    let mut siege = Siege {
        station: Station::with(settings(&fakes)),
        fakes,
        rng: Rng::new(wanted),
        dropped: 0,
        steps: BTreeSet::new(),
        kills: Vec::new(),
    };
    siege.receive_blanks();
    for number in 0..u32::try_from(wanted).unwrap() {
        siege.kill(number);
    }
    siege.calm();
    let mut tally = siege.judge();
    // Which card a printer's own fault met is not known: what goes wrong is counted at the kill.
    for fault in siege.fakes.iter().flat_map(Fake::fired) {
        tally.count(fault, false, false);
    }
    siege.count_children();
    siege.close_the_day();
    siege.station.is_sound();
    (tally, siege.steps.len())
}
