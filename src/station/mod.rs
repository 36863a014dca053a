//! The station: drops become cards, cards become lots. One thread does all of it and is the one
//! writer of the ledger; events only wake it.

mod accept;
pub mod assets;
pub mod backup;
mod beside;
mod checkpoints;
mod day;
pub mod deeds;
mod examine;
mod fault;
mod handover;
mod in_order;
mod inspect;
mod lock;
mod lots;
mod minutes;
pub mod packing;
pub mod photo_desk;
mod photos;
pub mod press_room;
pub mod preview;
mod purge;
pub mod samples;
pub mod scanning;
mod setter;
pub mod specimen;
pub mod staging;
pub mod steps;
mod token;
pub mod words;
pub mod workbench;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use self::fault::Faults;
use crate::config::{Config, ConfigError, Paths};
use crate::domain::card::Kind;
use crate::domain::office::Official;
use crate::intake::{
    self, Claimed, Inbox, IntakeError, Mappings, MappingsError, Summary, Wake, is_network_mount,
};
use crate::ledger::{self, Ledger};
use crate::render::content::Issue;
use crate::render::document::DocumentError;
use crate::render::layout::Layout;
use crate::render::raster::RasterError;

pub use beside::beside_ledger;
pub use checkpoints::keep_checkpoints;
pub use day::{DayReport, close_day, day_report};
pub use examine::{Examined, Examiner, SharedPhotos, cloth_of, photo_target};
pub use fault::Fault;
pub use handover::{HandoverError, HandoverWords, MOST_BYTES, Papers, attach, pack_papers};
pub use inspect::{InspectError, Row, inspect, report_of};
pub use lock::{Lock, LockError};
pub use lots::{LOT_HELD, is_proof_code};
pub use minutes::{PaperError, minutes_pdf};
pub use photos::{PhotoStore, write_new};
pub use purge::Purge;
pub use token::new_token;

/// The folders of the files that the ledger names.
pub fn ledger_files(paths: &Paths) -> ledger::Files {
    ledger::Files {
        lots: paths.lots(),
        photos: paths.photos(),
        handover: paths.handover(),
    }
}

/// Who the ledger names for what the station does by itself.
pub const ACTOR: &str = "station";

/// What the station could not do. A fault of one drop or card is none of these; one of the ledger
/// ends a running station, and any other is tried again.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Layout(#[from] assets::LoadError),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Mappings(#[from] MappingsError),
    #[error(transparent)]
    Uploads(#[from] staging::StageError),
    /// A lot could not be made.
    #[error("lot {lot} cannot be made")]
    Lot {
        lot: String,
        #[source]
        source: DocumentError,
    },
    #[error("printer `{0}`: {1}")]
    Printer(String, String),
    /// A lot could not be read back.
    #[error("lot {lot} cannot be proved")]
    Proof {
        lot: String,
        #[source]
        source: RasterError,
    },
    /// A file of the station.
    #[error("{what}; check the disk and the rights on the station's folder")]
    File {
        /// What could not be done.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl StationError {
    /// Whether the station cannot go on without being started anew. Folders, shares, disks and
    /// settings are mended while it runs.
    fn is_final(&self) -> bool {
        match self {
            Self::Ledger(error) => !matches!(error, ledger::Error::Busy),
            _ => false,
        }
    }
}

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
    paths: Paths,
    config: Config,
    zone: TimeZone,
    layouts: BTreeMap<Kind, Layout>,
    ledger: Ledger,
    inbox: Inbox,
    photos: PhotoStore,
    stopping: Arc<AtomicBool>,
    /// Drops whose disk failed: they are tried again, not given up.
    parked: Vec<Claimed>,
    /// Why the last of them was parked.
    parked_for: Option<String>,
    faults: Faults,
    /// When a drop was last accepted, to tell a lone record from a stream.
    last_accepted: Option<Instant>,
    /// Whether the record accepted last came alone.
    came_alone: bool,
    /// When the privacy clock was last looked at.
    purged: Option<Instant>,
}

impl Station {
    /// Opens the station in this folder. Its lock must be held.
    ///
    /// # Errors
    /// Settings, layouts, ledger or folders that cannot be used; nobody who signs today.
    pub fn open(paths: Paths, config: Config) -> Result<Self, StationError> {
        let zone = config.zone()?;
        config.official_on(Timestamp::now().to_zoned_datetime(zone.clone()).date())?;
        let layouts = assets::load_all(Some(&paths), &config)?;
        let ledger = Ledger::open(&paths.ledger())?;
        let inbox = Inbox::new(paths.intake(), config.intake.clone())?;
        // Read again for each drop; here, so that a mistake in it is heard of at once.
        Mappings::read(&paths.mappings())?;
        let photos = PhotoStore::open(paths.photos())?;
        photos.sweep()?;
        let faults = Faults::new(&paths);
        let mut station = Self {
            paths,
            config,
            zone,
            layouts,
            ledger,
            inbox,
            photos,
            stopping: Arc::default(),
            parked: Vec::new(),
            parked_for: None,
            faults,
            last_accepted: None,
            came_alone: false,
            purged: None,
        };
        station.parked = station.inbox.unfinished()?;
        station.sweep_lots()?;
        keep_checkpoints(&station.paths, &station.ledger)?;
        Ok(station)
    }

    /// Set to make the station park what is in hand and end.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stopping)
    }

    /// Runs until [`Event::Stop`] or until the events end. What passes, a share that is away or a
    /// full disk, is told in [`Fault`] and tried again.
    ///
    /// # Errors
    /// The ledger's, which no retry mends; it holds all that was done before.
    pub fn run(&mut self, events: &Receiver<Event>) -> Result<(), StationError> {
        let mut whole = BTreeSet::new();
        loop {
            self.purge_when_due();
            let wait = match self.step(&whole, Due::Quiet) {
                Ok(progress) => {
                    whole.clear();
                    self.faults.note(self.parked_for.clone());
                    if progress.is_none() {
                        self.patience()
                    } else {
                        Duration::ZERO
                    }
                }
                Err(error) if error.is_final() => return Err(error),
                Err(error) => {
                    self.faults.note(Some(chain(&error)));
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

    /// Takes everything that is now in `incoming/`, makes all lots, and returns what was done.
    /// What stands still without being whole goes back; what is still being written is left.
    ///
    /// # Errors
    /// Whatever ends or hinders [`Station::run`].
    pub fn run_once(&mut self) -> Result<Progress, StationError> {
        let mut all = Progress::default();
        self.purge_when_due();
        // Nobody stays to see whether it becomes whole later.
        self.inbox.give_up_after(self.config.intake.settle);
        let end = Instant::now() + 2 * self.config.intake.settle + Duration::from_secs(1);
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
        self.parked_for = None;
        for claimed in std::mem::take(&mut self.parked) {
            self.take(claimed, &mut progress)?;
        }
        let taken = match self.take_ready(whole, &mut progress) {
            Err(error) if error.is_final() => return Err(error),
            taken => taken,
        };
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
        } else if is_network_mount(&self.paths.intake().incoming).unwrap_or(true) {
            Duration::from_secs(5)
        } else {
            Duration::from_secs(30)
        }
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn today(&self) -> Date {
        Timestamp::now().to_zoned_datetime(self.zone.clone()).date()
    }

    fn official(&self, day: Date) -> Result<&Official, ConfigError> {
        self.config.official_on(day)
    }

    fn issue<'a>(&'a self, official: &'a Official, day: Date) -> Issue<'a> {
        Issue {
            office: &self.config.office,
            official: Some(official),
            day,
            under5: self.config.card.under5_until,
        }
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

/// An error with its causes on one line, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
