//! The encoder: baseline, 4:2:0, one interleaved scan, Huffman tables optimized for the picture.
//!
//! Encoder crates that optimize the tables write one scan per component, which common decoders
//! read as garbage when the color is subsampled. Optimized tables save about a twentieth of the
//! bytes of a portrait.
//!
//! ```text
//! planes ─▶ fdct, quantization ─▶ symbols (counted) ─▶ huffman ─▶ bits
//! ```

mod fdct;
mod huffman;
mod symbols;

use crate::block::ZIGZAG;
use fdct::Quantizer;
use symbols::{Symbols, TableId};

/// Quantization of luma at quality 50, in natural order (ITU-T T.81, table K.1).
const LUMA: [u8; 64] = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
    92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/// Quantization of the color differences at quality 50 (ITU-T T.81, table K.2).
const CHROMA: [u8; 64] = [
    17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
    47, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
];

/// Pixels across and down an MCU: two blocks of luma, one of each color difference.
const MCU: usize = 16;

/// A picture to encode: YCbCr (BT.601, full range) with its color at half resolution.
#[derive(Clone, Copy)]
pub struct Ycbcr420<'a> {
    width: u16,
    height: u16,
    luma: &'a [u8],
    chroma: [&'a [u8]; 2],
}

impl<'a> Ycbcr420<'a> {
    /// Takes planes of bytes, row by row without padding. `luma` has `width × height` samples, `cb`
    /// and `cr` half as many across and down, rounded up. `None` if a length is wrong, a side is
    /// zero, or a side is over 65,535 pixels.
    pub fn new(
        width: u32,
        height: u32,
        luma: &'a [u8],
        cb: &'a [u8],
        cr: &'a [u8],
    ) -> Option<Self> {
        let samples = |width: u16, height: u16| usize::from(width) * usize::from(height);
        let (width, height) = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        let half = samples(width.div_ceil(2), height.div_ceil(2));
        let fits = luma.len() == samples(width, height) && cb.len() == half && cr.len() == half;
        (fits && !luma.is_empty()).then_some(Self {
            width,
            height,
            luma,
            chroma: [cb, cr],
        })
    }
}

/// Encodes a baseline JPEG: JFIF, three components, one interleaved scan, no metadata. `quality`
/// is 1 to 100 on libjpeg's scale; values outside are clamped. The same input always gives the
/// same bytes.
pub fn encode(picture: &Ycbcr420<'_>, quality: u8) -> Vec<u8> {
    let tables = [&LUMA, &CHROMA].map(|table| at_quality(table, quality));
    let symbols = collect(picture, &tables.each_ref().map(Quantizer::new));
    let mut jpeg = Vec::with_capacity(24 << 10);
    jpeg.extend(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    let [[h1, h0], [w1, w0]] = [picture.height, picture.width].map(u16::to_be_bytes);
    // Eight bits; three components of sampling 2 × 2, 1 × 1, 1 × 1 and their tables.
    let frame = [8, h1, h0, w1, w0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];
    segment(&mut jpeg, 0xc0, &frame);
    for (index, table) in (0..).zip(&tables) {
        let zigzag = ZIGZAG.map(|position| table[usize::from(position)]);
        segment(&mut jpeg, 0xdb, &[&[index][..], &zigzag].concat());
    }
    let tables = symbols.tables();
    for (id, table) in TableId::ALL.iter().zip(&tables) {
        let data = [&[id.class_and_index()][..], &table.counts, &table.symbols];
        segment(&mut jpeg, 0xc4, &data.concat());
    }
    // The components with their Huffman tables; all coefficients, all bits.
    segment(&mut jpeg, 0xda, &[3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]);
    symbols.write(&tables, &mut jpeg);
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

/// A quantization table scaled by libjpeg's rule.
fn at_quality(table: &[u8; 64], quality: u8) -> [u8; 64] {
    let quality = u32::from(quality.clamp(1, 100));
    let percent = if quality < 50 {
        5000 / quality
    } else {
        200 - 2 * quality
    };
    table.map(|step| ((u32::from(step) * percent + 50) / 100).clamp(1, 255) as u8)
}

/// The symbols of all blocks, MCU by MCU.
fn collect(picture: &Ycbcr420<'_>, [luma, chroma]: &[Quantizer; 2]) -> Symbols {
    let (width, height) = (usize::from(picture.width), usize::from(picture.height));
    let (across, down) = (width.div_ceil(MCU), height.div_ceil(MCU));
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let full = Padded::new(picture.luma, width, height);
    let halved = picture
        .chroma
        .map(|plane| Padded::new(plane, half_width, half_height));
    let mut symbols = Symbols::new(across * down);
    let mut dc = [0; 3];
    for y in 0..down {
        for x in 0..across {
            for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                match full.block(2 * x + column, 2 * y + row) {
                    Some(block) => {
                        symbols.block(TableId::LUMA_DC, &luma.coefficients(block), &mut dc[0])
                    }
                    None => symbols.empty_block(TableId::LUMA_DC),
                }
            }
            for (plane, dc) in halved.iter().zip(&mut dc[1..]) {
                if let Some(block) = plane.block(x, y) {
                    symbols.block(TableId::CHROMA_DC, &chroma.coefficients(block), dc);
                }
            }
        }
    }
    symbols
}

/// A plane padded to whole blocks by repeating its last column and row.
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

    /// The block at `(x, y)` in blocks, shifted to be centered on zero. `None` outside the picture.
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
