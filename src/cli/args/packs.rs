//! Packs: gathering, sending, and what the schools say.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Asker, Person, StationArg};
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Carrier, PackState, ReturnReason};
use crate::domain::text::Explain;

/// `pack …`.
#[derive(Debug, Subcommand)]
pub enum PackCommand {
    /// Gather the verified cards that are in no pack, a pack for each school
    ///
    /// A school's open pack is filled up; else a new one is opened. Children of no school are
    /// gathered by village.
    Make(PackMake),
    /// The packs, and what waits for one
    List(PackList),
    /// One pack and its cards; its number, or the code on its label
    Show(PackShow),
    /// Put cards into an open pack of their own school
    Add(PackCards),
    /// Take cards out of a pack that has not left the office
    Remove(PackCards),
    /// Seal a pack
    Close(PackClose),
    /// A sealed pack leaves the office
    Send(PackSend),
    /// What the school says: which cards arrived
    Receive(PackReceive),
    /// Cards of a sent pack came back to the office
    Return(PackReturn),
    /// A card that lies in the office goes to another school than its record names
    Move(PackMove),
    /// Keep the scan of a signed paper: a PDF, JPEG or PNG
    Attach(PackAttach),
    /// The papers of a sealed pack as PDF: minutes of the handover, receipt lists, labels
    Documents(PackDocuments),
}

/// `pack make`.
#[derive(Debug, Args)]
pub struct PackMake {
    /// Of one school or village alone: its number or name
    #[arg(long, value_name = "SCHOOL", conflicts_with = "redeliver")]
    pub school: Option<String>,
    /// The cards that came back from this pack, once more to the same school
    #[arg(long, value_name = "PACK")]
    pub redeliver: Option<PackId>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack list`.
#[derive(Debug, Args)]
pub struct PackList {
    /// In this state: open, closed, sent, partial, received or returned
    #[arg(long, value_name = "STATE", value_parser = pack_state)]
    pub state: Option<PackState>,
    /// For one school or village: its number or name
    #[arg(long, value_name = "SCHOOL")]
    pub school: Option<String>,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

fn pack_state(name: &str) -> Result<PackState, String> {
    PackState::from_name(name).ok_or_else(|| {
        let known = PackState::ALL.map(PackState::name);
        format!("no such state; the states are {}", known.join(", "))
    })
}

/// `pack show`.
#[derive(Debug, Args)]
pub struct PackShow {
    /// A pack's number, such as P00012-5, or what its QR code shows
    pub pack: String,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack add` and `pack remove`.
#[derive(Debug, Args)]
pub struct PackCards {
    /// The pack
    pub pack: PackId,
    /// The cards
    #[arg(required = true, value_name = "CARD")]
    pub cards: Vec<CardId>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack close`.
#[derive(Debug, Args)]
pub struct PackClose {
    /// The pack
    pub pack: PackId,
    /// Seal it though cards in it were never scanned: the supervisor named by --as answers for them
    #[arg(long)]
    pub waive: bool,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack send`.
#[derive(Debug, Args)]
pub struct PackSend {
    /// The pack
    pub pack: PackId,
    /// How it travels: artis (Kantor Pos), kurir, petugas (the office) or dijemput (the school)
    #[arg(long, value_name = "CARRIER", value_parser = carrier)]
    pub via: Carrier,
    /// The number of the shipment; artis and kurir give one
    // A text here: what the parser refuses it repeats, and a slip may be a child's NIK.
    #[arg(long, value_name = "NUMBER")]
    pub number: Option<String>,
    /// The day it left, when it was not today: 2026-11-24
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

fn carrier(code: &str) -> Result<Carrier, String> {
    Carrier::from_code(code).ok_or_else(|| {
        let known = Carrier::ALL.map(Carrier::code);
        format!("no such carrier; there are {}", known.join(", "))
    })
}

/// `pack receive`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).multiple(true).args(["all", "except", "card", "unclaimed"]))]
pub struct PackReceive {
    /// The pack
    pub pack: PackId,
    /// Every card that is still outstanding arrived
    #[arg(long, conflicts_with_all = ["except", "card"])]
    pub all: bool,
    /// Every card that is still outstanding arrived, but these
    #[arg(long, value_name = "CARD", num_args = 1.., conflicts_with = "card")]
    pub except: Vec<CardId>,
    /// These cards arrived, or were claimed at last
    #[arg(long, value_name = "CARD", num_args = 1..)]
    pub card: Vec<CardId>,
    /// These arrived too, and nobody has claimed them yet
    #[arg(long, value_name = "CARD", num_args = 1..)]
    pub unclaimed: Vec<CardId>,
    /// The day of the receipt, when it was not today: 2026-11-24
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack return`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["all", "card"]))]
pub struct PackReturn {
    /// The pack
    pub pack: PackId,
    /// Every card that is still outstanding came back
    #[arg(long)]
    pub all: bool,
    /// These cards came back
    #[arg(long, value_name = "CARD", num_args = 1..)]
    pub card: Vec<CardId>,
    /// Why: tidak-diambil, pindah-sekolah, salah-kirim, tidak-sampai or lain
    #[arg(long, value_name = "CODE", value_parser = return_reason)]
    pub reason: ReturnReason,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

fn return_reason(code: &str) -> Result<ReturnReason, String> {
    ReturnReason::from_code(code).ok_or_else(|| {
        let known = ReturnReason::ALL.map(|reason| format!("{}: {}", reason.code(), reason.text()));
        format!("no such reason; the reasons are\n  {}", known.join("\n  "))
    })
}

/// `pack move`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("where").required(true).args(["to", "to_school"]))]
pub struct PackMove {
    /// The card
    pub card: CardId,
    /// Into this open pack
    #[arg(long, value_name = "PACK")]
    pub to: Option<PackId>,
    /// Into the open pack of this school or village, which is opened if there is none
    #[arg(long, value_name = "SCHOOL")]
    pub to_school: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack attach`.
#[derive(Debug, Args)]
pub struct PackAttach {
    /// The pack
    pub pack: PackId,
    /// The scan; it is copied into the station's folder
    pub file: PathBuf,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `pack documents`.
#[derive(Debug, Args)]
pub struct PackDocuments {
    /// The pack
    pub pack: PackId,
    /// The folder that they are written to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The number of the minutes, if the office counts them otherwise than its packs
    #[arg(long, value_name = "TEXT")]
    pub number: Option<String>,
    /// The day of the handover; else the day the pack was sent, or today
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// Who takes the pack at the school; room to write is left for what is not named
    #[arg(long, value_name = "NAME")]
    pub receiver: Option<String>,
    /// The receiver's civil servant number
    #[arg(long, value_name = "NIP")]
    pub receiver_nip: Option<String>,
    /// The receiver's post, such as "Kepala SDN 2 Curup Tengah"
    #[arg(long, value_name = "TITLE")]
    pub receiver_title: Option<String>,
    /// Who asks.
    #[command(flatten)]
    pub asker: Asker,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}
