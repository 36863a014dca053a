//! The minutes of a destruction as a paper.

use crate::config::{Config, ConfigError, Paths};
use crate::documents::{DestructionMinutes, MinutesCard, TypesetError};
use crate::domain::office::signing_on;
use crate::ledger::Destruction;

use super::assets;

/// Why the paper was not made. The destruction stays booked.
#[derive(Debug, thiserror::Error)]
pub enum MinutesError {
    /// The folder of the office's own papers.
    #[error("`layouts/dokumen/` cannot be read")]
    Stationery(#[source] std::io::Error),
    /// The template is wrong.
    #[error("the minutes cannot be typeset from `layouts/dokumen/`")]
    Typeset(#[source] TypesetError),
    /// A setting.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// The PDF of the minutes (*berita acara pemusnahan*).
///
/// # Errors
/// A template or setting that is wrong.
pub fn minutes_pdf(
    destruction: &Destruction,
    paths: &Paths,
    config: &Config,
) -> Result<Vec<u8>, MinutesError> {
    let date = destruction.at.to_zoned_datetime(config.zone()?).date();
    let cards = destruction.cards.iter().map(|item| {
        MinutesCard::new(
            item.card.card.to_string(),
            item.record.as_ref(),
            item.serial.as_deref(),
            item.card.reason.as_deref(),
        )
    });
    let stationery = assets::stationery(&paths.layouts()).map_err(MinutesError::Stationery)?;
    let minutes = DestructionMinutes {
        number: destruction.minutes,
        date,
        office: &config.office,
        official: signing_on(&config.officials, date),
        actor: destruction
            .actor
            .strip_prefix("operator:")
            .unwrap_or(&destruction.actor),
        witnesses: &destruction.witnesses,
        blanks: &destruction.blanks,
        cards: cards.collect(),
    };
    minutes.typeset(&stationery).map_err(MinutesError::Typeset)
}
