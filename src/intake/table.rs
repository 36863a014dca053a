//! CSV as offices save it: any of three delimiters, quotes, a byte order mark, CRLF.

use csv::WriterBuilder;
use csv_core::ReadRecordResult;

use super::mappings::Mappings;
use super::report::{Report, Told};
use crate::domain::columns::Columns;
use crate::domain::fields::{OWN_COLUMNS, RawRecord, RawValue, canonical, is_own_column};

/// The most columns of a table; what stands further out is no part of a table of children.
pub(super) const COLUMNS: usize = 256;

/// A table cut into cells.
pub(super) struct Table<'a> {
    text: &'a str,
    delimiter: u8,
    /// The header cells as written.
    pub headers: Vec<String>,
    /// What the header cells mean.
    pub columns: Columns,
}

/// One line below the header.
pub(super) struct Line {
    /// As a spreadsheet numbers it: the header is 1.
    pub row: u32,
    pub cells: Vec<String>,
    /// A quote that is not closed has made other rows part of this one.
    pub swallows: bool,
}

impl<'a> Table<'a> {
    /// Reads the header line of a text without byte order mark; `None` without one.
    pub fn new(text: &'a str, mappings: &Mappings) -> Option<Self> {
        let delimiter = sniff(text);
        let headers = Records::new(text, delimiter).next()?.cells;
        let columns = Columns::mapped(&headers, mappings.find(&headers));
        Some(Self {
            text,
            delimiter,
            headers,
            columns,
        })
    }

    /// The lines below the header, without those that hold nothing.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        let (mut row, mut is_header) = (0, true);
        Records::new(self.text, self.delimiter).filter_map(move |record| {
            row += 1 + blank_lines(self.text.as_bytes(), record.start);
            let cells = record.cells;
            if std::mem::take(&mut is_header) || cells.iter().all(|cell| cell.trim().is_empty()) {
                return None;
            }
            let whole = &self.text[record.start..record.end];
            Some(Line {
                row,
                swallows: has_line_break(&cells) && self.holds_rows(whole),
                cells,
            })
        })
    }

    /// Whether a record that holds line breaks holds whole rows: a line after its first that falls
    /// into as many cells as the header does.
    fn holds_rows(&self, record: &str) -> bool {
        let mut lines = record
            .split(['\n', '\r'])
            .filter(|line| !line.trim().is_empty());
        lines.next();
        lines.any(|line| {
            let delimiters = line.bytes().filter(|byte| *byte == self.delimiter);
            delimiters.count() + 1 >= self.headers.len()
        })
    }

    /// The record of a line, or why its cells cannot be trusted.
    pub fn record(&self, line: &Line) -> Result<RawRecord, String> {
        if has_line_break(&line.cells) {
            return Err("\"…".to_owned());
        }
        if line.cells.len() != self.headers.len() {
            return Err(format!("{} ≠ {}", line.cells.len(), self.headers.len()));
        }
        // A CSV cell has no type: all are text, and the rules look for digits that were lost.
        let cells = line.cells.iter().map(|cell| unguarded(cell).to_owned());
        Ok(self.columns.record(line.row, cells.map(RawValue::Text)))
    }

    /// The row number and cells of every line, for another kind of table.
    pub fn shown(&self) -> impl Iterator<Item = (u32, Vec<RawValue>)> {
        let text = |cell: &String| RawValue::Text(unguarded(cell).to_owned());
        self.lines()
            .map(move |line| (line.row, line.cells.iter().map(text).collect()))
    }

    /// The table with what became of each line in three columns at the end. Columns left by an
    /// earlier return are replaced.
    pub fn marked(&self, report: &Report) -> Vec<u8> {
        let blocks = report.blocks_by_row();
        let kept: Vec<bool> = self
            .headers
            .iter()
            .map(|header| !is_own_column(header))
            .collect();
        let width = kept.iter().filter(|kept| **kept).count();
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(BOM.to_vec());
        let mut write = |cells: &[String], own: [&str; 3]| {
            let mut out: Vec<String> = cells
                .iter()
                .enumerate()
                .filter(|(index, _)| kept.get(*index).copied().unwrap_or(true))
                .map(|(_, cell)| guarded(unguarded(cell)))
                .collect();
            out.resize(out.len().max(width), String::new());
            out.extend(own.map(guarded));
            writer
                .write_record(&out)
                .expect("writing to memory does not fail");
        };
        let [status, column, reason, ..] = OWN_COLUMNS;
        write(&self.headers, [status, column, reason]);
        for line in self.lines() {
            let blocks = blocks.get(&line.row).map_or(&[][..], Vec::as_slice);
            let told = Told::new(&self.columns, blocks);
            write(&line.cells, [told.status, &told.columns, &told.pesan]);
        }
        writer.into_inner().unwrap_or_default()
    }
}

