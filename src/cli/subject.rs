//! `subject`: all processing of one child's data.

use anyhow::Result;

use super::{Outcome, give, perform, print_json};
use crate::actions::privacy;
use crate::cli::args;

pub fn run(args: &args::Subject) -> Result<Outcome> {
    let made = perform(&args.station, Some(&args.person.user), |at| {
        let subject = privacy::subject(at, &args.nik)?;
        Ok((subject.json(), subject.text(at.context)))
    })?;
    match made {
        None => return Ok(Outcome::Refused),
        Some((value, _)) if args.station.json && args.out.is_none() => print_json(&value)?,
        Some((value, _)) if args.station.json => {
            give(args.out.as_deref(), &serde_json::to_string_pretty(&value)?)?;
        }
        Some((_, text)) => give(args.out.as_deref(), &text)?,
    }
    Ok(Outcome::Done)
}
