//! No lot is printable that does not show what it ought to; and pictures of the very file.

use std::fs;

use crate::harness::{Station, child, toddler};

#[test]
fn a_lot_whose_cards_do_not_show_their_names_is_held_and_made_again_once_the_layout_is_mended() {
    let station = Station::new();
    let good = fs::read_to_string(station.path("layouts/kia-5-17/layout.toml")).unwrap();
    station.hide_names();
    let pupils = [child(1), child(2)];
    station.drop_batch("KIRIMAN", &pupils);
    station.drop_single("balita.json", &toddler(3));
    let ran = station.run(&["run", "--once", "--json"]).ended(0).json();
    assert_eq!(ran["lots"].as_array().unwrap().len(), 2);
    assert_eq!(station.states(&pupils[0]), ["held"]);
    assert_eq!(
        station.states(&toddler(3)),
        ["rendered"],
        "the other lot is fine"
    );
    let held = ran["lots"]
        .as_array()
        .unwrap()
        .iter()
        .find(|lot| lot["kind"] == "5-17")
        .unwrap();
    let (lot, pdf) = (held["lot"].as_str().unwrap(), held["pdf"].as_str().unwrap());
    assert!(pdf.ends_with(".pdf.ditahan") && station.has(&format!("lots/{pdf}")));
    assert!(
        !station.has(&format!("lots/{lot}.pdf")),
        "nothing that a program would print"
    );
    let said = station.run(&["status"]).ended(0);
    for words in [
        &format!("Lot {lot} ditahan"),
        "tulisan terpotong atau tertutup",
        &station.card_of(&pupils[0]),
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    station.is_sound();

    fs::write(station.path("layouts/kia-5-17/layout.toml"), good).unwrap();
    let card = station.card_of(&pupils[1]);
    station
        .run(&["lot", "again", lot, "--without", &card])
        .ended(0);
    assert_eq!(station.states(&pupils[0]), ["accepted"]);
    station.run(&["lot", "again", lot]).ended(0);
    let none = station.run(&["lot", "again", lot]).ended(1);
    assert!(none.out.contains("DITOLAK (refused)"), "{}", none.out);
    let other = station
        .run(&["lot", "again", lot, "--without", &card])
        .ended(1);
    assert!(other.out.contains("is not held in lot"), "{}", other.out);
    station.take_all();
    assert_eq!(station.states(&pupils[0]), ["rendered"]);
    assert_eq!(station.states(&pupils[1]), ["rendered"]);
    station.is_sound();
}

#[test]
fn previews_show_a_card_and_a_lot_from_the_file_itself() {
    let station = Station::new();
    station.drop_batch("KIRIMAN", &[child(1), child(2), child(3)]);
    station.take_all();
    let card = station.card_of(&child(2));
    let kartu = station.path("kartu.png");
    station
        .run(&["preview", &card, "--out", kartu.to_str().unwrap()])
        .ended(0);
    let picture = image::open(&kartu).unwrap();
    // Two sides of 1011 × 637 dots, one below the other.
    assert_eq!((picture.width(), picture.height()), (1011, 2 * 637 + 25));
    let lot = station.path("lot");
    station
        .run(&[
            "preview",
            "L00001",
            "--out",
            lot.to_str().unwrap(),
            "--dpi",
            "100",
        ])
        .ended(0);
    let names = station.names("lot");
    assert_eq!(names.len(), 3);
    assert!(names.iter().any(|name| name.contains(&card)), "{names:?}");

    // On the scan of a blank: the scan's colour is seen, and the file does not hold it.
    let scan = image::RgbImage::from_pixel(400, 252, image::Rgb([250, 210, 220]));
    scan.save(station.path("layouts/kia-5-17/pindai.png"))
        .unwrap();
    let bukti = station.path("bukti.png");
    station.edit_layout(|text| {
        text.replace(
            "bleed = 2.0",
            "bleed = 2.0\nblank = { front = \"pindai.png\" }",
        )
    });
    station
        .run(&[
            "layout",
            "preview",
            "kia-5-17",
            "--on-blank",
            "--out",
            bukti.to_str().unwrap(),
        ])
        .ended(0);
    let proof = image::open(&bukti).unwrap().to_rgb8();
    let count = |wanted: [u8; 3]| proof.pixels().filter(|pixel| pixel.0 == wanted).count();
    assert!(count([250, 210, 220]) > 300_000, "the blank is seen");
    assert!(count([0, 0, 0]) > 2_000, "the data are black on it");
    station
        .run(&["preview", "K999999-9", "--out", "x.png"])
        .ended(2);
}
