//! Layouts and cards that are refused, each by name.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{folder, kia, record, render, said, station, write_batch};

/// Renders one record that must be refused, and gives what was said.
fn refused(name: &str, change: serde_json::Value) -> String {
    let home = folder(name);
    let station = station(&home.join("station"), "");
    let records = [
        record(1, 3, change),
        record(2, 3, json!({"nama": "CITRA LESTARI"})),
    ];
    write_batch(&home.join("batch"), &records);
    let out = home.join("out.pdf");
    let done = render(&home.join("batch"), &out, &station, &[]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let pages = lopdf::Document::load(&out).unwrap().get_pages();
    assert_eq!(pages.len(), 2, "the other record is made all the same");
    String::from_utf8(done.stderr).unwrap()
}

#[test]
fn a_letter_that_the_font_lacks_is_named_and_the_child_is_not() {
    let said = refused("glyph", json!({"nama": "ǾSTEN MAHARANI"}));
    assert!(
        said.contains("nama: ") && said.contains("glyph-missing"),
        "{said}"
    );
    assert!(said.contains("U+01FE"), "{said}");
    assert!(!said.contains("MAHARANI"), "{said}");
}

#[test]
fn a_text_that_fits_on_no_line_is_refused_by_the_name_of_its_field() {
    let said = refused(
        "long",
        json!({"alamat": "GANG SEMPIT ".repeat(40).trim_end()}),
    );
    assert!(
        said.contains("alamat: ") && said.contains("text-does-not-fit"),
        "{said}"
    );
    assert!(!said.contains("SEMPIT"), "{said}");
}

#[test]
fn a_payload_whose_code_would_be_too_fine_is_refused() {
    // Version 13 of level M, 69 modules of four dots, holds 331 bytes (ISO/IEC 18004, table 7).
    let text = refused("fine", json!({"qr": "x".repeat(332)}));
    assert!(
        text.contains("qr: ") && text.contains("qr-too-large"),
        "{text}"
    );
    let home = folder("fits");
    let station = station(&home.join("station"), "");
    let batch = home.join("batch");
    write_batch(&batch, &[record(1, 3, json!({"qr": "x".repeat(331)}))]);
    let done = render(&batch, &home.join("out.pdf"), &station, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
}

#[test]
fn a_file_of_lines_is_rendered_too() {
    let home = folder("lines");
    let station = station(&home.join("station"), "");
    write_batch(&home, &[record(1, 9, json!({}))]);
    fs::rename(home.join("records.jsonl"), home.join("kia.jsonl")).unwrap();
    let out = home.join("out.pdf");
    let done = render(&home.join("kia.jsonl"), &out, &station, &[]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(lopdf::Document::load(&out).unwrap().get_pages().len(), 2);
}

/// `layout check` of a folder: its exit code and what it says.
fn check(layout: &Path) -> (Option<i32>, String) {
    let done = kia(["layout".as_ref(), "check".as_ref(), layout.as_os_str()]);
    (done.status.code(), said(&done))
}

/// A copy of the 5-17 layout in `home` with one change in its file.
fn changed(home: &Path, from: &str, to: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts/kia-5-17");
    let copy = home.join("kia-5-17");
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(source).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    let file = copy.join("layout.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(from));
    fs::write(&file, text.replacen(from, to, 1)).unwrap();
    copy
}

#[test]
fn the_shipped_layouts_take_the_longest_realistic_values_and_warn_of_the_widest() {
    for name in ["kia-5-17", "kia-0-5"] {
        let (code, said) = check(Path::new(name));
        assert_eq!(code, Some(0), "{said}");
        assert!(
            !said.contains("(does not fit)") && !said.contains("(error)"),
            "{said}"
        );
        assert!(said.contains("(warning): `nama`"), "{said}");
    }
}

#[test]
fn a_layout_that_a_long_name_does_not_fit_is_refused_by_the_name_of_the_field() {
    let home = folder("one-line");
    let from = "fit = { shrink_to = 4.6, lines = 2 }";
    let layout = changed(&home, from, "fit = { shrink_to = 4.6 }");
    let (code, said) = check(&layout);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("(does not fit): `nama`, "), "{said}");
    assert!(
        !said.contains("(error)") && !said.contains("(sound"),
        "{said}"
    );
}

#[test]
fn a_mistake_in_a_layout_is_an_error_with_its_line_and_column() {
    let home = folder("mistake");
    let layout = changed(&home, "bleed = 2.0", "bleeds = 2.0");
    let (code, said) = check(&layout);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("layout.toml:7:1: no key is called `bleeds`; did you mean `bleed`?"),
        "{said}"
    );
}

#[test]
fn a_fixed_text_without_room_is_an_error() {
    let home = folder("fixed");
    let from = "text = \"KARTU IDENTITAS ANAK\"\nat = [42.8, 11.5]\nwidth = 54.0";
    let layout = changed(&home, from, &from.replace("54.0", "14.0"));
    let (code, said) = check(&layout);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("(error): teks tetap di [[front]]"), "{said}");
}
