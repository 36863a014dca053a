//! What a reader of the PDF gets as text, and where it stands.

use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use super::{BLEED, CARD, PT, made, today};
use crate::parts::{PDFTOTEXT, have};

/// The text of a page in the order of its painting, with single spaces.
pub fn of_page(pdf: &Path, page: usize) -> String {
    let page = page.to_string();
    let args = ["-raw", "-f", &page, "-l", &page].map(AsRef::as_ref);
    let said = PDFTOTEXT.says(args.into_iter().chain([pdf.as_os_str(), "-".as_ref()]));
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn day(date: Date) -> String {
    date.strftime("%d-%m-%Y").to_string()
}

/// What the front and the back say besides fixed texts: label and value.
fn expected(record: &Value) -> [Vec<(&'static str, String)>; 2] {
    let field = |name: &str| record[name].as_str().unwrap().to_owned();
    let birth: Date = field("tanggal_lahir").parse().unwrap();
    // Under 5 until the fifth birthday, then until 17 less one day (Permendagri 2/2016).
    let until = if record["foto"].is_string() {
        Date::constant(birth.year() + 17, 3, 4)
    } else {
        Date::constant(birth.year() + 5, 3, 5)
    };
    let front = vec![
        ("", "PROVINSI BENGKULU".to_owned()),
        ("", "KABUPATEN REJANG LEBONG".to_owned()),
        ("NIK", field("nik")),
        ("Nama", field("nama")),
        (
            "Tempat/Tgl Lahir",
            format!("{}, {}", field("tempat_lahir"), day(birth)),
        ),
        ("Jenis Kelamin", field("jenis_kelamin")),
        ("Gol. Darah", field("gol_darah")),
        ("No. KK", field("no_kk")),
        ("Nama Kepala Keluarga", field("nama_kepala_keluarga")),
        ("No. Akta Kelahiran", field("no_akta")),
        ("Agama", field("agama")),
        ("Kewarganegaraan", field("kewarganegaraan")),
        ("Berlaku Hingga", day(until)),
    ];
    let back = vec![
        ("NIK", field("nik")),
        ("Alamat", field("alamat")),
        ("RT/RW", format!("{}/{}", field("rt"), field("rw"))),
        ("Kel/Desa", field("desa")),
        ("Kecamatan", field("kecamatan")),
        ("", format!("CURUP, {}", day(today()))),
        ("", "KEPALA DINAS".to_owned()),
        ("", "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL".to_owned()),
        ("", "RADEN CONTOH WIBAWA, M.Si.".to_owned()),
        ("", "NIP 190001011900011001".to_owned()),
    ];
    [front, back]
}

#[test]
fn an_overlay_says_the_record_and_nothing_else() {
    if !have("the text of an overlay", &[PDFTOTEXT]) {
        return;
    }
    let made = made();
    for pdf in [&made.overlay, &made.bleed] {
        for (i, record) in made.records.iter().enumerate() {
            for (side, expected) in expected(record).into_iter().enumerate() {
                let values: Vec<String> = expected.into_iter().map(|(_, value)| value).collect();
                assert_eq!(of_page(pdf, 2 * i + side + 1), values.join(" "));
            }
        }
    }
}

#[test]
fn a_full_card_says_every_value_behind_its_label() {
    if !have("the text of a full card", &[PDFTOTEXT]) {
        return;
    }
    let made = made();
    for (i, record) in made.records.iter().enumerate() {
        for (side, expected) in expected(record).into_iter().enumerate() {
            let said = of_page(&made.full, 2 * i + side + 1);
            let rows = expected.into_iter().map(|(label, value)| match label {
                "" => value,
                label => format!("{label} : {value}"),
            });
            let rows = rows.collect::<Vec<_>>().join(" ");
            assert!(said.ends_with(&rows), "{said}\ndoes not end with\n{rows}");
            let fixed = ["KARTU IDENTITAS ANAK", "Kartu ini adalah bukti identitas"][side];
            assert!(said.starts_with(fixed), "{said}");
        }
    }
}

#[test]
fn specimen_is_said_on_every_side_when_asked_for_and_never_else() {
    if !have("SPECIMEN", &[PDFTOTEXT]) {
        return;
    }
    let made = made();
    for page in 1..=2 * made.records.len() {
        let marked = |pdf| of_page(pdf, page).replace(' ', "").contains("SPECIMEN");
        assert!(marked(&made.specimen), "page {page}");
        for pdf in [&made.full, &made.overlay, &made.bleed] {
            assert!(!marked(pdf), "{} page {page}", pdf.display());
        }
    }
}

/// A word and its box in mm from the card's top-left corner: left, top, right, bottom.
struct Word {
    page: usize,
    text: String,
    place: [f64; 4],
}

fn words(pdf: &Path, bleed: f64) -> Vec<Word> {
    let said = PDFTOTEXT.says(["-bbox".as_ref(), pdf.as_os_str(), "-".as_ref()]);
    let mut page = 0;
    let mut words = Vec::new();
    for line in said.lines().map(str::trim) {
        if line.starts_with("<page ") {
            page += 1;
        }
        let Some(line) = line.strip_prefix("<word ") else {
            continue;
        };
        let number = |name: &str| -> f64 {
            let value = line.split(&format!("{name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse::<f64>().unwrap() / PT - bleed
        };
        words.push(Word {
            page,
            place: ["xMin", "yMin", "xMax", "yMax"].map(number),
            text: line.split(['>', '<']).nth(1).unwrap().to_owned(),
        });
    }
    words
}

/// Whether two boxes share any area.
fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[test]
fn every_word_lies_whole_on_the_card_and_clear_of_photo_code_and_other_words() {
    if !have("the places of words", &[PDFTOTEXT]) {
        return;
    }
    let made = made();
    let (photo, code) = ([3.5, 15.0, 23.5, 45.0], [56.0, 4.5, 83.1, 31.6]);
    for (pdf, bleed) in [
        (&made.full, 0.0),
        (&made.overlay, 0.0),
        (&made.bleed, BLEED),
    ] {
        let words = words(pdf, bleed);
        assert!(words.len() > 20 * made.records.len());
        // The box of a word is as high as its font's tallest glyph: its middle is what is inked.
        let inked = |word: &Word| {
            let [left, top, right, bottom] = word.place;
            let margin = (bottom - top) * 0.3;
            [left + 0.05, top + margin, right - 0.05, bottom - margin]
        };
        for (i, word) in words.iter().enumerate() {
            let [left, top, right, bottom] = word.place;
            let on_card = left >= 0.0 && top >= 0.0 && right <= CARD[0] && bottom <= CARD[1];
            assert!(on_card, "`{}` at {:?}", word.text, word.place);
            let record = &made.records[(word.page - 1) / 2];
            let pictured = match (word.page % 2, record["foto"].is_string()) {
                (0, _) => Some(code),
                (_, true) => Some(photo),
                (_, false) => None,
            };
            let clear = pictured.is_none_or(|place| !overlap(inked(word), place));
            assert!(clear, "`{}` at {:?}", word.text, word.place);
            for other in words[i + 1..]
                .iter()
                .filter(|other| other.page == word.page)
            {
                let clear = !overlap(inked(word), inked(other));
                assert!(
                    clear,
                    "page {}: `{}` on `{}`",
                    word.page, word.text, other.text
                );
            }
        }
    }
}

#[test]
fn a_name_of_sixty_letters_stands_whole_on_two_lines() {
    if !have("the lines of a long name", &[PDFTOTEXT]) {
        return;
    }
    let words = words(&made().full, 0.0);
    let parts: Vec<&str> = super::LONG_NAME.split(' ').collect();
    let name = words.windows(parts.len()).find(|window| {
        window
            .iter()
            .map(|word| word.text.as_str())
            .eq(parts.iter().copied())
    });
    let mut tops: Vec<i64> = name
        .expect("the words of the name follow one another")
        .iter()
        .map(|word| (word.place[1] * 10.0).round() as i64)
        .collect();
    tops.dedup();
    assert_eq!(tops.len(), 2, "{tops:?}");
}
