//! Sequential files: each block is coded whole and becomes samples at once.

use std::rc::Rc;

use super::bits::{Bits, DAMAGED};
use super::header::{Header, Segment};
use super::huffman::{END_OF_BLOCK, Huffman};
use super::lookahead::{PairTable, SkipTable};
use super::planes::{Grid, Idcts, PlaneBuffer};
use super::scan::{self, BlockDecoder, Scan};
use super::tables::{Tables, lookup};
use crate::Error;
use crate::block::ZIGZAG;

/// Decodes all scans into the planes.
pub(super) fn decode(
    header: &Header<'_>,
    grids: &[Grid],
    mcus: (usize, usize),
    planes: &mut [PlaneBuffer],
) -> Result<(), Error> {
    let idcts = Idcts::new();
    let mut tables = Tables::of(header)?;
    let mut seen = vec![false; grids.len()];
    for segment in &header.segments {
        match segment {
            Segment::Table(marker, data) => tables.read(*marker, data)?,
            Segment::Scan { header, data } => {
                let scan = Scan::read(header, grids)?;
                let mut components = Vec::with_capacity(scan.components.len());
                let mut lookaheads: [Option<Rc<Lookahead>>; 4] = Default::default();
                for &(index, dc, ac) in &scan.components {
                    if std::mem::replace(&mut seen[index], true) {
                        return Err(DAMAGED);
                    }
                    let table = lookup(&tables.ac, ac)?;
                    let lookahead = lookaheads[ac].get_or_insert_with(|| {
                        Rc::new(Lookahead {
                            pairs: PairTable::new(table),
                            skips: SkipTable::new(table),
                        })
                    });
                    let quantization = grids[index].component.table.into();
                    components.push(ScanComponent {
                        index,
                        dc_table: lookup(&tables.dc, dc)?,
                        ac_table: table,
                        lookahead: Rc::clone(lookahead),
                        quantization: lookup(&tables.quantization, quantization)?,
                        last: planes[index].last_coefficient(),
                        dc: 0,
                    });
                }
                let mut decoder = Blocks {
                    components,
                    planes,
                    idcts: &idcts,
                    block: EMPTY,
                };
                let interval = tables.restart_interval;
                scan::walk(&scan, grids, mcus, interval, data, &mut decoder)?;
            }
        }
    }
    if seen.contains(&false) {
        return Err(DAMAGED);
    }
    Ok(())
}

/// The lookup tables of one Huffman table, shared by the components that share that table.
struct Lookahead {
    pairs: PairTable,
    skips: SkipTable,
}

/// A component in a scan.
struct ScanComponent<'a> {
    /// Its index in the frame.
    index: usize,
    dc_table: &'a Huffman,
    ac_table: &'a Huffman,
    lookahead: Rc<Lookahead>,
    /// The zigzag index of the last coefficient that the plane needs.
    last: usize,
    quantization: &'a [f32; 64],
    /// The last DC coefficient, the prediction of the next.
    dc: i32,
}

struct Blocks<'a> {
    components: Vec<ScanComponent<'a>>,
    planes: &'a mut [PlaneBuffer],
    idcts: &'a Idcts,
    /// Zero between two blocks, except for the DC coefficient.
    block: PaddedBlock,
}

impl BlockDecoder for Blocks<'_> {
    fn restart(&mut self) {
        for component in &mut self.components {
            component.dc = 0;
        }
    }

    #[inline]
    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        component: usize,
        at: (usize, usize),
    ) -> Result<(), Error> {
        let component = &mut self.components[component];
        let dc_only = component.read(bits, &mut self.block)?;
        let block = self
            .block
            .first_chunk()
            .expect("a padded block is longer than a block");
        self.planes[component.index].write(self.idcts, at, block, component.quantization, dc_only);
        if !dc_only {
            self.block = EMPTY;
        }
        Ok(())
    }
}

impl ScanComponent<'_> {
    /// Decodes a block into zeros, as far as the plane needs its coefficients. Returns whether no
    /// AC coefficient was set.
    #[inline]
    fn read(&mut self, bits: &mut Bits<'_>, block: &mut PaddedBlock) -> Result<bool, Error> {
        // The copy stays in registers.
        let mut ahead = *bits;
        self.dc += ahead.dc_difference(self.dc_table)?;
        block[0] = self.dc as i16;
        let mut at = 1;
        'needed: while at <= self.last {
            ahead.refill();
            // 56 bits hold five pairs of at most 10 bits.
            for _ in 0..5 {
                let pair = self.lookahead.pairs.pair(ahead.window());
                let [first, second] = pair.advance.map(|advance| at + usize::from(advance));
                if pair.bits == 0 || second % ENDED > 64 {
                    let value;
                    (ahead, at, value) = decode_slowly(ahead, self.ac_table, at)?;
                    block[slot(at)] = value;
                } else {
                    ahead.consume(pair.bits.into());
                    block[slot(first)] = pair.values[0];
                    block[slot(second)] = pair.values[1];
                    at = second;
                }
                if at > self.last {
                    break 'needed;
                }
            }
        }
        'skipped: while at < 64 {
            ahead.refill();
            // 56 bits hold four skips of at most 12 bits.
            for _ in 0..4 {
                let skip = self.lookahead.skips.skip(ahead.window());
                let next = at + skip.advance();
                if skip.bits() == 0 || next % ENDED > 64 {
                    (ahead, at, _) = decode_slowly(ahead, self.ac_table, at)?;
                } else {
                    ahead.consume(skip.bits());
                    at = next;
                }
                if at >= 64 {
                    break 'skipped;
                }
            }
        }
        if at > 64 && at < ENDED {
            return Err(DAMAGED);
        }
        *bits = ahead;
        Ok(self.last == 0 || at == 1 + END_OF_BLOCK)
    }
}

