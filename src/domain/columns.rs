//! The header line of a table: which column holds which field.

use super::fields::{FIELDS, RawRecord, RawValue, canonical, is_own_column};
use super::mapping::{Mapping, Target};

/// What a column of a table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Field(&'static str),
    /// The station's own, or one that a mapping says to leave.
    Passed,
    Unknown,
}

/// The columns of a table, read from its header line.
#[derive(Debug, Clone)]
pub struct Columns {
    columns: Vec<(String, Column)>,
    /// What a mapping gives every row that says nothing of the field.
    constants: Vec<(&'static str, String)>,
    approval_is_implied: bool,
}

impl Columns {
    /// Reads a header line. Columns that a returned table carries from the station
    /// ([`super::fields::OWN_COLUMNS`]) are passed over.
    pub fn read<S: AsRef<str>>(headers: &[S]) -> Self {
        Self::mapped(headers, None)
    }

    /// Reads a header line of which a person has said what the columns stand for. What the
    /// mapping does not speak of is read as without it.
    pub fn mapped<S: AsRef<str>>(headers: &[S], mapping: Option<&Mapping>) -> Self {
        let columns: Vec<_> = headers
            .iter()
            .map(|header| {
                let written = header.as_ref().trim_start_matches('\u{feff}').trim();
                let said = mapping.and_then(|mapping| mapping.target(written));
                let column = match (said, canonical(written)) {
                    (Some(Target::Field(field)), _) | (None, Some(field)) => Column::Field(field),
                    (Some(Target::Ignored), _) => Column::Passed,
                    (None, None) if is_own_column(written) => Column::Passed,
                    (None, None) => Column::Unknown,
                };
                (written.to_owned(), column)
            })
            .collect();
        let has_status = columns
            .iter()
            .any(|(_, column)| *column == Column::Field("persetujuan.status"));
        let constants = mapping.into_iter().flat_map(Mapping::constants);
        Self {
            columns,
            constants: constants
                .map(|(field, value)| (field, value.to_owned()))
                .collect(),
            approval_is_implied: !has_status,
        }
    }

    /// Reads one line of the table. Who approved and when, in a table without a status column,
    /// means approved; where there is such a column, each row must say so itself.
    ///
    /// A cell beyond the last header is unknown, and named by its column's number.
    pub fn record(&self, row: u32, cells: impl IntoIterator<Item = RawValue>) -> RawRecord {
        let mut record = RawRecord {
            row,
            ..RawRecord::default()
        };
        for (index, cell) in cells.into_iter().enumerate() {
            match self.columns.get(index) {
                Some((_, Column::Field(field))) => record.put(field, cell),
                Some((_, Column::Passed)) => {}
                Some((written, Column::Unknown)) if !written.is_empty() => {
                    record.note_unknown(written, &cell);
                }
                _ => record.note_unknown(&format!("kolom {}", index + 1), &cell),
            }
        }
        for (field, value) in &self.constants {
            if !record.values.contains_key(field) {
                record.put(field, RawValue::Text(value.clone()));
            }
        }
        let given = |field| record.values.contains_key(field);
        if self.approval_is_implied && given("persetujuan.oleh") && given("persetujuan.pada") {
            record.put("persetujuan.status", RawValue::Text("DISETUJUI".to_owned()));
        }
        record
    }

    /// The sender's own header for a field, as written, so that its cell can be marked; the
    /// first one where several columns hold the field. Takes what [`super::rules::Problem`]
    /// calls the field: a canonical name, an alias, or the name of an unknown column.
    pub fn header_of(&self, field: &str) -> Option<&str> {
        let index = self.index_of(field)?;
        self.columns.get(index).map(|(written, _)| written.as_str())
    }

    /// The place from 0 of the column that [`Columns::header_of`] names.
    pub fn index_of(&self, field: &str) -> Option<usize> {
        let wanted = canonical(field);
        self.columns
            .iter()
            .position(|(written, column)| match (column, wanted) {
                (Column::Field(held), Some(wanted)) => *held == wanted,
                (_, None) => written == field && !written.is_empty(),
                _ => false,
            })
    }

    /// The field that the column at this place from 0 holds.
    pub fn field(&self, index: usize) -> Option<&'static str> {
        match self.columns.get(index) {
            Some((_, Column::Field(field))) => Some(field),
            _ => None,
        }
    }

    /// The required fields that no column and no constant gives.
    pub fn missing(&self) -> Vec<&'static str> {
        let given = |name| {
            let constant = self.constants.iter().any(|(field, _)| *field == name);
            constant || self.index_of(name).is_some()
        };
        let required = FIELDS.iter().filter(|field| field.required);
        let names = required.map(|field| field.name);
        names.filter(|name| !given(name)).collect()
    }

    /// Whether any column holds a field of the contract. A table of which none does has lost its
    /// header line, and what stands there instead may be a child's data.
    pub fn any_known(&self) -> bool {
        self.known() > 0
    }

    /// How many columns hold a field of the contract.
    pub fn known(&self) -> usize {
        let columns = self.columns.iter();
        columns
            .filter(|(_, column)| matches!(column, Column::Field(_)))
            .count()
    }
}
