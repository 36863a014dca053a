//! What may go wrong, and how printers differ.

/// What may go wrong, at the printer or at the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    LostBefore,
    LostAfter,
    Late,
    Stall,
    Busy,
    Restart,
    PowerLoss,
    Vanish,
    Abort,
    DuplicateName,
    WrongUuid,
    MediaOut,
    StationBetweenSteps,
    StationBeforeCommit,
    StationAfterCommit,
    KilledBeforeTaken,
    KilledBeforeReply,
    KilledAfterReply,
    KilledAnywhere,
}

impl Fault {
    pub(super) const ANY_TIME: [Self; 9] = [
        Self::LostBefore,
        Self::LostAfter,
        Self::Late,
        Self::Stall,
        Self::Busy,
        Self::Restart,
        Self::Vanish,
        Self::WrongUuid,
        Self::MediaOut,
    ];

    pub fn words(self) -> &'static str {
        match self {
            Self::LostBefore => "request lost before it was taken",
            Self::LostAfter => "reply lost after it was taken",
            Self::Late => "taken only after the time limit",
            Self::Stall => "reply stalled beyond the time limit",
            Self::Busy => "server-error-busy",
            Self::Restart => "printer restarts",
            Self::PowerLoss => "printer loses power while printing",
            Self::Vanish => "job vanishes",
            Self::Abort => "job aborted half way",
            Self::DuplicateName => "two jobs of one name",
            Self::WrongUuid => "job answers with another uuid",
            Self::MediaOut => "out of cards for a while",
            Self::StationBetweenSteps => "station dies between steps",
            Self::StationBeforeCommit => "station dies before a commit",
            Self::StationAfterCommit => "station dies after a commit",
            Self::KilledBeforeTaken => "SIGKILL before the printer takes a request",
            Self::KilledBeforeReply => "SIGKILL before the printer replies",
            Self::KilledAfterReply => "SIGKILL after the printer replied",
            Self::KilledAnywhere => "SIGKILL at any moment of drops, photos and PDFs",
        }
    }
}

/// How this printer differs from others, all allowed by RFC 8011.
#[derive(Debug, Clone, Copy)]
pub struct Persona {
    /// Has Create-Job.
    pub two_phase: bool,
    /// Keeps its jobs over a restart and prints an interrupted one again, as CUPS does; else it
    /// counts ids from 1 again, as ippeveprinter does.
    pub remembers: bool,
    pub tells_uuid: bool,
    pub tells_began: bool,
    pub tells_documents: bool,
    pub tells_impressions: bool,
}

impl Persona {
    /// Tells all that it knows, and counts ids from 1 after a restart.
    pub const PLAIN: Self = Self {
        two_phase: true,
        remembers: false,
        tells_uuid: true,
        tells_began: true,
        tells_documents: true,
        tells_impressions: true,
    };
    /// As CUPS does.
    pub const QUEUE: Self = Self {
        remembers: true,
        ..Self::PLAIN
    };
}
