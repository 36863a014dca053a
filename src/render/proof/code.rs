//! The code as the printer's raster shows it.

use hayro::RenderCache;
use image::RgbImage;
use kurbo::{Affine, Point, Rect, Vec2};

use super::Wrong;
use crate::render::qr::{QUIET, Qr};
use crate::render::raster::Page;

/// The code's mask as the file paints it.
pub(super) struct Mask<'a> {
    /// From its pixels, one a module, to the page's dots.
    pub place: Affine,
    /// Pixels across and down.
    pub size: [u32; 2],
    pub pixels: &'a [bool],
}

impl Mask<'_> {
    /// The code with its quiet zone, in dots.
    pub(super) fn area(&self) -> Rect {
        let quiet = f64::from(QUIET);
        let [width, height] = self.size.map(f64::from);
        let all = Rect::new(-quiet, -quiet, width + quiet, height + quiet);
        self.place.transform_rect_bbox(all)
    }

    /// Rasterises the dots in the middle of each module, reads the code from them, and compares
    /// every module.
    pub(super) fn prove(&self, payload: &[u8]) -> Result<(), Wrong> {
        let [width, height] = self.size;
        if self.pixels.len() != (width * height) as usize {
            return Err(Wrong::CodeUnreadable);
        }
        let back = self.place.inverse();
        let dot = |middle: Point| {
            let dot = self.place * middle;
            // What a rasteriser paints a dot with is what lies under the dot's middle.
            let under = back * (dot.floor() + Vec2::new(0.5, 0.5));
            let [x, y] = [under.x.floor(), under.y.floor()];
            let within = x >= 0.0 && y >= 0.0 && x < f64::from(width) && y < f64::from(height);
            Some(within && self.pixels[(y as u32 * width + x as u32) as usize])
        };
        compare(payload, &dot)
    }
}

/// The same from the whole page as a rasteriser paints it, with all that lies beneath and beside.
pub(super) fn prove_whole<'a>(
    page: &Page<'a>,
    cache: &RenderCache<'a>,
    mask: &Mask<'_>,
    payload: &[u8],
) -> Result<(), Wrong> {
    // From whole dot to whole dot, so that the raster is the printer's own.
    let area = mask.area().inset(-1e-3).expand();
    let picture = page.region(cache, area);
    let dot = |middle: Point| is_dark(&picture, mask.place * middle - area.origin().to_vec2());
    compare(payload, &dot)
}

/// Reads the modules and compares them with what they ought to be; `dot` says of a place in modules
/// whether it is dark, if it is either.
fn compare(payload: &[u8], dot: &dyn Fn(Point) -> Option<bool>) -> Result<(), Wrong> {
    let qr = Qr::encode(payload).map_err(|_| Wrong::CodeUnreadable)?;
    let dark =
        |column: i32, row: i32| dot(Point::new(f64::from(column) + 0.5, f64::from(row) + 0.5));
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
