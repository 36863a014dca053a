//! Spreadsheets and archives as schools send them, through the real binary, and what was uploaded.

use std::cell::RefCell;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use calamine::{Data, Range, Reader, Xlsx};
use jiff::{SignedDuration, Timestamp};
use kia_station::actions::uploads::{Approval, StageError, StageId, Staging};
use kia_station::context::Context;
use kia_station::intake::{Mappings, look};
use kia_station::ledger::Ledger;
use kia_station::production::examine::Examiner;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use crate::harness::{Child, Station, archive, child, codes, hours_ago, toddler};

/// A school's own headers, and the fields behind them.
const SCHOOL: [(&str, &str); 15] = [
    ("No", "-"),
    ("Nama Siswa", "nama"),
    ("NIK", "nik"),
    ("No. KK", "no_kk"),
    ("Tempat Lahir", "tempat_lahir"),
    ("Tgl. Lahir", "tanggal_lahir"),
    ("L/P", "jenis_kelamin"),
    ("Agama", "agama"),
    ("No. Akta Lahir", "no_akta"),
    ("Kepala Keluarga", "nama_kepala_keluarga"),
    ("Alamat Rumah", "alamat"),
    ("RT", "rt"),
    ("RW", "rw"),
    ("Kelurahan", "desa"),
    ("File Foto", "foto"),
];

/// Saves what the school's headers mean, for the table in this file outside of the station.
pub fn save_mapping(station: &Station, file: &str) {
    let path = station.outside(file);
    let mut args = vec![
        "mapping".to_owned(),
        "save".to_owned(),
        path.display().to_string(),
    ];
    for (header, field) in SCHOOL {
        args.extend(["--set".to_owned(), format!("{header}={field}")]);
    }
    for constant in [
        "kecamatan=CURUP TENGAH",
        "kewarganegaraan=WNI",
        "sekolah.nama=SDN 2 CURUP TENGAH",
        "sekolah.npsn=10700001",
    ] {
        args.extend(["--constant".to_owned(), constant.to_owned()]);
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let saved = station.run(&args).ended(0).out;
    assert!(!saved.contains("belum ada"), "{saved}");
}

fn text(child: &Child, field: &str) -> String {
    child.record[field].as_str().unwrap_or_default().to_owned()
}

/// One row of the school's table, from the third column of titles on.
fn write_row(sheet: &mut Worksheet, row: u32, child: &Child) {
    for (column, (_, field)) in SCHOOL.iter().enumerate() {
        let cell = match *field {
            "-" => row.to_string(),
            "jenis_kelamin" => "P".to_owned(),
            field => text(child, field),
        };
        sheet.write_string(row, column as u16, cell).unwrap();
    }
}

/// The messy table: titles, a merged line above the header, dates of every kind, an empty row, a
/// NIK that was stored as a number; then the rows of `more`.
pub fn messy(good: &Child, dated: &Child, lost: &Child, more: &[Child]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Kelas 2A").unwrap();
    let bold = Format::new().set_bold();
    sheet
        .merge_range(0, 0, 0, 14, "DATA SISWA KELAS 2A", &bold)
        .unwrap();
    sheet.write_string(1, 0, "Kecamatan").unwrap();
    sheet.merge_range(2, 1, 2, 3, "IDENTITAS", &bold).unwrap();
    for (column, (header, _)) in SCHOOL.iter().enumerate() {
        sheet.write_string(3, column as u16, *header).unwrap();
    }
    write_row(sheet, 4, good);
    write_row(sheet, 6, dated);
    let born: jiff::civil::Date = text(dated, "tanggal_lahir").parse().unwrap();
    let born = ExcelDateTime::from_ymd(born.year() as u16, born.month() as u8, born.day() as u8);
    let look = Format::new().set_num_format("dd/mm/yyyy");
    sheet
        .write_datetime_with_format(6, 5, born.unwrap(), &look)
        .unwrap();
    write_row(sheet, 7, lost);
    sheet
        .write_number(7, 2, lost.nik().parse::<f64>().unwrap())
        .unwrap();
    sheet.write_string(7, 13, "=1+1").unwrap();
    for (row, child) in (8..).zip(more) {
        write_row(sheet, row, child);
    }
    book.save_to_buffer().unwrap()
}

/// A `batch.json` that approves the whole batch.
pub fn approval() -> String {
    let at = hours_ago(20);
    format!(
        r#"{{"persetujuan": {{"status": "DISETUJUI", "oleh": "verifikator-01", "pada": "{at}"}}}}"#
    )
}

fn first_sheet(path: &Path) -> Range<Data> {
    let bytes = fs::read(path).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap()
}

pub fn put_photos<'a>(folder: &Path, children: impl IntoIterator<Item = &'a Child>) {
    for child in children {
        if let Some(photo) = &child.photo {
            fs::write(folder.join(child.photo_path()), photo).unwrap();
        }
    }
}

