//! The forms that records are written in.

use std::ffi::OsStr;

/// How the records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Single,
    Lines,
    Array,
    Table,
    Sheet,
}

/// Whether a name is that of a batch's records, and in which form.
pub(super) fn is_records(name: &OsStr) -> Option<Form> {
    match name.to_str()?.to_ascii_lowercase().as_str() {
        "records.jsonl" => Some(Form::Lines),
        "records.json" => Some(Form::Array),
        "records.csv" => Some(Form::Table),
        "records.xlsx" => Some(Form::Sheet),
        _ => None,
    }
}
