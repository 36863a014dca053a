//! `check`: what the station would say of a drop, without touching anything.

use anyhow::{Context, Result};

use super::{Outcome, print_json, reader};
use crate::cli::args;
use crate::context;
use crate::domain::text::Explain;
use crate::intake::{ReadError, Report, read_in_place};
use crate::ledger::Reader;
use crate::production::inspect::inspect;
use crate::production::inspect::report_of;

pub fn run(args: &args::Check) -> Result<Outcome> {
    let context = context::Context::open(args.station.as_deref())?;
    let ledger = context.home().map(reader).transpose()?;
    let examiner = context.examiner(context.now())?;
    let limits = &context.config.intake.limits;
    let mappings = context.mappings()?;
    let mut reports = Vec::new();
    for path in &args.paths {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let report = match read_in_place(path, limits, &mappings) {
            Ok(read) => {
                let rows = inspect(&examiner, &read, ledger.as_ref(), &|_, _| {})?;
                report_of(&name, read.batch.received(), &rows)
            }
            Err(ReadError::Refused(problems)) => Report::refused(name, problems),
            Err(ReadError::Io(error)) => {
                return Err(error).with_context(|| format!("`{}` cannot be read", path.display()));
            }
        };
        reports.push(report);
    }
    match reports.as_slice() {
        [one] => print_json(one)?,
        several => print_json(&several)?,
    }
    if let Some(mut forecast) = ledger.as_ref().map(Reader::forecast).transpose()?.flatten() {
        // As it will be once these drops are in the queue.
        forecast.queue += reports.iter().map(|r| u64::from(r.accepted())).sum::<u64>();
        let text = forecast.text();
        let short = if forecast.is_short() { "KURANG: " } else { "" };
        eprintln!("{short}{text}");
    }
    let bad = reports
        .iter()
        .any(|report| report.rejected() > 0 || report.received() == 0);
    Ok(Outcome::refused_if(bad))
}
