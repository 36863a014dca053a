//! The code as the printer's raster shows it.

use hayro::RenderCache;
use image::RgbImage;
use kurbo::{Affine, Point, Rect};

use super::Wrong;
use crate::render::qr::{QUIET, Qr};
use crate::render::raster::Page;

/// Rasterises the code with its quiet zone, reads it, and looks at the middle of every module.
/// `place` leads from the mask's pixels, one a module, to the page's dots.
pub(super) fn prove<'a>(
    page: &Page<'a>,
    cache: &RenderCache<'a>,
    place: Affine,
    payload: &[u8],
) -> Result<(), Wrong> {
    let qr = Qr::encode(payload).map_err(|_| Wrong::CodeUnreadable)?;
    let quiet = f64::from(QUIET);
    let all = f64::from(qr.modules) + quiet;
    let area = place.transform_rect_bbox(Rect::new(-quiet, -quiet, all, all));
    // From whole dot to whole dot, so that the raster is the printer's own.
    let area = area.inset(-1e-3).expand();
    let picture = page.region(cache, area);
    read(&picture, payload)?;
    let quiet = QUIET.cast_signed();
    let range = -quiet..qr.modules.cast_signed() + quiet;
    let right = range.clone().all(|row| {
        range.clone().all(|column| {
            let middle = Point::new(f64::from(column) + 0.5, f64::from(row) + 0.5);
            let at = place * middle - area.origin().to_vec2();
            let within = |at: i32| u32::try_from(at).ok().filter(|at| *at < qr.modules);
            let dark = match (within(column), within(row)) {
                (Some(column), Some(row)) => qr.is_dark(column, row),
                _ => false,
            };
            is_dark(&picture, at) == Some(dark)
        })
    });
    if right {
        Ok(())
    } else {
        Err(Wrong::CodeModule)
    }
}

/// Whether a dot is black or white; a tinted one is neither.
fn is_dark(picture: &RgbImage, at: Point) -> Option<bool> {
    let pixel = picture.get_pixel_checked(at.x as u32, at.y as u32)?;
    match pixel.0 {
        [0..=63, 0..=63, 0..=63] => Some(true),
        [192..=255, 192..=255, 192..=255] => Some(false),
        _ => None,
    }
}

fn read(picture: &RgbImage, payload: &[u8]) -> Result<(), Wrong> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let grey = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32)[0];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let grid = prepared.detect_grids().pop().ok_or(Wrong::CodeUnreadable)?;
    let mut said = Vec::new();
    grid.decode_to(&mut said)
        .map_err(|_| Wrong::CodeUnreadable)?;
    if said == payload {
        Ok(())
    } else {
        Err(Wrong::CodeOther)
    }
}
