//! Starts of the station and their violent ends.

use std::thread;
use std::time::{Duration, Instant};

use ipp::model::Operation;
use kia_station::domain::job::Stage;

use super::{PRINTERS, Siege};
use crate::fake::{Fault, Moment};

/// How long a kill waits for its step; then it comes wherever the station is.
const PATIENCE: Duration = Duration::from_secs(4);

/// As long as so many cards wait, no more are dropped.
const ENOUGH: i64 = 12;

impl Siege {
    /// One start of the station and its end.
    pub(super) fn kill(&mut self, number: u32) {
        let queued = "SELECT count(*) FROM cards WHERE state IN ('accepted', 'rendered')";
        if self.station.number(queued) < ENOUGH {
            self.drop_some(number);
        }
        let chance = self.rng.pick(&[0, 0, 8, 20]);
        for fake in &self.fakes {
            fake.faults(chance);
        }
        if self.rng.percent(10) {
            self.look();
        }
        let kind = self.rng.pick(&[
            Fault::KilledBeforeTaken,
            Fault::KilledBeforeReply,
            Fault::KilledAfterReply,
            Fault::KilledAnywhere,
        ]);
        let (at, job) = match kind {
            Fault::KilledBeforeTaken => self.at_request(Moment::BeforeTaken),
            Fault::KilledBeforeReply => self.at_request(Moment::BeforeReply),
            Fault::KilledAfterReply => self.at_request(Moment::AfterReply),
            _ => match self.rng.percent(60) {
                true => self.after_events(),
                false => self.at_files(),
            },
        };
        self.note(kind, &at, &job);
    }

    /// Kills the station at some request of a printer that is likely to come.
    fn at_request(&mut self, moment: Moment) -> (String, String) {
        let printer = usize::from(self.rng.percent(50));
        let open = self.reader().open_jobs(PRINTERS[printer]).unwrap();
        let likely: &[Operation] = match open.first().map(|job| job.stage) {
            None => &[
                Operation::CreateJob,
                Operation::SendDocument,
                Operation::SendDocument,
                Operation::GetJobAttributes,
                Operation::GetPrinterAttributes,
            ],
            Some(Stage::Begun) => &[
                Operation::GetJobs,
                Operation::CancelJob,
                Operation::CreateJob,
            ],
            Some(Stage::Created) => &[
                Operation::GetJobAttributes,
                Operation::CancelJob,
                Operation::SendDocument,
            ],
            Some(_) => &[
                Operation::GetJobAttributes,
                Operation::CreateJob,
                Operation::SendDocument,
            ],
        };
        let operation = self.rng.pick(likely);
        let after = self.rng.pick(&[0, 0, 0, 1, 1, 2, 3]);
        let held = self.fakes[printer].hold(operation, after, moment);
        let luck = self.rng.next();
        let daemon = self.station.spawn();
        self.act(luck);
        let job = held.wait(PATIENCE);
        daemon.kill();
        match job {
            Some(job) => (
                format!("{moment:?} {operation:?} {}", PRINTERS[printer]),
                job,
            ),
            None => ("too late".to_owned(), String::new()),
        }
    }

    /// Kills it after so many more events in its ledger.
    fn after_events(&mut self) -> (String, String) {
        let database = self.station.database();
        let mut last = database.prepare("SELECT max(seq) FROM events").unwrap();
        let mut written = || last.query_row([], |row| row.get::<_, i64>(0)).unwrap();
        let wanted = written() + 1 + i64::from(self.rng.pick(&[0, 1, 2, 3, 5, 8, 13, 21]));
        let luck = self.rng.next();
        let daemon = self.station.spawn();
        self.act(luck);
        let began = Instant::now();
        while written() < wanted && began.elapsed() < PATIENCE {
            thread::yield_now();
        }
        daemon.kill();
        ("events".to_owned(), String::new())
    }

    /// Kills it while something is written, or wherever it is.
    fn at_files(&mut self) -> (String, String) {
        let station = &self.station;
        let has = |folder: &str, part: &str| station.names(folder).iter().any(|n| n.contains(part));
        let waits: [&dyn Fn() -> bool; 6] = [
            &|| has("work", ""),
            &|| has("photos", ".tmp"),
            &|| has("lots", ".tmp"),
            &|| has("lots", ".ditahan"),
            &|| has("accepted", ".tmp"),
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
        ("files".to_owned(), String::new())
    }
}
