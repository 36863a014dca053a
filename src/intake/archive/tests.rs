//! Archives as they come, and as somebody would make them who means harm.

use std::io::Cursor;
use std::time::Duration;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::super::testing::{Station, record, report};
use super::super::{Settings, Why};
use super::*;

/// An archive of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The same bytes with every occurrence of one text put for another of its length.
fn replaced(mut bytes: Vec<u8>, old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, old).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new);
    }
    bytes
}

/// The same bytes with a number changed in the first directory entry and its local header.
fn patched(mut bytes: Vec<u8>, central: usize, local: usize, new: &[u8]) -> Vec<u8> {
    let entry = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap() + central;
    bytes[entry..entry + new.len()].copy_from_slice(new);
    bytes[local..local + new.len()].copy_from_slice(new);
    bytes
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    let mut station = Station::new();
    station.put("X.zip", bytes);
    let codes = station.refusal();
    assert!(station.tree("rejected").is_empty());
    codes
}

fn batch() -> Vec<(&'static str, &'static [u8])> {
    vec![
        ("records.jsonl", br#"{"nik": "1", "foto": "foto/a.jpg"}"#),
        ("foto/a.jpg", b"jpg"),
    ]
}

#[test]
fn an_archive_is_read_as_the_folder_that_was_packed() {
    let packed = [
        (
            "SDN 2/records.jsonl",
            record("1", "foto/A.JPG").into_bytes(),
        ),
        ("SDN 2/foto/a.jpg", b"jpg".to_vec()),
        ("__MACOSX/SDN 2/._records.jsonl", b"litter".to_vec()),
        ("SDN 2/.DS_Store", b"litter".to_vec()),
        ("SDN 2/foto/Thumbs.db", b"litter".to_vec()),
    ];
    let files: Vec<(&str, &[u8])> = packed.iter().map(|(n, c)| (*n, c.as_slice())).collect();
    for files in [&files[..], &batch()[..]] {
        let mut station = Station::new();
        station.put("X.zip", archive(files));
        let drop = station.claim();
        let limits = Settings::default().limits;
        assert_eq!(drop.read(&limits).unwrap().received(), 1);
        assert_eq!(drop.photo("foto/a.jpg", &limits).unwrap(), b"jpg");
        let unpacked = station.tree(&format!("work/{}/unpacked", drop.id()));
        assert_eq!(unpacked, ["foto/a.jpg", "records.jsonl"]);
        drop.dispose(&report(&drop, 1, &[]), &limits).unwrap();
        assert_eq!(
            station.tree("accepted"),
            ["X.zip/X.zip", "X.zip/reasons.json"]
        );
        assert!(station.tree("work").is_empty());
    }
}

#[test]
fn refused_rows_come_back_with_their_photos_and_the_archive_is_kept() {
    let lines = format!("{}\n{}\n", record("1", "a.jpg"), record("2", "b.jpg"));
    let files: [(&str, &[u8]); 3] = [
        ("records.jsonl", lines.as_bytes()),
        ("a.jpg", b"a"),
        ("b.jpg", b"b"),
    ];
    let mut station = Station::new();
    station.put("X.zip", archive(&files));
    let drop = station.claim();
    let limits = Settings::default().limits;
    drop.read(&limits).unwrap();
    drop.dispose(&report(&drop, 2, &[2]), &limits).unwrap();
    assert_eq!(
        station.tree("accepted"),
        ["X.zip/X.zip", "X.zip/reasons.json"]
    );
    assert_eq!(
        station.tree("rejected"),
        ["X.zip/b.jpg", "X.zip/reasons.json", "X.zip/records.jsonl"]
    );
}

#[test]
fn an_archive_half_unpacked_is_unpacked_again() {
    let mut station = Station::new();
    station.put("X.zip", archive(&batch()));
    let drop = station.claim();
    let home = station.path("work").join(drop.id());
    for (folder, file) in [
        ("unpacked.tmp", "records.jsonl"),
        ("unpacked", "foto/a.jpg"),
    ] {
        let file = home.join(folder).join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    std::mem::drop(drop);
    station.restart();
    let resumed = station.inbox.unfinished().unwrap();
    let limits = Settings::default().limits;
    assert_eq!(resumed[0].read(&limits).unwrap().received(), 1);
    assert_eq!(resumed[0].photo("foto/a.jpg", &limits).unwrap(), b"jpg");
}

#[test]
fn an_archive_is_waited_for_until_its_directory_is_there() {
    let whole = archive(&batch());
    let mut station = Station::new();
    station.put("X.zip", &whole[..whole.len() - 9]);
    assert!(station.scan_after(3).is_empty());
    assert_eq!(station.why("X.zip"), Some(Why::NotWhole));
    station.put("X.zip", &whole);
    assert_eq!(station.scan_after(3).len(), 1);

    station.put("X.zip", &whole[..40]);
    station.scan();
    station.now += Duration::from_secs(60);
    assert_eq!(station.scan().len(), 1, "it is given up and goes back");
}

#[test]
fn bombs_are_refused_before_anything_of_them_is_unpacked() {
    let zeros = vec![0; 20 << 20];
    assert_eq!(
        codes(&archive(&[("records.csv", &zeros)])),
        ["archive-bomb"]
    );
    // Noise, which does not shrink.
    let mut state = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    })
    .take(2 << 20)
    .collect();
    let hidden = archive(&[("a.jpg", &noise), ("records.csv", &zeros)]);
    assert_eq!(codes(&hidden), ["archive-bomb"], "photos excuse no bomb");
    let piece = vec![0; 1 << 20];
    let names: Vec<String> = (0..40).map(|number| format!("{number}.jpg")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &piece[..])).collect();
    assert_eq!(
        codes(&archive(&many)),
        ["archive-bomb"],
        "each is harmless alone"
    );

    let limits = Settings::default().limits;
    let refused = |bytes: Vec<u8>, limits: &Limits| match Archive::measured(
        Cursor::new(bytes),
        limits,
        1 << 20,
    ) {
        Err(ReadError::Refused(problems)) => problems[0].code,
        _ => "taken",
    };
    let few = Limits {
        files: 1,
        ..limits.clone()
    };
    assert_eq!(refused(archive(&batch()), &few), "drop-limits");
    assert_eq!(refused(archive(&[("a", &noise)]), &limits), "drop-limits");
    let deep = format!("{}records.csv", "a/".repeat(9));
    assert_eq!(refused(archive(&[(&deep, b"nik")]), &limits), "drop-nested");
    assert_eq!(refused(archive(&batch()), &limits), "taken");
}

