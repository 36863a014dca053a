//! `render`: records straight to one PDF, no ledger.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use rayon::prelude::*;

use super::Outcome;
use super::workbench::Workbench;
use crate::cli;
use crate::domain::card::Kind;
use crate::intake::{PhotoError, ReadError, photo_in_place, read_records_in_place};
use crate::render::compose::{Composed, Press, compose};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::document::Document;
use crate::render::layout::Layout;
use crate::station::Examined;

/// What the QR of a card outside the ledger holds when the record supplies nothing.
const NO_TOKEN: &str = "SPECIMEN";

pub fn run(args: &cli::Render) -> Result<Outcome> {
    let mut bench = Workbench::open(args.station.as_ref())?;
    if let Some(mode) = args.mode {
        bench.config.print.mode = mode.into();
    }
    // A file to look at is not bound to the sender's limits on a drop.
    bench.config.intake.limits.records = usize::MAX;
    bench.config.intake.limits.file_bytes = u64::MAX;
    let limits = &bench.config.intake.limits;
    let layouts = match &args.layout {
        Some(name) => {
            let layout = bench.layout(name)?;
            BTreeMap::from([(layout.kind, layout)])
        }
        None => bench.layouts()?,
    };
    let issue = bench.issue();
    let press = Press {
        specimen: args.specimen,
        ..bench.config.press()
    };
    let (batch, base) = match read_records_in_place(&args.records, limits) {
        Ok(read) => read,
        Err(ReadError::Refused(problems)) => {
            let problem = problems
                .first()
                .map(|problem| problem.message.clone())
                .unwrap_or_default();
            bail!("`{}`: {problem}", args.records.display());
        }
        Err(ReadError::Io(error)) => {
            return Err(error)
                .with_context(|| format!("`{}` cannot be read", args.records.display()));
        }
    };
    let examiner = bench.examiner(&layouts, press);
    let photos =
        |path: &str| -> Result<Vec<u8>, PhotoError> { photo_in_place(&base, path, limits) };

    let out = File::create(&args.out)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let title = if args.specimen { "SPECIMEN" } else { "KIA" };
    let mut document = Document::new(
        BufWriter::new(out),
        layouts.values(),
        press,
        title,
        bench.day,
    )?;
    let (mut made, mut refused) = (0_u64, batch.unreadable.len());
    for problem in &batch.unreadable {
        eprintln!("{}", line(problem));
    }
    let mut add = |examined: Vec<Examined>| -> Result<()> {
        let cards: Vec<Option<Composed>> = examined
            .into_par_iter()
            .map(|examined| set(examined, &layouts, issue, &press))
            .collect();
        for card in cards {
            match card {
                Some(card) => {
                    document.add(&card)?;
                    made += 1;
                }
                None => refused += 1,
            }
        }
        Ok(())
    };
    let mut waiting = Vec::new();
    examiner.examine::<anyhow::Error>(&batch, &photos, &|_| Ok(()), &mut |examined| {
        for problem in &examined.problems {
            eprintln!("{}", line(problem));
        }
        if let Some(passed) = examined.passed.as_ref().filter(|passed| !layouts.contains_key(&passed.kind)) {
            let (row, kind) = (examined.row, passed.kind);
            eprintln!("baris {row}: kartu {kind} tidak dibuat oleh layout ini (this layout makes no card of kind {kind})");
        }
        waiting.push(examined);
        if waiting.len() >= 64 {
            add(std::mem::take(&mut waiting))?;
        }
        Ok(())
    })?;
    add(waiting)?;
    if made == 0 {
        drop(document);
        std::fs::remove_file(&args.out)?;
        bail!("no card could be made of `{}`", args.records.display());
    }
    let (_, written) = document.finish()?;
    println!(
        "{}: {made} kartu, {} byte{}",
        args.out.display(),
        written.bytes,
        if refused > 0 {
            format!("; {refused} ditolak (refused)")
        } else {
            String::new()
        }
    );
    Ok(Outcome::refused_if(refused > 0))
}

fn set(
    examined: Examined,
    layouts: &BTreeMap<Kind, Layout>,
    issue: Issue<'_>,
    press: &Press,
) -> Option<Composed> {
    let passed = examined.passed?;
    let layout = layouts.get(&passed.kind)?;
    let photo = passed.photo.map(|photo| Photo {
        jpeg: Arc::from(photo.jpeg),
        width: photo.width,
        height: photo.height,
    });
    let content = CardContent {
        kind: passed.kind,
        values: values(&passed.record, passed.kind, issue),
        photo,
        qr: passed.record.qr.unwrap_or_else(|| NO_TOKEN.to_owned()),
    };
    // The examination set the same card a moment ago; only the photo is new.
    compose(layout, &content, press).ok()
}

fn line(problem: &crate::domain::rules::Problem) -> String {
    let row = problem
        .row
        .map(|row| format!("baris {row}, "))
        .unwrap_or_default();
    format!(
        "{row}{}: {} ({}, {})",
        problem.field, problem.pesan, problem.code, problem.message
    )
}
