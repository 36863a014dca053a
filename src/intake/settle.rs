//! When something stands still: a plain object fed with what a scan saw.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::time::{Duration, Instant};

/// What is remembered of one name between scans.
#[derive(Debug)]
pub(super) struct Standing<Facts> {
    signature: [u8; 32],
    since: Instant,
    /// The sender said by a rename that this is complete.
    pub arrived_whole: bool,
    /// What was learned by reading it; holds as long as it stands still.
    pub facts: Option<Facts>,
    seen: bool,
}

impl<Facts> Standing<Facts> {
    /// How long it has been as it is.
    pub fn still(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.since)
    }
}

/// Everything that stands in a folder, and since when.
#[derive(Debug)]
pub(super) struct Settle<Facts>(BTreeMap<OsString, Standing<Facts>>);

impl<Facts> Default for Settle<Facts> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<Facts> Settle<Facts> {
    /// Notes how a name looks now. Another look than last time starts its time anew, and takes
    /// back that it arrived whole: somebody is writing.
    pub fn see(&mut self, name: &OsStr, signature: [u8; 32], now: Instant) -> &mut Standing<Facts> {
        let fresh = || Standing {
            signature,
            since: now,
            arrived_whole: false,
            facts: None,
            seen: true,
        };
        let standing = self.0.entry(name.to_owned()).or_insert_with(fresh);
        if standing.signature != signature {
            *standing = fresh();
        }
        standing.seen = true;
        standing
    }

    /// What is remembered of a name.
    pub fn get(&mut self, name: &OsStr) -> Option<&mut Standing<Facts>> {
        self.0.get_mut(name)
    }

    /// Ends a scan: what it did not see is gone and forgotten.
    pub fn end_scan(&mut self) {
        self.0
            .retain(|_, standing| std::mem::take(&mut standing.seen));
    }
}

/// Names that never are a drop: hidden, temporary, or litter of other systems.
pub(super) fn is_ignored(name: &OsStr) -> bool {
    let lower = name.as_bytes().to_ascii_lowercase();
    lower.starts_with(b".")
        || lower.starts_with(b"~$")
        || lower.ends_with(b".tmp")
        || lower.ends_with(b".part")
        || lower == b"thumbs.db"
        || lower == b"desktop.ini"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_starts_the_time_anew_and_takes_back_the_senders_word() {
        let mut settle = Settle::<()>::default();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let name = OsStr::new("X");
        settle.see(name, [1; 32], at(0)).arrived_whole = true;
        assert_eq!(settle.see(name, [1; 32], at(3)).still(at(3)).as_secs(), 3);
        assert!(settle.see(name, [1; 32], at(3)).arrived_whole);
        let changed = settle.see(name, [2; 32], at(4));
        assert!(!changed.arrived_whole && changed.still(at(5)).as_secs() == 1);
    }

    #[test]
    fn what_a_scan_does_not_see_is_forgotten() {
        let mut settle = Settle::<()>::default();
        let now = Instant::now();
        settle.see(OsStr::new("X"), [1; 32], now);
        settle.end_scan();
        assert!(settle.get(OsStr::new("X")).is_some());
        settle.end_scan();
        assert!(settle.get(OsStr::new("X")).is_none());
    }

    #[test]
    fn litter_and_temporary_names_are_ignored() {
        for name in [
            ".X",
            "X.json.TMP",
            "X.part",
            "~$X.xlsx",
            "Thumbs.db",
            "Desktop.ini",
        ] {
            assert!(is_ignored(OsStr::new(name)), "{name}");
        }
        assert!(!is_ignored(OsStr::new("X.tmp.json")));
    }
}
