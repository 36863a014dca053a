//! The office's papers, made by the real binary and read by others.

use std::collections::BTreeMap;
use std::fs;

use kia_station::domain::card::SpoilReason;
use kia_station::domain::office::Office;
use kia_station::domain::text::Explain;
use kia_station::production::assets;
use kia_station::reports::papers::{DestructionRecord, DestructionRow, Stationery};
use serde_json::json;

use crate::harness::{Child, Ran, Station, child};
use crate::parts::{PDFTOTEXT, have};

const TEMPLATE: &str = "layouts/dokumen/berita-acara-pemusnahan.typ";
const WITNESSES: [&str; 2] = ["BUDI SAKSI CONTOH", "RATNA SAKSI CONTOH"];
const LONG_NAME: &str = "WULANSARI PUTRI KUSUMANINGRUM DEWANTI MAHARANI CONTOH UJICOBA";

/// A station where both children's cards came out spoiled, and those cards.
fn spoiled() -> (Station, Vec<Child>, Vec<String>) {
    let station = Station::new();
    let children = vec![child(1), child(2).with("nama", &LONG_NAME[..60])];
    station.drop_batch("LOT", &children);
    station.take_all();
    let cards = children.iter().map(|child| station.card_of(child));
    let cards: Vec<String> = cards.collect();
    for card in &cards {
        let spoil = ["confirm", "L00001", "--spoiled", card, "--reason", "macet"];
        station.run(&spoil).ended(0);
    }
    (station, children, cards)
}

fn destroy(station: &Station, out: &str) -> Ran {
    let mut args = vec!["--out", out];
    for witness in &WITNESSES {
        args.extend(["--witness", witness]);
    }
    station.destroy(&args)
}

fn minutes(station: &Station, number: &str, out: &str) -> Ran {
    station.run(&["stock", "minutes", number, "--out", out])
}

