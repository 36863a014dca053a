//! Cards: found, looked at, held, released and made again.

use super::{Browser, have_browser};
use crate::harness::child;
use crate::scan::code;
use crate::web::PASSWORD;
use crate::web::desk::rendered;

#[test]
fn a_card_is_found_looked_at_held_released_and_replaced_and_no_address_names_the_child() {
    if !have_browser("the cards") {
        return;
    }
    let (station, _) = rendered(3);
    let girl = child(2);
    let card = station.card_of(&girl);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    let here = format!("/cards/{card}");
    let search = |text: &str| {
        browser.go("/cards");
        browser.press("body", "/");
        assert_eq!(browser.js("document.activeElement.name"), "text");
        browser.fill("[name=text]", text);
        browser.press("[name=text]", "\u{e007}");
    };
    search(&card.to_lowercase());
    browser.until(
        "a number opens its card",
        &format!("location.pathname === '{here}'"),
    );
    for text in [girl.nama(), girl.nik()] {
        search(text);
        let link = format!("document.querySelector('tbody a[href=\"{here}\"]')");
        browser.until("it is found", &link);
        assert_eq!(
            browser.js("document.querySelectorAll('tbody tr').length"),
            1
        );
        let address = browser.js("location.href + document.referrer");
        let address = address.as_str().unwrap();
        assert!(
            !address.contains(girl.nik()) && !address.contains("WULANSARI"),
            "{address}"
        );
        assert!(!browser.text("table").contains(girl.nik()));
        browser.is_legible();
    }
    browser.picture("kartu-dicari");
    browser.click("tbody a");
    browser.until(
        "the card is there",
        &format!("location.pathname === '{here}'"),
    );
    let shown = || {
        browser
            .js("document.documentElement.outerHTML")
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(!shown().contains(girl.nik()));
    assert_eq!(
        station.events_with("picture-viewed"),
        0,
        "closed pictures are not asked for"
    );
    browser.click("details.box summary");
    browser.until_drawn("img[src$='front.png']");
    browser.until_drawn("img[src$='back.png']");
    browser.is_legible();
    browser.picture("kartu");
    assert_eq!(station.events_with("picture-viewed"), 1);
    assert_eq!(station.events_with("nik-shown"), 0);
    browser.click("form[action$='/numbers'] button");
    browser.until_shown(girl.nik());
    assert_eq!(station.events_with("nik-shown"), 1);

    browser.go(&here);
    browser.click("form[action$='/hold'] button");
    browser.until_shown("Ditahan oleh petugas");
    browser.is_legible();
    browser.click("form[action$='/release'] button");
    browser.until_shown("dilepas dan antre lagi");
    daemon.until("it is in a lot again", || {
        station.cards(&card)[0]["card"]["state"] == "rendered"
    });

    // It came out, and was scanned; then it was lost: making it again takes two.
    let lot = station.cards(&card)[0]["card"]["lot"]
        .as_str()
        .unwrap()
        .to_owned();
    browser.go(&format!("/lots/{lot}"));
    browser.click("form[action$='/confirm'] button");
    browser.until_shown("1 kartu tercetak");
    browser.go("/scan");
    browser.press("#code", &format!("{}\u{e007}", code(&station, &card)));
    browser.until_shown("BAIK");
    browser.go(&here);
    let ask = |second: &str| {
        browser.js("[...document.querySelectorAll('details')].forEach((d) => { d.open = true; })");
        let form = "form[action$='/reprint']";
        browser.choose(&format!("{form} [name=reason]"), "hilang");
        browser.choose(&format!("{form} [name=evidence]"), "police-letter");
        browser.fill(&format!("{form} [name=reference]"), "LP/12");
        browser.fill(&format!("{form} [name=second]"), second);
        browser.fill(&format!("{form} [name=second_password]"), PASSWORD);
        browser.click(&format!("{form} button.primary"));
    };
    ask("siti");
    browser.until(
        "it takes another person",
        "document.querySelector('.notice.bad')",
    );
    browser.is_legible();
    ask("budi");
    browser.until_shown("dibuat lagi sebagai");
    browser.is_legible();
    assert_eq!(station.cards(&card)[0]["card"]["state"], "void");
    assert_eq!(station.cards(girl.nik()).len(), 2);
    // In the language of those who look over the operator's shoulder as well.
    browser.click(".languages button");
    browser.until_shown("History");
    browser.is_legible();
    drop(browser);
    daemon.stop();
    station.is_sound();
}
