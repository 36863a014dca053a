//! The markers of a file, all parsed before anything is decoded: what the file is, whether it is
//! within the limits, and where it ends.
//!
//! Bytes after the end-of-image marker are ignored: phones append previews and notes there.

use memchr::memchr;

use crate::{Error, Limits, MAGIC};

/// What the components of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorModel {
    /// Luma only: a grey picture.
    Luma,
    /// Luma and two color differences (BT.601, full range).
    YCbCr,
    Rgb,
    /// Cyan, magenta, yellow and black.
    Cmyk {
        /// Whether 255 means no ink, as in files with Adobe's marker.
        inverted: bool,
    },
    /// The complement of CMY as YCbCr, and black.
    Ycck {
        /// Whether 255 means no ink, as in files with Adobe's marker.
        inverted: bool,
    },
}

/// A component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// The identifier that scan headers use.
    pub id: u8,
    /// Horizontal sampling factor, 1 to 4.
    pub h: u8,
    /// Vertical sampling factor, 1 to 4.
    pub v: u8,
    /// Index of the quantization table.
    pub(super) table: u8,
}

/// A part of the file that the decoder processes, in file order.
#[derive(Debug, Clone)]
pub(super) enum Segment<'a> {
    /// A quantization table, Huffman table or restart interval: its marker and its data.
    Table(u8, &'a [u8]),
    Scan {
        header: &'a [u8],
        /// The entropy-coded data, restart markers included.
        data: &'a [u8],
    },
}

/// A parsed file, ready to be decoded.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    pub(super) width: u16,
    pub(super) height: u16,
    pub(super) progressive: bool,
    /// 1, 3 or 4 components.
    pub(super) components: Vec<Component>,
    pub(super) segments: Vec<Segment<'a>>,
    exif: Option<&'a [u8]>,
    jfif: bool,
    adobe: Option<u8>,
}

impl<'a> Header<'a> {
    /// Parses all markers, up to the end of the picture.
    ///
    /// # Errors
    /// [`Error::Format`] if the file is no JPEG or of an unsupported kind, [`Error::Limits`] if
    /// the picture is over the limits, [`Error::Damaged`] if the markers are broken or end early.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        parse(bytes, limits)
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width.into()
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height.into()
    }

    /// The components, in the order of the picture's planes.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The EXIF data, a TIFF file of its own.
    pub fn exif(&self) -> Option<&'a [u8]> {
        self.exif
    }

    /// The largest sampling factors of all components, horizontal and vertical.
    pub fn max_sampling(&self) -> (u8, u8) {
        max_sampling(&self.components)
    }

    /// What the components mean, by libjpeg's conventions: JFIF is YCbCr, Adobe's marker names the
    /// transform, and components with the identifiers R, G, B are RGB.
    pub fn color_model(&self) -> ColorModel {
        let inverted = self.adobe.is_some();
        match (self.components.as_slice(), self.adobe) {
            ([_], _) => ColorModel::Luma,
            ([_, _, _, _], Some(2)) => ColorModel::Ycck { inverted },
            ([_, _, _, _], _) => ColorModel::Cmyk { inverted },
            ([r, g, b], adobe) if !self.jfif => match adobe {
                Some(0) => ColorModel::Rgb,
                None if [r.id, g.id, b.id] == *b"RGB" => ColorModel::Rgb,
                _ => ColorModel::YCbCr,
            },
            _ => ColorModel::YCbCr,
        }
    }
}

fn max_sampling(components: &[Component]) -> (u8, u8) {
    components
        .iter()
        .fold((1, 1), |(h, v), c| (h.max(c.h), v.max(c.v)))
}

/// A position in the file.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

const CUT: Error = Error::Damaged("no end-of-image marker");

impl<'a> Reader<'a> {
    /// The next marker. Fill bytes may stand before it, and stray bytes, which some cameras and
    /// editors leave between segments.
    fn marker(&mut self) -> Result<u8, Error> {
        loop {
            let rest = self.bytes.get(self.at..).ok_or(CUT)?;
            self.at += memchr(0xff, rest).ok_or(CUT)?;
            while *self.bytes.get(self.at).ok_or(CUT)? == 0xff {
                self.at += 1;
            }
            self.at += 1;
            match self.bytes[self.at - 1] {
                0 => {}
                marker => return Ok(marker),
            }
        }
    }

