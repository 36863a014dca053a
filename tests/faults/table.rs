//! The one test of all schedules and kills, and the table that closes the target.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::fake::Fault;
use crate::{schedules, station};

/// What became of the cards under one kind of fault.
#[derive(Default)]
pub struct Row {
    pub tried: u32,
    pub lost: u32,
    pub doubled: u32,
}

#[derive(Default)]
pub struct Tally {
    pub rows: BTreeMap<Fault, Row>,
    pub printed: u32,
    pub not_printed: u32,
    pub unconfirmed: u32,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn add(&mut self, other: Self) {
        for (fault, row) in other.rows {
            let mine = self.rows.entry(fault).or_default();
            mine.tried += row.tried;
            mine.lost += row.lost;
            mine.doubled += row.doubled;
        }
        self.printed += other.printed;
        self.not_printed += other.not_printed;
        self.unconfirmed += other.unconfirmed;
        self.wrong.extend(other.wrong);
    }

    /// Counts a fault, and whether a card was lost or doubled under it.
    pub fn count(&mut self, fault: Fault, lost: bool, doubled: bool) {
        let row = self.rows.entry(fault).or_default();
        row.tried += 1;
        row.lost += u32::from(lost);
        row.doubled += u32::from(doubled);
    }

    fn outcomes(&self) -> String {
        let (printed, not, unconfirmed) = (self.printed, self.not_printed, self.unconfirmed);
        format!("{printed} attempts printed, {not} surely not, {unconfirmed} unconfirmed")
    }
}

/// A count that the environment sets.
fn wanted(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn whatever_fails_what_came_out_is_what_the_books_say_or_is_unconfirmed() {
    let (schedules, kills) = (wanted("KIA_FAULTS", 200), wanted("KIA_KILLS", 40));
    let began = Instant::now();
    let played = schedules::play_all(schedules);
    let schedules = format!(
        "{schedules} schedules of faults in {:.0} s: {}",
        began.elapsed().as_secs_f64(),
        played.outcomes()
    );
    let began = Instant::now();
    let (killed, steps) = station::kill_all(kills);
    let kills = format!(
        "{kills} kills of the station at {steps} different steps in {:.0} s: {}",
        began.elapsed().as_secs_f64(),
        killed.outcomes()
    );
    let mut tally = played;
    tally.add(killed);
    println!("| fault | tried | survived | lost | doubled |\n|---|---|---|---|---|");
    for (fault, row) in &tally.rows {
        let survived = row.tried - row.lost.max(row.doubled);
        println!(
            "| {} | {} | {survived} | {} | {} |",
            fault.words(),
            row.tried,
            row.lost,
            row.doubled
        );
    }
    println!("{schedules}\n{kills}");
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.printed > 0 && tally.not_printed > 0 && tally.unconfirmed > 0);
}
