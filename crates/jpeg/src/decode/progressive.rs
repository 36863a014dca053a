//! Progressive files: scans refine all coefficients, which become samples after the last scan
//! (ITU-T T.81, annex G).

use super::bits::{Bits, DAMAGED};
use super::header::{Header, Segment};
use super::huffman::Huffman;
use super::planes::{Grid, Idcts, PlaneBuffer};
use super::scan::{self, BlockDecoder, Scan};
use super::tables::{Tables, lookup};
use crate::Error;
use crate::block::{Block, ZIGZAG};

/// The coefficients of one component.
struct Coefficients {
    blocks: Vec<Block>,
    blocks_across: usize,
    /// For each zigzag index, the lowest bit known so far.
    known: [Option<u8>; 64],
    /// The quantization table in force at the component's first scan.
    quantization: Option<Box<[f32; 64]>>,
}

/// Decodes all scans into the planes.
pub(super) fn decode(
    header: &Header<'_>,
    grids: &[Grid],
    mcus: (usize, usize),
    planes: &mut [PlaneBuffer],
) -> Result<(), Error> {
    let mut tables = Tables::of(header)?;
    let mut components: Vec<Coefficients> = grids
        .iter()
        .map(|grid| Coefficients {
            blocks: vec![[0; 64]; grid.blocks.0 * grid.blocks.1],
            blocks_across: grid.blocks.0,
            known: [None; 64],
            quantization: None,
        })
        .collect();
    for segment in &header.segments {
        match segment {
            Segment::Table(marker, data) => tables.read(*marker, data)?,
            Segment::Scan { header, data } => {
                let scan = Scan::read(header, grids)?;
                for &(index, _, _) in &scan.components {
                    let component = &mut components[index];
                    component.track(&scan)?;
                    if component.quantization.is_none() {
                        let table = grids[index].component.table.into();
                        let quantization = lookup(&tables.quantization, table)?;
                        component.quantization = Some(Box::new(*quantization));
                    }
                }
                let mut decoder = Pass::new(&scan, &tables, &mut components)?;
                let interval = tables.restart_interval;
                scan::walk(&scan, grids, mcus, interval, data, &mut decoder)?;
            }
        }
    }
    let idcts = Idcts::new();
    for (component, plane) in components.iter().zip(planes) {
        // Without its last scans a file would still give a picture, only a softer one.
        let quantization = component.quantization.as_ref().ok_or(DAMAGED)?;
        if component.known != [Some(0); 64] {
            return Err(DAMAGED);
        }
        for (i, block) in component.blocks.iter().enumerate() {
            let at = (i % component.blocks_across, i / component.blocks_across);
            let dc_only = block[1..].iter().all(|&c| c == 0);
            plane.write(&idcts, at, block, quantization, dc_only);
        }
    }
    Ok(())
}

