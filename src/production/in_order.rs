//! Work on all cores whose results are taken in order.

use std::io;

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// How many items are in hand at most: half of them are worked on while the results of the other
/// half are taken. It bounds the memory.
const AHEAD: usize = 64;

/// Does `work` on every item on all cores, and hands the results to `take` in the order of the
/// items, on this thread.
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
    let mut ready: Vec<io::Result<T>> = Vec::new();
    for chunk in items.chunks(AHEAD / 2).chain([&[][..]]) {
        let mut next = Vec::new();
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| chunk.par_iter().map(&work).collect_into_vec(&mut next));
            ready.drain(..).try_for_each(|result| take(result?))
        })?;
        ready = next;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

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
