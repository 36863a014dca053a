//! Card designs as data: `layout.toml`, in mm from the card's top-left corner and pt for type.

mod parse;
mod source;
pub mod template;

use std::collections::BTreeMap;
use std::sync::Arc;

use image::RgbImage;
pub use parse::{LayoutError, parse};
pub use source::{FIT_KEYS, ITEM_KEYS, TOP_KEYS};
use template::Template;

use super::artwork::Artwork;
use super::font::Font;
use super::text::Fit;
use crate::domain::card::Kind;

/// A card design, ready to set cards on.
#[derive(Clone)]
pub struct Layout {
    /// Its name, as in `layouts/<name>/`.
    pub name: String,
    /// The kind of card it is for.
    pub kind: Kind,
    /// How far the artwork reaches beyond the card, in mm.
    pub bleed: f64,
    /// Scans of the front and the back of the office's pre-printed blank: proofs show the data on
    /// them, and no page ever holds them.
    pub blank: [Option<Arc<RgbImage>>; 2],
    /// The fonts by the names the items use.
    pub fonts: BTreeMap<String, Font>,
    /// The front and the back, each painted in order.
    pub sides: [Vec<Item>; 2],
}

impl Layout {
    /// The size of the photo's box in mm, if the layout has one.
    pub fn photo_area(&self) -> Option<[f64; 2]> {
        self.sides
            .iter()
            .flatten()
            .find_map(|item| match item.what {
                What::Photo { area } => Some(area),
                _ => None,
            })
    }
}

/// One thing on a side.
#[derive(Clone)]
pub struct Item {
    /// In which modes it prints.
    pub only: Only,
    /// Its place, mm from the card's top-left: a text's first baseline, a box's top-left corner.
    pub at: [f64; 2],
    pub what: What,
}

/// In which modes an item prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// On white cards, with the artwork.
    Full,
    Overlay,
    Both,
}

impl Only {
    /// Whether such an item prints in `mode`.
    pub fn prints_in(self, mode: Mode) -> bool {
        match self {
            Self::Both => true,
            Self::Full => mode == Mode::Full,
            Self::Overlay => mode == Mode::Overlay,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Variable data only, for pre-printed blanks.
    Overlay,
    /// Data and artwork, for white cards and proofs.
    Full,
}

impl Mode {
    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overlay => "overlay",
            Self::Full => "full",
        }
    }
}

/// How a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// The look of a text.
#[derive(Clone)]
pub struct Style {
    pub font: Font,
    /// The font's name in the layout, which is also its resource name in the PDF.
    pub font_name: String,
    /// Size, floor and lines.
    pub fit: Fit,
}

/// The kinds of item.
#[derive(Clone)]
pub enum What {
    Text {
        text: Template,
        style: Style,
        align: Align,
        /// The width it must keep to, in mm.
        width: f64,
        /// From line to line, in mm.
        leading: f64,
    },
    /// Labels and values, one below the other.
    Rows {
        rows: Vec<Row>,
        label: Style,
        /// In which modes the labels print.
        labels: Only,
        /// From the labels' left edge to the values', in mm.
        label_width: f64,
        /// From the labels' left edge to the values' right, in mm.
        width: f64,
        /// From row to row, in mm.
        pitch: f64,
        /// From line to line within a row, in mm.
        leading: f64,
        /// From the first baseline to the last, at the most, in mm.
        height: f64,
    },
    Photo {
        /// Width and height in mm.
        area: [f64; 2],
    },
    /// The QR code, its quiet zone included.
    Qr {
        /// Width and height in mm.
        area: [f64; 2],
    },
    /// Vector artwork; it covers the card and the bleed.
    Artwork(Artwork),
    Rect {
        /// Width and height in mm.
        area: [f64; 2],
        fill: Option<Ink>,
        stroke: Option<Ink>,
        /// The outline's width in mm.
        line_width: f64,
    },
    Line {
        /// Where it ends, in mm.
        to: [f64; 2],
        stroke: Ink,
        /// Its width in mm.
        line_width: f64,
    },
    /// A fixed picture, such as a stamp or a signature.
    Image {
        /// Width and height in mm.
        area: [f64; 2],
        picture: Picture,
    },
}

/// A label and its value.
#[derive(Clone)]
pub struct Row {
    /// What is said of the value.
    pub label: String,
    pub value: Template,
    pub style: Style,
}

/// A colour as the PDF names it: black is `DeviceGray 0`, so that the K panel prints it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ink {
    /// Grey, 0 is black.
    Gray(f64),
    /// Red, green, blue, each 0 to 1.
    Rgb([f64; 3]),
}

#[derive(Clone)]
pub enum Picture {
    /// Printed in pure black where it is dark: one bit a pixel, a dark pixel is 1, rows padded.
    Mask {
        width: u32,
        height: u32,
        bits: Arc<[u8]>,
    },
    /// Printed in colour: eight bits a component, RGB.
    Colour {
        width: u32,
        height: u32,
        rgb: Arc<[u8]>,
    },
}
