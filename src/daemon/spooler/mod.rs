//! The printers at work, each in a thread of its own with its own hand on the ledger.
//!
//! A printer takes one lot at a time, card by card: each card is set for this very printer and this
//! day, proved, and handed over in two phases ([`crate::printer::submit`]). A printer that stands
//! still gives the cards that it was not sent to another one with the same blanks. What nobody saw
//! come out waits for a person, and is never sent again by itself.

mod choice;
mod journal;
mod page;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use self::journal::{LedgerJournal, sides_of};
use crate::config::{Duplex, PrinterSettings};
use crate::context::Context;
use crate::domain::card::{Evidence, State};
use crate::domain::chain;
use crate::domain::job::{Ended, Stage};
use crate::domain::reason::Reason as Why;
use crate::ledger::{self, Ledger, QueuedCard, Remake};
use crate::printer::folder::FolderPrinter;
use crate::printer::ipp::IppPrinter;
use crate::printer::reasons::{self, Severity};
use crate::printer::submit::{Outcome, Step, Submission};
use crate::printer::{Device, Printer, Reason};
use crate::production::ACTOR;
use crate::production::StationError;
use crate::production::clock;
use crate::production::photos::PhotoStore;

/// How often a printer is asked how it is.
const POLL: Duration = Duration::from_millis(300);

