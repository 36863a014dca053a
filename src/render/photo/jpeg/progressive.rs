//! Progressive JPEGs: the scans refine all coefficients, which become samples after the last
//! (ITU-T T.81, annex G).

use super::Fault;
use super::bits::{Bits, DAMAGED};
use super::huffman::Huffman;
use super::outline::{Outline, Step};
use super::planes::{Grid, Inverses, Plane};
use super::reduced::Block;
use super::scan::{self, Coder, Scan};
use super::tables::{Tables, ZIGZAG, pick};

/// The coefficients of one component, and down to which bit each is known.
struct Coefficients {
    blocks: Vec<Block>,
    blocks_across: usize,
    known: [Option<u8>; 64],
    /// The quantisation table in force at the component's first scan.
    steps: Option<Box<[f32; 64]>>,
}

/// Decodes into planes whose blocks have as many samples across as they say.
pub(super) fn decode(
    outline: &Outline<'_>,
    grids: &[Grid],
    mcus: (usize, usize),
    planes: &mut [Plane],
) -> Result<(), Fault> {
    let mut tables = Tables::default();
    let mut components: Vec<Coefficients> = grids
        .iter()
        .map(|grid| Coefficients {
            blocks: vec![[0; 64]; grid.blocks.0 * grid.blocks.1],
            blocks_across: grid.blocks.0,
            known: [None; 64],
            steps: None,
        })
        .collect();
    for step in &outline.steps {
        match step {
            Step::Table(marker, data) => tables.read(*marker, data)?,
            Step::Scan { header, data } => {
                let scan = Scan::read(header, grids)?;
                for &(number, _, _) in &scan.parts {
                    let component = &mut components[number];
                    component.note(&scan)?;
                    if component.steps.is_none() {
                        let steps = pick(&tables.steps, grids[number].spec.table.into())?;
                        component.steps = Some(Box::new(*steps));
                    }
                }
                let mut coder = Pass::new(&scan, &tables, &mut components)?;
                scan::walk(&scan, grids, mcus, tables.interval, data, &mut coder)?;
            }
        }
    }
    let inverses = Inverses::new();
    for (component, plane) in components.iter().zip(planes) {
        // A file that lost its last scans still looks like a picture, only softer.
        let steps = component.steps.as_ref().ok_or(DAMAGED)?;
        if component.known != [Some(0); 64] {
            return Err(DAMAGED);
        }
        for (i, block) in component.blocks.iter().enumerate() {
            let at = (i % component.blocks_across, i / component.blocks_across);
            let flat = block[1..].iter().all(|&c| c == 0);
            plane.write(&inverses, at, block, steps, flat);
        }
    }
    Ok(())
}

impl Coefficients {
    /// Notes what a scan adds, and refuses one that does not continue where the last left off.
    fn note(&mut self, scan: &Scan) -> Result<(), Fault> {
        let ((first, last), (before, after)) = (scan.band, scan.precision);
        let band = self.known.get_mut(first..=last).ok_or(DAMAGED)?;
        let expected = (before > 0).then_some(before);
        let refines_by_one = before == 0 || before == after + 1;
        let means_apart = first > 0 || last == 0;
        let alone = first == 0 || scan.parts.len() == 1;
        if after > 13 || !refines_by_one || !means_apart || !alone {
            return Err(DAMAGED);
        }
        for known in band {
            if *known != expected {
                return Err(DAMAGED);
            }
            *known = Some(after);
        }
        Ok(())
    }
}

/// One pass over the coefficients.
struct Pass<'a> {
    components: &'a mut [Coefficients],
    /// For each part its component and the last block's mean.
    parts: Vec<(usize, i32)>,
    kind: Kind<'a>,
    band: (usize, usize),
    /// The bit this pass ends at.
    bit: u8,
    /// Blocks to come of which this pass says nothing more.
    empty: u32,
}

