//! Which step of its writes, renames and requests a kill hit.
//!
//! Two kills hit the same step when the station died at the same moment of the same request, about a
//! job of the same side, stage and place in its lot, with the same kind of event as the last in the
//! ledger, and with the same kinds of files in hand. Times, names and numbers make no step.

use std::collections::BTreeSet;
use std::fs;

use kia_station::domain::ids::CardId;
use serde_json::Value;

use super::{PRINTERS, Siege};
use crate::fake::Fault;

impl Siege {
    /// Notes what the station was doing when it died, and which jobs were in its hands.
    pub(super) fn note(&mut self, kind: Fault, at: &str, job: &str) {
        let reader = self.reader();
        let open = PRINTERS.map(|printer| reader.open_jobs(printer).unwrap());
        let hit: BTreeSet<String> = open.iter().flatten().map(|job| job.job.clone()).collect();
        let card = job
            .strip_prefix("kia:")
            .and_then(|name| name.split('.').next());
        let step = [
            at.to_owned(),
            card.map_or_else(String::new, |card| self.standing(card)),
            self.last_event(),
            self.in_hand(),
        ];
        self.steps.insert(step.join(", "));
        self.kills.push((kind, hit));
    }

    /// How a card's printing stands: its place in its lot, the side and stage of its last job, and
    /// whether there were others before.
    fn standing(&self, card: &str) -> String {
        // Printers have jobs of others as well.
        let Ok(card) = card.parse::<CardId>() else {
            return "another's".to_owned();
        };
        let reader = self.reader();
        let Some(stands) = reader.card(card).unwrap() else {
            return "another's".to_owned();
        };
        let place = stands.position.unwrap_or_default();
        let jobs = reader.jobs(card).unwrap();
        let Some(last) = jobs.last() else {
            return format!("card {place} {}", stands.state);
        };
        let before = jobs.iter().filter(|job| job.side == last.side).count() - 1;
        let again = if before > 0 { " again" } else { "" };
        format!(
            "card {place} {} {}{again}",
            last.side.name(),
            last.stage.name()
        )
    }

    /// The kind of the last event, what it moved to, and how the card that it is of stands.
    fn last_event(&self) -> String {
        let sql = "SELECT body FROM events ORDER BY seq DESC LIMIT 1";
        let body: String = self
            .station
            .database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap();
        let event: Value = serde_json::from_str(&body).unwrap();
        let text = |key: &str| event[key].as_str().unwrap_or_default();
        let card = match text("card") {
            "" => String::new(),
            card => self.standing(card),
        };
        format!("after {} {} {card}", text("kind"), text("to"))
    }

    /// What is in work, and what is half written or not yet named.
    fn in_hand(&self) -> String {
        let mut found = BTreeSet::new();
        let names = |folder: String| {
            fs::read_dir(self.station.path(&folder))
                .into_iter()
                .flatten()
        };
        for claim in self.station.names("work") {
            found.insert("a claim".to_owned());
            for entry in names(format!("work/{claim}/drop")) {
                let name = entry.unwrap().file_name().to_string_lossy().into_owned();
                let form = match name.rsplit_once('.') {
                    Some((_, ending)) => ending.to_owned(),
                    None => "a folder".to_owned(),
                };
                found.insert(format!("{form} in work"));
            }
        }
        for folder in ["photos", "lots", "accepted", "rejected"] {
            for name in self.station.names(folder) {
                if name.contains(".tmp") || name.ends_with(".ditahan") {
                    let ending = name.rsplit('.').next().unwrap_or_default();
                    found.insert(format!("{folder}/{ending}"));
                }
            }
        }
        found.into_iter().collect::<Vec<_>>().join(" ")
    }
}
