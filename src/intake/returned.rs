//! The return list as a workbook: bad cells coloured and explained, ready to be mended.
//!
//! The first sheet holds the refused rows alone, under the sender's own headers: it is mended and
//! sent again as it is. The second shows every row with what became of it.

use std::collections::BTreeMap;
use std::io;

use rust_xlsxwriter::{Color, Format, FormatAlign, Note, Workbook, Worksheet, XlsxError};

use super::report::{Report, Told};
use super::workbook::ALL_ROWS;
use crate::domain::columns::Columns;
use crate::domain::fields::{OWN_COLUMNS, RawValue, is_own_column};
use crate::domain::rules::Problem;

/// A table that goes back.
pub(super) struct Returned<'a> {
    /// The header cells as written.
    pub headers: &'a [String],
    pub columns: &'a Columns,
    /// Row numbers as the sender sees them, and the cells: texts, and numbers that must stay
    /// numbers.
    pub lines: Vec<(u32, Vec<RawValue>)>,
}

/// Characters that a cell may hold.
const LONGEST: usize = 32_000;

/// The first sheet, which is mended and sent again.
const AGAIN: &str = "Kirim ulang";

impl Returned<'_> {
    pub fn workbook(&self, report: &Report) -> io::Result<Vec<u8>> {
        self.written(report).map_err(io::Error::other)
    }

    fn written(&self, report: &Report) -> Result<Vec<u8>, XlsxError> {
        let blocks = report.blocks_by_row();
        let mut book = Workbook::new();
        let looks = Looks::new();
        for (name, only_refused) in [(AGAIN, true), (ALL_ROWS, false)] {
            let sheet = book.add_worksheet();
            sheet.set_name(name)?;
            let mut page = Page::new(self, &looks, sheet)?;
            for (row, cells) in &self.lines {
                let of_row = blocks.get(row).map_or(&[][..], Vec::as_slice);
                if !of_row.is_empty() || !only_refused {
                    page.line(*row, cells, of_row)?;
                }
            }
        }
        book.save_to_buffer()
    }
}

struct Looks {
    header: Format,
    cell: Format,
    bad: Format,
    own: Format,
}

impl Looks {
    fn new() -> Self {
        // `@` keeps what is typed into a mended cell a text, with its zeros in front.
        let text = || {
            Format::new()
                .set_num_format("@")
                .set_align(FormatAlign::Top)
        };
        Self {
            header: text()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0xDD_E3_EA)),
            cell: text(),
            bad: text()
                .set_background_color(Color::RGB(0xFF_C7_CE))
                .set_font_color(Color::RGB(0x9C_00_06)),
            own: text()
                .set_text_wrap()
                .set_background_color(Color::RGB(0xF4_F4_F4)),
        }
    }
}

/// A sheet that is being filled.
struct Page<'a, 'b> {
    table: &'a Returned<'a>,
    looks: &'a Looks,
    sheet: &'b mut Worksheet,
    /// The places of the sender's columns that stay.
    kept: Vec<usize>,
    next: u32,
}

impl<'a, 'b> Page<'a, 'b> {
    fn new(
        table: &'a Returned<'a>,
        looks: &'a Looks,
        sheet: &'b mut Worksheet,
    ) -> Result<Self, XlsxError> {
        // What an earlier return added is made anew.
        let headers = table.headers.iter().enumerate();
        let kept: Vec<usize> = headers
            .filter(|(_, header)| !is_own_column(header))
            .map(|(index, _)| index)
            .collect();
        for (place, index) in kept.iter().enumerate() {
            sheet.set_column_format(column(place), &looks.cell)?;
            sheet.set_column_width(column(place), 18)?;
            let header = &table.headers[*index];
            sheet.write_string_with_format(0, column(place), cut(header), &looks.header)?;
        }
        for (place, header) in OWN_COLUMNS.iter().enumerate() {
            let place = column(kept.len() + place);
            let wide = if header.starts_with("kia_a") || header.starts_with("kia_r") {
                60
            } else {
                14
            };
            sheet.set_column_width(place, wide)?;
            sheet.write_string_with_format(0, place, *header, &looks.header)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self {
            table,
            looks,
            sheet,
            kept,
            next: 1,
        })
    }

