//! Workbooks as schools send them, and workbooks that lie.

use std::io::Write;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::Settings;
use super::*;
use crate::domain::mapping::Mapping;

fn limits() -> Limits {
    Settings::default().limits
}

fn read(bytes: &[u8]) -> Result<Sheet, ReadError> {
    Sheet::read(bytes, &limits(), &Mappings::default())
}

#[track_caller]
fn refused(bytes: &[u8]) -> &'static str {
    match read(bytes) {
        Err(ReadError::Refused(problems)) => problems[0].code,
        Err(error) => panic!("{error}"),
        Ok(sheet) => panic!("taken with {} rows", sheet.lines.len()),
    }
}

fn text(text: &str) -> RawValue {
    RawValue::Text(text.to_owned())
}

/// A workbook written by hand: `sheet` is what stands in the worksheet, `strings` the shared texts.
fn by_hand(workbook: &str, sheet: &str, strings: &str) -> Vec<u8> {
    in_folder("xl", workbook, sheet, strings)
}

/// The same with its parts in a folder of this name.
fn in_folder(folder: &str, workbook: &str, sheet: &str, strings: &str) -> Vec<u8> {
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relation = |id: &str, kind: &str, target: &str| {
        format!(r#"<Relationship Id="{id}" Type="{OFFICE}/{kind}" Target="{target}"/>"#)
    };
    let relations = |inner: String| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>"#
        )
    };
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#
                .to_owned(),
        ),
        (
            "_rels/.rels",
            relations(relation(
                "rId1",
                "officeDocument",
                &format!("{folder}/workbook.xml"),
            )),
        ),
        (
            "workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook}<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        (
            "_rels/workbook.xml.rels",
            relations(
                relation("rId1", "worksheet", "worksheets/sheet1.xml")
                    + &relation("rId2", "styles", "styles.xml")
                    + &relation("rId3", "sharedStrings", "sharedStrings.xml"),
            ),
        ),
        (
            "styles.xml",
            format!(
                r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#
            ),
        ),
        ("sharedStrings.xml", strings.replace("MAIN", MAIN)),
        ("worksheets/sheet1.xml", sheet.replace("MAIN", MAIN)),
    ];
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let name = match name {
            "[Content_Types].xml" | "_rels/.rels" => name.to_owned(),
            part => format!("{folder}/{part}"),
        };
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const NO_STRINGS: &str = r#"<sst xmlns="MAIN" uniqueCount="0"></sst>"#;

