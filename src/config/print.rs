//! How cards are printed: `[print]`, the printers that differ from it, and their calibration.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ConfigError;
use crate::render::CARD_MM;
use crate::render::adjust::Adjust;
use crate::render::layout::Mode;
use crate::render::press::{Black, Order, Page, Press, Turn};
use crate::render::sheet::Sheet;

/// How cards are printed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrintSettings {
    /// With the artwork or without.
    pub mode: Mode,
    pub dpi: u32,
    /// Bleed on the page in mm.
    pub bleed: f64,
    /// Width and height of the page in mm where the driver wants one of its own, the card in its
    /// middle.
    pub media: Option<[f64; 2]>,
    /// How the pages of front and back are turned, degrees clockwise: 0, 90, 180 or 270.
    pub turn: [u32; 2],
    /// In which order the pages come.
    pub order: Order,
    /// Many cards on one sheet instead of a page for each.
    pub sheet: Option<Sheet>,
    /// How the PDF writes black.
    pub black: Black,
    /// JPEG quality of the photos, 1 to 100.
    pub photo_quality: u8,
    /// Every so many cards of a lot are proved; 1 is every card.
    pub proof_every: u32,
}

impl Default for PrintSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Full,
            dpi: 300,
            bleed: 0.0,
            media: None,
            turn: [0, 0],
            order: Order::FrontBack,
            sheet: None,
            black: Black::Gray,
            photo_quality: 90,
            proof_every: 1,
        }
    }
}

impl PrintSettings {
    /// Says the first value that makes no sense.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let value = |key, message: &str| {
            let message = message.to_owned();
            Err(ConfigError::Value { key, message })
        };
        if !(150..=1200).contains(&self.dpi) {
            return value("print.dpi", "must be 150 to 1200");
        }
        if !(0.0..=10.0).contains(&self.bleed) {
            return value("print.bleed", "must be 0 to 10 mm");
        }
        if let Some(media) = self.media {
            if self.bleed > 0.0 {
                return value("print.media", "cannot be set together with `bleed`");
            }
            let holds = |i: usize| (CARD_MM[i]..=CARD_MM[i] + 40.0).contains(&media[i]);
            if !holds(0) || !holds(1) {
                let message = "must hold the card of 85.60 x 53.98 mm, width first, and be at most 40 mm larger";
                return value("print.media", message);
            }
        }
        if self.turns().is_none() {
            return value("print.turn", "must be 0, 90, 180 or 270 for front and back");
        }
        if let Some(sheet) = &self.sheet {
            if self.bleed > 0.0 || self.media.is_some() || self.turn != [0, 0] {
                let message =
                    "goes without `bleed`, `media` and `turn`: a sheet has its own gutter and flip";
                return value("print.sheet", message);
            }
            sheet.check().map_err(|message| ConfigError::Value {
                key: "print.sheet",
                message,
            })?;
        }
        if !(1..=100).contains(&self.photo_quality) {
            return value("print.photo_quality", "must be 1 to 100");
        }
        if self.proof_every == 0 {
            return value("print.proof_every", "must be 1 or more");
        }
        Ok(())
    }

    fn turns(&self) -> Option<[Turn; 2]> {
        let [front, back] = self.turn.map(Turn::from_degrees);
        Some([front?, back?])
    }

    /// How pages are made, with this calibration.
    pub(super) fn press(&self, calibration: Option<&Calibration>) -> Press {
        let around = match self.media {
            Some(media) => Page::of_media(media),
            None => Page::with_bleed(self.bleed),
        };
        Press {
            mode: self.mode,
            dpi: self.dpi,
            page: Page {
                turn: self.turns().unwrap_or_default(),
                ..around
            },
            order: self.order,
            adjust: calibration.map_or([Adjust::NONE; 2], |c| [c.front, c.back]),
            sheet: self.sheet,
            only: None,
            black: self.black,
            specimen: false,
        }
    }
}

/// How far a printer misses on each side, as somebody measured it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calibration {
    /// What the front needs.
    pub front: Adjust,
    /// What the back needs.
    pub back: Adjust,
    /// The day of the last measurement.
    pub measured: Option<Date>,
    pub by: String,
}

/// The calibrations by printer; the name of `[print]` itself is `print`. A file of its own, since
/// the program writes it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Calibrations(pub BTreeMap<String, Calibration>);

impl Calibrations {
    /// Reads the calibrations; none if there is no file.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text)
                .map_err(|error| super::wrong(&path.display().to_string(), &text, &error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(ConfigError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

/// The name that means `[print]`, where a printer is named.
pub const DEFAULT_PRINTER: &str = "print";
