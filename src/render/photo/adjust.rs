//! A photo that a person cropped and turned by hand.

use image::metadata::Orientation;
use kia_jpeg::ColorModel;

use super::picture::{Layer, Picture};
use super::scale::{self, Small};
use super::{Fault, MAX_SIDE, Prepared, Target, decode, finish};

/// The longest side, in pixels, at which a picture is turned: ten times what a card needs.
const WORKING_SIDE: u32 = 3000;

/// Which part of a photo the card shows, and how far it is turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjustment {
    /// The middle of the part, as fractions of the upright photo's width and height.
    centre: (f64, f64),
    /// Its width as a fraction of the photo's; its height follows from the layout's ratio.
    width: f64,
    /// How far the photo is turned clockwise, in degrees.
    turn: f64,
}

impl Adjustment {
    /// A part around `centre` that is `width` wide, both in fractions of the upright photo, which
    /// is turned clockwise by `turn` degrees. `None` where that is no part of a photo.
    pub fn new(centre: (f64, f64), width: f64, turn: f64) -> Option<Self> {
        let inside = |at: f64| (0.0..=1.0).contains(&at);
        let sound = inside(centre.0)
            && inside(centre.1)
            && (0.02..=4.0).contains(&width)
            && (-360.0..=360.0).contains(&turn);
        sound.then_some(Self {
            centre,
            width,
            turn,
        })
    }
}

/// Makes the card's picture of the part of a photo that a person chose.
///
/// What lies beyond the photo's edge is its edge drawn out: plain cloth, where it was well taken.
///
/// # Errors
/// As [`super::prepare`]; a part with too few pixels is too small.
///
/// # Panics
/// When a side of the target is zero.
pub fn prepare_adjusted(
    bytes: &[u8],
    target: &Target,
    adjustment: &Adjustment,
) -> Result<Prepared, Fault> {
    assert!(target.width > 0 && target.height > 0, "an empty photo box");
    // Every pixel is wanted: nobody knows yet which part of them is kept.
    let picture = decode(bytes, &everything(MAX_SIDE, MAX_SIDE))?;
    let turned = super::picture::turns(picture.orientation);
    let (width, height) = match turned {
        true => (picture.height, picture.width),
        false => (picture.width, picture.height),
    };
    let most = f64::from(WORKING_SIDE) / f64::from(width.max(height));
    let at_work = |side: u32| ((f64::from(side) * most.min(1.0)).round() as u32).max(1);
    let whole = everything(at_work(width), at_work(height));
    let upright = scale::to_target(&picture, &whole)?.upright();
    finish(&part(&upright, target, adjustment), target)
}

/// A target that keeps all of a picture of this size.
pub(super) const fn everything(width: u32, height: u32) -> Target {
    Target {
        width,
        height,
        min_width: 1,
        min_height: 1,
        quality: 100,
    }
}

/// The chosen part of an upright photo, at the photo's own resolution.
fn part(whole: &Small, target: &Target, adjustment: &Adjustment) -> Picture {
    let (sin, cos) = adjustment.turn.to_radians().sin_cos();
    let span = adjustment.width * f64::from(whole.width);
    let ratio = f64::from(target.height) / f64::from(target.width);
    let (width, height) = (span.round().max(1.0), (span * ratio).round().max(1.0));
    let middle = (
        adjustment.centre.0 * f64::from(whole.width),
        adjustment.centre.1 * f64::from(whole.height),
    );
    let luma = Plane {
        samples: &whole.luma,
        width: whole.width as usize,
        height: whole.height as usize,
    };
    let colour = whole.colour.each_ref().map(|samples| Plane {
        samples,
        width: whole.width.div_ceil(2) as usize,
        height: whole.height.div_ceil(2) as usize,
    });
    let mut samples = Vec::with_capacity((width * height) as usize * 3);
    for row in 0..height as u32 {
        for column in 0..width as u32 {
            let across = f64::from(column) + 0.5 - width / 2.0;
            let down = f64::from(row) + 0.5 - height / 2.0;
            // The part lies upright on the card; the photo was turned clockwise under it.
            let x = middle.0 + across * cos + down * sin;
            let y = middle.1 - across * sin + down * cos;
            samples.push(luma.at(x, y));
            samples.extend(colour.iter().map(|plane| plane.at(x / 2.0, y / 2.0)));
        }
    }
    let (width, height) = (width as u32, height as u32);
    Picture {
        width,
        height,
        color_model: ColorModel::YCbCr,
        layers: vec![Layer {
            channels: 3,
            width,
            height,
            extent: (f64::from(width), f64::from(height)),
            samples,
        }],
        orientation: Orientation::NoTransforms,
    }
}

struct Plane<'a> {
    samples: &'a [u8],
    width: usize,
    height: usize,
}