/// Sends a return list of one row again, with what lies beside it: its NIK typed anew as a text,
/// and a village for the formula.
pub fn send_mended(station: &Station, from: &str, name: &str, child: &Child) {
    let back = format!("rejected/{from}");
    let list = first_sheet(&station.path(&back).join("records.xlsx"));
    let again = station.incoming(&format!(".{name}"));
    fs::create_dir(&again).unwrap();
    for file in station.names(&back) {
        fs::copy(station.path(&back).join(&file), again.join(&file)).unwrap();
    }
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip(list.rows()) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell.to_string()).unwrap();
        }
    }
    sheet.write_string(1, 2, child.nik()).unwrap();
    sheet.write_string(1, 13, "AIR BANG").unwrap();
    fs::write(again.join("records.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    fs::rename(again, station.incoming(name)).unwrap();
}

#[test]
fn a_messy_spreadsheet_becomes_cards_and_its_return_list_mended_becomes_the_rest() {
    let station = Station::new();
    let (good, dated, lost) = (child(1), child(2), child(3));
    for child in [&good, &dated, &lost] {
        station.know(child);
    }
    fs::write(
        station.outside("kelas.xlsx"),
        messy(&good, &dated, &lost, &[]),
    )
    .unwrap();
    save_mapping(&station, "kelas.xlsx");

    let batch = station.incoming("KELAS");
    fs::create_dir(&batch).unwrap();
    fs::write(batch.join("batch.json"), approval()).unwrap();
    put_photos(&batch, [&good, &dated, &lost]);
    fs::copy(station.outside("kelas.xlsx"), batch.join("records.xlsx")).unwrap();
    let checked = station
        .run(&["check", batch.to_str().unwrap()])
        .ended(1)
        .json();
    assert_eq!(codes(&checked), ["number-cell"], "{checked:#}");
    station.once().ended(1);

    let reasons = station.reasons("rejected/KELAS");
    assert_eq!(
        (&reasons["received"], &reasons["accepted"]),
        (&3.into(), &2.into())
    );
    assert_eq!(codes(&reasons), ["number-cell"]);
    assert_eq!(
        reasons["problems"][0]["row"], 8,
        "as the spreadsheet counts"
    );
    assert_eq!(station.states(&good), ["rendered"]);
    assert_eq!(station.states(&dated), ["rendered"]);

    // The return list: the sender's own headers, the one bad row, its reason.
    let list = station.path("rejected/KELAS/records.xlsx");
    let back = first_sheet(&list);
    assert_eq!(back.height(), 2);
    let headers: Vec<String> = back
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(headers[..15], SCHOOL.map(|(header, _)| header.to_owned()));
    let row: Vec<Data> = back.rows().nth(1).unwrap().to_vec();
    assert!(
        matches!(row[2], Data::Float(_)),
        "a lost number is not written as if it were whole"
    );
    assert_eq!(row[13], Data::String("=1+1".into()));
    assert_eq!(row[15], Data::String("DITOLAK".into()));
    assert!(row[17].to_string().contains("Teks") && row[19] == Data::String("8".into()));

    // Mended with the office's own hands and sent again with what came back beside it.
    send_mended(&station, "KELAS", "LAGI", &lost);
    station.take_all();
    assert_eq!(station.states(&lost), ["rendered"]);
    station.is_sound();
}

#[test]
fn a_mapping_that_cannot_be_used_is_refused_and_a_broken_file_is_named_at_the_start() {
    let station = Station::new();
    fs::write(station.outside("t.csv"), "Nama Siswa,NIK\nA,1\n").unwrap();
    let table = station.outside("t.csv").display().to_string();
    for (set, wrong) in [
        ("Nama Siswa=hobi", "`hobi` is no field"),
        ("Nama=nama", "no column is called `Nama`"),
    ] {
        let ran = station
            .run(&["mapping", "save", &table, "--set", set])
            .ended(1);
        assert!(ran.out.contains(wrong), "{}", ran.out);
    }
    assert!(!station.has("mappings.toml"));
    let shown = station.run(&["mapping", "show", &table]).ended(0).out;
    assert!(
        shown.contains("Nama Siswa -> ? nama") && shown.contains("no_kk"),
        "{shown}"
    );
    fs::write(station.path("mappings.toml"), "[[mapping]]\nheaders = 1\n").unwrap();
    let ran = station.once().ended(2);
    assert!(
        ran.err.contains("mappings.toml") && ran.err.contains("line 2"),
        "{}",
        ran.err
    );
}

#[test]
fn a_lone_spreadsheet_takes_its_photos_along() {
    let station = Station::new();
    let girl = child(1);
    station.know(&girl);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let fields = girl.record.as_object().unwrap().iter();
    let flat = fields.filter(|(_, value)| value.is_string());
    let pada = ("disetujui_pada".to_owned(), hours_ago(9));
    let oleh = ("disetujui_oleh".to_owned(), "verifikator-01".to_owned());
    let cells = flat.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    for (column, (header, cell)) in cells.chain([pada, oleh]).enumerate() {
        sheet.write_string(0, column as u16, header).unwrap();
        sheet.write_string(1, column as u16, cell).unwrap();
    }
    put_photos(&station.incoming(""), [&girl]);
    fs::write(
        station.incoming("SATU.xlsx"),
        book.save_to_buffer().unwrap(),
    )
    .unwrap();
    station.take_all();
    assert_eq!(station.states(&girl), ["rendered"]);
    assert_eq!(
        station.names("accepted/SATU.xlsx"),
        ["1.jpg", "SATU.xlsx", "reasons.json"]
    );
    assert!(station.names("incoming").is_empty());
}

/// A workbook of another program than ours, made once with LibreOffice from a CSV.
#[test]
fn a_workbook_of_another_office_program_is_read() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/corpus/sheets/libreoffice.xlsx"
    );
    let limits = kia_station::intake::Settings::default().limits;
    let seen = look(path.as_ref(), &limits, &Mappings::default()).unwrap();
    assert_eq!(seen.header_row, 3);
    let headers = [
        "NIK",
        "Nama Lengkap",
        "Tempat Lahir",
        "Tgl Lahir",
        "L/P",
        "RT",
    ];
    assert_eq!(seen.headers, headers);
    let fields: Vec<_> = seen.suggestions.iter().map(|s| s.field).collect();
    let wanted = [
        "nik",
        "nama",
        "tempat_lahir",
        "tanggal_lahir",
        "jenis_kelamin",
        "rt",
    ];
    assert_eq!(fields, wanted.map(Some));
    assert_eq!(
        seen.samples[0][3], "2018-03-05",
        "a date that the program recognised"
    );
    assert_eq!(seen.samples.len(), 2);
}

