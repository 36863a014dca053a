//! What the command line says. Parsing never acts.

mod account;
mod books;
mod mapping;
mod packs;
mod reports;
mod sender;
mod trust;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::card::SpoilReason;
use crate::domain::ids::{CardId, LotId};
use crate::domain::text::Explain;
use crate::render::layout::Mode;

pub use account::{AccountAdd, AccountCommand, AccountOf, AccountSet, RoleArg};
pub use books::{
    Blanks, DayClose, DayCommand, DayReport, Destroy, Minutes, Person, Receive, Reprint, Scan,
    Settle, Spoil, StockCommand,
};
pub use mapping::{MappingCommand, MappingSave, MappingShow};
pub use trust::{
    Breach, LedgerBackup, LedgerCheckpoint, LedgerCommand, LedgerExport, LedgerRestore,
    LedgerVerify, PurgeArgs, Subject,
};

pub use packs::{
    PackAttach, PackCards, PackClose, PackCommand, PackDocuments, PackList, PackMake, PackMove,
    PackReceive, PackReturn, PackSend, PackShow,
};
pub use reports::{Format, Register, ReportArgs, ReportCommand, SheetFormat};
pub use sender::{SenderCommand, SenderOf};

/// Stasiun cetak Kartu Identitas Anak (KIA).
///
/// The controller of a card printing station: it takes approved child records from a folder,
/// checks them, makes print-ready PDFs, and keeps the log of every card.
///
/// Exit codes: 0 done, 1 something was refused, 2 it could not run.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Coba dulu: a demo station with made-up children, from drop to log
    ///
    /// Makes a station folder, drops made-up children into `incoming/` as upstream would (some
    /// wrong on purpose), runs the station over them, and shows what came of it.
    Demo(Demo),
    /// Make a station folder with commented settings
    ///
    /// Writes `station.toml`, the card layouts for the office to edit, and an empty ledger.
    /// What is there already is never overwritten.
    Init(Init),
    /// Run the station until it is told to stop (SIGTERM, SIGINT)
    Run(Run),
    /// Check drops or records without touching anything
    ///
    /// Prints the problems as `reasons.json` has them. With --station, the office's settings and
    /// layouts are used, and children who have a card already are found.
    Check(Check),
    /// Say what the columns of a school's own table stand for
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Records straight to one PDF, without the ledger: for layout work and measuring
    ///
    /// Cards made this way are in no log. Without a supplied `qr` they carry the code SPECIMEN.
    Render(Render),
    /// Check or show a card layout
    #[command(subcommand)]
    Layout(LayoutCommand),
    /// A card or a lot as pictures, front and back, from the very PDF that is printed
    Preview(Preview),
    /// How far a printer misses the card, and what makes up for it
    #[command(subcommand)]
    Calibrate(CalibrateCommand),
    /// A lot that failed its proof
    #[command(subcommand)]
    Lot(LotCommand),
    /// The printers that the station drives
    #[command(subcommand)]
    Printer(PrinterCommand),
    /// Say what came out of the printer
    ///
    /// The operator answers for every card of a lot: it came out good, or it is spoiled. A
    /// spoiled card is made again in a later lot, unless its data are wrong.
    Confirm(Confirm),
    /// Say what came of cards whose outcome nobody saw
    Settle(Settle),
    /// Read the cards' codes with a hand scanner, one line a scan
    ///
    /// A printed card whose code is read becomes verified; anything else is called out at once,
    /// with a bell. The line `undo` takes the last scan back. Ends with its input.
    Scan(Scan),
    /// A card that came out is no good
    ///
    /// It is made again unless its data are wrong. A card that a scan had proved good is made
    /// again only when a second person agrees.
    Spoil(Spoil),
    /// Make a card again that was good: lost, damaged, or with wrong data
    Reprint(Reprint),
    /// Blanks and ribbons
    #[command(subcommand)]
    Stock(StockCommand),
    /// The balance of a day
    #[command(subcommand)]
    Day(DayCommand),
    /// Packs: the cards that go to a school, from the envelope to its receipt
    #[command(subcommand)]
    Pack(PackCommand),
    /// The log of printed cards, in handover order: school, class, name
    Log(Log),
    /// The register: every card that came out, in the order in which it did
    Register(Register),
    /// Reports, with charts: on the terminal, for a spreadsheet or on paper
    #[command(subcommand)]
    Report(ReportCommand),
    /// What waits where, and what needs a person
    Status(StationArg),
    /// One card's whole history
    Card(Card),
    /// Let one child pass a rule that asks for a person's decision
    ///
    /// The only such rule is `photo-shared`: the same picture came for two children, such as
    /// twins photographed once. Afterwards the record is dropped again and passes.
    Allow(Allow),
    /// Who may do what
    #[command(subcommand)]
    Account(AccountCommand),
    /// Programs that send records over the network
    #[command(subcommand)]
    Sender(SenderCommand),
    /// The ledger itself
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// Erase the personal data that are not needed any more, as the station does each day
    ///
    /// Which, the settings under `[privacy]` say. Cards that were never received are listed and
    /// keep their data until somebody decides.
    Purge(PurgeArgs),
    /// All processing of one child's data, for a request under the law (UU 27/2022)
    Subject(Subject),
    /// What a written notice of a breach must say (UU 27/2022, article 46)
    Breach(Breach),
}

