//! `mapping show` and `mapping save`: what the columns of a school's own table stand for.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::{Outcome, print_json, station};
use crate::cli::args::{MappingCommand, MappingSave, MappingShow};
use crate::domain::mapping::{How, Mapping, Target};
use crate::intake::{Limits, Look, Mappings, ReadError, look};

pub fn run(command: &MappingCommand) -> Result<Outcome> {
    match command {
        MappingCommand::Show(args) => show(args),
        MappingCommand::Save(args) => save(args),
    }
}

fn show(args: &MappingShow) -> Result<Outcome> {
    let (paths, config) = station(&args.station)?;
    let mappings = Mappings::read(&paths.mappings())?;
    let seen = looked(&args.file, &config.intake.limits, &mappings)?;
    if args.station.json {
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
    let (paths, config) = station(&args.station)?;
    let mappings = Mappings::read(&paths.mappings())?;
    let seen = looked(&args.file, &config.intake.limits, &mappings)?;
    let mapping = Mapping {
        sender: args.sender.clone(),
        headers: seen.headers,
        columns: args.columns.iter().cloned().collect(),
        constants: args.constants.iter().cloned().collect(),
    };
    Mappings::save(&paths.mappings(), mapping)?;
    show(&MappingShow {
        file: args.file.clone(),
        station: crate::cli::args::StationArg {
            station: args.station.station.clone(),
            json: args.station.json,
        },
    })
}

fn looked(file: &Path, limits: &Limits, mappings: &Mappings) -> Result<Look> {
    match look(file, limits, mappings) {
        Ok(seen) => Ok(seen),
        Err(ReadError::Refused(problems)) => {
            let message = problems.first().map(|problem| problem.message.as_str());
            bail!("`{}`: {}", file.display(), message.unwrap_or_default());
        }
        Err(ReadError::Io(error)) => {
            Err(error).with_context(|| format!("`{}` cannot be read", file.display()))
        }
    }
}