/// The files of a folder in a ZIP, below `top`.
pub fn zipped(folder: &Path, top: &str) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files: Vec<(String, Vec<u8>)> = entries
        .map(|entry| {
            let name = format!("{top}{}", entry.file_name().to_str().unwrap());
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
    archive(&files)
}

#[test]
fn a_zipped_batch_becomes_cards_and_a_bomb_goes_back_untouched() {
    let station = Station::new();
    let folder = station.outside("SD");
    station.fill_batch(
        &folder,
        &[child(1), toddler(2), child(3).with("agama", "9")],
    );
    fs::write(station.incoming("SD.zip"), zipped(&folder, "SD 2/")).unwrap();
    let bomb = archive(&[("records.csv", &vec![b'0'; 30 << 20])]);
    fs::write(station.incoming("BOM.zip"), &bomb).unwrap();
    let path = station.incoming("SD.zip");
    let checked = station
        .run(&["check", path.to_str().unwrap()])
        .ended(1)
        .json();
    assert_eq!(codes(&checked), ["religion-unknown"]);
    station.once().ended(1);

    assert_eq!(station.states(&child(1)), ["rendered"]);
    assert_eq!(station.states(&toddler(2)), ["rendered"]);
    assert_eq!(
        station.names("rejected/SD.zip"),
        ["3.jpg", "reasons.json", "records.jsonl"]
    );
    assert!(station.has("accepted/SD.zip/SD.zip"));
    assert_eq!(
        codes(&station.reasons("rejected/BOM.zip")),
        ["archive-bomb"]
    );
    assert_eq!(
        fs::read(station.path("rejected/BOM.zip/BOM.zip")).unwrap(),
        bomb
    );
    assert!(station.names("work").is_empty());
}

/// What the page has at hand.
struct Page {
    context: Context,
    staging: Staging,
}

impl Page {
    fn new(station: &Station) -> Self {
        let context = Context::open(Some(&station.path(""))).unwrap();
        let (paths, limits) = (&context.paths, context.config.intake.limits.clone());
        let staging = Staging::open(paths.uploads(), paths.intake().incoming, limits).unwrap();
        Self { context, staging }
    }

    fn examiner(&self) -> Examiner<'_> {
        self.context.examiner(Timestamp::now()).unwrap()
    }

    fn upload(&self, name: &str, files: &[(&str, &[u8])]) -> Result<StageId, StageError> {
        let mut upload = self.staging.begin(name, Timestamp::now())?;
        for (path, bytes) in files {
            upload.file(path)?.write_all(bytes)?;
        }
        upload.finish()
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(&self.context.paths.ledger()).unwrap()
    }
}

