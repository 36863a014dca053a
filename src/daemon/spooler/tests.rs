use tempfile::TempDir;

use super::*;
use crate::config::{Config, Paths};
use crate::context::Clock;
use crate::domain::device::DeviceState;
use crate::domain::ids::CardId;
use crate::ledger::testing::{child, new_card, new_lot, now};

/// A station with one printer that has the blanks of `media`; cards of 5 to 17 go on `kia-5-17`.
fn config(media: &str) -> Config {
    let text = format!(
        "[card]\nmedia = {{ \"0-5\" = \"kia-0-5\", \"5-17\" = \"kia-5-17\" }}\n\
         [[printers]]\nname = \"p1\"\nfolder = \"out\"\nmedia = \"{media}\"\n"
    );
    Config::parse("station.toml", &text).unwrap()
}

#[test]
fn a_printer_with_other_blanks_in_it_gives_back_the_lots_that_do_not_go_on_them() {
    let dir = TempDir::new().unwrap();
    let paths = Paths::new(dir.path());
    std::fs::create_dir_all(paths.ledger()).unwrap();
    let mut ledger = Ledger::create(&paths.ledger(), now()).unwrap();
    let context = |media| Context::new(paths.clone(), config(media), Clock::new(now)).unwrap();
    let give = |tx: &mut ledger::Tx<'_>| -> ledger::Result<_> {
        let card: CardId = tx.accept(new_card(&child(1)))?;
        let lot = tx.next_lot()?;
        tx.make_lot(new_lot(lot, &[card], "L00001.pdf"))?;
        tx.assign_lot(lot, Some("p1"))?;
        tx.printer_changed("p1", DeviceState::Idle, &[], None)?;
        Ok(lot)
    };
    let lot = ledger.write(ACTOR, now(), give).unwrap();
    clear_away(&context("kia-5-17")).unwrap();
    assert_eq!(ledger.printer_of(lot).unwrap().as_deref(), Some("p1"));
    clear_away(&context("kia-0-5")).unwrap();
    assert_eq!(ledger.printer_of(lot).unwrap(), None);
}
