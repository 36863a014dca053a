//! The log: its chain, and the projections rebuilt from it.

use rusqlite::Connection;

use super::report::{EventFault, Finding, Report};
use super::tables::compare_projections;
use crate::domain::hex::hex;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::{Event, NO_HASH, chain_hash};
use crate::ledger::project::apply;
use crate::ledger::reader::Reader;

/// Hashes the log again from its start, rebuilds the projections from it into `rebuilt`, and
/// compares them with the live ones.
pub(super) fn check(ledger: &Reader, rebuilt: &Connection, report: &mut Report) -> Result<()> {
    let mut query = ledger
        .db
        .prepare("SELECT seq, at, actor, body, prev, hash FROM events ORDER BY seq")?;
    let mut rows = query.query([])?;
    // One transaction, never committed: the rebuilt database lives no longer than the comparison.
    rebuilt.execute_batch("BEGIN").map_err(Error::Rebuild)?;
    let (mut last, mut prev) = (0, NO_HASH.to_vec());
    let (mut chained, mut sensible) = (true, true);
    while let Some(row) = rows.next()? {
        let seq = row.get::<_, i64>(0)?.cast_unsigned();
        let at: String = row.get(1)?;
        let (actor, body): (String, String) = (row.get(2)?, row.get(3)?);
        let (stored_prev, hash): (Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?);
        report.events += 1;
        let expected: Option<[u8; 32]> = prev.as_slice().try_into().ok();
        let fault = if seq != last + 1 {
            Some(EventFault::Gap)
        } else if stored_prev != prev {
            Some(EventFault::Prev)
        } else if expected.map(|prev| chain_hash(&prev, seq, &at, &actor, &body).to_vec())
            != Some(hash.clone())
        {
            Some(EventFault::Hash)
        } else {
            None
        };
        if let (true, Some(fault)) = (chained, fault) {
            chained = false;
            report.add(Finding::Event { seq, fault });
        }
        let before = std::mem::replace(&mut prev, hash);
        last = seq;
        if sensible {
            let fault = match Event::from_canonical(&body) {
                None => Some(EventFault::Unreadable),
                // The head that was signed must be that of the event before.
                Some(Event::CheckpointMade(checkpoint)) if checkpoint.head != hex(&before) => {
                    Some(EventFault::Illegal)
                }
                Some(event) => match apply(rebuilt, seq, &at, &event) {
                    Ok(()) => None,
                    // The rebuilt database is ours: what it refuses is the event's fault, but for
                    // a disk that is full.
                    Err(Error::Database(error)) if !is_constraint(&error) => {
                        return Err(Error::Rebuild(error));
                    }
                    Err(error @ (Error::Interrupted | Error::Busy)) => return Err(error),
                    Err(_) => Some(EventFault::Illegal),
                },
            };
            if let Some(fault) = fault {
                sensible = false;
                report.add(Finding::Event { seq, fault });
            }
        }
    }
    report.set_head(if report.events == 0 { &[] } else { &prev });
    if report.events == 0 {
        report.add(Finding::Event {
            seq: 1,
            fault: EventFault::Gap,
        });
    }
    if sensible {
        compare_projections(&ledger.db, rebuilt, report)?;
    }
    Ok(())
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}
