//! What a person does at a printer: turns the stack of one that cannot turn cards, and keeps how
//! far it misses.

use std::io::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Access, Failure, Result, Rule};
use crate::config::{Config, Duplex};
use crate::domain::account::name_of;
use crate::domain::ids::CardId;
use crate::domain::job::Side;
use crate::domain::text::Text;
use crate::ledger::{self, Reader, Tx};
use crate::production::photos::write_new;
use crate::production::printers::cap_reached;
use crate::render::adjust::Adjust;
use crate::text;

/// Enters that the stack of fronts of this printer was turned and put in again.
pub fn turn_stack(at: &mut Access<'_>, name: &str) -> Result<Text> {
    let (context, now) = (at.context, at.now);
    let turn = |tx: &mut Tx<'_>| turn(tx, &context.config, now, &context.zone, name);
    let cards = at.write(Rule::PrinterTurn, turn)?;
    Ok(text!(
        "{name}: sisi belakang {cards} kartu dicetak sekarang.",
        "{name}: the backs of {cards} cards are printed now."
    ))
}

/// Keeps what makes up for how far a printer misses on a side.
pub fn calibrate(at: &mut Access<'_>, printer: &str, side: Side, adjust: Adjust) -> Result<()> {
    at.permit(Rule::Calibrate)?;
    let context = at.context;
    let mut all = context.config.calibrations.clone();
    let entry = all.0.entry(printer.to_owned()).or_default();
    if side != Side::Back {
        entry.front = adjust;
    }
    if side != Side::Front {
        entry.back = adjust;
    }
    entry.measured = Some(context.date(at.now));
    entry.by = name_of(&at.actor()).to_owned();
    let text = toml::to_string(&all).map_err(Failure::broken)?;
    let written = write_new(&context.paths.calibration(), |file| {
        file.write_all(b"# Ditulis oleh `kia-station calibrate set`. Written by the program.\n")?;
        file.write_all(text.as_bytes())
    });
    written.map_err(Failure::broken)
}

/// Returns how many backs are printed now.
pub(super) fn turn(
    tx: &mut Tx<'_>,
    config: &Config,
    now: Timestamp,
    zone: &TimeZone,
    name: &str,
) -> Result<u32> {
    let known = config.printers.iter().find(|p| p.name == *name);
    let Some(printer) = known.filter(|printer| printer.duplex == Duplex::None) else {
        return Err(Failure::Refused(text!(
            "`{name}` bukan printer stasiun ini yang kartunya dibalik dengan tangan",
            "`{name}` is no printer of station.toml with `duplex = \"none\"`"
        )));
    };
    let lot = tx.backs_waiting(name)?.first().map(|back| back.lot);
    let front = tx.next_to_print(name)?;
    let comes = front.is_some_and(|front| Some(front.lot) == lot)
        && !cap_reached(tx, printer, zone, now).map_err(Failure::broken)?;
    if comes || !tx.open_jobs(name)?.is_empty() {
        return Err(Failure::Refused(text!(
            "`{name}` masih mencetak; tunggu sampai lot ini selesai",
            "`{name}` still prints this lot; wait for its end"
        )));
    }
    match stack_in_doubt(tx, name)? {
        Some(doubt) => Err(Failure::Refused(doubt)),
        None => Ok(tx.turn_stack(name)?),
    }
}

/// Why a stack whose backs wait must not be turned yet: one card too many in it shifts every back
/// after it, and nobody knows whether these fronts lie in it.
pub fn stack_in_doubt(ledger: &Reader, name: &str) -> ledger::Result<Option<Text>> {
    let backs = ledger.backs_waiting(name)?.len();
    let cards = ledger.fronts_in_doubt(name)?;
    if backs == 0 || cards.is_empty() {
        return Ok(None);
    }
    let cards: Vec<String> = cards.iter().map(CardId::to_string).collect();
    let cards = cards.join(", ");
    Ok(Some(text!(
        "sebelum tumpukan `{name}` dibalik, nyatakan dulu {cards} dan keluarkan kartunya dari tumpukan; tumpukan harus berisi {backs} kartu",
        "before the stack of `{name}` is turned, settle {cards} and take what came out of them out of the stack; {backs} cards must lie in it"
    )))
}