impl Plane<'_> {
    /// The value at a point, in samples from the upper left corner, between the four around it.
    fn at(&self, x: f64, y: f64) -> u8 {
        let place = |at: f64, length: usize| {
            let at = (at - 0.5).clamp(0.0, (length - 1) as f64);
            let low = at.floor() as usize;
            (low, (low + 1).min(length - 1), at - at.floor())
        };
        let (left, right, across) = place(x, self.width);
        let (above, below, down) = place(y, self.height);
        let mix = |a: u8, b: u8, share: f64| f64::from(a) + (f64::from(b) - f64::from(a)) * share;
        let row = |y: usize| {
            let row = &self.samples[y * self.width..];
            mix(row[left], row[right], across)
        };
        let (upper, lower) = (row(above), row(below));
        (upper + (lower - upper) * down).round() as u8
    }
}

#[cfg(test)]
mod tests {
    use super::super::{prepare, size_of};
    use super::*;

    const TARGET: Target = Target {
        width: 60,
        height: 90,
        min_width: 40,
        min_height: 60,
        quality: 95,
    };

    /// A picture with a colour in each quarter: red, green over blue, white.
    fn quarters(width: u32, height: u32) -> Vec<u8> {
        let rgb: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x * 2 / width, y * 2 / height)))
            .flat_map(|quarter| match quarter {
                (0, 0) => [200, 30, 30],
                (1, 0) => [30, 170, 30],
                (0, 1) => [30, 30, 200],
                _ => [240, 240, 240],
            })
            .collect();
        let mut jpeg = Vec::new();
        jpeg_encoder::Encoder::new(&mut jpeg, 98)
            .encode(
                &rgb,
                width as u16,
                height as u16,
                jpeg_encoder::ColorType::Rgb,
            )
            .unwrap();
        jpeg
    }

    /// Which of the four colours a pixel of the result has.
    fn colours(jpeg: &[u8]) -> [char; 4] {
        let options = zune_jpeg::zune_core::options::DecoderOptions::default();
        let cursor = zune_jpeg::zune_core::bytestream::ZCursor::new(jpeg);
        let mut decoder = zune_jpeg::JpegDecoder::new_with_options(cursor, options);
        let pixels = decoder.decode().unwrap();
        let (width, height) = decoder.dimensions().unwrap();
        [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
            let at = (y * height / 4 * width + x * width / 4) * 3;
            match pixels[at..at + 3] {
                [r, g, b] if r > 180 && g > 180 && b > 180 => 'w',
                [r, g, b] if r > g && r > b => 'r',
                [_, g, b] if g > b => 'g',
                _ => 'b',
            }
        })
    }

    fn adjusted(centre: (f64, f64), width: f64, turn: f64) -> Result<Prepared, Fault> {
        let adjustment = Adjustment::new(centre, width, turn).unwrap();
        prepare_adjusted(&quarters(200, 300), &TARGET, &adjustment)
    }

    #[test]
    fn the_whole_photo_unturned_is_what_it_is_without_a_hand() {
        let by_hand = adjusted((0.5, 0.5), 1.0, 0.0).unwrap();
        let by_itself = prepare(&quarters(200, 300), &TARGET).unwrap();
        assert_eq!(colours(&by_hand.jpeg), ['r', 'g', 'b', 'w']);
        assert_eq!(colours(&by_itself.jpeg), ['r', 'g', 'b', 'w']);
        assert_eq!(size_of(&by_hand.jpeg), Ok((60, 90)));
    }

    #[test]
    fn it_is_turned_clockwise_about_the_middle_of_the_part() {
        let turned = |turn| colours(&adjusted((0.5, 0.5), 0.6, turn).unwrap().jpeg);
        assert_eq!(turned(90.0), ['b', 'r', 'w', 'g']);
        assert_eq!(turned(180.0), ['w', 'b', 'g', 'r']);
        assert_eq!(turned(-90.0), ['g', 'w', 'r', 'b']);
        let tilted = adjusted((0.5, 0.5), 0.5, 8.0).unwrap();
        assert_eq!(colours(&tilted.jpeg), ['r', 'g', 'b', 'w']);
        let straight = adjusted((0.5, 0.5), 0.5, 0.0).unwrap();
        assert_ne!(tilted.sha256, straight.sha256);
    }

    #[test]
    fn a_part_is_cut_where_it_was_chosen_and_refused_when_it_is_too_small() {
        // The middle of the upper edge, reaching over it.
        let upper = adjusted((0.5, 0.1), 0.4, 0.0).unwrap();
        assert_eq!(colours(&upper.jpeg), ['r', 'g', 'r', 'g']);
        let small = adjusted((0.5, 0.5), 0.15, 0.0);
        assert!(matches!(small, Err(Fault::TooSmall { .. })), "{small:?}");
        let plain = adjusted((0.25, 0.25), 0.21, 0.0);
        assert_eq!(plain, Err(Fault::Blank("one colour")));
        for (centre, width, turn) in [
            ((1.1, 0.5), 0.5, 0.0),
            ((0.5, f64::NAN), 0.5, 0.0),
            ((0.5, 0.5), 0.0, 0.0),
            ((0.5, 0.5), 0.5, f64::INFINITY),
        ] {
            assert_eq!(Adjustment::new(centre, width, turn), None);
        }
    }
}
