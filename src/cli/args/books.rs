//! Settling, scanning, spoiling, reprinting, stock and the close of a day.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{Asker, StationArg, spoil_reason};
use crate::domain::card::SpoilReason;
use crate::domain::ids::{CardId, LotId};
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::scan::SerialPattern;
use crate::domain::stock::{DEFAULT_MEDIA, RIBBON_PRINTS};

/// Who takes a privileged step: named outright or by KIA_USER, never guessed from the login.
#[derive(Debug, Args)]
pub struct Person {
    /// Who does it; the ledger keeps the name
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub user: String,
}

/// `settle`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("outcome").required(true).args(["good", "spoiled", "not_out"]))]
pub struct Settle {
    /// The cards
    #[arg(required = true, value_name = "CARD")]
    pub cards: Vec<CardId>,
    /// They came out good
    #[arg(long)]
    pub good: bool,
    /// They came out and are no good
    #[arg(long, requires = "reason")]
    pub spoiled: bool,
    /// They did not come out: they are printed again from their place in their lot
    #[arg(long)]
    pub not_out: bool,
    /// Why they are spoiled: buram, macet, pita, posisi, blanko, data, batal or lain
    #[arg(long, value_name = "CODE", value_parser = spoil_reason, requires = "spoiled")]
    pub reason: Option<SpoilReason>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `scan`.
#[derive(Debug, Args)]
pub struct Scan {
    /// The lot that is being scanned: cards of another are refused
    #[arg(long, value_name = "LOT")]
    pub lot: Option<LotId>,
    /// How the blanks' own serials look, if station.toml does not say: # a digit, @ a letter, such as
    /// KIA########
    #[arg(long, value_name = "PATTERN", env = "KIA_SERIAL_PATTERN")]
    pub serial_pattern: Option<SerialPattern>,
    /// After each card's code its blank's serial must come
    #[arg(long)]
    pub serials: bool,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `spoil`.
#[derive(Debug, Args)]
pub struct Spoil {
    /// The card
    pub card: CardId,
    /// Why: buram, macet, pita, posisi, blanko, data, batal or lain
    #[arg(long, value_name = "CODE", value_parser = spoil_reason)]
    pub reason: SpoilReason,
    /// The serial of its blank
    #[arg(long)]
    pub serial: Option<String>,
    /// Who agrees that it is made again, when a scan had proved it good
    #[arg(long, value_name = "USER")]
    pub second: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `reprint`.
#[derive(Debug, Args)]
pub struct Reprint {
    /// The card
    pub card: CardId,
    /// Why: rusak (damaged), hilang (lost) or data (wrong data)
    #[arg(long, value_name = "CODE", value_parser = reprint_reason)]
    pub reason: ReprintReason,
    /// What proves it: police-letter for a lost card, old-card for any other
    #[arg(long, value_name = "KIND", value_parser = reprint_evidence)]
    pub evidence: ReprintEvidence,
    /// The number of the letter or the like; no name
    #[arg(long, value_name = "TEXT")]
    pub evidence_ref: Option<String>,
    /// The second person, who must agree when a scan had proved the card good
    #[arg(long, value_name = "USER")]
    pub second: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

fn reprint_reason(code: &str) -> Result<ReprintReason, String> {
    ReprintReason::from_code(code).ok_or_else(|| {
        let known = ReprintReason::ALL.map(ReprintReason::code);
        format!("no such reason; the reasons are {}", known.join(", "))
    })
}

fn reprint_evidence(code: &str) -> Result<ReprintEvidence, String> {
    ReprintEvidence::from_code(code).ok_or_else(|| {
        let known = ReprintEvidence::ALL.map(ReprintEvidence::code);
        format!("no such evidence; the kinds are {}", known.join(", "))
    })
}

/// `stock …`.
#[derive(Debug, Subcommand)]
pub enum StockCommand {
    /// Blanks or ribbons came from the supplier
    Receive(Receive),
    /// Others printed with our ribbon, such as the KTP-el desk: so many prints
    Use {
        /// How many prints
        count: u32,
        /// Who acts.
        #[command(flatten)]
        person: Person,
        /// Which station.
        #[command(flatten)]
        station: StationArg,
    },
    /// A ribbon went from the shelf into a printer
    Ribbon {
        /// Prints that were left in the one taken out and are thrown away
        #[arg(long, value_name = "N", default_value_t = 0)]
        discarded: u32,
        /// Who acts.
        #[command(flatten)]
        person: Person,
        /// Which station.
        #[command(flatten)]
        station: StationArg,
    },
    /// Blanks were counted; closes nothing
    Count(Blanks),
    /// Blanks were lent to another office
    Lend(Blanks),
    /// Lent blanks came back
    Return(Blanks),
    /// Blanks were found faulty before printing
    Spoil(Blanks),
    /// Blanks were used for trial prints
    Test(Blanks),
    /// All spoiled cards that lie here were destroyed, before witnesses; lists them first
    Destroy(Destroy),
    /// The record of a destruction as PDF, as often as it is wanted
    Minutes(Minutes),
    /// What there is, and how far it reaches
    Show {
        /// Who asks.
        #[command(flatten)]
        asker: Asker,
        /// Which station.
        #[command(flatten)]
        station: StationArg,
    },
}

/// Blanks of one kind that move.
#[derive(Debug, Args)]
pub struct Blanks {
    /// How many
    pub count: u32,
    /// The kind of blanks
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MEDIA)]
    pub media: String,
    /// To whom, from whom or why; no child's name
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `stock receive`.
#[derive(Debug, Args)]
pub struct Receive {
    /// What came.
    #[command(flatten)]
    pub blanks: Blanks,
    /// The supplier's batch or packet
    #[arg(long, value_name = "TEXT")]
    pub batch: Option<String>,
    /// The first serial
    #[arg(long, value_name = "SERIAL", requires = "last")]
    pub first: Option<String>,
    /// The last serial
    #[arg(long, value_name = "SERIAL", requires = "first")]
    pub last: Option<String>,
    /// They are ribbons, not blanks
    #[arg(long, conflicts_with_all = ["batch", "first", "media", "note"])]
    pub ribbons: bool,
    /// Prints in each ribbon
    #[arg(long, value_name = "N", default_value_t = RIBBON_PRINTS)]
    pub prints: u32,
}

/// `stock destroy`.
#[derive(Debug, Args)]
pub struct Destroy {
    /// Who saw it; name the option once for each
    #[arg(long = "witness", value_name = "NAME", required = true)]
    pub witnesses: Vec<String>,
    /// The cards of the list that were destroyed, with commas; without it they are only listed
    #[arg(long, value_name = "CARD,CARD", value_delimiter = ',')]
    pub cards: Vec<CardId>,
    /// Faulty blanks, never printed, that were destroyed with them
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub blanks: u32,
    /// The kind of those blanks
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MEDIA)]
    pub media: String,
    /// Writes the record to be signed as PDF
    #[arg(long, value_name = "FILE.pdf")]
    pub out: Option<PathBuf>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `stock minutes`.
#[derive(Debug, Args)]
pub struct Minutes {
    /// Its number
    pub number: u32,
    /// Where the PDF goes
    #[arg(long, value_name = "FILE.pdf")]
    pub out: PathBuf,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `day …`.
#[derive(Debug, Subcommand)]
pub enum DayCommand {
    /// Close the day: the blanks counted against the books, for good
    Close(DayClose),
    /// The open day and those closed before
    Show {
        /// The kind of blanks
        #[arg(long, value_name = "NAME", default_value = DEFAULT_MEDIA)]
        media: String,
        /// Who asks.
        #[command(flatten)]
        asker: Asker,
        /// Which station.
        #[command(flatten)]
        station: StationArg,
    },
    /// The report of a closed day as PDF, with its signed checkpoint
    Report(DayReport),
}

/// `day report`.
#[derive(Debug, Args)]
pub struct DayReport {
    /// The day, if not the one closed last: 2026-11-24
    pub day: Option<jiff::civil::Date>,
    /// The kind of blanks
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MEDIA)]
    pub media: String,
    /// Where the PDF goes
    #[arg(long, value_name = "FILE.pdf")]
    pub out: PathBuf,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `day close`.
#[derive(Debug, Args)]
pub struct DayClose {
    /// How many blanks there are
    #[arg(long, value_name = "N")]
    pub counted: u32,
    /// The kind of blanks
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MEDIA)]
    pub media: String,
    /// Why the count differs; no child's name
    #[arg(long, value_name = "TEXT", requires = "second")]
    pub explanation: Option<String>,
    /// The second person, who countersigns the explanation
    #[arg(long, value_name = "USER", requires = "explanation")]
    pub second: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}
