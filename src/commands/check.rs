//! `check`: what the station would say of a drop, without touching anything.

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::workbench::Workbench;
use super::{Outcome, print_json, reader};
use crate::cli;
use crate::intake::{PhotoError, ReadError, Report, photo_in_place, read_in_place};
use crate::ledger::Reader;
use crate::station::{Examined, SharedPhotos, beside_ledger};

pub fn run(args: &cli::Check) -> Result<Outcome> {
    let bench = Workbench::open(args.station.as_ref())?;
    let ledger = bench.paths.as_ref().map(reader).transpose()?;
    let layouts = bench.layouts()?;
    let examiner = bench.examiner(&layouts, bench.config.press());
    let limits = &bench.config.intake.limits;
    let mut reports = Vec::new();
    for path in &args.paths {
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let report = match read_in_place(path, limits) {
            Ok((batch, base)) => {
                let mut problems = batch.unreadable.clone();
                let photos = |photo: &str| -> Result<Vec<u8>, PhotoError> {
                    photo_in_place(&base, photo, limits)
                };
                let mut rows = Vec::new();
                let mut pictures = SharedPhotos::default();
                let forget_photo = |mut examined: Examined| {
                    if let Some(passed) = &mut examined.passed {
                        passed.photo = None;
                    }
                    Ok(examined)
                };
                examiner.examine::<_, std::io::Error>(
                    &batch,
                    &photos,
                    &forget_photo,
                    &mut |mut examined| {
                        if let Some(passed) = &examined.passed {
                            pictures.note(rows.len(), passed);
                        }
                        problems.append(&mut examined.problems);
                        rows.push(examined);
                        Ok(())
                    },
                )?;
                let shared: BTreeSet<usize> = pictures.shared().collect();
                for (index, row) in rows.iter().enumerate() {
                    if let Some(passed) = &row.passed {
                        let shared = shared.contains(&index);
                        let beside = beside_ledger(ledger.as_ref(), &row.subject, passed, shared)?;
                        problems.extend(beside.err());
                    }
                }
                problems.sort_by_key(|problem| problem.row);
                Report::new(name, batch.received(), problems)
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
        let (indonesian, english) = forecast.words();
        let short = if forecast.is_short() { "KURANG: " } else { "" };
        eprintln!("{short}{indonesian} ({english})");
    }
    let bad = reports
        .iter()
        .any(|report| report.rejected() > 0 || report.received() == 0);
    Ok(Outcome::refused_if(bad))
}
