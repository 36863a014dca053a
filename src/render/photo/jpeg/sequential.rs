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
        let block = self
            .block
            .first_chunk()
            .expect("a wide block holds a block");
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110 and 1110 for the value ±1 at once, the same behind fifteen zeros, the end
    /// of a block and sixteen zeros.
    fn table() -> Huffman {
        let mut counts = [0; 16];
        counts[..4].fill(1);
        Huffman::new(&counts, &[0x01, 0xf1, 0x00, 0xf0]).unwrap()
    }

    /// Means of size 0 only, as the code 0.
    fn means() -> Huffman {
        let mut counts = [0; 16];
        counts[0] = 1;
        Huffman::new(&counts, &[0]).unwrap()
    }

    /// Reads blocks of these codes in turn, and says how many bits of `codes` each began behind.
    fn read(codes: &str, last: usize, blocks: usize) -> Result<Vec<Wide>, Fault> {
        let mut bytes: Vec<u8> = codes
            .as_bytes()
            .chunks(8)
            .map(|bits| {
                let bit = |i: usize| u8::from(bits.get(i).is_none_or(|b| *b == b'1'));
                (0..8).fold(0, |byte, i| byte << 1 | bit(i))
            })
            .collect();
        // Unread bytes, so that nothing of the data's end shows.
        bytes.extend([0x55; 16]);
        let (dc, ac) = (means(), table());
        let mut part = Part {
            component: 0,
            shortcuts: Rc::new(Shortcuts {
                pairs: Pairs::new(&ac),
                leaps: Leaps::new(&ac),
            }),
            dc: &dc,
            ac: &ac,
            last,
            steps: &[1.0; 64],
            mean: 0,
        };
        let mut bits = Bits::new(&bytes);
        let read = (0..blocks).map(|_| {
            let mut block = EMPTY;
            part.read(&mut bits, &mut block)?;
            Ok(block)
        });
        let read = read.collect::<Result<Vec<_>, _>>()?;
        assert_eq!(bits.unread()?, 16, "whole codes and no more are read");
        Ok(read)
    }

    #[test]
    fn a_block_takes_its_own_codes_and_no_more() {
        // Full to the last coefficient, so without an end; then one with an end; then a full one
        // whose last code moves on by sixteen; then one that ends in zeros.
        let full = format!("0{}", "01".repeat(63));
        let short = format!("0{}110", "00".repeat(5));
        let runs = format!("0{}{}", "01".repeat(15), "100".repeat(3));
        let zeros = format!("0{}{}", "01".repeat(15), "1110".repeat(3));
        let codes = [full.as_str(), &short, &runs, &zeros, &short].concat();
        for last in [0, 4, 12, 24, 63] {
            let blocks = read(&codes, last, 5).unwrap();
            for (at, place) in (1..=last).map(|at| (at, usize::from(ZIGZAG[at]))) {
                assert_eq!(blocks[0][place], 1);
                assert_eq!(blocks[1][place], if at <= 5 { -1 } else { 0 });
                assert_eq!(blocks[4][place], blocks[1][place]);
                let run = match at {
                    1..=15 => 1,
                    31 | 47 | 63 => -1,
                    _ => 0,
                };
                assert_eq!(blocks[2][place], run, "{at} of {last}");
                assert_eq!(blocks[3][place], i16::from(at <= 15));
            }
        }
    }

    #[test]
    fn a_run_past_the_blocks_end_is_damage_however_little_of_it_is_wanted() {
        for before in 0..15 {
            // Four runs of sixteen do not fit into 63 coefficients.
            let codes = format!("0{}{}110", "01".repeat(before), "100".repeat(4));
            for last in [0, 4, 12, 24, 63] {
                assert_eq!(read(&codes, last, 1), Err(DAMAGED), "{before} {last}");
            }
        }
    }
}