#[test]
fn an_entry_that_lies_about_its_size_is_caught_when_it_exceeds_it() {
    let text = format!("nik\n{}", "1\n".repeat(5000));
    let honest = archive(&[("records.csv", text.as_bytes())]);
    let lying = patched(honest.clone(), 24, 22, &100_u32.to_le_bytes());
    assert_eq!(codes(&lying), ["archive-unreadable"]);
    let boasting = patched(honest, 24, 22, &90_000_u32.to_le_bytes());
    assert_eq!(codes(&boasting), ["archive-unreadable"]);
}

#[test]
fn names_that_lead_outside_are_refused() {
    for name in [
        "../records.csv",
        "a/../../records.csv",
        "/records.csv",
        "C:/records.csv",
        "..\\records.csv",
        "a\\..\\..\\records.csv",
        "\\\\server\\records.csv",
        "a\u{7}.csv",
        ".",
    ] {
        let bytes = archive(&[("good.csv", b"nik"), (name, b"nik\n1\n")]);
        assert_eq!(codes(&bytes), ["archive-path"], "{name}");
    }
    let long = format!("{}.jpg", "a".repeat(252));
    let bytes = archive(&[("good.csv", b"nik"), (&long, b"jpg")]);
    assert_eq!(codes(&bytes), ["drop-limits"], "no file system takes it");
    assert_eq!(below("./a//b.jpg"), Some(PathBuf::from("a/b.jpg")));
}

#[test]
fn backslashes_separate_as_windows_writes_them() {
    let mut station = Station::new();
    let packed = [
        (
            "records.jsonl",
            br#"{"nik": "1", "foto": "foto/a.jpg"}"#.as_slice(),
        ),
        ("foto\\a.jpg", b"jpg"),
    ];
    station.put("X.zip", archive(&packed));
    let drop = station.claim();
    let limits = Settings::default().limits;
    assert_eq!(drop.read(&limits).unwrap().rows.len(), 1);
    assert_eq!(drop.photo("foto/a.jpg", &limits).unwrap(), b"jpg");
}

