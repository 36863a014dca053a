//! JPEG, through the crate `kia-jpeg`: strict, and at the size that the card needs.

use kia_jpeg::{ColorModel, Header, Limits, Scale, Ycbcr420};

use super::picture::{self, Layer, Picture};
use super::scale::{self, Small};
use super::{Fault, MAX_DECODE_BYTES, MAX_SIDE, Target};

/// How much more than the target's dots a scaled decode must leave, so that resampling is as sharp
/// as from the whole picture. Measured: less shows, and 1.5 costs a photo of 12 megapixels half as
/// much time again for 0.3 dB.
const RESERVE: f64 = 1.4;

impl From<kia_jpeg::Error> for Fault {
    fn from(error: kia_jpeg::Error) -> Self {
        match error {
            kia_jpeg::Error::Format(what) => Self::Format(what),
            kia_jpeg::Error::Damaged(what) => Self::Truncated(what),
            kia_jpeg::Error::Limits { width, height } => Self::Limits { width, height },
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Header<'_>, Fault> {
    let limits = Limits {
        max_side: MAX_SIDE,
        max_decode_bytes: MAX_DECODE_BYTES,
    };
    Ok(Header::parse(bytes, &limits)?)
}

/// The size in pixels, before the orientation is applied.
pub(super) fn size(bytes: &[u8]) -> Result<(u32, u32), Fault> {
    let header = parse(bytes)?;
    Ok((header.width(), header.height()))
}

pub(super) fn decode(bytes: &[u8], target: &Target) -> Result<Picture, Fault> {
    let header = parse(bytes)?;
    let (width, height) = (header.width(), header.height());
    let orientation = picture::orientation(header.exif());
    let (across, down) = if picture::turns(orientation) {
        (height, width)
    } else {
        (width, height)
    };
    let surplus = scale::crop(across, down, target)?.surplus(target);
    let (h_max, v_max) = header.max_sampling();
    let decoded = header.decode(|index| {
        let component = header.components()[index];
        let across = f64::from(component.h) / f64::from(h_max);
        let down = f64::from(component.v) / f64::from(v_max);
        // The card's picture has its colour at half resolution.
        let halved = header.color_model() == ColorModel::YCbCr && index > 0;
        let spare = surplus * across.min(down) * if halved { 2.0 } else { 1.0 };
        let smallest = Scale::ALL
            .into_iter()
            .find(|scale| scale.factor() * spare >= RESERVE);
        smallest.unwrap_or(Scale::FULL)
    })?;
    let layers = decoded.planes.into_iter().map(|plane| Layer {
        channels: 1,
        width: plane.width,
        height: plane.height,
        extent: plane.extent(),
        samples: plane.samples,
    });
    Ok(Picture {
        width,
        height,
        color_model: decoded.color_model,
        layers: layers.collect(),
        orientation,
    })
}

pub(super) fn encode(small: &Small, quality: u8) -> Vec<u8> {
    let [cb, cr] = &small.colour;
    let planes = Ycbcr420::new(small.width, small.height, &small.luma, cb, cr)
        .expect("sides are 1 to 6000, and the colour has half as many rows and columns");
    kia_jpeg::encode(&planes, quality)
}
