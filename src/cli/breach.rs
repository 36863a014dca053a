//! `breach`: the draft of a written notice.

use anyhow::Result;

use super::{Outcome, give, perform, print_json};
use crate::actions::privacy;
use crate::cli::args;

pub fn run(args: &args::Breach) -> Result<Outcome> {
    let made = perform(&args.station, Some(&args.person.user), |at| {
        let breach = privacy::breach(at, args.from, args.to, args.full)?;
        Ok((breach.json(), breach.text(&at.context.config)))
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
