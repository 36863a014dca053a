//! `purge`: the privacy clock by hand.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, local, perform, print_json, station};
use crate::actions::privacy::purge::{self, Purge};
use crate::cli::args;
use crate::config::Config;
use crate::domain::text::Explain;
use crate::production::lock::Lock;
use crate::production::lock::LockError;

pub fn run(args: &args::PurgeArgs) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    // Only while no daemon takes in photos are those without a card surely left over.
    let lock = match Lock::take(&paths.lock()) {
        Ok(lock) => Some(lock),
        Err(LockError::Held(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let plan = perform(&args.station, Some(&args.person.user), |at| {
        if args.clock_is_right {
            purge::confirm_clock(at)?;
        }
        let plan = purge::review(at, lock.is_some())?;
        if !args.dry_run {
            purge::purge(at, &plan)?;
        }
        Ok(plan)
    })?;
    let Some(plan) = plan else {
        return Ok(Outcome::Refused);
    };
    if args.station.json {
        print_json(&json!({
            "done": !args.dry_run,
            "photos_left_to_daemon": lock.is_none(),
            "purge": plan,
        }))?;
        return Ok(Outcome::Done);
    }
    tell(&plan, args.dry_run, &config)?;
    if lock.is_none() {
        println!(
            "stasiun sedang berjalan: foto yang tersisa dihapusnya sendiri dalam sehari (the running station deletes left-over photos within the day)"
        );
    }
    Ok(Outcome::Done)
}

fn tell(plan: &Purge, dry_run: bool, config: &Config) -> Result<()> {
    let done = match dry_run {
        true => "akan dihapus (would go)",
        false => "dihapus (purged)",
    };
    println!(
        "{done}: data {} kartu, {} PDF lot, {} foto, {} folder accepted/, {} folder rejected/",
        plan.cards.len(),
        plan.lots.len(),
        plan.photos,
        plan.accepted,
        plan.rejected
    );
    if !plan.overdue.is_empty() {
        println!(
            "{} kartu lewat waktu dan belum selesai; datanya tetap sampai diputuskan (overdue, their data stay until somebody decides):",
            plan.overdue.len()
        );
    }
    for card in &plan.overdue {
        println!(
            "  {} {} sejak {} {}",
            card.card,
            card.state.text().id,
            local(card.moved_at, config)?,
            card.sekolah.nama.as_deref().unwrap_or_default()
        );
    }
    Ok(())
}
