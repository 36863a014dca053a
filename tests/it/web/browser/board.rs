//! The board, as it changes while somebody looks at it.

use jiff::Timestamp;
use kia_station::domain::card::{Evidence, State};
use kia_station::ledger::Ledger;

use super::{Browser, have_browser};
use crate::harness::{Station, child, toddler};
use crate::web::desk::rendered;

#[test]
fn a_drop_shows_on_the_board_without_anybody_asking_for_it() {
    if !have_browser("the live board") {
        return;
    }
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    // A mark that a page loaded anew would not have.
    browser.js("window.mark = 'the same page'");
    station.drop_batch(
        "sdn-2",
        &[child(1), child(2).with("nik", "123"), toddler(3)],
    );
    browser.until(
        "both good cards are ready to print",
        "document.querySelector('#flow a[href=\"/cards?state=rendered\"] b').innerText === '2'",
    );
    browser.until_shown("sdn-2");
    assert_eq!(browser.js("window.mark"), "the same page");
    browser.is_legible();
    browser.picture("papan");
    // No name and no number of a child stands on the board.
    let shown = browser.js("document.documentElement.outerHTML");
    for secret in [child(1).nik(), child(1).nama()] {
        assert!(!shown.as_str().unwrap().contains(secret));
    }
    daemon.stop();
    browser.until(
        "the page says that it is cut off",
        "document.querySelector('#offline').checkVisibility()",
    );
    browser.picture("papan-terputus");
    browser.leave_for_good();
}

#[test]
fn what_needs_a_person_stands_on_top_with_its_action_until_it_is_done() {
    if !have_browser("the board's tasks") {
        return;
    }
    let (station, cards) = rendered(2);
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    let card = cards[0].parse().unwrap();
    let moved = ledger.write("station", Timestamp::now(), |tx| {
        tx.move_card(card, State::Submitting, Evidence::Station, None)?;
        tx.move_card(card, State::Unconfirmed, Evidence::Station, None)
    });
    moved.unwrap();
    drop(ledger);
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    let action = format!("#tasks a[href='/cards/{}'].button", cards[0]);
    let above = format!(
        "document.querySelector({:?}).getBoundingClientRect().bottom <= innerHeight",
        action
    );
    assert_eq!(browser.js(&above), true, "it is seen without scrolling");
    browser.is_legible();
    browser.picture("papan-tugas");
    browser.click(&action);
    browser.until(
        "its card is there",
        "document.querySelector('form[action$=\"/settle\"]')",
    );
    browser.is_legible();
    browser.click("form[action$='/settle'] button[value=good]");
    browser.until_shown("sudah dipastikan");
    browser.go("/");
    let left = format!("document.querySelectorAll({action:?}).length");
    assert_eq!(browser.js(&left), 0);
    assert_eq!(station.cards(&cards[0])[0]["card"]["state"], "printed");
    drop(browser);
    daemon.stop();
    station.is_sound();
}
