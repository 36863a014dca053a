//! The backend for sequential JPEGs that are larger than the card needs, or whose components come
//! in scans of their own.
//!
//! Most of a decoder's time goes into samples that scaling throws away. This one reads every code,
//! so that a damaged file is found, but transforms each block only to the size that leaves half as
//! much again as the target's dots. Per component, because colour is kept at half resolution.

use super::super::picture::Layer;
use super::bits::{Bits, DAMAGED, Huffman};
use super::outline::{Outline, Step};
use super::reduced::{Block, Inverse};
use super::{Fault, outline};

/// Where each coefficient lies in the block, in the order of the codes.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The tables in force, by their numbers.
#[derive(Default)]
struct Tables {
    steps: [Option<Box<[f32; 64]>>; 4],
    dc: [Option<Huffman>; 4],
    ac: [Option<Huffman>; 4],
    /// MCUs between restart markers; 0 for none.
    interval: usize,
}

/// The samples of one component as they are decoded.
struct Plane {
    spec: outline::Component,
    /// Samples across a decoded block: 8, 4, 2 or 1.
    size: usize,
    /// Blocks that the picture covers, across and down.
    covered: (usize, usize),
    /// Blocks in a row of whole MCUs.
    blocks_across: usize,
    samples: Vec<u8>,
    seen: bool,
}

/// Decodes to one layer a component, each block at the size that `size_of` gives for the
/// component's number and its resolution against the picture's: 8, 4, 2 or 1 samples across.
pub(super) fn layers(
    outline: &Outline<'_>,
    size_of: impl Fn(usize, f64, f64) -> usize,
) -> Result<Vec<Layer>, Fault> {
    let (h_max, v_max) = outline.most();
    let (width, height) = (usize::from(outline.width), usize::from(outline.height));
    let mcus = (
        width.div_ceil(8 * usize::from(h_max)),
        height.div_ceil(8 * usize::from(v_max)),
    );
    let share = |spec: &outline::Component| {
        (
            f64::from(spec.h) / f64::from(h_max),
            f64::from(spec.v) / f64::from(v_max),
        )
    };
    let mut planes: Vec<Plane> = outline
        .components
        .iter()
        .enumerate()
        .map(|(number, &spec)| {
            let (h, v) = (usize::from(spec.h), usize::from(spec.v));
            let (across, down) = share(&spec);
            let size = size_of(number, across, down);
            let blocks_across = mcus.0 * h;
            Plane {
                spec,
                size,
                covered: (
                    (width * h).div_ceil(8 * usize::from(h_max)),
                    (height * v).div_ceil(8 * usize::from(v_max)),
                ),
                blocks_across,
                samples: vec![0; blocks_across * mcus.1 * v * size * size],
                seen: false,
            }
        })
        .collect();
    let mut tables = Tables::default();
    for step in &outline.steps {
        match step {
            Step::Table(marker, data) => tables.read(*marker, data)?,
            Step::Scan { header, data } => scan(&tables, &mut planes, mcus, header, data)?,
        }
    }
    if planes.iter().any(|plane| !plane.seen) {
        return Err(Fault::Truncated("a colour of the JPEG is missing"));
    }
    Ok(planes
        .into_iter()
        .map(|plane| {
            let (across, down) = share(&plane.spec);
            let reduced = plane.size as f64 / 8.0;
            let stride = plane.blocks_across * plane.size;
            Layer {
                channels: 1,
                width: stride as u32,
                height: (plane.samples.len() / stride) as u32,
                extent: (
                    width as f64 * across * reduced,
                    height as f64 * down * reduced,
                ),
                samples: plane.samples,
            }
        })
        .collect())
}

