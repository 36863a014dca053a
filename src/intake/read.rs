//! From the files of a drop to raw records, wherever the drop stands.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::form::{Form, is_records};
use super::manifest::Manifest;
use super::paths::extension;
use super::read_error::{ReadError, barred};
use super::report::Report;
use super::returned::Returned;
use super::table::{COLUMNS, Table, text_of};
use super::tree::{Kind, Overrun, Tree};
use super::workbook::Sheet;
use super::{Limits, Mappings, json};
use crate::domain::fields::{RawRecord, RawValue};
use crate::domain::rules::{self, Problem, Subject};

/// The records of a drop. `Debug` counts them and shows none.
#[derive(Default)]
pub struct Batch {
    /// The rows that could be read, in the sender's order.
    pub rows: Vec<RawRecord>,
    /// One problem a row that could not be read; the other rows go on.
    pub unreadable: Vec<Problem>,
    /// What `batch.json` says for records that carry none of their own: `sekolah`, `persetujuan`.
    pub manifest: RawRecord,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("rows", &self.rows.len())
            .field("unreadable", &self.unreadable.len())
            .finish_non_exhaustive()
    }
}

impl Batch {
    /// Records in the drop, readable or not.
    pub fn received(&self) -> u32 {
        u32::try_from(self.rows.len() + self.unreadable.len()).unwrap_or(u32::MAX)
    }
}

/// Where the records of a drop are.
#[derive(Debug)]
pub(super) struct Source {
    /// The folder that `foto` is relative to.
    pub base: Tree,
    /// The file of records in it.
    pub file: PathBuf,
    pub form: Form,
    /// Whether it is a folder of its own, with room for a manifest.
    pub is_batch: bool,
    /// What the columns of tables stand for.
    mappings: Mappings,
}

impl Source {
    /// Finds the records of the drop `name` in `holder`; an archive has to be unpacked before.
    pub fn find(
        holder: &Tree,
        name: &OsStr,
        limits: &Limits,
        mappings: &Mappings,
    ) -> Result<Self, ReadError> {
        let path = Path::new(name);
        let meta = holder.meta(path).map_err(|error| barred(error, ""))?;
        match meta.kind {
            Kind::Special => Err(ReadError::refused(&rules::DROP_SPECIAL, "")),
            Kind::Folder => {
                let base = holder.folder(path).map_err(|error| barred(error, ""))?;
                base.walk(limits).map_err(overrun)?;
                let (file, form) = records_file(&base, limits)?;
                Ok(Self {
                    base,
                    file,
                    form,
                    is_batch: true,
                    mappings: mappings.clone(),
                })
            }
            Kind::File => {
                let form = match extension(path).as_str() {
                    "json" => Form::Single,
                    "csv" => Form::Table,
                    "xlsx" => Form::Sheet,
                    other => return Err(ReadError::refused(&rules::DROP_KIND, &kind(other))),
                };
                Ok(Self {
                    base: holder.folder(Path::new("")).map_err(|e| barred(e, ""))?,
                    file: path.to_owned(),
                    form,
                    is_batch: false,
                    mappings: mappings.clone(),
                })
            }
        }
    }

    /// A file of records, one a line, outside of any batch.
    pub fn lines(base: Tree, name: &OsStr) -> Self {
        Self {
            base,
            file: name.into(),
            form: Form::Lines,
            is_batch: false,
            mappings: Mappings::default(),
        }
    }

    /// The bytes of the file of records.
    pub fn bytes(&self, limits: &Limits) -> Result<Vec<u8>, ReadError> {
        let read = self.base.read(&self.file, limits.file_bytes);
        read.map_err(|error| barred(error, &self.file.to_string_lossy()))
    }

