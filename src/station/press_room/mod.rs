//! The printers at work, each in a thread of its own with its own hand on the ledger.
//!
//! A printer takes one lot at a time, card by card: each card is set for this very printer and this
//! day, proved, and handed over in two phases ([`crate::printer::submit`]). A printer that stands
//! still gives the cards that it was not sent to another one with the same blanks. What nobody saw
//! come out waits for a person, and is never sent again by itself.

mod journal;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use self::journal::{Book, sides_of};
use super::setter::{Aside, Setter, set_aside};
use super::{ACTOR, PhotoStore, StationError, assets, chain};
use crate::config::{Config, Duplex, Paths, PrinterSettings};
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::CardId;
use crate::domain::job::Side;
use crate::ledger::{self, Ledger, QueuedCard};
use crate::printer::folder::FolderPrinter;
use crate::printer::ipp::IppPrinter;
use crate::printer::reasons::Severity;
use crate::printer::submit::{Step, Submission};
use crate::printer::{Device, DeviceState, Printer, Reason};
use crate::render::content::Issue;
use crate::render::document::Document;
use crate::render::layout::Layout;
use crate::render::proof;

/// How often a printer is asked how it is.
const POLL: Duration = Duration::from_millis(300);

/// The printers at work. Dropping it does not stop them; [`PressRoom::stop`] does.
pub struct PressRoom {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl PressRoom {
    /// Starts every printer that the settings say how to drive.
    ///
    /// # Errors
    /// A printer's address or folder that cannot be used; layouts or a ledger that cannot.
    pub fn start(paths: &Paths, config: &Config) -> Result<Self, StationError> {
        let stopping = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(Mutex::new(BTreeMap::new()));
        let mut desks = Vec::new();
        for printer in config.printers.iter().filter(|printer| printer.is_driven()) {
            desks.push(Desk::open(
                paths,
                config,
                printer,
                Arc::clone(&ready),
                Arc::clone(&stopping),
            )?);
        }
        let threads = desks.into_iter().map(|desk| {
            std::thread::Builder::new()
                .name(format!("printer {}", desk.printer.name))
                .spawn(move || desk.work())
                .map_err(|source| StationError::File {
                    what: "a printer's thread cannot be started",
                    source,
                })
        });
        Ok(Self {
            threads: threads.collect::<Result<_, _>>()?,
            stopping,
        })
    }

    /// Stops handing out cards and waits until what is in hand is safe in the ledger.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::Relaxed);
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a printer's thread broke; its jobs are settled at the next start");
            }
        }
    }
}

/// Which printers would print a card now, with the blanks that lie in them.
type Ready = Arc<Mutex<BTreeMap<String, String>>>;

/// One printer's desk.
struct Desk {
    printer: PrinterSettings,
    device: Box<dyn Printer>,
    config: Config,
    zone: TimeZone,
    layouts: BTreeMap<Kind, Layout>,
    photos: PhotoStore,
    ledger: Ledger,
    ready: Ready,
    stopping: Arc<AtomicBool>,
    open: Vec<Submission>,
    /// Since when it stands still.
    still: Option<Instant>,
    /// Cards since the last rest, and until when it rests.
    since_rest: u32,
    rests_until: Option<Instant>,
}

impl Desk {
    fn open(
        paths: &Paths,
        config: &Config,
        printer: &PrinterSettings,
        ready: Ready,
        stopping: Arc<AtomicBool>,
    ) -> Result<Self, StationError> {
        let device: Box<dyn Printer> = match (&printer.uri, &printer.folder) {
            (Some(uri), _) => {
                let timeout = Duration::from_secs_f64(printer.timeout);
                let ipp = IppPrinter::new(uri, timeout, printer.forgets_jobs);
                Box::new(ipp.map_err(|error| {
                    StationError::Printer(printer.name.clone(), error.to_string())
                })?)
            }
            (None, folder) => {
                let folder = folder.clone().unwrap_or_default();
                // A relative folder is the station's.
                Box::new(FolderPrinter::new(paths.root.join(folder)))
            }
        };
        let ledger = Ledger::open(&paths.ledger())?;
        Ok(Self {
            device,
            zone: config.zone()?,
            layouts: assets::load_all(paths, config)?,
            photos: PhotoStore::open(paths.photos())?,
            printer: printer.clone(),
            config: config.clone(),
            ledger,
            ready,
            stopping,
            open: Vec::new(),
            still: None,
            since_rest: 0,
            rests_until: None,
        })
    }

