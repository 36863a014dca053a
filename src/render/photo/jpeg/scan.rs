//! One scan: which components it holds, and the order of their blocks.

use super::Fault;
use super::bits::{Bits, DAMAGED, Intervals};
use super::planes::Grid;

/// A scan's header (ITU-T T.81, B.2.3).
pub(super) struct Scan {
    /// For each component in the scan: its number in the frame, its table of means and its table
    /// of other coefficients.
    pub parts: Vec<(usize, usize, usize)>,
    /// The first and the last coefficient, in the order of the codes.
    pub band: (usize, usize),
    /// The bit the scan before left at, 0 for none, and the bit this one ends at.
    pub precision: (u8, u8),
}

impl Scan {
    /// Reads a scan header of this frame.
    pub(super) fn read(header: &[u8], grids: &[Grid]) -> Result<Self, Fault> {
        let [count, rest @ ..] = header else {
            return Err(DAMAGED);
        };
        let (specs, rest) = rest
            .split_at_checked(2 * usize::from(*count))
            .ok_or(DAMAGED)?;
        let [first, last, precision] = rest else {
            return Err(DAMAGED);
        };
        let mut parts = Vec::with_capacity(specs.len() / 2);
        for spec in specs.as_chunks::<2>().0 {
            let number = grids
                .iter()
                .position(|grid| grid.spec.id == spec[0])
                .filter(|number| parts.iter().all(|(n, _, _)| n != number))
                .ok_or(DAMAGED)?;
            parts.push((number, usize::from(spec[1] >> 4), usize::from(spec[1] & 15)));
        }
        if parts.is_empty() {
            return Err(DAMAGED);
        }
        Ok(Self {
            parts,
            band: (usize::from(*first), usize::from(*last)),
            precision: (precision >> 4, precision & 15),
        })
    }
}

/// Decodes the blocks of a scan.
pub(super) trait Coder {
    /// Forgets what earlier blocks have said.
    fn restart(&mut self);

    /// Reads the next block, of the scan's part of this number, at `(x, y)` in blocks.
    fn block(&mut self, bits: &mut Bits<'_>, part: usize, at: (usize, usize)) -> Result<(), Fault>;
}

/// Takes a coder through all blocks of a scan, past its restart markers, to its very end.
/// `interval` is the number of MCUs between two restarts, 0 for none.
pub(super) fn walk(
    scan: &Scan,
    grids: &[Grid],
    mcus: (usize, usize),
    interval: usize,
    data: &[u8],
    coder: &mut impl Coder,
) -> Result<(), Fault> {
    // A scan of one component codes only the blocks that the picture covers; one of several
    // codes whole MCUs.
    let alone = scan.parts.len() == 1;
    let (across, down) = if alone {
        grids[scan.parts[0].0].covered
    } else {
        mcus
    };
    let shapes: Vec<(usize, usize)> = scan
        .parts
        .iter()
        .map(|&(number, _, _)| {
            let spec = grids[number].spec;
            if alone {
                (1, 1)
            } else {
                (usize::from(spec.h), usize::from(spec.v))
            }
        })
        .collect();
    let mut intervals = Intervals::new(data);
    let mut bits = intervals.next();
    let mut count = 0;
    for y in 0..down {
        for x in 0..across {
            if interval > 0 && count > 0 && count % interval == 0 {
                bits.finish_interval()?;
                intervals.restart(count / interval - 1)?;
                bits = intervals.next();
                coder.restart();
            }
            count += 1;
            for (part, &(h, v)) in shapes.iter().enumerate() {
                for row in 0..v {
                    for column in 0..h {
                        coder.block(&mut bits, part, (x * h + column, y * v + row))?;
                    }
                }
            }
        }
        bits.unread()?;
    }
    let unread = bits.unread()?;
    intervals.finish(unread)
}
