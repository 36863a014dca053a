//! The fields of the contract: their names, aliases, and a record as it was read.
//!
//! One table of names serves JSON and tables alike. Names are matched without regard to case,
//! spaces, underscores and hyphens, so that `Nama Lgkp`, `NAMA_LGKP` and `nama-lgkp` are one.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// One field of the contract `kia-record/1`.
#[derive(Debug)]
pub struct Field {
    /// The canonical name; a nested field is flat, as in `sekolah.npsn`.
    pub name: &'static str,
    /// Other names that are accepted: SIAK columns, and what tables call nested fields.
    pub aliases: &'static [&'static str],
    /// Whether every record must carry it.
    pub required: bool,
}

const fn required(name: &'static str, aliases: &'static [&'static str]) -> Field {
    Field {
        name,
        aliases,
        required: true,
    }
}

const fn optional(name: &'static str, aliases: &'static [&'static str]) -> Field {
    Field {
        name,
        aliases,
        required: false,
    }
}

/// Every field, in the order in which problems are reported.
pub static FIELDS: &[Field] = &[
    optional("format", &[]),
    optional("id", &[]),
    optional("revisi", &[]),
    required("nik", &[]),
    required("no_kk", &[]),
    required("nama", &["NAMA_LGKP"]),
    required("tempat_lahir", &["TMPT_LHR"]),
    required("tanggal_lahir", &["TGL_LHR"]),
    required("jenis_kelamin", &["JENIS_KLMIN"]),
    optional("gol_darah", &["GOL_DRH"]),
    required("agama", &[]),
    required("kewarganegaraan", &[]),
    optional("berlaku_hingga", &[]),
    required("no_akta", &["NO_AKTA_LHR"]),
    required("nama_kepala_keluarga", &[]),
    required("alamat", &[]),
    required("rt", &[]),
    required("rw", &[]),
    required("desa", &[]),
    required("kecamatan", &[]),
    optional("kode_wilayah", &[]),
    optional("status_kawin", &[]),
    optional("foto", &[]),
    optional("alasan", &[]),
    optional("sekolah.npsn", &["npsn"]),
    optional("sekolah.nama", &["sekolah"]),
    optional("sekolah.kelas", &["kelas"]),
    // A batch may carry the approval, so that the judge asks for it and not this table.
    optional("persetujuan.status", &["persetujuan", "status"]),
    optional("persetujuan.oleh", &["disetujui_oleh"]),
    optional("persetujuan.pada", &["disetujui_pada"]),
    optional("qr", &[]),
];

/// What the station itself adds to a table that it sends back: what became of the row, the
/// columns at fault, the reasons in Indonesian and in English, and the row's number in the table
/// that was sent. A CSV carries the first three.
pub const OWN_COLUMNS: [&str; 5] = [
    "kia_status",
    "kia_kolom",
    "kia_alasan",
    "kia_reason",
    "kia_baris",
];

/// Whether a header is one of [`OWN_COLUMNS`].
pub fn is_own_column(header: &str) -> bool {
    let header = squashed(header);
    OWN_COLUMNS.iter().any(|own| squashed(own) == header)
}

/// The form in which names are compared.
fn squashed(name: &str) -> String {
    name.chars()
        // The byte order mark sticks to the first header of a table saved as "UTF-8 CSV".
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The canonical name behind a name as a sender writes it; `None` when it is no field.
pub fn canonical(name: &str) -> Option<&'static str> {
    static NAMES: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
        FIELDS
            .iter()
            .flat_map(|field| {
                std::iter::once(&field.name)
                    .chain(field.aliases)
                    .map(|name| (squashed(name), field.name))
            })
            .collect()
    });
    NAMES.get(&squashed(name)).copied()
}

/// A value as the sender wrote it, before any rule. `Debug` shows what it is, never the value.
#[derive(Clone, PartialEq, Eq)]
pub enum RawValue {
    Text(String),
    /// A number, in the sender's own digits. In a table it has already lost digits.
    Number(String),
    /// A list, an object or a boolean where a text belongs; holds the JSON type's name.
    Other(&'static str),
}

impl fmt::Debug for RawValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Number(_) => "Number(…)",
            Self::Other(kind) => return write!(f, "Other({kind})"),
        })
    }
}

impl RawValue {
    fn from_json(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Null => return None,
            Value::String(text) => Self::Text(text.clone()),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::Bool(_) => Self::Other("boolean"),
            Value::Array(_) => Self::Other("array"),
            Value::Object(_) => Self::Other("object"),
        })
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.trim().is_empty())
    }
}

