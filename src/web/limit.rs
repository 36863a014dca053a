//! How often somebody may fail to log in.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures that are let pass within [`WINDOW`].
const FAILURES: usize = 5;
/// How long a failure counts.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// How many names and addresses are kept count of; what is older goes first.
const KEPT: usize = 10_000;

/// Failed logins by name and by address.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<String, Vec<Instant>>>);

impl Limiter {
    /// Whether one more try is let through at `now`.
    pub fn lets(&self, key: &str, now: Instant) -> bool {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = failures.get_mut(key) else {
            return true;
        };
        times.retain(|at| now.duration_since(*at) < WINDOW);
        times.len() < FAILURES
    }

    /// A try failed.
    pub fn failed(&self, key: &str, now: Instant) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEPT {
            failures.retain(|_, times| {
                times.retain(|at| now.duration_since(*at) < WINDOW);
                !times.is_empty()
            });
        }
        failures.entry(key.to_owned()).or_default().push(now);
    }

    /// A try succeeded.
    pub fn succeeded(&self, key: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_until_the_failures_are_old() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for _ in 0..FAILURES {
            assert!(limiter.lets("siti", start));
            limiter.failed("siti", start);
        }
        assert!(!limiter.lets("siti", start + Duration::from_secs(60)));
        assert!(limiter.lets("budi", start));
        assert!(limiter.lets("siti", start + WINDOW));
        for _ in 0..FAILURES {
            limiter.failed("budi", start);
        }
        limiter.succeeded("budi");
        assert!(limiter.lets("budi", start));
    }
}
