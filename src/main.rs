//! Parses, runs, prints the error chain, and says by the exit code what came of it.

use std::process::ExitCode;

use clap::Parser;
use kia_station::cli::Cli;
use kia_station::commands;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let level = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| "kia_station=info".into());
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
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