/// What the PDF says, with every run of space as one.
fn text(pdf: &str) -> String {
    let text = PDFTOTEXT.says(["-layout", pdf, "-"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_minutes_name_every_card_and_witness_and_come_out_the_same_again() {
    if !have("the minutes", &[PDFTOTEXT]) {
        return;
    }
    let (station, children, cards) = spoiled();
    let (first, again) = (station.outside("1.pdf"), station.outside("2.pdf"));
    let (first, again) = (first.to_str().unwrap(), again.to_str().unwrap());
    destroy(&station, first).ended(0);
    minutes(&station, "1", again).ended(0);
    assert_eq!(fs::read(first).unwrap(), fs::read(again).unwrap());
    let said = text(first);
    // A long name wraps in its column: its words stand there one by one.
    let names = children.iter().flat_map(|child| child.nama().split(' '));
    let names = names.map(str::to_owned);
    let wanted = ["siti", "RADEN CONTOH WIBAWA, S.Sos.", "Nomor: 1"].map(str::to_owned);
    let witnesses = WITNESSES.map(str::to_owned);
    for word in cards
        .into_iter()
        .chain(names)
        .chain(wanted)
        .chain(witnesses)
    {
        assert!(said.contains(&word), "`{word}` is not in:\n{said}");
    }
    assert!(said.contains("2 (dua) keping"), "{said}");
    assert!(said.contains("Halaman 1 dari 1"), "{said}");
    let none = minutes(&station, "2", again).ended(1);
    assert!(none.out.contains("There is no destruction number 2"));
}

#[test]
fn the_offices_own_template_is_used_and_a_broken_one_is_refused_by_line_and_column() {
    let (station, ..) = spoiled();
    let template = station.path(TEMPLATE);
    let built_in = fs::read_to_string(&template).unwrap();
    let out = station.outside("1.pdf");
    let out_text = out.to_str().unwrap();
    fs::write(&template, "Kepala surat\n\n  #tidak_ada").unwrap();
    let broken = destroy(&station, out_text);
    assert_eq!(broken.code, 2, "{}", broken.err);
    let place = "berita-acara-pemusnahan.typ:3:4: unknown variable: tidak_ada";
    assert!(broken.err.contains(place), "{}", broken.err);
    assert!(broken.err.contains("stock minutes 1"), "{}", broken.err);
    assert!(!out.exists());
    // The destruction stands in the books all the same, and its paper can still be made.
    fs::write(&template, built_in.replace("BERITA ACARA", "ACARA BARU")).unwrap();
    minutes(&station, "1", out_text).ended(0);
    if have("the edited template", &[PDFTOTEXT]) {
        assert!(text(out_text).contains("ACARA BARU PEMUSNAHAN"));
    }
    // Without a template of the office the built-in one is used.
    fs::remove_file(&template).unwrap();
    minutes(&station, "1", out_text).ended(0);
    station.is_sound();
}

/// The built-in stationery, as a station that has no files of its own finds it.
fn built_in() -> Stationery {
    let nothing = tempfile::tempdir().unwrap();
    assets::stationery(nothing.path()).unwrap()
}

fn card(number: usize, serial: Option<&str>) -> DestructionRow<'_> {
    DestructionRow::new(
        format!("K{number:06}-0"),
        None,
        serial,
        Some(SpoilReason::Pita.text().id),
    )
}

fn of_cards(cards: Vec<DestructionRow<'_>>) -> Result<Vec<u8>, String> {
    let minutes = DestructionRecord {
        number: 7,
        date: jiff::civil::date(2026, 11, 24),
        office: &Office::default(),
        official: None,
        actor: "siti",
        witnesses: &WITNESSES.map(str::to_owned),
        blanks: &BTreeMap::from([("kia".to_owned(), 3)]),
        cards,
    };
    minutes
        .typeset(&built_in())
        .map_err(|error| error.to_string())
}

#[test]
fn two_hundred_rows_break_over_pages_with_the_head_on_each_and_none_lost() {
    if !have("the long minutes", &[PDFTOTEXT]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.pdf");
    let pdf = of_cards((1..=200).map(|number| card(number, None)).collect()).unwrap();
    fs::write(&file, pdf).unwrap();
    let text = PDFTOTEXT.says(["-layout".as_ref(), file.as_os_str(), "-".as_ref()]);
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() > 3, "{} pages", pages.len());
    for (at, page) in pages.iter().enumerate() {
        let rows = page.contains("-0 ");
        assert_eq!(rows, page.contains("Nomor kartu"), "{page}");
        let number = format!("Halaman {} dari {}", at + 1, pages.len());
        assert!(page.contains(&number), "{page}");
    }
    for number in 1..=200 {
        assert_eq!(text.matches(&format!("K{number:06}-0")).count(), 1);
    }
    assert_eq!(text.matches("data sudah dihapus").count(), 200);
    // Nobody is set to sign: there is room to write.
    assert!(text.contains("NIP ......"), "{text}");
    assert!(text.contains("3 lembar jenis kia"), "{text}");
    assert!(text.contains("200 (dua ratus) keping"), "{text}");
}

#[test]
fn a_letter_or_a_font_that_is_not_there_stops_a_paper() {
    let error = of_cards(vec![card(1, Some("序列"))]).unwrap_err();
    assert!(error.contains("could not be displayed"), "{error}");
    let mut stationery = built_in();
    let day = jiff::civil::date(2026, 11, 24);
    let text = b"#set text(font: \"Tidak Ada\")\nHalo".to_vec();
    stationery.files.insert("lain.typ".to_owned(), text);
    let error = stationery.typeset("lain.typ", &json!({}), day).unwrap_err();
    let error = error.to_string();
    assert!(error.starts_with("lain.typ:1:"), "{error}");
    assert!(error.contains("unknown font family"), "{error}");
    let outside = b"#read(\"/etc/hostname\")".to_vec();
    stationery.files.insert("lain.typ".to_owned(), outside);
    let error = stationery.typeset("lain.typ", &json!({}), day).unwrap_err();
    assert!(error.to_string().contains("not found"), "{error}");
}
