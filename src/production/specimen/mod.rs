//! A made-up child's card on a layout: to be looked at, and to try on it the longest values that
//! the rules let through.

mod longest;

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;

use jiff::civil::Date;

use self::longest::Likelihood;
use crate::config::Config;
use crate::domain::card::Kind;
use crate::domain::record::Record;
use crate::production::examine::photo_target;
use crate::production::preview;
use crate::production::samples;
use crate::render::compose::{Composed, Misfit, compose, compose_fixed};
use crate::render::content::{CardContent, Issue, Photo, values};
use crate::render::document::{Document, DocumentError};
use crate::render::layout::{Layout, Mode};
use crate::render::photo;
use crate::render::press::Press;
use crate::render::raster::{self, RasterError};

/// Why there is no specimen.
#[derive(Debug, thiserror::Error)]
pub enum SpecimenError {
    /// Even an ordinary card does not fit the layout.
    #[error("the sample card does not fit: {0}")]
    Misfit(String),
    /// The PDF cannot be made.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The PDF cannot be drawn.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// The PDF shows no card.
    #[error(transparent)]
    Preview(#[from] preview::PreviewError),
}

/// Sets a card in both modes and tries the longest values on it; each finding is said once: what
/// kind it is of, what is wrong, and why.
pub fn findings(
    layout: &Layout,
    config: &Config,
    day: Date,
) -> BTreeSet<(Finding, String, String)> {
    let sample = samples::sample(layout.kind, day);
    let photo = sample_photo(layout, config, sample.tanggal_lahir);
    let mut found = BTreeSet::new();
    for mode in [Mode::Full, Mode::Overlay] {
        let press = Press {
            mode,
            ..config.press()
        };
        for side in [0, 1] {
            if let Err(misfit) = compose_fixed(layout, side, &press) {
                let side = ["front", "back"][side];
                let what = format!("teks tetap di [[{side}]] (a fixed text)");
                found.insert((Finding::Error, what, reason(&misfit)));
            }
        }
        let mut set = |finding: Finding, long: &str, record: &Record| {
            let misfits = set(layout, config.issue(day), &press, record, photo.clone()).err();
            for misfit in misfits.unwrap_or_default() {
                let what = format!("`{}`{long}", misfit.field);
                found.insert((finding, what, reason(&misfit)));
            }
        };
        set(Finding::Error, "", &sample);
        for (likelihood, long, record) in longest::records(&sample) {
            let long = format!(", nilai panjang (long value): {long}");
            set(Finding::Longest(likelihood), &long, &record);
        }
    }
    found
}

/// Front and back of the specimen as pictures, on the scan of the office's own blank if wanted.
///
/// # Errors
/// A card that does not fit.
pub fn pictures(
    layout: &Layout,
    config: &Config,
    day: Date,
    mode: Mode,
    on_blank: bool,
    dpi: u32,
) -> Result<Vec<image::RgbImage>, SpecimenError> {
    let press = Press {
        mode,
        ..config.press()
    };
    let pdf = raster::open(Arc::new(pdf(layout, config, day, &press)?))?;
    Ok(preview::sides(
        &pdf,
        None,
        dpi,
        on_blank.then_some(&layout.blank),
    )?)
}

/// What kind of thing was found; the gravest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Even an ordinary card does not fit.
    Error,
    /// A long value does not.
    Longest(Likelihood),
}

impl Finding {
    /// In Indonesian and in English.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "galat (error)",
            Self::Longest(Likelihood::Realistic) => "tidak muat (does not fit)",
            Self::Longest(Likelihood::Widest) => "peringatan (warning)",
        }
    }

    /// Whether a layout with such a finding must be mended before it is used.
    pub fn refuses(self) -> bool {
        self != Self::Longest(Likelihood::Widest)
    }
}

fn reason(misfit: &Misfit) -> String {
    let Misfit { rule, detail, .. } = misfit;
    if detail.is_empty() {
        rule.code.to_owned()
    } else {
        format!("{} ({detail})", rule.code)
    }
}

/// The PDF of one made-up child's card.
fn pdf(
    layout: &Layout,
    config: &Config,
    day: Date,
    press: &Press,
) -> Result<Vec<u8>, SpecimenError> {
    let record = samples::sample(layout.kind, day);
    let photo = sample_photo(layout, config, record.tanggal_lahir);
    let card = set(layout, config.issue(day), press, &record, photo).map_err(|misfits| {
        let fields: Vec<&str> = misfits.iter().map(|misfit| misfit.field).collect();
        SpecimenError::Misfit(fields.join(", "))
    })?;
    let mut document = Document::new(Cursor::new(Vec::new()), [layout], *press, &layout.name, day)?;
    document.add(&card)?;
    Ok(document.finish()?.0.into_inner())
}

/// The drawn portrait as the layout's photo box wants it.
fn sample_photo(layout: &Layout, config: &Config, birth: Date) -> Option<Photo> {
    if layout.kind != Kind::From5 {
        return None;
    }
    let layouts = [(layout.kind, layout.clone())].into();
    let target = photo_target(&layouts, config.press(), config);
    let photo = photo::prepare(&samples::portrait(7, birth), &target).ok()?;
    Some(Photo::from(photo))
}

/// Sets the card of a record today, or says what does not fit.
fn set(
    layout: &Layout,
    issue: Issue<'_>,
    press: &Press,
    record: &Record,
    photo: Option<Photo>,
) -> Result<Composed, Vec<Misfit>> {
    let content = CardContent {
        mark: "CONTOH".to_owned(),
        kind: layout.kind,
        values: values(record, layout.kind, issue),
        photo,
        qr: "KIA:CONTOH0CONTOH0CONTOH0CONTO".to_owned(),
    };
    compose(layout, &content, press)
}
