//! How often somebody may try to log in.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that are let pass within [`WINDOW`].
const FAILURES: usize = 5;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How many names and addresses are kept count of; what is older goes first.
const KEPT: usize = 10_000;

/// Tries by name and by address, as long as none of them succeeds.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<String, Vec<Instant>>>);

impl Limiter {
    /// Lets one more try through at `now`, and counts it as failed for each of the keys until
    /// [`Limiter::succeeded`]: of many tries at once no more than these are made. Where one key
    /// has had its tries none is counted.
    pub fn tries(&self, keys: &[&str], now: Instant) -> bool {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for times in keys.iter().filter_map(|key| failures.get(*key)) {
            let fresh = times.iter().filter(|at| now.duration_since(**at) < WINDOW);
            if fresh.count() >= FAILURES {
                return false;
            }
        }
        if failures.len() + keys.len() > KEPT {
            failures.retain(|_, times| {
                times.retain(|at| now.duration_since(*at) < WINDOW);
                !times.is_empty()
            });
        }
        while failures.len() + keys.len() > KEPT {
            let oldest = failures.iter().min_by_key(|(_, times)| times.last());
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            failures.remove(&oldest);
        }
        for key in keys {
            let times = failures.entry((*key).to_owned()).or_default();
            times.retain(|at| now.duration_since(*at) < WINDOW);
            times.push(now);
        }
        true
    }

    /// The tries have come to a good end.
    pub fn succeeded(&self, keys: &[&str]) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            failures.remove(*key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_until_the_failures_are_old() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for _ in 0..FAILURES {
            assert!(limiter.tries(&["siti", "here"], start));
        }
        assert!(!limiter.tries(&["siti"], start + Duration::from_secs(60)));
        assert!(!limiter.tries(&["budi", "here"], start));
        for _ in 0..FAILURES {
            assert!(
                limiter.tries(&["budi"], start),
                "what was let not through counts not"
            );
        }
        assert!(!limiter.tries(&["budi"], start));
        limiter.succeeded(&["budi"]);
        assert!(limiter.tries(&["budi"], start));
        assert!(limiter.tries(&["siti"], start + WINDOW));
    }

    #[test]
    fn however_many_names_are_tried_the_newest_are_kept_count_of_and_no_more() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for number in 0..2 * KEPT as u64 {
            let at = start + Duration::from_millis(number / 100);
            assert!(limiter.tries(&[&format!("name {number}")], at));
        }
        let kept = limiter.0.lock().unwrap();
        assert_eq!(kept.len(), KEPT);
        assert!(kept.contains_key(&format!("name {}", 2 * KEPT - 1)));
    }
}
