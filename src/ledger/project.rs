//! The projections: what the events add up to.
//!
//! [`apply`] alone writes them, when an event is new and again when they are rebuilt from the
//! log; so a rebuilt projection equals the live one, and an illegal event is refused by both.

mod accounts;
mod batches;
mod packs;
mod photos;
mod printing;
mod senders;
mod stock;
mod trust;

pub(super) use packs::{cards_in, destination_of_card, next_pack, pack_id, pack_number, pack_of};
pub(super) use printing::front_is_done;
pub(super) use stock::{RIBBON, balance, next_minutes};

use rusqlite::{Connection, OptionalExtension, params};

use super::error::{Error, Result};
use super::event::{Accepted, DropOutcome, Event, Exception, LotMade, Moved};
use super::key::is_digest;
use crate::domain::card::{Evidence, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::stock::use_of;

/// Writes what `event`, number `seq` of the log, means for the projections.
pub(super) fn apply(db: &Connection, seq: u64, at: &str, event: &Event) -> Result<()> {
    if (seq == 1) != matches!(event, Event::StationCreated { .. }) {
        return Err(Error::Genesis);
    }
    match event {
        Event::StationCreated { .. } => Ok(()),
        Event::DropFinished(drop) => drop_finished(db, at, drop),
        Event::CardAccepted(card) => card_accepted(db, at, card),
        Event::CardMoved(moved) => card_moved(db, at, moved),
        Event::LotMade(lot) => lot_made(db, at, lot),
        Event::ExceptionAllowed(exception) => exception_allowed(db, at, exception),
        Event::PersonErased { card, .. } => person_erased(db, at, *card),
        Event::LotAssigned(assigned) => printing::lot_assigned(db, assigned),
        Event::StackTurned(turned) => printing::stack_turned(db, at, turned),
        Event::JobBegun(job) => printing::job_begun(db, at, job),
        Event::JobCreated(job) => printing::job_created(db, at, job),
        Event::JobMoved(job) => printing::job_moved(db, at, job),
        Event::PrinterChanged(printer) => printing::printer_changed(db, at, printer),
        Event::CardScanned(scan) => printing::card_scanned(db, seq, at, scan),
        Event::ScanUndone { card } => printing::scan_undone(db, *card),
        Event::SerialRead(read) => printing::serial_read(db, at, read),
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
        Event::BatchApproved(approved) => batches::batch_approved(db, at, approved),
        Event::SigningKeyMade { public_key } => trust::signing_key_made(db, at, public_key),
        Event::CheckpointMade(checkpoint) => trust::checkpoint_made(db, seq, checkpoint),
        Event::Restored(restored) => trust::restored(db, seq, at, restored),
        Event::LotPurged(purged) => trust::lot_purged(db, at, purged.lot),
    }
}

fn drop_finished(db: &Connection, at: &str, drop: &DropOutcome) -> Result<()> {
    if Some(drop.received) != drop.accepted.checked_add(drop.rejected)
        || drop.unchanged > drop.accepted
    {
        return Err(Error::Counts(drop.drop.clone()));
    }
    let problems = serde_json::to_string(&drop.problems).expect("rule codes are strings");
    let new = db
        .prepare_cached("INSERT INTO drops VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")?
        .execute(params![
            drop.drop,
            drop.name,
            drop.received,
            drop.accepted,
            drop.rejected,
            drop.unchanged,
            problems,
            at
        ])?;
    if new == 0 {
        return Err(Error::DropFinished(drop.drop.clone()));
    }
    Ok(())
}

fn card_accepted(db: &Connection, at: &str, new: &Accepted) -> Result<()> {
    if let Some(old) = new.replaces {
        let same_child: Option<bool> = db
            .prepare_cached("SELECT nik_hash = ? FROM cards WHERE card = ?")?
            .query_row(params![new.nik_hash, number(old)], |row| row.get(0))
            .optional()?;
        if same_child != Some(true) {
            return Err(Error::Replaces(old));
        }
    }
    if let Some(live) = live_card(db, &new.nik_hash)? {
        return Err(Error::LiveCard(live));
    }
    db.prepare_cached(
        "INSERT INTO cards (card, state, kind, nik_hash, record_hash, content_hash, photo_hash,
             request_hash, revisi, alasan, npsn, sekolah, kelas, kecamatan, desa, kode_wilayah,
             drop_id, row, attempt, replaces, accepted_at, moved_at, code_hash, expires,
             photo_by_hand)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19, ?20, ?21, ?21, ?22, ?23, ?24)",
    )?
    .execute(params![
        number(new.card),
        State::Accepted.name(),
        new.card_kind.name(),
        new.nik_hash,
        new.record_hash,
        new.content_hash,
        new.photo_hash,
        new.request_hash,
        new.revisi,
        new.alasan.word(),
        new.npsn,
        new.sekolah,
        new.kelas,
        new.kecamatan,
        new.desa,
        new.kode_wilayah,
        new.drop,
        new.row,
        new.attempt,
        new.replaces.map(number),
        at,
        new.code_hash,
        new.expires.map(|month| month.to_string()),
        new.photo_by_hand
    ])?;
    Ok(())
}

