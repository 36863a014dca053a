//! The bit stream of a scan, between its markers.

use memchr::memchr;

use super::huffman::{Huffman, extend};
use crate::Error;

/// The error for everything that cannot occur in an intact scan.
pub(super) const DAMAGED: Error = Error::Damaged("the picture data are damaged or end early");

/// Unused bytes that are accepted at the end of a scan.
const PADDING: usize = 16;

/// Splits the data of a scan at its restart markers and removes stuffed zeros, so that bits can be
/// loaded eight bytes at a time.
pub(super) struct Intervals<'a> {
    /// The remaining data; begins with the marker that ended the last interval.
    rest: &'a [u8],
    /// The current interval without stuffed zeros.
    unstuffed: Vec<u8>,
}

impl<'a> Intervals<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self {
            rest: data,
            unstuffed: Vec::with_capacity(data.len()),
        }
    }

    /// The bit stream up to the next marker.
    pub(super) fn next(&mut self) -> Bits<'_> {
        self.unstuffed.clear();
        let mut from = 0;
        while let Some(found) = memchr(0xff, &self.rest[from..]) {
            let end = from + found;
            if self.rest.get(end + 1) != Some(&0) {
                self.unstuffed.extend_from_slice(&self.rest[from..end]);
                self.rest = &self.rest[end..];
                return Bits::new(&self.unstuffed);
            }
            self.unstuffed.extend_from_slice(&self.rest[from..=end]);
            from = end + 2;
        }
        self.unstuffed.extend_from_slice(&self.rest[from..]);
        self.rest = &[];
        Bits::new(&self.unstuffed)
    }

    /// Consumes restart marker `number` modulo 8, which must come next.
    pub(super) fn restart(&mut self, number: usize) -> Result<(), Error> {
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

    /// Checks that the scan is used up, `unread` bytes of the last interval included. Much unused
    /// data means more rows than the header has, or codes that went out of step.
    pub(super) fn finish(&self, unread: usize) -> Result<(), Error> {
        let last = &self.unstuffed[self.unstuffed.len() - unread..];
        let stuffed = last.iter().filter(|&&byte| byte == 0xff).count();
        if self.rest.len() + unread + stuffed > PADDING {
            return Err(DAMAGED);
        }
        Ok(())
    }
}

/// Reads bits. `Copy`, so that it can live in registers while a block is decoded.
#[derive(Clone, Copy)]
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load. Beyond the end of the data zeros are loaded; [`Bits::unread`] detects
    /// that they were used.
    at: usize,
    /// The next bits, the first one in the highest place. Below the top `count` bits may be bits
    /// of the byte at `at`: loading them again changes nothing.
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

    /// Loads bits until at least 56 are ready.
    #[inline]
    pub(super) fn refill(&mut self) {
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

    /// The last bytes of the data, followed by zeros.
    #[cold]
    fn last_bytes(self) -> u64 {
        let mut word = [0; 8];
        let rest = self.data.get(self.at..).unwrap_or_default();
        for (to, from) in word.iter_mut().zip(rest) {
            *to = *from;
        }
        u64::from_be_bytes(word)
    }

    /// The next bits, the first one in the highest place; valid as far as [`Bits::refill`] loaded.
    #[inline]
    pub(super) fn window(&self) -> u64 {
        self.window
    }

    /// Consumes bits that [`Bits::refill`] loaded.
    #[inline]
    pub(super) fn consume(&mut self, bits: u32) {
        self.window <<= bits;
        self.count -= bits;
    }

    /// Decodes the next symbol; consumes at most 16 bits.
    #[inline]
    pub(super) fn symbol(&mut self, table: &Huffman) -> Result<u8, Error> {
        let (symbol, length) = table.symbol(self.window)?;
        self.consume(length);
        Ok(symbol)
    }

    /// The signed value in the next `size` bits, 1 to 15 of them.
    #[inline]
    pub(super) fn value(&mut self, size: u32) -> i32 {
        let raw = (self.window >> (64 - size)) as u32;
        self.consume(size);
        extend(raw, size)
    }

    /// The next `size` bits as an unsigned number, at most 16 of them.
    #[inline]
    pub(super) fn raw(&mut self, size: u32) -> u32 {
        self.refill();
        // Two shifts: for a size of 0, one would shift by the whole width.
        let raw = (self.window >> 1 >> (63 - size)) as u32;
        self.consume(size);
        raw
    }

    /// The difference of a DC coefficient from the last one. Leaves at least 29 bits ready.
    #[inline]
    pub(super) fn dc_difference(&mut self, table: &Huffman) -> Result<i32, Error> {
        self.refill();
        let code = table.code(self.window);
        // A DC coefficient has no run before it; symbols with one are judged below.
        if code.is_known() && (code.advance() == 1 || code.value() == 0) {
            self.consume(code.bits());
            return Ok(i32::from(code.value()));
        }
        match u32::from(self.symbol(table)?) {
            0 => Ok(0),
            size @ 1..=11 => Ok(self.value(size)),
            _ => Err(DAMAGED),
        }
    }

    /// Unread whole bytes. Fails if more bits were consumed than the data have.
    #[inline]
    pub(super) fn unread(&self) -> Result<usize, Error> {
        let used = 8 * self.at - self.count as usize;
        let bits = (8 * self.data.len()).checked_sub(used).ok_or(DAMAGED)?;
        Ok(bits / 8)
    }

    /// Checks that the interval before a restart marker is used up to its last byte. Otherwise the
    /// codes went out of step.
    pub(super) fn finish_interval(&self) -> Result<(), Error> {
        if self.unread()? > 0 {
            return Err(DAMAGED);
        }
        Ok(())
    }
}
