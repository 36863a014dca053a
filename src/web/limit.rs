//! How often somebody may try to log in, and how many passwords are looked at together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a failure counts, and the longest wait.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The wait after the last free failure; each one more doubles it.
const WAIT: Duration = Duration::from_secs(30);
/// How many keys are kept count of; the oldest tenth goes first. More than can be tried within
/// [`WINDOW`], since each try costs a turn.
const KEPT: usize = 100_000;

/// What failures are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    name: String,
    /// Failures without a wait.
    free: usize,
}

impl Key {
    /// Of one person at one place: five slips of the finger are forgiven.
    pub fn person(name: String) -> Self {
        Self { name, free: 5 }
    }

    /// Of many people, or of somebody who tries from many places.
    pub fn crowd(name: String) -> Self {
        Self { name, free: 20 }
    }
}

/// Tries by key, as long as none of them succeeds.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<HashMap<String, Vec<Instant>>>);

impl Limiter {
    /// Lets one more try through at `now`, and counts it as failed for each of the keys until
    /// [`Limiter::succeeded`]: of many tries at once no more than these are made. Where one key
    /// has to wait none is counted.
    pub fn tries(&self, keys: &[Key], now: Instant) -> bool {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = |key: &Key| {
            let times = failures.get(&key.name).map_or(&[][..], Vec::as_slice);
            let fresh = times.iter().filter(|at| now.duration_since(**at) < WINDOW);
            let past_free = (fresh.count() + 1).saturating_sub(key.free);
            let Some((last, doublings)) = times.last().zip(past_free.checked_sub(1)) else {
                return false;
            };
            let doublings = u32::try_from(doublings).unwrap_or(u32::MAX);
            let wait = WAIT.saturating_mul(2_u32.saturating_pow(doublings));
            now.duration_since(*last) < wait.min(WINDOW)
        };
        if keys.iter().any(waits) {
            return false;
        }
        if failures.len() + keys.len() > KEPT {
            failures.retain(|_, times| {
                times.retain(|at| now.duration_since(*at) < WINDOW);
                !times.is_empty()
            });
        }
        if failures.len() + keys.len() > KEPT {
            let mut last: Vec<_> = failures
                .values()
                .map(|times| times.last().copied())
                .collect();
            let (_, oldest, _) = last.select_nth_unstable(KEPT / 10);
            let oldest = *oldest;
            failures.retain(|_, times| times.last().copied() > oldest);
        }
        for key in keys {
            let times = failures.entry(key.name.clone()).or_default();
            times.retain(|at| now.duration_since(*at) < WINDOW);
            times.push(now);
        }
        true
    }

    /// The tries have come to a good end.
    pub fn succeeded(&self, keys: &[Key]) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            failures.remove(&key.name);
        }
    }
}

/// Passwords that are looked at together. Each takes 19 MiB and a processor for a while, which the
/// rest of the page needs too.
const TOGETHER: usize = 2;
/// Those that may wait for their turn.
const WAITING: usize = 32;

/// Turns at looking at a password.
#[derive(Debug)]
pub struct Turns {
    running: Semaphore,
    all: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            running: Semaphore::new(TOGETHER),
            all: Semaphore::new(TOGETHER + WAITING),
        }
    }
}

impl Turns {
    /// A turn, which ends when what is returned is dropped; none where too many wait.
    pub async fn wait(&self) -> Option<[SemaphorePermit<'_>; 2]> {
        let place = self.all.try_acquire().ok()?;
        Some([self.running.acquire().await.ok()?, place])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str) -> [Key; 1] {
        [Key::person(name.to_owned())]
    }

    #[test]
    fn each_failure_after_the_fifth_waits_twice_as_long() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..5 {
            assert!(limiter.tries(&keys("siti"), start));
        }
        assert!(!limiter.tries(&keys("siti"), at(29)));
        assert!(limiter.tries(&keys("siti"), at(30)));
        assert!(!limiter.tries(&keys("siti"), at(30 + 59)));
        assert!(limiter.tries(&keys("siti"), at(30 + 60)));
        assert!(limiter.tries(&keys("siti"), at(90) + WINDOW), "all are old");
    }

    #[test]
    fn what_waits_for_one_key_counts_for_none_and_success_ends_the_wait() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for _ in 0..5 {
            assert!(limiter.tries(&keys("siti"), start));
        }
        let both = [keys("budi"), keys("siti")].concat();
        for _ in 0..9 {
            assert!(!limiter.tries(&both, start));
        }
        for _ in 0..5 {
            assert!(limiter.tries(&keys("budi"), start));
        }
        limiter.succeeded(&keys("siti"));
        assert!(limiter.tries(&keys("siti"), start));
        let crowd = [Key::crowd("address".to_owned())];
        assert!((0..20).all(|_| limiter.tries(&crowd, start)));
        assert!(!limiter.tries(&crowd, start));
    }

    #[test]
    fn however_many_names_are_tried_the_newest_are_kept_count_of_and_no_more() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        for number in 0..2 * KEPT as u64 {
            let at = start + Duration::from_millis(number / 100);
            assert!(limiter.tries(&keys(&format!("name {number}")), at));
        }
        let kept = limiter.0.lock().unwrap();
        assert!((KEPT / 2..=KEPT).contains(&kept.len()), "{}", kept.len());
        assert!(kept.contains_key(&format!("name {}", 2 * KEPT - 1)));
    }
}
