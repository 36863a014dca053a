use std::fs;

use super::super::Settings;
use super::super::testing::{Station, record, report};
use super::*;

fn limits() -> Limits {
    Settings::default().limits
}

#[test]
fn a_numbered_name_gives_the_given_one_back() {
    let folder = tempfile::TempDir::new().unwrap();
    let tree = Tree::open(folder.path()).unwrap();
    for name in ["X", "X.json", "a~b.zip", ".x", "SDN 2.kelas 1", "X~"] {
        assert_eq!(given_name(name), name);
        fs::write(folder.path().join(name), "").unwrap();
        let second = free_name(&tree, name);
        assert_ne!(second, name);
        assert_eq!(given_name(&second), name);
        fs::write(folder.path().join(&second), "").unwrap();
        assert_eq!(given_name(&free_name(&tree, name)), name);
    }
}

fn batch(station: &Station) {
    station.put(
        "X/records.jsonl",
        format!(
            "{}\n{{\"b\"\n{}",
            record("1", "a.jpg"),
            record("3", "p/c.jpg")
        ),
    );
    station.put("X/a.jpg", "a");
    station.put("X/p/c.jpg", "c");
    station.put("X/batch.json", r#"{"files": [], "sekolah": {"npsn": "1"}}"#);
    station.put("X/reasons.json", "of the last time");
    station.put("X.done", "");
}

const WHOLE: [&str; 7] = [
    "X/X.done",
    "X/a.jpg",
    "X/batch.json",
    "X/p/c.jpg",
    "X/reasons.json",
    "X/reasons~2.json",
    "X/records.jsonl",
];

/// The one place where a drop with good and bad rows may end, whatever happened on the way.
fn assert_split(station: &Station) {
    assert_eq!(station.tree("accepted"), WHOLE);
    assert_eq!(
        station.tree("rejected"),
        [
            "X/batch.json",
            "X/p/c.jpg",
            "X/reasons.json",
            "X/records.jsonl"
        ]
    );
    assert!(fs::read_dir(station.path("work")).unwrap().next().is_none());
    assert!(station.tree("incoming").is_empty());
    let kept = format!("{{\"b\"\n{}\n", record("3", "p/c.jpg"));
    assert_eq!(station.read("rejected/X/records.jsonl"), kept);
    assert!(!station.read("rejected/X/batch.json").contains("files"));
    assert_eq!(
        station.read("accepted/X/reasons~2.json"),
        "of the last time"
    );
    for place in ["accepted", "rejected"] {
        let reasons = station.read(&format!("{place}/X/reasons.json"));
        let reasons: Value = serde_json::from_str(&reasons).unwrap();
        assert_eq!(reasons["received"], 3);
        assert_eq!(reasons["accepted"], 1);
        assert_eq!(reasons["rejected"], 2);
        assert_eq!(reasons["problems"][0]["code"], "nik-length");
    }
}

#[test]
fn a_drop_with_both_is_kept_whole_and_its_refused_rows_go_back_as_written() {
    let mut station = Station::new();
    batch(&station);
    let drop = station.claim();
    drop.dispose(&report(&drop, 3, &[2, 3]), &limits()).unwrap();
    assert_split(&station);
}

#[test]
fn a_crash_between_any_two_steps_of_a_disposal_ends_in_the_same_place() {
    for step in 0..=5 {
        let mut station = Station::new();
        batch(&station);
        let drop = station.claim();
        let report = report(&drop, 3, &[2, 3]);
        if step == 0 {
            // A draft that was not finished.
            drop.home
                .make_folders(Path::new("out.tmp/rejected/p"))
                .unwrap();
        } else {
            drop.decide(&report, &limits()).unwrap();
        }
        let out = || drop.home.folder(Path::new(DECISION)).unwrap();
        let place = |name| station.path(name);
        if step == 2 {
            let batch = Path::new("drop/X");
            drop.home
                .rename(batch, &out(), Path::new(ACCEPTED))
                .unwrap();
        }
        if step >= 3 {
            drop.gather(&out(), ACCEPTED).unwrap();
        }
        if step >= 4 {
            drop.publish(&out(), REJECTED, &place("rejected")).unwrap();
        }
        if step >= 5 {
            drop.publish(&out(), ACCEPTED, &place("accepted")).unwrap();
        }
        station.restart();
        let left = station.inbox.unfinished().unwrap();
        assert_eq!(left.len(), usize::from(step == 0), "step {step}");
        for drop in left {
            drop.dispose(&report, &limits()).unwrap();
        }
        assert_split(&station);
    }
}

#[test]
fn a_copy_across_mounts_that_was_made_is_not_made_twice() {
    let mut station = Station::new();
    station.put("X.json", "{}");
    let drop = station.claim();
    drop.decide(&report(&drop, 1, &[]), &limits()).unwrap();
    let out = drop.home.folder(Path::new(DECISION)).unwrap();
    drop.gather(&out, ACCEPTED).unwrap();
    let accepted = Tree::open(&station.path("accepted")).unwrap();
    let copy = PathBuf::from(format!(".{}.tmp", drop.id()));
    tree::copy(&out, Path::new(ACCEPTED), &accepted, &copy).unwrap();
    out.rename(Path::new(ACCEPTED), &out, Path::new("accepted.copied"))
        .unwrap();
    station.restart();
    assert!(station.inbox.unfinished().unwrap().is_empty());
    assert_eq!(
        station.tree("accepted"),
        ["X.json/X.json", "X.json/reasons.json"]
    );
    assert!(fs::read_dir(station.path("work")).unwrap().next().is_none());
}

#[test]
fn a_refused_drop_goes_back_untouched_and_a_taken_name_gets_a_number() {
    let mut station = Station::new();
    for content in ["{\"nik\": \"1", "{\"nik\": \"2"] {
        station.put("X.json", content);
        let drop = station.claim();
        let problems = vec![crate::domain::rules::DROP_UNREADABLE.broken_by_drop("")];
        drop.dispose(&Report::new(drop.name(), 0, problems), &limits())
            .unwrap();
    }
    assert_eq!(station.read("rejected/X.json/X.json"), "{\"nik\": \"1");
    assert_eq!(station.read("rejected/X~2.json/X.json"), "{\"nik\": \"2");
    assert!(station.tree("accepted").is_empty());
}

#[test]
fn a_link_goes_back_as_a_link() {
    let mut station = Station::new();
    let target = station.path("secret");
    fs::write(&target, "secret").unwrap();
    std::os::unix::fs::symlink(&target, station.path("incoming/X.json")).unwrap();
    let drop = station.claim();
    let Err(ReadError::Refused(problems)) = drop.read(&limits()) else {
        panic!("a link was read");
    };
    drop.dispose(&Report::new(drop.name(), 0, problems), &limits())
        .unwrap();
    assert!(station.path("rejected/X.json/X.json").is_symlink());
    assert_eq!(station.read("secret"), "secret");
}

#[test]
fn a_name_of_any_bytes_and_length_gets_a_place() {
    use std::os::unix::ffi::OsStringExt;
    let mut station = Station::new();
    let long = "x".repeat(250) + ".json";
    let odd = std::ffi::OsString::from_vec(b"a\n\xe9.json".to_vec());
    for name in [std::ffi::OsString::from(long), odd] {
        fs::write(station.path("incoming").join(&name), "{}").unwrap();
        let drop = station.claim();
        drop.dispose(&report(&drop, 1, &[]), &limits()).unwrap();
        let place = station.path("accepted").join(shown(&name));
        assert!(place.join(&name).exists());
    }
}

#[test]
fn a_table_comes_back_with_all_rows_and_only_the_refused_photos() {
    let mut station = Station::new();
    station.put("p/1.jpg", "1");
    station.put("p/2.jpg", "2");
    station.put("T.csv", "nik;foto\n1;p/1.jpg\n2;p\\2.JPG\n");
    let drop = station.claim();
    drop.dispose(&report(&drop, 2, &[3]), &limits()).unwrap();
    assert_eq!(
        station.tree("accepted"),
        [
            "T.csv/T.csv",
            "T.csv/p/1.jpg",
            "T.csv/p/2.jpg",
            "T.csv/reasons.json"
        ]
    );
    assert_eq!(
        station.tree("rejected"),
        [
            "T.csv/T.csv",
            "T.csv/alasan.xlsx",
            "T.csv/p/2.jpg",
            "T.csv/reasons.json"
        ]
    );
    let back = station.read("rejected/T.csv/T.csv");
    let lines: Vec<&str> = back.lines().collect();
    assert_eq!(lines[0], "\u{feff}nik;foto;kia_status;kia_kolom;kia_alasan");
    assert_eq!(lines[1], "1;p/1.jpg;DITERIMA;;");
    assert!(lines[2].starts_with("2;p\\2.JPG;DITOLAK;nik;"));
}

#[test]
fn photos_that_are_called_like_the_stations_own_files_are_passed_over() {
    for (records, lines, photo, own) in [
        ("records.jsonl", "{}\n{}", "reasons.json", "reasons.json"),
        (
            "records.jsonl",
            "{}\n{}",
            "reasons.json/a.jpg",
            "reasons.json",
        ),
        (
            "records.csv",
            "nik,foto\n1,FOTO\n2,FOTO\n",
            "alasan.xlsx",
            "alasan.xlsx",
        ),
        (
            "records.csv",
            "nik,foto\n1,FOTO\n2,FOTO\n",
            "alasan.xlsx/a.jpg",
            "alasan.xlsx",
        ),
    ] {
        let mut station = Station::new();
        let lines = lines
            .replace("{}", &record("1", photo))
            .replace("FOTO", photo);
        station.put(&format!("X/{records}"), lines);
        station.put(&format!("X/{photo}"), "jpg");
        let drop = station.claim();
        let refused = if records == "records.csv" { 3 } else { 2 };
        drop.dispose(&report(&drop, 2, &[refused]), &limits())
            .unwrap();
        let back = fs::read(station.path("rejected/X").join(own)).unwrap();
        assert!(back != b"jpg", "{photo}");
        assert!(station.tree("work").is_empty(), "{photo}");
    }
}

#[test]
fn a_table_wider_than_a_return_list_is_refused_and_comes_to_its_end() {
    for (columns, wide) in [(256, false), (257, true), (16_380, true)] {
        let mut station = Station::new();
        let header = (1..columns).map(|number| format!(",k{number}"));
        let row = ",".repeat(columns - 1);
        let table = format!("nik{}\n1{row}\n2{row}\n", header.collect::<String>());
        station.put("T.csv", table);
        let drop = station.claim();
        let report = match drop.read(&limits()) {
            Ok(batch) => report(&drop, batch.received(), &[2]),
            Err(ReadError::Refused(problems)) => Report::refused(drop.name(), problems),
            Err(error) => panic!("{error}"),
        };
        assert_eq!(report.problems()[0].code == "drop-limits", wide);
        drop.dispose(&report, &limits()).unwrap();
        assert!(station.tree("work").is_empty());
    }
}

#[test]
fn a_workbook_comes_back_with_the_refused_rows_alone() {
    use super::super::Mappings;
    use super::super::workbook::Sheet;
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cell) in ["DATA", "nik", "1", "2", "3"].iter().enumerate() {
        sheet.write_string(row as u32, 0, *cell).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    for (refused, place) in [(&[4][..], "T.xlsx"), (&[3, 4, 5], "alasan.xlsx")] {
        let mut station = Station::new();
        station.put("T.xlsx", &bytes);
        let drop = station.claim();
        assert_eq!(drop.read(&limits()).unwrap().received(), 3);
        drop.dispose(&report(&drop, 3, refused), &limits()).unwrap();
        let back = fs::read(station.path("rejected/T.xlsx").join(place)).unwrap();
        let back = Sheet::read(&back, &limits(), &Mappings::default()).unwrap();
        assert_eq!(back.lines.len(), refused.len());
        assert_eq!(back.headers[0], "nik");
    }
}

#[test]
fn a_table_without_a_good_row_goes_back_untouched_beside_a_marked_copy() {
    let mut station = Station::new();
    station.put("X/records.csv", "nik\n1\n");
    let drop = station.claim();
    drop.dispose(&report(&drop, 1, &[2]), &limits()).unwrap();
    assert_eq!(station.read("rejected/X/records.csv"), "nik\n1\n");
    assert!(
        station
            .read("rejected/X/alasan.csv")
            .contains("1,DITOLAK,nik,")
    );
}

#[test]
fn refused_elements_of_an_array_come_back_byte_for_byte() {
    let mut station = Station::new();
    station.put(
        "X/records.json",
        "[{ \"nik\":  \"1\" }, {\"nik\": \"2\"}, 7]",
    );
    let drop = station.claim();
    drop.dispose(&report(&drop, 3, &[1, 3]), &limits()).unwrap();
    let back = station.read("rejected/X/records.json");
    assert_eq!(back, "[\n{ \"nik\":  \"1\" },\n7\n]\n");
}
