//! `ledger verify`, `checkpoint` and `export`; `backup` and `restore` are in `backup.rs`.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::json;

use super::verdict::{fault_of, hold_checkpoints, tell};
use super::{Outcome, acting, backup, print_json, reader, refuse, station, writer};
use crate::cli::args::{self, LedgerCommand};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::ledger::{self, Checkpoint, Signer};
use crate::production::checkpoints::keep_checkpoints;
use crate::production::ledger_files;
use crate::production::photos::write_new;

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
    }
}

fn verify(args: &args::LedgerVerify) -> Result<Outcome> {
    let (paths, _) = station(&args.station)?;
    let reader = reader(&paths)?;
    let mut report = ledger::verify(&reader, &ledger_files(&paths))?;
    hold_checkpoints(&reader, &paths, args.key.as_deref(), &mut report)?;
    if let Some(file) = &args.against {
        let text = fs::read_to_string(file)
            .with_context(|| format!("`{}` cannot be read", file.display()))?;
        let fault = fault_of(&reader, &text, args.key.as_deref())?;
        if let Some(fault) = fault {
            report.add_checkpoint(file.display().to_string(), fault);
        }
    }
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
    let (paths, config) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let signer = Signer::of(&paths.ledger())?;
    let by = acting(&mut ledger, &args.person.user, Right::Work)?;
    let now = Timestamp::now();
    let day = now.to_zoned_datetime(config.zone()?).date();
    let made = ledger.write(&by, now, |tx| tx.checkpoint(day, &signer))?;
    let files = keep_checkpoints(&paths, &ledger)?;
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
    let (paths, _) = station(&args.station)?;
    let mut ledger = writer(&paths)?;
    let signer = Signer::of(&paths.ledger())?;
    let json = args.station.json;
    // It is entered before it is made, so that the export tells of itself.
    let by = acting(&mut ledger, &args.person.user, Right::Audit)?;
    let entered = ledger.write(&by, Timestamp::now(), |tx| {
        tx.know_signer(&signer)?;
        tx.audit(AuditCode::LogExport, None, None)
    });
    if let Err(error) = entered {
        return refuse(error, json);
    }
    let mut refused = None;
    let written = write_new(&args.out, |file| {
        let mut out = BufWriter::new(file);
        let made = match ledger.export(args.from, args.to, &signer, &mut out) {
            Err(ledger::Error::Output(error)) => return Err(error),
            Err(error) => {
                refused = Some(error);
                return Err(std::io::ErrorKind::Other.into());
            }
            Ok(made) => made,
        };
        out.flush()?;
        Ok(made)
    });
    if let Some(error) = refused {
        return refuse(error, json);
    }
    let made = written.with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    if json {
        print_json(&json!({ "export": made, "out": args.out }))?;
    } else {
        println!(
            "{}: peristiwa {} sampai {}, tanpa data pribadi (events, no personal data)",
            args.out.display(),
            made.from,
            made.to
        );
        println!("  kepala (head) {}", made.head);
        println!("  kunci (key)   {}", made.public_key);
    }
    Ok(Outcome::Done)
}