    fn line(&mut self, row: u32, cells: &[RawValue], blocks: &[&Problem]) -> Result<(), XlsxError> {
        let at = self.next;
        self.next += 1;
        let columns = self.table.columns;
        let mut at_fault: BTreeMap<usize, Vec<&Problem>> = BTreeMap::new();
        for problem in blocks {
            if let Some(index) = columns.index_of(&problem.field) {
                at_fault.entry(index).or_default().push(problem);
            }
        }
        for (place, index) in self.kept.iter().enumerate() {
            let here = at_fault.get(index).map_or(&[][..], Vec::as_slice);
            let look = match here.is_empty() {
                true => &self.looks.cell,
                false => &self.looks.bad,
            };
            let place = column(place);
            let cell = cells.get(*index);
            let number = match cell {
                Some(RawValue::Number(text)) => text.parse::<f64>().ok(),
                _ => None,
            };
            match (number, cell) {
                (Some(number), _) => {
                    let shown = look.clone().set_num_format("0");
                    self.sheet
                        .write_number_with_format(at, place, number, &shown)?;
                }
                (None, Some(RawValue::Text(text) | RawValue::Number(text))) if !text.is_empty() => {
                    // Written as a text it runs nothing; the prefix keeps it one when it is edited.
                    let look = match text.starts_with(['=', '+', '-', '@']) {
                        true => &look.clone().set_quote_prefix(),
                        false => look,
                    };
                    self.sheet
                        .write_string_with_format(at, place, cut(text), look)?;
                }
                _ => {
                    self.sheet.write_blank(at, place, look)?;
                }
            }
            if !here.is_empty() {
                let texts: Vec<String> = here
                    .iter()
                    .map(|problem| format!("{}\n({})", problem.pesan, problem.message))
                    .collect();
                let note = Note::new(cut(&texts.join("\n\n")))
                    .add_author_prefix(false)
                    .set_width(320)
                    .set_height(140);
                self.sheet.insert_note(at, place, &note)?;
            }
        }
        let told = Told::new(columns, blocks);
        let own = [
            told.status.to_owned(),
            told.columns,
            told.pesan,
            told.message,
            row.to_string(),
        ];
        for (place, text) in own.iter().enumerate() {
            let place = column(self.kept.len() + place);
            self.sheet
                .write_string_with_format(at, place, cut(text), &self.looks.own)?;
        }
        Ok(())
    }
}

/// A column's number; tables are narrower than a sheet, or writing to it fails.
fn column(place: usize) -> u16 {
    u16::try_from(place).unwrap_or(u16::MAX)
}

/// What fits a cell. A longer value is refused for its length and is not needed in full.
fn cut(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::blocked;
    use super::super::workbook::Sheet;
    use super::super::{Mappings, Settings};
    use super::*;

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    fn returned(lines: Vec<(u32, Vec<RawValue>)>, headers: &[&str], refused: &[u32]) -> Sheet {
        let headers: Vec<String> = headers.iter().map(|&header| header.to_owned()).collect();
        let columns = Columns::read(&headers);
        let received = u32::try_from(lines.len()).unwrap();
        let table = Returned {
            headers: &headers,
            columns: &columns,
            lines,
        };
        let problems = refused.iter().map(|row| blocked(*row)).collect();
        let bytes = table
            .workbook(&Report::new("X", received, problems))
            .unwrap();
        Sheet::read(&bytes, &Settings::default().limits, &Mappings::default()).unwrap()
    }

    #[test]
    fn only_the_refused_rows_are_read_from_it_again_under_the_senders_own_headers() {
        let lines = vec![
            (5, vec![text("1"), text("A"), text("lama")]),
            (6, vec![text("2"), text("=1+1"), text("lama")]),
            (
                9,
                vec![RawValue::Number("1702094503180003".into()), text("C")],
            ),
        ];
        let sheet = returned(lines, &["NIK", "Nama Lgkp", "kia_status"], &[6, 9]);
        assert_eq!(sheet.headers[..3], ["NIK", "Nama Lgkp", "kia_status"]);
        assert_eq!(sheet.headers.len(), 2 + OWN_COLUMNS.len());
        let records: Vec<_> = sheet.lines.iter().map(|line| sheet.record(line)).collect();
        assert_eq!(records.len(), 2);
        assert!(records[0].values["nama"] == text("=1+1"));
        let lost = &records[1].values["nik"];
        assert!(
            *lost == RawValue::Number("1702094503180003".into()),
            "no number becomes a text"
        );
        let shown = sheet.shown(&sheet.lines[0]);
        assert!(shown[2] == text("DITOLAK") && shown[6] == text("6"));
    }

    #[test]
    fn a_cell_longer_than_a_sheet_takes_is_no_failure() {
        let long = "é".repeat(LONGEST + 5000);
        let sheet = returned(
            vec![(2, vec![text("1"), text(&long)])],
            &["nik", "nama"],
            &[2],
        );
        assert!(matches!(&sheet.shown(&sheet.lines[0])[1],
            RawValue::Text(text) if text.chars().count() == LONGEST));
    }
}
