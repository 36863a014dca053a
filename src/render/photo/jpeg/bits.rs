//! The bits of a scan, taken from between its markers.

use memchr::memchr;

use super::Fault;
use super::huffman::{Huffman, extend};

/// The fault of everything that a whole scan can't hold.
pub(super) const DAMAGED: Fault = Fault::Truncated("the picture data are damaged or end early");

/// Bytes that may be left over where a scan ends.
const PADDING: usize = 16;

/// The data of a scan, cut at its restart markers and freed of stuffed zeros, so that bits can be
/// loaded eight bytes at a time.
pub(super) struct Intervals<'a> {
    /// What is not yet taken; begins with the marker that ended the last interval.
    rest: &'a [u8],
    plain: Vec<u8>,
}

impl<'a> Intervals<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            rest: data,
            plain: Vec::with_capacity(data.len()),
        }
    }

    /// The bits up to the next marker.
    pub(super) fn next(&mut self) -> Bits<'_> {
        self.plain.clear();
        let mut from = 0;
        while let Some(found) = memchr(0xff, &self.rest[from..]) {
            let end = from + found;
            if self.rest.get(end + 1) != Some(&0) {
                self.plain.extend_from_slice(&self.rest[from..end]);
                self.rest = &self.rest[end..];
                return Bits::new(&self.plain);
            }
            self.plain.extend_from_slice(&self.rest[from..=end]);
            from = end + 2;
        }
        self.plain.extend_from_slice(&self.rest[from..]);
        self.rest = &[];
        Bits::new(&self.plain)
    }

    /// Passes the restart marker numbered `number` modulo eight, which must come now.
    pub(super) fn restart(&mut self, number: usize) -> Result<(), Fault> {
        while self.rest.starts_with(&[0xff, 0xff]) {
            self.rest = &self.rest[1..];
        }
        match self.rest {
            [0xff, marker, rest @ ..] if *marker == 0xd0 + (number % 8) as u8 => {
                self.rest = rest;
                Ok(())
            }
            _ => Err(DAMAGED),
        }
    }

    /// Fails when much is left over, `unread` bytes of the last interval among it: then the data
    /// belong to more rows than the header has, or the codes went out of step on the way.
    pub(super) fn finish(&self, unread: usize) -> Result<(), Fault> {
        let last = &self.plain[self.plain.len() - unread..];
        let stuffed = last.iter().filter(|&&byte| byte == 0xff).count();
        if self.rest.len() + unread + stuffed > PADDING {
            return Err(DAMAGED);
        }
        Ok(())
    }
}

/// Reads bits. Small enough to be copied into registers while a block is read.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load. Beyond the end of the data zeros are loaded, which
    /// [`Bits::unread`] finds out.
    at: usize,
    /// Bits to come, the next one on top. Below `count` lie bits of bytes not yet counted as
    /// loaded: loading them again changes nothing.
    window: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            window: 0,
            count: 0,
        }
    }

    /// Makes at least 56 bits ready.
    #[inline]
    pub(super) fn fill(&mut self) {
        let word = match self
            .data
            .get(self.at..)
            .and_then(|rest| rest.first_chunk::<8>())
        {
            Some(next) => u64::from_be_bytes(*next),
            None => self.last_bytes(),
        };
        self.window |= word >> self.count;
        self.at += (63 - self.count as usize) / 8;
        self.count |= 56;
    }

    /// The last bytes of the data, and zeros behind them.
    #[cold]
    fn last_bytes(self) -> u64 {
        let mut word = [0; 8];
        let rest = self.data.get(self.at..).unwrap_or_default();
        for (to, from) in word.iter_mut().zip(rest) {
            *to = *from;
        }
        u64::from_be_bytes(word)
    }

    /// The bits to come, the next one on top; as many as [`Bits::fill`] made ready.
    #[inline]
    pub(super) fn window(&self) -> u64 {
        self.window
    }

    /// Moves on by bits that [`Bits::fill`] made ready.
    #[inline]
    pub(super) fn skip(&mut self, bits: u32) {
        self.window <<= bits;
        self.count -= bits;
    }

    /// The next symbol; at most sixteen bits.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Huffman) -> Result<u8, Fault> {
        let (symbol, length) = table.symbol(self.window)?;
        self.skip(length);
        Ok(symbol)
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

    /// The difference of a block's mean from the last one's. Leaves at least 29 bits ready.
    #[inline]
    pub(super) fn difference(&mut self, table: &Huffman) -> Result<i32, Fault> {
        self.fill();
        let step = table.step(self.window);
        // A mean has no run before it; a table that codes one is looked at below.
        if step.is_known() && (step.onwards() == 1 || step.value() == 0) {
            self.skip(step.bits());
            return Ok(i32::from(step.value()));
        }
        match u32::from(self.symbol(table)?) {
            0 => Ok(0),
            size @ 1..=11 => Ok(self.value(size)),
            _ => Err(DAMAGED),
        }
    }

    /// Whole bytes that are not read; fails when bits were used that the data do not have.
    #[inline]
    pub(super) fn unread(&self) -> Result<usize, Fault> {
        let used = 8 * self.at - self.count as usize;
        let bits = (8 * self.data.len()).checked_sub(used).ok_or(DAMAGED)?;
        Ok(bits / 8)
    }

    /// Fails when bits were used that the data do not have, or a byte is left, which nothing puts
    /// before a restart marker: the codes went out of step on the way.
    pub(super) fn finish_interval(&self) -> Result<(), Fault> {
        if self.unread()? > 0 {
            return Err(DAMAGED);
        }
        Ok(())
    }
}
