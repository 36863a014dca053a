//! A decoded photo before it is cropped and scaled, still in the colours of its file.

use image::metadata::Orientation;
use kia_jpeg::ColorModel;

/// Some of a picture's channels at one resolution, interleaved, rows without padding.
pub(super) struct Layer {
    pub channels: usize,
    pub width: u32,
    pub height: u32,
    /// The part of the layer that the picture covers, in samples: subsampled layers end in a
    /// fraction of one.
    pub extent: (f64, f64),
    /// `width × height × channels` bytes.
    pub samples: Vec<u8>,
}

/// A whole photo: its layers lie over one another and together carry the channels of the color model.
pub(super) struct Picture {
    /// Width of the file in pixels, before it is turned upright.
    pub width: u32,
    /// Height of the file in pixels.
    pub height: u32,
    /// What the channels mean, in the order of the layers.
    pub color_model: ColorModel,
    /// One layer of all channels, or several.
    pub layers: Vec<Layer>,
    /// How the camera was held.
    pub orientation: Orientation,
}

/// The orientation in an EXIF block (a TIFF file of its own); upright where it says nothing.
pub(super) fn orientation(exif: Option<&[u8]>) -> Orientation {
    exif.and_then(Orientation::from_exif_chunk)
        .unwrap_or(Orientation::NoTransforms)
}

/// Whether this orientation lays the picture on its side.
pub(super) fn turns(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}
