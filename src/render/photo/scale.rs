//! Crop to the box's ratio, scale down to its dots, turn upright: in that order, so that every
//! step works on as little as it can.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{Filter, FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;
use kia_jpeg::ColorModel;

use super::picture::{self, Layer, Picture};
use super::{Fault, Target};

/// Share of the surplus height that is cut at the top: faces sit above the middle.
const CUT_ABOVE: f64 = 0.4;

/// The photo at its final size, in YCbCr, with its colour at half resolution as the page has it.
pub(super) struct Small {
    pub width: u32,
    pub height: u32,
    /// Y, row by row.
    pub luma: Vec<u8>,
    /// Cb and Cr, row by row, each with half as many rows and columns, rounded up.
    pub colour: [Vec<u8>; 2],
    orientation: Orientation,
}

/// A part of the picture as fractions of its sides, and how many pixels it has.
#[derive(Debug, PartialEq)]
pub(super) struct Crop {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

/// The largest part of an upright `width × height` picture that has the target's ratio, refused
/// when it has fewer pixels than the target needs. In pixels.
pub(super) fn crop(width: u32, height: u32, target: &Target) -> Result<Crop, Fault> {
    let (w, h) = (f64::from(width), f64::from(height));
    let ratio = f64::from(target.width) / f64::from(target.height);
    let (cut_w, cut_h) = if w > h * ratio {
        (h * ratio, h)
    } else {
        (w, w / ratio)
    };
    // Half a pixel of grace: the target's own ratio is rounded to whole dots.
    if cut_w + 0.5 < f64::from(target.min_width) || cut_h + 0.5 < f64::from(target.min_height) {
        return Err(Fault::TooSmall {
            width: cut_w as u32,
            height: cut_h as u32,
            min_width: target.min_width,
            min_height: target.min_height,
        });
    }
    Ok(Crop {
        left: (w - cut_w) / 2.0,
        top: (h - cut_h) * CUT_ABOVE,
        width: cut_w,
        height: cut_h,
    })
}

impl Crop {
    /// How many pixels there are for each dot of the target, along the side that has fewer.
    pub(super) fn surplus(&self, target: &Target) -> f64 {
        (self.width / f64::from(target.width)).min(self.height / f64::from(target.height))
    }

    /// The size of the result: the target's, and never more than the crop has.
    fn size(&self, target: &Target) -> (u32, u32) {
        let fit = |dots: u32, pixels: f64| dots.min((pixels.round() as u32).max(1));
        (
            fit(target.width, self.width),
            fit(target.height, self.height),
        )
    }

