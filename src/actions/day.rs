//! The close of a day: the balance, the signed checkpoint, and the report on paper.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::config::{Config, ConfigError, Paths};
use crate::domain::account::name_of;
use crate::domain::card::State;
use crate::domain::office::signing_on;
use crate::ledger::{self, Checkpoint, Close, Ledger, Reader, Signer};
use crate::production::StationError;
use crate::production::assets;
use crate::production::checkpoints::keep_checkpoints;
use crate::reports::papers::{DayCheckpoint, DaySheet, TypesetError};

/// Why a paper was not made. What it tells of stays booked.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// The folder of the office's own papers.
    #[error("`layouts/dokumen/` cannot be read")]
    Stationery(#[source] std::io::Error),
    /// The template is wrong.
    #[error("the paper cannot be typeset from `layouts/dokumen/`")]
    Typeset(#[source] TypesetError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// Closes the day in the name of `actor`, signs the head of the log, and keeps the checkpoint as
/// a file.
///
/// # Errors
/// Why the day is not closed; a checkpoint that could not be kept is written at the next close.
pub fn close_day(
    ledger: &mut Ledger,
    paths: &Paths,
    actor: &str,
    now: Timestamp,
    close: Close<'_>,
) -> Result<Checkpoint, StationError> {
    let signer = Signer::of(&paths.ledger())?;
    let checkpoint = ledger.write(actor, now, |tx| {
        tx.close_day(close)?;
        tx.checkpoint(close.date, &signer)
    })?;
    keep_checkpoints(paths, ledger)?;
    Ok(checkpoint)
}

/// The report of a closed day.
pub struct DayReport {
    pub date: Date,
    /// What was signed last on that day.
    pub checkpoint: Checkpoint,
    pub pdf: Vec<u8>,
}

/// The report of the day `date` of these blanks, or of the one closed last; `None` when no such
/// day was closed with a checkpoint.
///
/// # Errors
/// A template or setting that is wrong.
pub fn day_report(
    ledger: &Reader,
    paths: &Paths,
    config: &Config,
    media: &str,
    date: Option<Date>,
) -> Result<Option<DayReport>, PaperError> {
    let days = ledger.closed_days(media)?.into_iter();
    let mut closed = days.filter_map(|day| Some((day.closed.clone()?, day)));
    let found = closed.rfind(|(closed, _)| date.is_none_or(|date| closed.date == date));
    let Some((closed, day)) = found else {
        return Ok(None);
    };
    // The day's last word: what was closed earlier in the day is in it.
    let Some(kept) = ledger.checkpoints(Some(closed.date))?.pop() else {
        return Ok(None);
    };
    let states = kept.checkpoint.cards.iter();
    let states = states.filter_map(|(name, count)| Some((State::from_name(name)?, *count)));
    let at: Timestamp = kept.checkpoint.at.parse().unwrap_or(closed.at);
    let at = at.to_zoned_datetime(config.zone()?);
    let sheet = DaySheet {
        date: closed.date,
        office: &config.office,
        official: signing_on(&config.officials, closed.date),
        actor: name_of(&closed.actor),
        second: closed.second.as_deref(),
        explanation: closed.explanation.as_deref(),
        media: &day.media,
        balance: day.balance,
        closing: day.closing,
        counted: closed.counted,
        cards: states.collect(),
        checkpoint: DayCheckpoint {
            seq: kept.checkpoint.seq,
            short: kept.checkpoint.short(),
            head: &kept.checkpoint.head,
            key: &kept.checkpoint.public_key,
            signature: &kept.checkpoint.signature,
            file: kept.file_name(),
            at: at.strftime("%d-%m-%Y %H:%M").to_string(),
        },
    };
    let stationery = assets::stationery(&paths.layouts()).map_err(PaperError::Stationery)?;
    let pdf = sheet.typeset(&stationery).map_err(PaperError::Typeset)?;
    Ok(Some(DayReport {
        date: closed.date,
        checkpoint: kept.checkpoint,
        pdf,
    }))
}
