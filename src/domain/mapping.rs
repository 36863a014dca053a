//! A school's own column headers, and what they stand for.
//!
//! A mapping belongs to one header row: it is used for tables whose header row is the same, and
//! for no other. Nothing here guesses when a drop is read; suggestions are for a person to confirm.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fields::{FIELDS, canonical, is_own_column};
use super::text::{Explain, Text};

/// What the columns of one header row stand for, as a person said it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Who sends such tables; for people only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The header row, as written.
    pub headers: Vec<String>,
    /// Header → field of the contract, or [`IGNORED`].
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
    /// Field → what every row holds that says nothing of it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub constants: BTreeMap<String, String>,
}

/// In place of a field: the column is passed over without a warning.
pub const IGNORED: &str = "-";

/// Why a mapping cannot be used. Messages name headers and fields, never a row's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// A field that the contract does not know.
    #[error("`{0}` is no field of the record format")]
    UnknownField(String),
    /// A header that is not in the row.
    #[error("no column is called `{0}`")]
    UnknownHeader(String),
    /// Two columns for one field.
    #[error("`{0}` is given to two columns")]
    Twice(String),
    /// A field that is each child's own, or an approval, which no setting may give.
    #[error("`{0}` cannot be the same for every row")]
    NoConstant(String),
    /// A column that would approve records without saying so itself.
    #[error("`{0}` is no approval: only a column that is called so by itself is one")]
    NoApproval(String),
}

impl Explain for MappingError {
    fn text(&self) -> Text {
        let id = match self {
            Self::UnknownField(field) => format!("`{field}` bukan isian format rekaman"),
            Self::UnknownHeader(header) => format!("tidak ada kolom `{header}`"),
            Self::Twice(field) => format!("`{field}` dipilih untuk dua kolom"),
            Self::NoConstant(field) => format!("`{field}` tidak bisa sama untuk semua baris"),
            Self::NoApproval(header) => format!(
                "kolom `{header}` bukan persetujuan; hanya kolom yang memang bernama persetujuan yang dipakai"
            ),
        };
        (id, self.to_string()).into()
    }
}

/// Fields that begin so approve a record.
const APPROVAL: &str = "persetujuan.";

/// Whether a person may say that a column with this header is this field. Who maps columns may not
/// approve, and a mapping holds for later tables too: an approval has to be called so by itself.
pub fn may_stand_for(header: &str, field: &str) -> bool {
    !field.starts_with(APPROVAL) || canonical(header) == Some(field)
}

/// The fields that may be the same for a whole table.
const CONSTANTS: [&str; 12] = [
    "tempat_lahir",
    "agama",
    "kewarganegaraan",
    "alamat",
    "desa",
    "kecamatan",
    "kode_wilayah",
    "status_kawin",
    "alasan",
    "sekolah.npsn",
    "sekolah.nama",
    "sekolah.kelas",
];

/// What a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Field(&'static str),
    Ignored,
}

impl Mapping {
    /// Checks that it says what the contract knows, and nothing twice.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), MappingError> {
        let mut seen = BTreeSet::new();
        for (header, field) in &self.columns {
            if !self.headers.iter().any(|own| same(own, header)) {
                return Err(MappingError::UnknownHeader(header.clone()));
            }
            if field != IGNORED {
                let field =
                    canonical(field).ok_or_else(|| MappingError::UnknownField(field.clone()))?;
                if !may_stand_for(header, field) {
                    return Err(MappingError::NoApproval(header.clone()));
                }
                if !seen.insert(field) {
                    return Err(MappingError::Twice(field.to_owned()));
                }
            }
        }
        for field in self.constants.keys() {
            let field =
                canonical(field).ok_or_else(|| MappingError::UnknownField(field.clone()))?;
            if !CONSTANTS.contains(&field) {
                return Err(MappingError::NoConstant(field.to_owned()));
            }
        }
        Ok(())
    }

    /// Whether it was made for this header row.
    pub fn fits<S: AsRef<str>>(&self, headers: &[S]) -> bool {
        row(&self.headers) == row(headers)
    }

    /// What it says of a column.
    pub fn target(&self, header: &str) -> Option<Target> {
        let (_, field) = self.columns.iter().find(|(own, _)| same(own, header))?;
        match field.as_str() {
            IGNORED => Some(Target::Ignored),
            field => canonical(field).map(Target::Field),
        }
    }

    /// The fields that every row gets which says nothing of them.
    pub fn constants(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let constants = self.constants.iter();
        constants.filter_map(|(field, value)| Some((canonical(field)?, value.as_str())))
    }

    /// A short name for its header row, the same for the same row.
    pub fn key(&self) -> String {
        key(&self.headers)
    }
}

