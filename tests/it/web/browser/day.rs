//! A day in the print room, from logging in to the close: all of it by the page.

use super::{Browser, have_browser};
use crate::harness::{Station, child, today};
use crate::scan::code;
use crate::sheets::zipped;
use crate::web::PASSWORD;

fn close(browser: &Browser, counted: &str) {
    browser.fill("[name=counted]", counted);
    browser.click("form[action='/day'] button.primary");
    browser.agree();
}

#[test]
fn from_login_to_a_printed_scanned_and_closed_day() {
    if !have_browser("a whole day") {
        return;
    }
    let station = Station::new();
    station.people();
    let children = [child(1), child(2), child(3), child(4).with("agama", "9")];
    let folder = station.outside("SD");
    station.fill_batch(&folder, &children);
    let zip = station.outside("SDN 2 Curup.zip");
    std::fs::write(&zip, zipped(&folder, "")).unwrap();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");

    // Blanks come.
    browser.go("/stock");
    browser.is_legible();
    let receipt = "form[action='/stock/blanks']:has([value=received])";
    browser.fill(&format!("{receipt} [name=count]"), "10");
    browser.click(&format!("{receipt} button"));
    browser.until("they are there", "document.querySelector('.notice.good')");
    browser.picture("persediaan");

    // A batch comes.
    browser.go("/batches");
    browser.choose_files("#files", &[zip]);
    browser.until(
        "it is looked at",
        "document.querySelector('form[action$=\"/submit\"]')",
    );
    browser.click("form[action$='/submit'] button");
    browser.until_shown("Kiriman SDN 2 Curup dimasukkan");
    browser.go("/");
    let ready =
        "document.querySelector('#flow a[href=\"/cards?state=rendered\"] b').innerText === '3'";
    browser.until("three cards are ready to print", ready);
    browser.is_legible();
    browser.picture("papan-kerja");

    // It is printed, one card badly.
    browser.click("main a[href='/lots/L00001']");
    browser.until(
        "the lot is there",
        "document.querySelector('[name=spoiled]')",
    );
    browser.is_legible();
    browser.picture("lot");
    let bad = browser.js("document.querySelector('[name=spoiled]').value");
    let bad = bad.as_str().unwrap();
    browser.click("[name=spoiled]");
    browser.choose(&format!("[name='reason-{bad}']"), "buram");
    browser.click("form[action$='/confirm'] button");
    browser.until_shown("2 kartu tercetak, 1 rusak, 1 dibuat lagi.");
    let is_second = "SELECT count(*) FROM lots";
    daemon.until("the spoiled one is in a lot again", || {
        station.number(is_second) == 2
    });
    browser.go("/lots/L00002");
    browser.click("form[action$='/confirm'] button");
    browser.until_shown("1 kartu tercetak");

    // It is scanned.
    browser.go("/scan");
    let printed: Vec<String> = children[..3].iter().map(|c| station.card_of(c)).collect();
    for (at, card) in printed.iter().enumerate() {
        browser.press("#code", &format!("{}\u{e007}", code(&station, card)));
        let counted = format!("document.getElementById('good').innerText === '{}'", at + 1);
        browser.until("it is good", &counted);
    }
    // A card that was verified turns out bad: a second person agrees.
    browser.go(&format!("/cards/{}", printed[0]));
    browser.js("[...document.querySelectorAll('details')].forEach((d) => { d.open = true; })");
    let spoil = "form[action$='/spoil']";
    browser.choose(&format!("{spoil} [name=reason]"), "buram");
    browser.fill(&format!("{spoil} [name=second]"), "budi");
    browser.fill(&format!("{spoil} [name=second_password]"), PASSWORD);
    browser.click(&format!("{spoil} button"));
    browser.until_shown("dibuat lagi sebagai");

    // Ten came; three good ones less the spoiled, and two spoiled.
    browser.go("/day");
    assert_eq!(browser.text(".closing b"), "6");
    browser.is_legible();
    close(&browser, "6");
    browser.until_shown("ditutup.");
    let day = today().strftime("%d-%m-%Y").to_string();
    let history = browser.text("main table");
    assert!(
        history.contains(&day) && history.contains("operator:siti"),
        "{history}"
    );
    browser.is_legible();
    browser.picture("hari");
    drop(browser);
    daemon.stop();
    assert_eq!(
        station.number("SELECT count(*) FROM cards WHERE state = 'verified'"),
        2
    );
    station.is_sound();
}

#[test]
fn a_day_whose_count_differs_is_explained_and_agreed_to_by_a_second_person() {
    if !have_browser("a day that differs") {
        return;
    }
    let (station, _) = crate::web::desk::rendered(1);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    browser.go("/day");
    browser.until_shown("Belum ada blanko yang diterima");
    browser.is_legible();
    let siti = browser.visitor();
    crate::web::desk::done(&siti, "/stock/blanks", "what=received&media=kia&count=5");
    crate::web::desk::done(&siti, "/lots/L00001/confirm", "");
    browser.go("/day");
    close(&browser, "3");
    browser.until_shown("menurut buku 4, dihitung 3");
    assert_eq!(
        browser.js("document.querySelector('[name=counted]').value"),
        "3"
    );
    browser.is_legible();
    browser.picture("hari-selisih");
    let explain = |second: &str, password: &str| {
        browser.fill("[name=explanation]", "satu blanko tercecer");
        browser.fill("[name=second]", second);
        browser.fill("[name=second_password]", password);
        browser.click("form[action='/day'] button.primary");
        browser.agree();
    };
    explain("budi", "tebakan saja dulu");
    browser.until_shown("Nama atau kata sandi orang kedua salah.");
    assert!(
        browser.text("main").contains("Belum ada."),
        "no day is closed"
    );
    browser.js("document.querySelector('form[action=\"/day\"] details').open = true");
    browser.fill("[name=counted]", "3");
    explain("budi", PASSWORD);
    browser.until_shown("ditutup.");
    let history = browser.text("main table");
    for said in ["operator:siti, budi", "satu blanko tercecer", "-1"] {
        assert!(history.contains(said), "{said} in {history}");
    }
    drop(browser);
    daemon.stop();
    station.is_sound();
}