/// How long a printer that takes no cards is left alone, at the most.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The printers at work. Dropping it does not stop them; [`Spooler::stop`] does.
pub struct Spooler {
    stopping: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Spooler {
    /// Starts every printer that the settings say how to drive.
    ///
    /// # Errors
    /// A printer's address or folder that cannot be used; layouts or a ledger that cannot.
    pub fn start(context: &Arc<Context>) -> Result<Self, StationError> {
        let config = &context.config;
        let stopping = Arc::new(AtomicBool::new(false));
        let ready = Arc::new(Mutex::new(BTreeMap::new()));
        clear_away(context)?;
        let mut workers = Vec::new();
        for printer in config.printers.iter().filter(|printer| printer.is_driven()) {
            workers.push(PrinterWorker::open(
                context,
                printer,
                Arc::clone(&ready),
                Arc::clone(&stopping),
            )?);
        }
        let threads = workers.into_iter().map(|worker| {
            std::thread::Builder::new()
                .name(format!("printer {}", worker.printer.name))
                .spawn(move || worker.work())
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

/// Printers that are driven no more give back their lots, and those with other blanks in them the
/// lots that do not go on these; what is in the hands of the former a person settles, and so does
/// one the cards of a stack that no longer waits to be turned.
fn clear_away(context: &Context) -> Result<(), StationError> {
    let config = &context.config;
    let mut ledger = Ledger::open(&context.paths.ledger())?;
    for known in ledger.printers()? {
        let mut driven = config.printers.iter().filter(|printer| printer.is_driven());
        let driven = driven.find(|printer| printer.name == known.printer);
        ledger.write(ACTOR, context.now(), |tx| -> ledger::Result<()> {
            if driven.is_none_or(|printer| printer.duplex != Duplex::None) {
                for half in tx.backs_waiting(&known.printer)? {
                    let (to, why) = (State::Unconfirmed, Some(Why::PrinterGone));
                    tx.move_card(half.card, to, Evidence::Station, why)?;
                }
            }
            if let Some(printer) = driven {
                for lot in tx.lots_of(&printer.name)? {
                    if !choice::goes_on(tx, config, lot, &printer.media)? {
                        tx.assign_lot(lot, None)?;
                    }
                }
                return Ok(());
            }
            for job in tx.open_jobs(&known.printer)? {
                let ended = match job.stage {
                    // No document was sent.
                    Stage::Begun => Ended::NotPrinted,
                    _ => Ended::Unconfirmed,
                };
                let reason = Some(Why::PrinterGone);
                tx.end_job(&job.job, ended, reason, Remake::No)?;
            }
            for lot in tx.lots_of(&known.printer)? {
                tx.assign_lot(lot, None)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Which printers would print a card now, with the blanks that lie in them.
type Ready = Arc<Mutex<BTreeMap<String, String>>>;

struct PrinterWorker {
    printer: PrinterSettings,
    device: Box<dyn Printer>,
    context: Arc<Context>,
    photos: PhotoStore,
    ledger: Ledger,
    ready: Ready,
    stopping: Arc<AtomicBool>,
    open: Vec<Submission>,
    /// Whether `open` is what the journal holds.
    taken_up: bool,
    /// Since when it stands still.
    still: Option<Instant>,
    /// Cards in a row that it did not take, and until when it is given none.
    refusals: u32,
    paused_until: Option<Instant>,
    /// Cards since the last rest, and until when it rests.
    since_rest: u32,
    rests_until: Option<Instant>,
}

impl PrinterWorker {
    fn open(
        context: &Arc<Context>,
        printer: &PrinterSettings,
        ready: Ready,
        stopping: Arc<AtomicBool>,
    ) -> Result<Self, StationError> {
        let device: Box<dyn Printer> = match (&printer.uri, &printer.folder) {
            (Some(uri), _) => {
                let timeout = Duration::from_secs_f64(printer.timeout);
                let ipp = IppPrinter::new(uri, timeout, printer.forgets_jobs);
                let ipp = ipp.map_err(|error| {
                    StationError::Printer(printer.name.clone(), error.to_string())
                })?;
                Box::new(ipp.two_sided(printer.two_sided))
            }
            (None, folder) => {
                let folder = folder.clone().unwrap_or_default();
                // A relative folder is the station's.
                Box::new(FolderPrinter::new(context.paths.root.join(folder)))
            }
        };
        let ledger = Ledger::open(&context.paths.ledger())?;
        context.layouts()?;
        Ok(Self {
            device,
            photos: PhotoStore::open(context.paths.photos())?,
            printer: printer.clone(),
            context: Arc::clone(context),
            ledger,
            ready,
            stopping,
            open: Vec::new(),
            taken_up: false,
            still: None,
            refusals: 0,
            paused_until: None,
            since_rest: 0,
            rests_until: None,
        })
    }

    fn work(mut self) {
        while !self.stopping.load(Ordering::Relaxed) {
            if let Err(error) = self.turn() {
                // The ledger may be busy or the disk full; the journal holds all that is certain.
                self.taken_up = false;
                tracing::error!(
                    printer = self.printer.name,
                    error = chain(&error),
                    "tried again"
                );
            }
            let until = Instant::now() + POLL;
            while Instant::now() < until && !self.stopping.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// A round; before it, at the start and after a step could not be kept, it takes up what the
    /// journal holds. Nothing may be begun without that.
    fn turn(&mut self) -> Result<(), StationError> {
        if !self.taken_up {
            self.open = self.open_jobs()?;
            self.taken_up = true;
        }
        self.round()
    }

    fn open_jobs(&self) -> ledger::Result<Vec<Submission>> {
        let jobs = self.ledger.open_jobs(&self.printer.name)?;
        let open = jobs.into_iter().map(|job| {
            let open = journal::open(job, self.printer.duplex);
            Submission::resume(open)
        });
        Ok(open.collect())
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
            && self.may_take()
        {
            if !self.take_next()? {
                break;
            }
            self.step_all()?;
        }
        Ok(())
    }

    /// Writes down what the printer says of itself and why it is given no cards, when it changed,
    /// and tells the other workers.
    fn note(&mut self, device: &Device) -> Result<(), StationError> {
        let mut codes: Vec<String> = device.reasons.iter().map(short_code).collect();
        let ours = [
            (!self.is_rested(), reasons::RESTS),
            (self.refusals > 0, reasons::TAKES_NOTHING),
        ];
        codes.extend(
            ours.iter()
                .filter(|ours| ours.0)
                .map(|ours| ours.1.to_owned()),
        );
        let name = &self.printer.name;
        let message = device.message.as_deref();
        self.ledger.write(
            ACTOR,
            self.context.now(),
            |tx| -> Result<_, ledger::Error> {
                tx.printer_changed(name, device.state, &codes, message)
            },
        )?;
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if device.is_ready() {
            ready.insert(name.clone(), self.printer.media.clone());
        } else {
            ready.remove(name);
        }
        Ok(())
    }

    fn step_all(&mut self) -> Result<(), StationError> {
        for mut submission in std::mem::take(&mut self.open) {
            let mut journal = LedgerJournal {
                ledger: &mut self.ledger,
                clock: &self.context.clock,
                printer: &self.printer,
            };
            loop {
                match submission.step(self.device.as_ref(), &mut journal)? {
                    Step::Moved => {}
                    Step::Wait(_) => {
                        self.open.push(submission);
                        break;
                    }
                    Step::Ended(outcome) => {
                        let card = submission.attempt().card;
                        tracing::info!(printer = self.printer.name, %card, ?outcome, "a job ended");
                        self.count_refusals(&outcome);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether it was not refused just now and need not rest.
    fn may_take(&mut self) -> bool {
        self.paused_until
            .is_none_or(|until| Instant::now() >= until)
            && self.is_rested()
    }

    /// A printer that does not take its jobs is asked ever more rarely: each try is an attempt in
    /// the ledger.
    fn count_refusals(&mut self, outcome: &Outcome) {
        if let Outcome::NotPrinted(why) = outcome {
            let pause = (POLL * 2_u32.saturating_pow(self.refusals)).min(LONGEST_PAUSE);
            self.refusals += 1;
            self.paused_until = Some(Instant::now() + pause);
            tracing::warn!(printer = self.printer.name, %why, "a card was not taken");
        } else {
            self.refusals = 0;
        }
    }

    /// Takes the next card that waits, and begins its job. `false` when there is none.
    fn take_next(&mut self) -> Result<bool, StationError> {
        let Some((card, side)) = self.next()? else {
            return Ok(false);
        };
        clock::check(&self.context.paths, &self.ledger, self.context.now())?;
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
        let mut journal = LedgerJournal {
            ledger: &mut self.ledger,
            clock: &self.context.clock,
            printer: &self.printer,
        };
        let submission = Submission::begin(&mut journal, card, sides, keyword, document)?;
        self.open.push(submission);
        self.count_for_rest();
        Ok(true)
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

#[cfg(test)]
mod tests;
