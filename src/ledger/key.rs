//! The station's key and the hashes made with it.
//!
//! A NIK has so few possible values that a plain hash of it is found out by trying them all.
//! Events therefore carry HMAC-SHA-256 under a key that lies beside the database, not in it.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use crate::domain::hex::hex;
use crate::domain::nik::Nik;
use crate::domain::record::Record;

/// What a keyed hash is of. Each purpose has its own hashes, so that a hash of one kind never
/// equals one of another.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Key,
    Nik,
    Record,
    Content,
    Photo,
    Request,
    Code,
    Submission,
    Browser,
}

impl Purpose {
    const fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Nik => "nik",
            Self::Record => "record",
            Self::Content => "content",
            Self::Photo => "photo",
            Self::Request => "request",
            Self::Code => "code",
            Self::Submission => "submission",
            Self::Browser => "browser",
        }
    }
}

/// 32 random bytes, made once for a station. It has no `Debug`, so that no log can show it.
pub(super) struct StationKey([u8; 32]);

impl StationKey {
    /// Makes a key and writes it as hexadecimal digits, readable by the owner only.
    pub fn make(path: &Path) -> Result<Self> {
        make_secret(path).map(Self)
    }

    pub fn read(path: &Path) -> Result<Self> {
        read_secret(path).map(Self)
    }

    /// Writes the same key elsewhere.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        write_secret(path, &self.0)
    }

    /// What tells this key from another without giving it away.
    pub fn id(&self) -> String {
        self.hash(Purpose::Key, &[Option::<&str>::None])
    }

    pub fn nik(&self, nik: &Nik) -> String {
        self.hash(Purpose::Nik, &[Some(nik.as_str())])
    }

    pub fn photo(&self, digest: &str) -> String {
        self.hash(Purpose::Photo, &[Some(digest)])
    }

    pub fn request(&self, id: &str) -> String {
        self.hash(Purpose::Request, &[Some(id)])
    }

    /// The hash of a request with all that came with it.
    pub fn submission(&self, sender: &str, id: &str, revisi: u32, content: &[u8]) -> String {
        let revisi = revisi.to_be_bytes();
        let parts = [sender.as_bytes(), id.as_bytes(), &revisi, content];
        self.hash(Purpose::Submission, &parts.map(Some))
    }

    /// What a browser shows in which this user has logged in with this password.
    pub fn browser(&self, user: &str, password: &str) -> String {
        self.hash(Purpose::Browser, &[Some(user), Some(password)])
    }

    /// The hash of what a card's QR shows.
    pub fn code(&self, payload: &str) -> String {
        self.hash(Purpose::Code, &[Some(payload)])
    }

    /// The hash of what makes a record the same as another ([`Record::content`]).
    pub fn content(&self, content: &[u8]) -> String {
        self.hash(Purpose::Content, &[Some(content)])
    }

    /// The hash of all that the personal table holds of a card, byte for byte. It is made of the
    /// stored JSON, never of a record that was read and written again: a new field changes none.
    pub fn record(&self, json: &str, photo: Option<&str>, token: Option<&str>) -> String {
        self.hash(Purpose::Record, &[Some(json), photo, token])
    }

    /// HMAC-SHA-256 over the purpose's name, then each part preceded by its length in bytes
    /// (64 bits, most significant byte first); an absent part is the length `u64::MAX` alone.
    fn hash(&self, purpose: Purpose, parts: &[Option<impl AsRef<[u8]>>]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.name().as_bytes());
        for part in parts {
            match part {
                Some(part) => {
                    mac.update(&(part.as_ref().len() as u64).to_be_bytes());
                    mac.update(part.as_ref());
                }
                None => mac.update(&u64::MAX.to_be_bytes()),
            }
        }
        hex(&mac.finalize().into_bytes())
    }
}

/// Makes a secret and writes it as hexadecimal digits, readable by the owner only.
pub(super) fn make_secret(path: &Path) -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Error::Randomness)?;
    write_secret(path, &bytes)?;
    Ok(bytes)
}

fn write_secret(path: &Path, bytes: &[u8; 32]) -> Result<()> {
    let beside = path.with_extension("key.tmp");
    let written: std::io::Result<()> = (|| {
        // What a crash left may have another mode, and a mode is set only at creation.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&beside)?;
        file.write_all(hex(bytes).as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    })();
    written.map_err(|source| Error::File {
        path: path.to_owned(),
        source,
    })
}

pub(super) fn read_secret(path: &Path) -> Result<[u8; 32]> {
    let text = fs::read_to_string(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => Error::Missing(path.to_owned()),
        std::io::ErrorKind::InvalidData => Error::KeyForm(path.to_owned()),
        _ => Error::File {
            path: path.to_owned(),
            source,
        },
    })?;
    unhex(text.trim()).ok_or_else(|| Error::KeyForm(path.to_owned()))
}

/// Reads so many bytes from lower-case hexadecimal digits.
pub(super) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != 2 * N || !text.bytes().all(digits) {
        return None;
    }
    let mut bytes = [0; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

/// The record as it is stored.
pub(super) fn record_json(record: &Record) -> String {
    serde_json::to_string(record).expect("a record has only string keys")
}

/// Whether this is a SHA-256 in lower-case hexadecimal digits.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The size and SHA-256 of a file, read in pieces.
pub(super) fn file_digest(path: &Path) -> std::io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut piece = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let n = std::io::Read::read(&mut file, &mut piece)?;
        if n == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        hash.update(&piece[..n]);
        size += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyed_hashes_never_change() {
        let key = StationKey([7; 32]);
        let nik = Nik::parse("1702094503180001").unwrap();
        let photo = "ab".repeat(32);
        for (hash, golden) in [
            (
                key.id(),
                "f479b17ab09c04237b637a2621e5219bd1087192fc2ddf606201d4fb9cb9c860",
            ),
            (
                key.nik(&nik),
                "c3f829a8271878d46e4a46bf33535fb04a8d76bb71cfbbf851918343faad4e7f",
            ),
            (
                key.photo(&photo),
                "c139ff7767f7d9dd815e6cf84de933594eaab3b722f3280293b68b43bb7474ef",
            ),
            (
                key.request("SIAK-1"),
                "8dd05a34170f420d4e248d15219b42618b380df8396315aa72b2997f1aa1fce9",
            ),
            (
                key.submission("siak", "SIAK-1", 2, b"content"),
                "c68901d3ddf63c6c93d977a3243f7bdf8f4f58a5de4ac0a6f490fe8656d990ad",
            ),
            (
                key.code("T1"),
                "2c72c6534a45a22512793766569d76bf3669567bbf22e6cb5395770fbac81c59",
            ),
            (
                key.content(b"kia-content/1\n"),
                "c4e1fd5c9cd733b221138549b29d978dfd49fa480e0e39a9d949eea67bbb7379",
            ),
            (
                key.record("{}", Some(&photo), None),
                "b3917a4940b5a1ac052b53d7a5b4660f5eeaf03e1cdf702ff047e4015c066f7c",
            ),
            (
                key.record("{}", None, Some("T1")),
                "716c4307ecd5d5049d5569c3c482cb9787bfc5ebc67ec8d78684cb40e841e4d1",
            ),
        ] {
            assert_eq!(hash, golden);
        }
    }
}
