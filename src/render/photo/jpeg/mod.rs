//! A JPEG decoder for cameras' files that is strict and works at the size the card needs.
//!
//! It is our own for two reasons. A photo must be whole: zune-jpeg, even in its strict mode, and
//! jpeg-decoder make up the rest of a scan that ends early, and zune-jpeg reads a sequential file
//! whose components come in separate scans as garbage. And most of a decoder's time goes into samples
//! that scaling throws away: here every code is read, but each block is transformed only to as many
//! eighths of its size as leave enough for the target's dots, for each component on its own; and
//! codes that no such sample needs are only measured, several at a look. On real photos that takes
//! less time than libjpeg-turbo at the same scale, so there is no C here to choose.
//!
//! ```text
//! outline ─▶ tables, scan ─▶ sequential or progressive ─▶ reduced ─▶ planes
//! markers    huffman         leaps: several codes         transform  layers of the picture
//!            bits            of a block at once
//! ```
//!
//! Not here on purpose: arithmetic coding, more than eight bits, lossless and hierarchical frames.

mod bits;
mod huffman;
mod leaps;
mod outline;
mod planes;
mod progressive;
mod reduced;
mod scan;
mod sequential;
mod tables;

use super::picture::{self, Ink, Picture};
use super::{Fault, Target, scale, within_limits};
use planes::{Grid, Plane, SIZES};

pub(super) use tables::ZIGZAG;

/// The first bytes of every JPEG: start of image, and the marker that follows it.
pub(super) const MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

/// How much more than the target's dots a reduced decode must leave, for the resampling after it
/// to be as sharp as from the whole picture. Measured against resampling whole photos: less than
/// this shows, and 1.5 costs a photo of 12 megapixels half as much time again for 0.3 dB.
const RESERVE: f64 = 1.4;

/// The size of the picture as its header says, turned upright by nothing.
pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let outline = outline::read(bytes)?;
    Ok((outline.width.into(), outline.height.into()))
}

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
    let (grids, mcus) = Grid::of(&outline);
    let (h_max, v_max) = outline.most();
    let mut planes: Vec<Plane> = grids
        .iter()
        .enumerate()
        .map(|(number, grid)| {
            let across = f64::from(grid.spec.h) / f64::from(h_max);
            let down = f64::from(grid.spec.v) / f64::from(v_max);
            // The card's picture has its colour at half resolution.
            let halved = ink == Ink::YCbCr && number > 0;
            let spare = surplus * across.min(down) * if halved { 2.0 } else { 1.0 };
            let size = SIZES
                .into_iter()
                .find(|&size| size as f64 / 8.0 * spare >= RESERVE);
            Plane::new(grid, size.unwrap_or(8))
        })
        .collect();
    if outline.progressive {
        progressive::decode(&outline, &grids, mcus, &mut planes)?;
    } else {
        sequential::decode(&outline, &grids, mcus, &mut planes)?;
    }
    let layers = planes
        .into_iter()
        .zip(&grids)
        .map(|(plane, grid)| plane.into_layer(&outline, grid.spec))
        .collect();
    Ok(Picture {
        width,
        height,
        ink,
        layers,
        orientation,
    })
}