fn inline(cell: &str, text: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn rows(inner: &str) -> String {
    format!(r#"<worksheet xmlns="MAIN"><sheetData>{inner}</sheetData></worksheet>"#)
}

#[test]
fn a_table_below_title_rows_is_found_and_its_rows_keep_their_numbers() {
    let mut book = Workbook::new();
    book.add_worksheet()
        .set_name("Sampul")
        .unwrap()
        .write_string(0, 0, "Kecamatan")
        .unwrap();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    sheet
        .merge_range(0, 0, 0, 3, "DATA SISWA SDN 2", &bold)
        .unwrap();
    sheet.merge_range(2, 0, 2, 1, "IDENTITAS", &bold).unwrap();
    for (column, header) in ["NIK", "Nama\nLgkp", "TGL_LHR", "RT"].iter().enumerate() {
        sheet.write_string(3, column as u16, *header).unwrap();
    }
    let date = Format::new().set_num_format("dd-mm-yyyy");
    sheet.write_string(5, 0, "1702094503180003").unwrap();
    sheet.write_string(5, 1, "AISYAH").unwrap();
    let born = ExcelDateTime::from_ymd(2018, 3, 5).unwrap();
    sheet
        .write_datetime_with_format(5, 2, &born, &date)
        .unwrap();
    sheet.write_number(5, 3, 3).unwrap();
    sheet.write_blank(6, 0, &bold).unwrap();
    sheet.write_number(8, 0, 1_702_094_503_180_003_f64).unwrap();
    sheet.write_string(8, 2, "05-03-2018").unwrap();
    sheet
        .write_datetime_with_format(8, 3, &born, &date)
        .unwrap();
    let sheet = read(&book.save_to_buffer().unwrap()).unwrap();
    assert_eq!((sheet.header_row, sheet.headers.len()), (4, 4));
    let rows: Vec<u32> = sheet.lines.iter().map(|line| line.row).collect();
    assert_eq!(rows, [6, 9]);
    let good = sheet.record(&sheet.lines[0]);
    assert!(good.values["nik"] == text("1702094503180003"));
    assert!(good.values["nama"] == text("AISYAH"));
    assert!(good.values["tanggal_lahir"] == text("2018-03-05"));
    assert!(good.values["rt"] == RawValue::Number("3".into()));
    let bad = sheet.record(&sheet.lines[1]);
    assert!(bad.values["nik"] == RawValue::Number("1702094503180003".into()));
    assert!(bad.values["tanggal_lahir"] == text("05-03-2018"));
    let shown = sheet.shown(&sheet.lines[1]).swap_remove(0);
    assert!(
        shown == bad.values["nik"],
        "a lost number is shown as a number again"
    );
    assert!(
        bad.values["rt"] == RawValue::Other("date"),
        "a slash that became a date"
    );
}

#[test]
fn a_formula_gives_no_nik_and_elsewhere_what_it_gave_when_the_file_was_saved() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in ["nik", "nama"].iter().enumerate() {
        sheet.write_string(0, column as u16, *header).unwrap();
        let formula = Formula::new("=A9").set_result("AISYAH PUTRI");
        sheet.write_formula(1, column as u16, formula).unwrap();
    }
    let sheet = read(&book.save_to_buffer().unwrap()).unwrap();
    let record = sheet.record(&sheet.lines[0]);
    assert!(record.values["nik"] == RawValue::Other("formula"));
    assert!(record.values["nama"] == text("AISYAH PUTRI"));
    assert!(
        sheet.shown(&sheet.lines[0])[0] == text(""),
        "and is not shown as if it were typed"
    );
}

#[test]
fn dates_count_from_the_epoch_that_the_workbook_names() {
    let sheet = rows(&format!(
        r#"<row r="1">{}{}</row><row r="2">{}<c r="B2" s="1"><v>43164</v></c></row>"#,
        inline("A1", "nik"),
        inline("B1", "tanggal_lahir"),
        inline("A2", "1"),
    ));
    for (workbook, born) in [
        ("", "2018-03-05"),
        (r#"<workbookPr date1904="1"/>"#, "2022-03-06"),
    ] {
        let sheet = read(&by_hand(workbook, &sheet, NO_STRINGS)).unwrap();
        let record = sheet.record(&sheet.lines[0]);
        assert!(record.values["tanggal_lahir"] == text(born), "{born}");
    }
}

#[test]
fn two_sheets_of_records_are_refused_and_lists_for_drop_down_cells_are_passed_over() {
    let book = |second: &[&str]| {
        let mut book = Workbook::new();
        for (name, headers) in [("2A", &["nik", "nama"][..]), ("2B", second)] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (column, header) in headers.iter().enumerate() {
                sheet.write_string(0, column as u16, *header).unwrap();
                sheet.write_string(1, column as u16, "1").unwrap();
            }
        }
        book.save_to_buffer().unwrap()
    };
    assert_eq!(refused(&book(&["nik", "nama"])), "workbook-sheets");
    assert_eq!(
        read(&book(&["agama", "jenis_kelamin", "desa"]))
            .unwrap()
            .lines
            .len(),
        1
    );
}

#[test]
fn what_is_no_table_of_children_is_refused_with_its_reason() {
    let mut empty = Workbook::new();
    empty.add_worksheet();
    assert_eq!(refused(&empty.save_to_buffer().unwrap()), "drop-empty");
    let mut other = Workbook::new();
    other.add_worksheet().write_string(0, 0, "Hobi").unwrap();
    assert_eq!(refused(&other.save_to_buffer().unwrap()), "drop-unreadable");
    assert_eq!(
        refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        "archive-locked"
    );
    assert_eq!(refused(b"PK\x03\x04"), "archive-unreadable");
    assert_eq!(
        refused(&by_hand("", "<worksheet>", NO_STRINGS)),
        "archive-unreadable"
    );
}

#[test]
fn a_cell_far_out_and_a_false_count_of_texts_cost_nothing() {
    let far = |cell: &str| {
        let inner = format!("{}{}", inline("A1", "nik"), inline(cell, "x"));
        rows(&format!(r#"<row r="1">{inner}</row>"#))
    };
    assert_eq!(
        refused(&by_hand("", &far("XFD1048576"), NO_STRINGS)),
        "drop-limits"
    );
    let low = read(&by_hand("", &far("A1048576"), NO_STRINGS)).unwrap();
    assert_eq!(low.lines[0].row, 1_048_576);
    let lie = r#"<sst xmlns="MAIN" uniqueCount="99999999999999"></sst>"#;
    assert_eq!(refused(&by_hand("", &far("A2"), lie)), "archive-bomb");
    let far_apart = lie.replace("Count=", &format!("Count{}=", " ".repeat(60)));
    assert_eq!(
        refused(&by_hand("", &far("A2"), &far_apart)),
        "archive-bomb"
    );
    let in_litter = in_folder(".x", "", &far("A2"), lie);
    assert_eq!(refused(&in_litter), "archive-bomb");
    let honest = in_folder(".x", "", &far("A2"), NO_STRINGS);
    assert_eq!(read(&honest).unwrap().lines.len(), 1, "the reader sees it");
}

#[test]
fn what_cells_take_up_in_memory_is_measured_for_the_whole_workbook() {
    let limits = Limits {
        workbook_bytes: 400_000,
        file_bytes: 400_000,
        ..limits()
    };
    let read = |sheet: &str, strings: &str| {
        let bytes = by_hand("", &rows(sheet), strings);
        match Sheet::read(&bytes, &limits, &Mappings::default()) {
            Ok(sheet) => Ok(sheet.lines.len()),
            Err(ReadError::Refused(problems)) => Err(problems[0].message.clone()),
            Err(error) => panic!("{error}"),
        }
    };
    let too_many_bytes = Err(rules::DROP_LIMITS.broken_by_drop("bytes").message);
    let strings = format!(
        r#"<sst xmlns="MAIN" uniqueCount="2"><si><t>nik</t></si><si><t>{}</t></si></sst>"#,
        "x".repeat(1000)
    );
    let shared = |count: usize| {
        let rows = (2..=count + 1)
            .map(|row| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>1</v></c></row>"#));
        let header = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#;
        header.to_owned() + &rows.collect::<String>()
    };
    assert_eq!(read(&shared(300), &strings), Ok(300));
    assert_eq!(read(&shared(500), &strings), too_many_bytes);
    // One cell in the last column that is looked at makes 256 of them.
    let wide = |count: usize| {
        let rows = (2..=count + 1).map(|row| {
            format!(
                r#"<row r="{row}">{}</row>"#,
                inline(&format!("IV{row}"), "x")
            )
        });
        let header = format!(r#"<row r="1">{}</row>"#, inline("A1", "nik"));
        header + &rows.collect::<String>()
    };
    assert_eq!(read(&wide(30), NO_STRINGS), Ok(30));
    assert_eq!(read(&wide(300), NO_STRINGS), too_many_bytes);
}

#[test]
fn no_entity_of_the_file_is_expanded() {
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"#;
    let sheet = format!(
        "{bomb}{}",
        rows(&format!(
            r#"<row r="1">{}</row><row r="2">{}</row>"#,
            inline("A1", "nik"),
            inline("A2", "&b;")
        ))
    );
    match read(&by_hand("", &sheet, NO_STRINGS)) {
        Err(ReadError::Refused(problems)) => assert_eq!(problems[0].code, "archive-unreadable"),
        Err(error) => panic!("{error}"),
        Ok(sheet) => {
            let nik = sheet.record(&sheet.lines[0]).values.remove("nik");
            assert!(!matches!(nik, Some(RawValue::Text(text)) if text.contains("xxxx")));
        }
    }
}

#[test]
fn ten_thousand_rows_are_read_and_one_more_than_allowed_is_not() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "nik").unwrap();
    for row in 1..=10_000 {
        sheet.write_string(row, 0, row.to_string()).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(read(&bytes).unwrap().lines.len(), 10_000);
    let small = |limits: Limits| Sheet::read(&bytes, &limits, &Mappings::default()).is_err();
    assert!(small(Limits {
        sheet_cells: 10_000,
        ..limits()
    }));
    assert!(small(Limits {
        records: 9_000,
        ..limits()
    }));
    assert!(small(Limits {
        workbook_bytes: 100_000,
        ..limits()
    }));
}

#[test]
fn a_schools_own_headers_are_read_by_the_mapping_that_was_saved_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mappings.toml");
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let headers = ["No", "Nama Siswa", "N I K Anak", "NISN"];
    let mapping = Mapping {
        headers: headers.map(str::to_owned).to_vec(),
        columns: [
            pair("Nama Siswa", "nama"),
            pair("N I K Anak", "nik"),
            pair("No", "-"),
            pair("NISN", "-"),
        ]
        .into(),
        constants: [pair("kecamatan", "CURUP TENGAH")].into(),
        ..Mapping::default()
    };
    Mappings::save(&path, mapping).unwrap();
    let mappings = Mappings::read(&path).unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "DAFTAR SISWA").unwrap();
    for (column, header) in headers.iter().enumerate() {
        sheet.write_string(2, column as u16, *header).unwrap();
        sheet
            .write_string(3, column as u16, format!("isi {column}"))
            .unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(refused(&bytes), "drop-unreadable");
    let sheet = Sheet::read(&bytes, &limits(), &mappings).unwrap();
    let record = sheet.record(&sheet.lines[0]);
    assert!(record.values["nama"] == text("isi 1") && record.values["nik"] == text("isi 2"));
    assert!(record.values["kecamatan"] == text("CURUP TENGAH"));
    assert!(record.unknown.is_empty());
    let seen = Sheet::look(&bytes, &limits(), &Mappings::default()).unwrap();
    assert_eq!(
        (seen.header_row, seen.headers),
        (3, headers.map(str::to_owned).to_vec())
    );
}
