//! The symbols of a scan: collected and counted first, written once their Huffman tables are known.

use super::huffman::Table;

/// One of the four Huffman tables.
#[derive(Clone, Copy)]
pub(super) struct TableId(u8);

impl TableId {
    /// Luma, DC; [`TableId::ac`] gives its AC table.
    pub(super) const LUMA_DC: Self = Self(0);
    /// Color differences, DC.
    pub(super) const CHROMA_DC: Self = Self(2);
    pub(super) const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

    /// Class and index of the table in a DHT segment.
    pub(super) fn class_and_index(self) -> u8 {
        (self.0 & 1) << 4 | self.0 >> 1
    }

    /// The AC table that belongs to a DC table.
    fn ac(self) -> Self {
        Self(self.0 + 1)
    }
}

/// The symbol of sixteen zeros.
const SIXTEEN_ZEROS: u8 = 0xf0;

/// The symbol of an end of block.
const END_OF_BLOCK: u8 = 0;

/// Symbols with their values, in coding order.
pub(super) struct Symbols {
    /// From the high bits: the value (16), the table (8), the symbol (8), whose low half is the size
    /// of the value in bits.
    symbols: Vec<u32>,
    /// How often each table uses each symbol.
    counts: [[u32; 256]; 4],
}

impl Symbols {
    /// Reserves room for this many MCUs.
    pub(super) fn new(mcus: usize) -> Self {
        // Portraits at quality 90 have about 70 symbols per MCU.
        Self {
            symbols: Vec::with_capacity(mcus * 96),
            counts: [[0; 256]; 4],
        }
    }

    #[inline]
    fn push(&mut self, table: TableId, symbol: u8, value: u16) {
        self.counts[usize::from(table.0 & 3)][usize::from(symbol)] += 1;
        let packed = u32::from(value) << 16 | u32::from(table.0) << 8 | u32::from(symbol);
        self.symbols.push(packed);
    }

    /// Adds a block in zigzag order. `dc` is the last DC coefficient of its component.
    #[inline]
    pub(super) fn block(&mut self, table: TableId, block: &[i16; 64], dc: &mut i16) {
        let (size, value) = sized(block[0] - *dc);
        *dc = block[0];
        self.push(table, size, value);
        let mut left = 0u64;
        for (i, c) in block.iter().enumerate().skip(1) {
            left |= u64::from(*c != 0) << i;
        }
        let table = table.ac();
        let mut at = 1;
        while left != 0 {
            let next = left.trailing_zeros();
            let mut run = next - at;
            while run > 15 {
                self.push(table, SIXTEEN_ZEROS, 0);
                run -= 16;
            }
            let (size, value) = sized(block[next as usize & 63]);
            self.push(table, (run as u8) << 4 | size, value);
            at = next + 1;
            left &= left - 1;
        }
        if at < 64 {
            self.push(table, END_OF_BLOCK, 0);
        }
    }

    /// Adds a block that the picture does not cover: the DC coefficient of the last one.
    pub(super) fn empty_block(&mut self, table: TableId) {
        self.push(table, 0, 0);
        self.push(table.ac(), END_OF_BLOCK, 0);
    }

    /// The best tables for these symbols.
    pub(super) fn tables(&self) -> [Table; 4] {
        self.counts.each_ref().map(Table::optimized)
    }

    /// Appends the entropy-coded data of the scan.
    pub(super) fn write(&self, tables: &[Table; 4], to: &mut Vec<u8>) {
        let codes = tables.each_ref().map(Table::codes);
        let mut window = 0u64;
        let mut count = 0;
        for packed in &self.symbols {
            let (symbol, value) = (packed & 0xff, packed >> 16);
            let (code, length) = codes[(packed >> 8 & 3) as usize][symbol as usize];
            let size = symbol & 15;
            // At most 16 bits of code and 11 of value join at most 31 pending bits.
            count += u32::from(length) + size;
            window =
                window << (u32::from(length) + size) | u64::from(code) << size | u64::from(value);
            if count >= 32 {
                count -= 32;
                push_stuffed(to, ((window >> count) as u32).to_be_bytes());
            }
        }
        // The last byte is padded with ones.
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

/// Appends bytes, with a stuffed zero after each 0xff.
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

/// The size of a value in bits, and those bits (ITU-T T.81, F.1.2.1).
#[inline]
fn sized(value: i16) -> (u8, u16) {
    let size = 16 - value.unsigned_abs().leading_zeros();
    // A negative value is coded as one less, without the sign.
    let bits = (value + (value >> 15)) as u16 & ((1u32 << size) - 1) as u16;
    (size as u8, bits)
}
