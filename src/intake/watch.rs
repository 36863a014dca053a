//! Events of `incoming/`. They only wake the scan; a lost event costs time, never a drop.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind, RenameMode};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::IntakeError;
use super::settle::is_ignored;

/// A reason to scan.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Wake {
    /// Names that appeared by a rename: from a temporary name, or out of another folder.
    pub arrived_whole: Vec<OsString>,
    /// Events were lost: nothing is known of what changed.
    pub rescan: bool,
}

impl std::fmt::Debug for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wake")
            .field("arrived_whole", &self.arrived_whole.len())
            .field("rescan", &self.rescan)
            .finish()
    }
}

/// Watching lasts as long as this lives.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

/// Watches the top of `incoming/`, not what is below: a recursive watch misses files in folders
/// that are filled as they are made.
///
/// # Errors
/// [`IntakeError::Watch`] when the system gives no watch; scanning at intervals still works.
pub fn watch(incoming: &Path) -> Result<(Watch, UnboundedReceiver<Wake>), IntakeError> {
    let (wakes, receiver) = unbounded_channel();
    let mut renames = Renames::default();
    let start = || {
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let wake = match event {
                Ok(event) => renames.wake(&event),
                Err(_) => Some(Wake {
                    rescan: true,
                    ..Wake::default()
                }),
            };
            // A receiver that is gone means that the station is stopping.
            if let Some(wake) = wake {
                let _ = wakes.send(wake);
            }
        })?;
        watcher.watch(incoming, RecursiveMode::NonRecursive)?;
        Ok(Watch { _watcher: watcher })
    };
    let watch = start().map_err(|source| IntakeError::Watch { source })?;
    Ok((watch, receiver))
}

/// Pairs the two halves of a rename inside `incoming/`.
#[derive(Debug, Default)]
struct Renames {
    /// Where a rename with this cookie began; it is the next event that ends it, or none.
    from: BTreeMap<usize, PathBuf>,
}

impl Renames {
    fn wake(&mut self, event: &Event) -> Option<Wake> {
        // Tested first: such an event comes without paths.
        if event.need_rescan() {
            return Some(Wake {
                rescan: true,
                ..Wake::default()
            });
        }
        let mut wake = Wake::default();
        match event.kind {
            // A writer that closes its file is news; the scan's own reading is not.
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => {}
            EventKind::Access(_) => return None,
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) => {
                self.from.clear();
                if let (Some(cookie), Some(path)) = (event.tracker(), event.paths.first()) {
                    self.from.insert(cookie, path.clone());
                }
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                let from = event.tracker().and_then(|cookie| self.from.remove(&cookie));
                // A person giving a folder a better name says nothing about it being complete.
                let says_whole = from
                    .as_deref()
                    .and_then(Path::file_name)
                    .is_none_or(is_ignored);
                let names = event.paths.iter().filter_map(|path| path.file_name());
                if says_whole {
                    wake.arrived_whole = names.map(OsString::from).collect();
                }
            }
            _ => {}
        }
        Some(wake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(mode: RenameMode, cookie: usize, name: &str) -> Event {
        Event::new(EventKind::Modify(ModifyKind::Name(mode)))
            .set_tracker(cookie)
            .add_path(Path::new("/in").join(name))
    }

    fn arrived(events: &[Event]) -> Vec<OsString> {
        let mut renames = Renames::default();
        events
            .iter()
            .filter_map(|event| renames.wake(event))
            .flat_map(|wake| wake.arrived_whole)
            .collect()
    }

    #[test]
    fn a_rename_from_a_temporary_name_or_another_folder_arrives_whole() {
        let inside = [
            rename(RenameMode::From, 1, "X.json.tmp"),
            rename(RenameMode::To, 1, "X.json"),
        ];
        assert_eq!(arrived(&inside), ["X.json"]);
        assert_eq!(arrived(&[rename(RenameMode::To, 2, "Y")]), ["Y"]);
    }

    #[test]
    fn a_rename_between_two_plain_names_says_nothing() {
        let inside = [
            rename(RenameMode::From, 1, "New folder"),
            rename(RenameMode::To, 1, "SDN 2"),
        ];
        assert!(arrived(&inside).is_empty());
    }

    #[tokio::test]
    async fn the_real_watcher_tells_of_a_rename_and_of_nothing_below_the_top() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".X.json"), "{}").unwrap();
        let (_watch, mut wakes) = watch(folder.path()).unwrap();
        std::fs::rename(folder.path().join(".X.json"), folder.path().join("X.json")).unwrap();
        let wait = async {
            loop {
                let wake = wakes.recv().await.unwrap();
                if !wake.arrived_whole.is_empty() {
                    return wake.arrived_whole;
                }
            }
        };
        let limit = std::time::Duration::from_secs(10);
        assert_eq!(tokio::time::timeout(limit, wait).await.unwrap(), ["X.json"]);
    }
}