    /// Reads and checks everything that belongs to the whole drop, then its rows.
    pub fn batch(&self, limits: &Limits) -> Result<Batch, ReadError> {
        let manifest = match self.is_batch {
            true => Manifest::read(&self.base, limits)?,
            false => None,
        };
        if let Some(manifest) = &manifest {
            let problems = manifest.problems(&self.base).map_err(ReadError::Io)?;
            if !problems.is_empty() {
                return Err(ReadError::Refused(problems));
            }
        }
        let bytes = self.bytes(limits)?;
        let mut batch = self.rows(&bytes, limits)?;
        if batch.received() == 0 {
            return Err(ReadError::refused(&rules::DROP_EMPTY, ""));
        }
        if let Some(manifest) = manifest {
            batch.manifest = manifest.fields;
        }
        Ok(batch)
    }

    fn rows(&self, bytes: &[u8], limits: &Limits) -> Result<Batch, ReadError> {
        let mut batch = Batch::default();
        let mut put = |row, record: Result<RawRecord, String>| {
            match record {
                Ok(record) => batch.rows.push(record),
                Err(detail) => batch.unreadable.push(unreadable(row, &detail)),
            }
            match usize::try_from(batch.received()) {
                Ok(count) if count <= limits.records => Ok(()),
                _ => Err(ReadError::refused(
                    &rules::DROP_LIMITS,
                    &format!("> {}", limits.records),
                )),
            }
        };
        if self.form == Form::Sheet {
            let sheet = Sheet::read(bytes, limits, &self.mappings)?;
            for line in &sheet.lines {
                put(line.row, Ok(sheet.record(line)))?;
            }
            return Ok(batch);
        }
        let text = decoded(bytes)?;
        if self.form == Form::Table {
            let table = self.table(text)?;
            for line in table.lines() {
                if line.swallows {
                    // The rows within cannot be counted, and nobody would hear of them.
                    let row = format!("baris/row {}", line.row);
                    return Err(ReadError::refused(&rules::TABLE_QUOTE, &row));
                }
                put(line.row, table.record(&line))?;
            }
            return Ok(batch);
        }
        for (row, piece) in pieces(self.form, text, limits)? {
            let record = json::object(piece, limits.json_depth, json::VALUES)
                .map(|object| RawRecord::from_json(row, &object));
            match (self.form, record) {
                // One file that holds one record: what is wrong with it is wrong with the drop.
                (Form::Single, Err(fault)) => {
                    let rule = match fault {
                        json::Fault::TooDeep => &rules::DROP_NESTED,
                        json::Fault::TooMany(_) => &rules::DROP_LIMITS,
                        _ => &rules::DROP_UNREADABLE,
                    };
                    return Err(ReadError::refused(rule, &fault.to_string()));
                }
                (_, record) => put(row, record.map_err(|fault| fault.to_string()))?,
            }
        }
        Ok(batch)
    }

    /// The table in a text, which must have lost neither its header nor its meaning.
    pub fn table<'a>(&self, text: &'a str) -> Result<Table<'a>, ReadError> {
        let table = Table::new(text, &self.mappings)
            .ok_or_else(|| ReadError::refused(&rules::DROP_EMPTY, ""))?;
        if !table.columns.any_known() {
            return Err(ReadError::refused(&rules::DROP_UNREADABLE, "header"));
        }
        // What goes back is a workbook, which takes no table of any width.
        if table.headers.len() > COLUMNS {
            return Err(ReadError::refused(&rules::DROP_LIMITS, "columns"));
        }
        Ok(table)
    }

    /// The table as a workbook that goes back to the sender; none where the records are no table.
    pub fn workbook(
        &self,
        bytes: &[u8],
        report: &Report,
        limits: &Limits,
    ) -> Result<Option<Vec<u8>>, ReadError> {
        let written = |headers: &[String], columns, lines| {
            let returned = Returned {
                headers,
                columns,
                lines,
            };
            returned.workbook(report).map(Some).map_err(ReadError::Io)
        };
        match self.form {
            Form::Table => {
                let table = self.table(decoded(bytes)?)?;
                written(&table.headers, &table.columns, table.shown().collect())
            }
            Form::Sheet => {
                let sheet = Sheet::read(bytes, limits, &self.mappings)?;
                let lines = sheet.lines.iter();
                let lines = lines.map(|line| (line.row, sheet.shown(line))).collect();
                written(&sheet.headers, &sheet.columns, lines)
            }
            Form::Single | Form::Lines | Form::Array => Ok(None),
        }
    }
}