fn has_line_break(cells: &[String]) -> bool {
    cells.iter().any(|cell| cell.contains(['\n', '\r']))
}

/// The UTF-8 byte order mark; without it spreadsheets take a CSV for the local code page.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// UTF-8 with or without byte order mark.
pub(super) fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes.strip_prefix(BOM).unwrap_or(bytes)).ok()
}

/// A text cut into records of at most one cell more than [`COLUMNS`], so that a line that is too
/// wide shows it and costs no more than others.
struct Records<'a> {
    text: &'a str,
    at: usize,
    reader: csv_core::Reader,
    content: Vec<u8>,
}

/// One record, which may span lines.
struct Record {
    /// Where it begins and ends in the text, with the empty lines before it.
    start: usize,
    end: usize,
    cells: Vec<String>,
}

impl<'a> Records<'a> {
    fn new(text: &'a str, delimiter: u8) -> Self {
        Self {
            text,
            at: 0,
            reader: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            content: vec![0; 1 << 10],
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let start = self.at;
        let mut ends = [0; COLUMNS + 1];
        let (mut written, mut cells) = (0, 0);
        loop {
            // What is too wide is read past into a room that is used again and again.
            let mut beyond = ([0; 1 << 10], [0; 1 << 6]);
            let is_wide = cells == ends.len();
            let (content, ends_left) = match is_wide {
                true => (&mut beyond.0[..], &mut beyond.1[..]),
                false => (&mut self.content[written..], &mut ends[cells..]),
            };
            let input = &self.text.as_bytes()[self.at..];
            let (result, read, put, ended) = self.reader.read_record(input, content, ends_left);
            self.at += read;
            if !is_wide {
                written += put;
                cells += ended;
            }
            match result {
                ReadRecordResult::OutputFull if !is_wide => {
                    self.content.resize(self.content.len() * 2, 0);
                }
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        let starts = std::iter::once(0).chain(ends);
        let cell = |(from, to): (usize, usize)| String::from_utf8_lossy(&self.content[from..to]);
        let cells = starts.zip(ends).take(cells).map(cell);
        Some(Record {
            start,
            end: self.at,
            cells: cells.map(Into::into).collect(),
        })
    }
}

/// The delimiter under which the header line names the most fields of the contract, and falls
/// into the most cells where a school has names of its own.
fn sniff(text: &str) -> u8 {
    let fields = |delimiter: u8| {
        let header = Records::new(text, delimiter).next();
        let header = header.map_or(Vec::new(), |header| header.cells);
        let known = header.iter().filter_map(|cell| canonical(cell));
        (known.count(), header.len())
    };
    // The last of equals wins: a comma for a table of one column.
    [b'\t', b';', b',']
        .into_iter()
        .max_by_key(|&delimiter| fields(delimiter))
        .unwrap_or(b',')
}

/// Empty lines at the start of a record, which the reader passes over and a spreadsheet numbers.
fn blank_lines(bytes: &[u8], start: usize) -> u32 {
    let mut at = start;
    // The second half of the line end before.
    if at > 0 && bytes.get(at - 1) == Some(&b'\r') && bytes.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut lines = 0;
    while let Some(byte @ (b'\r' | b'\n')) = bytes.get(at) {
        at += 1 + usize::from(*byte == b'\r' && bytes.get(at + 1) == Some(&b'\n'));
        lines += 1;
    }
    lines
}

/// Whether a spreadsheet would run the cell as a formula. A sign alone, as in an unknown blood
/// group, is text there.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.chars().nth(1).is_some()
}

/// The cell with an apostrophe before what would be a formula: spreadsheets show it as text.
fn guarded(cell: &str) -> String {
    match is_formula(cell) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

/// Takes the apostrophe of [`guarded`] away again, so that a returned table may be sent back.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(bare) if is_formula(bare) => bare,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::{self, Subject};

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        let table = Table::new(text, &Mappings::default()).unwrap();
        table.lines().map(|line| (line.row, line.cells)).collect()
    }

    #[test]
    fn empty_lines_above_the_header_make_it_no_row() {
        let found = rows("\r\n\nnik,nama\n1,A");
        assert_eq!(found, [(4, vec!["1".into(), "A".into()])]);
    }

    #[test]
    fn each_delimiter_is_found_in_the_header() {
        for text in ["nik,\"a;;b\"\n1,2", "nik;nama,x\n1;2", "nik\tnama\n1\t2"] {
            assert_eq!(rows(text), [(2, vec!["1".into(), "2".into()])], "{text:?}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        for end in ["\n", "\r\n"] {
            let text = ["nik;nama", "1;A", "", "2;\"B", "C\"", ";", "3;D", ""].join(end);
            let numbers: Vec<u32> = rows(&text).iter().map(|(row, _)| *row).collect();
            assert_eq!(numbers, [2, 4, 6], "{end:?}");
        }
    }

    #[test]
    fn a_ragged_row_and_an_open_quote_are_unreadable() {
        let table =
            Table::new("nik,nama\n1\n2,B,C\n3,D\n4,\"E\n5,F", &Mappings::default()).unwrap();
        let readable: Vec<bool> = table
            .lines()
            .map(|line| table.record(&line).is_ok())
            .collect();
        assert_eq!(readable, [false, false, true, false]);
    }

    #[test]
    fn a_cell_of_several_lines_is_told_from_a_quote_that_swallows_rows() {
        for (rows, swallows) in [
            ("1,\"A\n2,B\n3,C", true),
            ("1,\"A\r\n2,B\r\n3,\"C\"\r\n4,D", true),
            ("1,A\n2,\"B\n", false),
            ("1,\"JL. A\nRT 3\"\n2,B", false),
            ("1,A\n2,\"JL. A\nRT 3\"", false),
        ] {
            let text = format!("nik,nama\n{rows}");
            let table = Table::new(&text, &Mappings::default()).unwrap();
            let found = table.lines().any(|line| line.swallows);
            assert_eq!(found, swallows, "{rows:?}");
        }
    }

    #[test]
    fn a_returned_table_runs_no_formula_and_reads_back_as_it_was_sent() {
        let table = Table::new(
            "nik,nama,gol_darah\n1,=1+1,-\n2,B,O\n",
            &Mappings::default(),
        )
        .unwrap();
        let subject = Subject {
            row: Some(2),
            ..Subject::default()
        };
        let problem = rules::NAME_DIGITS.broken(&subject, "nama", "");
        let reason = problem.pesan.clone();
        let back = table.marked(&Report::new("X", 2, vec![problem]));
        let back = std::str::from_utf8(back.strip_prefix(BOM).unwrap()).unwrap();
        let again = Table::new(back, &Mappings::default()).unwrap();
        let lines: Vec<_> = again.lines().collect();
        assert_eq!(lines[0].cells[..5], ["1", "'=1+1", "-", "DITOLAK", "nama"]);
        assert_eq!(lines[0].cells[5], reason);
        assert_eq!(lines[1].cells[3..], ["DITERIMA", "", ""]);
        let name = &again.record(&lines[0]).unwrap().values["nama"];
        assert!(*name == RawValue::Text("=1+1".into()));
        let twice = again.marked(&Report::new("X", 2, Vec::new()));
        assert_eq!(
            String::from_utf8_lossy(&twice)
                .matches("kia_status")
                .count(),
            1
        );
    }
}