fn unapproved(child: Child) -> Child {
    child.without("persetujuan")
}

#[test]
fn an_upload_is_looked_at_approved_by_a_supervisor_and_becomes_cards_once() {
    let station = Station::new();
    let children = [
        unapproved(child(1)),
        unapproved(toddler(2)),
        unapproved(child(3)).with("agama", "9"),
    ];
    let folder = station.outside("SDN 2");
    station.fill_batch(&folder, &children);
    let page = Page::new(&station);
    let archive = zipped(&folder, "SDN 2/");
    let id = page
        .upload("SDN 2 Curup.zip", &[("SDN 2 Curup.zip", &archive)])
        .unwrap();

    let mut ledger = page.ledger();
    let supervisor = Some(Approval {
        by: "sari",
        at: Timestamp::now(),
    });
    let early = page.staging.submit(&id, supervisor, |approved, at| {
        ledger.write("supervisor:sari", at, |tx| tx.approve_batch(approved))
    });
    assert!(matches!(early, Err(StageError::NotChecked)));

    let steps = RefCell::new(Vec::new());
    let checked = page
        .staging
        .check(
            &id,
            &page.examiner(),
            &Mappings::default(),
            Some(&ledger),
            &|done, all| {
                steps.borrow_mut().push((done, all));
            },
        )
        .unwrap();
    assert_eq!(*steps.borrow(), [(1, 3), (2, 3), (3, 3)]);
    assert_eq!(checked.unapproved, 3);
    assert_eq!(
        (checked.report.accepted(), checked.report.rejected()),
        (2, 1)
    );
    let refused: Vec<u32> = checked
        .rows
        .iter()
        .filter(|row| row.is_refused())
        .map(|row| row.row)
        .collect();
    assert_eq!(refused, [3]);
    assert_eq!(checked.rows[0].nama, children[0].nama());
    assert!(checked.rows[0].nik.as_ref().unwrap().contains('*'));
    let small = page.staging.thumbnail(&id, 1, 60).unwrap();
    assert!(small.starts_with(b"\xff\xd8") && small.len() < 10_000);
    assert!(matches!(
        page.staging.thumbnail(&id, 2, 60),
        Err(StageError::NoPicture)
    ));
    assert!(
        station.names("incoming").is_empty(),
        "nothing is taken by looking"
    );

    let sent = page
        .staging
        .submit(&id, supervisor, |approved, at| {
            ledger.write("supervisor:sari", at, |tx| tx.approve_batch(approved))
        })
        .unwrap();
    assert_eq!((sent.drop.as_str(), sent.again), ("SDN 2 Curup", false));
    let twice = page
        .staging
        .submit(&id, supervisor, |approved, at| {
            ledger.write("supervisor:sari", at, |tx| tx.approve_batch(approved))
        })
        .unwrap();
    assert!(twice.again && twice.drop == sent.drop);
    let approved = ledger.batch_approval(id.as_str()).unwrap().unwrap();
    assert_eq!((approved.approver.as_str(), approved.records), ("sari", 3));
    drop(ledger);

    station.once().ended(1);
    assert_eq!(station.states(&children[0]), ["rendered"]);
    assert_eq!(station.states(&children[1]), ["rendered"]);
    assert_eq!(
        codes(&station.reasons("rejected/SDN 2 Curup")),
        ["religion-unknown"]
    );
    let manifest = fs::read_to_string(station.path("rejected/SDN 2 Curup/batch.json")).unwrap();
    assert!(
        manifest.contains("sari"),
        "the mended row is approved already"
    );
    station.is_sound();
}

