//! Reading: what the ledger knows, from the projections and the log.

use jiff::Timestamp;
use rusqlite::params;

use crate::domain::ids::CardId;
use crate::ledger::cards::search::PAGE;
use crate::ledger::columns::stamp;
use crate::ledger::error::Result;
use crate::ledger::event::{Entry, entry};
use crate::ledger::reader::Reader;

impl Reader {
    /// Everything that happened to a card, the oldest first.
    pub fn history(&self, card: CardId) -> Result<Vec<Entry>> {
        let mut query = self.db.prepare_cached(
            "SELECT seq, at, actor, body FROM events WHERE card = ? ORDER BY seq",
        )?;
        let mut rows = query.query([card.to_string()])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry(row)?);
        }
        Ok(entries)
    }
}

/// Which part of the trail to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// Of this actor alone.
    pub actor: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub before: Option<u64>,
}

impl Reader {
    /// The newest [`PAGE`] events of the trail that pass the filter.
    pub fn trail(&self, filter: &TrailFilter) -> Result<Vec<Entry>> {
        let mut query = self.db.prepare_cached(TRAIL)?;
        let mut rows = query.query(params![
            filter.actor,
            filter.from.map(stamp),
            filter.until.map(stamp),
            filter
                .before
                .map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX)),
            PAGE,
        ])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            entries.push(entry(row)?);
        }
        Ok(entries)
    }
}

const TRAIL: &str = "SELECT seq, at, actor, body FROM trail CROSS JOIN events USING (seq)
    WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR at >= ?2) AND (?3 IS NULL OR at < ?3)
        AND seq < ?4 ORDER BY seq DESC LIMIT ?5";

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::audit::AuditCode;
    use crate::domain::stock::RibbonMovement;
    use crate::ledger::event::Event;
    use crate::ledger::printing::facts::StackTurned;
    use crate::ledger::testing::{Station, now};

    #[test]
    fn the_trail_is_newest_first_in_pages_by_actor_and_time_and_holds_no_move_of_a_card() {
        let mut station = Station::new();
        station.accept(1..=3);
        let mut audit = |actor: &str, at: Timestamp, what: AuditCode| {
            let written = station
                .ledger
                .write(actor, at, |tx| tx.audit(what, None, None));
            written.unwrap();
        };
        let later = now() + 1.hour();
        for _ in 0..=PAGE {
            audit("operator:siti", now(), AuditCode::CardViewed);
        }
        audit("operator:budi", later, AuditCode::LogExport);
        let of = |filter: &TrailFilter| station.ledger.trail(filter).unwrap();
        let first = of(&TrailFilter::default());
        assert_eq!(first.len(), PAGE as usize);
        assert_eq!(first[0].actor, "operator:budi");
        assert!(first.windows(2).all(|two| two[0].seq > two[1].seq));
        let before = first.last().map(|entry| entry.seq);
        let rest = of(&TrailFilter {
            before,
            ..TrailFilter::default()
        });
        assert_eq!(rest.len(), 2);
        let actor = Some("operator:budi".to_owned());
        let budi = of(&TrailFilter {
            actor,
            ..TrailFilter::default()
        });
        assert_eq!(budi, [first[0].clone()]);
        let from = Some(later);
        assert_eq!(
            of(&TrailFilter {
                from,
                ..TrailFilter::default()
            }),
            budi
        );
        let until = Some(later);
        let until = of(&TrailFilter {
            until,
            ..TrailFilter::default()
        });
        assert!(!until.is_empty() && until.iter().all(|entry| entry.actor == "operator:siti"));
    }

    #[test]
    fn the_trail_tells_of_prints_that_were_written_off_and_stacks_that_were_turned() {
        let mut station = Station::new();
        let (printer, cards) = ("meja".to_owned(), 2);
        let events = [
            Event::RibbonMoved(RibbonMovement::Received {
                ribbons: 1,
                prints: 500,
            }),
            Event::RibbonMoved(RibbonMovement::UsedElsewhere { prints: 200 }),
            Event::StackTurned(StackTurned { printer, cards }),
        ];
        for event in &events {
            station.write(|tx| tx.append(event)).unwrap();
        }
        let trail = station.ledger.trail(&TrailFilter::default()).unwrap();
        let told: Vec<Event> = trail.into_iter().rev().map(|entry| entry.event).collect();
        assert_eq!(told, events);
    }

    #[test]
    fn the_trail_is_read_from_its_own_table() {
        let station = Station::new();
        let plan = format!("EXPLAIN QUERY PLAN {TRAIL}");
        let mut plan = station.ledger.db.prepare(&plan).unwrap();
        let step: String = plan
            .query_row(
                params![None::<i64>, None::<i64>, None::<i64>, i64::MAX, 1],
                |row| row.get(3),
            )
            .unwrap();
        assert!(step.contains("SEARCH trail"), "{step}");
    }
}
