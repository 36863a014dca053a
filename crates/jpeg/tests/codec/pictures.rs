//! Generated pictures, their files, and small tools for planes.

use std::path::Path;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use kia_jpeg::{Header, Limits, Picture, Scale};

/// A picture of YCbCr samples: shading, edges and noise in luma, smooth color.
pub fn ycbcr(width: u16, height: u16) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut samples = Vec::new();
    for y in 0..u32::from(height) {
        for x in 0..u32::from(width) {
            let noise = (random(&mut state) % 41) as i32 - 20;
            let edge = if (x / 5 + y / 7) % 3 == 0 { 50 } else { 0 };
            let wave = |n: u32| (f64::from(n) / 40.0).sin() * 40.0;
            samples.push((90 + noise + edge) as u8);
            samples.push((128.0 + wave(x)) as u8);
            samples.push((128.0 - wave(y)) as u8);
        }
    }
    samples
}

/// The next number of a xorshift generator: a failure can be repeated.
pub fn random(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state as usize
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Baseline,
    /// Sequential, one scan per component.
    SeparateScans,
    Progressive,
}

#[derive(Debug, Clone, Copy)]
pub struct Kind {
    pub size: (u16, u16),
    pub coding: Coding,
    /// `None` for a grey picture.
    pub sampling: Option<SamplingFactor>,
    /// MCUs between restart markers, 0 for none.
    pub restart: u16,
    pub quality: u8,
}

/// A file of [`ycbcr`].
pub fn file(kind: &Kind) -> Vec<u8> {
    let (width, height) = kind.size;
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, kind.quality);
    if let Some(sampling) = kind.sampling {
        encoder.set_sampling_factor(sampling);
    }
    encoder.set_progressive(kind.coding == Coding::Progressive);
    encoder.set_optimized_huffman_tables(kind.coding == Coding::SeparateScans);
    if kind.restart > 0 {
        encoder.set_restart_interval(kind.restart);
    }
    let mut samples = ycbcr(width, height);
    let mut color_type = ColorType::Ycbcr;
    if kind.sampling.is_none() {
        samples = samples.into_iter().step_by(3).collect();
        color_type = ColorType::Luma;
    }
    encoder.encode(&samples, width, height, color_type).unwrap();
    jpeg
}

/// A file of the project's corpus; its README says how each was made.
pub fn corpus(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus/photos");
    std::fs::read(folder.join(name)).unwrap()
}

pub fn decode(jpeg: &[u8], scale: Scale) -> Result<Picture, kia_jpeg::Error> {
    Header::parse(jpeg, &Limits::default())?.decode(|_| scale)
}

/// Where the marker `second` follows 0xff for the first time.
pub fn marker(jpeg: &[u8], second: u8) -> usize {
    let pair = [0xff, second];
    jpeg.windows(2).position(|window| window == pair).unwrap()
}
