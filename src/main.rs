//! Parses, runs, prints the error chain, and says by the exit code what came of it.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use kia_station::cli::{Cli, Command};
use kia_station::commands;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    // Only the daemon tells of its work; the other commands print what came of theirs.
    let usual = match cli.command {
        Command::Run(_) => "kia_station=info",
        _ => "kia_station=warn",
    };
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.into());
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match commands::run(cli) {
        Ok(commands::Outcome::Done) => ExitCode::SUCCESS,
        Ok(commands::Outcome::Refused) => ExitCode::from(1),
        Err(error) => {
            eprintln!("kia-station: {error:#}");
            ExitCode::from(2)
        }
    }
}
