//! The small picture as the JPEG that the page carries: baseline, one interleaved scan, colour at
//! half resolution.
//!
//! It is our own because of the Huffman tables: fitted to the picture they save a twentieth of
//! every card's bytes, and the encoder crates that fit them write one scan a component, which
//! common decoders read as garbage when the colour is halved. The colour arrives halved by the
//! same filter as the rest, and what the picture does not cover of its last blocks costs nothing.
//!
//! ```text
//! planes ─▶ transform ─▶ quantise ─▶ codes (counted) ─▶ huffman ─▶ bits
//! ```

mod codes;
mod huffman;
mod transform;

use super::jpeg::ZIGZAG;
use super::scale::Small;
use codes::{Codes, Kind};
use transform::Quantiser;

/// Quantisation of luma at quality 50, in natural order (ITU-T T.81, table K.1).
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Quantisation of the colour differences at quality 50 (ITU-T T.81, table K.2).
const COLOUR: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// Pixels across and down an MCU: two blocks of luma, one of each colour difference.
const MCU: usize = 16;

/// Encodes at a quality of 1 to 100, which means what it means to libjpeg.
pub(super) fn jpeg(small: &Small, quality: u8) -> Vec<u8> {
    let tables = [&LUMA, &COLOUR].map(|table| at_quality(table, quality));
    let codes = code(small, &tables.each_ref().map(Quantiser::new));
    let mut jpeg = Vec::with_capacity(24 << 10);
    jpeg.extend(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    let side = |n: u32| {
        u16::try_from(n)
            .expect("sides are at most the 6000 pixels of the limit")
            .to_be_bytes()
    };
    let [[h1, h0], [w1, w0]] = [side(small.height), side(small.width)];
    // Eight bits; three components of sampling 2 × 2, 1 × 1, 1 × 1 and their tables.
    let frame = [8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(&mut jpeg, 0xc0, &frame);
    for (number, table) in (0..).zip(&tables) {
        let zigzag = ZIGZAG.map(|place| table[usize::from(place)]);
        segment(&mut jpeg, 0xdb, &[&[number][..], &zigzag].concat());
    }
    let tables = codes.tables();
    for (kind, table) in Kind::ALL.iter().zip(&tables) {
        let numbered = [&[kind.table_number()][..], &table.counts, &table.symbols];
        segment(&mut jpeg, 0xc4, &numbered.concat());
    }
    // The components with their Huffman tables; all coefficients, all bits.
    segment(&mut jpeg, 0xda, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    codes.write(&tables, &mut jpeg);
    jpeg.extend([0xff, 0xd9]);
    jpeg
}

/// Appends a marker segment.
fn segment(jpeg: &mut Vec<u8>, marker: u8, data: &[u8]) {
    let length = u16::try_from(data.len() + 2).expect("no segment has more than 300 bytes");
    jpeg.extend([0xff, marker]);
    jpeg.extend(length.to_be_bytes());
    jpeg.extend(data);
}

/// A quantisation table scaled by libjpeg's rule.
fn at_quality(table: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u8)
}

/// The codes of all blocks, MCU by MCU.
fn code(small: &Small, [luma, colour]: &[Quantiser; 2]) -> Codes {
    let (width, height) = (small.width as usize, small.height as usize);
    let (across, down) = (width.div_ceil(MCU), height.div_ceil(MCU));
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let full = Padded::new(&small.luma, width, height);
    let halved = small
        .colour
        .each_ref()
        .map(|plane| Padded::new(plane, half_width, half_height));
    let mut codes = Codes::new(across * down);
    let mut means = [0; 3];
    for y in 0..down {
        for x in 0..across {
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                match full.block(2 * x + column, 2 * y + row) {
                    Some(block) => {
                        codes.block(Kind::LUMA, &luma.coefficients(block), &mut means[0])
                    }
                    None => codes.no_block(Kind::LUMA),
                }
            }
            for (plane, mean) in halved.iter().zip(&mut means[1..]) {
                if let Some(block) = plane.block(x, y) {
                    codes.block(Kind::COLOUR, &colour.coefficients(block), mean);
                }
            }
        }
    }
    codes
}

/// A plane whose last column and row are repeated until it is made of whole blocks.
struct Padded {
    samples: Vec<u8>,
    blocks_across: usize,
}

impl Padded {
    fn new(plane: &[u8], width: usize, height: usize) -> Self {
        let blocks_across = width.div_ceil(8);
        let stride = 8 * blocks_across;
        let mut samples = Vec::with_capacity(stride * height.next_multiple_of(8));
        for row in plane.chunks_exact(width) {
            samples.extend_from_slice(row);
            samples.resize(samples.len() + stride - width, row[width - 1]);
        }
        let last = samples.len() - stride;
        while samples.len() < stride * height.next_multiple_of(8) {
            samples.extend_from_within(last..last + stride);
        }
        Self {
            samples,
            blocks_across,
        }
    }

    /// The block at `(x, y)` in blocks, with its mean of all possible values at zero; none where
    /// the picture has ended.
    fn block(&self, x: usize, y: usize) -> Option<[[f32; 8]; 8]> {
        let stride = 8 * self.blocks_across;
        if x >= self.blocks_across {
            return None;
        }
        let rows = self.samples.get(8 * y * stride..8 * (y + 1) * stride)?;
        let mut block = [[0.0; 8]; 8];
        for (to, row) in block.iter_mut().zip(rows.chunks_exact(stride)) {
            for (to, from) in to.iter_mut().zip(&row[8 * x..][..8]) {
                *to = f32::from(*from) - 128.0;
            }
        }
        Some(block)
    }
}
