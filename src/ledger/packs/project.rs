//! Packs and the cards in them.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::{
    CardPutIn, CardTakenOut, PackClosed, PackFileAttached, PackMade, PackReceived, PackSent,
};
use crate::domain::card::{Progress, State};
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Destination, Leaving, PackRefusal, Stage, can_be_packed, judge_close};
use crate::domain::reason::Reason;
use crate::domain::record::School;
use crate::ledger::cards::facts::Moved;
use crate::ledger::columns::{card_id, number, pack_id, pack_number, word};
use crate::ledger::error::{Error, Result};
use crate::ledger::key::is_digest;

/// The number that the next pack must have.
pub fn next_pack(db: &Connection) -> Result<PackId> {
    let last: i64 = db
        .prepare_cached(
            "SELECT max((SELECT coalesce(max(pack), 0) FROM packs),
                 (SELECT coalesce(max(packs), 0) FROM restores))",
        )?
        .query_row([], |row| row.get(0))?;
    Ok(pack_id(last + 1))
}

/// Reads `npsn, sekolah, kecamatan, desa` of a card from `column` on.
pub fn destination_of_card(row: &Row<'_>, column: usize) -> rusqlite::Result<Destination> {
    let school = School {
        npsn: row.get(column)?,
        nama: row.get(column + 1)?,
        kelas: None,
    };
    let (kecamatan, desa): (String, String) = (row.get(column + 2)?, row.get(column + 3)?);
    Ok(Destination::of(&school, &kecamatan, &desa))
}

/// The stage and the destination's key of a pack.
fn pack(db: &Connection, pack: PackId) -> Result<(Stage, String)> {
    let found = db
        .prepare_cached("SELECT stage, destination FROM packs WHERE pack = ?")?
        .query_row([pack_number(pack)], |row| {
            Ok((word(row, 0, Stage::from_name)?, row.get(1)?))
        })
        .optional()?;
    Ok(found.ok_or(PackRefusal::NoPack(pack))?)
}

/// The pack that a card lies in, and how far that pack came.
pub fn pack_of(db: &Connection, card: CardId) -> Result<Option<(PackId, Stage)>> {
    Ok(db
        .prepare_cached(
            "SELECT pack, stage FROM pack_cards JOIN packs USING (pack)
             WHERE card = ? AND left_how IS NULL",
        )?
        .query_row([number(card)], |row| {
            Ok((pack_id(row.get(0)?), word(row, 1, Stage::from_name)?))
        })
        .optional()?)
}

