//! The scanner's desk: keys and Enter, as a hand scanner types them.

use super::{Browser, have_browser};
use crate::scan::code;
use crate::web::desk::{done, rendered};

/// What a scanner types of a code.
fn enter(code: &str) -> String {
    format!("{code}\u{e007}")
}

#[test]
fn a_hand_scanner_is_answered_in_green_and_red_and_what_was_wrong_is_taken_back() {
    if !have_browser("the scanner's desk") {
        return;
    }
    let (station, cards) = rendered(3);
    let daemon = station.daemon();
    done(&daemon.logged_in("siti"), "/lots/L00001/confirm", "");
    let browser = Browser::logged_in(&daemon, "siti");
    browser.go("/scan");
    let codes: Vec<String> = cards.iter().map(|card| code(&station, card)).collect();
    let focus = || assert_eq!(browser.js("document.activeElement.id"), "code");
    focus();
    browser.is_legible();
    // The scanner types where the focus is, and presses Enter.
    let mut lines = 0;
    let mut scan = |text: &str, answered: &str| {
        browser.press("#code", text);
        lines += 1;
        let is_new = format!(
            "document.querySelectorAll('#last li').length === {lines} \
             && document.getElementById('verdict').className === 'verdict {answered}'"
        );
        browser.until(answered, &is_new);
        focus();
        assert_eq!(browser.js("document.getElementById('code').value"), "");
        browser.is_legible();
    };
    let counted = |good: u32, refused: u32| {
        let counts = format!(
            "document.getElementById('good').innerText === '{good}' \
             && document.getElementById('refused').innerText === '{refused}'"
        );
        browser.until("it is counted", &counts);
    };
    scan(&enter(&codes[0]), "good");
    counted(1, 0);
    assert!(browser.text("#verdict").contains(&cards[0]));
    browser.picture("pindai");
    scan(&enter("KIA:NIHIL"), "bad");
    browser.until_shown("KODE TIDAK DIKENAL");
    browser.picture("pindai-merah");
    counted(1, 1);
    scan(&enter(&codes[1]), "good");
    counted(2, 1);
    scan(&enter(&codes[1]), "bad");
    browser.until_shown("SUDAH DIPINDAI");
    counted(2, 2);
    let state = |at: usize| station.cards(&cards[at])[0]["card"]["state"].clone();
    assert_eq!(state(1), "verified");
    // Digits are no keys of the menu here, and a letter typed anywhere goes to the field.
    browser.click("#last a, h2");
    assert_eq!(browser.path(), "/scan");
    browser.press("body", "1");
    assert_eq!(browser.path(), "/scan");
    browser.fill("#code", "");
    // The last good one is taken back by F9.
    scan("\u{e039}", "warn");
    assert_eq!(state(1), "printed");
    scan(&enter(&codes[1]), "good");
    scan(&enter(&codes[2]), "good");
    // Everything is there again after the page was loaded anew.
    browser.go("/scan");
    focus();
    assert!(browser.text("#verdict").contains(&cards[2]));
    assert_eq!(
        browser.js("document.querySelectorAll('#last li').length"),
        7
    );
    assert_eq!([0, 1, 2].map(state), ["verified"; 3]);
    drop(browser);
    daemon.stop();
    station.is_sound();
}
