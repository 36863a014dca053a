//! JPEG: what a file claims to be is read first, then one of the backends decodes it.

mod bits;
mod outline;
mod reduced;
mod sequential;
mod whole;

use super::picture::{self, Ink, Picture};
use super::{Fault, Target, scale, within_limits};
use outline::Coding;

/// The first bytes of every JPEG: start of image, and the marker that follows it.
pub(super) const MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

/// How much more than the target's dots a reduced decode must leave, for the resampling after it
/// to be as sharp as from the whole picture.
const RESERVE: f64 = 1.5;

/// Decodes a JPEG whole and strictly, at a size that the target needs.
pub(super) fn decode(bytes: &[u8], target: &Target) -> Result<Picture, Fault> {
    let outline = outline::read(bytes)?;
    let (width, height) = (u32::from(outline.width), u32::from(outline.height));
    let orientation = picture::orientation(outline.exif);
    let (across, down) = if picture::turns(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    let ink = outline.ink();
    let surplus = scale::crop(across, down, target)?.surplus(target);
    // The card's picture has its colour at half resolution.
    let spare = |component| match (ink, component) {
        (Ink::YCbCr, 1 | 2) => 2.0,
        _ => 1.0,
    };
    let size_of = |component, across: f64, down: f64| {
        let spare = surplus * across.min(down) * spare(component) / RESERVE;
        [1, 2, 4]
            .into_iter()
            .find(|&size| f64::from(size) * spare >= 8.0)
            .unwrap_or(8) as usize
    };
    let layers = match outline.coding {
        Coding::SequentialApart => sequential::layers(&outline, size_of)?,
        // Only reduced is it faster than a decoder of whole pictures.
        Coding::Sequential if size_of(0, 1.0, 1.0) < 8 => sequential::layers(&outline, size_of)?,
        Coding::Sequential | Coding::Progressive => whole::layers(&outline)?,
    };
    Ok(Picture {
        width,
        height,
        ink,
        layers,
        orientation,
    })
}