/// The records of a JSON form with their row numbers, each as it was written; one more than there
/// may be at the most.
pub(super) fn pieces<'a>(
    form: Form,
    text: &'a str,
    limits: &Limits,
) -> Result<Vec<(u32, &'a str)>, ReadError> {
    let numbered = |(index, piece)| (u32::try_from(index + 1).unwrap_or(u32::MAX), piece);
    Ok(match form {
        Form::Array => json::elements(text, limits.records)
            .map_err(|fault| {
                let rule = match fault {
                    json::Fault::TooMany(_) => &rules::DROP_LIMITS,
                    _ => &rules::DROP_UNREADABLE,
                };
                ReadError::refused(rule, &fault.to_string())
            })?
            .into_iter()
            .map(serde_json::value::RawValue::get)
            .enumerate()
            .map(numbered)
            .collect(),
        Form::Lines => text
            .lines()
            .enumerate()
            .map(numbered)
            .filter(|(_, line)| !line.trim().is_empty())
            .take(limits.records.saturating_add(1))
            .collect(),
        Form::Single | Form::Table | Form::Sheet => vec![(1, text)],
    })
}

/// The text of a file of records.
pub(super) fn decoded(bytes: &[u8]) -> Result<&str, ReadError> {
    text_of(bytes).ok_or_else(|| ReadError::refused(&rules::DROP_ENCODING, ""))
}

/// The text of `foto`, where a record gives one.
pub(super) fn photo_of(record: &RawRecord) -> Option<&str> {
    match record.values.get("foto") {
        Some(RawValue::Text(path)) => Some(path),
        _ => None,
    }
}

/// The one file of records in a batch.
fn records_file(base: &Tree, limits: &Limits) -> Result<(PathBuf, Form), ReadError> {
    let listed = base.list(limits.files).map_err(ReadError::Io)?;
    let found: Vec<_> = listed
        .iter()
        .filter_map(|(name, meta)| Some((name, is_records(name)?, meta)))
        .collect();
    match found.as_slice() {
        [(name, _, meta)] if meta.kind != Kind::File => Err(ReadError::refused(
            &rules::DROP_SPECIAL,
            &name.to_string_lossy(),
        )),
        [(name, form, _)] => Ok((name.into(), *form)),
        [] => Err(without_records(base, &listed, limits)),
        several => {
            let names: Vec<_> = several
                .iter()
                .map(|(name, ..)| name.to_string_lossy())
                .collect();
            Err(ReadError::refused(
                &rules::DROP_AMBIGUOUS,
                &names.join(", "),
            ))
        }
    }
}

fn without_records(
    base: &Tree,
    listed: &[(std::ffi::OsString, super::tree::Meta)],
    limits: &Limits,
) -> ReadError {
    let below = listed.iter().find(|(name, meta)| {
        meta.kind == Kind::Folder
            && base
                .folder(Path::new(name))
                .ok()
                .and_then(|folder| folder.list(limits.files).ok())
                .is_some_and(|inner| inner.iter().any(|(name, _)| is_records(name).is_some()))
    });
    match below {
        Some((name, _)) => ReadError::refused(&rules::DROP_NESTED, &name.to_string_lossy()),
        None => ReadError::refused(&rules::DROP_EMPTY, ""),
    }
}

/// The extension as a detail; one that is no plain short word could be anything, a name too.
fn kind(extension: &str) -> String {
    let plain = extension.len() <= 5 && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match plain && !extension.is_empty() {
        true => format!(".{extension}"),
        false => String::new(),
    }
}

fn unreadable(row: u32, detail: &str) -> Problem {
    let subject = Subject {
        row: Some(row),
        ..Subject::default()
    };
    rules::ROW_UNREADABLE.broken(&subject, "record", detail)
}

