//! A strict JPEG decoder with scaled IDCT, and a small baseline encoder. Safe Rust.
//!
//! The decoder differs from others in two ways:
//!
//! - **It refuses what is not whole.** Other decoders fill in the rest of a truncated scan. Here a
//!   file that ends early, loses a restart interval or goes out of step is an [`Error`].
//! - **It decodes at the size you need.** Each component is transformed to its own [`Scale`], and
//!   coefficients that no output sample needs are skipped without being decoded.
//!
//! ```text
//! bytes ─▶ Header::parse ─▶ Header::decode ─▶ Picture (one plane of samples per component)
//! planes ─▶ Ycbcr420::new ─▶ encode ─▶ bytes
//! ```
//!
//! ```
//! use kia_jpeg::{Header, Limits, Scale, Ycbcr420, encode};
//!
//! let planes = Ycbcr420::new(16, 16, &[90; 256], &[128; 64], &[128; 64]).unwrap();
//! let jpeg = encode(&planes, 90);
//!
//! let header = Header::parse(&jpeg, &Limits::default())?;
//! assert_eq!((header.width(), header.height()), (16, 16));
//! let picture = header.decode(|_component| Scale::FULL)?;
//! assert_eq!(picture.planes[0].samples[0], 90);
//! # Ok::<(), kia_jpeg::Error>(())
//! ```
//!
//! Supported: baseline, extended sequential and progressive Huffman coding (ITU-T T.81); 8 bits;
//! 1, 3 or 4 components; sampling factors 1 to 4; restart markers; scans in any legal order.
//! Absent on purpose: arithmetic coding, 12 bits, lossless and hierarchical frames, upsampling,
//! color conversion and color profiles. The caller gets the components as the file stores them.

mod block;
mod decode;
mod encode;

pub use decode::{ColorModel, Component, Header, Picture, Plane, Scale};
pub use encode::{Ycbcr420, encode};

/// The first bytes of every JPEG: start of image, and the first byte of the next marker.
pub const MAGIC: [u8; 3] = [0xff, 0xd8, 0xff];

/// Why a file cannot be decoded. The texts complete a sentence: "the file is …" for
/// [`Error::Format`], "the file is not whole: …" for [`Error::Damaged`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a JPEG, or a kind of JPEG that is not supported.
    #[error("unsupported file: {0}")]
    Format(&'static str),
    /// The file ends early, or its data break the rules of the format.
    #[error("damaged file: {0}")]
    Damaged(&'static str),
    /// The frame header asks for more than the [`Limits`] allow.
    #[error("the picture of {width} × {height} pixels is over the limits")]
    Limits {
        /// Width in pixels, from the frame header.
        width: u32,
        /// Height in pixels, from the frame header.
        height: u32,
    },
}

/// What a file may ask for. Checked against the frame header, before anything is allocated for
/// the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest width and height, in pixels.
    pub max_side: u32,
    /// The most memory that a decode at full scale may take for samples and coefficients, in
    /// bytes.
    pub max_decode_bytes: u64,
}

impl Default for Limits {
    /// Any side that the format allows; 512 MiB.
    fn default() -> Self {
        Self {
            max_side: u16::MAX as u32,
            max_decode_bytes: 512 << 20,
        }
    }
}
