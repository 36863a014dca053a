//! Jobs and printers.

use rusqlite::{Connection, OptionalExtension, params};

use super::facts::{JobBegun, JobCreated, JobMoved, LotAssigned, PrinterChanged, StackTurned};
use crate::domain::card::State;
use crate::domain::ids::CardId;
use crate::domain::job::{Side, Stage};
use crate::ledger::columns::{lot_number, number, words};
use crate::ledger::error::{Error, Result};
use crate::ledger::key::is_digest;

pub fn lot_assigned(db: &Connection, assigned: &LotAssigned) -> Result<()> {
    let lot = lot_number(assigned.lot);
    let Some(printer) = &assigned.printer else {
        db.prepare_cached("DELETE FROM lot_printers WHERE lot = ?")?
            .execute([lot])?;
        return Ok(());
    };
    let known = db
        .prepare_cached("SELECT 1 FROM lots WHERE lot = ?")?
        .exists([lot])?;
    if !known {
        return Err(Error::NoLot(assigned.lot));
    }
    db.prepare_cached(
        "INSERT INTO lot_printers (lot, printer) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET printer = excluded.printer",
    )?
    .execute(params![lot, printer])?;
    Ok(())
}

pub fn stack_turned(db: &Connection, at: &str, turned: &StackTurned) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO stacks (printer, cards, at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET cards = excluded.cards, at = excluded.at",
    )?
    .execute(params![turned.printer, turned.cards, at])?;
    Ok(())
}

pub fn job_begun(db: &Connection, at: &str, new: &JobBegun) -> Result<()> {
    let card = number(new.card);
    if !is_digest(&new.sha256) {
        return Err(Error::Digest);
    }
    let state: String = db
        .prepare_cached("SELECT state FROM cards WHERE card = ?")?
        .query_row([card], |row| row.get(0))
        .optional()?
        .ok_or(Error::NoCard(new.card))?;
    let fits = match new.side {
        Side::Both | Side::Front => state == State::Rendered.name(),
        Side::Back => state == State::Sent.name() && front_is_done(db, new.card)?,
    };
    let taken = db
        .prepare_cached(
            "SELECT 1 FROM jobs
             WHERE job = ?1 OR (card = ?2 AND stage IN ('begun', 'created', 'sent'))",
        )?
        .exists(params![new.job, card])?;
    let named = new.job.strip_prefix(&format!("kia:{}", new.card));
    if !fits || taken || !named.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
        return Err(Error::Job(new.job.clone()));
    }
    db.prepare_cached(
        "INSERT INTO jobs (job, card, printer, media, side, sha256, stage, reasons, begun_at,
             moved_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'begun', '[]', ?7, ?7)",
    )?
    .execute(params![
        new.job,
        card,
        new.printer,
        new.media,
        new.side.name(),
        new.sha256,
        at
    ])?;
    Ok(())
}

/// Whether the front of this card came out by a job of its own.
pub fn front_is_done(db: &Connection, card: CardId) -> Result<bool> {
    Ok(db
        .prepare_cached(
            "SELECT 1 FROM jobs WHERE card = ? AND side = 'front' AND stage = 'printed'",
        )?
        .exists([number(card)])?)
}

pub fn job_created(db: &Connection, at: &str, job: &JobCreated) -> Result<()> {
    job_steps(db, at, job.card, &job.job, Stage::Created)?;
    db.prepare_cached("UPDATE jobs SET id = ?, uuid = ?, uri = ? WHERE job = ?")?
        .execute(params![job.id, job.uuid, job.uri, job.job])?;
    Ok(())
}

pub fn job_moved(db: &Connection, at: &str, job: &JobMoved) -> Result<()> {
    // What a printer numbered comes with its number.
    if job.to == Stage::Created {
        return Err(Error::Job(job.job.clone()));
    }
    job_steps(db, at, job.card, &job.job, job.to)?;
    db.prepare_cached("UPDATE jobs SET reasons = ? WHERE job = ?")?
        .execute(params![words(&job.reasons), job.job])?;
    Ok(())
}

fn job_steps(db: &Connection, at: &str, card: CardId, job: &str, to: Stage) -> Result<()> {
    let stage: Option<String> = db
        .prepare_cached("SELECT stage FROM jobs WHERE job = ? AND card = ?")?
        .query_row(params![job, number(card)], |row| row.get(0))
        .optional()?;
    let stage = stage.as_deref().and_then(Stage::from_name);
    if !stage.is_some_and(|from| from.may_become(to)) {
        return Err(Error::Job(job.to_owned()));
    }
    db.prepare_cached("UPDATE jobs SET stage = ?, moved_at = ? WHERE job = ?")?
        .execute(params![to.name(), at, job])?;
    Ok(())
}

pub fn printer_changed(db: &Connection, at: &str, new: &PrinterChanged) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO printers (printer, state, reasons, message, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET state = ?2, reasons = ?3, message = ?4, at = ?5",
    )?
    .execute(params![
        new.printer,
        new.state.code(),
        words(&new.reasons),
        new.message,
        at
    ])?;
    Ok(())
}
