//! The record of a destruction (*berita acara pemusnahan*).

use std::borrow::Cow;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use super::{SpelledDate, Stationery, TypesetError, spelled};
use crate::domain::office::{Office, Official};
use crate::domain::record::Record;

/// The template of the record.
pub const TEMPLATE: &str = "berita-acara-pemusnahan.typ";

/// What stands in the record of a destruction.
#[derive(Debug, Clone)]
pub struct DestructionRecord<'a> {
    /// The station's number of it.
    pub number: u32,
    /// The day of the destruction.
    pub date: Date,
    /// The office whose paper it is.
    pub office: &'a Office,
    /// Its head on that day; a place to write in is left where none is set.
    pub official: Option<&'a Official>,
    /// Who destroyed the cards.
    pub actor: &'a str,
    pub witnesses: &'a [String],
    /// Faulty blanks that were never printed, by kind.
    pub blanks: &'a BTreeMap<String, u32>,
    pub cards: Vec<DestructionRow<'a>>,
}

/// A destroyed card as the record lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DestructionRow<'a> {
    #[serde(rename = "kartu")]
    pub number: String,
    /// Name and address of the child; none once they are erased.
    #[serde(rename = "anak")]
    pub child: Option<NameAndAddress<'a>>,
    /// The serial of its blank, if it was read.
    #[serde(rename = "seri")]
    pub serial: Option<&'a str>,
    /// Why it was spoiled, in Indonesian.
    #[serde(rename = "sebab")]
    pub reason: Cow<'a, str>,
}

/// What the record says of a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NameAndAddress<'a> {
    nama: &'a str,
    alamat: String,
}

impl<'a> DestructionRow<'a> {
    /// A card with the record that it was made from, unless erased, and why it is no good.
    pub fn new(
        number: String,
        record: Option<&'a Record>,
        serial: Option<&'a str>,
        reason: Option<Cow<'a, str>>,
    ) -> Self {
        Self {
            number,
            child: record.map(|record| NameAndAddress {
                nama: &record.nama,
                alamat: format!(
                    "{} RT {}/RW {}, {}, {}",
                    record.alamat, record.rt, record.rw, record.desa, record.kecamatan
                ),
            }),
            serial,
            reason: reason.unwrap_or("-".into()),
        }
    }
}

impl DestructionRecord<'_> {
    /// Typesets it by the office's template.
    ///
    /// # Errors
    /// As [`Stationery::typeset`].
    pub fn typeset(&self, stationery: &Stationery) -> Result<Vec<u8>, TypesetError> {
        stationery.typeset(TEMPLATE, &self.data(), self.date)
    }

    /// The value that the template reads.
    fn data(&self) -> Value {
        let count = u32::try_from(self.cards.len()).unwrap_or(u32::MAX);
        json!({
            "nomor": self.number,
            "tanggal": SpelledDate::from(self.date),
            "kantor": self.office,
            "pejabat": self.official.map(|official| json!({
                "nama": official.nama,
                "nip": official.nip,
                "jabatan": official.title(),
            })),
            "petugas": self.actor,
            "saksi": self.witnesses,
            "kartu": self.cards,
            "jumlah": { "angka": count, "kata": spelled(count) },
            "blanko": self.blanks,
        })
    }
}
