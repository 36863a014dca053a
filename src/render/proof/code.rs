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
    let dark = |column: i32, row: i32| {
        let middle = Point::new(f64::from(column) + 0.5, f64::from(row) + 0.5);
        is_dark(&picture, place * middle - area.origin().to_vec2())
    };
    read(qr.modules as usize, &dark, payload)?;
    let quiet = QUIET.cast_signed();
    let range = -quiet..qr.modules.cast_signed() + quiet;
    let right = range.clone().all(|row| {
        range.clone().all(|column| {
            let within = |at: i32| u32::try_from(at).ok().filter(|at| *at < qr.modules);
            let wanted = match (within(column), within(row)) {
                (Some(column), Some(row)) => qr.is_dark(column, row),
                _ => false,
            };
            dark(column, row) == Some(wanted)
        })
    });
    if right {
        Ok(())
    } else {
        Err(Wrong::CodeModule)
    }
}

/// Reads the modules as the raster shows them, with a reader that is not ours. It corrects what
/// any reader would correct.
fn read(
    modules: usize,
    dark: &dyn Fn(i32, i32) -> Option<bool>,
    payload: &[u8],
) -> Result<(), Wrong> {
    let seen = rqrr::SimpleGrid::from_func(modules, |column, row| {
        // A code has at most 177 modules on a side.
        dark(column as i32, row as i32).unwrap_or(false)
    });
    let mut said = Vec::new();
    rqrr::Grid::new(seen)
        .decode_to(&mut said)
        .map_err(|_| Wrong::CodeUnreadable)?;
    if said == payload {
        Ok(())
    } else {
        Err(Wrong::CodeOther)
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
