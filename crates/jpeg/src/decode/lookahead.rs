//! Lookup tables that resolve several codes of a block at once (ITU-T T.81, F.2.2.2): two codes
//! where their values are needed, and all codes of a longer window where they are only skipped.

use super::huffman::{END_OF_BLOCK, Huffman, LOOKUP_BITS};

/// The bits that the [`SkipTable`] looks at.
const SKIP_BITS: u32 = 12;

/// AC coefficients of a block. Runs beyond them are left to the slow path.
const AC_COUNT: usize = 63;

/// Two codes with their values. A code without a second one stands twice.
#[derive(Clone, Copy, Default)]
pub(super) struct Pair {
    /// Bits of both codes and values; 0 where no whole code is known.
    pub bits: u8,
    /// Coefficients to advance after the first and after both, or past [`END_OF_BLOCK`].
    pub advance: [u8; 2],
    /// The values; 0 at the end of a block.
    pub values: [i16; 2],
}

/// By the next [`LOOKUP_BITS`] bits, the two codes in them.
pub(super) struct PairTable(Box<[Pair; 1 << LOOKUP_BITS]>);

impl PairTable {
    pub(super) fn new(table: &Huffman) -> Self {
        let mut pairs = Box::new([Pair::default(); 1 << LOOKUP_BITS]);
        for (bits, pair) in (0u64..).zip(pairs.iter_mut()) {
            let window = bits << (64 - LOOKUP_BITS);
            let first = table.code(window);
            let advance = first.advance() as u8;
            *pair = Pair {
                bits: first.bits() as u8,
                advance: [advance; 2],
                values: [first.value(); 2],
            };
            let second = table.code(window << first.bits());
            let known = first.is_known() && second.is_known();
            if known
                && first.advance() != END_OF_BLOCK
                && first.bits() + second.bits() <= LOOKUP_BITS
            {
                pair.bits += second.bits() as u8;
                pair.advance[1] += second.advance() as u8;
                pair.values[1] = second.value();
            }
        }
        Self(pairs)
    }

    /// The pair at the top of `window`.
    #[inline]
    pub(super) fn pair(&self, window: u64) -> Pair {
        self.0[(window >> (64 - LOOKUP_BITS)) as usize]
    }
}

/// For coefficients that the scale does not need: by the next [`SKIP_BITS`] bits, how many
/// coefficients the codes in them advance.
pub(super) struct SkipTable(Box<[Skip; 1 << SKIP_BITS]>);

/// As many whole codes with their values as fit: their bits in the low four bits, the coefficients
/// they advance in the bits above.
#[derive(Clone, Copy)]
pub(super) struct Skip(u16);

impl Skip {
    /// Bits of the codes and their values; 0 where not one fits.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        u32::from(self.0 & 15)
    }

    /// Coefficients to advance.
    #[inline]
    pub(super) fn advance(self) -> usize {
        usize::from(self.0 >> 4)
    }
}

impl SkipTable {
    pub(super) fn new(table: &Huffman) -> Self {
        let mut skips = Self(Box::new([Skip(0); 1 << SKIP_BITS]));
        skips.add(table, 0, 0, 0);
        skips
    }

    /// Enters everything that can follow the first `used` bits of the index `first`, which
    /// advanced by `advance` coefficients.
    fn add(&mut self, table: &Huffman, first: usize, used: u32, advance: usize) {
        let left = SKIP_BITS - used;
        self.0[first..first + (1 << left)].fill(Skip((advance << 4) as u16 | used as u16));
        let mut at = first;
        while at < first + (1 << left) {
            let window = (at as u64) << (64 - SKIP_BITS) << used;
            let Ok((symbol, length)) = table.symbol(window) else {
                break;
            };
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if length > left {
                // All later codes are at least as long.
                break;
            }
            let codes = 1 << (left - length);
            let next = advance + run + 1;
            if symbol == 0 && next <= AC_COUNT {
                let skip = Skip(((advance + END_OF_BLOCK) << 4) as u16 | (used + length) as u16);
                self.0[at..at + codes].fill(skip);
            } else if size > 0 && length + size <= left && next <= AC_COUNT {
                self.add(table, at, used + length + size, next);
                // What follows is the same after every value.
                let each = codes >> size;
                for value in 1..1 << size {
                    self.0.copy_within(at..at + each, at + value * each);
                }
            }
            at += codes;
        }
    }

    /// The skip at the top of `window`.
    #[inline]
    pub(super) fn skip(&self, window: u64) -> Skip {
        self.0[(window >> (64 - SKIP_BITS)) as usize]
    }
}
