//! Crop to the box's ratio, scale down to its dots, turn upright: in that order, so that every
//! step works on as little as it can.

use fast_image_resize as fir;
use fir::images::{Image, ImageRef};
use fir::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::metadata::Orientation;

use super::picture::{self, Ink, Picture};
use super::{Fault, Target};

/// Share of the surplus height that is cut at the top: faces sit above the middle.
const CUT_ABOVE: f64 = 0.4;

/// The photo at its final size, in YCbCr.
pub(super) struct Small {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Y, Cb, Cr for each pixel, row by row.
    pub pixels: Vec<[u8; 3]>,
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
    let crop = crop.before(picture.orientation, f64::from(width), f64::from(height));
    let mut resizer = Resizer::new();
    let layers: Vec<(usize, Vec<u8>)> = picture
        .layers
        .iter()
        .map(|layer| {
            let pixel = match layer.channels {
                1 => PixelType::U8,
                3 => PixelType::U8x3,
                _ => PixelType::U8x4,
            };
            let across = layer.extent.0 / f64::from(picture.width);
            let down = layer.extent.1 / f64::from(picture.height);
            let options = ResizeOptions::new()
                .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
                // The fourth channel of a printing-press JPEG is black ink, not opacity.
                .use_alpha(false)
                .crop(
                    crop.left * across,
                    crop.top * down,
                    crop.width * across,
                    crop.height * down,
                );
            let source = ImageRef::new(layer.width, layer.height, &layer.samples, pixel)
                .expect("a layer holds width × height × channels bytes");
            let mut small = Image::new(small_w, small_h, pixel);
            resizer
                .resize(&source, &mut small, &options)
                .expect("the crop lies inside the layer and the pixel types agree");
            (layer.channels, small.into_vec())
        })
        .collect();
    Ok(Small {
        width: small_w,
        height: small_h,
        pixels: merge(&layers, picture.ink),
        orientation: picture.orientation,
    })
}

/// Lays the channels of the layers, each with how many it has, side by side as YCbCr.
fn merge(layers: &[(usize, Vec<u8>)], ink: Ink) -> Vec<[u8; 3]> {
    // Nearly every photo is this; the general way would take a tenth of the whole time.
    if let ([(1, y), (1, cb), (1, cr)], Ink::YCbCr) = (layers, ink) {
        let colour = cb.iter().zip(cr);
        return y
            .iter()
            .zip(colour)
            .map(|(&y, (&cb, &cr))| [y, cb, cr])
            .collect();
    }
    let count = layers.first().map_or(0, |(n, samples)| samples.len() / n);
    let mut channels = [0u8; 4];
    (0..count)
        .map(|i| {
            let mut at = 0;
            for (n, samples) in layers {
                channels[at..at + n].copy_from_slice(&samples[i * n..(i + 1) * n]);
                at += n;
            }
            to_ycbcr(channels, ink)
        })
        .collect()
}

impl Small {
    /// Turned as the camera's orientation says.
    pub(super) fn upright(self) -> Self {
        let (w, h) = (self.width as usize, self.height as usize);
        let turned = picture::turns(self.orientation);
        let (new_w, new_h) = if turned { (h, w) } else { (w, h) };
        let from = |x: usize, y: usize| match self.orientation {
            Orientation::NoTransforms => (x, y),
            Orientation::FlipHorizontal => (w - 1 - x, y),
            Orientation::Rotate180 => (w - 1 - x, h - 1 - y),
            Orientation::FlipVertical => (x, h - 1 - y),
            Orientation::Rotate90FlipH => (y, x),
            Orientation::Rotate90 => (y, h - 1 - x),
            Orientation::Rotate270FlipH => (w - 1 - y, h - 1 - x),
            Orientation::Rotate270 => (w - 1 - y, x),
        };
        if self.orientation == Orientation::NoTransforms {
            return self;
        }
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..new_h {
            for x in 0..new_w {
                let (x, y) = from(x, y);
                pixels.push(self.pixels[y * w + x]);
            }
        }
        Self {
            width: new_w as u32,
            height: new_h as u32,
            pixels,
            orientation: Orientation::NoTransforms,
        }
    }
}

/// One pixel of the file's colours as YCbCr.
fn to_ycbcr(channels: [u8; 4], ink: Ink) -> [u8; 3] {
    let [a, b, c, k] = channels;
    // Multiplies what the colour lets through with what the black ink does.
    let under = |colour: u8, black: u8| ((u32::from(colour) * u32::from(black) + 127) / 255) as u8;
    let rgb = match ink {
        Ink::YCbCr => return [a, b, c],
        Ink::Luma => return [a, 128, 128],
        Ink::Rgb => [a, b, c],
        Ink::Cmyk { inverted: true } => [under(a, k), under(b, k), under(c, k)],
        Ink::Cmyk { inverted: false } => [
            under(255 - a, 255 - k),
            under(255 - b, 255 - k),
            under(255 - c, 255 - k),
        ],
        Ink::Ycck { inverted } => {
            // YCCK codes the inks' complements as RGB, so undoing it gives CMY; Adobe inverts all
            // four on top.
            let [r, g, b] = to_rgb([a, b, c]);
            return to_ycbcr([255 - r, 255 - g, 255 - b, k], Ink::Cmyk { inverted });
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
