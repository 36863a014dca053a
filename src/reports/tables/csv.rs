//! CSV, row by row.

use std::borrow::Cow;
use std::io::Write;

use super::{Cell, harmless};

/// Writes rows as they come: UTF-8, commas, a line of heads.
pub struct CsvRows<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> CsvRows<W> {
    /// Begins with the heads.
    ///
    /// # Errors
    /// When `to` refuses, as all that follow.
    pub fn new(to: W, heads: &[&str]) -> csv::Result<Self> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(heads.iter().map(|head| harmless(head).into_owned()))?;
        Ok(Self { writer })
    }

    /// Adds a row as long as the heads.
    ///
    /// # Errors
    /// When it is of another length, or cannot be written.
    pub fn row(&mut self, cells: &[Cell]) -> csv::Result<()> {
        self.writer.write_record(cells.iter().map(|cell| {
            match cell {
                Cell::Empty => Cow::Borrowed(""),
                Cell::Text(text) => harmless(text),
                Cell::Count(count) => Cow::Owned(count.to_string()),
                Cell::Percent(percent) => Cow::Owned(percent.value().to_string()),
            }
            .into_owned()
        }))
    }

    /// Writes what is still held.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}
