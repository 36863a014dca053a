//! Parses, runs, prints the error chain, and says by the exit code what came of it.

use std::io::IsTerminal;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use clap::Parser;
use kia_station::cli::args::{Cli, Command};
use kia_station::cli::{self, Outcome};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let command_line = Cli::parse();
    if matches!(command_line.command, Command::Run(_)) {
        keep_memory_flat();
    }
    // Only the daemon tells of its work; the other commands print what came of theirs.
    let usual = match command_line.command {
        Command::Run(_) => "kia_station=info",
        _ => "kia_station=warn",
    };
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual.into());
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match cli::run(command_line) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::from(1),
        Err(error) => {
            eprintln!("kia-station: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// How glibc's allocator is told to use few arenas and to give large buffers back.
const FEW_ARENAS: [(&str, &str); 2] = [
    ("MALLOC_ARENA_MAX", "2"),
    ("MALLOC_TRIM_THRESHOLD_", "131072"),
];

/// Left alone, glibc gives each thread an arena and lets photos lie scattered in all of them, so that
/// a daemon needs half as much again and grows with its backlog. It reads its settings once, when a
/// program starts: the daemon starts itself anew with them, as the same process. Whoever set any of
/// them keeps theirs, and where it does not work the daemon is merely larger.
fn keep_memory_flat() {
    let set = |(name, _): &(&str, &str)| std::env::var_os(name).is_some();
    if FEW_ARENAS.iter().any(set) {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let mut args = std::env::args_os();
        let mut anew = std::process::Command::new(program);
        if let Some(name) = args.next() {
            anew.arg0(name);
        }
        // It returns only if nothing came of it.
        let _not_done = anew.args(args).envs(FEW_ARENAS).exec();
    }
}
