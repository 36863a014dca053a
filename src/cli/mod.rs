//! One file a subcommand; each wires the parts together and says what came of it.

// First, for its `println!` is that of all the others.
#[macro_use]
mod say;

mod account;
mod allow;
pub mod args;
mod backup;
mod breach;
mod calibrate;
mod card;
mod check;
mod confirm;
mod day;
mod demo;
mod init;
mod layout;
mod ledger;
mod log;
mod lot;
mod mapping;
mod outcome;
mod pack;
mod preview;
mod printer;
mod purge;
mod register;
mod render;
mod report;
mod run;
mod scan;
mod sender;
mod status;
mod stock;
mod subject;
mod verdict;

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use self::args::{Cli, Command};
use crate::actions::accounts::{self, Second};
use crate::actions::{self, Access, Failure};
use crate::config::{Config, Paths};
use crate::context::Clock;
use crate::domain::text::Text;
use crate::ledger::{Ledger, Reader};

/// What came of a command that could run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
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
    say::all_said(dispatch(cli))
}

fn dispatch(cli: Cli) -> Result<Outcome> {
    match cli.command {
        Command::Demo(args) => demo::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Run(args) => run::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Mapping(command) => mapping::run(&command),
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
        Command::Pack(command) => pack::run(&command),
        Command::Log(args) => log::run(&args),
        Command::Register(args) => register::run(&args),
        Command::Report(command) => report::run(&command),
        Command::Status(args) => status::run(&args),
        Command::Card(args) => card::run(&args),
        Command::Allow(args) => allow::run(&args),
        Command::Account(command) => account::run(&command),
        Command::Sender(command) => sender::run(&command),
        Command::Ledger(command) => ledger::run(&command),
        Command::Purge(args) => purge::run(&args),
        Command::Subject(args) => subject::run(&args),
        Command::Breach(args) => breach::run(&args),
    }
}

/// Takes an action in the name of `user`. Says why it was refused and returns `None` then.
fn perform<T>(
    station: &args::StationArg,
    user: Option<&str>,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<T>,
) -> Result<Option<T>> {
    let (paths, config) = self::station(station)?;
    let context = crate::context::Context::new(paths, config, Clock::system())?;
    perform_in(&context, user, station.json, act)
}

/// As [`perform`], in a station that is open.
fn perform_in<T>(
    context: &crate::context::Context,
    user: Option<&str>,
    json: bool,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<T>,
) -> Result<Option<T>> {
    let done = accounts::authenticate(context, user, |user| password(user, "KIA_PASSWORD"))
        .and_then(|operator| act(&mut Access::new(context, operator)));
    let failure = match done {
        Ok(done) => return Ok(Some(done)),
        Err(failure) => failure,
    };
    match (failure.text(), failure) {
        (_, Failure::Broken(error)) => return Err(error),
        (Some(text), _) => say_refused(&text, json)?,
        (None, _) => {}
    }
    Ok(None)
}

fn password(user: &str, variable: &str) -> Result<String> {
    std::env::var(variable).or_else(|_| {
        rpassword::prompt_password(format!("kata sandi {user} (password): "))
            .with_context(|| format!("no terminal to type the password at, and no {variable}"))
    })
}

/// A station that exists: its folders and settings.
fn station(args: &args::StationArg) -> Result<(Paths, Config)> {
    let paths = Paths::new(&args.station);
    let config = Config::read(&paths.config())?;
    Ok((paths, config))
}

/// The ledger of a station, for reading.
fn reader(paths: &Paths) -> Result<Reader> {
    Ledger::open_read_only(&paths.ledger()).context("the ledger cannot be opened")
}

/// The second person of an action, proved as the first is.
fn countersign(at: &Access<'_>, user: Option<&str>) -> actions::Result<Option<Second>> {
    let second =
        |user| accounts::countersign(at, user, |user| password(user, "KIA_SECOND_PASSWORD"));
    user.map(second).transpose()
}

/// Says what came of an action, unless it was refused.
fn say_done(done: Option<Text>, json: bool) -> Result<Outcome> {
    let Some(text) = done else {
        return Ok(Outcome::Refused);
    };
    if json {
        print_json(&json!({ "done": text.to_string() }))?;
    } else {
        println!("{text}");
    }
    Ok(Outcome::Done)
}

fn say_refused(why: &Text, json: bool) -> Result<()> {
    if json {
        return print_json(&json!({ "refused": why.to_string() }));
    }
    println!("DITOLAK (refused): {why}");
    Ok(())
}

/// Prints a value as JSON for a script.
fn print_json(value: &impl Serialize) -> Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    Ok(())
}

/// Prints a text that holds personal data, or writes it to a file for the user alone.
fn give(out: Option<&Path>, text: &str) -> Result<()> {
    let Some(out) = out else {
        std::io::stdout().lock().write_all(text.as_bytes())?;
        return Ok(());
    };
    write_private(out, text.as_bytes())?;
    println!("{} (data pribadi, personal data)", out.display());
    Ok(())
}

/// Writes a file of personal data, whole or not at all; nobody but its owner reads it.
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    crate::production::photos::write_new(path, |file| {
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(bytes)
    })
    .with_context(|| format!("`{}` cannot be written", path.display()))
}

/// Makes a file for personal data, which nobody but its owner reads; one that is there is emptied.
fn private_file(path: &Path) -> Result<File> {
    let open = || -> std::io::Result<File> {
        let file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .mode(0o600)
            .open(path)?;
        // One that was there keeps its mode otherwise.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(file)
    };
    open().with_context(|| format!("`{}` cannot be written", path.display()))
}

/// A time as an operator reads it: the station's zone, to the minute.
fn local(at: Timestamp, config: &Config) -> Result<String> {
    Ok(at
        .to_zoned_datetime(config.zone()?)
        .strftime("%d-%m-%Y %H:%M")
        .to_string())
}
