//! One file a subcommand; each wires the parts together and says what came of it.

mod allow;
mod calibrate;
mod card;
mod check;
mod confirm;
mod day;
mod demo;
pub mod demo_children;
mod init;
mod layout;
mod ledger;
mod log;
mod lot;
mod outcome;
mod preview;
mod printer;
mod register;
mod render;
mod report;
mod run;
mod scan;
mod status;
mod stock;
mod workbench;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{Cli, Command};
use crate::config::{Config, Paths};
use crate::documents::Stationery;
use crate::ledger::{Error, Ledger, Reader};

/// What came of a command that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done.
    Done,
    /// Something was refused; the output says what.
    Refused,
}

impl Outcome {
    fn refused_if(refused: bool) -> Self {
        if refused { Self::Refused } else { Self::Done }
    }
}

/// Runs what the command line says.
///
/// # Errors
/// When it could not run at all.
pub fn run(cli: Cli) -> Result<Outcome> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Layout(command) => layout::run(&command),
        Command::Preview(args) => preview::run(&args),
        Command::Calibrate(command) => calibrate::run(&command),
        Command::Lot(command) => lot::run(&command),
        Command::Printer(command) => printer::run(&command),
        Command::Confirm(args) => confirm::run(&args),
        Command::Settle(args) => outcome::settle(&args),
        Command::Scan(args) => scan::run(&args),
        Command::Spoil(args) => outcome::spoil(&args),
        Command::Reprint(args) => outcome::reprint(&args),
        Command::Stock(command) => stock::run(&command),
        Command::Day(command) => day::run(&command),
        Command::Log(args) => log::run(&args),
        Command::Register(args) => register::run(&args),
        Command::Report(command) => report::run(&command),
        Command::Status(args) => status::run(&args),
        Command::Card(args) => card::run(&args),
        Command::Allow(args) => allow::run(&args),
        Command::Ledger(command) => ledger::run(&command),
    }
}

/// A station that exists: its folders and settings.
fn station(args: &crate::cli::StationArg) -> Result<(Paths, Config)> {
    let paths = Paths::new(&args.station);
    let config = Config::read(&paths.config())?;
    Ok((paths, config))
}

/// The ledger of a station, for reading.
fn reader(paths: &Paths) -> Result<Reader> {
    Ledger::open_read_only(&paths.ledger()).context("the ledger cannot be opened")
}

/// The ledger of a station, for writing.
fn writer(paths: &Paths) -> Result<Ledger> {
    Ledger::open(&paths.ledger()).context("the ledger cannot be opened")
}

/// How the ledger names a person.
fn actor(user: &str) -> String {
    format!("operator:{user}")
}

/// What a person did wrong is theirs to hear of, in words; any other error ends the command.
fn refusal(error: Error) -> Result<String> {
    if error.is_refusal() {
        Ok(crate::station::chain(&error))
    } else {
        Err(error.into())
    }
}

/// Says that a step was refused, on stdout as every result.
fn refuse(error: Error, json: bool) -> Result<Outcome> {
    let why = refusal(error)?;
    if json {
        print_json(&serde_json::json!({ "refused": why }))?;
    } else {
        println!("DITOLAK (refused): {why}");
    }
    Ok(Outcome::Refused)
}

/// Prints a value as JSON for a script.
fn print_json(value: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Makes a file for personal data, which nobody but its owner reads; one that is there is emptied.
fn private_file(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("`{}` cannot be written", path.display()))
}

/// The templates and fonts of a station's papers.
fn stationery(paths: &Paths) -> Result<Stationery> {
    let layouts = paths.layouts();
    crate::station::assets::stationery(&layouts)
        .with_context(|| format!("`{}` cannot be read", layouts.display()))
}

/// A time as an operator reads it: the station's zone, to the minute.
fn local(at: Timestamp, config: &Config) -> Result<String> {
    Ok(at
        .to_zoned_datetime(config.zone()?)
        .strftime("%d-%m-%Y %H:%M")
        .to_string())
}
