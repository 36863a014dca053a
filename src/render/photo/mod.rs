//! A child's photo, from whatever a school or a phone sent to the one picture a card carries.
//!
//! [`prepare`] is validation and preparation at once: it decodes strictly (a half-copied file is
//! refused, never printed with a grey lower half), turns the picture upright, crops it to the
//! layout's ratio, scales it down to the printer's dots and encodes a baseline JPEG in three
//! components without metadata. A photo is prepared once, at intake; a page takes the result as it
//! is. The same bytes and target always give the same JPEG.
//!
//! ```text
//! bytes ─▶ jpeg / png ─▶ Picture ─▶ scale ─▶ look (blank? which cloth?) ─▶ encode ─▶ Prepared
//!          header, limits  layers    crop, turn
//! ```
//!
//! The colours are taken as sRGB: an embedded profile is neither applied nor kept.

mod adjust;
mod jpeg;
mod look;
mod picture;
mod png;
mod scale;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use crate::domain::rules::{self, Rule};

use picture::Picture;

pub use adjust::{Adjustment, prepare_adjusted};

/// The longest side a photo may have, in pixels.
pub const MAX_SIDE: u32 = 6000;

/// The most memory a decoder may take for one photo, in bytes.
pub const MAX_DECODE_BYTES: u64 = 160 << 20;

/// What the layout and the printer ask of a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Width of the layout's photo box in printer dots.
    pub width: u32,
    /// Height of the layout's photo box in printer dots.
    pub height: u32,
    /// The fewest pixels the cropped photo may be wide: the box at 300 dpi.
    pub min_width: u32,
    /// The fewest pixels the cropped photo may be high: the box at 300 dpi.
    pub min_height: u32,
    /// JPEG quality of the result, 1 to 100.
    pub quality: u8,
}

impl Target {
    /// A box of this many dots at 300 dpi, so that a photo with fewer is refused; quality 90.
    pub const fn new(width: u32, height: u32) -> Self {
        Self {
            width,
            height,
            min_width: width,
            min_height: height,
            quality: 90,
        }
    }
}

/// A photo ready for the card.
#[derive(Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Baseline JPEG: JFIF, three components, interleaved, no metadata.
    pub jpeg: Vec<u8>,
    /// Width in pixels: the target's, or fewer where the photo has fewer dots than the box.
    pub width: u32,
    /// Height in pixels, likewise.
    pub height: u32,
    pub sha256: [u8; 32],
    /// The cloth behind the child.
    pub background: Background,
}

impl std::fmt::Debug for Prepared {
    /// Leaves the picture out: it shows a child.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("bytes", &self.jpeg.len())
            .field("width", &self.width)
            .field("height", &self.height)
            .field("background", &self.background)
            .finish_non_exhaustive()
    }
}

/// The colour of the cloth behind the child: by practice red for odd birth years and blue for
/// even ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Red,
    Blue,
    Other,
}

/// Why a photo can't go on a card.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not JPEG or PNG by its first bytes, or of a kind that no camera makes.
    #[error("the photo is {0}; send a plain JPEG or PNG")]
    Format(&'static str),
    /// The file ends early, or its data are damaged.
    #[error("the photo file is not whole: {0}; send the original again")]
    Truncated(&'static str),
    /// Too many pixels, judged from the header alone.
    #[error(
        "the photo of {width} × {height} pixels is over the limit of {MAX_SIDE} × {MAX_SIDE} \
         pixels and {} MiB of decoded data; send a smaller one",
        MAX_DECODE_BYTES >> 20
    )]
    Limits {
        /// Width in the header.
        width: u32,
        /// Height in the header.
        height: u32,
    },
    /// Nothing to see: one colour, or a part that a broken upload left grey.
    #[error("the photo is blank: {0}; take it again")]
    Blank(&'static str),
    /// Would have to be enlarged to fill the box at 300 dpi.
    #[error(
        "the photo has {width} × {height} pixels at the card's proportions, and {min_width} × \
         {min_height} are needed; send a larger one"
    )]
    TooSmall {
        /// Pixels across, after the crop.
        width: u32,
        /// Pixels down, after the crop.
        height: u32,
        min_width: u32,
        min_height: u32,
    },
}

impl Fault {
    /// The rule of the catalogue that this breaks.
    pub fn rule(&self) -> &'static Rule {
        match self {
            Self::Format(_) => &rules::PHOTO_FORMAT,
            Self::Truncated(_) => &rules::PHOTO_TRUNCATED,
            Self::Limits { .. } => &rules::PHOTO_LIMITS,
            Self::Blank(_) => &rules::PHOTO_BLANK,
            Self::TooSmall { .. } => &rules::PHOTO_TOO_SMALL,
        }
    }

    /// What fills the `{}` of the rule's messages: figures or the name of a format, the same in
    /// every language.
    pub fn detail(&self) -> String {
        match self {
            Self::Format(what) | Self::Truncated(what) | Self::Blank(what) => (*what).to_owned(),
            Self::Limits { width, height } => format!("{width} × {height}"),
            Self::TooSmall {
                width,
                height,
                min_width,
                min_height,
            } => format!("{width} × {height} < {min_width} × {min_height}"),
        }
    }
}

/// The width and height in pixels of a [`Prepared`] JPEG.
///
/// # Errors
/// As [`prepare`], for what it did not make.
pub fn size_of(jpeg: &[u8]) -> Result<(u32, u32), Fault> {
    jpeg::size(jpeg)
}

/// The cloth behind the child on a [`Prepared`] JPEG.
///
/// # Errors
/// As [`prepare`], for what it did not make.
pub fn background_of(jpeg: &[u8]) -> Result<Background, Fault> {
    let (width, height) = size_of(jpeg)?;
    let whole = adjust::everything(width, height);
    let small = scale::to_target(&decode(jpeg, &whole)?, &whole)?;
    Ok(look::background(&small.upright()))
}

/// Makes the card's picture of a photo file, or says why there can be none.
///
/// # Panics
///
/// When a side of the target is zero: a layout without a photo box has nothing to prepare.
pub fn prepare(bytes: &[u8], target: &Target) -> Result<Prepared, Fault> {
    assert!(target.width > 0 && target.height > 0, "an empty photo box");
    finish(&decode(bytes, target)?, target)
}

/// Decodes a photo file, whole and strictly, at a size that the target needs.
fn decode(bytes: &[u8], target: &Target) -> Result<Picture, Fault> {
    if bytes.starts_with(&kia_jpeg::MAGIC) {
        jpeg::decode(bytes, target)
    } else if bytes.starts_with(&png::MAGIC) {
        png::decode(bytes, target)
    } else {
        Err(Fault::Format("neither JPEG nor PNG"))
    }
}

/// Crops, scales, judges and encodes.
fn finish(picture: &Picture, target: &Target) -> Result<Prepared, Fault> {
    let small = scale::to_target(picture, target)?;
    look::refuse_blank(&small)?;
    let small = small.upright();
    let background = look::background(&small);
    let jpeg = jpeg::encode(&small, target.quality);
    Ok(Prepared {
        sha256: Sha256::digest(&jpeg).into(),
        width: small.width,
        height: small.height,
        background,
        jpeg,
    })
}

/// Refuses, from the header alone, a picture over the limits. `decode_bytes` is what decoding
/// would take.
fn within_limits(width: u32, height: u32, decode_bytes: u64) -> Result<(), Fault> {
    if width > MAX_SIDE || height > MAX_SIDE || decode_bytes > MAX_DECODE_BYTES {
        return Err(Fault::Limits { width, height });
    }
    Ok(())
}
