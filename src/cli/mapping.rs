//! `mapping show` and `mapping save`: what the columns of a school's own table stand for.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, perform, print_json};
use crate::actions::batches;
use crate::cli::args::{MappingCommand, MappingSave, MappingShow};
use crate::domain::mapping::{How, Mapping, Target};
use crate::intake::Look;

pub fn run(command: &MappingCommand) -> Result<Outcome> {
    match command {
        MappingCommand::Show(args) => show(args),
        MappingCommand::Save(args) => save(args),
    }
}

fn show(args: &MappingShow) -> Result<Outcome> {
    let seen = perform(&args.station, None, |at| {
        batches::columns(at.context, &args.file)
    })?;
    match seen {
        None => Ok(Outcome::Refused),
        Some(seen) => tell(&seen, args.station.json),
    }
}

fn tell(seen: &Look, json: bool) -> Result<Outcome> {
    if json {
        print_json(&json!({
            "key": seen.key(),
            "header_row": seen.header_row,
            "columns": seen.suggestions,
            "mapping": seen.mapping,
            "missing": seen.missing,
        }))?;
        return Ok(Outcome::Done);
    }
    println!("Baris judul {} (header row)", seen.header_row);
    for suggestion in &seen.suggestions {
        let header = &suggestion.header;
        let saved = seen.mapping.as_ref().and_then(|m| m.target(header));
        let meaning = match (saved, suggestion.field) {
            (Some(Target::Field(field)), _) => format!("{field} [disimpan (saved)]"),
            (Some(Target::Ignored), _) => "dilewati (passed over)".to_owned(),
            (None, Some(field)) if suggestion.how == How::Exact => field.to_owned(),
            (None, Some(field)) => format!("? {field} [saran (suggested)]"),
            (None, None) => "tidak dipakai (not used)".to_owned(),
        };
        println!("  {header} -> {meaning}");
    }
    if !seen.missing.is_empty() {
        println!(
            "Wajib tetapi belum ada (required, missing): {}",
            seen.missing.join(", ")
        );
    }
    Ok(Outcome::Done)
}

fn save(args: &MappingSave) -> Result<Outcome> {
    let saved = perform(&args.station, args.asker.user.as_deref(), |at| {
        batches::save_columns(at, &args.file, |seen| Mapping {
            sender: args.sender.clone(),
            headers: seen.headers,
            columns: args.columns.iter().cloned().collect(),
            constants: args.constants.iter().cloned().collect(),
        })?;
        batches::columns(at.context, &args.file)
    })?;
    match saved {
        None => Ok(Outcome::Refused),
        Some(seen) => tell(&seen, args.station.json),
    }
}
