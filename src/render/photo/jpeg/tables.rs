//! The tables in force while scans are decoded (ITU-T T.81, annex B.2.4).

use super::Fault;
use super::bits::DAMAGED;
use super::huffman::Huffman;

/// Where each coefficient lies in its block, in the order of the codes.
pub(in super::super) const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Tables by their numbers.
#[derive(Default)]
pub(super) struct Tables {
    /// Quantisation steps in natural order.
    pub steps: [Option<Box<[f32; 64]>>; 4],
    /// Huffman tables of block means.
    pub dc: [Option<Huffman>; 4],
    /// Huffman tables of the other coefficients.
    pub ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    pub interval: usize,
}

impl Tables {
    /// Takes over a table segment; the others say nothing about the samples.
    pub(super) fn read(&mut self, marker: u8, mut data: &[u8]) -> Result<(), Fault> {
        match marker {
            0xdb => {
                while let [kind, rest @ ..] = data {
                    let wide = usize::from(kind >> 4 != 0);
                    let values = rest.get(..64 << wide).ok_or(DAMAGED)?;
                    let mut steps = Box::new([0.0; 64]);
                    for (i, value) in values.chunks_exact(1 << wide).enumerate() {
                        let value = value.iter().fold(0u16, |v, &b| v << 8 | u16::from(b));
                        steps[usize::from(ZIGZAG[i])] = f32::from(value);
                    }
                    *self.steps.get_mut(usize::from(kind & 15)).ok_or(DAMAGED)? = Some(steps);
                    data = &rest[values.len()..];
                }
            }
            0xc4 => {
                while let [kind, rest @ ..] = data {
                    let (counts, rest) = rest.split_first_chunk::<16>().ok_or(DAMAGED)?;
                    let total = counts.iter().map(|&n| usize::from(n)).sum();
                    let symbols = rest.get(..total).ok_or(DAMAGED)?;
                    let class = match kind >> 4 {
                        0 => &mut self.dc,
                        1 => &mut self.ac,
                        _ => return Err(DAMAGED),
                    };
                    *class.get_mut(usize::from(kind & 15)).ok_or(DAMAGED)? =
                        Some(Huffman::new(counts, symbols)?);
                    data = &rest[total..];
                }
            }
            0xdd => {
                let [high, low] = data else {
                    return Err(DAMAGED);
                };
                self.interval = usize::from(u16::from_be_bytes([*high, *low]));
            }
            _ => {}
        }
        Ok(())
    }
}

/// A table that a scan names, which must have come before it.
pub(super) fn pick<T, U>(tables: &[Option<T>; 4], number: usize) -> Result<&U, Fault>
where
    T: std::borrow::Borrow<U>,
{
    tables
        .get(number)
        .and_then(Option::as_ref)
        .map(T::borrow)
        .ok_or(DAMAGED)
}