impl Tables {
    /// Takes over a table segment; the others say nothing about the samples.
    fn read(&mut self, marker: u8, mut data: &[u8]) -> Result<(), Fault> {
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

/// A component's part in a scan.
struct Part<'a> {
    plane: &'a mut Plane,
    dc: &'a Huffman,
    ac: &'a Huffman,
    steps: &'a [f32; 64],
    /// The last block's mean, which the next is coded against.
    mean: i32,
}

/// Decodes one scan into its planes.
fn scan(
    tables: &Tables,
    planes: &mut [Plane],
    mcus: (usize, usize),
    header: &[u8],
    data: &[u8],
) -> Result<(), Fault> {
    let [count, rest @ ..] = header else {
        return Err(DAMAGED);
    };
    let specs = rest.get(..2 * usize::from(*count)).ok_or(DAMAGED)?;
    let chosen: Vec<(u8, u8)> = specs.chunks_exact(2).map(|s| (s[0], s[1])).collect();
    let mut parts = Vec::with_capacity(chosen.len());
    for plane in planes {
        let Some((_, numbers)) = chosen.iter().find(|(id, _)| *id == plane.spec.id) else {
            continue;
        };
        if std::mem::replace(&mut plane.seen, true) {
            return Err(DAMAGED);
        }
        let table = usize::from(plane.spec.table);
        parts.push(Part {
            dc: pick(&tables.dc, usize::from(numbers >> 4))?,
            ac: pick(&tables.ac, usize::from(numbers & 15))?,
            steps: pick(&tables.steps, table)?,
            plane,
            mean: 0,
        });
    }
    if parts.is_empty() || parts.len() != chosen.len() {
        return Err(DAMAGED);
    }
    // A scan of one component codes only the blocks that the picture covers; one of several
    // codes whole MCUs.
    let alone = parts.len() == 1;
    let (across, down) = if alone { parts[0].plane.covered } else { mcus };
    let inverses = Inverses::new();
    let mut bits = Bits::new(data);
    let mut block: Block = [0; 64];
    let mut count = 0;
    for y in 0..down {
        for x in 0..across {
            if tables.interval > 0 && count > 0 && count % tables.interval == 0 {
                bits.check()?;
                bits.restart((count / tables.interval - 1) as u32)?;
                parts.iter_mut().for_each(|part| part.mean = 0);
            }
            count += 1;
            for part in &mut parts {
                let (h, v) = if alone {
                    (1, 1)
                } else {
                    (
                        usize::from(part.plane.spec.h),
                        usize::from(part.plane.spec.v),
                    )
                };
                for row in 0..v {
                    for column in 0..h {
                        part.block(
                            &mut bits,
                            &mut block,
                            &inverses,
                            (x * h + column, y * v + row),
                        )?;
                    }
                }
            }
        }
        bits.check()?;
    }
    bits.finish()
}

/// A table that a scan names, which must have come before it.
fn pick<T, U>(tables: &[Option<T>; 4], number: usize) -> Result<&U, Fault>
where
    T: std::borrow::Borrow<U>,
{
    tables
        .get(number)
        .and_then(Option::as_ref)
        .map(T::borrow)
        .ok_or(DAMAGED)
}

/// The transforms to every size.
struct Inverses {
    eight: Inverse<8>,
    four: Inverse<4>,
    two: Inverse<2>,
    one: Inverse<1>,
}

impl Inverses {
    fn new() -> Self {
        Self {
            eight: Inverse::new(),
            four: Inverse::new(),
            two: Inverse::new(),
            one: Inverse::new(),
        }
    }
}

impl Part<'_> {
    /// Decodes the next block of the scan and writes its samples at `(x, y)`, in blocks.
    #[inline]
    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        block: &mut Block,
        inverses: &Inverses,
        (x, y): (usize, usize),
    ) -> Result<(), Fault> {
        let flat = self.coefficients(bits, block)?;
        let size = self.plane.size;
        let stride = self.plane.blocks_across * size;
        let to = &mut self.plane.samples[y * size * stride + x * size..];
        macro_rules! write {
            ($inverse:expr) => {
                if flat {
                    $inverse.write_flat(block[0], self.steps[0], to, stride);
                } else {
                    $inverse.write(block, self.steps, to, stride);
                }
            };
        }
        match size {
            8 => write!(inverses.eight),
            4 => write!(inverses.four),
            2 => write!(inverses.two),
            _ => write!(inverses.one),
        }
        if !flat {
            *block = [0; 64];
        }
        Ok(())
    }

    /// Reads a block's coefficients into a block of zeros; says whether all but the first still
    /// are.
    #[inline]
    fn coefficients(&mut self, bits: &mut Bits<'_>, block: &mut Block) -> Result<bool, Fault> {
        bits.fill();
        let size = u32::from(bits.symbol(self.dc)?);
        match size {
            0 => {}
            1..=11 => self.mean += bits.value(size),
            _ => return Err(DAMAGED),
        }
        block[0] = self.mean as i16;
        let mut at = 1;
        while at < 64 {
            bits.fill();
            let pair = self.ac.pairs[bits.ten()];
            let (run, value) = if pair != 0 {
                bits.skip(pair as u32 & 15);
                (pair as usize >> 4 & 15, pair >> 8)
            } else {
                let symbol = bits.symbol(self.ac)?;
                let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
                if size == 0 {
                    if run == 15 {
                        at += 16;
                        continue;
                    }
                    break;
                }
                (run, bits.value(size) as i16)
            };
            at += run;
            let place = ZIGZAG.get(at).ok_or(DAMAGED)?;
            block[usize::from(place & 63)] = value;
            at += 1;
        }
        Ok(at == 1)
    }
}
