//! The real station, killed again and again while it takes drops and prints on two printers that
//! fail; the printers outlive it and know what came out.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use ipp::model::Operation;
use kia_station::domain::card::State;
use kia_station::domain::ids::CardId;
use kia_station::domain::job::Stage;
use kia_station::ledger::{Ledger, Reader};

use crate::fake::{Fake, Fault, Moment, Persona};
use crate::harness::{Daemon, Settings, Station, child, toddler};
use crate::rng::Rng;
use crate::table::Tally;

/// The time limit of a request.
const LIMIT: f64 = 0.3;
/// How long a kill waits for its step; then it comes wherever the station is.
const PATIENCE: Duration = Duration::from_secs(4);

/// One forgets its jobs in a restart, the other prints an interrupted one again.
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
    let printers = fakes.iter().zip(personas()).enumerate();
    let printer = |(number, (fake, persona)): (usize, (&Fake, Persona))| {
        format!(
            "[[printers]]\nname = \"p{number}\"\nuri = \"{}\"\ntimeout = {LIMIT}\n\
             hand_over_after = 1.0\nforgets_jobs = {}\n",
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
    /// What was hit: where the station was and what the ledger held.
    steps: BTreeSet<String>,
    /// Each kill with the jobs that it hit.
    kills: Vec<(Fault, BTreeSet<String>)>,
}

impl Siege {
    fn reader(&self) -> Reader {
        Ledger::open_read_only(&self.station.path("ledger")).unwrap()
    }

    /// One start of the station and its violent end.
    fn kill(&mut self, number: u32) {
        // One child that comes alone and, now and then, a small batch.
        let first = number * 10;
        self.station
            .drop_single(&format!("s{first}.json"), &child(first));
        if number.is_multiple_of(4) {
            self.station.drop_batch(
                &format!("B{first}"),
                &[toddler(first + 1), child(first + 2)],
            );
        }
        let chance = self.rng.pick(&[0, 0, 8, 20]);
        for fake in &self.fakes {
            fake.faults(chance);
        }
        let kind = self.rng.pick(&[
            Fault::KilledBeforeTaken,
            Fault::KilledBeforeReply,
            Fault::KilledAfterReply,
            Fault::KilledAnywhere,
        ]);
        let at = match kind {
            Fault::KilledBeforeTaken => self.at_request(Moment::BeforeTaken),
            Fault::KilledBeforeReply => self.at_request(Moment::BeforeReply),
            Fault::KilledAfterReply => self.at_request(Moment::AfterReply),
            _ => self.anywhere(),
        };
        self.note(kind, &at);
    }

    /// Kills the station at some request of a printer.
    fn at_request(&mut self, moment: Moment) -> String {
        let operation = self.rng.pick(&[
            Operation::CreateJob,
            Operation::SendDocument,
            Operation::SendDocument,
            Operation::GetJobAttributes,
            Operation::GetPrinterAttributes,
        ]);
        let after = u32::from(self.rng.percent(30));
        let printer = usize::from(self.rng.percent(50));
        let held = self.fakes[printer].hold(operation, after, moment);
        let daemon = self.station.spawn();
        let reached = held.wait(PATIENCE);
        daemon.kill();
        match reached {
            true => format!("{moment:?} {operation:?}"),
            false => "too late".to_owned(),
        }
    }

    /// Kills it while something is written, or wherever it is.
    fn anywhere(&mut self) -> String {
        let station = &self.station;
        let writes = |folder: &str| station.names(folder).iter().any(|n| n.contains(".tmp"));
        let waits: [&dyn Fn() -> bool; 4] = [
            &|| !station.names("work").is_empty(),
            &|| writes("photos"),
            &|| writes("lots"),
            &|| false,
        ];
        let wait = self.rng.pick(&waits);
        let patience = Duration::from_millis(50 + self.rng.next() % 1500);
        let more = Duration::from_millis(self.rng.next() % 20);
        let daemon = self.station.spawn();
        let began = Instant::now();
        while !wait() && began.elapsed() < patience {
            thread::yield_now();
        }
        thread::sleep(more);
        daemon.kill();
        "anywhere".to_owned()
    }

    /// What the station was doing when it died, and which jobs were in its hands.
    fn note(&mut self, kind: Fault, at: &str) {
        let database = self.station.database();
        let last: String = database
            .query_row(
                "SELECT json_extract(body, '$.kind') FROM events ORDER BY seq DESC LIMIT 1",
                [],
                |row| row.get(0),
            )
            .unwrap();
        let (mut stages, mut hit) = (BTreeSet::new(), BTreeSet::new());
        let reader = self.reader();
        for printer in ["p0", "p1"] {
            for job in reader.open_jobs(printer).unwrap() {
                stages.insert(job.stage.name());
                hit.insert(job.job);
            }
        }
        let folders = ["work", "photos", "lots"].into_iter().filter(|folder| {
            let names = self.station.names(folder);
            names
                .iter()
                .any(|name| *folder == "work" || name.contains(".tmp"))
        });
        let folders: Vec<&str> = folders.collect();
        self.kills.push((kind, hit));
        self.steps
            .insert(format!("{at}, after {last}, jobs {stages:?}, {folders:?}"));
    }

    /// Lets the station work undisturbed until nothing moves any more.
    fn calm(&self) {
        for fake in &self.fakes {
            fake.faults(0);
            fake.pace(8);
        }
        let daemon = self.station.daemon();
        let moving = "SELECT count(*) FROM cards
             WHERE state IN ('accepted', 'rendered', 'submitting', 'sent')";
        let mut left = (i64::MAX, Instant::now());
        loop {
            let stands =
                self.station.names("incoming").is_empty() && self.station.names("work").is_empty();
            let moves = self.station.number(moving);
            if stands && moves == 0 {
                break;
            }
            if moves != left.0 {
                left = (moves, Instant::now());
            }
            assert!(
                left.1.elapsed() < Duration::from_secs(30),
                "{moves} cards stand still:\n{}",
                tail(&daemon)
            );
            thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(daemon.stop().code(), Some(0));
        for fake in &self.fakes {
            fake.run_dry();
        }
    }

    /// The kills that hit a job.
    fn kills_of(&self, job: &str) -> Vec<Fault> {
        let hit = self.kills.iter().filter(|(_, jobs)| jobs.contains(job));
        hit.map(|(kind, _)| *kind).collect()
    }

    /// Holds every attempt in the ledger against what came out.
    fn judge(&self) -> Tally {
        let mut tally = Tally::default();
        let reader = self.reader();
        let cards = self.station.number("SELECT count(*) FROM cards");
        let (mut lost, mut doubled) = (BTreeSet::new(), BTreeSet::new());
        for number in 1..=u64::try_from(cards).unwrap() {
            let card = CardId::new(number);
            let state = reader.state(card).unwrap().unwrap();
            let jobs = reader.jobs(card).unwrap();
            let mut printed = 0;
            for job in &jobs {
                let sum = |of: fn(&Fake, &str) -> u32| -> u32 {
                    self.fakes.iter().map(|fake| of(fake, &job.job)).sum()
                };
                let (out, documents) = (sum(Fake::came_out), sum(Fake::documents));
                let wrong = match job.stage {
                    Stage::Printed => {
                        printed += 1;
                        tally.printed += 1;
                        if out == 0 {
                            lost.insert(job.job.clone());
                        }
                        out != 1
                    }
                    Stage::NotPrinted => {
                        tally.not_printed += 1;
                        out != 0
                    }
                    Stage::Unconfirmed => {
                        tally.unconfirmed += 1;
                        false
                    }
                    _ => true,
                };
                if wrong || documents > 1 {
                    doubled.extend((out > 0).then(|| job.job.clone()));
                    let stage = job.stage;
                    tally.wrong.push(format!(
                        "{}: {stage:?}, {out} came out of {documents} documents, hit by {:?}",
                        job.job,
                        self.kills_of(&job.job)
                    ));
                }
            }
            let settled = match state {
                State::Printed => printed == 1,
                State::Unconfirmed => printed == 0,
                _ => false,
            };
            if !settled {
                tally
                    .wrong
                    .push(format!("{card} is {state} after {printed} printed jobs"));
            }
        }
        for (kind, hit) in &self.kills {
            tally.count(*kind, !hit.is_disjoint(&lost), !hit.is_disjoint(&doubled));
        }
        tally
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
        steps: BTreeSet::new(),
        kills: Vec::new(),
    };
    for number in 0..u32::try_from(wanted).unwrap() {
        siege.kill(number);
    }
    siege.calm();
    let mut tally = siege.judge();
    // Which card a printer's own fault met is not known: what goes wrong is counted at the kill.
    for fault in siege.fakes.iter().flat_map(Fake::fired) {
        tally.count(fault, false, false);
    }
    let children = siege.station.number("SELECT sum(accepted) FROM drops");
    let dropped = wanted + wanted.div_ceil(4) * 2;
    assert_eq!(
        u64::try_from(children),
        Ok(dropped),
        "every child was accepted once"
    );
    let cards = siege.station.number("SELECT count(*) FROM cards");
    assert_eq!(cards, children, "one card a child");
    siege.station.is_sound();
    (tally, siege.steps.len())
}
