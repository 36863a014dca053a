//! Several codes of a block at once (ITU-T T.81, F.2.2.2): two where their values are wanted, and as
//! many as a longer look holds where only their length counts.

use super::huffman::{END, FAST, Huffman};

/// The bits in which [`Leaps`] look codes up.
const FAR: u32 = 12;

/// The coefficients of a block besides its mean: what would go beyond is read code by code.
const MOST: usize = 63;

/// Two codes with their values, the first one's part before the second's.
#[derive(Clone, Copy, Default)]
pub(super) struct Pair {
    /// Bits of both; 0 where not one code is known.
    pub bits: u8,
    /// How many coefficients the first and both move on; [`END`] counted as such.
    pub onwards: [u8; 2],
    /// The values; 0 at the end of a block. One code alone stands twice.
    pub values: [i16; 2],
}

/// By the next ten bits, the two codes in them.
pub(super) struct Pairs(Box<[Pair; 1 << FAST]>);

impl Pairs {
    /// The pairs of a table.
    pub(super) fn new(table: &Huffman) -> Self {
        let mut pairs = Box::new([Pair::default(); 1 << FAST]);
        for (bits, pair) in (0u64..).zip(pairs.iter_mut()) {
            let window = bits << (64 - FAST);
            let first = table.step(window);
            let onwards = first.onwards() as u8;
            *pair = Pair {
                bits: first.bits() as u8,
                onwards: [onwards; 2],
                values: [first.value(); 2],
            };
            let second = table.step(window << first.bits());
            let known = first.is_known() && second.is_known();
            if known && first.onwards() != END && first.bits() + second.bits() <= FAST {
                pair.bits += second.bits() as u8;
                pair.onwards[1] += second.onwards() as u8;
                pair.values[1] = second.value();
            }
        }
        Self(pairs)
    }

    /// The pair topmost in `window`.
    #[inline]
    pub(super) fn pair(&self, window: u64) -> Pair {
        self.0[(window >> (64 - FAST)) as usize]
    }
}

/// For coefficients that nobody wants: by the next twelve bits, how far the codes in them go.
pub(super) struct Leaps(Box<[Leap; 1 << FAR]>);

/// As many whole codes as fit, with their values: the bits in the low four bits, then in eight how
/// many coefficients they move on.
#[derive(Clone, Copy)]
pub(super) struct Leap(u16);

impl Leap {
    /// Bits of the codes and their values; 0 where not one fits.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        u32::from(self.0 & 15)
    }

    /// How many coefficients they move on.
    #[inline]
    pub(super) fn onwards(self) -> usize {
        usize::from(self.0 >> 4)
    }
}

impl Leaps {
    /// The leaps in a table.
    pub(super) fn new(table: &Huffman) -> Self {
        let mut leaps = Self(Box::new([Leap(0); 1 << FAR]));
        leaps.add(table, 0, 0, 0);
        leaps
    }

    /// Enters everything that may follow `used` bits, which moved on by `onwards` coefficients;
    /// they are those topmost in `first`.
    fn add(&mut self, table: &Huffman, first: usize, used: u32, onwards: usize) {
        let left = FAR - used;
        self.0[first..first + (1 << left)].fill(Leap((onwards << 4) as u16 | used as u16));
        let mut at = first;
        while at < first + (1 << left) {
            let window = (at as u64) << (64 - FAR) << used;
            let Ok((symbol, length)) = table.symbol(window) else {
                break;
            };
            let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
            if length > left {
                // The codes only get longer from here.
                break;
            }
            let codes = 1 << (left - length);
            let next = onwards + run + 1;
            if symbol == 0 && next <= MOST {
                let leap = Leap(((onwards + END) << 4) as u16 | (used + length) as u16);
                self.0[at..at + codes].fill(leap);
            } else if size > 0 && length + size <= left && next <= MOST {
                self.add(table, at, used + length + size, next);
                // What follows is the same behind every value.
                let each = codes >> size;
                for value in 1..1 << size {
                    self.0.copy_within(at..at + each, at + value * each);
                }
            }
            at += codes;
        }
    }

    /// The leap over what is topmost in `window`.
    #[inline]
    pub(super) fn leap(&self, window: u64) -> Leap {
        self.0[(window >> (64 - FAR)) as usize]
    }
}
