//! Printers: what the station asks of one, and what it answers.
//!
//! | file | what it is |
//! |---|---|
//! | [`failure`] | what went wrong, and above all whether the printer may have taken it |
//! | [`reasons`] | what a printer complains of, in an operator's words |
//! | [`ipp`] | a printer or a CUPS queue over IPP (RFC 8011); the only network |
//! | [`folder`] | the watched output folder of another program |
//! | [`submit`] | how one attempt is handed over and settled, whatever breaks on the way |
//!
//! A job is made in two phases: [`Printer::create`] makes one that has no document and so cannot
//! print, the station notes its number, and only then [`Printer::send`] gives it the card. A
//! printer that prints in one step (Print-Job alone) is refused: when its reply is lost, nobody
//! could tell whether a card comes out.

use crate::domain::text::{Explain, Text};
use std::fmt;

pub mod failure;
pub mod folder;
pub mod ipp;
pub mod reasons;
pub mod submit;

pub use crate::domain::device::DeviceState;
pub use failure::{Failure, NotTaken};
pub use reasons::Reason;

/// A printer as the station sees it. Every call may block up to the printer's own time limit.
pub trait Printer: Send {
    /// How the device is.
    ///
    /// # Errors
    /// Any [`Failure`]; one that cannot be reached is told as [`DeviceState::Unreachable`] instead.
    fn device(&self) -> Result<Device, Failure>;

    /// Makes a job that has no document yet: nothing prints.
    ///
    /// # Errors
    /// [`Failure::Unknown`] when such a job may exist nevertheless; it is then found by its name.
    fn create(&self, job: &NewJob) -> Result<JobRef, Failure>;

    /// Gives the job its one document, a PDF: from here on a card may come out.
    ///
    /// # Errors
    /// [`Failure::Unknown`] when the printer may have taken it.
    fn send(&self, job: &JobRef, document: &[u8]) -> Result<(), Failure>;

    /// How the job stands. It is checked that the answer is about this very job.
    ///
    /// # Errors
    /// [`NotTaken::NotFound`] and [`NotTaken::OtherJob`] when the printer knows it no more.
    fn job(&self, job: &JobRef) -> Result<Job, Failure>;

    /// The jobs of this name that are not over.
    ///
    /// # Errors
    /// Any [`Failure`].
    fn find(&self, name: &str) -> Result<Vec<Job>, Failure>;

    /// Asks that the job come to an end.
    ///
    /// # Errors
    /// Any [`Failure`]; the job is then to be asked how it stands.
    fn cancel(&self, job: &JobRef) -> Result<Withdrawal, Failure>;

    /// Whether a restart makes it forget its jobs. Then a job that it still knows was not begun
    /// twice. CUPS remembers, and prints an interrupted job again from its first page.
    fn forgets_jobs(&self) -> bool;

    /// Whether the journal must have the sending before it is done, because nothing that is seen
    /// after a power cut tells whether it was.
    fn is_sent_unseen(&self) -> bool {
        false
    }
}

/// What came of asking for an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// The document never became visible to anything that prints.
    NothingSent,
    /// It was asked for; only the job's own state says what came out.
    Asked,
}

/// What a job is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// The name that the job is known by for ever, as the journal gave it: `kia:<attempt>`.
    pub name: String,
    /// Which sides of the card it lays down.
    pub sides: Sides,
    /// The media keyword (PWG 5101.1), such as `custom_id1_53.98x85.6mm`; the printer's own if none.
    pub media: Option<String>,
}

/// Which sides of a card one job prints. There is never more than one copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sides {
    /// The front alone: the first of two jobs, a person turning the card between them.
    Front,
    /// The back alone: the second of two jobs.
    Back,
    /// Two pages of one job, turned over the long edge.
    LongEdge,
    /// Two pages of one job, turned over the short edge.
    ShortEdge,
}

