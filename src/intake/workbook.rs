//! Workbooks (`.xlsx`) as schools really send them: title rows above the header, blank rows,
//! dates as dates, and NIKs that were stored as numbers.
//!
//! The file is an archive and is measured like one before it is read. A sheet is read cell by
//! cell, so that a lie about its size costs nothing.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, Xlsx, XlsxError};

use super::archive::Archive;
use super::read_error::ReadError;
use super::table::COLUMNS;
use super::{Limits, Mappings};
use crate::domain::columns::Columns;
use crate::domain::fields::{RawRecord, RawValue};
use crate::domain::mapping;
use crate::domain::rules;

/// The sheet of a returned workbook that shows every row; it is never read.
pub(super) const ALL_ROWS: &str = "Semua baris";

/// The sheet of records in a workbook.
pub(super) struct Sheet {
    /// The header cells as written.
    pub headers: Vec<String>,
    /// The header's row, from 1.
    pub header_row: u32,
    /// What the header cells mean.
    pub columns: Columns,
    /// The rows below the header that hold anything.
    pub lines: Vec<Line>,
}

/// One row below the header.
pub(super) struct Line {
    /// As the spreadsheet numbers it, from 1.
    pub row: u32,
    cells: Vec<Cell>,
}

/// A cell, with what decides whether it can be trusted.
#[derive(Clone, Default)]
struct Cell {
    value: Value,
    /// The value is what a formula gave when the file was saved.
    is_formula: bool,
}

#[derive(Clone, Default)]
enum Value {
    #[default]
    Empty,
    Text(String),
    Number(f64),
    /// Year, month and day, with the time where there is one, as the contract writes them.
    Date(String),
    Other(&'static str),
}

/// Cells of one row of a sheet, by its number from 0.
type Rows = BTreeMap<u32, Vec<Cell>>;

/// Rows from the top among which the header is looked for.
const HEADER_WITHIN: usize = 50;

impl Sheet {
    /// Reads the records of a workbook.
    pub fn read(bytes: &[u8], limits: &Limits, mappings: &Mappings) -> Result<Self, ReadError> {
        let candidates = candidates(bytes, limits, |headers| match mappings.find(headers) {
            Some(_) => usize::MAX,
            None => Columns::read(headers).known(),
        })?;
        let mut kept = candidates;
        // Lists for drop-down cells and cover sheets name a field or two, but hold no child.
        if kept.iter().any(|sheet| sheet.has_nik(mappings)) {
            kept.retain(|sheet| sheet.has_nik(mappings));
        }
        let mut kept = kept.into_iter();
        let Some(first) = kept.next() else {
            return Err(ReadError::refused(&rules::DROP_UNREADABLE, "header"));
        };
        let others: Vec<String> = kept.map(|sheet| sheet.name).collect();
        if !others.is_empty() {
            let names = format!("{}, {}", first.name, others.join(", "));
            return Err(ReadError::refused(&rules::WORKBOOK_SHEETS, &names));
        }
        Ok(first.sheet(mappings))
    }

    /// The sheet whose header looks most like one, known or not, for a person to map its columns.
    pub fn look(bytes: &[u8], limits: &Limits, mappings: &Mappings) -> Result<Self, ReadError> {
        let score = |headers: &[String]| match mappings.find(headers) {
            Some(_) => usize::MAX,
            None => {
                let suggested = mapping::suggest(headers);
                suggested.iter().filter(|s| s.field.is_some()).count()
            }
        };
        let best = candidates(bytes, limits, score)?
            .into_iter()
            .rev()
            .max_by_key(|sheet| sheet.score)
            .ok_or_else(|| ReadError::refused(&rules::DROP_UNREADABLE, "header"))?;
        Ok(best.sheet(mappings))
    }

    /// The record of a line.
    pub fn record(&self, line: &Line) -> RawRecord {
        self.columns.record(line.row, self.values(line))
    }

    /// The cells of a line as the rules see them.
    fn values<'a>(&'a self, line: &'a Line) -> impl Iterator<Item = RawValue> + 'a {
        let cells = line.cells.iter().enumerate();
        cells.map(|(index, cell)| cell.raw(self.columns.field(index)))
    }

    /// The cells of a line as they are shown to the sender again. What is no text stays none
    /// where a number has lost digits: writing it as a text would repair it in appearance only.
    pub fn shown(&self, line: &Line) -> Vec<RawValue> {
        let cells = line.cells.iter().enumerate();
        cells
            .map(|(index, cell)| {
                let of_number = is_number(self.columns.field(index));
                match &cell.value {
                    Value::Number(number) if of_number => RawValue::Number(plain(*number)),
                    Value::Number(number) => RawValue::Text(plain(*number)),
                    // What a formula gave there is not written as if somebody had typed it.
                    _ if cell.is_formula && of_number => RawValue::Text(String::new()),
                    Value::Text(text) | Value::Date(text) => RawValue::Text(text.clone()),
                    Value::Other(_) | Value::Empty => RawValue::Text(String::new()),
                }
            })
            .collect()
    }
}

/// A sheet with a row that may be its header.
struct Candidate {
    name: String,
    score: usize,
    header_row: u32,
    headers: Vec<String>,
    rows: Rows,
}

impl Candidate {
    fn has_nik(&self, mappings: &Mappings) -> bool {
        let columns = Columns::mapped(&self.headers, mappings.find(&self.headers));
        columns.index_of("nik").is_some()
    }

