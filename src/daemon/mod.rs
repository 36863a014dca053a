//! The loop of a station: drops become cards, and cards become lots, on one thread. File system
//! events only wake it. Each printer of the spooler and the page write to the ledger as well, over
//! connections of their own.

mod accept;
mod lots;
mod purge;
pub mod spooler;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::civil::Date;

use crate::config::ConfigError;
use crate::context::Context;
use crate::domain::chain;
use crate::domain::ids::CardId;
use crate::domain::office::Official;
use crate::intake::{self, Claimed, Inbox, Mappings, Summary, Wake, is_network_mount};
use crate::ledger::{self, Ledger};
use crate::production::StationError;
use crate::production::checkpoints::keep_checkpoints;
use crate::production::clock;
use crate::production::fault::Faults;
use crate::production::photos::PhotoStore;

/// What wakes the station. There is nothing else.
#[derive(Debug)]
pub enum Event {
    /// Something moved in `incoming/`.
    Wake(Wake),
    /// Finish or park what is in hand, and end.
    Stop,
}

/// What was done in one look at `incoming/`.
#[derive(Debug, Default)]
pub struct Progress {
    /// The drops that were taken to their end.
    pub drops: Vec<Summary>,
    /// The lots that were made.
    pub lots: Vec<ledger::Lot>,
}

impl Progress {
    fn is_none(&self) -> bool {
        self.drops.is_empty() && self.lots.is_empty()
    }
}

/// A station at work.
pub struct Station {
    context: Arc<Context>,
    ledger: Ledger,
    inbox: Inbox,
    photos: PhotoStore,
    stopping: Arc<AtomicBool>,
    /// Drops whose disk failed: they are tried again, not given up.
    parked: Vec<Claimed>,
    /// Why the last of them was parked.
    parked_for: Option<String>,
    faults: Faults,
    /// Whether a lot may be in the ledger whose PDF has not its own name yet.
    lot_unfinished: bool,
    /// Cards whose photos could not be read when lots were made last.
    unread: BTreeMap<CardId, io::Error>,
    /// When the photos of held cards were last looked at.
    looked_at_held: Option<Instant>,
    /// When a drop was last accepted, to tell a lone record from a stream.
    last_accepted: Option<Instant>,
    /// Whether the record accepted last came alone.
    came_alone: bool,
    /// When the privacy clock was last looked at.
    purged: Option<Instant>,
    /// The check of a large database, which goes on beside the work.
    check: Option<JoinHandle<ledger::Result<()>>>,
}

/// A database up to this many bytes is checked before the work begins.
const CHECKED_FIRST: u64 = 64 << 20;

/// Checks the database, once a start.
fn check_ledger(dir: PathBuf) -> Result<Option<JoinHandle<ledger::Result<()>>>, StationError> {
    let failed = |source| StationError::File {
        what: "the ledger cannot be checked",
        source,
    };
    if Ledger::size(&dir).map_err(failed)? <= CHECKED_FIRST {
        Ledger::check(&dir)?;
        return Ok(None);
    }
    let thread = std::thread::Builder::new().name("check".into());
    let check = thread.spawn(move || Ledger::check(&dir));
    Ok(Some(check.map_err(failed)?))
}

impl Station {
    /// Opens the station in this folder. Its lock must be held.
    ///
    /// # Errors
    /// Settings, layouts, ledger or folders that cannot be used; nobody who signs today.
    pub fn open(context: Arc<Context>) -> Result<Self, StationError> {
        let (paths, config) = (&context.paths, &context.config);
        config.official_on(context.today())?;
        context.layouts()?;
        let ledger = Ledger::open(&paths.ledger())?;
        let check = check_ledger(paths.ledger())?;
        let inbox = Inbox::new(paths.intake(), config.intake.clone())?;
        // Read again for each drop; here, so that a mistake in it is heard of at once.
        Mappings::read(&paths.mappings())?;
        let photos = PhotoStore::open(paths.photos())?;
        photos.sweep()?;
        let faults = Faults::new(paths);
        let mut station = Self {
            context,
            ledger,
            inbox,
            photos,
            stopping: Arc::default(),
            parked: Vec::new(),
            parked_for: None,
            faults,
            lot_unfinished: false,
            unread: BTreeMap::new(),
            looked_at_held: None,
            last_accepted: None,
            came_alone: false,
            purged: None,
            check,
        };
        station.parked = station.inbox.unfinished()?;
        station.sweep_lots()?;
        keep_checkpoints(&station.context.paths, &station.ledger)?;
        Ok(station)
    }

    /// Why a drop that was taken could not be brought to its end; it is tried again.
    pub fn parked(&self) -> Option<&str> {
        let why = self.parked_for.as_deref();
        why.filter(|_| !self.parked.is_empty())
    }

