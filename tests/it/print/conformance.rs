//! What other people's validators say of the files.

use std::path::PathBuf;

use super::{folder, made, render};
use crate::parts::{GHOSTSCRIPT, QPDF, have, have_preflight, preflight};

fn files() -> Vec<&'static PathBuf> {
    let made = made();
    let plain = [&made.full, &made.overlay, &made.bleed, &made.specimen];
    let lots = made.lots.iter().chain(&made.overlay_lots);
    let profiles = [&made.turned, &made.sheet, &made.calendar];
    plain.into_iter().chain(profiles).chain(lots).collect()
}

#[test]
fn files_and_lots_are_valid_pdf_a_1b() {
    if !have_preflight("PDF/A-1b") {
        return;
    }
    for pdf in files() {
        let said = preflight(pdf);
        assert!(
            said.contains("is a valid PDF/A-1b file"),
            "{}: {said}",
            pdf.display()
        );
    }
}

#[test]
fn a_file_with_one_wrong_byte_in_its_metadata_is_not_valid() {
    if !have_preflight("PDF/A-1b of a broken file") {
        return;
    }
    let file = std::fs::read(&made().overlay).unwrap();
    let part = b"<pdfaid:part>1";
    let at = file
        .windows(part.len())
        .position(|piece| piece == part)
        .unwrap();
    let mut broken = file;
    broken[at + part.len() - 1] = b'7';
    let path = made().batch.with_file_name("broken.pdf");
    std::fs::write(&path, broken).unwrap();
    assert!(!preflight(&path).contains("is a valid PDF/A-1b file"));
}

#[test]
fn qpdf_finds_no_fault() {
    if !have("qpdf --check", &[QPDF]) {
        return;
    }
    for pdf in files() {
        // It ends with 2 or 3 on errors and warnings.
        QPDF.run(["--check".as_ref(), pdf.as_os_str()]);
    }
}

#[test]
fn ghostscript_reads_every_page_without_a_word() {
    if !have("Ghostscript", &[GHOSTSCRIPT]) {
        return;
    }
    let args = [
        "-q",
        "-dNOPAUSE",
        "-dBATCH",
        "-dPDFSTOPONWARNING",
        "-sDEVICE=nullpage",
    ];
    for pdf in files() {
        let args = args.map(AsRef::as_ref).into_iter().chain([pdf.as_os_str()]);
        let output = GHOSTSCRIPT.run(args);
        assert_eq!(super::said(&output), "", "{}", pdf.display());
    }
}

#[test]
fn the_same_records_give_the_same_bytes() {
    let made = made();
    let again = folder("again").join("full.pdf");
    let station = made.batch.with_file_name("card");
    let done = render(&made.batch, &again, &station, &["--mode", "full"]);
    assert_eq!(done.status.code(), Some(0), "{}", super::said(&done));
    let [first, second] = [&made.full, &again].map(|pdf| std::fs::read(pdf).unwrap());
    assert!(first == second, "the two files differ");
}