#[test]
fn records_that_come_alone_are_a_batch_on_the_page_too() {
    let station = Station::new();
    let page = Page::new(&station);
    let (one, two, three) = (toddler(1), toddler(2), toddler(3));
    let pretty = |child: &Child| serde_json::to_string_pretty(&child.record).unwrap();
    let with_mark = format!("\u{feff}{}", pretty(&two));
    let array = format!("\n[{}]", three.record);
    let line = format!("{}\n", three.record);
    for (files, rows) in [
        (vec![("satu.json", pretty(&one))], 1),
        (
            vec![("satu.json", pretty(&one)), ("dua.json", with_mark)],
            2,
        ),
        (vec![("semua.json", array)], 1),
        (vec![("SEMUA.JSONL", line)], 1),
    ] {
        let files: Vec<_> = files
            .iter()
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        let id = page.upload("A", &files).unwrap();
        let nobody = Mappings::default();
        let checked = page
            .staging
            .check(&id, &page.examiner(), &nobody, None, &|_, _| {});
        let report = checked.unwrap().report;
        assert_eq!(
            (report.accepted(), report.rejected()),
            (rows, 0),
            "{files:?}"
        );
    }
}

#[test]
fn without_a_supervisor_an_upload_without_approval_comes_back_as_the_contract_says() {
    let station = Station::new();
    let girl = unapproved(toddler(1));
    station.know(&girl);
    let page = Page::new(&station);
    let line = girl.record.to_string();
    let id = page
        .upload("A", &[("A/records.jsonl", line.as_bytes())])
        .unwrap();
    let mut ledger = page.ledger();
    page.staging
        .check(
            &id,
            &page.examiner(),
            &Mappings::default(),
            None,
            &|_, _| {},
        )
        .unwrap();
    page.staging
        .submit(&id, None, |approved, at| {
            ledger.write("operator:budi", at, |tx| tx.approve_batch(approved))
        })
        .unwrap();
    assert_eq!(ledger.batch_approval(id.as_str()).unwrap(), None);
    drop(ledger);
    station.once().ended(1);
    assert_eq!(codes(&station.reasons("rejected/A")), ["not-approved"]);
}