    /// Set to make the station park what is in hand and end.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopping)
    }

    /// Runs until [`Event::Stop`] or until the events end. What passes, a share that is away or a
    /// full disk, is told in `production::fault::Fault` and tried again.
    ///
    /// # Errors
    /// A ledger that is damaged, which no retry mends; it holds all that was done before.
    pub fn run(&mut self, events: &Receiver<Event>) -> Result<(), StationError> {
        let mut whole = BTreeSet::new();
        loop {
            self.heed_check()?;
            self.purge_when_due();
            let wait = match self.step(&whole, Due::Quiet) {
                Ok(progress) => {
                    whole.clear();
                    self.faults
                        .note(self.parked_for.clone(), self.context.now());
                    if progress.is_none() {
                        self.patience()
                    } else {
                        Duration::ZERO
                    }
                }
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    self.faults.note(Some(chain(&error)), self.context.now());
                    AGAIN
                }
            };
            if self.is_stopping() {
                return Ok(());
            }
            match events.recv_timeout(wait) {
                Ok(Event::Wake(wake)) => whole.extend(wake.arrived_whole),
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            // Whatever else has come meanwhile is one wake, not many.
            while let Ok(event) = events.try_recv() {
                match event {
                    Event::Wake(wake) => whole.extend(wake.arrived_whole),
                    Event::Stop => return Ok(()),
                }
            }
        }
    }

    /// Ends the work where the check that went on beside it found the database damaged.
    fn heed_check(&mut self) -> Result<(), StationError> {
        let Some(check) = self.check.take_if(|check| check.is_finished()) else {
            return Ok(());
        };
        match check.join() {
            Ok(checked) => Ok(checked?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }

    /// Takes everything that is now in `incoming/`, makes all lots, and returns what was done.
    /// What stands still without being whole goes back; what is still being written is left.
    ///
    /// # Errors
    /// Whatever ends or hinders [`Station::run`].
    pub fn run_once(&mut self) -> Result<Progress, StationError> {
        let mut all = Progress::default();
        self.purge_when_due();
        // Nobody stays to see whether it becomes whole later.
        self.inbox.give_up_after(self.context.config.intake.settle);
        let end = Instant::now() + 2 * self.context.config.intake.settle + Duration::from_secs(1);
        loop {
            let progress = self.step(&BTreeSet::new(), Due::Full)?;
            let idle = progress.is_none();
            all.drops.extend(progress.drops);
            all.lots.extend(progress.lots);
            let waits =
                !self.parked.is_empty() || self.inbox.waiting().iter().any(|w| may_settle(w.why));
            if self.is_stopping() || (idle && (!waits || Instant::now() > end)) {
                break;
            }
            if idle {
                std::thread::sleep(POLL);
            }
        }
        all.lots.extend(self.make_lots(Due::All)?);
        Ok(all)
    }

    /// What stands in `incoming/` and why it is not taken.
    pub fn waiting(&self) -> &[intake::Waiting] {
        self.inbox.waiting()
    }

    /// One look: take what is complete, then make the lots that are due.
    fn step(&mut self, whole: &BTreeSet<OsString>, due: Due) -> Result<Progress, StationError> {
        let mut progress = Progress::default();
        // Before anything is written with its time.
        let clock = clock::check(&self.context.paths, &self.ledger, self.context.now());
        self.parked_for = None;
        for claimed in std::mem::take(&mut self.parked) {
            self.take(claimed, &mut progress)?;
        }
        let taken = match self.take_ready(whole, &mut progress) {
            Err(error) if error.is_final() => return Err(error),
            taken => taken,
        };
        clock?;
        // Cards that are accepted need no `incoming/` to become a lot.
        progress.lots = self.make_lots(due)?;
        taken.map(|()| progress)
    }

    /// Takes what is complete in `incoming/`.
    fn take_ready(
        &mut self,
        whole: &BTreeSet<OsString>,
        progress: &mut Progress,
    ) -> Result<(), StationError> {
        for ready in self.inbox.scan(Instant::now(), whole)? {
            if self.is_stopping() {
                break;
            }
            match self.inbox.claim(&ready) {
                Ok(claimed) => self.take(claimed, progress)?,
                Err(error) => tracing::error!(error = chain(&error), "a drop was not claimed"),
            }
        }
        Ok(())
    }

    fn take(&mut self, claimed: Claimed, progress: &mut Progress) -> Result<(), StationError> {
        if self.is_stopping() {
            // It stays in work/ and is found again at the next start.
            return Ok(());
        }
        // What is decided only waits for its files to be moved.
        if claimed.is_decided() {
            if let Err(error) = claimed.finish() {
                self.park(claimed, &error);
            }
            return Ok(());
        }
        match self.accept_drop(&claimed) {
            Ok(report) => progress.drops.push(report.into()),
            Err(accept::AcceptError::Stopping) => {}
            Err(accept::AcceptError::Later(error)) => self.park(claimed, error.as_ref()),
            Err(accept::AcceptError::Ledger(error)) => {
                let error = StationError::from(error);
                if error.is_final() {
                    return Err(error);
                }
                self.park(claimed, &error);
            }
        }
        Ok(())
    }

    /// Keeps a drop to be tried again.
    fn park(&mut self, claimed: Claimed, error: &(dyn std::error::Error + 'static)) {
        let (drop, error) = (claimed.id(), chain(error));
        self.parked_for = Some(format!("drop `{drop}` is tried again: {error}"));
        self.parked.push(claimed);
    }

    /// How long nothing needs to be looked at.
    fn patience(&self) -> Duration {
        let waits = self
            .inbox
            .waiting()
            .iter()
            .any(|waiting| may_settle(waiting.why));
        if waits || self.gathering() {
            POLL
        } else if !self.parked.is_empty() {
            AGAIN
        } else if is_network_mount(&self.context.paths.intake().incoming).unwrap_or(true) {
            Duration::from_secs(5)
        } else {
            Duration::from_secs(30)
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn today(&self) -> Date {
        self.context.today()
    }

    fn official(&self, day: Date) -> Result<&Official, ConfigError> {
        self.context.config.official_on(day)
    }
}

/// Which lots are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Full ones, and the rest once nothing has come for the gather time.
    Quiet,
    Full,
    All,
}

/// How long until what failed is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// How often a drop that settles is looked at.
const POLL: Duration = Duration::from_millis(200);

/// Whether looking again soon may find it complete.
fn may_settle(why: intake::Why) -> bool {
    matches!(
        why,
        intake::Why::Settling | intake::Why::NotWhole | intake::Why::Photo
    )
}