fn overrun(overrun: Overrun) -> ReadError {
    match overrun {
        Overrun::Io(error) => ReadError::Io(error),
        Overrun::Depth => ReadError::refused(&rules::DROP_NESTED, ""),
        Overrun::Files => ReadError::refused(&rules::DROP_LIMITS, "files"),
        Overrun::Bytes => ReadError::refused(&rules::DROP_LIMITS, "bytes"),
        Overrun::Path => ReadError::refused(&rules::DROP_LIMITS, "path"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::Settings;
    use super::super::testing::Station;
    use super::*;

    fn batch(file: &str, content: impl AsRef<[u8]>) -> Batch {
        let mut station = Station::new();
        station.put(&format!("X/{file}"), content);
        station.claim().read(&Settings::default().limits).unwrap()
    }

    fn refusal(file: &str, content: impl AsRef<[u8]>) -> Vec<&'static str> {
        let mut station = Station::new();
        station.put(file, content);
        station.refusal()
    }

    fn rows(batch: &Batch) -> (Vec<u32>, Vec<Option<u32>>) {
        let good = batch.rows.iter().map(|row| row.row);
        let bad = batch.unreadable.iter().map(|problem| problem.row);
        (good.collect(), bad.collect())
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_the_others_go_on() {
        let lines = batch(
            "records.jsonl",
            "\u{feff}{}\r\n\r\n{\"nik\": \r\n{\"a\":1,\"a\":2}\r\n{}",
        );
        assert_eq!(rows(&lines), (vec![1, 5], vec![Some(3), Some(4)]));
        let deep = format!(
            "[{{}}, 7, {{\"a\": {}{}}}, {{}}]",
            "[".repeat(40),
            "]".repeat(40)
        );
        assert_eq!(
            rows(&batch("records.json", deep)),
            (vec![1, 4], vec![Some(2), Some(3)])
        );
        let table = batch(
            "records.csv",
            "\u{feff}NIK;NAMA_LGKP\r\n1;A\r\n2\r\n3;C\r\n",
        );
        assert_eq!(rows(&table), (vec![2, 4], vec![Some(3)]));
        assert!(table.rows[0].values["nama"] == RawValue::Text("A".into()));
    }

    #[test]
    fn no_detail_of_an_unreadable_row_quotes_what_stands_there() {
        let lines = batch(
            "records.jsonl",
            "{\"nama\": \"SITI AMINAH\n{\"nama\": SITI}\n",
        );
        let shown = serde_json::to_string(&lines.unreadable).unwrap() + &format!("{lines:?}");
        assert_eq!(lines.unreadable.len(), 2);
        assert!(!shown.contains("SITI"), "{shown}");
    }

    #[test]
    fn a_drop_that_gives_no_records_is_refused_with_its_reason() {
        for (file, content, code) in [
            ("X.json", "{\"nik\": \"1", "drop-unreadable"),
            (
                "X.json",
                "{\"nik\": \"1\", \"nik\": \"2\"}",
                "drop-unreadable",
            ),
            (
                "X.json",
                "{\"nama\": [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}",
                "drop-nested",
            ),
            ("X/records.json", "{}", "drop-unreadable"),
            ("X/records.json", "[]", "drop-empty"),
            ("X/records.jsonl", "\n\n", "drop-empty"),
            ("X.csv", "", "drop-empty"),
            ("X.csv", "nik,nama\n,\n", "drop-empty"),
            ("X.csv", "1702094503180003,AISYAH\n", "drop-unreadable"),
            ("X.csv", "nik,nama\n1,A\n2,\"B\n3,C\n4,D\n", "table-quote"),
            ("X.zip", "PK", "archive-unreadable"),
            ("X.pdf", "%PDF", "drop-kind"),
            ("X.xls", "\u{1}", "drop-kind"),
            ("X.ods", "PK", "drop-kind"),
            ("X/records.xlsx", "PK", "archive-unreadable"),
            ("X/X/records.csv", "nik\n1\n", "drop-nested"),
            ("X/notes.txt", "", "drop-empty"),
        ] {
            assert_eq!(refusal(file, content), [code], "{file}: {content}");
        }
        assert_eq!(
            refusal("X.csv", b"nik,nama\n1,Andr\xe9\n"),
            ["drop-encoding"]
        );
        assert_eq!(refusal("X.json", b"\xff\xfe{\0}\0"), ["drop-encoding"]);
    }

    #[test]
    fn more_than_one_file_of_records_is_ambiguous_and_a_link_is_none() {
        let mut station = Station::new();
        station.put("X/records.jsonl", "{}");
        station.put("X/Records.CSV", "nik\n1\n");
        assert_eq!(station.refusal(), ["drop-ambiguous"]);

        let mut station = Station::new();
        station.put("X/a.txt", "");
        symlink("/etc/passwd", station.path("incoming/X/records.csv")).unwrap();
        assert_eq!(station.refusal(), ["drop-special"]);

        let mut station = Station::new();
        symlink("/etc", station.path("incoming/X.json")).unwrap();
        assert_eq!(station.refusal(), ["drop-special"]);
    }

    #[test]
    fn more_records_or_bytes_than_allowed_are_refused() {
        let mut station = Station::new();
        station.put("X.csv", "nik\n1\n2\n3\n");
        let drop = station.claim();
        let refused = |limits: &Limits| match drop.read(limits) {
            Err(ReadError::Refused(problems)) => problems[0].code,
            other => panic!("{other:?}"),
        };
        let limits = Settings::default().limits;
        let few = Limits {
            records: 2,
            ..limits.clone()
        };
        assert_eq!(refused(&few), "drop-limits");
        let small = Limits {
            file_bytes: 9,
            ..limits.clone()
        };
        assert_eq!(refused(&small), "drop-limits");
        assert_eq!(drop.read(&limits).unwrap().received(), 3);
    }

    #[test]
    fn the_manifest_speaks_for_the_batch_and_a_wrong_file_refuses_all_of_it() {
        let approval =
            r#"{"status": "DISETUJUI", "oleh": "v-01", "pada": "2026-11-20T09:10:00+07:00"}"#;
        let put = |files: &str, approval: &str| {
            let mut station = Station::new();
            station.put("X/records.jsonl", "{}");
            station.put("X/a.jpg", "jpg");
            let text = format!(
                r#"{{"files": [{files}], "sekolah": {{"npsn": "1"}}, "persetujuan": {approval}}}"#
            );
            station.put("X/batch.json", text);
            match station.claim().read(&Settings::default().limits) {
                Ok(batch) => {
                    let said = |field| match batch.manifest.values.get(field) {
                        Some(RawValue::Text(text)) => Some(text.clone()),
                        _ => None,
                    };
                    Ok((said("sekolah.npsn"), said("persetujuan.status")))
                }
                Err(ReadError::Refused(problems)) => Err(problems[0].code),
                Err(error) => panic!("{error}"),
            }
        };
        let hash = "9".repeat(64);
        let listed =
            |path, size| format!(r#"{{"path": "{path}", "size": {size}, "sha256": "{hash}"}}"#);
        let npsn = Some("1".to_owned());
        assert_eq!(
            put("", approval),
            Ok((npsn.clone(), Some("DISETUJUI".into())))
        );
        assert_eq!(
            put("", &approval.replace("DISETUJUI", "DITOLAK")),
            Ok((npsn, Some("DITOLAK".into())))
        );
        assert_eq!(
            put(&listed("b.jpg", 3), approval),
            Err("manifest-file-missing")
        );
        assert_eq!(
            put(&listed("../a.jpg", 3), approval),
            Err("manifest-file-missing")
        );
        assert_eq!(put(&listed("a.jpg", 4), approval), Err("manifest-size"));
        assert_eq!(put(&listed("a.jpg", 3), approval), Err("manifest-hash"));
        assert_eq!(put("{\"path\": 1}", approval), Err("manifest-unreadable"));
        assert_eq!(put("7", approval), Err("manifest-unreadable"));
    }
}
