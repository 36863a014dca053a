//! The markers of a JPEG, read before anything is decoded: what the file is, whether it is over
//! the limits, and where it ends.
//!
//! Bytes after the end of image are left out, because phones append previews and their own notes
//! there.

use memchr::memchr;

use super::super::picture::Ink;
use super::{Fault, within_limits};

/// A component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Component {
    /// The name scans call it by.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub h: u8,
    /// Vertical sampling factor, 1 to 4.
    pub v: u8,
    /// The number of its quantisation table.
    pub table: u8,
}

/// What the decoder goes through, in order.
#[derive(Debug)]
pub(super) enum Step<'a> {
    /// A quantisation, Huffman or restart table: its marker and its data.
    Table(u8, &'a [u8]),
    Scan {
        /// The data of its segment.
        header: &'a [u8],
        /// The coded data, restart markers included.
        data: &'a [u8],
    },
}

/// What a JPEG is, from its markers.
#[derive(Debug)]
pub(super) struct Outline<'a> {
    pub width: u16,
    pub height: u16,
    pub progressive: bool,
    /// 1, 3 or 4 components.
    pub components: Vec<Component>,
    pub steps: Vec<Step<'a>>,
    /// The EXIF block, a TIFF file of its own.
    pub exif: Option<&'a [u8]>,
    jfif: bool,
    adobe: Option<u8>,
}

impl Outline<'_> {
    /// The largest sampling factors, horizontal and vertical.
    pub(super) fn most(&self) -> (u8, u8) {
        most(&self.components)
    }

    /// What the components mean, by the customs libjpeg follows: JFIF is YCbCr, Adobe's marker
    /// says which transform was used, components named R, G, B are what they say.
    pub(super) fn ink(&self) -> Ink {
        let inverted = self.adobe.is_some();
        match (self.components.as_slice(), self.adobe) {
            ([_], _) => Ink::Luma,
            ([_, _, _, _], Some(2)) => Ink::Ycck { inverted },
            ([_, _, _, _], _) => Ink::Cmyk { inverted },
            ([r, g, b], adobe) if !self.jfif => match adobe {
                Some(0) => Ink::Rgb,
                None if [r.id, g.id, b.id] == *b"RGB" => Ink::Rgb,
                _ => Ink::YCbCr,
            },
            _ => Ink::YCbCr,
        }
    }
}

fn most(components: &[Component]) -> (u8, u8) {
    components
        .iter()
        .fold((1, 1), |(h, v), c| (h.max(c.h), v.max(c.v)))
}

/// Bytes of a JPEG still to be read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

const CUT: Fault = Fault::Truncated("no end-of-image marker");

impl<'a> Reader<'a> {
    /// The next marker, which must follow at once; any number of fill bytes may stand before it.
    fn marker(&mut self) -> Result<u8, Fault> {
        if *self.bytes.get(self.at).ok_or(CUT)? != 0xff {
            return Err(Fault::Truncated("damaged JPEG data"));
        }
        while *self.bytes.get(self.at).ok_or(CUT)? == 0xff {
            self.at += 1;
        }
        self.at += 1;
        Ok(self.bytes[self.at - 1])
    }

    /// The data of a marker segment.
    fn segment(&mut self) -> Result<&'a [u8], Fault> {
        let rest = &self.bytes[self.at..];
        let (length, _) = rest.split_first_chunk::<2>().ok_or(CUT)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(Fault::Truncated("damaged JPEG data"));
        }
        let data = rest.get(2..length).ok_or(CUT)?;
        self.at += length;
        Ok(data)
    }

    /// The coded data of a scan, up to the marker that ends them.
    fn scan(&mut self) -> Result<&'a [u8], Fault> {
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += memchr(0xff, rest).ok_or(CUT)?;
            match self.bytes.get(self.at + 1).ok_or(CUT)? {
                // A stuffed zero or a restart marker belongs to the data.
                0 | 0xd0..=0xd7 => self.at += 2,
                0xff => self.at += 1,
                _ => return Ok(&self.bytes[start..self.at]),
            }
        }
    }
}

/// What the frame header says.
struct Frame {
    progressive: bool,
    width: u16,
    height: u16,
    components: Vec<Component>,
}