/// A record as it was read: canonical lower-case field names, values as written.
///
/// Nested fields are flat: `sekolah.npsn`, `sekolah.nama`, `sekolah.kelas`,
/// `persetujuan.status`, `persetujuan.oleh`, `persetujuan.pada`. A null, an empty text and an
/// absent field are the same: not in `values`. Texts are trimmed, except `qr`, which is printed
/// byte for byte.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRecord {
    /// The row as the sender sees it, from 1: the line of a JSONL file, the element of an array,
    /// the line of a table, whose header is line 1.
    pub row: u32,
    /// Canonical name → value.
    pub values: BTreeMap<&'static str, RawValue>,
    /// Names that are no field of the contract and carry a value, as written up to
    /// [`LONGEST_NAME`]; no more than [`MOST_UNKNOWN`].
    pub unknown: Vec<String>,
    /// How many such names there are beyond those.
    pub unknown_more: usize,
    /// Fields given more than once under different names and with different values: `values`
    /// holds the first, and the record must not be used.
    pub twice: Vec<&'static str>,
}

/// The most unknown names that a record is told of: one of ten thousand rows must not fill the
/// memory with the names of its columns, nor one record with millions of them.
pub const MOST_UNKNOWN: usize = 50;

/// The most characters of an unknown name that are kept.
pub const LONGEST_NAME: usize = 100;

impl fmt::Debug for RawRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRecord")
            .field("row", &self.row)
            .field("fields", &self.values.keys())
            .finish_non_exhaustive()
    }
}

impl RawRecord {
    /// Reads a JSON object. `sekolah` and `persetujuan` may be objects; a plain value of theirs
    /// is the school's name and the approval's status, as in a table.
    pub fn from_json(row: u32, object: &Map<String, Value>) -> Self {
        let mut record = Self {
            row,
            ..Self::default()
        };
        for (name, value) in object {
            match value {
                Value::Object(inner) if is_nest(name) => {
                    for (key, value) in inner {
                        record.put_json(&format!("{name}.{key}"), value);
                    }
                }
                _ => record.put_json(name, value),
            }
        }
        record
    }

    fn put_json(&mut self, name: &str, value: &Value) {
        if let Some(value) = RawValue::from_json(value) {
            match canonical(name) {
                Some(field) => self.put(field, value),
                None => self.note_unknown(name, &value),
            }
        }
    }

    pub(super) fn put(&mut self, field: &'static str, value: RawValue) {
        if value.is_empty() {
            return;
        }
        let value = match value {
            RawValue::Text(text) if field != "qr" => RawValue::Text(text.trim().to_owned()),
            other => other,
        };
        match self.values.get(field) {
            None => {
                self.values.insert(field, value);
            }
            Some(first) if *first == value || self.twice.contains(&field) => {}
            Some(_) => self.twice.push(field),
        }
    }

    pub(super) fn note_unknown(&mut self, name: &str, value: &RawValue) {
        if value.is_empty() {
            return;
        }
        let name: String = name.chars().take(LONGEST_NAME).collect();
        if self.unknown.contains(&name) {
            return;
        }
        match self.unknown.len() < MOST_UNKNOWN {
            true => self.unknown.push(name),
            false => self.unknown_more += 1,
        }
    }
}