/// Positions from here on mean that an end-of-block code was read.
const ENDED: usize = 128;

/// A block with one more place, for values that belong nowhere.
type PaddedBlock = [i16; 65];

const EMPTY: PaddedBlock = [0; 65];

/// The natural position of the value of a code that advances to zigzag position `at`.
#[inline]
fn slot(at: usize) -> usize {
    usize::from(SLOTS[at % SLOTS.len()])
}

/// [`slot`] by `at`.
const SLOTS: [u8; 256] = {
    let mut slots = [64; 256];
    let mut at = 0;
    while at < 64 {
        slots[at + 1] = ZIGZAG[at];
        at += 1;
    }
    slots
};

/// Decodes one code and its value without a lookup table, at zigzag position `at`. Returns the
/// position after it and the value.
#[cold]
fn decode_slowly<'a>(
    mut bits: Bits<'a>,
    table: &Huffman,
    at: usize,
) -> Result<(Bits<'a>, usize, i16), Error> {
    bits.refill();
    let symbol = bits.symbol(table)?;
    let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
    let (at, value) = match (run, size) {
        // A run of 16 zeros may end the block.
        (15, 0) => ((at + 16).min(64), 0),
        (_, 0) => (at + END_OF_BLOCK, 0),
        _ => (at + run + 1, bits.value(size) as i16),
    };
    // The caller decodes more codes before its next refill.
    bits.refill();
    Ok((bits, at, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0, 10, 110 and 1110 for: ±1, ±1 after fifteen zeros, end of block, sixteen zeros.
    fn ac_table() -> Huffman {
        let mut counts = [0; 16];
        counts[..4].fill(1);
        Huffman::new(&counts, &[0x01, 0xf1, 0x00, 0xf0]).unwrap()
    }

    /// One code, 0, for a DC difference of zero.
    fn dc_table() -> Huffman {
        let mut counts = [0; 16];
        counts[0] = 1;
        Huffman::new(&counts, &[0]).unwrap()
    }

    /// Decodes this many blocks from a string of binary digits.
    fn read(codes: &str, last: usize, blocks: usize) -> Result<Vec<PaddedBlock>, Error> {
        let mut bytes: Vec<u8> = codes
            .as_bytes()
            .chunks(8)
            .map(|bits| {
                let bit = |i: usize| u8::from(bits.get(i).is_none_or(|b| *b == b'1'));
                (0..8).fold(0, |byte, i| byte << 1 | bit(i))
            })
            .collect();
        // More bytes, so that the end of the data plays no part.
        bytes.extend([0x55; 16]);
        let (dc_table, ac_table) = (dc_table(), ac_table());
        let mut component = ScanComponent {
            index: 0,
            lookahead: Rc::new(Lookahead {
                pairs: PairTable::new(&ac_table),
                skips: SkipTable::new(&ac_table),
            }),
            dc_table: &dc_table,
            ac_table: &ac_table,
            last,
            quantization: &[1.0; 64],
            dc: 0,
        };
        let mut bits = Bits::new(&bytes);
        let read = (0..blocks).map(|_| {
            let mut block = EMPTY;
            component.read(&mut bits, &mut block)?;
            Ok(block)
        });
        let read = read.collect::<Result<Vec<_>, _>>()?;
        assert_eq!(bits.unread()?, 16, "it consumes whole codes and no more");
        Ok(read)
    }

    #[test]
    fn a_block_consumes_its_own_codes_and_no_more() {
        // Full to the last coefficient, so without an end of block; with an end of block; full,
        // and its last code advances by sixteen; ending in a run of zeros.
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
    fn a_run_past_the_end_of_a_block_is_damage_at_every_scale() {
        for before in 0..15 {
            // Four runs of sixteen do not fit into 63 coefficients.
            let codes = format!("0{}{}110", "01".repeat(before), "100".repeat(4));
            for last in [0, 4, 12, 24, 63] {
                assert_eq!(read(&codes, last, 1), Err(DAMAGED), "{before} {last}");
            }
        }
    }
}
