//! Whether the clock can be believed. One that jumped far ahead would erase what is still needed,
//! close days that have not come, and take cards for expired.

use std::fs;
use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use crate::config::Paths;
use crate::domain::audit::AuditCode;
use crate::ledger::{self, Ledger, Reader};
use crate::production::photos::write_new;

/// How far the clock may be ahead of the newest event: no office is closed for longer.
const FAR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Refuses a clock that jumped, until a person confirms the time or it is set back. The time before
/// the jump is kept in a file, because what is written meanwhile bears the other one.
///
/// # Errors
/// [`ledger::Error::Clock`], and the ledger's.
pub fn check(paths: &Paths, ledger: &Reader, now: Timestamp) -> ledger::Result<()> {
    let path = paths.clock();
    let file = |source| ledger::Error::File {
        path: path.clone(),
        source,
    };
    let kept = match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().ok(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(file(error)),
    };
    let Some(believed) = kept.map_or_else(|| ledger.newest(), |kept| Ok(Some(kept)))? else {
        return Ok(());
    };
    if now.duration_since(believed) <= FAR {
        return match kept {
            Some(_) => fs::remove_file(&path).map_err(file),
            None => Ok(()),
        };
    }
    if kept.is_none() {
        write_new(&path, |file| writeln!(file, "{believed}")).map_err(file)?;
    }
    Err(ledger::Error::Clock(believed))
}

/// A person says that it is now as late as the clock says.
///
/// # Errors
/// The ledger's and the disk's.
pub fn confirm(
    paths: &Paths,
    ledger: &mut Ledger,
    actor: &str,
    now: Timestamp,
) -> ledger::Result<()> {
    ledger.write(actor, now, |tx| {
        tx.audit(AuditCode::ClockConfirmed, None, None)
    })?;
    let path = paths.clock();
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(ledger::Error::File { path, source })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_jumped_is_refused_until_a_person_confirms_it_or_it_is_set_back() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::new(dir.path());
        fs::create_dir_all(paths.ledger()).unwrap();
        let start: Timestamp = "2026-11-24T03:00:00Z".parse().unwrap();
        let mut ledger = Ledger::create(&paths.ledger(), start).unwrap();
        let days = |days: i64| start + SignedDuration::from_hours(24 * days);
        let is_refused = |ledger: &Ledger, now| {
            let checked = check(&paths, ledger, now);
            matches!(checked, Err(ledger::Error::Clock(believed)) if believed == start)
        };
        assert!(check(&paths, &ledger, days(29)).is_ok());
        assert!(is_refused(&ledger, days(370)));
        // What is written with the wrong time makes it no better.
        ledger
            .write("station", days(370), |tx| {
                tx.audit(AuditCode::Login, None, None)
            })
            .unwrap();
        assert!(is_refused(&ledger, days(370)));
        assert!(check(&paths, &ledger, days(1)).is_ok());
        assert!(!paths.clock().exists());

        assert!(check(&paths, &ledger, days(800)).is_err());
        confirm(&paths, &mut ledger, "operator:siti", days(800)).unwrap();
        assert!(check(&paths, &ledger, days(801)).is_ok());
    }
}
