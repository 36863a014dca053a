//! JPEG: what a file claims to be is read first, then one of the backends decodes it.

mod outline;
mod whole;

use super::picture::{self, Ink, Picture};
use super::{Fault, Target, scale, within_limits};
use outline::{Coding, Outline};

/// The first bytes of every JPEG: start of image, and the marker that follows it.
pub(super) const MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

/// Decodes a JPEG whole and strictly.
pub(super) fn decode(bytes: &[u8], target: &Target) -> Result<Picture, Fault> {
    let outline = outline::read(bytes)?;
    let (width, height) = (u32::from(outline.width), u32::from(outline.height));
    let orientation = picture::orientation(outline.exif);
    let (across, down) = if picture::turns(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    scale::crop(across, down, target)?;
    let layers = whole::layers(&outline)?;
    Ok(Picture {
        width,
        height,
        ink: outline.ink(),
        layers,
        orientation,
    })
}