    fn work(mut self) {
        self.take_up();
        while !self.stopping.load(Ordering::Relaxed) {
            if let Err(error) = self.round() {
                // The ledger may be busy or the disk full; the journal holds all that is certain.
                tracing::error!(
                    printer = self.printer.name,
                    error = chain(&error),
                    "tried again"
                );
                self.take_up();
            }
            let until = Instant::now() + POLL;
            while Instant::now() < until && !self.stopping.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Takes up what the journal holds: at the start, and after a step could not be kept.
    fn take_up(&mut self) {
        match self.open_jobs() {
            Ok(open) => self.open = open,
            Err(error) => {
                let (printer, error) = (&self.printer.name, chain(&error));
                tracing::error!(printer, error, "its open jobs cannot be read");
                // Without them nothing may be begun.
                self.stopping.store(true, Ordering::Relaxed);
            }
        }
    }

    fn open_jobs(&self) -> ledger::Result<Vec<Submission>> {
        let jobs = self.ledger.open_jobs(&self.printer.name)?;
        let open = jobs.into_iter().map(|job| {
            let number = self.ledger.jobs(job.card)?.len() as u64;
            let open = journal::open(job, number, self.printer.duplex);
            Ok(Submission::resume(open))
        });
        open.collect()
    }

    /// One look at the printer and one move with each of its jobs.
    fn round(&mut self) -> Result<(), StationError> {
        let device = match self.device.device() {
            Ok(device) => device,
            Err(failure) => Device::unreachable(failure.to_string()),
        };
        self.note(&device)?;
        self.step_all()?;
        if !device.is_ready() {
            return self.stand_still(&device);
        }
        self.still = None;
        while self.open.len() < self.printer.jobs_in_flight
            && !self.stopping.load(Ordering::Relaxed)
            && self.may_take()?
        {
            if !self.take_next()? {
                break;
            }
            self.step_all()?;
        }
        Ok(())
    }

    /// Writes down what the printer says of itself, when it changed, and tells the other desks.
    fn note(&mut self, device: &Device) -> Result<(), StationError> {
        let codes: Vec<String> = device.reasons.iter().map(short_code).collect();
        let state = state_code(device.state);
        let name = &self.printer.name;
        let message = device.message.as_deref();
        self.ledger
            .write(ACTOR, Timestamp::now(), |tx| -> Result<_, ledger::Error> {
                tx.printer_changed(name, state, &codes, message)
            })?;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if device.is_ready() {
            ready.insert(name.clone(), self.printer.media.clone());
        } else {
            ready.remove(name);
        }
        Ok(())
    }

    /// A printer that stands still long enough gives its unsent lots to the others, if one of
    /// them with the same blanks would print them.
    fn stand_still(&mut self, device: &Device) -> Result<(), StationError> {
        let since = *self.still.get_or_insert_with(Instant::now);
        let patience = Duration::from_secs_f64(self.printer.hand_over_after);
        let another = {
            let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            ready.values().any(|media| *media == self.printer.media)
        };
        if since.elapsed() < patience || !another {
            return Ok(());
        }
        let lots = self.ledger.lots_of(&self.printer.name)?;
        for lot in lots {
            self.ledger
                .write(ACTOR, Timestamp::now(), |tx| -> Result<(), ledger::Error> {
                    tx.assign_lot(lot, None)
                })?;
            tracing::warn!(%lot, printer = self.printer.name, state = %device.state, "handed to another printer");
        }
        Ok(())
    }

    fn step_all(&mut self) -> Result<(), StationError> {
        let mut book = Book {
            ledger: &mut self.ledger,
            printer: &self.printer,
        };
        let mut going = Vec::with_capacity(self.open.len());
        for mut submission in self.open.drain(..) {
            loop {
                match submission.step(self.device.as_ref(), &mut book)? {
                    Step::Moved => {}
                    Step::Wait(_) => {
                        going.push(submission);
                        break;
                    }
                    Step::Ended(outcome) => {
                        let card = submission.attempt().card;
                        tracing::info!(printer = self.printer.name, %card, ?outcome, "a job ended");
                        break;
                    }
                }
            }
        }
        self.open = going;
        Ok(())
    }

    /// Whether heat and the daily cap let it take another card.
    fn may_take(&mut self) -> Result<bool, StationError> {
        if let Some(until) = self.rests_until {
            if Instant::now() < until {
                return Ok(false);
            }
            self.rests_until = None;
            self.since_rest = 0;
        }
        if let Some(cap) = self.printer.daily_cap {
            let today = Timestamp::now().to_zoned_datetime(self.zone.clone());
            let midnight = today.start_of_day().map_err(|error| StationError::File {
                what: "today has no beginning in the station's zone",
                source: std::io::Error::other(error),
            })?;
            let name = &self.printer.name;
            let printed = self.ledger.printed_since(name, midnight.timestamp())?;
            if printed + self.open.len() as u64 >= u64::from(cap) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes the next card that waits, and begins its job. `false` when there is none.
    fn take_next(&mut self) -> Result<bool, StationError> {
        let Some((card, side)) = self.next()? else {
            return Ok(false);
        };
        let (Some(stands), Some(person)) = (self.ledger.card(card)?, self.ledger.person(card)?)
        else {
            return Err(ledger::Error::Erased(card).into());
        };
        let queued = QueuedCard { card, person };
        let document = match self.document(&queued, stands.kind, side)? {
            Ok(document) => document,
            Err(aside) => {
                self.put_aside(&queued, side, &aside)?;
                return Ok(true);
            }
        };
        let sides = sides_of(side, self.printer.duplex);
        let keyword = self.printer.media_keyword.clone();
        let mut book = Book {
            ledger: &mut self.ledger,
            printer: &self.printer,
        };
        let submission = Submission::begin(&mut book, card, sides, keyword, document)?;
        self.open.push(submission);
        self.since_rest += 1;
        if let Some(rest) = self.printer.cool_down
            && self.since_rest >= rest.after
        {
            self.rests_until = Some(Instant::now() + Duration::from_secs_f64(rest.minutes * 60.0));
        }
        Ok(true)
    }

    /// A card that cannot be printed today is taken out of the way. One whose front is done has used
    /// up its blank already: a person must say what becomes of it.
    fn put_aside(
        &mut self,
        queued: &QueuedCard,
        side: Side,
        aside: &Aside,
    ) -> Result<(), StationError> {
        if side != Side::Back {
            return set_aside(&mut self.ledger, queued, aside);
        }
        let reason = match aside {
            Aside::Hold(code) => code.as_str(),
            Aside::OtherKind(_) => "other-kind",
        };
        self.ledger
            .write(ACTOR, Timestamp::now(), |tx| -> Result<(), ledger::Error> {
                let to = State::Unconfirmed;
                tx.move_card(queued.card, to, Evidence::Station, Some(reason))?;
                Ok(())
            })?;
        Ok(())
    }

    /// The card that comes next, and which of its sides. A lot is finished before another is
    /// begun; a printer that cannot turn cards prints the fronts of a lot, waits until a person has
    /// turned the stack, and prints the backs.
    fn next(&mut self) -> Result<Option<(CardId, Side)>, StationError> {
        let name = self.printer.name.clone();
        if self.printer.duplex == Duplex::None {
            let mut backs = self.ledger.backs_waiting(&name)?;
            let first_lot = backs.first().map(|back| back.lot);
            let front = self.ledger.next_to_print(&name)?;
            let same_lot = front.filter(|front| first_lot.is_none_or(|lot| front.lot == lot));
            if let Some(front) = same_lot {
                return Ok(Some((front.card, Side::Front)));
            }
            if !backs.is_empty() {
                if self.printer.stack_reversed {
                    backs.reverse();
                }
                let turned = self.ledger.stack_turned_at(&name)?;
                let mut due = None;
                for back in backs {
                    let jobs = self.ledger.jobs(back.card)?;
                    let front_done = jobs.iter().map(|job| job.moved_at).max();
                    if due.is_none() && front_done.is_some_and(|done| turned >= Some(done)) {
                        due = Some(back.card);
                    }
                }
                return Ok(due.map(|card| (card, Side::Back)));
            }
        }
        if self.ledger.next_to_print(&name)?.is_none() && self.open.is_empty() {
            self.take_lot()?;
        }
        let side = match self.printer.duplex {
            Duplex::None => Side::Front,
            Duplex::LongEdge | Duplex::ShortEdge => Side::Both,
        };
        let next = self.ledger.next_to_print(&name)?;
        Ok(next.map(|next| (next.card, side)))
    }

    /// Takes the oldest lot that no printer has and whose blanks lie in this one.
    fn take_lot(&mut self) -> Result<(), StationError> {
        let (name, media) = (&self.printer.name, &self.printer.media);
        let of_kinds = &self.config.card.media;
        self.ledger
            .write(ACTOR, Timestamp::now(), |tx| -> Result<(), ledger::Error> {
                for lot in tx.unassigned_lots()? {
                    let fits = tx
                        .lot(lot)?
                        .is_some_and(|(lot, _)| of_kinds.get(&lot.kind) == Some(media));
                    if fits {
                        return tx.assign_lot(lot, Some(name));
                    }
                }
                Ok(())
            })?;
        Ok(())
    }

    /// The PDF of one card for this printer, today, proved; or why the card cannot be printed.
    fn document(
        &self,
        queued: &QueuedCard,
        kind: Kind,
        side: Side,
    ) -> Result<Result<Vec<u8>, Aside>, StationError> {
        let day = Timestamp::now().to_zoned_datetime(self.zone.clone()).date();
        let mut press = self.config.press_of(Some(&self.printer.name))?;
        press.only = match side {
            Side::Both => None,
            Side::Front => Some(0),
            Side::Back => Some(1),
        };
        let layout = &self.layouts[&kind];
        let setter = Setter {
            layout,
            photos: &self.photos,
            issue: Issue {
                office: &self.config.office,
                official: Some(self.config.official_on(day)?),
                day,
                under5: self.config.card.under5_until,
            },
            press,
        };
        let (composed, expected) = match setter.set(queued) {
            Ok(set) => set,
            Err(aside) => return Ok(Err(aside)),
        };
        let failed = |source| StationError::Lot {
            lot: queued.card.to_string(),
            source,
        };
        let title = queued.card.to_string();
        let mut document =
            Document::new(Vec::new(), [layout], press, &title, day).map_err(failed)?;
        document.add(&composed).map_err(failed)?;
        let (pdf, _) = document.finish().map_err(failed)?;
        let pdf = Arc::new(pdf);
        let faults = proof::prove(&pdf, &[expected], press.dpi, 1)
            .map_err(|source| StationError::Proof { lot: title, source })?;
        if let Some(fault) = faults.first() {
            tracing::error!(
                card = fault.mark,
                printer = self.printer.name,
                "held: {fault}"
            );
            return Ok(Err(Aside::Hold(fault.what.code().to_owned())));
        }
        Ok(Ok(Arc::unwrap_or_clone(pdf)))
    }
}

/// The word of a state in the ledger.
pub const fn state_code(state: DeviceState) -> &'static str {
    match state {
        DeviceState::Idle => "idle",
        DeviceState::Processing => "processing",
        DeviceState::Stopped => "stopped",
        DeviceState::Unreachable => "unreachable",
    }
}

/// A printer's complaint as the ledger keeps it, its severity at the end: lower case, digits and
/// hyphens, at most 40.
fn short_code(reason: &Reason) -> String {
    let suffix = match reason.severity() {
        Severity::Error => "-error",
        Severity::Warning => "-warning",
        Severity::Report => "-report",
    };
    let plain = reason
        .keyword()
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => c,
            _ => '-',
        });
    let keyword: String = plain.take(40 - suffix.len()).collect();
    keyword + suffix
}