/// Reads all markers of a JPEG that begins with the magic bytes.
pub(super) fn read(bytes: &[u8]) -> Result<Outline<'_>, Fault> {
    let mut reader = Reader { bytes, at: 2 };
    let mut frame: Option<Frame> = None;
    let (mut exif, mut adobe, mut jfif) = (None, None, false);
    let mut steps = Vec::new();
    loop {
        match reader.marker()? {
            0xd9 => break,
            0xda => {
                let header = reader.segment()?;
                if frame.is_none() {
                    return Err(Fault::Format("a JPEG without a frame header"));
                }
                let data = reader.scan()?;
                steps.push(Step::Scan { header, data });
            }
            marker @ (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                let data = reader.segment()?;
                if frame.is_some() {
                    return Err(Fault::Format("a JPEG of several frames"));
                }
                frame = Some(read_frame(marker, data)?);
            }
            0xcc => return Err(Fault::Format("an arithmetic-coded JPEG")),
            0xd8 => return Err(Fault::Truncated("a JPEG inside the data of another")),
            0xe0 => jfif |= reader.segment()?.starts_with(b"JFIF\0"),
            0xe1 => {
                let block = reader.segment()?.strip_prefix(b"Exif\0\0");
                exif = exif.or(block);
            }
            0xee => {
                let data = reader.segment()?;
                if data.starts_with(b"Adobe") {
                    adobe = data.get(11).copied().or(adobe);
                }
            }
            marker @ (0xc4 | 0xdb | 0xdd) => steps.push(Step::Table(marker, reader.segment()?)),
            0xe2..=0xef | 0xfe => {
                reader.segment()?;
            }
            _ => return Err(Fault::Truncated("damaged JPEG data")),
        }
    }
    let frame = frame.ok_or(Fault::Format("a JPEG without a frame header"))?;
    if !steps.iter().any(|step| matches!(step, Step::Scan { .. })) {
        return Err(Fault::Truncated("a JPEG without picture data"));
    }
    Ok(Outline {
        width: frame.width,
        height: frame.height,
        progressive: frame.progressive,
        components: frame.components,
        steps,
        exif,
        jfif,
        adobe,
    })
}

/// Reads the frame header (ITU-T T.81, B.2.2) and refuses what is over the limits or of a coding
/// that cameras do not use.
fn read_frame(marker: u8, data: &[u8]) -> Result<Frame, Fault> {
    match marker {
        0xc0..=0xc2 => {}
        0xc3 => return Err(Fault::Format("a lossless JPEG")),
        0xc9..=0xcb => return Err(Fault::Format("an arithmetic-coded JPEG")),
        _ => return Err(Fault::Format("a hierarchical JPEG")),
    }
    let malformed = Fault::Format("a JPEG with a malformed frame header");
    let [depth, h1, h0, w1, w0, count, rest @ ..] = data else {
        return Err(malformed);
    };
    if *depth != 8 {
        return Err(Fault::Format("a JPEG of more than 8 bits a colour"));
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(Fault::Format("a JPEG of neither 1, 3 nor 4 colours"));
    }
    let (specs, []) = rest.as_chunks::<3>() else {
        return Err(malformed);
    };
    let components: Vec<Component> = specs
        .iter()
        .map(|&[id, factors, table]| Component {
            id,
            h: factors >> 4,
            v: factors & 15,
            table,
        })
        .collect();
    let factors_fit = |c: &Component| (1..=4).contains(&c.h) && (1..=4).contains(&c.v);
    let (width, height) = (
        u16::from_be_bytes([*w1, *w0]),
        u16::from_be_bytes([*h1, *h0]),
    );
    if components.len() != usize::from(*count)
        || !components.iter().all(factors_fit)
        || width == 0
        || height == 0
    {
        return Err(malformed);
    }
    let progressive = marker == 0xc2;
    let pixels = u64::from(width) * u64::from(height);
    let (h, v) = most(&components);
    let mcu = u64::from(h) * u64::from(v);
    let samples: u64 = components
        .iter()
        .map(|c| pixels * u64::from(c.h) * u64::from(c.v) / mcu)
        .sum();
    // A progressive decoder holds every coefficient in two bytes until the last scan.
    let coefficients = if progressive { 2 * samples } else { 0 };
    within_limits(
        width.into(),
        height.into(),
        pixels * components.len() as u64 + coefficients,
    )?;
    Ok(Frame {
        progressive,
        width,
        height,
        components,
    })
}
