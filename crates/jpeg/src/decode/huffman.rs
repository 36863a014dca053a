//! Huffman tables of a scan (ITU-T T.81, annexes C and F.2). Most codes are looked up together with
//! the value that follows them.

use super::bits::DAMAGED;
use crate::Error;

/// Codes up to this length are found by one lookup.
pub(super) const LOOKUP_BITS: u32 = 10;

/// How far an end-of-block code advances: past everything that other codes can reach. Odd by one, so
/// that an end of block differs from a block that ends because it is full.
pub(super) const END_OF_BLOCK: usize = 129;

pub(super) struct Huffman {
    /// By the next [`LOOKUP_BITS`] bits: the code's length in the low byte, its symbol in the high
    /// byte; 0 where the code is longer.
    short: Box<[u16; 1 << LOOKUP_BITS]>,
    /// By the next [`LOOKUP_BITS`] bits, if they hold a code and its value.
    codes: Box<[Code; 1 << LOOKUP_BITS]>,
    /// For each length, its largest code plus one, shifted to 16 bits.
    ends: [u32; 17],
    /// For each length, what to add to a code to get the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

/// A code with its value. From the high bits: the value (16), the coefficients to advance (8: the
/// run of zeros and the value itself, or [`END_OF_BLOCK`]), the bits of both (8). 0 if unknown.
#[derive(Clone, Copy)]
pub(super) struct Code(u32);

impl Code {
    const NONE: Self = Self(0);

    fn new(value: i16, advance: usize, bits: u32) -> Self {
        Self(u32::from(value as u16) << 16 | (advance as u32) << 8 | bits)
    }

    /// Whether the lookup found a whole code with its value.
    #[inline]
    pub(super) fn is_known(self) -> bool {
        self.0 != 0
    }

    /// Length of the code and its value in bits.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        self.0 & 0xff
    }

    /// Coefficients to advance, or [`END_OF_BLOCK`].
    #[inline]
    pub(super) fn advance(self) -> usize {
        (self.0 >> 8 & 0xff) as usize
    }

    /// The coefficient; 0 at the end of a block.
    #[inline]
    pub(super) fn value(self) -> i16 {
        (self.0 >> 16) as i16
    }
}

impl Huffman {
    /// Builds a table from the number of codes of each length and the symbols in code order.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Error> {
        let mut table = Self {
            short: Box::new([0; 1 << LOOKUP_BITS]),
            codes: Box::new([Code::NONE; 1 << LOOKUP_BITS]),
            ends: [0; 17],
            offsets: [0; 17],
            symbols: symbols.to_vec(),
        };
        let (mut code, mut index) = (0u32, 0usize);
        for length in 1..=16u32 {
            let count = usize::from(counts[length as usize - 1]);
            table.offsets[length as usize] = index as i32 - code as i32;
            for _ in 0..count {
                let symbol = *symbols.get(index).ok_or(DAMAGED)?;
                if code >= 1 << length {
                    return Err(DAMAGED);
                }
                if length <= LOOKUP_BITS {
                    let first = (code << (LOOKUP_BITS - length)) as usize;
                    let entry = u16::from(symbol) << 8 | length as u16;
                    table.short[first..first + (1 << (LOOKUP_BITS - length))].fill(entry);
                    table.add_codes(symbol, length, first);
                }
                code += 1;
                index += 1;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok(table)
    }

    /// Enters a code of this length, whose first index is `first`, with all its values.
    fn add_codes(&mut self, symbol: u8, length: u32, first: usize) {
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if symbol == 0 {
            self.codes[first..first + (1 << (LOOKUP_BITS - length))].fill(Code::new(
                0,
                END_OF_BLOCK,
                length,
            ));
        } else if size > 0 && length + size <= LOOKUP_BITS {
            let each = 1 << (LOOKUP_BITS - length - size);
            for (raw, codes) in self.codes[first..]
                .chunks_exact_mut(each)
                .take(1 << size)
                .enumerate()
            {
                codes.fill(Code::new(
                    extend(raw as u32, size) as i16,
                    run + 1,
                    length + size,
                ));
            }
        }
    }

    /// The code and value at the top of `window`.
    #[inline]
    pub(super) fn code(&self, window: u64) -> Code {
        self.codes[(window >> (64 - LOOKUP_BITS)) as usize]
    }

    /// The symbol whose code is at the top of `window`, and the length of that code.
    #[inline]
    pub(super) fn symbol(&self, window: u64) -> Result<(u8, u32), Error> {
        let entry = self.short[(window >> (64 - LOOKUP_BITS)) as usize];
        if entry != 0 {
            return Ok(((entry >> 8) as u8, u32::from(entry & 0xff)));
        }
        let next = (window >> 48) as u32;
        let length = (LOOKUP_BITS as usize + 1..=16)
            .find(|&length| next < self.ends[length])
            .ok_or(DAMAGED)?;
        let index = (next >> (16 - length)) as i32 + self.offsets[length];
        let symbol = usize::try_from(index)
            .ok()
            .and_then(|index| self.symbols.get(index).copied())
            .ok_or(DAMAGED)?;
        Ok((symbol, length as u32))
    }
}

/// The signed value of `size` bits (ITU-T T.81, F.2.2.1).
#[inline]
pub(super) fn extend(raw: u32, size: u32) -> i32 {
    if raw < 1 << (size - 1) {
        raw as i32 - (1 << size) + 1
    } else {
        raw as i32
    }
}