/// Which station.
#[derive(Debug, Args)]
pub struct StationArg {
    /// The station's folder
    #[arg(long, value_name = "DIR", default_value = ".", env = "KIA_STATION")]
    pub station: PathBuf,
    /// Print JSON for a script
    #[arg(long)]
    pub json: bool,
}

/// Who asks for children's data. It must be said, and proved, once there are accounts.
#[derive(Debug, Args)]
pub struct Asker {
    /// Who asks; the ledger keeps the name
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub user: Option<String>,
}

/// Who acts, where a name from the login will do. Privileged steps take a [`Person`].
#[derive(Debug, Args)]
pub struct Actor {
    /// Who says so; the ledger keeps the name
    #[arg(long = "as", value_name = "USER", env = "KIA_USER")]
    pub user: Option<String>,
}

impl Actor {
    /// The name that was given, else that of the login.
    pub fn user(&self) -> String {
        let login = || std::env::var("USER").unwrap_or_else(|_| "operator".to_owned());
        self.user.clone().unwrap_or_else(login)
    }
}

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where the demo station is made; an earlier demo there is replaced
    #[arg(default_value = "kia-demo")]
    pub dir: PathBuf,
}

/// `init`.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to make
    pub dir: PathBuf,
}

/// `run`.
#[derive(Debug, Args)]
pub struct Run {
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
    /// Take everything that is now in `incoming/`, then end
    #[arg(long)]
    pub once: bool,
}

/// `check`.
#[derive(Debug, Args)]
pub struct Check {
    /// Drops: a record, a batch folder or a table
    #[arg(required = true)]
    pub paths: Vec<PathBuf>,
    /// Check as this station would
    #[arg(long, value_name = "DIR", env = "KIA_STATION")]
    pub station: Option<PathBuf>,
}

/// `render`.
#[derive(Debug, Args)]
pub struct Render {
    /// A file of records (.jsonl, .json or .csv) or a batch folder; photos lie beside it
    #[arg(long, value_name = "FILE")]
    pub records: PathBuf,
    /// The PDF to write
    #[arg(long, value_name = "PDF")]
    pub out: PathBuf,
    /// A layout's name or folder, instead of the one for each child's kind of card
    #[arg(long, value_name = "NAME")]
    pub layout: Option<String>,
    /// With the artwork (full) or the data alone (overlay)
    #[arg(long, value_enum)]
    pub mode: Option<ModeArg>,
    /// Print SPECIMEN across every side
    #[arg(long)]
    pub specimen: bool,
    /// As this printer of station.toml wants it
    #[arg(long, value_name = "NAME")]
    pub printer: Option<String>,
    /// On sheets: use only these slots of the first one, counted from 1: 3,7
    #[arg(long, value_name = "N", value_delimiter = ',')]
    pub slots: Vec<usize>,
    /// Use this station's settings and layouts
    #[arg(long, value_name = "DIR", env = "KIA_STATION")]
    pub station: Option<PathBuf>,
}

