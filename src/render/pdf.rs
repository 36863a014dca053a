//! A PDF 1.4 file written object by object: what is written is out of memory.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Write};

use flate2::{Compress, Compression, FlushCompress, Status};
use sha2::{Digest, Sha256};

use crate::domain::hex::hex;

/// An indirect object of the file; displays as a reference, `12 0 R`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ref(u32);

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} 0 R", self.0)
    }
}

/// The inside of a dictionary, in the order of its making.
#[derive(Default)]
pub struct Dict(String);

impl Dict {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an entry whose value is already PDF.
    pub fn raw(mut self, key: &str, value: &str) -> Self {
        self.0.push('/');
        self.0.push_str(key);
        self.0.push(' ');
        self.0.push_str(value);
        self
    }

    pub fn name(self, key: &str, value: &str) -> Self {
        self.raw(key, &format!("/{value}"))
    }

    /// Adds a whole number.
    pub fn int(self, key: &str, value: i64) -> Self {
        self.raw(key, &value.to_string())
    }

    pub fn reference(self, key: &str, value: Ref) -> Self {
        self.raw(key, &value.to_string())
    }

    /// The dictionary with its brackets.
    pub fn finish(self) -> String {
        format!("<<{}>>", self.0)
    }
}

/// A file that is being written.
pub struct Pdf<W> {
    out: W,
    at: u64,
    offsets: Vec<u64>,
    digest: Sha256,
}

#[derive(Debug, Clone, Copy)]
pub struct Written {
    /// Its size in bytes.
    pub bytes: u64,
    pub sha256: [u8; 32],
}

impl<W: Write> Pdf<W> {
    pub fn new(out: W) -> io::Result<Self> {
        let mut pdf = Self {
            out,
            at: 0,
            offsets: Vec::new(),
            digest: Sha256::new(),
        };
        // The four high bytes tell transfer programs that the file is binary (ISO 19005-1, 6.1.2).
        pdf.put(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")?;
        Ok(pdf)
    }

    /// Takes the next object number; it must be written before [`Pdf::finish`].
    pub fn reserve(&mut self) -> Ref {
        self.offsets.push(0);
        Ref(self.offsets.len() as u32)
    }

    pub fn object(&mut self, at: Ref, dict: Dict) -> io::Result<()> {
        self.begin(at)?;
        self.put(dict.finish().as_bytes())?;
        self.put(b"\nendobj\n")
    }

    /// Writes a stream, compressed.
    pub fn stream(&mut self, at: Ref, dict: Dict, data: &[u8]) -> io::Result<()> {
        self.deflated(at, dict, &deflate(data))
    }

    /// Writes a stream whose data [`deflate`] has compressed before.
    pub fn deflated(&mut self, at: Ref, dict: Dict, data: &[u8]) -> io::Result<()> {
        self.encoded(at, dict.name("Filter", "FlateDecode"), data)
    }

    /// Writes a stream whose data are already as `dict` says.
    pub fn encoded(&mut self, at: Ref, dict: Dict, data: &[u8]) -> io::Result<()> {
        self.begin(at)?;
        let dict = dict.int("Length", data.len() as i64).finish();
        self.put(dict.as_bytes())?;
        self.put(b"\nstream\n")?;
        self.put(data)?;
        self.put(b"\nendstream\nendobj\n")
    }

    /// Writes the cross-reference table and the trailer. The file's identifier is the digest of
    /// all that stands before it, so equal content gives equal bytes.
    pub fn finish(mut self, root: Ref, info: Ref) -> io::Result<(W, Written)> {
        let start = self.at;
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.offsets.len() + 1);
        for offset in &self.offsets {
            debug_assert_ne!(*offset, 0, "an object was reserved and never written");
            table.push_str(&format!("{offset:010} 00000 n \n"));
        }
        self.put(table.as_bytes())?;
        let id = hex(&self.digest.clone().finalize()[..16]);
        let trailer = Dict::new()
            .int("Size", self.offsets.len() as i64 + 1)
            .reference("Root", root)
            .reference("Info", info)
            .raw("ID", &format!("[<{id}><{id}>]"))
            .finish();
        self.put(format!("trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n").as_bytes())?;
        self.out.flush()?;
        Ok((
            self.out,
            Written {
                bytes: self.at,
                sha256: self.digest.finalize().into(),
            },
        ))
    }

    fn begin(&mut self, at: Ref) -> io::Result<()> {
        self.offsets[at.0 as usize - 1] = self.at;
        self.put(format!("{} 0 obj\n", at.0).as_bytes())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.digest.update(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }
}

thread_local! {
    /// Making its tables anew takes longer than compressing a page.
    static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::default(), true));
}

pub fn deflate(data: &[u8]) -> Vec<u8> {
    COMPRESS.with_borrow_mut(|compress| {
        compress.reset();
        let mut packed = Vec::with_capacity(data.len() / 2 + 64);
        loop {
            let rest = &data[compress.total_in() as usize..];
            let status = compress.compress_vec(rest, &mut packed, FlushCompress::Finish);
            if status.expect("any bytes can be compressed") == Status::StreamEnd {
                return packed;
            }
            packed.reserve(packed.capacity());
        }
    })
}

/// A number with at most four decimals and no trailing zeros: 0.0001 pt is far below a dot.
///
/// It goes by whole ten-thousandths, since writing a float exactly takes several times as long and
/// a page holds hundreds of them.
pub fn number(value: f64) -> String {
    let parts = (value * 1e4).round() as i64;
    let sign = if parts < 0 { "-" } else { "" };
    let (whole, mut rest) = (parts.unsigned_abs() / 10_000, parts.unsigned_abs() % 10_000);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let mut digits = 4;
    while rest.is_multiple_of(10) {
        rest /= 10;
        digits -= 1;
    }
    format!("{sign}{whole}.{rest:0digits$}")
}

/// Several numbers with spaces between.
pub fn numbers(values: &[f64]) -> String {
    values
        .iter()
        .map(|v| number(*v))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The six capital letters that mark a font subset, taken from its content.
pub fn name_tag(data: &[u8]) -> String {
    Sha256::digest(data)[..6]
        .iter()
        .map(|byte| char::from(b'A' + byte % 26))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_have_four_decimals_at_most_and_no_zeros_behind() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.00004, "0"),
            (-0.00004, "0"),
            (12.0, "12"),
            (242.6457, "242.6457"),
            (-0.5, "-0.5"),
            (1.0203, "1.0203"),
            (0.0020, "0.002"),
            (99.99996, "100"),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }
}
