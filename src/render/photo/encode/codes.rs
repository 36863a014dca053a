//! The codes of a scan: collected and counted first, written once their tables are known.

use super::huffman::Table;

/// Which Huffman table a code is of.
#[derive(Clone, Copy)]
pub(super) struct Kind(u8);

impl Kind {
    /// The table of luma's means; that of its other coefficients comes next.
    pub(super) const LUMA: Self = Self(0);
    /// The same for the colour differences.
    pub(super) const COLOUR: Self = Self(2);
    pub(super) const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

    /// Class and number of the table as a DHT segment has them.
    pub(super) fn table_number(self) -> u8 {
        (self.0 & 1) << 4 | self.0 >> 1
    }

    /// The table of the coefficients besides the mean.
    fn others(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A run of sixteen zeros.
const ZEROS: u8 = 0xf0;

/// The end of a block.
const END: u8 = 0;

/// Codes in their order.
pub(super) struct Codes {
    /// For each code its value in the upper half, its kind in the second byte, its symbol in the
    /// lowest; the symbol's low half is the size of the value in bits.
    codes: Vec<u32>,
    /// How often each symbol of each kind was used.
    counts: [[u32; 256]; 4],
}

impl Codes {
    /// None yet; there will be this many MCUs.
    pub(super) fn new(mcus: usize) -> Self {
        // Portraits at quality 90 have some seventy codes an MCU.
        Self {
            codes: Vec::with_capacity(mcus * 96),
            counts: [[0; 256]; 4],
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, symbol: u8, value: u16) {
        self.counts[usize::from(kind.0 & 3)][usize::from(symbol)] += 1;
        let code = u32::from(value) << 16 | u32::from(kind.0) << 8 | u32::from(symbol);
        self.codes.push(code);
    }

    /// Adds a block; `mean` is the mean of the last one of its component.
    #[inline]
    pub(super) fn block(&mut self, kind: Kind, block: &[i16; 64], mean: &mut i16) {
        let (size, value) = sized(block[0] - *mean);
        *mean = block[0];
        self.push(kind, size, value);
        let mut left = 0u64;
        for (i, c) in block.iter().enumerate().skip(1) {
            left |= u64::from(*c != 0) << i;
        }
        let kind = kind.others();
        let mut at = 1;
        while left != 0 {
            let next = left.trailing_zeros();
            let mut run = next - at;
            while run > 15 {
                self.push(kind, ZEROS, 0);
                run -= 16;
            }
            let (size, value) = sized(block[next as usize & 63]);
            self.push(kind, (run as u8) << 4 | size, value);
            at = next + 1;
            left &= left - 1;
        }
        if at < 64 {
            self.push(kind, END, 0);
        }
    }

    /// Adds a block that the picture does not cover: the mean of the last one, and nothing else.
    pub(super) fn no_block(&mut self, kind: Kind) {
        self.push(kind, 0, 0);
        self.push(kind.others(), END, 0);
    }

    /// The best table of each kind.
    pub(super) fn tables(&self) -> [Table; 4] {
        self.counts.each_ref().map(Table::fitted)
    }

    /// Appends the scan's data, coded with these tables.
    pub(super) fn write(&self, tables: &[Table; 4], to: &mut Vec<u8>) {
        let words = tables.each_ref().map(Table::words);
        let mut window = 0u64;
        let mut count = 0;
        for code in &self.codes {
            let (symbol, value) = (code & 0xff, code >> 16);
            let (word, length) = words[(code >> 8 & 3) as usize][symbol as usize];
            let size = symbol & 15;
            // At most 16 bits of code and 11 of value join at most 31 that wait.
            count += u32::from(length) + size;
            window =
                window << (u32::from(length) + size) | u64::from(word) << size | u64::from(value);
            if count >= 32 {
                count -= 32;
                push_stuffed(to, ((window >> count) as u32).to_be_bytes());
            }
        }
        // Ones fill the last byte.
        let fill = (8 - count % 8) % 8;
        window = window << fill | ((1 << fill) - 1);
        count += fill;
        while count > 0 {
            count -= 8;
            let byte = (window >> count) as u8;
            to.push(byte);
            if byte == 0xff {
                to.push(0);
            }
        }
    }
}

/// Appends bytes with a zero behind each of ones.
#[inline]
fn push_stuffed(to: &mut Vec<u8>, bytes: [u8; 4]) {
    if !bytes.contains(&0xff) {
        to.extend_from_slice(&bytes);
        return;
    }
    for byte in bytes {
        to.push(byte);
        if byte == 0xff {
            to.push(0);
        }
    }
}

/// How many bits a value takes, and those bits (ITU-T T.81, F.1.2.1).
#[inline]
fn sized(value: i16) -> (u8, u16) {
    let size = 16 - value.unsigned_abs().leading_zeros();
    // A negative value is coded as one less, without its sign.
    let bits = (value + (value >> 15)) as u16 & ((1u32 << size) - 1) as u16;
    (size as u8, bits)
}
