//! Logging in and out, and the language.

use super::{Browser, have_browser};
use crate::harness::Station;
use crate::web::PASSWORD;

#[test]
fn an_operator_logs_in_reads_the_page_in_both_languages_and_logs_out() {
    if !have_browser("logging in") {
        return;
    }
    let station = Station::new();
    let daemon = station.daemon();
    let browser = Browser::open(&daemon);
    browser.go("/");
    browser.until_shown("Belum ada akun");
    browser.is_legible();
    station.people();
    browser.log_in("siti", "bukan yang benar");
    browser.until_shown("Nama atau kata sandi salah.");
    browser.is_legible();
    browser.picture("masuk");
    browser.log_in("siti", PASSWORD);
    browser.until_shown("Tidak ada yang menunggu Anda");
    assert_eq!(browser.path(), "/");
    assert_eq!(browser.js("document.documentElement.lang"), "id");
    browser.is_legible();
    browser.picture("papan-kosong");
    browser.click(".languages button");
    browser.until_shown("Nothing waits for you");
    assert_eq!(browser.js("document.documentElement.lang"), "en");
    browser.is_legible();
    // What a script could read of the session is nothing.
    let seen = browser.js("document.cookie");
    assert!(!seen.as_str().unwrap().contains("kia_sesi"), "{seen}");
    browser.click("form[action='/logout'] button");
    browser.until(
        "the entrance is back",
        "document.querySelector('[name=password]')",
    );
    browser.go("/");
    assert_eq!(browser.path(), "/login");
}
