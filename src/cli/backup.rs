//! `ledger backup` and `ledger restore`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::verdict::tell;
use super::{Outcome, init, local, perform, perform_in, print_json, reader, station};
use crate::actions::backup::{Backup, Scratch, back_up, unpack, verify_unpacked};
use crate::actions::{Access, custody};
use crate::cli::args;
use crate::config::{Config, Paths, SAMPLE};
use crate::context::Clock;
use crate::domain::card::State;
use crate::ledger::{self, Ledger};

pub(super) fn make(args: &args::LedgerBackup) -> Result<Outcome> {
    let recipient = args.recipient.as_deref();
    let (paths, config) = station(&args.station)?;
    if let Err(damaged) = Ledger::check(&paths.ledger()) {
        // A damaged ledger proves nobody, but its backup may be the last one there is.
        let recipient = recipient.or(config.backup.recipient.as_deref());
        back_up(&paths, &args.out, recipient, Clock::system().now())?;
        return Err(damaged.into());
    }
    let made = perform(&args.station, Some(&args.actor.user()), |at| {
        custody::make_backup(at, &args.out, recipient)
    })?;
    let Some(made) = made else {
        return Ok(Outcome::Refused);
    };
    let sound = made.report.is_clean();
    if args.station.json {
        let findings = made.report.findings.iter();
        print_json(&json!({
            "backup": made.manifest,
            "out": args.out,
            "files": made.files,
            "encrypted": made.encrypted,
            "clean": sound,
            "findings": findings.map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
    } else {
        say_made(&made, &args.out)?;
    }
    Ok(Outcome::refused_if(!sound))
}

fn say_made(made: &Backup, out: &Path) -> Result<()> {
    println!(
        "cadangan (backup) {}: {} berkas, sampai peristiwa {} (files, up to event)",
        out.display(),
        made.files,
        made.manifest.seq
    );
    match made.encrypted {
        true => println!("  disandi dengan age (encrypted)"),
        false => println!(
            "  AWAS: tidak disandi dan berisi data pribadi anak; simpan terkunci, atau beri --recipient (NOT encrypted, holds personal data and the station's keys)"
        ),
    }
    tell(&made.report, false)
}

pub(super) fn restore(args: &args::LedgerRestore) -> Result<Outcome> {
    if fs::read_dir(&args.to).is_ok_and(|mut listed| listed.next().is_some()) {
        bail!(
            "`{}` is not empty: name a folder that is empty or not there",
            args.to.display()
        );
    }
    // Made beside the folder, so that it appears whole or not at all.
    let scratch = Scratch::make(beside(&args.to)?)?;
    let dir = scratch.0.clone();
    let manifest = unpack(&args.file, &dir, args.identity.as_deref())?;
    let paths = init::make(&dir, SAMPLE)?;
    let report = verify_unpacked(&paths, &manifest)?;
    let (last, held) = {
        let ledger = reader(&paths)?;
        let mut last = None;
        ledger.entries(manifest.seq, manifest.seq, |entry| -> ledger::Result<()> {
            last = Some(entry);
            Ok(())
        })?;
        (last, ledger.how_many(State::Held)?)
    };
    let last = last.context("the backup's log is empty")?;
    let config = Config::read(&paths.config())?;
    let context = crate::context::Context::new(paths, config, Clock::system())?;
    let person = Some(args.person.user.as_str());
    let take_over = |at: &mut Access<'_>| custody::take_over(at, args.i_know);
    let Some(to_settle) = perform_in(&context, person, args.json, take_over)? else {
        return Ok(Outcome::Refused);
    };
    drop(context);
    scratch.become_folder(&args.to)?;
    let sound = report.is_clean();
    if args.json {
        let findings = report.findings.iter();
        print_json(&json!({
            "restored": args.to,
            "made_at": manifest.made_at,
            "last_event": last.seq,
            "last_event_at": last.at,
            "to_settle": to_settle,
            "held": held,
            "clean": sound,
            "findings": findings.map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
        return Ok(Outcome::refused_if(!sound));
    }
    tell(&report, false)?;
    let config = Config::read(&Paths::new(&args.to).config())?;
    say_restored(&local(last.at, &config)?, last.seq, to_settle, held, args);
    Ok(Outcome::refused_if(!sound))
}

fn say_restored(at: &str, seq: u64, to_settle: u64, held: u64, args: &args::LedgerRestore) {
    println!(
        "\nDIPULIHKAN (restored) di {}: peristiwa terakhir nomor {seq}, {at}",
        args.to.display()
    );
    println!(
        "YANG TERJADI SESUDAH ITU TIDAK ADA DI BUKU (what happened after that is not in the log):"
    );
    println!(
        "  1. kartu yang dicetak sesudahnya ada di luar, buku tidak tahu (cards printed since then exist, and the log does not know them)"
    );
    println!(
        "  2. kiriman sesudahnya harus dikirim lagi, TETAPI hanya anak yang kartunya belum tercetak: bandingkan dengan laporan harian dan kartunya (send drops again only for children whose card did not come out)"
    );
    if to_settle > 0 {
        println!(
            "  3. {to_settle} kartu mungkin sudah tercetak dan tidak dicetak sebelum dipastikan: `status`, lalu `settle KARTU --good`, `--spoiled` atau `--not-out` (may have been printed: settle each)"
        );
    }
    if args.i_know {
        println!(
            "  Anda menyatakan tidak ada yang dicetak sejak cadangan dibuat: kartu yang menunggu dilanjutkan (you vouch that nothing was printed since)"
        );
    }
    if held > 0 {
        println!(
            "  {held} kartu ditahan sejak sebelumnya: periksa juga sebelum dilepas (held before: look before you release them)"
        );
    }
}

/// The folder that a restored station is made in.
fn beside(to: &Path) -> Result<PathBuf> {
    let Some(name) = to.file_name() else {
        let error = io::Error::from(io::ErrorKind::InvalidFilename);
        return Err(error).with_context(|| format!("`{}` names no folder", to.display()));
    };
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(".restoring");
    Ok(to.with_file_name(hidden))
}
