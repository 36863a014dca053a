//! XLSX, row by row.

use std::io::{Seek, Write};

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::Cell;

/// Rows in one sheet, below what a workbook may hold (1,048,576 with the head).
const LIMIT: u32 = 1_000_000;

/// How wide the columns are, in characters.
const WIDTH: f64 = 18.0;

/// Writes rows as they come; they wait in a temporary file, never in memory. A workbook that
/// grows past one sheet goes on in the next.
pub struct XlsxRows {
    book: Workbook,
    name: String,
    heads: Vec<String>,
    /// Rows that a sheet takes below its head.
    limit: u32,
    sheets: usize,
    /// Sheets of the table that is being written.
    parts: u32,
    /// Rows in the last sheet, its head not counted.
    rows: u32,
    text: Format,
    head: Format,
    count: Format,
    percent: Format,
}

impl XlsxRows {
    /// Begins a sheet of this name with the heads.
    ///
    /// # Errors
    /// When the name is no sheet's: over 31 characters, or with one of `[]:*?/\`.
    pub fn new(name: &str, heads: &[&str]) -> Result<Self, XlsxError> {
        Self::with_limit(name, heads, LIMIT)
    }

    /// The same with so many rows in a sheet.
    pub(super) fn with_limit(name: &str, heads: &[&str], limit: u32) -> Result<Self, XlsxError> {
        let mut rows = Self {
            book: Workbook::new(),
            name: name.to_owned(),
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
            limit,
            sheets: 0,
            parts: 0,
            rows: 0,
            text: Format::new().set_quote_prefix(),
            head: Format::new().set_bold().set_quote_prefix(),
            count: Format::new().set_num_format("#,##0"),
            percent: Format::new().set_num_format("0.00%"),
        };
        rows.begin()?;
        Ok(rows)
    }

    fn begin(&mut self) -> Result<(), XlsxError> {
        self.sheets += 1;
        self.parts += 1;
        self.rows = 0;
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        match self.parts {
            1 => sheet.set_name(&self.name)?,
            n => sheet.set_name(format!("{} {n}", self.name))?,
        };
        sheet.set_freeze_panes(1, 0)?;
        for (column, head) in (0..).zip(&self.heads) {
            sheet.set_column_width(column, WIDTH)?;
            sheet.write_string_with_format(0, column, head, &self.head)?;
        }
        Ok(())
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a text is over 32,767 characters, or the temporary file cannot be written.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        if self.rows == self.limit {
            self.begin()?;
        }
        self.rows += 1;
        let row = self.rows;
        let sheet: &mut Worksheet = self.book.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => {
                    sheet.write_string_with_format(row, column, text, &self.text)?;
                }
                Cell::Count(count) => {
                    sheet.write_number_with_format(row, column, *count as f64, &self.count)?;
                }
                Cell::Percent(percent) => {
                    let share = percent.value() / 100.0;
                    sheet.write_number_with_format(row, column, share, &self.percent)?;
                }
            }
        }
        Ok(())
    }

    /// Begins another table on a sheet of its own.
    ///
    /// # Errors
    /// As [`XlsxRows::new`].
    pub fn table(&mut self, name: &str, heads: &[&str]) -> Result<(), XlsxError> {
        self.name = name.to_owned();
        self.heads = heads.iter().map(|head| (*head).to_owned()).collect();
        self.parts = 0;
        self.begin()
    }

    /// Writes the workbook.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, to: impl Write + Seek + Send) -> Result<(), XlsxError> {
        self.book.save_to_writer(to)
    }
}