/// A short name for a header row, in 16 hexadecimal digits.
pub fn key<S: AsRef<str>>(headers: &[S]) -> String {
    let digest = Sha256::digest(row(headers).join("\n"));
    digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The header row in the form in which rows are compared: without the columns that a returned
/// table carries from the station, and without empty ones at the end.
fn row<S: AsRef<str>>(headers: &[S]) -> Vec<String> {
    let named = headers.iter().map(AsRef::as_ref);
    let mut row: Vec<String> = named
        .filter(|header| !is_own_column(header))
        .map(spoken)
        .collect();
    while row.last().is_some_and(String::is_empty) {
        row.pop();
    }
    row
}

fn same(a: &str, b: &str) -> bool {
    spoken(a) == spoken(b)
}

/// Letters and digits in lower case: how a header is said aloud.
fn spoken(header: &str) -> String {
    let kept = header.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// What a column may stand for, for a person to confirm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The header as written.
    pub header: String,
    /// The field, where there is an idea.
    pub field: Option<&'static str>,
    /// How sure it is.
    pub how: How,
}

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The contract's own name or alias: read without any mapping.
    Exact,
    /// Schools commonly call the field so.
    Common,
    /// It is written much alike.
    Alike,
    /// There is no idea.
    None,
}

/// What schools call the fields, beside the names of the contract.
const COMMON: &[(&str, &[&str])] = &[
    (
        "nik",
        &[
            "nik siswa",
            "nik anak",
            "nik peserta didik",
            "no nik",
            "nomor induk kependudukan",
        ],
    ),
    (
        "no_kk",
        &[
            "nomor kk",
            "kk",
            "no kartu keluarga",
            "nomor kartu keluarga",
        ],
    ),
    (
        "nama",
        &[
            "nama siswa",
            "nama anak",
            "nama lengkap",
            "nama peserta didik",
            "nama murid",
            "nama siswi",
        ],
    ),
    (
        "tempat_lahir",
        &["tmp lahir", "tmpt lahir", "tpt lahir", "tempat kelahiran"],
    ),
    ("tanggal_lahir", &["tgl lahir", "tanggal kelahiran"]),
    ("jenis_kelamin", &["jk", "l/p", "kelamin", "jns kelamin"]),
    ("gol_darah", &["golongan darah", "goldar"]),
    ("agama", &["agama siswa"]),
    ("kewarganegaraan", &["warga negara", "wn"]),
    (
        "no_akta",
        &[
            "nomor akta",
            "no akta lahir",
            "no akte",
            "nomor akta kelahiran",
            "no akta kelahiran",
            "no registrasi akta lahir",
            "akta kelahiran",
        ],
    ),
    (
        "nama_kepala_keluarga",
        &["kepala keluarga", "nama kep keluarga", "nama kk"],
    ),
    (
        "alamat",
        &["alamat rumah", "alamat siswa", "alamat lengkap", "jalan"],
    ),
    (
        "desa",
        &[
            "kelurahan",
            "desa/kelurahan",
            "kel/desa",
            "desa kel",
            "nama desa",
        ],
    ),
    ("kecamatan", &["kec", "nama kecamatan"]),
    (
        "foto",
        &[
            "file foto",
            "nama file foto",
            "pas foto",
            "foto siswa",
            "nama foto",
        ],
    ),
    (
        "sekolah.nama",
        &["nama sekolah", "asal sekolah", "satuan pendidikan"],
    ),
    (
        "sekolah.kelas",
        &[
            "rombel",
            "rombel saat ini",
            "rombongan belajar",
            "kelas siswa",
        ],
    ),
];

/// How much alike two headers must be written, of 1.
const ALIKE: f64 = 0.93;

