//! `ledger verify`.

use anyhow::Result;
use serde_json::json;

use super::{Outcome, print_json, reader, station};
use crate::cli;
use crate::ledger::{self, Files};

pub fn run(command: &cli::LedgerCommand) -> Result<Outcome> {
    let cli::LedgerCommand::Verify(args) = command;
    let (paths, _) = station(args)?;
    let reader = reader(&paths)?;
    let (lots, photos, handover) = (paths.lots(), paths.photos(), paths.handover());
    let files = Files {
        lots: &lots,
        photos: &photos,
        handover: &handover,
    };
    let report = ledger::verify(&reader, files)?;
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    if args.json {
        print_json(&json!({
            "clean": report.is_clean(),
            "events": report.events,
            "persons": report.persons,
            "erased": report.erased,
            "lots": report.lots,
            "photos": report.photos,
            "papers": report.papers,
            "head": report.head,
            "findings": findings,
            "more": report.more,
        }))?;
    } else {
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
    }
    Ok(Outcome::refused_if(!report.is_clean()))
}
