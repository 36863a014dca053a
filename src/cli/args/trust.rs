//! The ledger's proofs, backups, and what the law on personal data asks for.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Actor, Person, StationArg};

/// `ledger …`.
#[derive(Debug, Subcommand)]
pub enum LedgerCommand {
    /// Verify the chain, everything derived from it, every file it names and every checkpoint
    ///
    /// A changed byte anywhere is found and named. Exit code 1 when something is wrong.
    Verify(LedgerVerify),
    /// Sign the log's head now, as each close of a day does
    Checkpoint(LedgerCheckpoint),
    /// The log for an auditor, without personal data: docs/audit.md
    Export(LedgerExport),
    /// All the station needs to go on, in one verified file, made while it runs
    Backup(LedgerBackup),
    /// A station out of a backup, in an empty folder
    ///
    /// What happened after the backup is not in its log. Cards that may have been printed since
    /// become unconfirmed, and none prints before a person settles it.
    Restore(LedgerRestore),
    /// A backup made, unpacked and verified as a restore does it; nothing of it stays
    Drill(LedgerCheckpoint),
}

/// `ledger verify`.
#[derive(Debug, Args)]
pub struct LedgerVerify {
    /// Hold the log against this checkpoint, which was kept elsewhere
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Option<PathBuf>,
    /// The station's public key, as it was noted down elsewhere
    #[arg(long, value_name = "PUBKEY")]
    pub key: Option<String>,
    /// Verify this export instead; no station is needed
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `ledger checkpoint` and `ledger drill`.
#[derive(Debug, Args)]
pub struct LedgerCheckpoint {
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `ledger export`.
#[derive(Debug, Args)]
pub struct LedgerExport {
    /// The first event
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub from: u64,
    /// The last event, if not the log's last
    #[arg(long, value_name = "N")]
    pub to: Option<u64>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `ledger backup`.
#[derive(Debug, Args)]
pub struct LedgerBackup {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Encrypt it for this age recipient (age1…), instead of the one of station.toml
    #[arg(long, value_name = "AGE")]
    pub recipient: Option<String>,
    /// Who acts.
    #[command(flatten)]
    pub actor: Actor,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `ledger restore`.
#[derive(Debug, Args)]
pub struct LedgerRestore {
    /// The backup
    pub file: PathBuf,
    /// The folder of the station to be; empty, or not there
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// The file with the age identity, where the backup is encrypted
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// You know that no card was printed since the backup was made: cards that wait go on by
    /// themselves
    #[arg(long)]
    pub i_know: bool,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Print JSON for a script
    #[arg(long)]
    pub json: bool,
}

/// `purge`.
#[derive(Debug, Args)]
pub struct PurgeArgs {
    /// Say what would go, and touch nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Confirm the time after the clock jumped by more than a month
    #[arg(long)]
    pub clock_is_right: bool,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `subject`.
#[derive(Debug, Args)]
pub struct Subject {
    /// The child's NIK
    pub nik: String,
    /// The file to write, readable by you only; without it the answer is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}

/// `breach`.
#[derive(Debug, Args)]
pub struct Breach {
    /// The first day of the breach: 2026-11-24
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// Its last day
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// With every child's name and address, for writing to the families
    #[arg(long)]
    pub full: bool,
    /// The file to write, readable by you only; without it the notice is printed
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Who acts.
    #[command(flatten)]
    pub person: Person,
    /// Which station.
    #[command(flatten)]
    pub station: StationArg,
}
