//! What a card says: the fields a layout may name, and their values for one child.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::photo::Prepared;
use crate::domain::card::Kind;
use crate::domain::office::{Office, Official};
use crate::domain::record::Record;
use crate::domain::validity::Under5Until;

/// Where the value of a field comes from; it decides nothing but the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Record,
    /// Computed for the card.
    Card,
    Office,
}

/// Every field a layout's template may name.
pub const FIELDS: &[(&str, Origin)] = &[
    ("nik", Origin::Record),
    ("no_kk", Origin::Record),
    ("nama", Origin::Record),
    ("tempat_lahir", Origin::Record),
    ("tanggal_lahir", Origin::Record),
    ("jenis_kelamin", Origin::Record),
    ("gol_darah", Origin::Record),
    ("agama", Origin::Record),
    ("kewarganegaraan", Origin::Record),
    ("no_akta", Origin::Record),
    ("nama_kepala_keluarga", Origin::Record),
    ("alamat", Origin::Record),
    ("rt", Origin::Record),
    ("rw", Origin::Record),
    ("desa", Origin::Record),
    ("kecamatan", Origin::Record),
    ("sekolah", Origin::Record),
    ("kelas", Origin::Record),
    ("berlaku_hingga", Origin::Card),
    ("tanggal_terbit", Origin::Card),
    ("provinsi", Origin::Office),
    ("kabupaten", Origin::Office),
    ("dinas", Origin::Office),
    ("tempat_terbit", Origin::Office),
    ("pejabat_nama", Origin::Office),
    ("pejabat_nip", Origin::Office),
    ("pejabat_jabatan", Origin::Office),
];

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, printed as it is.
    Text(String),
    /// A date, printed by the template's format.
    Date(Date),
}

/// The values of one card.
pub type Values = BTreeMap<&'static str, Value>;

/// Everything one card is made of.
#[derive(Clone)]
pub struct CardContent {
    /// What names it in the file and on a preview: its number, never anything of the child.
    /// Letters, digits and hyphens.
    pub mark: String,
    /// The layout to set it on.
    pub kind: Kind,
    pub values: Values,
    /// The prepared photo, a baseline JPEG with its size in pixels.
    pub photo: Option<Photo>,
    /// What the QR holds.
    pub qr: String,
}

/// A photo ready to be embedded as it is.
#[derive(Clone)]
pub struct Photo {
    /// Baseline JPEG, three components.
    pub jpeg: std::sync::Arc<[u8]>,
    pub width: u32,
    pub height: u32,
}

impl From<Prepared> for Photo {
    fn from(prepared: Prepared) -> Self {
        Self {
            jpeg: prepared.jpeg.into(),
            width: prepared.width,
            height: prepared.height,
        }
    }
}

/// Who issues, and by which rules a card's dates are set.
#[derive(Clone, Copy)]
pub struct Issue<'a> {
    pub office: &'a Office,
    /// Who signs on the day.
    pub official: Option<&'a Official>,
    /// The day of printing in the station's zone.
    pub day: Date,
    /// What the 0–5 card prints as its last day.
    pub under5: Under5Until,
}

/// The values that a card of this record prints.
pub fn values(record: &Record, kind: Kind, issue: Issue<'_>) -> Values {
    let text = |value: &str| Value::Text(value.to_owned());
    let school = record.sekolah.as_ref();
    let official =
        |part: fn(&Official) -> String| Value::Text(issue.official.map(part).unwrap_or_default());
    BTreeMap::from([
        ("nik", text(record.nik.as_str())),
        ("no_kk", text(&record.no_kk)),
        ("nama", text(&record.nama)),
        ("tempat_lahir", text(&record.tempat_lahir)),
        ("tanggal_lahir", Value::Date(record.tanggal_lahir)),
        ("jenis_kelamin", text(record.jenis_kelamin.word())),
        ("gol_darah", text(&record.gol_darah)),
        ("agama", text(&record.agama)),
        ("kewarganegaraan", text(&record.kewarganegaraan)),
        ("no_akta", text(&record.no_akta)),
        ("nama_kepala_keluarga", text(&record.nama_kepala_keluarga)),
        ("alamat", text(&record.alamat)),
        ("rt", text(&record.rt)),
        ("rw", text(&record.rw)),
        ("desa", text(&record.desa)),
        ("kecamatan", text(&record.kecamatan)),
        (
            "sekolah",
            text(school.and_then(|s| s.nama.as_deref()).unwrap_or_default()),
        ),
        (
            "kelas",
            text(school.and_then(|s| s.kelas.as_deref()).unwrap_or_default()),
        ),
        (
            "berlaku_hingga",
            Value::Date(record.valid_until(kind, issue.under5)),
        ),
        ("tanggal_terbit", Value::Date(issue.day)),
        ("provinsi", text(&issue.office.provinsi)),
        ("kabupaten", text(&issue.office.kabupaten)),
        ("dinas", text(&issue.office.dinas)),
        ("tempat_terbit", text(&issue.office.tempat_terbit)),
        ("pejabat_nama", official(|o| o.nama.clone())),
        ("pejabat_nip", official(|o| o.nip.clone())),
        ("pejabat_jabatan", official(Official::title)),
    ])
}
