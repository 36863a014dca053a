//! Tells what verifying the ledger found.

use anyhow::Result;
use serde_json::json;

use super::print_json;
use crate::ledger::Report;

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
