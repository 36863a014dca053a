//! The backend for progressive JPEGs and for those that are no larger than needed: zune-jpeg, at full size.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::super::picture::Layer;
use super::Fault;
use super::bits::DAMAGED;
use super::outline::Outline;

/// Decodes in the file's own colours, which saves converting pixels that scaling throws away.
pub(super) fn layers(outline: &Outline<'_>) -> Result<Vec<Layer>, Fault> {
    let damaged = |_| DAMAGED;
    let side = |n: u16| usize::from(n);
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(side(outline.width))
        .set_max_height(side(outline.height));
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(outline.bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    if let Some(own) = decoder.input_colorspace() {
        decoder.set_options(options.jpeg_set_out_colorspace(own));
    }
    let channels = outline.components.len();
    let samples = decoder.decode().map_err(damaged)?;
    if samples.len() != side(outline.width) * side(outline.height) * channels {
        return Err(Fault::Format("a JPEG with contradicting headers"));
    }
    Ok(vec![Layer {
        channels,
        width: outline.width.into(),
        height: outline.height.into(),
        extent: (outline.width.into(), outline.height.into()),
        samples,
    }])
}
