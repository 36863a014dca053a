//! `log`: the log of printed cards, in handover order.

use std::io::Write as _;

use anyhow::Result;
use jiff::Timestamp;
use serde::Serialize;

use super::{Outcome, perform};
use crate::actions::exports::{self, LogPart};
use crate::actions::{self, Failure};
use crate::cli::args;
use crate::context::Context;
use crate::ledger::PrintedCard;
use crate::reports::tables;

/// A line of the log, for a script or a spreadsheet.
#[derive(Serialize)]
struct Line {
    kartu: String,
    jenis: &'static str,
    status: &'static str,
    sekolah: Option<String>,
    npsn: Option<String>,
    kelas: Option<String>,
    nama: Option<String>,
    nik: Option<String>,
    kecamatan: String,
    desa: String,
    lot: Option<String>,
    urutan: Option<u32>,
    paket: Option<String>,
    dicetak: Option<Timestamp>,
}

impl Line {
    fn of(printed: PrintedCard) -> Self {
        let PrintedCard { card, record, pack } = printed;
        Self {
            kartu: card.card.to_string(),
            jenis: card.kind.name(),
            status: card.state.name(),
            sekolah: card.sekolah.nama,
            npsn: card.sekolah.npsn,
            kelas: card.sekolah.kelas,
            // Masked even here: the handover needs the name, never the number.
            nik: record.as_ref().map(|record| record.nik.masked()),
            nama: record.map(|record| record.nama),
            kecamatan: card.kecamatan,
            desa: card.desa,
            lot: card.lot.map(|lot| lot.to_string()),
            urutan: card.position,
            paket: pack.map(|pack| pack.to_string()),
            dicetak: card.printed_at,
        }
    }
}

pub fn run(args: &args::Log) -> Result<Outcome> {
    let part = LogPart {
        school: args.school.as_deref(),
        since: args.since,
        until: args.until,
    };
    let done = perform(&args.station, args.asker.user.as_deref(), |at| {
        if args.csv {
            let mut table = csv::Writer::from_writer(std::io::stdout().lock());
            exports::printed_log(at, part, |printed| {
                let line = harmless(Line::of(printed));
                table.serialize(line).map_err(Failure::broken)
            })?;
            return table.flush().map_err(Failure::broken);
        }
        if args.station.json {
            // One object a line: a log of any length can be read as it comes.
            let mut out = std::io::stdout().lock();
            return exports::printed_log(at, part, |printed| {
                serde_json::to_writer(&mut out, &Line::of(printed)).map_err(Failure::broken)?;
                writeln!(out).map_err(Failure::broken)
            });
        }
        let context = at.context;
        print(context, |take| exports::printed_log(at, part, take))
    })?;
    Ok(Outcome::refused_if(done.is_none()))
}

/// Prints the log by school and class.
pub fn print(
    context: &Context,
    each: impl FnOnce(&mut dyn FnMut(PrintedCard) -> actions::Result<()>) -> actions::Result<()>,
) -> actions::Result<()> {
    let mut school = None;
    let mut count = 0_u64;
    each(&mut |printed| {
        let line = Line::of(printed);
        if school.as_ref() != Some(&line.sekolah) {
            let name = line
                .sekolah
                .as_deref()
                .unwrap_or("TANPA SEKOLAH (no school)");
            println!("{}{name}", if school.is_some() { "\n" } else { "" });
            school = Some(line.sekolah.clone());
        }
        count += 1;
        let at = line.dicetak.map(|at| context.local(at)).unwrap_or_default();
        println!(
            "  {:<4} {:<44} {} KIA {:<4} {at}  {} {}",
            line.kelas.as_deref().unwrap_or("-"),
            line.nama.as_deref().unwrap_or("(data dihapus)"),
            line.kartu,
            line.jenis,
            line.status,
            line.paket.as_deref().unwrap_or_default(),
        );
        Ok(())
    })?;
    println!("\n{count} kartu tercetak (printed cards)");
    Ok(())
}

/// Keeps a spreadsheet from running a cell as a formula.
fn harmless(line: Line) -> Line {
    let safe = |text: String| tables::harmless(&text).into_owned();
    Line {
        sekolah: line.sekolah.map(safe),
        npsn: line.npsn.map(safe),
        kelas: line.kelas.map(safe),
        nama: line.nama.map(safe),
        kecamatan: safe(line.kecamatan),
        desa: safe(line.desa),
        ..line
    }
}
