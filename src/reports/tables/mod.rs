//! Tables for spreadsheets and the terminal: cells in, CSV, XLSX or text out.
//!
//! Values come from senders, and a spreadsheet runs a cell that begins like a formula. Whatever is
//! written through here is text that stays text: in CSV by the apostrophe of OWASP's *CSV
//! injection*, in XLSX by the cell's type and the mark that a typed apostrophe would leave, so
//! that the value itself is whole. This is the one place where that is done.

mod csv;
mod text;
mod xlsx;

use std::borrow::Cow;

use serde::Serialize;

pub use csv::CsvRows;
pub use xlsx::XlsxRows;

use crate::domain::figures::{Percent, grouped};

/// A table that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the CSV cannot be written")]
    Csv(#[from] ::csv::Error),
    #[error("the XLSX cannot be written")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("the table cannot be written")]
    Io(#[from] std::io::Error),
}

/// The value of one cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    Empty,
    /// Text. Numbers that are names, such as a NIK, are text: a spreadsheet cuts off what goes
    /// past fifteen digits.
    Text(String),
    Count(i64),
    Percent(Percent),
}

impl Cell {
    pub fn count(count: u64) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Text, where there is any.
    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Count(count) => grouped(*count),
            Self::Percent(percent) => percent.to_string(),
        }
    }

    /// Whether it stands at the right of its column.
    pub const fn is_number(&self) -> bool {
        matches!(self, Self::Count(_) | Self::Percent(_))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<Percent>> for Cell {
    fn from(percent: Option<Percent>) -> Self {
        percent.map_or(Self::Empty, Self::Percent)
    }
}

/// A table with what explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    /// A short name, as the tab of a sheet: at most 28 letters.
    pub name: &'static str,
    /// What it is called, in Indonesian.
    pub title: String,
    /// The heads of its columns.
    pub heads: Vec<&'static str>,
    /// Its rows, each as long as the heads.
    pub rows: Vec<Vec<Cell>>,
    /// What is counted, in one sentence of Indonesian and of English.
    pub note: [String; 2],
}

impl Table {
    /// The note as a last row, with an empty one before it.
    fn note_rows(&self) -> [Vec<Cell>; 2] {
        let empty = vec![Cell::Empty; self.heads.len()];
        let mut note = empty.clone();
        let [indonesian, english] = &self.note;
        if let Some(first) = note.first_mut() {
            *first = Cell::Text(format!("{indonesian} ({english})"));
        }
        [empty, note]
    }
}

/// Writes tables as CSV, one below the other with an empty line between.
///
/// # Errors
/// When `to` refuses.
pub fn write_csv(tables: &[Table], mut to: impl std::io::Write) -> Result<(), ExportError> {
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            writeln!(to)?;
        }
        let mut rows = CsvRows::new(&mut to, &table.heads)?;
        for row in table.rows.iter().chain(&table.note_rows()) {
            rows.row(row)?;
        }
        rows.finish()?;
    }
    Ok(())
}

/// Writes tables as a workbook, each on a sheet of its own.
///
/// # Errors
/// When `to` refuses, or two tables have one name.
pub fn write_xlsx(
    tables: &[Table],
    to: impl std::io::Write + std::io::Seek + Send,
) -> Result<(), ExportError> {
    let mut book: Option<XlsxRows> = None;
    for table in tables {
        match &mut book {
            None => book = Some(XlsxRows::new(table.name, &table.heads)?),
            Some(book) => book.table(table.name, &table.heads)?,
        }
        if let Some(book) = &mut book {
            for row in table.rows.iter().chain(&table.note_rows()) {
                book.row(row)?;
            }
        }
    }
    Ok(book.map_or(Ok(()), |book| book.finish(to))?)
}

/// The text, with an apostrophe before it where a spreadsheet would run it as a formula (OWASP,
/// *CSV injection*; the full-width signs are formulas to some).
pub fn harmless(text: &str) -> Cow<'_, str> {
    let runs = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(runs) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};

    use super::*;

    const EVIL: [&str; 11] = [
        "=1+1", "+SUM(1)", "-2+3", "@A1", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1",
    ];

    fn row(text: &str) -> [Cell; 3] {
        [
            Cell::from(text),
            Cell::Count(-7),
            Cell::from(Percent::of(1, 3)),
        ]
    }

    #[test]
    fn a_name_that_would_be_a_formula_is_text_in_csv() {
        let mut out = Vec::new();
        let mut rows = CsvRows::new(&mut out, &["=kepala", "n", "%"]).unwrap();
        for text in EVIL {
            rows.row(&row(text)).unwrap();
        }
        rows.row(&row("SITI, \"ANI\"")).unwrap();
        rows.finish().unwrap();
        let mut read = ::csv::Reader::from_reader(out.as_slice());
        assert_eq!(&read.headers().unwrap()[0], "'=kepala");
        let read: Vec<::csv::StringRecord> = read.records().map(Result::unwrap).collect();
        for (record, text) in read.iter().zip(EVIL) {
            assert_eq!(&record[0], format!("'{text}"));
            assert_eq!((&record[1], &record[2]), ("-7", "33.33"));
        }
        assert_eq!(&read[EVIL.len()][0], "SITI, \"ANI\"");
    }

    #[test]
    fn in_a_workbook_it_is_a_text_cell_with_its_value_whole_and_a_nik_keeps_its_digits() {
        let mut rows = XlsxRows::new("Daftar", &["nama", "n", "%"]).unwrap();
        for text in EVIL.into_iter().chain(["1702190503180001"]) {
            rows.row(&row(text)).unwrap();
        }
        let mut out = Cursor::new(Vec::new());
        rows.finish(&mut out).unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(out).unwrap();
        let formulas = book.worksheet_formula("Daftar").unwrap();
        assert!(
            formulas
                .used_cells()
                .all(|(.., formula)| formula.is_empty())
        );
        let sheet = book.worksheet_range("Daftar").unwrap();
        for (at, text) in (1..).zip(EVIL.into_iter().chain(["1702190503180001"])) {
            let cell = |column| sheet.get_value((at, column)).unwrap();
            match cell(0) {
                // XML folds a carriage return into a line feed.
                Data::String(read) => {
                    assert_eq!(read.replace('\r', "\n"), text.replace('\r', "\n"))
                }
                other => panic!("{text:?} is {other:?}"),
            }
            assert_eq!(cell(1), &Data::Float(-7.0));
            assert!(matches!(cell(2), Data::Float(share) if (share - 0.3333).abs() < 1e-9));
        }
    }

    #[test]
    fn rows_past_what_one_sheet_holds_go_on_in_the_next_with_the_same_head() {
        let mut rows = XlsxRows::with_limit("Daftar", &["n"], 3).unwrap();
        for n in 0..7 {
            rows.row(&[Cell::Count(n)]).unwrap();
        }
        let mut out = Cursor::new(Vec::new());
        rows.finish(&mut out).unwrap();
        let mut book: Xlsx<_> = open_workbook_from_rs(out).unwrap();
        assert_eq!(book.sheet_names(), ["Daftar", "Daftar 2", "Daftar 3"]);
        let mut read = Vec::new();
        for name in book.sheet_names() {
            let sheet = book.worksheet_range(&name).unwrap();
            assert_eq!(sheet.get_value((0, 0)), Some(&Data::String("n".into())));
            read.extend(sheet.rows().skip(1).map(|row| row[0].clone()));
        }
        let wanted: Vec<Data> = (0..7).map(|n| Data::Float(f64::from(n))).collect();
        assert_eq!(read, wanted);
    }
}