/// The cards that lie in a pack and where they stand.
pub fn cards_in(db: &Connection, pack: PackId) -> Result<Vec<(CardId, State)>> {
    let mut query = db.prepare_cached(
        "SELECT card, state FROM pack_cards JOIN cards USING (card)
         WHERE pack = ? AND left_how IS NULL ORDER BY card",
    )?;
    let rows = query.query_map([pack_number(pack)], |row| {
        Ok((card_id(row.get(0)?), word(row, 1, State::from_name)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Changes the counts of a pack by so much each.
fn count(db: &Connection, pack: PackId, by: [i64; 4]) -> Result<()> {
    let [cards, outstanding, received, returned] = by;
    db.prepare_cached(
        "UPDATE packs SET cards = cards + ?, outstanding = outstanding + ?,
             received = received + ?, returned = returned + ? WHERE pack = ?",
    )?
    .execute(params![
        cards,
        outstanding,
        received,
        returned,
        pack_number(pack)
    ])?;
    Ok(())
}

pub fn pack_made(db: &Connection, at: &str, new: &PackMade) -> Result<()> {
    let key = new.destination.key();
    let open = db
        .prepare_cached("SELECT 1 FROM packs WHERE destination = ? AND stage = 'open'")?
        .exists([&key])?;
    if new.pack != next_pack(db)? || open || new.code.is_empty() {
        return Err(PackRefusal::Taken(new.pack).into());
    }
    let (npsn, sekolah, kecamatan, desa) = match &new.destination {
        Destination::School { npsn, nama } => (npsn.as_ref(), nama.as_ref(), None, None),
        Destination::Village { kecamatan, desa } => (None, None, Some(kecamatan), Some(desa)),
    };
    db.prepare_cached(
        "INSERT INTO packs (pack, code, destination, npsn, sekolah, kecamatan, desa, stage, cards,
             outstanding, received, returned, made_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'open', 0, 0, 0, 0, ?)",
    )?
    .execute(params![
        pack_number(new.pack),
        new.code,
        key,
        npsn,
        sekolah,
        kecamatan,
        desa,
        at
    ])?;
    Ok(())
}

pub fn card_put_in(db: &Connection, at: &str, put: &CardPutIn) -> Result<()> {
    let (stage, key) = pack(db, put.pack)?;
    stage.must_be(Stage::Open, put.pack)?;
    let card = put.card;
    let (state, home) = db
        .prepare_cached("SELECT state, npsn, sekolah, kecamatan, desa FROM cards WHERE card = ?")?
        .query_row([number(card)], |row| {
            Ok((
                word(row, 0, State::from_name)?,
                destination_of_card(row, 1)?,
            ))
        })
        .optional()?
        .ok_or(Error::NoCard(card))?;
    if let Some((pack, _)) = pack_of(db, card)? {
        return Err(PackRefusal::InPack { card, pack }.into());
    }
    if !can_be_packed(state) {
        return Err(PackRefusal::NotPackable { card, state }.into());
    }
    if home.key() != key && !put.moved {
        let pack = put.pack;
        return Err(PackRefusal::OtherSchool { card, pack }.into());
    }
    // A card that was taken out may be put in again.
    db.prepare_cached(
        "INSERT INTO pack_cards (pack, card, moved, waived, unclaimed, put_at)
         VALUES (?, ?, ?, 0, 0, ?)
         ON CONFLICT DO UPDATE SET moved = excluded.moved, put_at = excluded.put_at,
             left_how = NULL, left_why = NULL, left_stage = NULL, left_at = NULL",
    )?
    .execute(params![pack_number(put.pack), number(card), put.moved, at])?;
    count(db, put.pack, [1, 0, 0, 0])
}

pub fn card_taken_out(db: &Connection, at: &str, taken: &CardTakenOut) -> Result<()> {
    let (stage, _) = pack(db, taken.pack)?;
    if stage == Stage::Sent {
        stage.must_be(Stage::Closed, taken.pack)?;
    }
    let how = if taken.moved {
        Leaving::Moved
    } else {
        Leaving::Removed
    };
    leave(db, at, taken.card, taken.pack, stage, how, None)?;
    count(db, taken.pack, [-1, 0, 0, 0])
}

/// Writes that a card is not in its pack any more.
fn leave(
    db: &Connection,
    at: &str,
    card: CardId,
    pack: PackId,
    stage: Stage,
    how: Leaving,
    why: Option<Reason>,
) -> Result<()> {
    let left = db
        .prepare_cached(
            "UPDATE pack_cards SET left_how = ?, left_why = ?, left_stage = ?, left_at = ?
             WHERE pack = ? AND card = ? AND left_how IS NULL",
        )?
        .execute(params![
            how.name(),
            why.map(Reason::code),
            stage.name(),
            at,
            pack_number(pack),
            number(card)
        ])?;
    if left == 0 {
        return Err(PackRefusal::NotInPack(card).into());
    }
    Ok(())
}

pub fn pack_closed(db: &Connection, seq: u64, closed: &PackClosed) -> Result<()> {
    let id = closed.pack;
    pack(db, id)?.0.must_be(Stage::Open, id)?;
    let cards = cards_in(db, id)?;
    let waived = judge_close(id, &cards, !closed.waived.is_empty())?;
    if waived != closed.waived || u32::try_from(cards.len()) != Ok(closed.cards) {
        return Err(PackRefusal::Count(id).into());
    }
    for card in waived {
        db.prepare_cached("UPDATE pack_cards SET waived = 1 WHERE pack = ? AND card = ?")?
            .execute([pack_number(id), number(card)])?;
    }
    db.prepare_cached("UPDATE packs SET stage = 'closed', closed_seq = ? WHERE pack = ?")?
        .execute([seq.cast_signed(), pack_number(id)])?;
    Ok(())
}

pub fn pack_sent(db: &Connection, sent: &PackSent) -> Result<()> {
    let id = sent.pack;
    pack(db, id)?.0.must_be(Stage::Closed, id)?;
    if cards_in(db, id)?.is_empty() {
        return Err(PackRefusal::Empty(id).into());
    }
    if sent.carrier.gives_number() && sent.shipment.is_none() {
        return Err(PackRefusal::ShipmentForm.into());
    }
    db.prepare_cached(
        "UPDATE packs SET stage = 'sent', carrier = ?, shipment = ?, sent_on = ? WHERE pack = ?",
    )?
    .execute(params![
        sent.carrier.code(),
        sent.shipment.as_ref().map(|number| number.as_str()),
        sent.on.to_string(),
        pack_number(id)
    ])?;
    Ok(())
}

pub fn pack_received(db: &Connection, receipt: &PackReceived) -> Result<()> {
    let id = receipt.pack;
    pack(db, id)?.0.must_be(Stage::Sent, id)?;
    let on = receipt.on.to_string();
    let kept = db
        .prepare_cached(
            "UPDATE packs SET received_on = max(coalesce(received_on, ''), ?1)
             WHERE pack = ?2 AND sent_on <= ?1",
        )?
        .execute(params![on, pack_number(id)])?;
    if kept == 0 {
        return Err(PackRefusal::BeforeSent(id).into());
    }
    let unclaimed = receipt.unclaimed.iter().map(|card| (*card, true));
    let claimed = receipt.claimed.iter().map(|card| (*card, false));
    for (card, unclaimed) in unclaimed.chain(claimed) {
        let marked = db
            .prepare_cached(
                "UPDATE pack_cards SET unclaimed = ?1
                 WHERE pack = ?2 AND card = ?3 AND left_how IS NULL AND unclaimed <> ?1",
            )?
            .execute(params![unclaimed, pack_number(id), number(card)])?;
        if marked == 0 {
            return Err(PackRefusal::NotInPack(card).into());
        }
    }
    Ok(())
}

pub fn file_attached(db: &Connection, at: &str, file: &PackFileAttached) -> Result<()> {
    let id = file.pack;
    if pack(db, id)?.0 == Stage::Open {
        return Err(PackRefusal::StillOpen(id).into());
    }
    let ending = file.name.strip_prefix(&file.sha256);
    let plain = |ending: &str| {
        let kind = ending.strip_prefix('.').unwrap_or_default();
        !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase())
    };
    if !is_digest(&file.sha256) {
        return Err(Error::Digest);
    }
    if !ending.is_some_and(plain) {
        return Err(Error::FileName(file.name.clone()));
    }
    let new = db
        .prepare_cached(
            "INSERT INTO pack_files (pack, sha256, name, bytes, at)
             VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            pack_number(id),
            file.sha256,
            file.name,
            file.bytes.cast_signed(),
            at
        ])?;
    if new == 0 {
        return Err(PackRefusal::Attached(id).into());
    }
    Ok(())
}

/// What a card's move means for its pack. A card is packed in a sealed pack alone, and travels
/// with it; one that comes back, or is no good any more, leaves it.
pub fn card_moved(db: &Connection, at: &str, from: State, moved: &Moved) -> Result<()> {
    if from.progress() != Progress::Printed {
        return Ok(());
    }
    let (card, to) = (moved.card, moved.to);
    let place = pack_of(db, card)?;
    let stage = place.map(|(_, stage)| stage);
    let fits = match (from, to) {
        (_, State::Packed) => stage == Some(Stage::Closed),
        (_, State::HandedOver | State::Received | State::Returned) => stage == Some(Stage::Sent),
        (State::Packed, State::Verified | State::Printed) => stage.is_none(),
        _ => true,
    };
    if !fits {
        return Err(PackRefusal::NotInPack(card).into());
    }
    let Some((pack, stage)) = place else {
        return Ok(());
    };
    // What it was counted as until now; a card that the school had stays counted as received
    // when it is lost or worn out there, but not when it comes back.
    let outstanding = -i64::from(from == State::HandedOver);
    let unreceived = -i64::from(from == State::Received);
    match (to, Leaving::by(to)) {
        (State::HandedOver, _) => count(db, pack, [0, 1, 0, 0]),
        (State::Received, _) => {
            db.prepare_cached("UPDATE pack_cards SET received_at = ? WHERE pack = ? AND card = ?")?
                .execute(params![at, pack_number(pack), number(card)])?;
            count(db, pack, [0, -1, 1, 0])
        }
        (_, Some(how)) => {
            leave(db, at, card, pack, stage, how, moved.reason)?;
            match how {
                Leaving::Returned => count(db, pack, [-1, outstanding, unreceived, 1]),
                _ => count(db, pack, [-1, outstanding, 0, 0]),
            }
        }
        _ => Ok(()),
    }
}
