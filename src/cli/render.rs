//! `render`: records straight to one PDF, no ledger.

use std::collections::BTreeMap;
use std::io::BufWriter;

use anyhow::{Context, Result, bail};

use super::{Outcome, private_file};
use crate::cli::args;
use crate::context;
use crate::domain::card::Kind;
use crate::domain::rules::Problem;
use crate::intake::{PhotoError, ReadError, read_records};
use crate::production::examine::{Examined, Examiner};
use crate::render::compose::{Composed, compose};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::document::Document;
use crate::render::layout::Layout;
use crate::render::press::Press;

/// What the QR of a card outside the ledger holds when the record supplies nothing.
const NO_TOKEN: &str = "SPECIMEN";

pub fn run(args: &args::Render) -> Result<Outcome> {
    let mut context = context::Context::open(args.station.as_deref())?;
    // A file to look at is not bound to the sender's limits on a drop.
    context.config.intake.limits.records = usize::MAX;
    context.config.intake.limits.file_bytes = u64::MAX;
    let (config, now, day) = (&context.config, context.now(), context.today());
    let limits = &config.intake.limits;
    let layouts = match &args.layout {
        Some(name) => {
            let layout = context.layout(name)?;
            BTreeMap::from([(layout.kind, layout)])
        }
        None => context.layouts()?.clone(),
    };
    let issue = config.issue(day);
    let mut press = config.press_of(args.printer.as_deref())?;
    press.specimen = args.specimen;
    if let Some(mode) = args.mode {
        press.mode = mode.into();
    }
    let read = match read_records(&args.records, limits, &context.mappings()?) {
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
    let mut examiner = Examiner::new(config, &layouts, context.zone.clone(), now);
    examiner.press = press;
    let batch = &read.batch;
    let photos = |path: &str| -> Result<Vec<u8>, PhotoError> { read.photo(path, limits) };

    let out = private_file(&args.out)?;
    let title = if args.specimen { "SPECIMEN" } else { "KIA" };
    let mut document = Document::new(BufWriter::new(out), layouts.values(), press, title, day)?;
    document.begin_in_slots(&args.slots);
    let (mut made, mut refused) = (0_u64, batch.unreadable.len());
    for problem in &batch.unreadable {
        eprintln!("{}", line(problem));
    }
    // Rows go through memory one by one, each with its photo, and onto the page on their own core.
    let set = |examined: Examined| Ok(set(examined, &layouts, issue, &press));
    examiner.examine::<_, anyhow::Error>(batch, &photos, &set, &mut |(problems, card)| {
        for problem in &problems {
            eprintln!("{}", line(problem));
        }
        match card {
            Set::Card(card) => {
                document.add(&card)?;
                made += 1;
            }
            Set::Refused => refused += 1,
            Set::NoLayout(row, kind) => {
                refused += 1;
                eprintln!("baris {row}: kartu {kind} tidak dibuat oleh layout ini (this layout makes no card of kind {kind})");
            }
        }
        Ok(())
    })?;
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

/// What came of a row.
enum Set {
    Card(Box<Composed>),
    Refused,
    /// The layout named makes no card of this kind.
    NoLayout(u32, Kind),
}

fn set(
    examined: Examined,
    layouts: &BTreeMap<Kind, Layout>,
    issue: Issue<'_>,
    press: &Press,
) -> (Vec<Problem>, Set) {
    let problems = examined.problems;
    let Some(passed) = examined.passed else {
        return (problems, Set::Refused);
    };
    let Some(layout) = layouts.get(&passed.kind) else {
        return (problems, Set::NoLayout(examined.row, passed.kind));
    };
    let content = CardContent {
        mark: format!("R{:06}", examined.row),
        kind: passed.kind,
        values: values(&passed.record, passed.kind, issue),
        photo: passed.photo.map(Photo::from),
        qr: passed.record.qr.unwrap_or_else(|| NO_TOKEN.to_owned()),
    };
    // The examination found that it fits.
    match compose(layout, &content, press) {
        Ok(card) => (problems, Set::Card(Box::new(card))),
        Err(_) => (problems, Set::Refused),
    }
}

fn line(problem: &Problem) -> String {
    let row = problem
        .row
        .map(|row| format!("baris {row}, "))
        .unwrap_or_default();
    format!(
        "{row}{}: {} ({}, {})",
        problem.field, problem.pesan, problem.code, problem.message
    )
}
