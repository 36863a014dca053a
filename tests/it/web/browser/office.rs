//! What the office does besides printing: packs, reports, layouts and the trail.

use super::{Browser, have_browser};
use crate::web::packs::printed;

#[test]
fn a_pack_is_made_sent_and_answered_for_and_enter_alone_does_none_of_it() {
    if !have_browser("the packs") {
        return;
    }
    let (station, _) = printed(4);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    browser.go("/packs");
    browser.is_legible();
    browser.picture("paket-di-kantor");
    browser.click("form[method=post][action='/packs'] button");
    browser.until(
        "the pack is made",
        "/^\\/packs\\/P/.test(location.pathname)",
    );
    let pack = browser.path();
    browser.is_legible();
    browser.picture("paket-terbuka");
    browser.click(&format!("form[action='{pack}/close'] button"));
    browser.until(
        "it can be sent",
        "document.querySelector('form[action$=\"/send\"]')",
    );
    browser.choose("[name=via]", "petugas");
    browser.click(&format!("form[action='{pack}/send'] button"));
    browser.until(
        "it is under way",
        "document.querySelector('#steps [name=school]')",
    );
    browser.is_legible();
    browser.picture("paket-dikirim");

    // The return key in the field of another school: nothing was asked for.
    browser.fill("#steps [name=school]", "SDN 9 CONTOH");
    browser.press("#steps [name=school]", "\u{e007}");
    browser.go(&pack);
    assert!(browser.text("h1").contains("dikirim"));

    // Two papers one right after the other: each is sent for.
    for what in ["bast", "label"] {
        let again = "!document.querySelector('form[action$=\"/papers\"]').dataset.sent";
        browser.until("another may be sent for", again);
        browser.click(&format!("form[action$='/papers'] button[value='{what}']"));
    }
    daemon.until("both papers were made", || {
        station.events_with("pack-papers-exported") == 2
    });
    browser.click("button[value=all]");
    browser.until("it arrived", "!document.querySelector('button[value=all]')");
    assert!(browser.text("h1").contains("diterima"));
    browser.picture("paket-diterima");
}

#[test]
fn reports_layouts_and_the_trail_are_legible_in_both_languages() {
    if !have_browser("the reports") {
        return;
    }
    let (station, _) = printed(4);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "budi");
    for lang in ["id", "en"] {
        if lang == "en" {
            browser.click("button[name=lang]");
        }
        let chosen = format!("document.documentElement.lang === '{lang}'");
        browser.until("the language is chosen", &chosen);
        let mut paths: Vec<String> = [
            "daily",
            "half-month",
            "district",
            "coverage",
            "pace",
            "plan",
        ]
        .iter()
        .map(|report| format!("/reports/{report}"))
        .collect();
        for page in [
            "reports",
            "reports/register",
            "audit",
            "custody",
            "layouts",
            "packs",
            "photos",
            "stock",
            "day",
            "batches",
            "scan",
            "accounts",
            "senders",
            "cards",
            "",
        ] {
            paths.push(format!("/{page}"));
        }
        for path in paths {
            browser.go(&path);
            browser.is_legible();
            browser.picture(&format!("{lang}{}", path.replace('/', "-")));
        }
    }
}