/// Whether an object of this name holds fields. Its name stands before each of theirs, so that it
/// must not be padded without end.
fn is_nest(name: &str) -> bool {
    name.len() <= LONGEST_NAME && matches!(squashed(name).as_str(), "sekolah" | "persetujuan")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::columns::Columns;
    use super::*;

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    fn from_json(value: &Value) -> RawRecord {
        RawRecord::from_json(1, value.as_object().unwrap())
    }

    #[test]
    fn no_name_stands_for_two_fields() {
        let mut seen = HashMap::new();
        for field in FIELDS {
            for name in std::iter::once(&field.name).chain(field.aliases) {
                assert_eq!(seen.insert(squashed(name), field.name), None, "{name}");
                assert_eq!(canonical(name), Some(field.name));
            }
        }
    }

    #[test]
    fn the_page_of_the_format_lists_every_field_with_its_aliases() {
        let page = include_str!("../../docs/record-format.md");
        let mut rows = page
            .lines()
            .skip_while(|line| !line.starts_with("| field | required |"))
            .take_while(|line| line.starts_with('|'))
            .skip(2);
        for field in FIELDS {
            let required = if field.required { "yes" } else { "no" };
            let aliases: Vec<_> = field
                .aliases
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            let cells = [
                "",
                &format!("`{}`", field.name),
                required,
                &aliases.join(", "),
            ];
            let row = rows.next().expect("the page has a row for each field");
            let found: Vec<_> = row.split('|').map(str::trim).take(4).collect();
            assert_eq!(found, cells);
        }
        assert_eq!(rows.next(), None, "a row names no field");
        for name in OWN_COLUMNS {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn names_are_matched_without_regard_to_case_spaces_and_underscores() {
        for name in ["NAMA_LGKP", " nama lgkp ", "Nama", "\u{feff}nama"] {
            assert_eq!(canonical(name), Some("nama"), "{name}");
        }
        for name in ["nama_panggilan", "", "n.ik"] {
            assert_eq!(canonical(name), None, "{name}");
        }
    }

    #[test]
    fn nested_objects_are_flat_and_empty_values_are_absent() {
        let record = from_json(&json!({
            "NIK": " 1 ", "no_kk": null, "nama": "  ", "rt": 3, "rw": true,
            "Sekolah": {"NPSN": "9", "kepala": "x"},
            "persetujuan": {"Status": "DISETUJUI"}, "hobi": "x", "kosong": "", "qr": " a ",
        }));
        let expected = [
            ("nik", text("1")),
            ("rt", RawValue::Number("3".into())),
            ("rw", RawValue::Other("boolean")),
            ("sekolah.npsn", text("9")),
            ("persetujuan.status", text("DISETUJUI")),
            ("qr", text(" a ")),
        ];
        assert!(record.values == BTreeMap::from(expected));
        assert_eq!(record.unknown, ["Sekolah.kepala", "hobi"]);
    }

    #[test]
    fn of_unknown_names_so_many_and_so_much_is_kept_as_a_person_reads() {
        let long = "x".repeat(5000);
        let headers: Vec<String> = (0..60).map(|number| format!("{number} {long}")).collect();
        let row = Columns::read(&headers).record(2, headers.iter().map(|_| text("x")));
        let keys = headers.iter().map(|name| (name.clone(), json!("x")));
        let object = from_json(&Value::Object(keys.collect()));
        for record in [row, object] {
            assert_eq!(record.unknown.len(), MOST_UNKNOWN);
            assert_eq!(record.unknown_more, 60 - MOST_UNKNOWN);
            let longest = record.unknown.iter().map(|name| name.chars().count()).max();
            assert_eq!(longest, Some(LONGEST_NAME));
        }
        let padded = format!("sekolah{}", "_".repeat(LONGEST_NAME));
        let record = from_json(&json!({ padded: {"a": "x", "b": "x"} }));
        assert!(record.unknown.is_empty());
        assert!(record.values["sekolah.nama"] == RawValue::Other("object"));
    }

    #[test]
    fn an_approval_that_is_no_object_is_never_overlooked() {
        let status =
            |value| from_json(&json!({"persetujuan": value})).values["persetujuan.status"].clone();
        assert!(status(json!("DITOLAK")) == text("DITOLAK"));
        assert!(status(json!(false)) == RawValue::Other("boolean"));
        assert!(status(json!([])) == RawValue::Other("array"));
    }

    #[test]
    fn two_columns_of_one_field_are_ambiguous_only_where_they_differ() {
        let columns = Columns::read(&["nama", "NAMA_LGKP"]);
        let record = |a, b| columns.record(1, [text(a), text(b)]);
        assert_eq!(record("BUDI", "BUDI ").twice, [""; 0]);
        assert_eq!(record("", "BUDI").twice, [""; 0]);
        assert!(record("", "BUDI").values["nama"] == text("BUDI"));
        assert_eq!(record("BUDI", "ANI").twice, ["nama"]);
        assert_eq!(
            from_json(&json!({"nama": "A", "NAMA": "B"})).twice,
            ["nama"]
        );
    }

    #[test]
    fn a_returned_table_may_be_dropped_again_and_its_columns_are_found() {
        let columns =
            Columns::read(&["NIK", " Nama Lgkp ", "KIA_STATUS", "kia_alasan", "Hobi", ""]);
        let record = columns.record(4, ["1", "A", "ditolak", "x", "bola", "y", "z"].map(text));
        assert_eq!(record.row, 4);
        assert_eq!(record.values.len(), 2);
        assert_eq!(record.unknown, ["Hobi", "kolom 6", "kolom 7"]);
        assert_eq!(columns.header_of("nama"), Some("Nama Lgkp"));
        assert_eq!(columns.header_of("Hobi"), Some("Hobi"));
        assert_eq!(columns.header_of("no_kk"), None);
        assert!(columns.any_known());
        assert!(!Columns::read(&["1702094503180003", "AISYAH"]).any_known());
    }

    #[test]
    fn who_and_when_mean_approved_unless_a_status_column_says_otherwise() {
        let status = |headers: &[&str], cells: &[&str]| {
            Columns::read(headers)
                .record(1, cells.iter().map(|cell| text(cell)))
                .values
                .get("persetujuan.status")
                .cloned()
        };
        let (who, when) = ("disetujui_oleh", "disetujui_pada");
        assert!(status(&[who, when], &["v-01", "2026-11-20"]) == Some(text("DISETUJUI")));
        assert!(status(&[who, when], &["v-01", ""]).is_none());
        let with_status = [who, when, "status"];
        assert!(status(&with_status, &["v-01", "2026-11-20", "DITOLAK"]) == Some(text("DITOLAK")));
        assert!(status(&with_status, &["v-01", "2026-11-20", ""]).is_none());
    }

    #[test]
    fn debug_shows_no_value() {
        let record = from_json(&json!({"nama": "AISYAH PUTRI", "nik": 1702094503180003_u64}));
        let shown = format!("{record:?} {:?}", record.values);
        assert!(
            !shown.contains("AISYAH") && !shown.contains("1702"),
            "{shown}"
        );
    }
}
