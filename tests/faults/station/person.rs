//! The person beside the station. They say only what they see.

use std::io::Write;
use std::process::Stdio;

use kia_station::domain::card::State;
use kia_station::domain::ids::CardId;
use kia_station::domain::job::Side;

use super::{PRINTERS, Siege};
use crate::harness::binary;

/// Blanks that there are at the beginning: more than any siege uses.
const BLANKS: u32 = 100_000;

impl Siege {
    /// Cards that came out under this job name, of whichever printer.
    pub(super) fn came_out(&self, job: &str) -> u32 {
        self.fakes.iter().map(|fake| fake.came_out(job)).sum()
    }

    pub(super) fn receive_blanks(&self) {
        let count = BLANKS.to_string();
        self.station
            .run(&["stock", "receive", &count, "--as", "siti"])
            .ended(0);
    }

    /// Puts back the stack of fronts that lies at the printer, when it is complete.
    pub(super) fn turn_stacks(&self) {
        let reader = self.reader();
        let waits = |printer: &str| !reader.backs_waiting(printer).unwrap().is_empty();
        if waits(PRINTERS[1]) && !reader.stack_is_turned(PRINTERS[1]).unwrap() {
            // Refused while the fronts still come out.
            self.station
                .run(&["printer", "turned", PRINTERS[1], "--as", "siti"]);
        }
    }

    /// Now and then does something while the station runs; `luck` says what, and to which card.
    pub(super) fn act(&self, luck: u64) {
        let which = luck / 8;
        match luck % 8 {
            0 | 1 => self.turn_stacks(),
            2 => self.scan_some(which),
            3 => self.spoil_one(which),
            4 => self.reprint_one(which),
            _ => {}
        }
    }

    /// Some card in this state.
    fn some_card(&self, state: State, which: u64) -> Option<CardId> {
        let sql = "SELECT card FROM cards WHERE state = ? ORDER BY card";
        let database = self.station.database();
        let mut query = database.prepare(sql).unwrap();
        let cards = query.query_map([state.name()], |row| row.get::<_, i64>(0));
        let cards: Vec<i64> = cards.unwrap().map(Result::unwrap).collect();
        let which = which.checked_rem(cards.len() as u64)?;
        Some(CardId::new(cards[which as usize].cast_unsigned()))
    }

    fn scan_some(&self, which: u64) {
        let cards = (which..which + 2).filter_map(|which| self.some_card(State::Printed, which));
        let reader = self.reader();
        let token = |card: CardId| reader.person(card).unwrap().unwrap().token.unwrap();
        let mut process = binary()
            .args(["scan", "--as", "siti", "--station"])
            .arg(self.station.path(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let mut typed = process.stdin.take().unwrap();
        for card in cards {
            writeln!(typed, "{}", token(card)).unwrap();
        }
        drop(typed);
        process.wait().unwrap();
    }

    fn spoil_one(&self, which: u64) {
        if let Some(card) = self.some_card(State::Printed, which) {
            let card = card.to_string();
            self.station
                .run(&["spoil", &card, "--reason", "buram", "--as", "siti"])
                .ended(0);
        }
    }

    fn reprint_one(&self, which: u64) {
        if let Some(card) = self.some_card(State::Verified, which) {
            let card = card.to_string();
            let why = ["--reason", "rusak", "--evidence", "old-card"];
            let who = ["--as", "siti", "--second", "budi"];
            let args = [["reprint", &card].as_slice(), &why, &who].concat();
            self.station.run(&args).ended(0);
        }
    }

    /// Looks at what lies in the printers, once nothing comes out any more, and settles every card
    /// that is in doubt. Returns whether there were any. The station must not run meanwhile.
    pub(super) fn look(&mut self) -> bool {
        for fake in &self.fakes {
            fake.run_dry();
        }
        let sql = "SELECT card FROM cards WHERE state = 'unconfirmed' ORDER BY card";
        let doubtful: Vec<i64> = {
            let database = self.station.database();
            let mut query = database.prepare(sql).unwrap();
            let cards = query.query_map([], |row| row.get(0)).unwrap();
            cards.map(Result::unwrap).collect()
        };
        for card in doubtful
            .iter()
            .map(|card| CardId::new(card.cast_unsigned()))
        {
            let last = self.reader().jobs(card).unwrap().pop().unwrap();
            let out = self.came_out(&last.job) > 0;
            let spoiled = ["--spoiled", "--reason", "macet"].as_slice();
            let says = match last.side {
                // A front or a back alone is no card.
                Side::Front if out => spoiled,
                Side::Back if !out => spoiled,
                _ if !out => &["--not-out"],
                _ if self.rng.percent(30) => spoiled,
                _ => &["--good"],
            };
            let card = card.to_string();
            let args = [["settle", &card, "--as", "siti"].as_slice(), says].concat();
            self.station.run(&args).ended(0);
        }
        !doubtful.is_empty()
    }

    /// The blanks that are left, counted by hand, close the day without a difference.
    pub(super) fn close_the_day(&self) {
        let reader = self.reader();
        let cards = self.station.number("SELECT count(*) FROM cards");
        let cards = (1..=cards.cast_unsigned()).map(CardId::new);
        let (mut used, mut doubled) = (0, 0);
        for job in cards.flat_map(|card| reader.jobs(card).unwrap()) {
            let out = self.came_out(&job.job);
            // A back goes on a blank that has its front.
            used += u32::from(job.side != Side::Back && out > 0);
            doubled += out.saturating_sub(1);
        }
        // A queue that printed an interrupted job once more left a card too many.
        if doubled > 0 {
            let count = doubled.to_string();
            let args = ["stock", "spoil", &count, "--as", "siti"];
            self.station.run(&args).ended(0);
        }
        let left = (BLANKS - used - doubled).to_string();
        self.station
            .run(&["day", "close", "--counted", &left, "--as", "siti"])
            .ended(0);
    }
}
