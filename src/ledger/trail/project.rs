//! Which events people brought about by a decision of theirs.

use rusqlite::Connection;

use crate::ledger::error::Result;
use crate::ledger::event::Event;

/// Enters event number `seq` in the trail, if it belongs there. The moves of cards do not: they
/// are in the cards' histories.
pub fn note(db: &Connection, seq: u64, event: &Event) -> Result<()> {
    let belongs = match event {
        Event::Audited(_)
        | Event::AccountSet(_)
        | Event::PasswordSet { .. }
        | Event::SenderSet(_)
        | Event::ExceptionAllowed(_)
        | Event::BatchApproved(_)
        | Event::ReprintGranted(_)
        | Event::PhotoChanged(_)
        | Event::StockMoved(_)
        | Event::StockCounted(_)
        | Event::RibbonMoved(_)
        | Event::StackTurned(_)
        | Event::DayClosed(_)
        | Event::Destroyed(_)
        | Event::PackClosed(_)
        | Event::PackSent(_)
        | Event::PackReceived(_)
        | Event::PackFileAttached(_)
        | Event::CheckpointMade(_)
        | Event::Restored(_) => true,
        Event::StationCreated { .. }
        | Event::DropFinished(_)
        | Event::CardAccepted(_)
        | Event::CardMoved(_)
        | Event::LotMade(_)
        | Event::PersonErased { .. }
        | Event::LotAssigned(_)
        | Event::JobBegun(_)
        | Event::JobCreated(_)
        | Event::JobMoved(_)
        | Event::PrinterChanged(_)
        | Event::CardScanned(_)
        | Event::ScanUndone { .. }
        | Event::SerialRead(_)
        | Event::CardDestroyed { .. }
        | Event::PackMade(_)
        | Event::CardPutIn(_)
        | Event::CardTakenOut(_)
        | Event::SigningKeyMade { .. }
        | Event::LotPurged(_) => false,
    };
    if belongs {
        db.prepare_cached("INSERT INTO trail (seq) VALUES (?)")?
            .execute([seq.cast_signed()])?;
    }
    Ok(())
}