#[test]
fn a_spreadsheet_with_photos_beside_it_is_staged_with_its_mapping_and_its_return_list() {
    let station = Station::new();
    let (good, dated, lost) = (child(1), child(2), child(3));
    let bytes = messy(&good, &dated, &lost, &[]);
    fs::write(station.outside("kelas.xlsx"), &bytes).unwrap();
    let page = Page::new(&station);
    let photos: Vec<(String, Vec<u8>)> = [&good, &dated, &lost]
        .map(|child| (child.photo_path(), child.photo.clone().unwrap()))
        .to_vec();
    let mut files: Vec<(&str, &[u8])> = photos
        .iter()
        .map(|(n, b)| (n.as_str(), b.as_slice()))
        .collect();
    files.push(("Kelas 2A.xlsx", &bytes));
    let id = page.upload("Kelas 2A.xlsx", &files).unwrap();
    let limits = &page.context.config.intake.limits;
    let table = page.staging.table(&id).unwrap();
    let seen = look(&table, limits, &Mappings::default()).unwrap();
    assert_eq!(seen.header_row, 4);
    let suggested = seen
        .suggestions
        .iter()
        .filter(|s| s.field.is_some())
        .count();
    assert_eq!(suggested, SCHOOL.len() - 1, "{:?}", seen.suggestions);
    save_mapping(&station, "kelas.xlsx");
    let mappings = Mappings::read(&page.context.paths.mappings()).unwrap();
    let checked = page
        .staging
        .check(&id, &page.examiner(), &mappings, None, &|_, _| {})
        .unwrap();
    assert_eq!((checked.report.accepted(), checked.unapproved), (2, 3));
    let list = page
        .staging
        .return_list(&id, &mappings, &checked.report)
        .unwrap()
        .unwrap();
    fs::write(station.outside("daftar.xlsx"), list).unwrap();
    assert_eq!(first_sheet(&station.outside("daftar.xlsx")).height(), 2);
}

#[test]
fn what_is_no_batch_is_refused_when_it_is_uploaded_and_old_uploads_are_swept() {
    let station = Station::new();
    let page = Page::new(&station);
    let code = |files: &[(&str, &[u8])]| match page.upload("x", files) {
        Err(StageError::Refused(problems)) => problems[0].code,
        Err(error) => panic!("{error}"),
        Ok(_) => "taken",
    };
    assert_eq!(code(&[("a.jpg", b"jpg")]), "drop-empty");
    assert_eq!(
        code(&[("a.csv", b"nik"), ("b.csv", b"nik")]),
        "drop-ambiguous"
    );
    assert_eq!(code(&[("../a.csv", b"nik")]), "archive-path");
    assert_eq!(
        code(&[("a.csv", b"nik"), ("a.csv", b"nik")]),
        "archive-twice"
    );
    assert_eq!(code(&[("a.zip", b"PK")]), "archive-unreadable");
    let id = page
        .upload("x", &[("a.csv", b"nik\n1\n"), ("alasan.xlsx", b"")])
        .unwrap();
    let stages = page.staging.list().unwrap();
    assert_eq!(stages.len(), 1);
    assert!(stages[0].id == id && !stages[0].checked && !stages[0].submitted);
    let days = SignedDuration::from_hours(48);
    assert_eq!(page.staging.sweep(Timestamp::now(), days).unwrap(), 0);
    let later = Timestamp::now()
        .checked_add(SignedDuration::from_hours(49))
        .unwrap();
    // The one that waited, and the two that never were complete.
    assert_eq!(page.staging.sweep(later, days).unwrap(), 3);
    assert!(station.names("uploads").is_empty());
    assert!(page.staging.list().unwrap().is_empty());
    page.staging.discard(&id).unwrap();
    let gone = page.staging.check(
        &id,
        &page.examiner(),
        &Mappings::default(),
        None,
        &|_, _| {},
    );
    assert!(matches!(gone, Err(StageError::Missing)));
}
