//! Where a card lies on what the printer gets: page, turn, order and calibration.

use kurbo::Affine;

use super::adjust::Adjust;
use super::layout::Mode;
use super::sheet::Sheet;
use super::{CARD_MM, PT_PER_MM, card_pt};

/// How a lot is printed: everything about a page that is not the card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Press {
    /// With the artwork or without.
    pub mode: Mode,
    /// The printer's resolution in dots per inch.
    pub dpi: u32,
    /// One side of one card, and what the printer wants around it.
    pub page: Page,
    /// In which order the pages come.
    pub order: Order,
    /// What the calibration of front and back asks for.
    pub adjust: [Adjust; 2],
    /// Many cards on one sheet instead of a page for each.
    pub sheet: Option<Sheet>,
    /// One side of each card alone: 0 is the front. For printers that cannot turn the card.
    pub only: Option<usize>,
    /// How black is written.
    pub black: Black,
    /// Whether SPECIMEN is printed across both sides.
    pub specimen: bool,
}

/// How the PDF writes pure black, so that the printer's driver takes it from the K panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Black {
    #[default]
    Gray,
    /// `DeviceRGB 0 0 0`: some drivers look for this alone.
    Rgb,
}

impl Black {
    /// The operator that fills with it.
    pub const fn fill(self) -> &'static str {
        match self {
            Self::Gray => "0 g",
            Self::Rgb => "0 0 0 rg",
        }
    }

    /// The operator that strokes with it.
    pub const fn stroke(self) -> &'static str {
        match self {
            Self::Gray => "0 G",
            Self::Rgb => "0 0 0 RG",
        }
    }
}

/// A page: one side of one card in its middle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Page {
    /// What lies left and right, and above and below the card, in mm.
    pub around: [f64; 2],
    /// How front and back are turned, with the page.
    pub turn: [Turn; 2],
}

impl Page {
    pub const CARD: Self = Self {
        around: [0.0; 2],
        turn: [Turn::None; 2],
    };

    /// The card with a bleed of this many mm on each side, as print houses want it.
    pub const fn with_bleed(bleed: f64) -> Self {
        Self {
            around: [bleed; 2],
            ..Self::CARD
        }
    }

    /// The card in the middle of a medium of this width and height in mm: what drivers that
    /// print over the card's edge ask for.
    pub fn of_media(size: [f64; 2]) -> Self {
        Self {
            around: std::array::from_fn(|i| (size[i] - CARD_MM[i]) / 2.0),
            ..Self::CARD
        }
    }

    /// Width and height of a side's page in mm, turned.
    pub fn size(&self, side: usize) -> [f64; 2] {
        self.turn[side].size(self.lying())
    }

    /// What lies left and right, and above and below the card on a side's page, in mm.
    pub fn margins(&self, side: usize) -> [f64; 2] {
        self.turn[side].size(self.around)
    }

    /// Width and height before the turn, in mm.
    fn lying(&self) -> [f64; 2] {
        std::array::from_fn(|i| CARD_MM[i] + 2.0 * self.around[i])
    }
}

/// A turn of the page, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turn {
    /// As it is read.
    #[default]
    None,
    Right,
    Half,
    Left,
}

impl Turn {
    /// The turn of this many degrees.
    pub const fn from_degrees(degrees: u32) -> Option<Self> {
        match degrees {
            0 => Some(Self::None),
            90 => Some(Self::Right),
            180 => Some(Self::Half),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    /// Width and height after the turn.
    fn size(self, [width, height]: [f64; 2]) -> [f64; 2] {
        match self {
            Self::None | Self::Half => [width, height],
            Self::Right | Self::Left => [height, width],
        }
    }

    /// Turns an area of this size and moves it back to the origin.
    fn affine(self, [width, height]: [f64; 2]) -> Affine {
        Affine::new(match self {
            Self::None => [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            Self::Right => [0.0, -1.0, 1.0, 0.0, 0.0, width],
            Self::Half => [-1.0, 0.0, 0.0, -1.0, width, height],
            Self::Left => [0.0, 1.0, -1.0, 0.0, height, 0.0],
        })
    }
}

/// In which order the sides of the cards come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Front, back, front, back.
    #[default]
    FrontBack,
    /// Back, front, back, front: for printers that begin with the back.
    BackFront,
    /// All fronts, then all backs in the same order.
    FrontsBacks,
    /// All fronts, then all backs from the last card to the first: for a stack that is put back
    /// into the feeder as it came out.
    FrontsBacksReversed,
}

impl Default for Press {
    /// With the artwork, at 300 dpi, a page of the card's own size for each side.
    fn default() -> Self {
        Self {
            mode: Mode::Full,
            dpi: 300,
            page: Page::CARD,
            order: Order::FrontBack,
            adjust: [Adjust::NONE; 2],
            sheet: None,
            only: None,
            black: Black::Gray,
            specimen: false,
        }
    }
}

impl Press {
    /// A side of a card on its page: from the card's own pt, counted from its bottom-left corner,
    /// to the page's.
    pub fn on_page(&self, side: usize) -> Affine {
        let around = self.page.around.map(|mm| mm * PT_PER_MM);
        let lying = self.page.lying().map(|mm| mm * PT_PER_MM);
        self.page.turn[side].affine(lying)
            * Affine::translate((around[0], around[1]))
            * self.adjust[side].affine(card_pt())
    }

    /// From the card's own pt to printer dots, counted from the top-left corner of what is
    /// rasterised. `None` when the card lies askew there: then nothing can lie on whole dots.
    ///
    /// On a sheet each card begins at a whole dot, so its own corner is as good as the sheet's.
    pub fn to_dots(&self, side: usize) -> Option<Affine> {
        let (height, placed) = match self.sheet {
            Some(_) => (card_pt()[1], Affine::IDENTITY),
            None => (self.page.size(side)[1] * PT_PER_MM, self.on_page(side)),
        };
        let dots = f64::from(self.dpi) / 72.0;
        let all = Affine::new([dots, 0.0, 0.0, -dots, 0.0, height * dots]) * placed;
        let [a, b, c, d, ..] = all.as_coeffs();
        ((b == 0.0 && c == 0.0) || (a == 0.0 && d == 0.0)).then_some(all)
    }

    /// Whether this side is printed at all.
    pub fn prints(&self, side: usize) -> bool {
        self.only.is_none_or(|only| only == side)
    }

    /// How far beyond the card's edge is printed, in mm, to the sides and up and down.
    pub fn around(&self) -> [f64; 2] {
        self.sheet.map_or(self.page.around, |sheet| sheet.bleed())
    }
}