    /// The data of the marker segment that starts here.
    fn segment(&mut self) -> Result<&'a [u8], Error> {
        let rest = &self.bytes[self.at..];
        let (length, _) = rest.split_first_chunk::<2>().ok_or(CUT)?;
        let length = usize::from(u16::from_be_bytes(*length));
        if length < 2 {
            return Err(Error::Damaged("damaged JPEG data"));
        }
        let data = rest.get(2..length).ok_or(CUT)?;
        self.at += length;
        Ok(data)
    }

    /// The entropy-coded data of a scan, up to the marker that ends them.
    fn scan(&mut self) -> Result<&'a [u8], Error> {
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

/// Encoders write about ten scans; each costs a pass over the whole picture.
const MOST_SCANS: usize = 100;

/// The frame header.
struct Frame {
    progressive: bool,
    width: u16,
    height: u16,
    components: Vec<Component>,
}

fn parse<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Header<'a>, Error> {
    if !bytes.starts_with(&MAGIC) {
        return Err(Error::Format("not a JPEG"));
    }
    let mut reader = Reader { bytes, at: 2 };
    let mut frame: Option<Frame> = None;
    let (mut exif, mut adobe, mut jfif) = (None, None, false);
    let (mut segments, mut scans) = (Vec::new(), 0);
    loop {
        match reader.marker()? {
            0xd9 => break,
            0xda => {
                let header = reader.segment()?;
                if frame.is_none() {
                    return Err(Error::Format("a JPEG without a frame header"));
                }
                let data = reader.scan()?;
                scans += 1;
                if scans > MOST_SCANS {
                    return Err(Error::Format("a JPEG of more than 100 scans"));
                }
                segments.push(Segment::Scan { header, data });
            }
            marker @ (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) => {
                let data = reader.segment()?;
                if frame.is_some() {
                    return Err(Error::Format("a JPEG of several frames"));
                }
                frame = Some(read_frame(marker, data, limits)?);
            }
            0xcc => return Err(Error::Format("an arithmetic-coded JPEG")),
            0xd8 => return Err(Error::Damaged("a JPEG inside the data of another")),
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
            marker @ (0xc4 | 0xdb | 0xdd) => {
                segments.push(Segment::Table(marker, reader.segment()?))
            }
            0xe2..=0xef | 0xfe => {
                reader.segment()?;
            }
            _ => return Err(Error::Damaged("damaged JPEG data")),
        }
    }
    let frame = frame.ok_or(Error::Format("a JPEG without a frame header"))?;
    if !segments
        .iter()
        .any(|segment| matches!(segment, Segment::Scan { .. }))
    {
        return Err(Error::Damaged("a JPEG without picture data"));
    }
    Ok(Header {
        width: frame.width,
        height: frame.height,
        progressive: frame.progressive,
        components: frame.components,
        segments,
        exif,
        jfif,
        adobe,
    })
}

/// Reads the frame header (ITU-T T.81, B.2.2) and checks it against the limits.
fn read_frame(marker: u8, data: &[u8], limits: &Limits) -> Result<Frame, Error> {
    match marker {
        0xc0..=0xc2 => {}
        0xc3 => return Err(Error::Format("a lossless JPEG")),
        0xc9..=0xcb => return Err(Error::Format("an arithmetic-coded JPEG")),
        _ => return Err(Error::Format("a hierarchical JPEG")),
    }
    let malformed = Error::Format("a JPEG with a malformed frame header");
    let [depth, h1, h0, w1, w0, count, rest @ ..] = data else {
        return Err(malformed);
    };
    if *depth != 8 {
        return Err(Error::Format("a JPEG of more than 8 bits a colour"));
    }
    if !matches!(count, 1 | 3 | 4) {
        return Err(Error::Format("a JPEG of neither 1, 3 nor 4 colours"));
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
    let (h, v) = max_sampling(&components);
    let mcu = u64::from(h) * u64::from(v);
    let samples: u64 = components
        .iter()
        .map(|c| pixels * u64::from(c.h) * u64::from(c.v) / mcu)
        .sum();
    // A progressive decode holds every coefficient, two bytes each, until the last scan.
    let coefficients = if progressive { 2 * samples } else { 0 };
    let decode_bytes = pixels * components.len() as u64 + coefficients;
    let side = u32::from(width.max(height));
    if side > limits.max_side || decode_bytes > limits.max_decode_bytes {
        return Err(Error::Limits {
            width: width.into(),
            height: height.into(),
        });
    }
    Ok(Frame {
        progressive,
        width,
        height,
        components,
    })
}
