//! The projections: what the events add up to.
//!
//! [`apply`] alone writes them, when an event is new and again when they are rebuilt from the
//! log; so a rebuilt projection equals the live one, and an illegal event is refused by both.

use rusqlite::Connection;

use super::accounts::project as accounts;
use super::cards::project as cards;
use super::drops::project as drops;
use super::error::{Error, Result};
use super::event::Event;
use super::lots::project as lots;
use super::packs::project as packs;
use super::photos::project as photos;
use super::printing::project as printing;
use super::scanning::project as scanning;
use super::senders::project as senders;
use super::stock::project as stock;
use super::trail::project as trail;
use super::trust::project as trust;

/// Writes what `event`, number `seq` of the log, means for the projections.
pub(super) fn apply(db: &Connection, seq: u64, at: &str, event: &Event) -> Result<()> {
    if (seq == 1) != matches!(event, Event::StationCreated { .. }) {
        return Err(Error::Genesis);
    }
    trail::note(db, seq, event)?;
    match event {
        Event::StationCreated { .. } => Ok(()),
        Event::DropFinished(drop) => drops::drop_finished(db, at, drop),
        Event::CardAccepted(card) => cards::card_accepted(db, at, card),
        Event::CardMoved(moved) => cards::card_moved(db, at, moved),
        Event::LotMade(lot) => lots::lot_made(db, at, lot),
        Event::ExceptionAllowed(exception) => cards::exception_allowed(db, at, exception),
        Event::PersonErased { card, .. } => cards::person_erased(db, at, *card),
        Event::LotAssigned(assigned) => printing::lot_assigned(db, assigned),
        Event::StackTurned(turned) => printing::stack_turned(db, at, turned),
        Event::JobBegun(job) => printing::job_begun(db, at, job),
        Event::JobCreated(job) => printing::job_created(db, at, job),
        Event::JobMoved(job) => printing::job_moved(db, at, job),
        Event::PrinterChanged(printer) => printing::printer_changed(db, at, printer),
        Event::CardScanned(scan) => scanning::card_scanned(db, seq, at, scan),
        Event::ScanUndone { card } => scanning::scan_undone(db, *card),
        Event::SerialRead(read) => scanning::serial_read(db, at, read),
        // What a grant means is in the events that follow it.
        Event::ReprintGranted(_) => Ok(()),
        Event::StockMoved(moved) => stock::stock_moved(db, at, moved),
        Event::StockCounted(counted) => stock::stock_counted(db, counted),
        Event::RibbonMoved(movement) => stock::ribbon_moved(db, movement),
        Event::DayClosed(closed) => stock::day_closed(db, seq, closed),
        Event::AccountSet(set) => accounts::account_set(db, at, set),
        // The password itself is in no event.
        Event::PasswordSet { .. } => Ok(()),
        Event::PhotoChanged(changed) => photos::photo_changed(db, changed),
        Event::SenderSet(set) => senders::sender_set(db, at, set),
        Event::Destroyed(destroyed) => stock::destroyed(db, seq, at, destroyed),
        Event::CardDestroyed { card, minutes } => stock::card_destroyed(db, *card, *minutes),
        // It is of no consequence but to be read.
        Event::Audited(_) => Ok(()),
        Event::PackMade(made) => packs::pack_made(db, at, made),
        Event::CardPutIn(put) => packs::card_put_in(db, at, put),
        Event::CardTakenOut(taken) => packs::card_taken_out(db, at, taken),
        Event::PackClosed(closed) => packs::pack_closed(db, seq, closed),
        Event::PackSent(sent) => packs::pack_sent(db, sent),
        Event::PackReceived(receipt) => packs::pack_received(db, receipt),
        Event::PackFileAttached(file) => packs::file_attached(db, at, file),
        Event::BatchApproved(approved) => drops::batch_approved(db, at, approved),
        Event::SigningKeyMade { public_key } => trust::signing_key_made(db, at, public_key),
        Event::CheckpointMade(checkpoint) => trust::checkpoint_made(db, seq, checkpoint),
        Event::Restored(restored) => trust::restored(db, seq, at, restored),
        Event::LotPurged(purged) => trust::lot_purged(db, at, purged.lot),
    }
}
