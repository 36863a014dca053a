//! Work on all cores whose results are taken in order.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, mpsc};

/// How many results may wait for one that takes longer. It bounds the memory.
const AHEAD: usize = 64;

/// Runs `wake` when a panic comes by, so that nobody waits for what never comes.
struct OnPanic<W: Fn()>(W);

impl<W: Fn()> Drop for OnPanic<W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

/// Does `work` on every item on all cores, and hands the results to `take` in the order of the
/// items, on this thread. No core waits for another until results pile up.
///
/// # Errors
/// The first that `work` or `take` returns, in the order of the items; what comes after is not taken.
///
/// # Panics
/// When `work` or `take` does.
pub fn in_order<I: Sync, T: Send, E: From<io::Error>>(
    items: &[I],
    work: impl Fn(&I) -> io::Result<T> + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    // How many results were taken; `usize::MAX` when no more are wanted.
    let taken = Mutex::new(0usize);
    let moved = Condvar::new();
    let set_taken = |count: usize| {
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        *taken = count.max(*taken);
        moved.notify_all();
    };
    let (results, done) = mpsc::channel();
    let worker = |results: mpsc::Sender<(usize, io::Result<T>)>| {
        let _wake = OnPanic(|| set_taken(usize::MAX));
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            let mut seen = taken.lock().unwrap_or_else(PoisonError::into_inner);
            while *seen != usize::MAX && index >= *seen + AHEAD {
                seen = moved.wait(seen).unwrap_or_else(PoisonError::into_inner);
            }
            if *seen == usize::MAX {
                return;
            }
            drop(seen);
            if results.send((index, work(item))).is_err() {
                return;
            }
        }
    };
    // The pool's threads live on: threads of our own would each leave a heap behind, batch by batch.
    let cores = rayon::current_num_threads();
    rayon::in_place_scope(|scope| {
        for _ in 0..cores.min(items.len()) {
            let results = results.clone();
            scope.spawn(|_| worker(results));
        }
        drop(results);
        let _wake = OnPanic(|| set_taken(usize::MAX));
        let mut early = BTreeMap::new();
        let mut count = 0;
        let mut outcome = Ok(());
        'all: for (index, result) in &done {
            early.insert(index, result);
            while let Some(result) = early.remove(&count) {
                outcome = result.map_err(E::from).and_then(&mut take);
                if outcome.is_err() {
                    break 'all;
                }
                count += 1;
                set_taken(count);
            }
        }
        set_taken(usize::MAX);
        outcome
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_however_long_each_takes() {
        let items: Vec<u64> = (0..300).collect();
        let mut taken = Vec::new();
        let work = |item: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(item * 7919 % 900));
            Ok(*item)
        };
        in_order::<_, _, io::Error>(&items, work, |item| {
            taken.push(item);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken, items);
    }

    #[test]
    fn no_worker_runs_further_ahead_than_the_bound() {
        let items: Vec<usize> = (0..500).collect();
        let (taken, furthest) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |item: &usize| {
            let ahead = item.saturating_sub(taken.load(Ordering::SeqCst));
            furthest.fetch_max(ahead, Ordering::SeqCst);
            Ok(())
        };
        in_order::<_, _, io::Error>(&items, work, |()| {
            std::thread::sleep(std::time::Duration::from_micros(50));
            taken.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
        .unwrap();
        assert_eq!(taken.into_inner(), 500);
        assert!(furthest.into_inner() <= AHEAD + 1);
    }

    /// Without the guard this never ends: two workers run `AHEAD` and wait for the first result.
    #[test]
    fn a_panic_of_a_worker_or_of_the_taker_ends_it_too() {
        let items: Vec<usize> = (0..10 * AHEAD).collect();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
        let pool = pool.unwrap();
        for breaks in [("work", 0), ("work", AHEAD + 3), ("take", 5)] {
            let work = |item: &usize| {
                assert_ne!(("work", *item), breaks);
                Ok(*item)
            };
            let take = |item: usize| {
                assert_ne!(("take", item), breaks);
                Ok::<_, io::Error>(())
            };
            let run =
                std::panic::AssertUnwindSafe(|| pool.install(|| in_order(&items, work, take)));
            assert!(std::panic::catch_unwind(run).is_err(), "{breaks:?}");
        }
    }

    #[test]
    fn the_first_failure_in_order_ends_it() {
        let items: Vec<usize> = (0..200).collect();
        let mut taken = 0;
        let work = |item: &usize| match item {
            50 | 20 => Err(io::Error::other(item.to_string())),
            _ => Ok(()),
        };
        let failed = in_order::<_, _, io::Error>(&items, work, |()| {
            taken += 1;
            Ok(())
        });
        assert_eq!(failed.unwrap_err().to_string(), "20");
        assert_eq!(taken, 20);
    }
}
