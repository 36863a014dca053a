//! The board, as it changes while somebody looks at it.

use super::{Browser, have_browser};
use crate::harness::{Station, child, toddler};

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
