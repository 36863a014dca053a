//! Sequential JPEGs: each block is read whole and becomes samples at once.

use super::Fault;
use super::bits::{Bits, DAMAGED, Huffman};
use super::outline::{Outline, Step};
use super::planes::{Grid, Inverses, Plane};
use super::reduced::Block;
use super::scan::{self, Coder, Scan};
use super::tables::{Tables, ZIGZAG, pick};

/// Decodes into planes whose blocks have as many samples across as they say.
pub(super) fn decode(
    outline: &Outline<'_>,
    grids: &[Grid],
    mcus: (usize, usize),
    planes: &mut [Plane],
) -> Result<(), Fault> {
    let inverses = Inverses::new();
    let mut tables = Tables::default();
    let mut seen = vec![false; grids.len()];
    for step in &outline.steps {
        match step {
            Step::Table(marker, data) => tables.read(*marker, data)?,
            Step::Scan { header, data } => {
                let scan = Scan::read(header, grids)?;
                let mut parts = Vec::with_capacity(scan.parts.len());
                for &(number, dc, ac) in &scan.parts {
                    if std::mem::replace(&mut seen[number], true) {
                        return Err(DAMAGED);
                    }
                    parts.push(Part {
                        component: number,
                        dc: pick(&tables.dc, dc)?,
                        ac: pick(&tables.ac, ac)?,
                        steps: pick(&tables.steps, grids[number].spec.table.into())?,
                        mean: 0,
                    });
                }
                let mut coder = Blocks {
                    parts,
                    planes,
                    inverses: &inverses,
                    block: [0; 64],
                };
                scan::walk(&scan, grids, mcus, tables.interval, data, &mut coder)?;
            }
        }
    }
    if seen.contains(&false) {
        return Err(DAMAGED);
    }
    Ok(())
}

/// A component's part in a scan.
struct Part<'a> {
    component: usize,
    dc: &'a Huffman,
    ac: &'a Huffman,
    steps: &'a [f32; 64],
    /// The last block's mean, which the next is coded against.
    mean: i32,
}

struct Blocks<'a> {
    parts: Vec<Part<'a>>,
    planes: &'a mut [Plane],
    inverses: &'a Inverses,
    /// All zero between two blocks, but for the mean.
    block: Block,
}

impl Coder for Blocks<'_> {
    fn restart(&mut self) {
        for part in &mut self.parts {
            part.mean = 0;
        }
    }

    #[inline]
    fn block(&mut self, bits: &mut Bits<'_>, part: usize, at: (usize, usize)) -> Result<(), Fault> {
        let part = &mut self.parts[part];
        let flat = part.read(bits, &mut self.block)?;
        self.planes[part.component].write(self.inverses, at, &self.block, part.steps, flat);
        if !flat {
            self.block = [0; 64];
        }
        Ok(())
    }
}

impl Part<'_> {
    /// Reads a block's coefficients into a block of zeros; says whether all but the mean still
    /// are.
    #[inline]
    fn read(&mut self, bits: &mut Bits<'_>, block: &mut Block) -> Result<bool, Fault> {
        self.mean += bits.difference(self.dc)?;
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
