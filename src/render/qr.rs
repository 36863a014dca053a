//! QR codes (ISO/IEC 18004) on whole printer dots.

use std::sync::OnceLock;

use qrcode::bits::encode_auto;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::types::{Color, QrError};
use qrcode::{EcLevel, Version};

/// The quiet zone on each side, in modules (ISO/IEC 18004, 5.3.8).
pub const QUIET: u32 = 4;

/// The fewest printer dots of a module: 4 at 300 dpi (0.34 mm) survive a blur that kills 3.
pub const LEAST_DOTS: u32 = 4;

/// A QR code as a square of modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules on a side, without the quiet zone.
    pub modules: u32,
    rows: Vec<Line>,
}

/// A payload that no code on this card can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrFault {
    /// Longer than the largest code takes.
    #[error("the payload is longer than a QR code can hold")]
    TooLong,
    /// The code would need modules smaller than a printer prints well.
    #[error("the code needs {needed} printer dots and its box has {available}")]
    TooLarge {
        /// Dots on a side with the quiet zone at the least module size.
        needed: u32,
        /// Dots on a side of the box.
        available: u32,
    },
}

impl Qr {
    /// Encodes the payload at level M, in the smallest version that holds it.
    ///
    /// The mask is the one of the lowest penalty, as the standard asks: readers that give up
    /// early do so on large even areas.
    pub fn encode(payload: &[u8]) -> Result<Self, QrFault> {
        let too_long = |_: QrError| QrFault::TooLong;
        let level = EcLevel::M;
        let bits = encode_auto(payload, level).map_err(too_long)?;
        let version = bits.version();
        let (data, correction) =
            qrcode::ec::construct_codewords(&bits.into_bytes(), version, level)
                .map_err(too_long)?;
        let plain = Code::new(version, MASKS[0], &data, &correction);
        let best = plain
            .others(version)
            .min_by_key(Code::penalty)
            .ok_or(QrFault::TooLong)?;
        Ok(Self {
            modules: best.rows.len() as u32,
            rows: best.rows,
        })
    }

    /// Whether the module in this column and row, from 0, is dark.
    pub fn is_dark(&self, column: u32, row: u32) -> bool {
        self.rows[row as usize].is_dark(column as usize)
    }

    /// The code with its quiet zone as an SVG picture, a unit a module: for papers, which scale it.
    pub fn svg(&self) -> String {
        let mut path = String::new();
        for row in 0..self.modules {
            let mut column = 0;
            while column < self.modules {
                let run = (column..self.modules).take_while(|at| self.is_dark(*at, row));
                let run = run.count() as u32;
                if run > 0 {
                    let (x, y) = (column + QUIET, row + QUIET);
                    path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
                }
                column += run.max(1);
            }
        }
        let side = self.modules + 2 * QUIET;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\"><path d=\"{path}\"/></svg>"
        )
    }

    /// The code as a 1-bit picture, rows padded to whole bytes, a dark module is 1.
    pub fn bitmap(&self) -> Vec<u8> {
        let bytes = self.modules.div_ceil(8) as usize;
        let row = |row: &Line| {
            let words = row.0.map(|word| word.reverse_bits().to_be_bytes());
            words.as_flattened()[..bytes].to_vec()
        };
        self.rows.iter().flat_map(row).collect()
    }
}

/// How many modules on a side the code of this payload has, at level M.
pub fn modules(payload: &[u8]) -> Result<u32, QrFault> {
    let bits = encode_auto(payload, EcLevel::M).map_err(|_| QrFault::TooLong)?;
    Ok(u32::from(bits.version().width().unsigned_abs()))
}

/// The largest whole number of dots a module may have, for a code of so many modules in a box of
/// `available` dots.
pub fn dots_per_module(modules: u32, available: u32) -> Result<u32, QrFault> {
    let dots = available / (modules + 2 * QUIET);
    if dots >= LEAST_DOTS {
        Ok(dots)
    } else {
        let needed = (modules + 2 * QUIET) * LEAST_DOTS;
        Err(QrFault::TooLarge { needed, available })
    }
}

const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];

/// What tells the code under each mask from the one under the first, for each version at level M:
/// the same modules whatever the code says, so that seven of the eight need not be drawn.
static DIFFERENCES: [OnceLock<Vec<Code>>; 40] = [const { OnceLock::new() }; 40];

/// The modules of a code, by row and by column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Code {
    rows: Vec<Line>,
    columns: Vec<Line>,
}

