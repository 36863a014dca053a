//! No file costs more memory than its limits say, however it is built: each is checked by a program
//! that may have no more than [`MOST`].

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use rust_xlsxwriter::Workbook;
use serde_json::Value;

/// Kibibytes of memory that the program may write to: six times the largest file of records.
const MOST: u32 = 384 << 10;

/// The codes for which a drop is refused by a program of little memory.
fn refusal(drop: &Path) -> Vec<String> {
    let limited = format!("ulimit -d {MOST}; exec \"$@\"");
    let ran = Command::new("sh")
        .args([
            "-c",
            &limited,
            "sh",
            env!("CARGO_BIN_EXE_kia-station"),
            "check",
        ])
        .arg(drop)
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&ran.stdout);
    let error = String::from_utf8_lossy(&ran.stderr);
    let report: Value = serde_json::from_str(&out)
        .unwrap_or_else(|_| panic!("{}: {:?} {out} {error}", drop.display(), ran.status));
    let problems = report["problems"].as_array().unwrap();
    let codes = problems
        .iter()
        .map(|problem| problem["code"].as_str().unwrap().to_owned());
    codes.collect()
}

/// A workbook with one long text that 18,000 cells show.
fn shared_text() -> Vec<u8> {
    let text = "X".repeat(14_000);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "NIK").unwrap();
    sheet.write_string(0, 1, "NAMA").unwrap();
    for row in 1..=9_000 {
        for column in 0..2 {
            sheet.write_string(row, column, &text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

#[test]
fn every_limit_is_checked_before_its_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: Vec<u8>| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        // A file of records in a folder is that folder's.
        let lone = path.parent().unwrap() == folder.path();
        if lone {
            path
        } else {
            path.parent().unwrap().to_owned()
        }
    };
    let wide = |cells: usize| [b"nik;nama".as_slice(), &vec![b';'; cells]].concat();
    let many = |start: &str, piece: &str, count: usize, end: &str| {
        let mut text = start.to_owned();
        text.push_str(&piece.repeat(count));
        text.push_str(end);
        text.into_bytes()
    };
    let keys = |count: usize| {
        let mut text = "{\"nik\":\"1\"".to_owned();
        for key in 0..count {
            write!(text, ",\"{key}\":1").unwrap();
        }
        text.push('}');
        text.into_bytes()
    };
    let listed = many(
        "{\"files\":[",
        "{\"path\":\"a.jpg\",\"size\":1,\"sha256\":\"0\"},",
        300_000,
        "{\"path\":\"a.jpg\",\"size\":1,\"sha256\":\"0\"}]}",
    );
    put("daftar/records.jsonl", b"{}\n".to_vec());
    let header = many("nik;nama\n", "1;", 20_000_000, "\n");
    for (drop, code) in [
        (put("judul.csv", wide(20_000_000)), "drop-limits"),
        (put("baris.csv", header), "row-unreadable"),
        (
            put("pendek.csv", many("nik;nama\n", "1\n", 20_000_000, "")),
            "drop-limits",
        ),
        (
            put("banyak/records.json", many("[", "1,", 16_000_000, "1]")),
            "drop-limits",
        ),
        (
            put("baris/records.jsonl", many("", "1\n", 16_000_000, "")),
            "drop-limits",
        ),
        (
            put("kosong/records.jsonl", many("", "\n", 60_000_000, "")),
            "drop-empty",
        ),
        (put("kunci.json", keys(4_000_000)), "drop-limits"),
        (
            put("nilai.json", many("{\"nik\":[", "1,", 16_000_000, "1]}")),
            "drop-limits",
        ),
        (
            put("kunci/records.jsonl", keys(4_000_000)),
            "row-unreadable",
        ),
        (put("daftar/batch.json", listed), "manifest-unreadable"),
        (put("teks.xlsx", shared_text()), "drop-limits"),
    ] {
        let codes = refusal(&drop);
        assert!(
            codes.iter().any(|found| found == code),
            "{}: {codes:?}",
            drop.display()
        );
    }
}
