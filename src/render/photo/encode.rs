//! The small picture as the JPEG that the page carries.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::scale::Small;

/// Encodes baseline, interleaved, with the standard Huffman tables and colour at half resolution.
///
/// Optimised tables would save some bytes, but the encoder then writes one scan a component, and
/// common decoders read such files with halved colour as garbage.
pub(super) fn jpeg(small: &Small, quality: u8) -> Vec<u8> {
    let mut jpeg = Vec::with_capacity(24 << 10);
    let mut encoder = Encoder::new(&mut jpeg, quality.clamp(1, 100));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |n: u32| u16::try_from(n).expect("sides are at most the 6000 pixels of the limit");
    encoder
        .encode(
            small.pixels.as_flattened(),
            side(small.width),
            side(small.height),
            ColorType::Ycbcr,
        )
        .expect("the pixels fill the picture and memory takes every byte");
    jpeg
}