impl Coefficients {
    /// Records what a scan adds. Refuses a scan that does not continue where the last one ended.
    fn track(&mut self, scan: &Scan) -> Result<(), Error> {
        let ((first, last), (before, after)) = (scan.band, scan.approximation);
        let band = self.known.get_mut(first..=last).ok_or(DAMAGED)?;
        let expected = (before > 0).then_some(before);
        let refines_by_one = before == 0 || before == after + 1;
        let dc_separate = first > 0 || last == 0;
        let single = first == 0 || scan.components.len() == 1;
        if after > 13 || !refines_by_one || !dc_separate || !single {
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
    /// For each component in the scan, its index in the frame and its last DC coefficient.
    predictions: Vec<(usize, i32)>,
    kind: Kind<'a>,
    band: (usize, usize),
    /// The lowest bit that this pass codes.
    bit: u8,
    /// Blocks still covered by the last end-of-band code.
    eob_run: u32,
}

enum Kind<'a> {
    DcFirst(Vec<&'a Huffman>),
    DcRefine,
    AcFirst(&'a Huffman),
    AcRefine(&'a Huffman),
}

impl<'a> Pass<'a> {
    fn new(
        scan: &Scan,
        tables: &'a Tables,
        components: &'a mut [Coefficients],
    ) -> Result<Self, Error> {
        let refined = scan.approximation.0 > 0;
        let kind = if scan.band.0 > 0 {
            let table = lookup(&tables.ac, scan.components[0].2)?;
            if refined {
                Kind::AcRefine(table)
            } else {
                Kind::AcFirst(table)
            }
        } else if refined {
            Kind::DcRefine
        } else {
            let table = |&(_, dc, _): &(usize, usize, usize)| lookup(&tables.dc, dc);
            Kind::DcFirst(
                scan.components
                    .iter()
                    .map(table)
                    .collect::<Result<_, _>>()?,
            )
        };
        Ok(Self {
            components,
            predictions: scan.components.iter().map(|c| (c.0, 0)).collect(),
            kind,
            band: scan.band,
            bit: scan.approximation.1,
            eob_run: 0,
        })
    }
}

impl BlockDecoder for Pass<'_> {
    fn restart(&mut self) {
        self.eob_run = 0;
        for (_, dc) in &mut self.predictions {
            *dc = 0;
        }
    }

    fn block(
        &mut self,
        bits: &mut Bits<'_>,
        component: usize,
        (x, y): (usize, usize),
    ) -> Result<(), Error> {
        let (index, dc) = &mut self.predictions[component];
        let coefficients = &mut self.components[*index];
        let block = &mut coefficients.blocks[y * coefficients.blocks_across + x];
        match &self.kind {
            Kind::DcFirst(tables) => {
                *dc += bits.dc_difference(tables[component])?;
                block[0] = (*dc << self.bit) as i16;
            }
            Kind::DcRefine => block[0] |= (bits.raw(1) << self.bit) as i16,
            Kind::AcFirst(table) => {
                ac_first(bits, table, block, self.band, self.bit, &mut self.eob_run)?;
            }
            Kind::AcRefine(table) => {
                ac_refine(bits, table, block, self.band, self.bit, &mut self.eob_run)?;
            }
        }
        Ok(())
    }
}

/// The first pass over a band of AC coefficients.
fn ac_first(
    bits: &mut Bits<'_>,
    table: &Huffman,
    block: &mut Block,
    (mut at, last): (usize, usize),
    bit: u8,
    eob_run: &mut u32,
) -> Result<(), Error> {
    if *eob_run > 0 {
        *eob_run -= 1;
        return Ok(());
    }
    while at <= last {
        bits.refill();
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
            *eob_run = (1 << run) - 1 + bits.raw(run);
            break;
        }
    }
    Ok(())
}

/// A later pass over a band: one more bit of every nonzero coefficient, and new coefficients.
fn ac_refine(
    bits: &mut Bits<'_>,
    table: &Huffman,
    block: &mut Block,
    (mut at, last): (usize, usize),
    bit: u8,
    eob_run: &mut u32,
) -> Result<(), Error> {
    let one = 1i16 << bit;
    let correct = |bits: &mut Bits<'_>, c: &mut i16| {
        if bits.raw(1) == 1 && *c & one == 0 {
            *c = c.wrapping_add(if *c > 0 { one } else { -one });
        }
    };
    while at <= last && *eob_run == 0 {
        bits.refill();
        let symbol = bits.symbol(table)?;
        let (mut run, size) = (u32::from(symbol >> 4), symbol & 15);
        let new = match size {
            0 if run < 15 => {
                *eob_run = (1 << run) + bits.raw(run);
                break;
            }
            0 => 0,
            1 if bits.raw(1) == 1 => one,
            1 => -one,
            _ => return Err(DAMAGED),
        };
        // The run counts zeros only; nonzero coefficients on the way are refined.
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
            let position = ZIGZAG[..=last].get(at).ok_or(DAMAGED)?;
            block[usize::from(*position)] = new;
        }
        at += 1;
    }
    if *eob_run > 0 {
        for position in ZIGZAG.get(at..=last).unwrap_or_default() {
            let c = &mut block[usize::from(*position)];
            if *c != 0 {
                correct(bits, c);
            }
        }
        *eob_run -= 1;
    }
    Ok(())
}
