//! `render`: records straight to one PDF, no ledger.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use rayon::prelude::*;

use super::Outcome;
use crate::cli;
use crate::config::{Config, Paths};
use crate::domain::card::Kind;
use crate::domain::office::signing_on;
use crate::intake::{PhotoError, ReadError, photo_in_place, read_records};
use crate::render::compose::{Composed, compose};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::document::{Document, DocumentError};
use crate::render::layout::Layout;
use crate::station::{Examined, Examiner, assets};

/// What the QR of a card outside the ledger holds when the record supplies nothing.
const NO_TOKEN: &str = "SPECIMEN";

pub fn run(args: &cli::Render) -> Result<Outcome> {
    let paths = args.station.as_ref().map(Paths::new);
    let mut config = match &paths {
        Some(paths) => Config::read(&paths.config())?,
        None => Config::default(),
    };
    if let Some(mode) = args.mode {
        config.print.mode = mode.into();
    }
    // A file to look at is not bound to the sender's limits on a drop.
    config.intake.limits.records = usize::MAX;
    config.intake.limits.file_bytes = u64::MAX;
    let layouts = layouts(args, paths.as_ref(), &config)?;
    let now = Timestamp::now();
    let zone = config.zone()?;
    let day = now.to_zoned_datetime(zone.clone()).date();
    let issue = Issue {
        office: &config.office,
        official: signing_on(&config.officials, day),
        day,
        under5: config.card.under5_until,
    };
    let mut press = config.press();
    press.specimen = args.specimen;
    let (batch, base) = match read_records(&args.records, &config.intake.limits) {
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
    let examiner = Examiner {
        config: &config,
        layouts: &layouts,
        issue,
        press,
        now,
        zone,
    };
    let photos = |path: &str| -> Result<Vec<u8>, PhotoError> {
        photo_in_place(&base, path, &config.intake.limits)
    };

    let out = File::create(&args.out)
        .with_context(|| format!("`{}` cannot be written", args.out.display()))?;
    let title = if args.specimen { "SPECIMEN" } else { "KIA" };
    let mut document = Document::new(BufWriter::new(out), layouts.values(), press, title, day)?;
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
    examiner.examine::<anyhow::Error>(&batch, &photos, &mut |examined| {
        for problem in &examined.problems {
            eprintln!("{}", line(problem));
        }
        waiting.push(examined);
        if waiting.len() >= 64 {
            add(std::mem::take(&mut waiting))?;
        }
        Ok(())
    })?;
    add(waiting)?;
    let (_, written) = document
        .finish()
        .map_err(|error: DocumentError| anyhow::Error::from(error))?;
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

fn layouts(
    args: &cli::Render,
    paths: Option<&Paths>,
    config: &Config,
) -> Result<BTreeMap<Kind, Layout>> {
    let on_disk = paths.map(Paths::layouts);
    let mut layouts = BTreeMap::new();
    match &args.layout {
        Some(name) => {
            let layout = assets::load(on_disk.as_deref(), name)?;
            layouts.insert(layout.kind, layout);
        }
        None => {
            for (kind, name) in &config.card.layouts {
                layouts.insert(*kind, assets::load(on_disk.as_deref(), name)?);
            }
        }
    }
    Ok(layouts)
}

fn set(
    examined: Examined,
    layouts: &BTreeMap<Kind, Layout>,
    issue: Issue<'_>,
    press: &crate::render::compose::Press,
) -> Option<Composed> {
    let passed = examined.passed?;
    // With --layout only the cards of that layout's kind are made.
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
