//! The minutes of a destruction as a paper.

use crate::config::{Config, ConfigError, Paths};
use crate::domain::account::name_of;
use crate::domain::card::State;
use crate::domain::office::signing_on;
use crate::ledger::{self, Destruction};
use crate::reports::papers::{DestructionMinutes, MinutesCard, TypesetError};

use crate::production::assets;

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

/// The PDF of the minutes (*berita acara pemusnahan*).
///
/// # Errors
/// A template or setting that is wrong.
pub fn minutes_pdf(
    destruction: &Destruction,
    paths: &Paths,
    config: &Config,
) -> Result<Vec<u8>, PaperError> {
    let date = destruction.at.to_zoned_datetime(config.zone()?).date();
    let cards = destruction.cards.iter().map(|item| {
        let reason = match item.card.state {
            State::Void => Some("diganti kartu baru"),
            _ => item.card.reason.as_deref(),
        };
        MinutesCard::new(
            item.card.card.to_string(),
            item.record.as_ref(),
            item.serial.as_deref(),
            reason,
        )
    });
    let stationery = assets::stationery(&paths.layouts()).map_err(PaperError::Stationery)?;
    let minutes = DestructionMinutes {
        number: destruction.minutes,
        date,
        office: &config.office,
        official: signing_on(&config.officials, date),
        actor: name_of(&destruction.actor),
        witnesses: &destruction.witnesses,
        blanks: &destruction.blanks,
        cards: cards.collect(),
    };
    minutes.typeset(&stationery).map_err(PaperError::Typeset)
}
