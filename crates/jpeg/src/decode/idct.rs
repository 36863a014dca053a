//! The scaled inverse cosine transform.
//!
//! The transform of size `N` × `N` over the lowest frequencies of a block gives the block scaled
//! from 8 × 8 to `N` × `N` samples, for a fraction of the work.

use crate::block::Block;

/// Samples across a block at full size.
const FULL: usize = 8;

/// The transform to `N` × `N` samples. Rows have `LANES` places, 4 or 8, to fill vector registers.
pub(super) struct Idct<const N: usize, const LANES: usize> {
    down: [[f32; N]; N],
    across: [[f32; LANES]; N],
}

impl<const N: usize, const LANES: usize> Idct<N, LANES> {
    pub(super) fn new() -> Self {
        let (mut down, mut across) = ([[0.0; N]; N], [[0.0; LANES]; N]);
        for sample in 0..N {
            for frequency in 0..N {
                let norm = if frequency == 0 { 1.0 } else { 2.0 } / FULL as f64;
                let turn = (2 * sample + 1) as f64 * frequency as f64 / (2 * N) as f64;
                let weight = norm.sqrt() * (turn * std::f64::consts::PI).cos();
                down[sample][frequency] = weight as f32;
                across[frequency][sample] = weight as f32;
            }
        }
        Self { down, across }
    }

    /// Writes a block's samples into the top left corner of `to`, whose rows are `stride` long.
    #[inline]
    pub(super) fn write(
        &self,
        block: &Block,
        quantization: &[f32; 64],
        to: &mut [u8],
        stride: usize,
    ) {
        let mut coefficients = [[0.0f32; LANES]; N];
        for (v, row) in coefficients.iter_mut().enumerate() {
            for (u, c) in row.iter_mut().enumerate() {
                *c = f32::from(block[v * FULL + u]) * quantization[v * FULL + u];
            }
        }
        for (y, weights) in self.down.iter().enumerate() {
            let mut column = [0.0f32; LANES];
            for (row, weight) in coefficients.iter().zip(weights) {
                for (sum, c) in column.iter_mut().zip(row) {
                    *sum += c * weight;
                }
            }
            let mut samples = [128.0f32; LANES];
            for (c, weights) in column.iter().zip(&self.across) {
                for (sum, weight) in samples.iter_mut().zip(weights) {
                    *sum += c * weight;
                }
            }
            let bytes = samples.map(to_byte);
            to[y * stride..][..N].copy_from_slice(&bytes[..N]);
        }
    }

    /// Writes a block whose only coefficient is the DC.
    #[inline]
    pub(super) fn write_dc(&self, dc: i16, quantization: f32, to: &mut [u8], stride: usize) {
        let sample = to_byte(f32::from(dc) * quantization / FULL as f32 + 128.0);
        for y in 0..N {
            to[y * stride..][..N].fill(sample);
        }
    }
}

/// Rounds and clamps to a byte, in a form that compiles to vector instructions.
#[inline]
fn to_byte(sample: f32) -> u8 {
    // Adding 1.5 × 2^23 puts the rounded value into the low bits.
    (sample.clamp(0.0, 255.0) + 12_582_912.0).to_bits() as u8
}