impl Code {
    fn new(version: Version, mask: MaskPattern, data: &[u8], correction: &[u8]) -> Self {
        let mut canvas = Canvas::new(version, EcLevel::M);
        canvas.draw_all_functional_patterns();
        canvas.draw_data(data, correction);
        canvas.apply_mask(mask);
        let width = usize::from(version.width().unsigned_abs());
        let mut code = Self {
            rows: vec![Line::default(); width],
            columns: vec![Line::default(); width],
        };
        let colors = canvas.into_colors();
        let dark = colors
            .iter()
            .enumerate()
            .filter(|(_, c)| **c == Color::Dark);
        for (i, _) in dark {
            code.rows[i / width].set(i % width);
            code.columns[i % width].set(i / width);
        }
        code
    }

    /// This code, which is under the first mask, under each of the eight.
    fn others(&self, version: Version) -> impl Iterator<Item = Self> {
        let Version::Normal(number) = version else {
            unreachable!("a small code is not asked for");
        };
        let differences = DIFFERENCES[number.unsigned_abs() as usize - 1].get_or_init(|| {
            let of = |mask| Self::new(version, mask, &[], &[]);
            let first = of(MASKS[0]);
            MASKS.map(|mask| of(mask).differs(&first)).to_vec()
        });
        differences.iter().map(|other| self.differs(other))
    }

    /// The modules in which two codes differ; twice the same difference is the code itself.
    fn differs(&self, other: &Self) -> Self {
        let lines = |a: &[Line], b: &[Line]| {
            let pairs = a.iter().zip(b);
            pairs.map(|(a, b)| a.map2(*b, |a, b| a ^ b)).collect()
        };
        Self {
            rows: lines(&self.rows, &other.rows),
            columns: lines(&self.columns, &other.columns),
        }
    }

    /// The penalty of ISO/IEC 18004, 7.8.3: runs, blocks, finder-like patterns, and the balance.
    ///
    /// Rows are looked at as 192-bit numbers, which is some fifty times faster than module by
    /// module; a code has at most 177 modules on a side.
    fn penalty(&self) -> u32 {
        let width = self.rows.len();
        let lines = self.rows.iter().chain(&self.columns);
        let straight: u32 = lines
            .map(|line| line.runs(width) + line.finders(width))
            .sum();
        let blocks: u32 = self
            .rows
            .windows(2)
            .map(|pair| pair[0].blocks(&pair[1], width))
            .sum();
        let dark: u32 = self.rows.iter().map(|row| row.count(width)).sum();
        // Ten points for every full 5 % that the dark part is away from half.
        let balance = (dark as usize * 20).abs_diff(width * width * 10) / (width * width) * 10;
        straight + blocks + balance as u32
    }
}

/// A row or a column, one bit a module, least significant first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Line([u64; 3]);

impl Line {
    fn set(&mut self, at: usize) {
        self.0[at / 64] |= 1 << (at % 64);
    }

    fn is_dark(self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    /// The line moved down by `by` (below 64) modules: bit `i` is what was at `i + by`.
    fn shifted(self, by: u32) -> Self {
        if by == 0 {
            return self;
        }
        let [a, b, c] = self.0;
        Self([a >> by | b << (64 - by), b >> by | c << (64 - by), c >> by])
    }

    fn map2(self, other: Self, f: impl Fn(u64, u64) -> u64) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }

    fn and(self, other: Self) -> Self {
        self.map2(other, |a, b| a & b)
    }