    fn sheet(self, mappings: &Mappings) -> Sheet {
        let columns = Columns::mapped(&self.headers, mappings.find(&self.headers));
        let width = self.headers.len();
        let below = self
            .rows
            .into_iter()
            .filter(|(row, _)| *row > self.header_row);
        let lines = below.filter_map(|(row, mut cells)| {
            if cells.iter().all(Cell::is_empty) {
                return None;
            }
            cells.resize_with(cells.len().max(width), Cell::default);
            Some(Line {
                row: row + 1,
                cells,
            })
        });
        Sheet {
            columns,
            header_row: self.header_row + 1,
            lines: lines.collect(),
            headers: self.headers,
        }
    }
}

/// The sheets with a row near the top that `score` gives more than nothing, each with its best,
/// the upper of equals.
fn candidates(
    bytes: &[u8],
    limits: &Limits,
    score: impl Fn(&[String]) -> usize,
) -> Result<Vec<Candidate>, ReadError> {
    let sheets = sheets(bytes, limits)?;
    if sheets.iter().all(|(_, rows)| rows.is_empty()) {
        return Err(ReadError::refused(&rules::DROP_EMPTY, ""));
    }
    let mut found = Vec::new();
    for (name, rows) in sheets {
        let mut best: Option<(usize, u32, Vec<String>)> = None;
        for (row, cells) in rows.iter().take(HEADER_WITHIN) {
            let mut headers: Vec<String> = cells.iter().map(Cell::header).collect();
            while headers.last().is_some_and(String::is_empty) {
                headers.pop();
            }
            let points = score(&headers);
            if points > best.as_ref().map_or(0, |best| best.0) {
                best = Some((points, *row, headers));
            }
        }
        if let Some((score, header_row, headers)) = best {
            found.push(Candidate {
                name,
                score,
                header_row,
                headers,
                rows,
            });
        }
    }
    Ok(found)
}

/// Every sheet of a workbook that was measured before.
fn sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Rows)>, ReadError> {
    // A workbook with a password is no archive but an older container, as `.xls` is.
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ReadError::refused(&rules::ARCHIVE_LOCKED, ""));
    }
    prove(bytes, limits)?;
    // The reader was not made for hostile files alone: a panic in it is this file's fault.
    let read = catch_unwind(AssertUnwindSafe(|| read_sheets(bytes, limits)));
    read.unwrap_or_else(|_| Err(unreadable()))
}

/// Measures the archive and what its texts claim to be.
fn prove(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    let archive = Archive::measured(Cursor::new(bytes), limits, limits.workbook_bytes)?;
    let strings = archive.contents("sharedstrings.xml")?;
    // The reader makes room for as many texts as the file says it holds. Texts in UTF-16 would
    // hide the number, and no program writes them.
    let key = b"uniqueCount";
    let claims = memchr::memmem::find_iter(&strings, key).map(|at| {
        let after = strings[at + key.len()..].iter();
        let sign = |byte: &&u8| byte.is_ascii_whitespace() || b"='\"+".contains(byte);
        let digits = after
            .skip_while(sign)
            .take_while(|byte| byte.is_ascii_digit());
        digits.fold(0_u64, |sum, digit| {
            sum.saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        })
    });
    let lies = claims.max().is_some_and(|most| most > strings.len() as u64);
    match lies || memchr::memchr(0, &strings).is_some() {
        true => Err(ReadError::refused(&rules::ARCHIVE_BOMB, "sharedStrings")),
        false => Ok(()),
    }
}

fn read_sheets(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Rows)>, ReadError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(wrong)?;
    let sheets = book.sheets_metadata().iter();
    let names: Vec<String> = sheets
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.name != ALL_ROWS)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut found = Vec::new();
    let mut room = Room {
        cells: limits.sheet_cells,
        text: limits.file_bytes,
        bytes: limits.workbook_bytes,
    };
    for name in names {
        let rows = rows(&mut book, &name, limits, &mut room)?;
        found.push((name, rows));
    }
    Ok(found)
}

/// What the sheets of a workbook may still take up together. A text that many cells share is
/// copied for each of them, and a cell far to the right makes empty ones before it: the size of
/// the file says nothing of either.
struct Room {
    cells: usize,
    /// Bytes of text, as of a table that is no workbook.
    text: u64,
    bytes: u64,
}

impl Room {
    fn take_text(&mut self, bytes: usize) -> Result<(), ReadError> {
        let left = self.text.checked_sub(bytes as u64);
        self.text = left.ok_or_else(|| too_much("bytes"))?;
        Ok(())
    }

