//! One scan: its components and the order of their blocks.

use super::bits::{Bits, DAMAGED, Intervals};
use super::planes::Grid;
use crate::Error;

/// A scan's header (ITU-T T.81, B.2.3).
pub(super) struct Scan {
    /// For each component in the scan: its index in the frame, its DC table, its AC table.
    pub components: Vec<(usize, usize, usize)>,
    /// Spectral selection: the zigzag indexes of the first and the last coefficient.
    pub band: (usize, usize),
    /// Successive approximation: the lowest bit known before this scan (0 for none) and after it.
    pub approximation: (u8, u8),
}

impl Scan {
    /// Parses a scan header of this frame.
    pub(super) fn read(header: &[u8], grids: &[Grid]) -> Result<Self, Error> {
        let [count, rest @ ..] = header else {
            return Err(DAMAGED);
        };
        let (specs, rest) = rest
            .split_at_checked(2 * usize::from(*count))
            .ok_or(DAMAGED)?;
        let [first, last, approximation] = rest else {
            return Err(DAMAGED);
        };
        let mut components = Vec::with_capacity(specs.len() / 2);
        for spec in specs.as_chunks::<2>().0 {
            let index = grids
                .iter()
                .position(|grid| grid.component.id == spec[0])
                .filter(|index| components.iter().all(|(other, _, _)| other != index))
                .ok_or(DAMAGED)?;
            components.push((index, usize::from(spec[1] >> 4), usize::from(spec[1] & 15)));
        }
        if components.is_empty() {
            return Err(DAMAGED);
        }
        Ok(Self {
            components,
            band: (usize::from(*first), usize::from(*last)),
            approximation: (approximation >> 4, approximation & 15),
        })
    }
}

/// Decodes the blocks of a scan.
pub(super) trait BlockDecoder {
    /// Resets the predictions at a restart marker.
    fn restart(&mut self);

    /// Decodes the next block: of the scan's component with this index, at `(x, y)` in blocks.
    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        component: usize,
        at: (usize, usize),
    ) -> Result<(), Error>;
}

/// Runs a decoder over all blocks of a scan and checks that the scan ends with the last one.
/// `restart_interval` is the number of MCUs between two restart markers, 0 for none.
pub(super) fn walk(
    scan: &Scan,
    grids: &[Grid],
    mcus: (usize, usize),
    restart_interval: usize,
    data: &[u8],
    decoder: &mut impl BlockDecoder,
) -> Result<(), Error> {
    // A scan of one component codes only the blocks that the picture covers; a scan of several
    // codes whole MCUs.
    let single = scan.components.len() == 1;
    let (across, down) = if single {
        grids[scan.components[0].0].covered
    } else {
        mcus
    };
    let shapes: Vec<(usize, usize)> = scan
        .components
        .iter()
        .map(|&(index, _, _)| {
            let component = grids[index].component;
            if single {
                (1, 1)
            } else {
                (usize::from(component.h), usize::from(component.v))
            }
        })
        .collect();
    let mut intervals = Intervals::new(data);
    let mut bits = intervals.next();
    let mut count = 0;
    for y in 0..down {
        for x in 0..across {
            if restart_interval > 0 && count > 0 && count % restart_interval == 0 {
                bits.finish_interval()?;
                intervals.restart(count / restart_interval - 1)?;
                bits = intervals.next();
                decoder.restart();
            }
            count += 1;
            for (component, &(h, v)) in shapes.iter().enumerate() {
                for row in 0..v {
                    for column in 0..h {
                        decoder.block(&mut bits, component, (x * h + column, y * v + row))?;
                    }
                }
            }
        }
        bits.unread()?;
    }
    let unread = bits.unread()?;
    intervals.finish(unread)
}