    fn not(self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// How many of the first `length` bits are set.
    fn count(self, length: usize) -> u32 {
        (0..3)
            .map(|i| {
                let kept = length.saturating_sub(64 * i).min(64) as u32;
                let mask = if kept == 64 {
                    u64::MAX
                } else {
                    (1 << kept) - 1
                };
                (self.0[i] & mask).count_ones()
            })
            .sum()
    }

    /// Three points for five equal modules in a row and one for each more.
    fn runs(self, width: usize) -> u32 {
        let next = self.shifted(1);
        let same = self.map2(next, |a, b| !(a ^ b));
        // Bit i: the modules i to i + 4 are equal. A run of n shows as n - 4 such bits.
        let five = same
            .and(same.shifted(1))
            .and(same.shifted(2))
            .and(same.shifted(3));
        let starts = five.and(Self(five.up_by_one()).not());
        five.count(width - 4) + 2 * starts.count(width - 4)
    }

    /// The words moved up by one module.
    fn up_by_one(self) -> [u64; 3] {
        let [a, b, c] = self.0;
        [a << 1, b << 1 | a >> 63, c << 1 | b >> 63]
    }

    /// Three points for each block of two by two equal modules with the line below.
    fn blocks(self, below: &Self, width: usize) -> u32 {
        let across = self.map2(self.shifted(1), |a, b| !(a ^ b));
        let across_below = below.map2(below.shifted(1), |a, b| !(a ^ b));
        let down = self.map2(*below, |a, b| !(a ^ b));
        3 * across.and(across_below).and(down).count(width - 1)
    }

    /// Forty points for each 1:1:3:1:1 with four light modules on one side.
    fn finders(self, width: usize) -> u32 {
        // Least significant bit first: dark light dark dark dark light dark, then four light.
        const LEADING: u32 = 0b000_0101_1101;
        const TRAILING: u32 = 0b101_1101_0000;
        let matches = |pattern: u32| {
            (0..11).fold(Self([u64::MAX; 3]), |all, i| {
                let at = self.shifted(i);
                all.and(if pattern >> i & 1 == 1 { at } else { at.not() })
            })
        };
        40 * (matches(LEADING).count(width - 10) + matches(TRAILING).count(width - 10))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The penalty counted module by module, as the standard words it.
    fn plain_penalty(dark: &[bool], width: usize) -> u32 {
        let at = |x: usize, y: usize| dark[y * width + x];
        let mut penalty = 0;
        for a in 0..width {
            for line in [
                (0..width).map(|b| at(b, a)).collect::<Vec<_>>(),
                (0..width).map(|b| at(a, b)).collect(),
            ] {
                for run in line
                    .chunk_by(|a, b| a == b)
                    .map(<[bool]>::len)
                    .filter(|n| *n >= 5)
                {
                    penalty += 3 + run as u32 - 5;
                }
                for window in line.windows(11) {
                    let marks: String = window.iter().map(|d| if *d { '#' } else { '.' }).collect();
                    penalty += 40 * u32::from(marks == "#.###.#....");
                    penalty += 40 * u32::from(marks == "....#.###.#");
                }
            }
        }
        for (x, y) in (0..width - 1).flat_map(|x| (0..width - 1).map(move |y| (x, y))) {
            let block = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
            penalty += 3 * u32::from(block.iter().all(|dark| *dark == block[0]));
        }
        let percent =
            dark.iter().filter(|dark| **dark).count() as f64 * 100.0 / (width * width) as f64;
        penalty + ((percent - 50.0).abs() / 5.0).floor() as u32 * 10
    }

    #[test]
    fn the_mask_has_the_lowest_penalty_of_the_standard_and_the_code_is_one_of_the_eight() {
        for payload in ["KIA:7Q2M", "https://contoh.invalid/a?b=1", &"x".repeat(300)] {
            let qr = Qr::encode(payload.as_bytes()).unwrap();
            let width = qr.modules as usize;
            let bits = encode_auto(payload.as_bytes(), EcLevel::M).unwrap();
            let version = bits.version();
            let (data, correction) =
                qrcode::ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
            let codes = MASKS.map(|mask| Code::new(version, mask, &data, &correction));
            // What the differences make of the first is what the library draws.
            let others: Vec<Code> = codes[0].others(version).collect();
            assert_eq!(others, codes, "{payload}");
            let plain = codes.each_ref().map(|code| {
                let dark: Vec<bool> = (0..width * width)
                    .map(|i| code.rows[i / width].is_dark(i % width))
                    .collect();
                plain_penalty(&dark, width)
            });
            assert_eq!(codes.each_ref().map(Code::penalty), plain, "{payload}");
            let least = plain
                .iter()
                .enumerate()
                .min_by_key(|(_, penalty)| **penalty);
            assert_eq!(qr.rows, codes[least.unwrap().0].rows);
        }
    }

    #[test]
    fn modules_are_whole_dots_and_too_large_a_code_is_refused() {
        let qr = Qr::encode(&[b'x'; 200]).unwrap();
        assert_eq!(qr.modules, 57);
        assert_eq!(dots_per_module(qr.modules, 320), Ok(4));
        assert!(matches!(
            dots_per_module(qr.modules, 259),
            Err(QrFault::TooLarge { needed: 260, .. })
        ));
        assert_eq!(Qr::encode(&[0xff; 3000]), Err(QrFault::TooLong));
    }
}