    /// The same part of the picture before it was turned upright; `width` and `height` are those
    /// of the upright picture.
    fn before(self, orientation: Orientation, width: f64, height: f64) -> Self {
        let right = width - self.left - self.width;
        let bottom = height - self.top - self.height;
        let (left, top) = match orientation {
            Orientation::NoTransforms => (self.left, self.top),
            Orientation::FlipHorizontal => (right, self.top),
            Orientation::Rotate180 => (right, bottom),
            Orientation::FlipVertical => (self.left, bottom),
            Orientation::Rotate90FlipH => (self.top, self.left),
            Orientation::Rotate90 => (self.top, right),
            Orientation::Rotate270FlipH => (bottom, right),
            Orientation::Rotate270 => (bottom, self.left),
        };
        let (width, height) = if picture::turns(orientation) {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        Self {
            left,
            top,
            width,
            height,
        }
    }
}

/// The part of the picture that the card shows, at the target's dots, not yet turned upright.
pub(super) fn to_target(picture: &Picture, target: &Target) -> Result<Small, Fault> {
    let turned = picture::turns(picture.orientation);
    let (width, height) = if turned {
        (picture.height, picture.width)
    } else {
        (picture.width, picture.height)
    };
    let crop = crop(width, height, target)?;
    let (mut small_w, mut small_h) = crop.size(target);
    if turned {
        std::mem::swap(&mut small_w, &mut small_h);
    }
    let mut part = Part {
        picture,
        crop: crop.before(picture.orientation, f64::from(width), f64::from(height)),
        resizer: Resizer::new(),
    };
    let (half_w, half_h) = (small_w.div_ceil(2), small_h.div_ceil(2));
    let (luma, colour) = match (picture.layers.as_slice(), picture.color_model) {
        // Nearly every photo is this, and never becomes anything but planes.
        ([y, cb, cr], ColorModel::YCbCr) if small_w % 2 == 0 && small_h % 2 == 0 => {
            let colour = [cb, cr].map(|layer| part.shrunk(layer, half_w, half_h));
            (part.shrunk(y, small_w, small_h), colour)
        }
        (layers, color_model) => {
            let layers: Vec<_> = layers
                .iter()
                .map(|layer| (layer.channels, part.shrunk(layer, small_w, small_h)))
                .collect();
            let pixels = merge(&layers, color_model);
            let columns = pairs(small_w as usize, reversed_x(picture.orientation));
            let rows = pairs(small_h as usize, reversed_y(picture.orientation));
            let colour = [1, 2].map(|channel| halved(&pixels, &columns, &rows, channel));
            (pixels.iter().map(|pixel| pixel[0]).collect(), colour)
        }
    };
    Ok(Small {
        width: small_w,
        height: small_h,
        luma,
        colour,
        orientation: picture.orientation,
    })
}

/// The part of a picture that the card shows.
struct Part<'a> {
    picture: &'a Picture,
    crop: Crop,
    resizer: Resizer,
}

impl Part<'_> {
    /// This part of a layer at `width × height` samples.
    fn shrunk(&mut self, layer: &Layer, width: u32, height: u32) -> Vec<u8> {
        let pixel = match layer.channels {
            1 => PixelType::U8,
            3 => PixelType::U8x3,
            _ => PixelType::U8x4,
        };
        let across = layer.extent.0 / f64::from(self.picture.width);
        let down = layer.extent.1 / f64::from(self.picture.height);
        let filter = Filter::new("Lanczos3", lanczos3, 3.0).expect("the support is a number");
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Custom(filter)))
            // The fourth channel of a printing-press JPEG is black ink, not opacity.
            .use_alpha(false)
            .crop(
                self.crop.left * across,
                self.crop.top * down,
                self.crop.width * across,
                self.crop.height * down,
            );
        let source = ImageRef::new(layer.width, layer.height, &layer.samples, pixel)
            .expect("a layer holds width × height × channels bytes");
        let mut small = Image::new(width, height, pixel);
        self.resizer
            .resize(&source, &mut small, &options)
            .expect("the crop lies inside the layer and the pixel types agree");
        small.into_vec()
    }
}

/// Lanczos' filter of three lobes, without the two sines a sample that the stock one takes: they
/// were a twentieth of the whole time.
fn lanczos3(x: f64) -> f64 {
    if x.abs() >= 3.0 {
        return 0.0;
    }
    // The filter is sin(3t)/3t · sin(t)/t for t = πx/3, and sin(3t) = 3 sin(t) − 4 sin³(t).
    let square = (x * (std::f64::consts::PI / 3.0)).powi(2);
    // The series of sin(t)/t; its next term is below 10⁻⁸ here.
    let sinc = (1..=9).rev().fold(1.0, |rest, n| {
        1.0 - square * (1.0 / f64::from(2 * n * (2 * n + 1))) * rest
    });
    let sinc_square = sinc * sinc;
    sinc_square * (1.0 - 4.0 / 3.0 * square * sinc_square)
}

/// Lays the channels of the layers, each with how many it has, side by side as YCbCr.
fn merge(layers: &[(usize, Vec<u8>)], color_model: ColorModel) -> Vec<[u8; 3]> {
    let count = layers.first().map_or(0, |(n, samples)| samples.len() / n);
    let mut channels = [0u8; 4];
    (0..count)
        .map(|i| {
            let mut at = 0;
            for (n, samples) in layers {
                channels[at..at + n].copy_from_slice(&samples[i * n..(i + 1) * n]);
                at += n;
            }
            to_ycbcr(channels, color_model)
        })
        .collect()
}

/// The columns or rows that become one at half resolution. The odd one out has no pair: it is the
/// last of the upright picture, and so the first of one that is yet to be reversed.
fn pairs(length: usize, reversed: bool) -> Vec<(usize, usize)> {
    let shift = usize::from(reversed && length % 2 == 1);
    (0..length.div_ceil(2))
        .map(|i| 2 * i + 1 - shift)
        .map(|second| (second.saturating_sub(1), second.min(length - 1)))
        .collect()
}

/// Whether turning upright reverses the file's rows from left to right.
fn reversed_x(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::FlipHorizontal
            | Orientation::Rotate180
            | Orientation::Rotate270
            | Orientation::Rotate270FlipH
    )
}

/// Whether turning upright reverses the file's columns from top to bottom.
fn reversed_y(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::FlipVertical
            | Orientation::Rotate180
            | Orientation::Rotate90
            | Orientation::Rotate270FlipH
    )
}

