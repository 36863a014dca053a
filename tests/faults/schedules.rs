//! Seeded schedules of faults and restarts against the fake printer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use kia_station::domain::ids::CardId;
use kia_station::printer::Sides;
use kia_station::printer::ipp::IppPrinter;
use kia_station::printer::submit::{Outcome, Step, Submission};

use crate::fake::{Fake, Fault, Persona};
use crate::journal::{Entry, MemoryJournal};
use crate::rng::Rng;
use crate::table::Tally;

const LIMIT: Duration = Duration::from_millis(60);
const CARDS: u64 = 3;

impl Tally {
    /// Holds what the station says of a card's attempts against what came out.
    fn judge(&mut self, seed: u64, fake: &Fake, attempts: &[Entry], fired: Vec<Fault>) {
        let (mut lost, mut doubled) = (false, false);
        for entry in attempts {
            let name = &entry.attempt.job_name;
            let (out, documents) = (fake.came_out(name), fake.documents(name));
            match entry.outcome.as_ref().unwrap() {
                Outcome::Printed => {
                    self.printed += 1;
                    lost |= out == 0;
                    doubled |= out > 1;
                }
                Outcome::NotPrinted(_) => {
                    self.not_printed += 1;
                    doubled |= out > 0;
                }
                Outcome::Unconfirmed(_) => self.unconfirmed += 1,
            }
            doubled |= documents > 1;
            if lost || doubled {
                let outcome = &entry.outcome;
                self.wrong.push(format!(
                    "seed {seed} {name}: {outcome:?}, {out} came out of {documents} documents, {fired:?}"
                ));
                break;
            }
        }
        for fault in fired {
            self.count(fault, lost, doubled);
        }
    }
}

/// The station: its only memory is the journal.
struct Station<'a> {
    printer: IppPrinter,
    journal: MemoryJournal,
    fake: &'a Fake,
    rng: Rng,
    /// Steps of a hundred after which it dies.
    deaths: u64,
}

impl Station<'_> {
    /// One attempt until it is over, through any number of deaths.
    fn attempt(&mut self, card: CardId) {
        let attempts = self.journal.entries.len();
        let document = b"%PDF-1.7 a card".to_vec();
        let begun = Submission::begin(&mut self.journal, card, Sides::LongEdge, None, document);
        let mut submission = match begun {
            Ok(submission) => submission,
            // It died before the commit: there is no attempt.
            Err(_) if self.journal.entries.len() == attempts => return,
            Err(_) => Submission::resume(self.journal.open().unwrap()),
        };
        for step in 0.. {
            assert!(step < 400, "{submission:?} never ends");
            if step == 80 {
                // Enough: from here on all goes well, and it must come to its end.
                self.fake.faults(0);
                self.journal.chance = 0;
                self.deaths = 0;
            }
            if self.rng.percent(self.deaths) {
                self.journal.fired.push(Fault::StationBetweenSteps);
                submission = Submission::resume(self.journal.open().unwrap());
            }
            match submission.step(&self.printer, &mut self.journal) {
                Ok(Step::Moved | Step::Wait(_)) => {}
                Ok(Step::Ended(_)) => return,
                Err(_) => match self.journal.open() {
                    Some(open) => submission = Submission::resume(open),
                    None => return,
                },
            }
        }
    }
}

fn play(seed: u64) -> Tally {
    let mut rng = Rng::new(seed);
    let persona = Persona {
        two_phase: true,
        remembers: rng.percent(40),
        tells_uuid: rng.percent(80),
        tells_began: rng.percent(70),
        tells_documents: rng.percent(60),
        tells_impressions: rng.percent(50),
    };
    let chance = rng.pick(&[4, 12, 25]);
    let deaths = rng.pick(&[0, 3, 10]);
    let fake = Fake::start(rng.next(), persona);
    let mut station = Station {
        printer: IppPrinter::new(&fake.uri(), LIMIT, !persona.remembers).unwrap(),
        journal: MemoryJournal::new(rng.next()),
        fake: &fake,
        rng,
        deaths,
    };
    let mut tally = Tally::default();
    for card in (1..=CARDS).map(CardId::new) {
        let first = station.journal.entries.len();
        for _ in 0..12 {
            fake.faults(chance);
            station.journal.chance = deaths;
            station.deaths = deaths;
            station.attempt(card);
            let last = station.journal.entries[first..].last();
            let settled = |entry: &Entry| !matches!(entry.outcome, Some(Outcome::NotPrinted(_)));
            if last.is_some_and(settled) {
                break;
            }
        }
        fake.faults(0);
        fake.run_dry();
        let mut fired = fake.fired();
        fired.append(&mut station.journal.fired);
        tally.judge(seed, &fake, &station.journal.entries[first..], fired);
    }
    tally
}

/// Plays as many schedules as wanted.
pub fn play_all(wanted: u64) -> Tally {
    let next = AtomicU64::new(0);
    let mut tally = Tally::default();
    thread::scope(|scope| {
        let play_some = || {
            let mut tally = Tally::default();
            loop {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= wanted {
                    return tally;
                }
                tally.add(play(seed));
            }
        };
        let players: Vec<_> = (0..12).map(|_| scope.spawn(play_some)).collect();
        for player in players {
            tally.add(player.join().unwrap());
        }
    });
    tally
}
