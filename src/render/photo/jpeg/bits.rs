//! Bits and Huffman codes of a scan (ITU-T T.81, annex F.2).

use super::Fault;

/// Codes up to this long are looked up at once.
const FAST: u32 = 10;

/// The fault of everything that a whole scan can't hold.
pub(super) const DAMAGED: Fault = Fault::Truncated("the picture data are damaged or end early");

/// A Huffman table, with shortcuts.
pub(super) struct Huffman {
    /// By the next ten bits: the code's length in the low byte and its symbol in the high one; 0
    /// where the code is longer.
    short: Box<[u16; 1 << FAST]>,
    /// By the next ten bits, where they hold a code and the value behind it: the value in the
    /// high byte, the run of zeros before it and the bits of both in the low one; else 0.
    pub pairs: Box<[i16; 1 << FAST]>,
    /// For each length, one more than its largest code, moved up to sixteen bits.
    ends: [u32; 17],
    /// For each length, what to add to a code for the index of its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// Builds a table from its counts of codes per length and its symbols in order of the codes.
    pub(super) fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, Fault> {
        let mut table = Self {
            short: Box::new([0; 1 << FAST]),
            pairs: Box::new([0; 1 << FAST]),
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
                }
                code += 1;
                index += 1;
            }
            table.ends[length as usize] = code << (16 - length);
            code <<= 1;
        }
        for (bits, pair) in table.pairs.iter_mut().enumerate() {
            let entry = u32::from(table.short[bits]);
            let (length, run, size) = (entry & 0xff, entry >> 12, entry >> 8 & 15);
            if length == 0 || size == 0 || length + size > FAST {
                continue;
            }
            let raw = bits as u32 >> (FAST - length - size) & ((1 << size) - 1);
            // A value is at most nine bits here; those beyond a byte take the long way.
            if let Ok(value) = i8::try_from(extend(raw, size)) {
                *pair = (i32::from(value) << 8 | (run << 4) as i32 | (length + size) as i32) as i16;
            }
        }
        Ok(table)
    }
}

/// The signed value that `size` bits stand for.
fn extend(raw: u32, size: u32) -> i32 {
    if raw < 1 << (size - 1) {
        raw as i32 - (1 << size) + 1
    } else {
        raw as i32
    }
}

/// Reads the bits of one scan, whose data run up to the next marker that is no restart.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load.
    at: usize,
    /// Bits to come, the next one on top. Below `count` lie bits of bytes not yet counted as
    /// loaded: loading them again changes nothing.
    window: u64,
    count: u32,
    /// How many of `count` were made up after the data ended.
    made_up: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            window: 0,
            count: 0,
            made_up: 0,
        }
    }

    /// Makes at least 32 bits ready: enough for the longest code and its value.
    #[inline]
    pub(super) fn fill(&mut self) {
        if self.count >= 32 {
            return;
        }
        if let Some(next) = self.data[self.at..].first_chunk::<8>() {
            let word = u64::from_be_bytes(*next);
            // A byte of ones is a zero byte of the complement, which borrows when one is taken off.
            let ones = !word;
            let any_ff =
                ones.wrapping_sub(0x0101_0101_0101_0101) & !ones & 0x8080_8080_8080_8080 != 0;
            if !any_ff {
                self.window |= word >> self.count;
                let bytes = (63 - self.count) / 8;
                self.at += bytes as usize;
                self.count += bytes * 8;
                return;
            }
        }
        self.fill_by_bytes();
    }

    #[cold]
    fn fill_by_bytes(&mut self) {
        while self.count <= 56 {
            let byte = match self.data.get(self.at..) {
                Some([0xff, 0, ..]) => {
                    self.at += 2;
                    0xff
                }
                Some([byte @ 0..=0xfe, ..]) => {
                    self.at += 1;
                    *byte
                }
                _ => {
                    self.made_up += 8;
                    0
                }
            };
            self.window |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The next ten bits, for [`Huffman::pairs`].
    #[inline]
    pub(super) fn ten(&self) -> usize {
        (self.window >> (64 - FAST)) as usize
    }

    /// Moves on by at most 32 bits that [`Bits::fill`] made ready.
    #[inline]
    pub(super) fn skip(&mut self, bits: u32) {
        self.window <<= bits;
        self.count -= bits;
    }

    /// The next symbol; at most sixteen bits.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Huffman) -> Result<u8, Fault> {
        let entry = table.short[self.ten()];
        if entry != 0 {
            self.skip(u32::from(entry & 0xff));
            return Ok((entry >> 8) as u8);
        }
        let next = (self.window >> 48) as u32;
        let length = (FAST as usize + 1..=16)
            .find(|&length| next < table.ends[length])
            .ok_or(DAMAGED)?;
        let index = (next >> (16 - length)) as i32 + table.offsets[length];
        self.skip(length as u32);
        usize::try_from(index)
            .ok()
            .and_then(|index| table.symbols.get(index).copied())
            .ok_or(DAMAGED)
    }

    /// The signed value in the next `size` bits, 1 to 15.
    #[inline]
    pub(super) fn value(&mut self, size: u32) -> i32 {
        let raw = (self.window >> (64 - size)) as u32;
        self.skip(size);
        extend(raw, size)
    }

    /// The next `size` bits as they are, at most 16.
    #[inline]
    pub(super) fn raw(&mut self, size: u32) -> u32 {
        self.fill();
        // Shifting twice keeps a size of zero from shifting by the whole width.
        let raw = (self.window >> 1 >> (63 - size)) as u32;
        self.skip(size);
        raw
    }

    /// The difference of a block's mean from the last one's.
    #[inline]
    pub(super) fn difference(&mut self, table: &Huffman) -> Result<i32, Fault> {
        self.fill();
        match u32::from(self.symbol(table)?) {
            0 => Ok(0),
            size @ 1..=11 => Ok(self.value(size)),
            _ => Err(DAMAGED),
        }
    }

    /// Fails when bits were used that the data do not have.
    #[inline]
    pub(super) fn check(&self) -> Result<(), Fault> {
        if self.made_up > self.count {
            return Err(DAMAGED);
        }
        Ok(())
    }

    /// Passes the restart marker numbered `number` modulo eight, which must come now.
    pub(super) fn restart(&mut self, number: usize) -> Result<(), Fault> {
        while let Some([0xff, 0xff, ..]) = self.data.get(self.at..) {
            self.at += 1;
        }
        let expected = 0xd0 + (number % 8) as u8;
        if self.data.get(self.at..self.at + 2) != Some(&[0xff, expected]) {
            return Err(DAMAGED);
        }
        *self = Self {
            at: self.at + 2,
            ..Self::new(self.data)
        };
        Ok(())
    }

    /// Fails when much is left over: then the data belong to more rows than the header has, or
    /// the codes went out of step on the way.
    pub(super) fn finish(&self) -> Result<(), Fault> {
        const PADDING: usize = 16;
        let ready = self.count.saturating_sub(self.made_up) as usize / 8;
        if self.data.len() - self.at + ready > PADDING {
            return Err(DAMAGED);
        }
        Ok(())
    }
}
