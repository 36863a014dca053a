//! Pages, boxes, fonts and pictures.

use std::collections::BTreeMap;
use std::path::Path;

use super::{BLEED, CARD, PT, made};
use crate::parts::{PDFFONTS, PDFIMAGES, PDFINFO, have};

/// The boxes of every page by name, in pt.
fn boxes(pdf: &Path) -> BTreeMap<String, Vec<[f64; 4]>> {
    let args = ["-box", "-f", "1", "-l", "99"].map(AsRef::as_ref);
    let said = PDFINFO.says(args.into_iter().chain([pdf.as_os_str()]));
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for line in said.lines().filter(|line| line.starts_with("Page ")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if let ["Page", _, name, corners @ ..] = words.as_slice()
            && let [a, b, c, d] = corners
            && name.ends_with("Box:")
        {
            let corners = [a, b, c, d].map(|number| number.parse().unwrap());
            found.entry((*name).to_owned()).or_default().push(corners);
        }
    }
    found
}

#[test]
fn every_card_has_two_pages_whose_trim_box_is_the_card() {
    if !have("the boxes", &[PDFINFO]) {
        return;
    }
    let made = made();
    for (pdf, bleed) in [
        (&made.full, 0.0),
        (&made.overlay, 0.0),
        (&made.bleed, BLEED),
    ] {
        let boxes = boxes(pdf);
        let media = CARD.map(|side| (side + 2.0 * bleed) * PT);
        let edge = bleed * PT;
        let trim = [edge, edge, media[0] - edge, media[1] - edge];
        let whole = [0.0, 0.0, media[0], media[1]];
        for (name, wanted) in [
            ("MediaBox:", whole),
            ("BleedBox:", whole),
            ("TrimBox:", trim),
        ] {
            let pages = &boxes[name];
            assert_eq!(pages.len(), 2 * made.records.len(), "{name}");
            for corners in pages {
                for (is, wanted) in corners.iter().zip(wanted) {
                    // pdfinfo prints two decimals of a point.
                    assert!((is - wanted).abs() < 0.0051, "{name} {corners:?}");
                }
            }
        }
    }
}

#[test]
fn the_boxes_are_exact_to_a_ten_thousandth_of_a_point_in_the_file() {
    for pdf in [&made().full, &made().bleed] {
        let document = lopdf::Document::load(pdf).unwrap();
        for page in document.get_pages().into_values() {
            let corners = document
                .get_dictionary(page)
                .unwrap()
                .get(b"TrimBox")
                .unwrap();
            let corners = corners.as_array().unwrap();
            let number = |i: usize| f64::from(corners[i].as_float().unwrap());
            let size = [number(2) - number(0), number(3) - number(1)];
            for (is, wanted) in size.iter().zip(CARD) {
                assert!((is - wanted * PT).abs() < 2e-4, "{size:?}");
            }
        }
    }
}

#[test]
fn fonts_are_embedded_subsets_with_unicode() {
    if !have("the fonts", &[PDFFONTS]) {
        return;
    }
    let made = made();
    for pdf in [&made.full, &made.overlay, &made.lots[0]] {
        let said = PDFFONTS.says([pdf]);
        let fonts: Vec<&str> = said.lines().skip(2).collect();
        assert_eq!(fonts.len(), 2, "{said}");
        for font in fonts {
            assert!(font.contains("yes yes yes"), "{said}");
            assert_eq!(font.find('+'), Some(6), "{said}");
        }
    }
}

#[test]
fn photos_are_jpeg_at_the_printers_resolution_and_codes_are_one_bit_masks() {
    if !have("the pictures", &[PDFIMAGES]) {
        return;
    }
    let made = made();
    let with_photo = made
        .records
        .iter()
        .filter(|record| record["foto"].is_string());
    for pdf in [&made.full, &made.overlay] {
        let said = PDFIMAGES.says(["-list".as_ref(), pdf.as_os_str()]);
        let rows = said
            .lines()
            .skip(2)
            .map(|line| line.split_whitespace().collect());
        let (photos, codes): (Vec<Vec<&str>>, Vec<_>) =
            rows.partition(|row: &Vec<&str>| row[2] == "image");
        assert_eq!(photos.len(), with_photo.clone().count(), "{said}");
        assert_eq!(codes.len(), made.records.len(), "{said}");
        for photo in photos {
            // Type, size, colour, components, bits, encoding, interpolation; then the resolution.
            assert_eq!(
                photo[3..10],
                ["236", "354", "rgb", "3", "8", "jpeg", "no"],
                "{said}"
            );
            for resolution in &photo[12..14] {
                let resolution: i32 = resolution.parse().unwrap();
                assert!((299..=301).contains(&resolution), "{said}");
            }
        }
        for code in codes {
            assert_eq!(code[2], "stencil", "{said}");
            assert_eq!(code[6..10], ["1", "1", "image", "no"], "{said}");
        }
    }
}

#[test]
fn a_cards_two_pages_follow_each_other_in_the_order_of_the_records() {
    if !have("the order of pages", &[crate::parts::PDFTOTEXT]) {
        return;
    }
    let made = made();
    for pdf in [&made.full, &made.overlay, &made.bleed] {
        for (i, record) in made.records.iter().enumerate() {
            for page in [2 * i + 1, 2 * i + 2] {
                let said = super::text::of_page(pdf, page);
                assert!(
                    said.contains(record["nik"].as_str().unwrap()),
                    "page {page}: {said}"
                );
            }
        }
    }
}
