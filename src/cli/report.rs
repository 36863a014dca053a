//! `report`: what the office counts, as text, table, paper or picture.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};

use super::{Outcome, perform, print_json, write_private};
use crate::actions::exports::{self, Subject};
use crate::cli::args::{Format, ReportArgs, ReportCommand};
use crate::reports::tables::write_csv;

pub fn run(command: &ReportCommand) -> Result<Outcome> {
    let (subject, args) = match command {
        ReportCommand::Daily(args) => (Subject::Daily, args),
        ReportCommand::HalfMonth(args) => (Subject::HalfMonth, args),
        ReportCommand::District(args) => (Subject::District, args),
        ReportCommand::Coverage(args) => (Subject::Coverage, args),
        ReportCommand::Pace { weeks, args } => (Subject::Pace(*weeks), args),
        ReportCommand::Plan {
            months,
            names,
            args,
        } => (Subject::Plan(*months, *names), args),
    };
    if let Some(path) = &args.chart
        && !keep(args, subject, exports::Format::Svg, path)?
    {
        return Ok(Outcome::Refused);
    }
    let format = match args.format {
        Format::Text => exports::Format::Text,
        Format::Csv => exports::Format::Csv,
        Format::Xlsx => exports::Format::Xlsx,
        Format::Pdf => exports::Format::Pdf,
    };
    if let Some(path) = &args.out {
        return Ok(Outcome::refused_if(!keep(args, subject, format, path)?));
    }
    if matches!(args.format, Format::Xlsx | Format::Pdf) {
        bail!("say with --out which file to write");
    }
    let report = perform(&args.station, args.asker.user.as_deref(), |at| {
        exports::view_report(at, subject, args.day)
    })?;
    let Some(report) = report else {
        return Ok(Outcome::Refused);
    };
    match args.format {
        _ if args.station.json => print_json(&report)?,
        Format::Csv => write_csv(&report.tables, std::io::stdout().lock())?,
        _ => write!(std::io::stdout().lock(), "{report}")?,
    }
    Ok(Outcome::Done)
}

/// Whether the report is now in the file `path`; a plan may hold names.
fn keep(args: &ReportArgs, subject: Subject, format: exports::Format, path: &Path) -> Result<bool> {
    let made = perform(&args.station, args.asker.user.as_deref(), |at| {
        exports::export_report(at, subject, args.day, format)
    })?;
    let Some((bytes, _)) = made else {
        return Ok(false);
    };
    write_private(path, &bytes)?;
    Ok(true)
}
