//! A supervisor makes accounts and senders, by the keyboard as well.

use super::{Browser, have_browser};
use crate::harness::Station;

#[test]
fn a_supervisor_opens_an_account_and_its_owner_changes_the_password() {
    if !have_browser("accounts") {
        return;
    }
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "budi");
    let key = browser.js("document.querySelector('nav a[href=\"/stock\"]').dataset.key");
    browser.press("body", key.as_str().unwrap());
    browser.until("the supplies are there", "location.pathname === '/stock'");
    browser.click("nav a[href='/accounts']");
    browser.until(
        "the accounts are there",
        "location.pathname === '/accounts'",
    );
    // What is typed into a field is no key.
    browser.fill("form[action='/accounts'] [name=user]", "dewi1");
    assert_eq!(browser.path(), "/accounts");
    browser.choose("form[action='/accounts'] [name=role]", "operator");
    browser.fill("form[action='/accounts'] [name=password]", "pendek");
    browser.press("form[action='/accounts'] [name=password]", "\u{e007}");
    browser.until_shown("kata sandi paling sedikit 10 huruf");
    browser.is_legible();
    browser.fill("form[action='/accounts'] [name=user]", "dewi1");
    browser.fill(
        "form[action='/accounts'] [name=password]",
        "bulan di atas sawah",
    );
    browser.press("form[action='/accounts'] [name=password]", "\u{e007}");
    browser.until_shown("Akun dewi1 dibuat.");
    browser.is_legible();
    browser.picture("akun");
    browser.go("/accounts");
    assert!(!browser.text("main").contains("dibuat"), "it is told once");

    browser.log_in("dewi1", "bulan di atas sawah");
    browser.until("the board is there", "document.querySelector('#flow')");
    assert!(
        !browser.text("nav").contains("Akun"),
        "an operator has no accounts to see"
    );
    browser.go("/password");
    browser.fill("[name=old]", "bulan di atas sawah");
    browser.fill("[name=new]", "hujan di kebun teh");
    browser.is_legible();
    browser.press("[name=new]", "\u{e007}");
    browser.until("every session has ended", "location.pathname === '/login'");
    browser.log_in("dewi1", "hujan di kebun teh");
    browser.until("the new password holds", "document.querySelector('#flow')");
}

#[test]
fn a_supervisor_gives_a_token_and_takes_it_back() {
    if !have_browser("senders") {
        return;
    }
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "budi");
    browser.go("/senders");
    browser.fill("[name=sender]", "siak");
    browser.press("[name=sender]", "\u{e007}");
    browser.until("the token is shown", "document.querySelector('#token')");
    let token = browser.text("#token");
    assert!(token.starts_with("kia_"), "{token}");
    browser.is_legible();
    browser.picture("pengirim");
    let sender = daemon.visitor().with_token(&token);
    sender.get("/api/v1/records/api-none").is(404);
    browser.go("/senders");
    browser.click("form[action='/senders/siak/close'] button");
    browser.agree();
    browser.until_shown("Pengirim siak ditutup.");
    sender.get("/api/v1/records/api-none").is(401);
}
