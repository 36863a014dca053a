//! Cards: where each stands.

use rusqlite::{Connection, OptionalExtension, params};

use super::facts::{Accepted, Exception, Moved};
use crate::domain::card::{Evidence, State};
use crate::domain::ids::CardId;
use crate::domain::reason::Reason;
use crate::domain::stock::use_of;
use crate::ledger::columns::{card_id, lot_number, number};
use crate::ledger::error::{Error, Result};
use crate::ledger::{packs, stock};

pub fn card_accepted(db: &Connection, at: &str, new: &Accepted) -> Result<()> {
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

pub fn card_moved(db: &Connection, at: &str, moved: &Moved) -> Result<()> {
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
            db.prepare_cached("INSERT INTO lot_cards (lot, position, card) VALUES (?, ?, ?)")?
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
        moved.reason.map(Reason::code),
        at,
        number(card),
        lies_here
    ])?;
    packs::project::card_moved(db, at, from, moved)?;
    match use_of(from, to) {
        Some(used) => stock::project::card_used(db, at, card, used),
        None => Ok(()),
    }
}

/// Allowing the same once more keeps the newer reason.
pub fn exception_allowed(db: &Connection, at: &str, exception: &Exception) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO exceptions (rule, nik_hash, reason, at) VALUES (?, ?, ?, ?)
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

pub fn person_erased(db: &Connection, at: &str, card: CardId) -> Result<()> {
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
pub fn live_card(db: &Connection, nik_hash: &str) -> Result<Option<CardId>> {
    Ok(db
        .prepare_cached(
            "SELECT card FROM cards
             WHERE nik_hash = ? AND state NOT IN ('spoiled', 'cancelled', 'void')",
        )?
        .query_row([nik_hash], |row| row.get(0))
        .optional()?
        .map(card_id))
}