/// A channel at half resolution.
fn halved(
    pixels: &[[u8; 3]],
    columns: &[(usize, usize)],
    rows: &[(usize, usize)],
    channel: usize,
) -> Vec<u8> {
    let width = columns.last().map_or(0, |pair| pair.1 + 1);
    let at = |x: usize, y: usize| u16::from(pixels[y * width + x][channel]);
    let mut half = Vec::with_capacity(columns.len() * rows.len());
    for &(top, bottom) in rows {
        for &(left, right) in columns {
            let sum = at(left, top) + at(right, top) + at(left, bottom) + at(right, bottom);
            half.push(((sum + 2) / 4) as u8);
        }
    }
    half
}

impl Small {
    /// Columns of the colour planes.
    pub(super) fn half_width(&self) -> usize {
        self.width.div_ceil(2) as usize
    }

    /// Turned as the camera's orientation says.
    pub(super) fn upright(self) -> Self {
        if self.orientation == Orientation::NoTransforms {
            return self;
        }
        let half = self.half_width();
        let (width, height) = if picture::turns(self.orientation) {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        };
        Self {
            width,
            height,
            luma: turned(&self.luma, self.width as usize, self.orientation),
            colour: self
                .colour
                .map(|plane| turned(&plane, half, self.orientation)),
            orientation: Orientation::NoTransforms,
        }
    }
}

/// A plane turned as the camera's orientation says.
fn turned(plane: &[u8], w: usize, orientation: Orientation) -> Vec<u8> {
    let h = plane.len() / w;
    let (new_w, new_h) = if picture::turns(orientation) {
        (h, w)
    } else {
        (w, h)
    };
    let from = |x: usize, y: usize| match orientation {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (w - 1 - x, y),
        Orientation::Rotate180 => (w - 1 - x, h - 1 - y),
        Orientation::FlipVertical => (x, h - 1 - y),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate90 => (y, h - 1 - x),
        Orientation::Rotate270FlipH => (w - 1 - y, h - 1 - x),
        Orientation::Rotate270 => (w - 1 - y, x),
    };
    let mut turned = Vec::with_capacity(plane.len());
    for y in 0..new_h {
        for x in 0..new_w {
            let (x, y) = from(x, y);
            turned.push(plane[y * w + x]);
        }
    }
    turned
}

/// One pixel of the file's colours as YCbCr.
fn to_ycbcr(channels: [u8; 4], color_model: ColorModel) -> [u8; 3] {
    let [a, b, c, k] = channels;
    // Multiplies what the colour lets through with what the black ink does.
    let under = |colour: u8, black: u8| ((u32::from(colour) * u32::from(black) + 127) / 255) as u8;
    let rgb = match color_model {
        ColorModel::YCbCr => return [a, b, c],
        ColorModel::Luma => return [a, 128, 128],
        ColorModel::Rgb => [a, b, c],
        ColorModel::Cmyk { inverted: true } => [under(a, k), under(b, k), under(c, k)],
        ColorModel::Cmyk { inverted: false } => [
            under(255 - a, 255 - k),
            under(255 - b, 255 - k),
            under(255 - c, 255 - k),
        ],
        ColorModel::Ycck { inverted } => {
            // YCCK codes the inks' complements as RGB, so undoing it gives CMY; Adobe inverts all
            // four on top.
            let [r, g, b] = to_rgb([a, b, c]);
            return to_ycbcr(
                [255 - r, 255 - g, 255 - b, k],
                ColorModel::Cmyk { inverted },
            );
        }
    };
    let (y, cb, cr) = jpeg_encoder::rgb_to_ycbcr(rgb[0], rgb[1], rgb[2]);
    [y, cb, cr]
}

/// The RGB of a YCbCr pixel (ITU-T T.871).
pub(super) fn to_rgb([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    let byte = |v: f32| v.round().clamp(0.0, 255.0) as u8;
    [
        byte(y + 1.402 * cr),
        byte(y - 0.344_136 * cb - 0.714_136 * cr),
        byte(y + 1.772 * cb),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_without_sines_is_lanczos() {
        let sinc = |x: f64| {
            let t = x * std::f64::consts::PI;
            if t == 0.0 { 1.0 } else { t.sin() / t }
        };
        for x in (-320..=320).map(|n| f64::from(n) / 100.0) {
            let exact = if x.abs() < 3.0 {
                sinc(x) * sinc(x / 3.0)
            } else {
                0.0
            };
            assert!((lanczos3(x) - exact).abs() < 1e-6, "{x}");
        }
    }
}
