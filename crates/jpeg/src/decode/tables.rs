//! The tables in force while scans are decoded (ITU-T T.81, annex B.2.4).

use super::bits::DAMAGED;
use super::header::{Header, Segment};
use super::huffman::Huffman;
use super::standard::{self, Standard};
use crate::Error;
use crate::block::ZIGZAG;

/// Tables by the index that components and scans refer to.
#[derive(Default)]
pub(super) struct Tables {
    /// Quantization steps in natural order.
    pub quantization: [Option<Box<[f32; 64]>>; 4],
    /// Huffman tables of DC coefficients.
    pub dc: [Option<Huffman>; 4],
    /// Huffman tables of AC coefficients.
    pub ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: usize,
}

impl Tables {
    /// The tables before the first segment: the standard Huffman tables where the file has none.
    pub(super) fn of(header: &Header<'_>) -> Result<Self, Error> {
        let is_huffman = |segment: &Segment<'_>| matches!(segment, Segment::Table(0xc4, _));
        let mut tables = Self::default();
        if !header.segments.iter().any(is_huffman) {
            let read = |(counts, symbols): Standard| Huffman::new(counts, symbols).map(Some);
            for (index, (dc, ac)) in standard::DC.into_iter().zip(standard::AC).enumerate() {
                (tables.dc[index], tables.ac[index]) = (read(dc)?, read(ac)?);
            }
        }
        Ok(tables)
    }

    /// Reads a table segment.
    pub(super) fn read(&mut self, marker: u8, mut data: &[u8]) -> Result<(), Error> {
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
                    *self
                        .quantization
                        .get_mut(usize::from(kind & 15))
                        .ok_or(DAMAGED)? = Some(steps);
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
                self.restart_interval = usize::from(u16::from_be_bytes([*high, *low]));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The table that a scan refers to; it must have been defined before.
pub(super) fn lookup<T, U>(tables: &[Option<T>; 4], index: usize) -> Result<&U, Error>
where
    T: std::borrow::Borrow<U>,
{
    tables
        .get(index)
        .and_then(Option::as_ref)
        .map(T::borrow)
        .ok_or(DAMAGED)
}