/// `overlay` or `full`.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ModeArg {
    /// Variable data only, for pre-printed blanks
    Overlay,
    /// Data and artwork, for white cards
    Full,
}

impl From<ModeArg> for Mode {
    fn from(arg: ModeArg) -> Self {
        match arg {
            ModeArg::Overlay => Self::Overlay,
            ModeArg::Full => Self::Full,
        }
    }
}

/// `layout …`.
#[derive(Debug, Subcommand)]
pub enum LayoutCommand {
    /// Check a layout: errors name the line and column of its file
    ///
    /// Also sets the longest values that occur (60-letter names, 40-character akta, long
    /// addresses) and says which would not fit, before a card is ever made.
    Check {
        /// A layout's name, or its folder
        name: String,
        /// Look for the name in this station
        #[arg(long, value_name = "DIR", env = "KIA_STATION")]
        station: Option<PathBuf>,
    },
    /// Draw a made-up child's card, front and back, from the very PDF that would be printed
    Preview {
        /// A layout's name, or its folder
        name: String,
        /// The picture to write
        #[arg(long, value_name = "PNG")]
        out: PathBuf,
        /// With the artwork (full) or the data alone (overlay)
        #[arg(long, value_enum, default_value = "full")]
        mode: ModeArg,
        /// The data alone on the scan of the office's blank that the layout names
        #[arg(long)]
        on_blank: bool,
        /// Dots per inch
        #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(72..=1200))]
        dpi: u32,
        /// Look for the name in this station
        #[arg(long, value_name = "DIR", env = "KIA_STATION")]
        station: Option<PathBuf>,
    },
}

/// `preview`.
#[derive(Debug, Args)]
pub struct Preview {
    /// A card's number, such as K000123-0, or a lot's, such as L00012
    pub what: String,
    /// The picture to write; for a lot a folder, a picture for each card
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// Dots per inch
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(72..=1200))]
    pub dpi: u32,
    /// On the scan of the office's blank that the layout names
    #[arg(long)]
    pub on_blank: bool,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `lot …`.
#[derive(Debug, Subcommand)]
pub enum LotCommand {
    /// Make the cards of a held lot again: they wait in the queue and are proved anew
    Again(LotAgain),
}

