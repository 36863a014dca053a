//! PNG, through the `image` crate, with the checks that it leaves out.

use std::io::Cursor;

use flate2::Crc;
use image::codecs::png::PngDecoder;
use image::{DynamicImage, Limits};
use kia_jpeg::ColorModel;

use super::picture::{self, Layer, Picture};
use super::{Fault, MAX_DECODE_BYTES, MAX_SIDE, Target, scale, within_limits};

/// The first bytes of every PNG.
pub(super) const MAGIC: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The parts of a PNG that are looked at before it is decoded.
struct Header<'a> {
    width: u32,
    height: u32,
    exif: Option<&'a [u8]>,
}

/// Decodes a PNG whole, with transparency over white.
pub(super) fn decode(bytes: &[u8], target: &Target) -> Result<Picture, Fault> {
    let header = chunks(bytes)?;
    let (width, height) = (header.width, header.height);
    let orientation = picture::orientation(header.exif);
    let (across, down) = if picture::turns(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    scale::crop(across, down, target)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    let damaged = |_| Fault::Truncated("damaged PNG data");
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits).map_err(damaged)?;
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let (color_model, channels, samples) = match image {
        DynamicImage::ImageLuma8(grey) => (ColorModel::Luma, 1, grey.into_raw()),
        image @ DynamicImage::ImageLuma16(_) => {
            (ColorModel::Luma, 1, image.into_luma8().into_raw())
        }
        image if image.color().has_alpha() => (
            ColorModel::Rgb,
            3,
            over_white(image.into_rgba8().into_raw()),
        ),
        image => (ColorModel::Rgb, 3, image.into_rgb8().into_raw()),
    };
    Ok(Picture {
        width,
        height,
        color_model,
        layers: vec![Layer {
            channels,
            width,
            height,
            extent: (f64::from(width), f64::from(height)),
            samples,
        }],
        orientation,
    })
}

/// Reads the chunks from the signature to IEND and checks the checksum of each that the picture
/// needs. An optional one with a wrong sum is passed over, as other programs do.
fn chunks(bytes: &[u8]) -> Result<Header<'_>, Fault> {
    let mut rest = &bytes[MAGIC.len()..];
    let mut header = None;
    let mut exif = None;
    loop {
        let (length, after) = rest
            .split_first_chunk::<4>()
            .ok_or(Fault::Truncated("no IEND chunk"))?;
        let length = u32::from_be_bytes(*length) as usize;
        // A chunk is its name, its data and the sum over both.
        let body = after
            .get(..length.saturating_add(4))
            .ok_or(Fault::Truncated("a PNG chunk ends early"))?;
        let (sum, after) = after[body.len()..]
            .split_first_chunk::<4>()
            .ok_or(Fault::Truncated("a PNG chunk ends early"))?;
        let (name, data) = body.split_at(4);
        if header.is_none() {
            // The header's limits come before any other work on the file.
            header = Some(ihdr(name, data)?);
        }
        let mut crc = Crc::new();
        crc.update(body);
        let is_whole = crc.sum() == u32::from_be_bytes(*sum);
        if !is_whole && name.first().is_some_and(u8::is_ascii_uppercase) {
            return Err(Fault::Truncated("a PNG check sum is wrong"));
        }
        match name {
            b"eXIf" if is_whole && exif.is_none() => exif = Some(data),
            b"IEND" => break,
            _ => {}
        }
        rest = after;
    }
    let header = header.ok_or(Fault::Format("a PNG without a header"))?;
    Ok(Header { exif, ..header })
}

/// Reads IHDR and refuses what is over the limits.
fn ihdr<'a>(name: &[u8], data: &[u8]) -> Result<Header<'a>, Fault> {
    let malformed = Fault::Format("a PNG without a header");
    let (b"IHDR", [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, _, _, _]) = (name, data) else {
        return Err(malformed);
    };
    let width = u32::from_be_bytes([*w0, *w1, *w2, *w3]);
    let height = u32::from_be_bytes([*h0, *h1, *h2, *h3]);
    if width == 0 || height == 0 {
        return Err(malformed);
    }
    // A palette becomes red, green, blue and perhaps opacity; a transparent colour adds opacity
    // to the others, so they are reckoned with it.
    let channels = match colour {
        0 | 4 => 2,
        2 | 3 | 6 => 4,
        _ => return Err(malformed),
    };
    // Sixteen bits are decoded whole before they are cut to eight.
    let pixel_bytes = channels * if *depth == 16 { 3 } else { 1 };
    within_limits(
        width,
        height,
        u64::from(width) * u64::from(height) * pixel_bytes,
    )?;
    Ok(Header {
        width,
        height,
        exif: None,
    })
}

/// Lays RGBA over white and closes the gaps, in place.
fn over_white(mut samples: Vec<u8>) -> Vec<u8> {
    let count = samples.len() / 4;
    for i in 0..count {
        let alpha = u32::from(samples[4 * i + 3]);
        for c in 0..3 {
            let over = u32::from(samples[4 * i + c]) * alpha + 255 * (255 - alpha);
            samples[3 * i + c] = ((over + 127) / 255) as u8;
        }
    }
    samples.truncate(3 * count);
    samples
}
