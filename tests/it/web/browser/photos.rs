//! The photo desk: a photo is moved, zoomed, tilted and turned by hand, replaced, or let pass.

use std::fs;

use super::{Browser, have_browser};
use crate::harness::{Daemon, Station, child};
use crate::web::photos::two_halves;

/// The light of the upper and of the lower fifth of a picture.
fn light(jpeg: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory(jpeg).unwrap().to_luma8();
    let fifth = picture.height() as usize / 5 * picture.width() as usize;
    let mean = |part: &[u8]| part.iter().map(|&v| u32::from(v)).sum::<u32>() / fifth as u32;
    let pixels = picture.as_raw();
    (
        mean(&pixels[..fifth]),
        mean(&pixels[pixels.len() - fifth..]),
    )
}

fn is_rendered_again(daemon: &Daemon<'_>, station: &Station, card: &str, lot: i64) {
    daemon.until("its card is made anew", || {
        let of = &station.cards(card)[0]["card"];
        of["state"] == "rendered" && of["lot"] == format!("L{lot:05}")
    });
}

#[test]
fn a_photo_is_zoomed_tilted_turned_and_replaced_and_the_card_follows() {
    if !have_browser("the photo desk") {
        return;
    }
    let station = Station::new();
    station.people();
    let girl = child(1).with_photo(two_halves());
    station.drop_batch("LOT", std::slice::from_ref(&girl));
    station.take_all();
    let card = station.card_of(&girl);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    browser.go("/photos");
    browser.until_drawn(".photos img");
    browser.is_legible();
    browser.click(".photos a");
    let here = format!("/photos/{card}");
    browser.until("the desk is there", "document.getElementById('frame')");
    assert_eq!(browser.path(), here);
    // The script has laid the frame over the photo, as the station did by itself.
    browser.until(
        "the photo is in its frame",
        "document.querySelector('#adjust [name=y]').value !== ''",
    );
    browser.until_drawn("img.now");
    browser.is_legible();
    browser.picture("foto");
    let visitor = browser.visitor();
    // Each change of a card that is in a PDF leads to a new card.
    let card = || browser.path().replace("/photos/", "");
    let picture = |path: String| visitor.get(&path).is(200).body;
    let now = || picture(format!("/photos/{}/now.jpg", card()));
    let front = || picture(format!("/cards/{}/front.png", card()));
    let (first, first_front) = (now(), front());
    let number = |name: &str| {
        let value = format!("Number(document.querySelector('#adjust [name={name}]').value)");
        browser.js(&value).as_f64().unwrap()
    };
    let save = || browser.send("#adjust button.primary", "Potongan foto disimpan.");

    // Zoomed by keys and moved to the right half.
    let whole = number("width");
    browser.press("#frame", "++++++++++++++++++");
    assert!(number("width") < whole);
    browser.press("#frame", &"\u{e012}".repeat(20));
    assert!(
        number("x") > 0.5,
        "an arrow to the left moves the photo to the left"
    );
    save();
    let zoomed = now();
    assert!(
        zoomed != first && light(&zoomed).0 > light(&first).0,
        "more of the light half"
    );
    is_rendered_again(&daemon, &station, &card(), 2);
    let zoomed_front = front();
    assert_ne!(zoomed_front, first_front, "the card shows it");

    // Straightened by the slider.
    browser.press("#tilt", &"\u{e014}".repeat(12));
    assert!((number("turn") - 3.0).abs() < 1e-9, "{}", number("turn"));
    save();
    let tilted = now();
    assert!(tilted != zoomed && tilted != first);

    // Turned by a quarter, clockwise: what was left is above.
    browser.click("#right");
    assert!((number("turn") - 90.0).abs() < 1e-9);
    save();
    let (above, below) = light(&now());
    assert!(above + 60 < below, "{above} {below}");
    browser.click("#left");
    assert!((number("turn") - 270.0).abs() < 1e-9);
    save();
    let (above, below) = light(&now());
    assert!(above > below + 60, "{above} {below}");
    browser.click("#left");
    browser.click("#reset");
    assert!(number("turn").abs() < 1e-9 && (number("width") - whole).abs() < 1e-3);

    // Another file.
    let other = station.outside("lain.jpg");
    fs::write(&other, child(9).photo.unwrap()).unwrap();
    browser.choose_files("[name=photo]", &[other]);
    browser.send("form[action$='/replace'] button", "Foto diganti.");
    browser.until_drawn("img.now");
    browser.is_legible();
    let replaced = now();
    assert!(replaced != first && replaced != zoomed);
    // Something that is no photo is refused in words.
    let broken = station.outside("potongan.jpg");
    fs::write(&broken, &two_halves()[..2000]).unwrap();
    browser.choose_files("[name=photo]", &[broken]);
    browser.click("form[action$='/replace'] button");
    browser.until("it is refused", "document.querySelector('.notice.bad')");
    browser.is_legible();
    assert_eq!(now(), replaced);
    drop(browser);
    daemon.stop();
    station.is_sound();
}

#[test]
fn one_picture_of_two_children_passes_once_a_supervisor_allows_it_and_it_is_taken_in_again() {
    if !have_browser("one picture of two children") {
        return;
    }
    let station = Station::new();
    station.people();
    let (one, other) = (child(1), child(2).with_photo(child(1).photo.unwrap()));
    station.drop_batch("KEMBAR", &[one.clone(), other.clone()]);
    station.once().ended(1);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    browser.go("/photos");
    browser.until_shown("Satu foto, dua anak");
    browser.until_shown("Penyelia dapat mengizinkannya.");
    browser.until_drawn(".pair img");
    browser.is_legible();
    assert_eq!(
        browser.js("document.querySelectorAll('form[action=\"/photos/shared/allow\"]').length"),
        0
    );
    let shown = browser.js("document.documentElement.outerHTML");
    for girl in [&one, &other] {
        assert!(
            !shown.as_str().unwrap().contains(girl.nik()),
            "numbers are masked"
        );
    }

    browser.log_in("budi", crate::web::PASSWORD);
    browser.until("the board is there", "document.querySelector('#flow')");
    browser.go("/photos");
    for left in [1, 0] {
        browser.fill(
            "form[action='/photos/shared/allow'] [name=reason]",
            "kembar, difoto sekali",
        );
        browser.picture("foto-sama");
        browser.click("form[action='/photos/shared/allow'] button");
        let forms = "document.querySelectorAll('form[action=\"/photos/shared/allow\"]').length";
        browser.until("one less is to be allowed", &format!("{forms} === {left}"));
        browser.until_shown("dikecualikan dari aturan photo-shared; masukkan kirimannya lagi.");
        browser.is_legible();
    }
    browser.click("form[action='/photos/shared/again'] button");
    browser.until_shown("Kiriman dimasukkan lagi.");
    daemon.until("both are cards", || {
        station.number("SELECT count(*) FROM cards WHERE state = 'rendered'") == 2
    });
    browser.go("/photos");
    assert!(!browser.text("main").contains("Satu foto, dua anak"));
    assert_eq!(
        browser.js("document.querySelectorAll('.photos li').length"),
        2
    );
    drop(browser);
    daemon.stop();
    station.is_sound();
}
