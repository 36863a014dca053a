//! The inverse cosine transform at full and reduced size.
//!
//! A block of 8 × 8 samples at `N` × `N`, `N` from 1 to 8, is the transform of that size over the
//! block's lowest frequencies: the picture scaled down for a fraction of the work.

/// Samples across a block at full size.
const FULL: usize = 8;

/// Coefficients of one block in natural order, each with its row's frequency growing downwards.
pub(super) type Block = [i16; 64];

/// The transform to `N` × `N` samples, in rows of `LANES`: 4 or 8, so that rows are vectors.
pub(super) struct Inverse<const N: usize, const LANES: usize> {
    down: [[f32; N]; N],
    across: [[f32; LANES]; N],
}

impl<const N: usize, const LANES: usize> Inverse<N, LANES> {
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
    pub(super) fn write(&self, block: &Block, steps: &[f32; 64], to: &mut [u8], stride: usize) {
        let mut coefficients = [[0.0f32; LANES]; N];
        for (v, row) in coefficients.iter_mut().enumerate() {
            for (u, c) in row.iter_mut().enumerate() {
                *c = f32::from(block[v * FULL + u]) * steps[v * FULL + u];
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

    /// The same for a block of one value, its mean.
    #[inline]
    pub(super) fn write_flat(&self, mean: i16, step: f32, to: &mut [u8], stride: usize) {
        let sample = to_byte(f32::from(mean) * step / FULL as f32 + 128.0);
        for y in 0..N {
            to[y * stride..][..N].fill(sample);
        }
    }
}

/// Rounds and clamps to a byte, in a form that compiles to vector instructions.
#[inline]
fn to_byte(sample: f32) -> u8 {
    // Adding 1.5 × 2^23 leaves the rounded value in the low bits.
    (sample.clamp(0.0, 255.0) + 12_582_912.0).to_bits() as u8
}
