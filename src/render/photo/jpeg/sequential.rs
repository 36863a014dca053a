//! Sequential JPEGs: each block is read whole and becomes samples at once.

use std::rc::Rc;

use super::Fault;
use super::bits::{Bits, DAMAGED};
use super::huffman::{END, Huffman};
use super::leaps::{Leaps, Pairs};
use super::outline::{Outline, Step};
use super::planes::{Grid, Inverses, Plane};
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
                let mut shortcuts: [Option<Rc<Shortcuts>>; 4] = Default::default();
                for &(number, dc, ac) in &scan.parts {
                    if std::mem::replace(&mut seen[number], true) {
                        return Err(DAMAGED);
                    }
                    let table = pick(&tables.ac, ac)?;
                    let shortcuts = shortcuts[ac].get_or_insert_with(|| {
                        Rc::new(Shortcuts {
                            pairs: Pairs::new(table),
                            leaps: Leaps::new(table),
                        })
                    });
                    parts.push(Part {
                        component: number,
                        dc: pick(&tables.dc, dc)?,
                        ac: table,
                        shortcuts: Rc::clone(shortcuts),
                        steps: pick(&tables.steps, grids[number].spec.table.into())?,
                        last: planes[number].last_coefficient(),
                        mean: 0,
                    });
                }
                let mut coder = Blocks {
                    parts,
                    planes,
                    inverses: &inverses,
                    block: EMPTY,
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

/// Several codes of one table at once; components share them as they share the table.
struct Shortcuts {
    pairs: Pairs,
    leaps: Leaps,
}

/// A component's part in a scan.
struct Part<'a> {
    component: usize,
    dc: &'a Huffman,
    ac: &'a Huffman,
    shortcuts: Rc<Shortcuts>,
    /// The last coefficient, in the order of the codes, that the plane's samples are made of.
    last: usize,
    steps: &'a [f32; 64],
    /// The last block's mean, which the next is coded against.
    mean: i32,
}

struct Blocks<'a> {
    parts: Vec<Part<'a>>,
    planes: &'a mut [Plane],
    inverses: &'a Inverses,
    /// All zero between two blocks, but for the mean.
    block: Wide,
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
        let block = self.block.first_chunk().expect("a wide block holds a block");
        self.planes[part.component].write(self.inverses, at, block, part.steps, flat);
        if !flat {
            self.block = EMPTY;
        }
        Ok(())
    }
}

impl Part<'_> {
    /// Reads a block's coefficients into a block of zeros, those that the samples are made of;
    /// says whether all but the mean still are.
    #[inline]
    fn read(&mut self, bits: &mut Bits<'_>, block: &mut Wide) -> Result<bool, Fault> {
        // A copy stays in registers.
        let mut ahead = *bits;
        self.mean += ahead.difference(self.dc)?;
        block[0] = self.mean as i16;
        let mut at = 1;
        'wanted: while at <= self.last {
            ahead.fill();
            // Five pairs of at most ten bits are ready.
            for _ in 0..5 {
                let pair = self.shortcuts.pairs.pair(ahead.window());
                let [first, second] = pair.onwards.map(|onwards| at + usize::from(onwards));
                if pair.bits == 0 || second % ENDED > 64 {
                    let value;
                    (ahead, at, value) = long_step(ahead, self.ac, at)?;
                    block[slot(at)] = value;
                } else {
                    ahead.skip(pair.bits.into());
                    block[slot(first)] = pair.values[0];
                    block[slot(second)] = pair.values[1];
                    at = second;
                }
                if at > self.last {
                    break 'wanted;
                }
            }
        }
        'unwanted: while at < 64 {
            ahead.fill();
            // Four leaps of at most twelve bits are ready.
            for _ in 0..4 {
                let leap = self.shortcuts.leaps.leap(ahead.window());
                let onwards = at + leap.onwards();
                if leap.bits() == 0 || onwards % ENDED > 64 {
                    (ahead, at, _) = long_step(ahead, self.ac, at)?;
                } else {
                    ahead.skip(leap.bits());
                    at = onwards;
                }
                if at >= 64 {
                    break 'unwanted;
                }
            }
        }
        if at > 64 && at < ENDED {
            return Err(DAMAGED);
        }
        *bits = ahead;
        Ok(self.last == 0 || at == 1 + END)
    }
}

/// Where a block's coefficients are at the least, once an end of block was read.
const ENDED: usize = 128;

/// A block with a place behind it for what belongs to none.
type Wide = [i16; 65];

/// One with nothing in it.
const EMPTY: Wide = [0; 65];

/// Where in a block the value of a code goes that moves on to `at`.
#[inline]
fn slot(at: usize) -> usize {
    usize::from(SLOTS[at % SLOTS.len()])
}

/// [`slot`] by `at`, which goes to twice the longest run behind a full block's end.
const SLOTS: [u8; 256] = {
    let mut slots = [64; 256];
    let mut at = 0;
    while at < 64 {
        slots[at + 1] = ZIGZAG[at];
        at += 1;
    }
    slots
};

/// Reads one code and its value without a shortcut, from where a block's coefficients are at, and
/// says where they are then.
#[cold]
fn long_step<'a>(
    mut bits: Bits<'a>,
    table: &Huffman,
    at: usize,
) -> Result<(Bits<'a>, usize, i16), Fault> {
    bits.fill();
    let symbol = bits.symbol(table)?;
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    let (at, value) = match (run, size) {
        // A run of zeros may end the block.
        (15, 0) => ((at + 16).min(64), 0),
        (_, 0) => (at + END, 0),
        _ => (at + run + 1, bits.value(size) as i16),
    };
    // Later codes of the same round have to be ready too.
    bits.fill();
    Ok((bits, at, value))
}
