//! What verifying the ledger found: held against checkpoints, and told.

use std::fs;

use anyhow::Result;
use serde_json::json;

use super::print_json;
use crate::config::Paths;
use crate::ledger::{self, Checkpoint, CheckpointFault, Reader, Report};

/// Holds the log against every checkpoint that the station keeps: a log that was cut while they
/// stayed is found without any help from outside. With `key` each must be signed with that one.
pub(super) fn hold_checkpoints(
    reader: &Reader,
    paths: &Paths,
    key: Option<&str>,
    report: &mut Report,
) -> Result<()> {
    let Ok(listed) = fs::read_dir(paths.checkpoints()) else {
        // A station that never closed a day has none.
        return Ok(());
    };
    let mut files = listed.collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    // What a crash left half written never was a checkpoint; the next close writes it whole.
    files.retain(|file| file.path().extension().is_none_or(|end| end != "tmp"));
    for file in files {
        // One that cannot be read is no checkpoint.
        let text = fs::read_to_string(file.path()).unwrap_or_default();
        if let Some(fault) = fault_of(reader, &text, key)? {
            report.add_checkpoint(file.file_name().to_string_lossy().into_owned(), fault);
        }
    }
    Ok(())
}

/// What is wrong with the log or with a checkpoint, given its text.
pub(super) fn fault_of(
    reader: &Reader,
    text: &str,
    key: Option<&str>,
) -> Result<Option<CheckpointFault>> {
    Ok(match Checkpoint::parse(text) {
        Some(checkpoint) => ledger::against(reader, &checkpoint, key)?,
        None => Some(CheckpointFault::Unreadable),
    })
}

/// Prints what verifying found.
pub(super) fn tell(report: &Report, json: bool) -> Result<()> {
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    if json {
        return print_json(&json!({
            "clean": report.is_clean(),
            "events": report.events,
            "persons": report.persons,
            "erased": report.erased,
            "lots": report.lots,
            "purged": report.purged,
            "photos": report.photos,
            "papers": report.papers,
            "head": report.head,
            "findings": findings,
            "more": report.more,
        }));
    }
    for finding in &findings {
        println!("RUSAK (wrong): {finding}");
    }
    if report.more > 0 {
        println!("dan {} lagi (and more)", report.more);
    }
    let verdict = if report.is_clean() {
        "utuh (sound)"
    } else {
        "TIDAK UTUH (not sound)"
    };
    println!(
        "buku besar {verdict}: {} peristiwa (events), {} data anak (persons), {} dihapus (erased), {} lot, {} foto, {} berkas serah terima (papers)",
        report.events, report.persons, report.erased, report.lots, report.photos, report.papers
    );
    if report.purged > 0 {
        println!(
            "{} PDF lot sudah dihapus menurut jadwal (purged)",
            report.purged
        );
    }
    Ok(())
}