    fn take_bytes(&mut self, bytes: usize) -> Result<(), ReadError> {
        let left = self.bytes.checked_sub(bytes as u64);
        self.bytes = left.ok_or_else(|| too_much("bytes"))?;
        Ok(())
    }

    fn take_cell(&mut self) -> Result<(), ReadError> {
        self.cells = self.cells.checked_sub(1).ok_or_else(|| too_much("cells"))?;
        Ok(())
    }
}

fn too_much(what: &str) -> ReadError {
    ReadError::refused(&rules::DROP_LIMITS, what)
}

fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    limits: &Limits,
    room: &mut Room,
) -> Result<Rows, ReadError> {
    let mut rows = Rows::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(wrong)?;
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(wrong)? {
        room.take_text(text_bytes(&cell.value))?;
        let value = Value::of(&cell.value);
        if matches!(value, Value::Empty) {
            continue;
        }
        room.take_cell()?;
        let (row, column) = cell.pos;
        let column = usize::try_from(column).map_err(|_| too_much("columns"))?;
        if column >= COLUMNS {
            return Err(too_much("columns"));
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            room.take_bytes((column + 1 - cells.len()) * size_of::<Cell>())?;
            cells.resize_with(column + 1, Cell::default);
        }
        cells[column] = Cell {
            value,
            is_formula: cell.formula.is_some(),
        };
        if rows.len() > limits.records.saturating_add(HEADER_WITHIN) {
            return Err(too_much(&format!("> {}", limits.records)));
        }
    }
    Ok(rows)
}

/// Bytes of a cell's text.
fn text_bytes(data: &DataRef<'_>) -> usize {
    match data {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.len()
        }
        DataRef::SharedString(text) => text.len(),
        _ => 0,
    }
}

impl Value {
    fn of(data: &DataRef<'_>) -> Self {
        match data {
            DataRef::Empty => Self::Empty,
            DataRef::String(text) => Self::text(text),
            DataRef::SharedString(text) => Self::text(text),
            DataRef::Int(number) => Self::Number(*number as f64),
            DataRef::Float(number) => Self::Number(*number),
            DataRef::DateTime(moment) if moment.is_datetime() => {
                let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
                Self::Date(match (hour, minute, second) {
                    (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
                    _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
                })
            }
            DataRef::DateTimeIso(text) => match text.split_once('T') {
                Some((day, "00:00:00")) => Self::Date(day.to_owned()),
                Some((day, time)) => Self::Date(format!("{day} {time}")),
                None => Self::Date(text.clone()),
            },
            DataRef::DateTime(_) | DataRef::DurationIso(_) => Self::Other("time"),
            DataRef::Bool(_) => Self::Other("boolean"),
            DataRef::Error(_) => Self::Other("#N/A"),
        }
    }

    fn text(text: &str) -> Self {
        match text.trim().is_empty() {
            true => Self::Empty,
            false => Self::Text(text.to_owned()),
        }
    }
}

impl Cell {
    fn is_empty(&self) -> bool {
        matches!(self.value, Value::Empty)
    }

    /// As a header: on one line, since headers in print are often broken by hand.
    fn header(&self) -> String {
        match &self.value {
            Value::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Value::Number(number) => plain(*number),
            Value::Date(text) => text.clone(),
            Value::Empty | Value::Other(_) => String::new(),
        }
    }

    fn raw(&self, field: Option<&'static str>) -> RawValue {
        if self.is_formula && is_number(field) {
            return RawValue::Other("formula");
        }
        match &self.value {
            Value::Empty => RawValue::Text(String::new()),
            Value::Text(text) => RawValue::Text(text.clone()),
            Value::Number(number) => RawValue::Number(plain(*number)),
            Value::Date(text) if is_number(field) => RawValue::Number(text.clone()),
            Value::Date(text) if field.is_none() || is_date(field) => RawValue::Text(text.clone()),
            // A spreadsheet that takes `2-A` or `003/001` for a date has lost what was typed.
            Value::Date(_) => RawValue::Other("date"),
            Value::Other(kind) => RawValue::Other(kind),
        }
    }
}

/// The fields whose digits a number loses.
fn is_number(field: Option<&str>) -> bool {
    matches!(field, Some("nik" | "no_kk"))
}

fn is_date(field: Option<&str>) -> bool {
    matches!(
        field,
        Some("tanggal_lahir" | "berlaku_hingga" | "persetujuan.pada")
    )
}

/// A number as a person would type it.
fn plain(number: f64) -> String {
    number.to_string()
}

fn unreadable() -> ReadError {
    ReadError::refused(&rules::ARCHIVE_UNREADABLE, "")
}

fn wrong(error: XlsxError) -> ReadError {
    match error {
        XlsxError::Password => ReadError::refused(&rules::ARCHIVE_LOCKED, ""),
        _ => unreadable(),
    }
}

/// Whether a path names a workbook that is taken.
pub(super) fn is_workbook(path: &Path) -> bool {
    super::paths::extension(path) == "xlsx"
}

#[cfg(test)]
mod tests;