/// Suggests what each column stands for; no field is suggested for two columns.
pub fn suggest<S: AsRef<str>>(headers: &[S]) -> Vec<Suggestion> {
    let mut ideas: Vec<(usize, Option<&'static str>, How)> = headers
        .iter()
        .enumerate()
        .map(|(index, header)| {
            let (field, how) = idea(header.as_ref());
            (index, field, how)
        })
        .collect();
    // The surest keeps the field, the first of equals.
    ideas.sort_by_key(|(index, _, how)| (*how, *index));
    let mut taken = BTreeSet::new();
    for (_, field, how) in &mut ideas {
        if field.is_some_and(|name| !taken.insert(name)) {
            (*field, *how) = (None, How::None);
        }
    }
    ideas.sort_by_key(|(index, ..)| *index);
    let headers = headers.iter().map(AsRef::as_ref);
    let pairs = headers.zip(ideas);
    pairs
        .map(|(header, (_, field, how))| Suggestion {
            header: header.to_owned(),
            field,
            how,
        })
        .collect()
}

fn idea(header: &str) -> (Option<&'static str>, How) {
    let wanted = spoken(header);
    if wanted.is_empty() || is_own_column(header) {
        return (None, How::None);
    }
    if let Some(field) = canonical(header) {
        return (Some(field), How::Exact);
    }
    let own = FIELDS.iter().flat_map(|field| {
        let names = std::iter::once(&field.name).chain(field.aliases);
        names.map(|name| (field.name, *name))
    });
    let common = COMMON
        .iter()
        .flat_map(|(field, names)| names.iter().map(|name| (*field, *name)));
    let mut best = (None, 0.0);
    let open = own
        .chain(common)
        .filter(|(field, _)| may_stand_for(header, field));
    for (field, name) in open {
        let name = spoken(name);
        if name == wanted {
            return (Some(field), How::Common);
        }
        let alike = strsim::jaro_winkler(&name, &wanted);
        if alike > best.1 {
            best = (Some(field), alike);
        }
    }
    // Short words are alike by chance: NISN is no NIK.
    match best {
        (Some(field), alike) if alike >= ALIKE && wanted.len() >= 6 => (Some(field), How::Alike),
        _ => (None, How::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHOOL: [&str; 6] = ["No.", "Nama Siswa", "NISN", "Tgl. Lahir", "L/P", "NIK"];

    fn mapping() -> Mapping {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        Mapping {
            sender: None,
            headers: SCHOOL.map(str::to_owned).to_vec(),
            columns: [pair("Nama Siswa", "nama"), pair("nisn", IGNORED)].into(),
            constants: [pair("kecamatan", "CURUP TENGAH")].into(),
        }
    }

    #[test]
    fn what_schools_commonly_write_is_suggested_and_a_look_alike_is_not() {
        let found = suggest(&SCHOOL);
        let fields: Vec<_> = found.iter().map(|s| s.field).collect();
        let expected = [
            None,
            Some("nama"),
            None,
            Some("tanggal_lahir"),
            Some("jenis_kelamin"),
            Some("nik"),
        ];
        assert_eq!(fields, expected);
        assert_eq!(found[5].how, How::Exact);
        assert_eq!(suggest(&["Nomor Akta Kelahira"])[0].how, How::Alike);
    }

    #[test]
    fn no_field_is_suggested_for_two_columns_and_the_surer_keeps_it() {
        let found = suggest(&["Nama Lengkap", "nama", "Nama Siswa"]);
        let fields: Vec<_> = found.iter().map(|s| s.field).collect();
        assert_eq!(fields, [None, Some("nama"), None]);
    }

    #[test]
    fn a_mapping_fits_its_own_header_row_also_when_the_station_sent_it_back() {
        let mapping = mapping();
        let mut back: Vec<&str> = SCHOOL.to_vec();
        back.extend(["kia_status", "kia_alasan", ""]);
        assert!(mapping.fits(&back) && key(&back) == mapping.key());
        back[0] = "Nomor";
        assert!(!mapping.fits(&back) && key(&back) != mapping.key());
        assert_eq!(mapping.target("NAMA SISWA"), Some(Target::Field("nama")));
        assert_eq!(mapping.target("NISN"), Some(Target::Ignored));
        assert_eq!(mapping.target("L/P"), None);
    }

    #[test]
    fn a_mapping_gives_no_approval_and_nothing_twice() {
        assert_eq!(mapping().check(), Ok(()));
        let with = |header: &str, field: &str| {
            let mut mapping = mapping();
            mapping.columns.insert(header.into(), field.into());
            mapping.check()
        };
        assert!(matches!(with("L/P", "nama"), Err(MappingError::Twice(_))));
        assert!(matches!(
            with("L/P", "hobi"),
            Err(MappingError::UnknownField(_))
        ));
        assert!(matches!(
            with("Hobi", "agama"),
            Err(MappingError::UnknownHeader(_))
        ));
        let approval = with("L/P", "persetujuan.oleh");
        assert!(matches!(approval, Err(MappingError::NoApproval(_))));
        assert!(may_stand_for("Persetujuan.Oleh", "persetujuan.oleh"));
        let near = suggest(&["Persetujuan oleh siapa"]);
        assert!(
            near[0]
                .field
                .is_none_or(|field| !field.starts_with(APPROVAL))
        );
        for field in ["persetujuan.status", "persetujuan.oleh", "nik", "foto"] {
            let mut mapping = mapping();
            mapping.constants.insert(field.into(), "x".into());
            assert!(
                matches!(mapping.check(), Err(MappingError::NoConstant(_))),
                "{field}"
            );
        }
    }

    #[test]
    fn every_common_name_stands_for_a_field_of_the_contract() {
        for (field, names) in COMMON {
            assert_eq!(canonical(field), Some(*field));
            for name in *names {
                assert_eq!(canonical(name), None, "{name} needs no entry");
            }
        }
    }
}
