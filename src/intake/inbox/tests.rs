//! Each way of completing a drop, and what is waited for.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

use super::super::testing::{Station, record};
use super::*;

fn sha256(content: &str) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn manifest(path: &str, size: usize, sha256: &str) -> String {
    format!(r#"{{"files": [{{"path": "{path}", "size": {size}, "sha256": "{sha256}"}}]}}"#)
}

#[test]
fn a_single_record_that_stood_still_is_taken_with_its_photo() {
    let mut station = Station::new();
    station.put("a.jpg", "jpg");
    station.put("X.json", record("1", "a.jpg"));
    assert!(station.scan_after(1).is_empty());
    assert_eq!(station.why("X.json"), Some(Why::Settling));
    station.now += Duration::from_secs(1);
    let ready = station.scan();
    assert_eq!(ready[0].companions, [PathBuf::from("a.jpg")]);
    assert!(station.inbox.waiting().is_empty());
}

#[test]
fn what_somebody_has_open_for_writing_waits_however_still_it_stands() {
    let mut station = Station::new();
    station.put("a.jpg", "jpg");
    station.put("X.json", record("1", "a.jpg"));
    station.put("Y/records.jsonl", "{}");
    let append = |path: &str| {
        let path = station.inbox.store.folders.incoming.join(path);
        fs::OpenOptions::new().append(true).open(path).unwrap()
    };
    let writers = [append("a.jpg"), append("Y/records.jsonl")];
    station.scan();
    assert!(station.scan_after(60).is_empty());
    assert_eq!(station.why("X.json"), Some(Why::Settling));
    assert_eq!(station.why("Y"), Some(Why::Settling));
    drop(writers);
    assert_eq!(station.scan().len(), 2);
}

#[test]
fn a_name_that_arrived_whole_is_taken_at_once() {
    let mut station = Station::new();
    station.put("a.jpg", "jpg");
    station.put("X.json", record("1", "a.jpg"));
    station.put("Y/records.jsonl", "{}");
    assert!(station.scan().is_empty());
    assert_eq!(station.scan_arrived("X.json").len(), 1);
    assert_eq!(station.scan_arrived("Y").len(), 2);
    station.put("Y/records.jsonl", "{}\n{");
    assert_eq!(station.scan().len(), 1, "Y is written again");
}

#[test]
fn a_done_file_beside_or_inside_completes_a_drop_and_goes_with_it() {
    let mut station = Station::new();
    station.put("X/records.jsonl", "{}");
    station.put("Y/records.jsonl", "{}");
    station.put("Z.json", "{}");
    assert!(station.scan().is_empty());
    station.put("X.done", "");
    station.put("Y/.done", "");
    station.put("Z.done", "");
    station.put("lone.done", "");
    let ready = station.scan();
    let companions: Vec<_> = ready.iter().map(|drop| drop.companions.len()).collect();
    assert_eq!(companions, [1, 0, 1]);
    assert_eq!(station.why("lone.done"), Some(Why::Drop));
    assert_eq!(station.why("X.done"), None);
}

#[test]
fn a_manifest_completes_a_batch_once_the_listed_bytes_are_there() {
    let mut station = Station::new();
    station.put("X/records.jsonl", "{}");
    station.put("X/batch.json", manifest("a.jpg", 3, &sha256("jpg")));
    assert!(station.scan().is_empty());
    station.put("X/a.jpg", "\0\0\0");
    assert!(
        station.scan().is_empty(),
        "full size, but not yet the content"
    );
    station.put("X/a.jpg", "jpg");
    assert_eq!(station.scan().len(), 1);
}

#[test]
fn a_manifest_that_is_never_fulfilled_is_given_up_after_a_minute() {
    let mut station = Station::new();
    station.put("X/records.jsonl", "{}");
    station.put("X/batch.json", manifest("a.jpg", 3, &sha256("jpg")));
    assert!(station.scan_after(59).is_empty());
    assert_eq!(station.why("X"), Some(Why::NotWhole));
    assert_eq!(station.scan_after(1).len(), 1);
}

#[test]
fn what_does_not_parse_or_lacks_its_photo_waits_and_is_then_taken_as_it_is() {
    let mut station = Station::new();
    station.put("half.json", "{\"nik\": \"17");
    station.put("bare.json", record("1", "b.jpg"));
    station.put("X/records.csv", "nik;foto\n1;a.jpg\n");
    assert!(station.scan_after(59).is_empty());
    let whys = ["half.json", "bare.json", "X"].map(|name| station.why(name));
    assert_eq!(
        whys,
        [Some(Why::NotWhole), Some(Why::Photo), Some(Why::Photo)]
    );
    station.now += Duration::from_secs(1);
    assert_eq!(station.scan().len(), 3);
}

#[test]
fn a_photo_still_being_copied_holds_its_record_back() {
    let mut station = Station::new();
    station.put("X.json", record("1", "a.jpg"));
    assert!(station.scan_after(2).is_empty());
    station.put("a.jpg", "j");
    assert!(station.scan_after(1).is_empty());
    station.put("a.jpg", "jpg");
    assert!(station.scan_after(1).is_empty());
    station.now += Duration::from_secs(1);
    assert_eq!(station.scan().len(), 1);
}

#[test]
fn pictures_and_folders_of_pictures_wait_for_their_record_for_ever() {
    let mut station = Station::new();
    station.put("a.jpg", "jpg");
    station.put("photos/b.JPG", "jpg");
    fs::create_dir(station.path("incoming/empty")).unwrap();
    assert!(station.scan_after(100_000).is_empty());
    let whys = ["a.jpg", "photos", "empty"].map(|name| station.why(name));
    assert_eq!(
        whys,
        [Some(Why::Record), Some(Why::Record), Some(Why::Content)]
    );
    station.put("X.csv", "nik,foto\n1,photos/b.jpg\n");
    let ready = station.scan_after(2);
    assert_eq!(ready[0].companions, [PathBuf::from("photos/b.JPG")]);
}

#[test]
fn a_record_cannot_carry_off_another_drops_files() {
    let mut station = Station::new();
    station.put("X/records.jsonl", "{}");
    station.put("X/a.jpg", "jpg");
    station.put("Y.json", "{}");
    station.put("T.csv", "nik,foto\n1,X/a.jpg\n2,Y.json\n3,../secret.jpg\n");
    let ready = station.scan_after(60);
    assert_eq!(ready[0].name, "T.csv");
    assert!(ready[0].companions.is_empty());
}

#[test]
fn litter_and_temporary_names_are_not_even_listed() {
    let mut station = Station::new();
    for name in [".X.json", "X.json.tmp", "X.part", "~$X.xlsx", "Thumbs.db"] {
        station.put(name, "{}");
    }
    assert!(station.scan_after(1000).is_empty());
    assert!(station.inbox.waiting().is_empty());
}

#[test]
fn links_pipes_and_names_of_any_bytes_are_taken_and_the_scan_goes_on() {
    let mut station = Station::new();
    symlink("/etc/passwd", station.path("incoming/link.json")).unwrap();
    let pipe = station.path("incoming/pipe.json");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    for name in [b"line\nbreak.json".to_vec(), b"latin-\xe9.json".to_vec()] {
        let name = OsString::from_vec(name);
        fs::write(station.path("incoming").join(name), "{}").unwrap();
    }
    let ready = station.scan_after(2);
    assert_eq!(ready.len(), 4);
    for drop in ready {
        station.inbox.claim(&drop).unwrap();
    }
    assert!(station.tree("incoming").is_empty());
}

#[test]
fn a_folder_past_the_limits_is_taken_to_be_refused() {
    let mut station = Station::new();
    station.put("X/1/2/3/4/5/6/7/8/9/10/a.jpg", "jpg");
    station.put("X/records.jsonl", "{}");
    assert_eq!(station.refusal(), ["drop-nested"]);
}