impl Sides {
    /// The `sides` keyword of IPP (RFC 8011 §5.2.8).
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Front | Self::Back => "one-sided",
            Self::LongEdge => "two-sided-long-edge",
            Self::ShortEdge => "two-sided-short-edge",
        }
    }

    /// The pages of the document, which are the impressions of the job.
    pub const fn pages(self) -> u32 {
        match self {
            Self::Front | Self::Back => 1,
            Self::LongEdge | Self::ShortEdge => 2,
        }
    }
}

/// A job as it was when the printer made it. A printer that restarts may give its number to
/// another child's job, so a number alone never names a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRef {
    /// The printer's number (`job-id`).
    pub id: i32,
    /// `job-uuid`, from printers that have it.
    pub uuid: Option<String>,
    /// Where the job answers.
    pub uri: String,
    /// The name that the station gave it.
    pub name: String,
}

/// How a job stands, as its printer tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub at: JobRef,
    pub state: JobState,
    /// Why, in the printer's keywords, with their suffixes.
    pub reasons: Vec<String>,
    /// What the printer says of it in its own words.
    pub message: Option<String>,
    /// Documents that it holds, when told.
    pub documents: Option<u32>,
    /// When it last began to print, in the printer's seconds; `Some(None)` says that it never did.
    pub began: Option<Option<i32>>,
    /// Sides laid down, when told. CUPS tells 0 of a card that came out unless the driver counts.
    pub impressions: Option<u32>,
    /// Cards laid down, when told, with the same caution.
    pub sheets: Option<u32>,
}

impl Job {
    /// Whether it still waits for its document.
    pub fn awaits_document(&self) -> bool {
        let waits = matches!(self.state, JobState::Pending | JobState::Held);
        let incoming =
            |reason: &String| matches!(reason.as_str(), "job-incoming" | "job-data-insufficient");
        waits
            && match self.documents {
                Some(documents) => documents == 0,
                None => self.reasons.iter().any(incoming),
            }
    }

    /// Whether the printer says that it never began, so that nothing came out. A count of 0
    /// impressions does not say so, nor does a count of 0 documents beside a time of beginning: CUPS
    /// counts 0 again once it removed the files of a job that is over.
    pub fn never_began(&self) -> bool {
        match self.began {
            Some(told) => told.is_none(),
            None => self.documents == Some(0),
        }
    }
}

/// `job-state` (RFC 8011 §5.3.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Waits for its turn.
    Pending,
    /// Waits for its document or for a person.
    Held,
    Processing,
    /// Its printing stands still.
    Stopped,
    /// Ended by a person or by the station.
    Canceled,
    /// Ended by the printer.
    Aborted,
    /// The printer says that all of it came out.
    Completed,
}

impl JobState {
    /// Whether it is over.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Canceled | Self::Aborted | Self::Completed)
    }
}

impl Explain for JobState {
    fn text(&self) -> Text {
        match self {
            Self::Pending => Text::new("menunggu giliran", "waiting its turn"),
            Self::Held => Text::new("ditahan di printer", "held at the printer"),
            Self::Processing => Text::new("sedang dicetak", "printing"),
            Self::Stopped => Text::new("pencetakan berhenti", "printing stands still"),
            Self::Canceled => Text::new("dibatalkan", "cancelled"),
            Self::Aborted => Text::new("dihentikan printer", "ended by the printer"),
            Self::Completed => Text::new("selesai menurut printer", "done, says the printer"),
        }
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

/// How a device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub state: DeviceState,
    /// What it complains of, the gravest first.
    pub reasons: Vec<Reason>,
    /// Whether it takes new jobs.
    pub accepting: bool,
    /// What it says in its own words.
    pub message: Option<String>,
    /// Jobs in its queue, when told.
    pub queued: Option<u32>,
}

impl Device {
    /// A device that cannot be asked, with what the attempt to ask it met.
    pub fn unreachable(message: String) -> Self {
        Self {
            state: DeviceState::Unreachable,
            reasons: Vec::new(),
            accepting: false,
            message: Some(message),
            queued: None,
        }
    }

    /// Whether a card handed to it now would be printed.
    pub fn is_ready(&self) -> bool {
        self.state.is_running()
            && self.accepting
            && !self.reasons.iter().any(Reason::stops_printing)
    }
}