/// The archive with the end records of ZIP64, which its short one points to or repeats.
fn zip64(bytes: &[u8], short_is_full: bool) -> Vec<u8> {
    let (body, end) = bytes.split_at(bytes.len() - END);
    let number = |at: usize, bytes: usize| {
        let digits = end[at..at + bytes].iter().rev();
        digits.fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
    };
    let (count, size, offset) = (number(10, 2), number(12, 4), number(16, 4));
    let mut out = body.to_vec();
    let record = out.len() as u64;
    out.extend(b"PK\x06\x06");
    out.extend((END_64 as u64 - 12).to_le_bytes());
    out.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for value in [count, count, size, offset] {
        out.extend(value.to_le_bytes());
    }
    out.extend(b"PK\x06\x07\0\0\0\0");
    out.extend(record.to_le_bytes());
    out.extend(1_u32.to_le_bytes());
    let mut end = end.to_vec();
    if short_is_full {
        end[8..20].fill(0xff);
    }
    out.extend(end);
    out
}

#[test]
fn zip64_is_read_also_where_it_is_not_needed() {
    let limits = Settings::default().limits;
    for short_is_full in [true, false] {
        let mut station = Station::new();
        let bytes = zip64(&archive(&batch()), short_is_full);
        station.put("X.zip", &bytes);
        assert_eq!(station.claim().read(&limits).unwrap().rows.len(), 1);
        // Two records that do not agree could hide entries from one of two readers.
        let mut other = bytes.clone();
        let count = bytes.len() - END - LOCATOR - END_64 + 32;
        other[count] += 1;
        assert_eq!(codes(&other), ["archive-unreadable"]);
    }
}

#[test]
fn links_locks_archives_and_names_given_twice_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("records.csv", "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    assert_eq!(codes(&zip.finish().unwrap().into_inner()), ["drop-special"]);

    let locked = patched(archive(&[("records.csv", b"nik\n1\n")]), 8, 6, &[1]);
    assert_eq!(codes(&locked), ["archive-locked"]);

    let nested = archive(&[("records.csv", b"nik\n1\n"), ("foto.ZIP", b"PK")]);
    assert_eq!(codes(&nested), ["archive-nested"]);

    let twice = archive(&[("records.csv", b"nik\n1\n"), ("recordz.csv", b"nik\n2\n")]);
    assert_eq!(
        codes(&replaced(twice, b"recordz", b"records")),
        ["archive-twice"]
    );
    for other in ["Records.CSV", "records.csv/a.jpg"] {
        let bytes = archive(&[("records.csv", b"nik\n1\n"), (other, b"nik\n2\n")]);
        assert_eq!(codes(&bytes), ["archive-twice"], "{other}");
    }
}

#[test]
fn entries_that_share_their_bytes_are_refused() {
    let mut bytes = archive(&[("records.csv", b"nik\n1\n"), ("b.jpg", b"nik\n1\n")]);
    let entries: Vec<usize> = memchr::memmem::find_iter(&bytes, b"PK\x01\x02").collect();
    // Both point at the first local header.
    bytes[entries[1] + 42..entries[1] + 46].copy_from_slice(&[0; 4]);
    assert_eq!(codes(&bytes), ["archive-twice"]);
}

#[test]
fn damage_is_found_by_the_checksum() {
    let bytes = archive(&[("records.csv", b"nik\n1\n")]);
    let wrong = patched(bytes, 16, 14, &[1, 2, 3, 4]);
    assert_eq!(codes(&wrong), ["archive-unreadable"]);
    for bytes in [&b""[..], b"PK", &[0; 100]] {
        assert_eq!(codes(bytes), ["archive-unreadable"]);
    }
}

#[test]
fn names_are_read_in_utf8_and_in_the_old_dos_page() {
    let limits = Settings::default().limits;
    let dos = archive(&[("records.jsonl", b"{}"), ("caf_.jpg", b"dos")]);
    let dos = replaced(dos, b"caf_", b"caf\x82");
    let utf8 = archive(&[("records.jsonl", b"{}"), ("cafe\u{301}.jpg", b"utf8")]);
    for (bytes, content) in [(dos, b"dos".as_slice()), (utf8, b"utf8")] {
        let mut station = Station::new();
        station.put("X.zip", bytes);
        let drop = station.claim();
        drop.read(&limits).unwrap();
        assert_eq!(drop.photo("caf\u{e9}.jpg", &limits).unwrap(), content);
    }
}