/// `lot again`.
#[derive(Debug, Args)]
pub struct LotAgain {
    /// The lot, such as L00012
    pub lot: LotId,
    /// Leave these cards held
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub without: Vec<CardId>,
    /// Who acts.
    #[command(flatten)]
    pub actor: Actor,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `printer …`.
#[derive(Debug, Subcommand)]
pub enum PrinterCommand {
    /// The stack of fronts was turned and put back into the feeder: print the backs
    Turned(PrinterTurned),
}

/// `printer turned`.
#[derive(Debug, Args)]
pub struct PrinterTurned {
    /// The printer's name in station.toml
    pub printer: String,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `calibrate …`.
#[derive(Debug, Subcommand)]
pub enum CalibrateCommand {
    /// Write a PDF of the calibration card, or of a sheet full of it
    Print(CalibratePrint),
    /// Take what was measured on it
    Set(CalibrateSet),
    /// What is set now
    Show(StationArg),
}

/// `calibrate print`.
#[derive(Debug, Args)]
pub struct CalibratePrint {
    /// The PDF to write
    #[arg(long, value_name = "PDF")]
    pub out: PathBuf,
    /// The printer of station.toml, if not the one of [print]
    #[arg(long, value_name = "NAME")]
    pub printer: Option<String>,
    /// With the calibration that is set, to see whether it hits now
    #[arg(long)]
    pub applied: bool,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `calibrate set`.
#[derive(Debug, Args)]
pub struct CalibrateSet {
    /// Where the crosses came to lie, mm from the card's left and top edge: A=12.3,11.8 D=73.9,41.7
    #[arg(value_name = "CROSS=X,Y", value_parser = cross, required_unless_present = "none")]
    pub measured: Vec<(char, [f64; 2])>,
    /// The side that was measured
    #[arg(long, value_enum)]
    pub side: SideArg,
    /// Nothing is moved any more
    #[arg(long, conflicts_with = "measured")]
    pub none: bool,
    /// The printer of station.toml, if not the one of [print]
    #[arg(long, value_name = "NAME")]
    pub printer: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub actor: Actor,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// A side of the card.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SideArg {
    /// The side with the photo
    Front,
    /// The side with the code
    Back,
}

fn cross(text: &str) -> Result<(char, [f64; 2]), String> {
    let read = || {
        let (name, place) = text.split_once('=')?;
        let (x, y) = place.split_once(',')?;
        let name = name.parse::<char>().ok()?.to_ascii_uppercase();
        let known = ('A'..='D').contains(&name);
        known.then_some((name, [x.parse().ok()?, y.parse().ok()?]))
    };
    read().ok_or_else(|| "write a cross as A=12.3,11.8, with points for decimals".to_owned())
}

/// `confirm`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["all", "card", "spoiled"]))]
pub struct Confirm {
    /// The lot, such as L00012
    pub lot: LotId,
    /// Every card that still waits came out good, but those named with --spoiled; of a lot on a
    /// printer of the station, every card that it was sent
    #[arg(long)]
    pub all: bool,
    /// These cards came out good
    #[arg(long, value_name = "ID", num_args = 1..)]
    pub card: Vec<CardId>,
    /// These cards are spoiled
    #[arg(long, value_name = "ID", num_args = 1.., requires = "reason")]
    pub spoiled: Vec<CardId>,
    /// Why: buram, macet, pita, posisi, blanko, data, batal or lain
    #[arg(long, value_name = "CODE", value_parser = spoil_reason, requires = "spoiled")]
    pub reason: Option<SpoilReason>,
    /// The day on which the children must have been due these cards, when it was not today:
    /// 2026-11-24. The log and the reports still date the cards from now, when it is said
    #[arg(long, value_name = "DATE")]
    pub on: Option<jiff::civil::Date>,
    /// Who acts.
    #[command(flatten)]
    pub actor: Actor,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

fn spoil_reason(code: &str) -> Result<SpoilReason, String> {
    SpoilReason::from_code(code).ok_or_else(|| {
        let known = SpoilReason::ALL.map(|reason| format!("{}: {}", reason.code(), reason.text()));
        format!("no such reason; the reasons are\n  {}", known.join("\n  "))
    })
}

/// `log`.
#[derive(Debug, Args)]
pub struct Log {
    /// As a table for a spreadsheet
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Of one school only: its name or its national number
    #[arg(long, value_name = "SCHOOL")]
    pub school: Option<String>,
    /// Printed on this day or later: 2026-11-24
    #[arg(long, value_name = "DATE")]
    pub since: Option<jiff::civil::Date>,
    /// Printed before this day
    #[arg(long, value_name = "DATE")]
    pub until: Option<jiff::civil::Date>,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `card`.
#[derive(Debug, Args)]
pub struct Card {
    /// A card's number, such as K000123-0, or a NIK
    pub id: String,
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `allow`.
#[derive(Debug, Args)]
pub struct Allow {
    /// The rule's code
    #[arg(value_parser = ["photo-shared"])]
    pub rule: String,
    /// The child's NIK
    #[arg(long, value_name = "NIK")]
    pub nik: String,
    /// Why it is right, in a few words without names
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who acts.
    #[command(flatten)]
    pub actor: Actor,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}
