//! `allow`: a person lets one child pass a rule that asks for a decision.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::photos;
use crate::cli::args;
use crate::domain::nik::mask_digits;

pub fn run(args: &args::Allow) -> Result<Outcome> {
    let allowed = perform(&args.station, Some(&args.actor.user()), |at| {
        photos::allow(at, &args.rule, &args.nik, &args.reason)
    })?;
    match allowed {
        None => return Ok(Outcome::Refused),
        Some(_) if args.station.json => {
            print_json(&json!({ "rule": args.rule, "nik": mask_digits(&args.nik) }))?;
        }
        Some(text) => println!("{text}"),
    }
    Ok(Outcome::Done)
}