fn card_moved(db: &Connection, at: &str, moved: &Moved) -> Result<()> {
    let card = moved.card;
    let (state, placed): (String, bool) = db
        .prepare_cached("SELECT state, lot IS NOT NULL FROM cards WHERE card = ?")?
        .query_row([number(card)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Error::NoCard(card))?;
    let from = State::from_name(&state).ok_or(Error::NoCard(card))?;
    let to = from
        .step(moved.to)
        .map_err(|source| Error::Move { card, source })?;
    // A card gets a place when it is rendered and at no other time.
    match moved.place {
        Some(_) if to != State::Rendered => return Err(Error::NoPlace(card)),
        None if to == State::Rendered && !placed => return Err(Error::NoPlace(card)),
        Some(place) => {
            db.prepare_cached("INSERT INTO lot_cards VALUES (?, ?, ?)")?
                .execute(params![lot_number(place.lot), place.position, number(card)])?;
            db.prepare_cached("UPDATE cards SET lot = ?, position = ? WHERE card = ?")?
                .execute(params![lot_number(place.lot), place.position, number(card)])?;
        }
        None if to == State::Accepted => {
            db.prepare_cached("UPDATE cards SET lot = NULL, position = NULL WHERE card = ?")?
                .execute([number(card)])?;
        }
        None => {}
    }
    // A newer record says nothing of where the old card is: it lies where it lay.
    let lies_here =
        to == State::Void && moved.evidence == Evidence::Import && from.lies_in_office();
    db.prepare_cached(
        "UPDATE cards SET state = ?1, reason = ?2, moved_at = ?3, lies_here = ?5,
             printed_at = coalesce(printed_at, CASE WHEN ?1 = 'printed' THEN ?3 END)
         WHERE card = ?4",
    )?
    .execute(params![
        to.name(),
        moved.reason,
        at,
        number(card),
        lies_here
    ])?;
    packs::card_moved(db, at, from, moved)?;
    match use_of(from, to) {
        Some(used) => stock::card_used(db, at, card, used),
        None => Ok(()),
    }
}

fn lot_made(db: &Connection, at: &str, lot: &LotMade) -> Result<()> {
    if lot.lot != next_lot(db)? {
        return Err(Error::LotTaken(lot.lot));
    }
    if lot.cards == 0 {
        return Err(Error::LotCount(lot.lot));
    }
    if lot.pdf.is_empty() || lot.pdf.starts_with('.') || lot.pdf.contains(['/', '\\', '\0']) {
        return Err(Error::FileName(lot.pdf.clone()));
    }
    if !is_digest(&lot.sha256) {
        return Err(Error::Digest);
    }
    db.prepare_cached("INSERT INTO lots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")?
        .execute(params![
            lot_number(lot.lot),
            lot.card_kind.name(),
            lot.layout,
            lot.mode,
            lot.cards,
            lot.pdf,
            lot.sha256,
            lot.bytes.cast_signed(),
            at
        ])?;
    Ok(())
}

/// Allowing the same once more keeps the newer reason.
fn exception_allowed(db: &Connection, at: &str, exception: &Exception) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO exceptions VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET reason = excluded.reason, at = excluded.at",
    )?
    .execute(params![
        exception.rule,
        exception.nik_hash,
        exception.reason,
        at
    ])?;
    Ok(())
}

fn person_erased(db: &Connection, at: &str, card: CardId) -> Result<()> {
    let (state, erased): (String, bool) = db
        .prepare_cached("SELECT state, erased_at IS NOT NULL FROM cards WHERE card = ?")?
        .query_row([number(card)], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?
        .ok_or(Error::NoCard(card))?;
    let done = State::from_name(&state).is_some_and(|state| {
        !state.is_live() || matches!(state, State::HandedOver | State::Received)
    });
    if !done {
        return Err(Error::StillNeeded(card));
    }
    if erased {
        return Err(Error::Erased(card));
    }
    db.prepare_cached("UPDATE cards SET erased_at = ? WHERE card = ?")?
        .execute(params![at, number(card)])?;
    Ok(())
}

/// The child's one live card.
pub(super) fn live_card(db: &Connection, nik_hash: &str) -> Result<Option<CardId>> {
    Ok(db
        .prepare_cached(
            "SELECT card FROM cards
             WHERE nik_hash = ? AND state NOT IN ('spoiled', 'cancelled', 'void')",
        )?
        .query_row([nik_hash], |row| row.get(0))
        .optional()?
        .map(card_id))
}

/// The number that the next lot must have.
pub(super) fn next_lot(db: &Connection) -> Result<LotId> {
    let last: i64 = db
        .prepare_cached(
            "SELECT max((SELECT coalesce(max(lot), 0) FROM lots),
                 (SELECT coalesce(max(lots), 0) FROM restores))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(LotId::new(last.cast_unsigned() + 1))
}

/// SQLite's integers are signed; the ledger counts from 1 and never past them.
pub(super) fn number(card: CardId) -> i64 {
    card.number().cast_signed()
}

/// The other way round.
pub(super) fn card_id(number: i64) -> CardId {
    CardId::new(number.cast_unsigned())
}

/// A lot's number in the database.
pub(super) fn lot_number(lot: LotId) -> i64 {
    lot.number().cast_signed()
}
