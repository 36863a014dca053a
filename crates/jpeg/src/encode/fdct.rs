//! The forward cosine transform and quantization.

use crate::block::ZIGZAG;

/// A block of samples or coefficients: eight rows.
type Rows = [[f32; 8]; 8];

/// The factor that the transform of Arai, Agui and Nakajima leaves in each frequency, in one
/// direction.
const SCALES: [f64; 8] = [
    1.0,
    1.387_039_845,
    1.306_562_965,
    1.175_875_602,
    1.0,
    0.785_694_958,
    0.541_196_100,
    0.275_899_379,
];

/// Transforms blocks to quantized coefficients.
pub(super) struct Quantizer {
    /// The factor of each coefficient, in transposed order.
    factors: Rows,
}

impl Quantizer {
    /// Takes the quantization steps in natural order.
    pub(super) fn new(steps: &[u8; 64]) -> Self {
        let mut factors = [[0.0; 8]; 8];
        for (u, row) in factors.iter_mut().enumerate() {
            for (v, factor) in row.iter_mut().enumerate() {
                let step = f64::from(steps[v * 8 + u]);
                *factor = (1.0 / (step * SCALES[u] * SCALES[v] * 8.0)) as f32;
            }
        }
        Self { factors }
    }

    /// The quantized coefficients of a block, in zigzag order.
    #[inline]
    pub(super) fn coefficients(&self, block: Rows) -> [i16; 64] {
        let rows = down(transposed(down(block)));
        let mut rounded = [0i16; 64];
        for (to, (row, factors)) in rounded
            .chunks_exact_mut(8)
            .zip(rows.iter().zip(&self.factors))
        {
            for (to, (c, factor)) in to.iter_mut().zip(row.iter().zip(factors)) {
                *to = round(c * factor);
            }
        }
        // The second pass ran over columns, so the coefficients are transposed.
        ZIGZAG.map(|place| rounded[usize::from(place % 8 * 8 + place / 8)])
    }
}

/// Rounds to 16 bits, in a form that compiles to vector instructions.
#[inline]
fn round(c: f32) -> i16 {
    // Adding 1.5 × 2^23 puts the rounded value into the low bits.
    (c + 12_582_912.0).to_bits() as i16
}

#[inline]
fn transposed(rows: Rows) -> Rows {
    let mut turned = [[0.0; 8]; 8];
    for (y, row) in rows.iter().enumerate() {
        for (x, c) in row.iter().enumerate() {
            turned[x][y] = *c;
        }
    }
    turned
}

/// Transforms all eight columns at once (Arai, Agui, Nakajima 1988, as in libjpeg's `jfdctflt`).
#[inline]
fn down(rows: Rows) -> Rows {
    let mut out = [[0.0; 8]; 8];
    for x in 0..8 {
        let d: [f32; 8] = std::array::from_fn(|y| rows[y][x]);
        let (s0, s7) = (d[0] + d[7], d[0] - d[7]);
        let (s1, s6) = (d[1] + d[6], d[1] - d[6]);
        let (s2, s5) = (d[2] + d[5], d[2] - d[5]);
        let (s3, s4) = (d[3] + d[4], d[3] - d[4]);

        let (e0, e3) = (s0 + s3, s0 - s3);
        let (e1, e2) = (s1 + s2, s1 - s2);
        let z1 = (e2 + e3) * 0.707_106_77;
        out[0][x] = e0 + e1;
        out[4][x] = e0 - e1;
        out[2][x] = e3 + z1;
        out[6][x] = e3 - z1;

        let (o0, o1, o2) = (s4 + s5, s5 + s6, s6 + s7);
        let z5 = (o0 - o2) * 0.382_683_43;
        let z2 = 0.541_196_1 * o0 + z5;
        let z4 = 1.306_563 * o2 + z5;
        let z3 = o1 * 0.707_106_77;
        let (z11, z13) = (s7 + z3, s7 - z3);
        out[5][x] = z13 + z2;
        out[3][x] = z13 - z2;
        out[1][x] = z11 + z4;
        out[7][x] = z11 - z4;
    }
    out
}
