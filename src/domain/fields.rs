//! The fields of the contract: their names, aliases, and a record as it was read.

use std::collections::BTreeMap;

/// A value as the sender wrote it, before any rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawValue {
    /// Text.
    Text(String),
    /// A number, in the sender's own digits. In a table it has already lost digits.
    Number(String),
    /// A list, an object or a boolean where a text belongs; holds the JSON type's name.
    Other(&'static str),
}

/// A record as it was read: canonical lower-case field names, values as written.
///
/// Nested fields are flat: `sekolah.npsn`, `sekolah.nama`, `sekolah.kelas`,
/// `persetujuan.status`, `persetujuan.oleh`, `persetujuan.pada`. A null, an empty text and an
/// absent field are the same: not in `values`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawRecord {
    /// The row as the sender sees it, from 1: the line of a JSONL file, the element of an array,
    /// the line of a table below its header.
    pub row: u32,
    /// Canonical name → value.
    pub values: BTreeMap<&'static str, RawValue>,
    /// Names that are no field of the contract, as written.
    pub unknown: Vec<String>,
}
