//! `ledger verify`, `checkpoint` and `export`; `backup` and `restore` are in `backup.rs`.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::json;

use super::verdict::tell;
use super::{Outcome, backup, perform, print_json};
use crate::actions::custody;
use crate::cli::args::{self, LedgerCommand};
use crate::ledger::{self, Checkpoint};

pub fn run(command: &LedgerCommand) -> Result<Outcome> {
    match command {
        LedgerCommand::Verify(args) => match &args.export {
            Some(file) => verify_export(file, args),
            None => verify(args),
        },
        LedgerCommand::Checkpoint(args) => checkpoint(args),
        LedgerCommand::Export(args) => export(args),
        LedgerCommand::Backup(args) => backup::make(args),
        LedgerCommand::Restore(args) => backup::restore(args),
        LedgerCommand::Drill(args) => drill(args),
    }
}

fn verify(args: &args::LedgerVerify) -> Result<Outcome> {
    let against = match &args.against {
        None => None,
        Some(file) => {
            let text = fs::read_to_string(file)
                .with_context(|| format!("`{}` cannot be read", file.display()))?;
            Some((file.display().to_string(), text))
        }
    };
    let report = perform(&args.station, None, |at| {
        let against = against.as_ref().map(|(name, text)| (&**name, &**text));
        custody::verify(at, against, args.key.as_deref())
    })?;
    let Some(report) = report else {
        return Ok(Outcome::Refused);
    };
    tell(&report, args.station.json)?;
    if let (Some(file), false) = (&args.against, args.station.json)
        && report.is_clean()
    {
        println!(
            "cocok dengan {} (the log still holds what the checkpoint states)",
            file.display()
        );
    }
    Ok(Outcome::refused_if(!report.is_clean()))
}

fn verify_export(file: &Path, args: &args::LedgerVerify) -> Result<Outcome> {
    let open = |path: &Path| {
        File::open(path).with_context(|| format!("`{}` cannot be read", path.display()))
    };
    let against = match &args.against {
        None => None,
        Some(path) => {
            let text = fs::read_to_string(path)
                .with_context(|| format!("`{}` cannot be read", path.display()))?;
            let checkpoint = Checkpoint::parse(&text);
            Some(checkpoint.with_context(|| format!("`{}` is no checkpoint", path.display()))?)
        }
    };
    let from = BufReader::new(open(file)?);
    let found = ledger::verify_export(from, args.key.as_deref(), against.as_ref())?;
    let json = args.station.json;
    match &found {
        Ok(report) if json => print_json(&json!({ "clean": true, "export": report }))?,
        Err(fault) if json => {
            print_json(&json!({ "clean": false, "findings": [fault.to_string()] }))?;
        }
        Ok(report) => {
            println!(
                "ekspor utuh (sound): peristiwa {} sampai {}, {} titik periksa (checkpoints)",
                report.from, report.to, report.checkpoints
            );
            println!("  kepala (head) {}", report.head);
            println!("  kunci (key)   {}", report.public_key);
            if args.key.is_none() {
                println!(
                    "  cocokkan kunci dengan yang dicatat di luar stasiun, atau beri --key (compare the key)"
                );
            }
        }
        Err(fault) => println!("RUSAK (wrong): {fault}"),
    }
    Ok(Outcome::refused_if(found.is_err()))
}

fn checkpoint(args: &args::LedgerCheckpoint) -> Result<Outcome> {
    let made = perform(&args.station, Some(&args.person.user), |at| {
        custody::make_checkpoint(at)
    })?;
    let Some((made, files)) = made else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({ "checkpoint": made, "files": files }))?;
        return Ok(Outcome::Done);
    }
    say(&made);
    for file in &files {
        println!("  {}", file.display());
    }
    println!("  salin berkasnya ke luar stasiun, dan simpan laporan hariannya (copy it elsewhere)");
    Ok(Outcome::Done)
}

/// A checkpoint as people compare it.
pub(super) fn say(checkpoint: &Checkpoint) {
    println!(
        "titik periksa (checkpoint) {}: peristiwa {}, kepala {}, kunci {}…",
        checkpoint.day,
        checkpoint.seq,
        checkpoint.short(),
        &checkpoint.public_key[..16]
    );
}

fn export(args: &args::LedgerExport) -> Result<Outcome> {
    let made = perform(&args.station, Some(&args.person.user), |at| {
        custody::export_log(at, (args.from, args.to), &args.out)
    })?;
    let Some(made) = made else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({ "export": made, "out": args.out }))?;
    } else {
        println!(
            "{}: peristiwa {} sampai {}, tanpa data anak (events, no data of children)",
            args.out.display(),
            made.from,
            made.to
        );
        println!("  kepala (head) {}", made.head);
        println!("  kunci (key)   {}", made.public_key);
    }
    Ok(Outcome::Done)
}

fn drill(args: &args::LedgerCheckpoint) -> Result<Outcome> {
    let report = perform(&args.station, Some(&args.person.user), |at| {
        custody::drill_restore(at)
    })?;
    let Some(report) = report else {
        return Ok(Outcome::Refused);
    };
    tell(&report, args.station.json)?;
    Ok(Outcome::refused_if(!report.is_clean()))
}
