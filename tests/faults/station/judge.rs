//! Holds what the ledger says against what came out.

use std::collections::BTreeSet;

use kia_station::domain::card::State;
use kia_station::domain::ids::CardId;
use kia_station::domain::job::{Side, Stage};
use kia_station::ledger::Job;

use super::Siege;
use crate::fake::Fault;
use crate::table::Tally;

impl Siege {
    /// The kills that hit a job.
    fn kills_of(&self, job: &str) -> Vec<Fault> {
        let hit = self.kills.iter().filter(|(_, jobs)| jobs.contains(job));
        hit.map(|(kind, _)| *kind).collect()
    }

    /// Every attempt in the ledger, and every card.
    pub(super) fn judge(&self) -> Tally {
        let mut tally = Tally::default();
        let reader = self.reader();
        let cards = self.station.number("SELECT count(*) FROM cards");
        let (mut lost, mut doubled) = (BTreeSet::new(), BTreeSet::new());
        for card in (1..=cards.cast_unsigned()).map(CardId::new) {
            let state = reader.state(card).unwrap().unwrap();
            let jobs = reader.jobs(card).unwrap();
            for job in &jobs {
                let out = self.came_out(&job.job);
                let documents: u32 = self.fakes.iter().map(|fake| fake.documents(&job.job)).sum();
                let wrong = match job.stage {
                    Stage::Printed => {
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
            if !self.is_settled(state, &jobs) {
                let attempts = jobs.len();
                tally
                    .wrong
                    .push(format!("{card} is {state} after {attempts} attempts"));
            }
        }
        for (kind, hit) in &self.kills {
            tally.count(*kind, !hit.is_disjoint(&lost), !hit.is_disjoint(&doubled));
        }
        tally
    }

    /// Whether one blank was used for a card, no more and no less, and has both sides if the card is
    /// or was good.
    fn is_settled(&self, state: State, jobs: &[Job]) -> bool {
        let out = |side: Side| {
            let of_side = jobs.iter().filter(|job| job.side == side);
            of_side.filter(|job| self.came_out(&job.job) > 0).count()
        };
        let (both, front, back) = (out(Side::Both), out(Side::Front), out(Side::Back));
        let whole = both > 0 || (front > 0 && back > 0);
        both + front == 1
            && match state {
                State::Printed | State::Verified | State::Void => whole,
                State::Spoiled => true,
                _ => false,
            }
    }

    /// Every child was accepted once and has one live card.
    pub(super) fn count_children(&self) {
        let accepted = self.station.number("SELECT sum(accepted) FROM drops");
        assert_eq!(
            accepted,
            i64::from(self.dropped),
            "every child was accepted once"
        );
        let live = "SELECT count(*) FROM cards WHERE state IN ('printed', 'verified')";
        let live = self.station.number(live);
        assert_eq!(live, accepted, "one live card a child");
    }
}
