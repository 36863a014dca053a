//! `report`: what the office counts, as text, table, paper or picture.

use std::fs;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Outcome, print_json, private_file, reader, station, stationery, taking_out};
use crate::cli::args::{Format, ReportArgs, ReportCommand};
use crate::config::{Config, Paths};
use crate::domain::audit::AuditCode;
use crate::ledger::Reader;
use crate::reports::tables::{write_csv, write_xlsx};
use crate::reports::{self, Report, Reports};

pub fn run(command: &ReportCommand) -> Result<Outcome> {
    match command {
        ReportCommand::Daily(args) => make(args, |reports, day| reports.daily(day)),
        ReportCommand::HalfMonth(args) => make(args, |reports, day| reports.half_month(day)),
        ReportCommand::District(args) => make(args, |reports, day| reports.district(day)),
        ReportCommand::Coverage(args) => make(args, |reports, day| reports.coverage(day)),
        ReportCommand::Pace { weeks, args } => make(args, |reports, day| reports.pace(day, *weeks)),
        ReportCommand::Plan {
            months,
            names,
            user,
            args,
        } => {
            if *names {
                let (paths, _) = station(&args.station)?;
                taking_out(
                    &paths,
                    user.as_deref(),
                    AuditCode::ReportExported,
                    "plan names",
                )?;
            }
            make(args, |reports, day| reports.plan(day, *months, *names))
        }
    }
}

fn make(
    args: &ReportArgs,
    report: impl FnOnce(&Reports<'_>, Date) -> reports::Result<Report>,
) -> Result<Outcome> {
    let (paths, config): (Paths, Config) = station(&args.station)?;
    let ledger: Reader = reader(&paths)?;
    let reports = Reports::new(&ledger, &config, Timestamp::now())?;
    let report = report(&reports, args.day.unwrap_or(reports.today()))?;
    if let Some(path) = &args.chart {
        let Some(chart) = report.charts.first() else {
            bail!("this report has no chart; `report coverage` and `report pace` have one");
        };
        fs::write(path, &chart.svg)
            .with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    if args.station.json {
        print_json(&report)?;
        return Ok(Outcome::Done);
    }
    match (args.format, &args.out) {
        (Format::Text, None) => print(&report, std::io::stdout().lock())?,
        (Format::Csv, None) => write_csv(&report.tables, std::io::stdout().lock())?,
        (_, None) => bail!("say with --out which file to write"),
        (format, Some(out)) => {
            // A plan may hold names.
            let mut file = BufWriter::new(private_file(out)?);
            match format {
                Format::Text => print(&report, &mut file)?,
                Format::Csv => write_csv(&report.tables, &mut file)?,
                Format::Xlsx => write_xlsx(&report.tables, &mut file)?,
                Format::Pdf => {
                    file.write_all(&reports.typeset(&report, &stationery(&paths)?)?)?;
                }
            }
            file.flush()?;
        }
    }
    Ok(Outcome::Done)
}

/// The report as the terminal shows it: alarms before any figure.
fn print(report: &Report, mut out: impl Write) -> Result<()> {
    writeln!(out, "{}", report.title)?;
    for (indonesian, english) in &report.alarms {
        writeln!(out, "\nPERINGATAN: {indonesian}\n  ({english})")?;
    }
    for (indonesian, english) in &report.remarks {
        writeln!(out, "\n{indonesian}\n  ({english})")?;
    }
    for table in &report.tables {
        write!(out, "\n{table}")?;
    }
    Ok(())
}
