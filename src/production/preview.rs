//! A card as a picture, from the very PDF that is printed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use image::RgbImage;

use crate::config::Paths;
use crate::domain::card::State;
use crate::domain::ids::{CardId, LotId};
use crate::ledger::{self, Lot, Reader};
use crate::render::proof;
use crate::render::raster::{self, Pdf, RasterError};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error("no card is called {0}")]
    NoCard(CardId),
    #[error("no lot is called {0}")]
    NoLot(LotId),
    /// The card waits for a lot.
    #[error("{card} is in no PDF yet: it is {state}")]
    NotYet { card: CardId, state: State },
    /// The PDF is away.
    #[error("`{}` cannot be read", .path.display())]
    File {
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The PDF shows other cards.
    #[error("the PDF does not show {0}")]
    NotShown(String),
    /// The PDF cannot be drawn.
    #[error(transparent)]
    Raster(#[from] RasterError),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
}

/// The scans of a blank, front and back, where there are any.
pub type Blank = [Option<Arc<RgbImage>>; 2];

/// A lot with its PDF.
///
/// # Errors
/// An unknown lot, or a PDF that is away.
pub fn open(paths: &Paths, ledger: &Reader, lot: LotId) -> Result<(Lot, Pdf), PreviewError> {
    let (lot, _) = ledger.lot(lot)?.ok_or(PreviewError::NoLot(lot))?;
    let path = paths.lots().join(&lot.pdf);
    let bytes = std::fs::read(&path).map_err(|source| PreviewError::File { path, source })?;
    Ok((lot, raster::open(Arc::new(bytes))?))
}

/// The lot of a card, with its PDF.
///
/// # Errors
/// An unknown card, one that is in no PDF yet, or a PDF that is away.
pub fn open_of(paths: &Paths, ledger: &Reader, card: CardId) -> Result<(Lot, Pdf), PreviewError> {
    let stands = ledger.card(card)?.ok_or(PreviewError::NoCard(card))?;
    let state = stands.state;
    let lot = stands.lot.ok_or(PreviewError::NotYet { card, state })?;
    open(paths, ledger, lot)
}

/// Front and back of the card with this mark, or of the first one, on the scan of a blank or on
/// white.
///
/// # Errors
/// A PDF that cannot be drawn or does not show the card.
pub fn sides(
    pdf: &Pdf,
    mark: Option<&str>,
    dpi: u32,
    blank: Option<&Blank>,
) -> Result<Vec<RgbImage>, PreviewError> {
    let places = proof::places(pdf, dpi)?;
    let first = places.first().map(|place| place.mark.as_str());
    let mark = mark.or(first).unwrap_or_default();
    let mut sides = BTreeMap::new();
    for place in places.iter().filter(|place| place.mark == mark) {
        let mut picture = raster::card(pdf, place, dpi)?;
        if let Some(scan) = blank.and_then(|blank| blank[place.side].as_ref()) {
            picture = raster::on_blank(&picture, scan);
        }
        sides.insert(place.side, picture);
    }
    if sides.is_empty() {
        return Err(PreviewError::NotShown(mark.to_owned()));
    }
    Ok(sides.into_values().collect())
}

/// One side of a card as PNG, 0 being the front. The pages where the card stands in most PDFs are
/// looked at first: a lot has hundreds.
///
/// # Errors
/// Those of [`open_of`] and [`sides`].
pub fn side_png(
    paths: &Paths,
    ledger: &Reader,
    card: CardId,
    side: usize,
    dpi: u32,
) -> Result<Vec<u8>, PreviewError> {
    let (_, pdf) = open_of(paths, ledger, card)?;
    let position = ledger.card(card)?.and_then(|card| card.position);
    let mark = card.to_string();
    let pages = pdf.pages().len();
    let likely = position.map_or(0, |position| 2 * (position as usize).saturating_sub(1));
    let likely = [likely, likely + 1]
        .into_iter()
        .filter(|page| *page < pages);
    let is_it = |place: &raster::Place| place.mark == mark && place.side == side;
    let mut place = proof::places_on(&pdf, likely, dpi)?.into_iter().find(is_it);
    if place.is_none() {
        place = proof::places(&pdf, dpi)?.into_iter().find(is_it);
    }
    let place = place.ok_or(PreviewError::NotShown(mark))?;
    Ok(raster::png(&raster::card(&pdf, &place, dpi)?)?)
}
