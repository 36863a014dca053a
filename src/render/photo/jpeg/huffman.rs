//! Huffman tables of a scan (ITU-T T.81, annexes C and F.2). Most codes are looked up together with
//! the value behind them.

use super::Fault;
use super::bits::DAMAGED;

/// Codes up to this long are looked up at once.
pub(super) const FAST: u32 = 10;

/// How far an end of block moves on a block's coefficients: past everything that codes can reach
/// without it. It counts as one, so that it is not taken for the block's when the block is full.
pub(super) const END: usize = 129;

pub(super) struct Huffman {
    /// By the next ten bits: the code's length in the low byte and its symbol in the high one; 0
    /// where the code is longer.
    short: Box<[u16; 1 << FAST]>,
    /// By the next ten bits, where they hold a code and the value behind it.
    steps: Box<[Step; 1 << FAST]>,
    /// For each length, one more than its largest code, moved up to sixteen bits.
    ends: [u32; 17],
    /// For each length, what to add to a code for the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

/// A code with its value: the value in the upper half, then a byte of how many coefficients it
/// moves on (the run of zeros and the value's own, or [`END`]), then a byte of the bits of both;
/// 0 for what has to be read the long way.
#[derive(Clone, Copy)]
pub(super) struct Step(u32);

impl Step {
    const NONE: Self = Self(0);

    fn new(value: i16, onwards: usize, bits: u32) -> Self {
        Self(u32::from(value as u16) << 16 | (onwards as u32) << 8 | bits)
    }

    /// Whether there is one.
    #[inline]
    pub(super) fn is_known(self) -> bool {
        self.0 != 0
    }

    /// Bits of the code and its value.
    #[inline]
    pub(super) fn bits(self) -> u32 {
        self.0 & 0xff
    }

    /// How many coefficients it moves on, or [`END`].
    #[inline]
    pub(super) fn onwards(self) -> usize {
        (self.0 >> 8 & 0xff) as usize
    }

    /// The value; 0 at the end of a block.
    #[inline]
    pub(super) fn value(self) -> i16 {
        (self.0 >> 16) as i16
    }
}

impl Huffman {
    /// Builds a table from its counts of codes per length and its symbols in order of the codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Fault> {
        let mut table = Self {
            short: Box::new([0; 1 << FAST]),
            steps: Box::new([Step::NONE; 1 << FAST]),
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
                if length <= FAST {
                    let first = (code << (FAST - length)) as usize;
                    let entry = u16::from(symbol) << 8 | length as u16;
                    table.short[first..first + (1 << (FAST - length))].fill(entry);
                    table.add_steps(symbol, length, first);
                }
                code += 1;
                index += 1;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        Ok(table)
    }

    /// Enters a code of this length, which begins at `first` in the table, with all its values.
    fn add_steps(&mut self, symbol: u8, length: u32, first: usize) {
        let (run, size) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if symbol == 0 {
            self.steps[first..first + (1 << (FAST - length))].fill(Step::new(0, END, length));
        } else if size > 0 && length + size <= FAST {
            let each = 1 << (FAST - length - size);
            for (raw, steps) in self.steps[first..]
                .chunks_exact_mut(each)
                .take(1 << size)
                .enumerate()
            {
                steps.fill(Step::new(
                    extend(raw as u32, size) as i16,
                    run + 1,
                    length + size,
                ));
            }
        }
    }

    /// What the next bits, topmost in `window`, hold at once.
    #[inline]
    pub(super) fn step(&self, window: u64) -> Step {
        self.steps[(window >> (64 - FAST)) as usize]
    }

    /// The symbol whose code is topmost in `window`, and the code's length.
    #[inline]
    pub(super) fn symbol(&self, window: u64) -> Result<(u8, u32), Fault> {
        let entry = self.short[(window >> (64 - FAST)) as usize];
        if entry != 0 {
            return Ok(((entry >> 8) as u8, u32::from(entry & 0xff)));
        }
        let next = (window >> 48) as u32;
        let length = (FAST as usize + 1..=16)
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

/// The signed value that `size` bits stand for (ITU-T T.81, F.2.2.1).
#[inline]
pub(super) fn extend(raw: u32, size: u32) -> i32 {
    if raw < 1 << (size - 1) {
        raw as i32 - (1 << size) + 1
    } else {
        raw as i32
    }
}