enum Kind<'a> {
    Means(Vec<&'a Huffman>),
    MeansRefined,
    Others(&'a Huffman),
    OthersRefined(&'a Huffman),
}

impl<'a> Pass<'a> {
    fn new(
        scan: &Scan,
        tables: &'a Tables,
        components: &'a mut [Coefficients],
    ) -> Result<Self, Fault> {
        let refined = scan.precision.0 > 0;
        let kind = if scan.band.0 > 0 {
            let table = pick(&tables.ac, scan.parts[0].2)?;
            if refined {
                Kind::OthersRefined(table)
            } else {
                Kind::Others(table)
            }
        } else if refined {
            Kind::MeansRefined
        } else {
            let table = |&(_, dc, _): &(usize, usize, usize)| pick(&tables.dc, dc);
            Kind::Means(scan.parts.iter().map(table).collect::<Result<_, _>>()?)
        };
        Ok(Self {
            components,
            parts: scan.parts.iter().map(|part| (part.0, 0)).collect(),
            kind,
            band: scan.band,
            bit: scan.precision.1,
            empty: 0,
        })
    }
}

impl Coder for Pass<'_> {
    fn restart(&mut self) {
        self.empty = 0;
        for (_, mean) in &mut self.parts {
            *mean = 0;
        }
    }

    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        part: usize,
        (x, y): (usize, usize),
    ) -> Result<(), Fault> {
        let (number, mean) = &mut self.parts[part];
        let component = &mut self.components[*number];
        let block = &mut component.blocks[y * component.blocks_across + x];
        match &self.kind {
            Kind::Means(tables) => {
                *mean += bits.difference(tables[part])?;
                block[0] = (*mean << self.bit) as i16;
            }
            Kind::MeansRefined => block[0] |= (bits.raw(1) << self.bit) as i16,
            Kind::Others(table) => {
                others(bits, table, block, self.band, self.bit, &mut self.empty)?;
            }
            Kind::OthersRefined(table) => {
                refine(bits, table, block, self.band, self.bit, &mut self.empty)?;
            }
        }
        Ok(())
    }
}

/// The first pass over a band of a block.
fn others(
    bits: &mut Bits<'_>,
    table: &Huffman,
    block: &mut Block,
    (mut at, last): (usize, usize),
    bit: u8,
    empty: &mut u32,
) -> Result<(), Fault> {
    if *empty > 0 {
        *empty -= 1;
        return Ok(());
    }
    while at <= last {
        bits.fill();
        let symbol = bits.symbol(table)?;
        let (run, size) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        if size > 0 {
            at += run as usize;
            if at > last {
                return Err(DAMAGED);
            }
            block[usize::from(ZIGZAG[at])] = (bits.value(size) << bit) as i16;
            at += 1;
        } else if run == 15 {
            at += 16;
        } else {
            *empty = (1 << run) - 1 + bits.raw(run);
            break;
        }
    }
    Ok(())
}

/// A later pass over a band: one more bit of each coefficient that is not zero, and the new ones.
fn refine(
    bits: &mut Bits<'_>,
    table: &Huffman,
    block: &mut Block,
    (mut at, last): (usize, usize),
    bit: u8,
    empty: &mut u32,
) -> Result<(), Fault> {
    let one = 1i16 << bit;
    let correct = |bits: &mut Bits<'_>, c: &mut i16| {
        if bits.raw(1) == 1 && *c & one == 0 {
            *c = c.wrapping_add(if *c > 0 { one } else { -one });
        }
    };
    while at <= last && *empty == 0 {
        bits.fill();
        let symbol = bits.symbol(table)?;
        let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
        let new = match size {
            0 if run < 15 => {
                *empty = (1 << run) + bits.raw(run);
                break;
            }
            0 => 0,
            1 if bits.raw(1) == 1 => one,
            1 => -one,
            _ => return Err(DAMAGED),
        };
        // The run counts zeros only; what is known already is corrected on the way.
        while at <= last {
            let c = &mut block[usize::from(ZIGZAG[at])];
            if *c != 0 {
                correct(bits, c);
            } else if run == 0 {
                break;
            } else {
                run -= 1;
            }
            at += 1;
        }
        if new != 0 {
            let place = ZIGZAG[..=last].get(at).ok_or(DAMAGED)?;
            block[usize::from(*place)] = new;
        }
        at += 1;
    }
    if *empty > 0 {
        for place in ZIGZAG.get(at..=last).unwrap_or_default() {
            let c = &mut block[usize::from(*place)];
            if *c != 0 {
                correct(bits, c);
            }
        }
        *empty -= 1;
    }
    Ok(())
}
