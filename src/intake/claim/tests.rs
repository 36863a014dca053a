use std::fs;
use std::os::unix::fs::symlink;

use super::super::Settings;
use super::super::testing::{Station, record, report};
use super::*;

fn intent(station: &Station) -> Intent {
    let photos = ["a.jpg", "photos/b.jpg"];
    for photo in photos {
        station.put(photo, photo);
    }
    station.put("X.json", "{}");
    Intent {
        id: "20260101T000000000-00000001".to_owned(),
        name: "X.json".into(),
        companions: photos.map(PathBuf::from).to_vec(),
    }
}

/// Runs the first `steps` steps of a claim, as a crash would leave them, and starts again.
fn resumed_after(station: &mut Station, steps: usize) -> Vec<Claimed> {
    let intent = intent(station);
    let folders = station.inbox.unfinished().map(|_| Folders {
        incoming: station.path("incoming"),
        work: station.path("work"),
        accepted: station.path("accepted"),
        rejected: station.path("rejected"),
        mappings: station.path("mappings.toml"),
    });
    let store = Store::open(folders.unwrap()).unwrap();
    let home = store.announce(&intent).unwrap();
    let mut paths = vec![PathBuf::from("X.json")];
    paths.extend(intent.companions.clone());
    for (index, path) in paths.iter().enumerate().take(steps) {
        store.fetch(&intent, &home, path, index).unwrap();
    }
    station.restart();
    station.inbox.unfinished().unwrap()
}

#[test]
fn a_crash_between_any_two_steps_of_a_claim_loses_and_doubles_nothing() {
    for far in [false, true] {
        for steps in 0..=3 {
            let station = if far {
                Station::across_mounts()
            } else {
                Some(Station::new())
            };
            let Some(mut station) = station else { continue };
            let resumed = resumed_after(&mut station, steps);
            let everything = ["X.json", "a.jpg", "photos/b.jpg"];
            if steps == 0 {
                assert!(resumed.is_empty() && station.tree("work").is_empty());
                assert_eq!(station.tree("incoming"), everything);
            } else {
                assert_eq!(resumed.len(), 1);
                let drop = format!("work/{}/drop", resumed[0].id());
                assert_eq!(station.tree(&drop), everything);
                assert!(station.tree("incoming").is_empty());
                assert_eq!(station.inbox.unfinished().unwrap().len(), 1, "once more");
            }
        }
    }
}

#[test]
fn a_crash_in_the_middle_of_a_copy_across_mounts_begins_it_again() {
    let Some(station) = Station::across_mounts() else {
        return;
    };
    station.put("X/records.jsonl", "{}");
    station.put("X/photos/a.jpg", "jpg");
    symlink("records.jsonl", station.path("incoming/X/link")).unwrap();
    let id = "20260101T000000000-00000002";
    let intent = format!(r#"{{"id": "{id}", "name": {{"Unix": [88]}}, "companions": []}}"#);
    let home = station.path("work").join(id);
    fs::create_dir_all(home.join("drop")).unwrap();
    fs::write(home.join(INTENT), intent).unwrap();
    fs::create_dir(home.join("copy.tmp")).unwrap();
    fs::write(home.join("copy.tmp/records.jsonl"), "{").unwrap();
    let aside = format!("incoming/.{id}.0.claimed");
    fs::rename(station.path("incoming/X"), station.path(&aside)).unwrap();
    let resumed = station.inbox.unfinished().unwrap();
    assert_eq!(resumed.len(), 1);
    let drop = format!("work/{id}/drop/X");
    assert_eq!(
        station.tree(&drop),
        ["link", "photos/a.jpg", "records.jsonl"]
    );
    assert_eq!(station.read(&format!("{drop}/records.jsonl")), "{}");
    assert!(station.tree("incoming").is_empty());
    assert!(!home.join("copy.tmp").exists());
}

#[test]
fn a_photo_that_may_not_be_moved_is_copied_and_stops_neither_drop_nor_start() {
    for (far, rights) in [(false, 0o644), (true, 0o644), (false, 0)] {
        let station = if far {
            Station::across_mounts()
        } else {
            Some(Station::new())
        };
        let Some(mut station) = station else { continue };
        station.put("photos/1.jpg", "jpg");
        station.put("T.csv", "nik,foto\n1,photos/1.jpg\n");
        station.set_rights("incoming/photos/1.jpg", rights);
        station.set_rights("incoming/photos", 0o555);
        let limits = Settings::default().limits;
        let photo = station.bound_by_rights(|station| {
            std::mem::drop(station.claim());
            station.restart();
            let resumed = station.inbox.unfinished().unwrap();
            resumed[0].photo("photos/1.jpg", &limits)
        });
        station.set_rights("incoming/photos", 0o755);
        match (rights, photo) {
            (0, Err(PhotoError::Rule(rule))) => assert_eq!(rule.code, "photo-missing"),
            (_, photo) => assert_eq!(photo.unwrap(), b"jpg"),
        }
        assert_eq!(station.tree("incoming"), ["photos/1.jpg"]);
    }
}

#[test]
fn a_claim_that_cannot_be_taken_up_stops_no_other() {
    let mut station = Station::new();
    station.put("X.json", "{}");
    std::mem::drop(station.claim());
    let broken = station.path("work/20260101T000000000-00000003");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join(INTENT), "{").unwrap();
    station.restart();
    let resumed = station.inbox.unfinished().unwrap();
    assert_eq!(resumed.len(), 1);
    assert_eq!(resumed[0].name(), "X.json");
    assert!(broken.exists());
}

#[test]
fn a_drop_that_vanished_before_its_claim_leaves_nothing_behind() {
    let mut station = Station::new();
    station.put("X.json", "{}");
    let ready = station.scan_after(2);
    fs::remove_file(station.path("incoming/X.json")).unwrap();
    assert!(station.inbox.claim(&ready[0]).is_err());
    assert_eq!(fs::read_dir(station.path("work")).unwrap().count(), 0);
}

#[test]
fn a_photo_that_may_not_be_read_is_the_senders_fault_and_the_drop_comes_to_its_end() {
    let mut station = Station::new();
    let lines = format!("{}\n{}", record("1", "a.jpg"), record("2", "b.jpg"));
    station.put("X/records.jsonl", lines);
    for photo in ["a.jpg", "b.jpg"] {
        station.put(&format!("X/{photo}"), photo);
    }
    station.set_rights("incoming/X/b.jpg", 0);
    station.bound_by_rights(|station| {
        let limits = Settings::default().limits;
        let drop = station.claim();
        assert_eq!(drop.photo("a.jpg", &limits).unwrap(), b"a.jpg");
        match drop.photo("b.jpg", &limits) {
            Err(PhotoError::Rule(rule)) => assert_eq!(rule.code, "photo-denied"),
            other => panic!("{other:?}"),
        }
        drop.dispose(&report(&drop, 2, &[2]), &limits).unwrap();
    });
    let back = station.tree("rejected");
    assert!(back.contains(&"X/records.jsonl".to_owned()), "{back:?}");
    assert!(station.tree("work").is_empty());
}

#[test]
fn a_photo_is_read_by_the_name_a_windows_sender_gives_it() {
    let mut station = Station::new();
    station.put("X/records.jsonl", record("1", "x"));
    station.put("X/Foto/Anak.JPG", "jpg");
    station.put("X/twins/a.jpg", "1");
    station.put("X/twins/A.JPG", "2");
    station.put("X/huge.jpg", "x".repeat(11));
    symlink("Foto/Anak.JPG", station.path("incoming/X/link.jpg")).unwrap();
    symlink("Foto", station.path("incoming/X/folder")).unwrap();
    let pipe = station.path("incoming/X/pipe.jpg");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
    let drop = station.claim();
    let limits = Limits {
        photo_bytes: 10,
        ..Settings::default().limits
    };
    let photo = |path| drop.photo(path, &limits);
    assert_eq!(photo("foto\\anak.jpg").unwrap(), b"jpg");
    assert_eq!(photo("./Foto/Anak.JPG").unwrap(), b"jpg");
    for (path, code) in [
        ("../X/Foto/Anak.JPG", "photo-outside"),
        ("Foto\\..\\..\\a", "photo-outside"),
        ("/etc/passwd", "photo-outside"),
        ("C:\\a.jpg", "photo-outside"),
        ("", "photo-outside"),
        ("twins/a.JPG", "photo-missing"),
        ("none.jpg", "photo-missing"),
        ("link.jpg", "photo-not-regular"),
        ("folder/Anak.JPG", "photo-not-regular"),
        ("pipe.jpg", "photo-not-regular"),
        ("Foto", "photo-not-regular"),
        ("huge.jpg", "photo-limits"),
    ] {
        match photo(path) {
            Err(PhotoError::Rule(rule)) => assert_eq!(rule.code, code, "{path}"),
            other => panic!("{path}: {other:?}"),
        }
    }
}

#[test]
fn a_drop_during_which_two_runs_died_is_read_no_more_and_goes_back() {
    let mut station = Station::new();
    station.put("X.json", record("1", "a.jpg"));
    station.put("a.jpg", "jpg");
    let mut drop = station.claim();
    for _ in 0..2 {
        // A run that tries again has not died.
        for _ in 0..3 {
            drop.reading().unwrap();
        }
        // Killed: nothing takes the mark away.
        std::mem::forget(drop.reading().unwrap());
        station.restart();
        drop = station.inbox.unfinished().unwrap().remove(0);
    }
    let Err(ReadError::Refused(problems)) = drop.reading() else {
        panic!("a third run reads it");
    };
    assert_eq!(problems[0].code, "drop-stops");
    let limits = Settings::default().limits;
    let report = super::super::Report::refused(drop.name(), problems);
    drop.dispose(&report, &limits).unwrap();
    assert_eq!(
        station.tree("rejected"),
        ["X.json/X.json", "X.json/a.jpg", "X.json/reasons.json"]
    );
    assert_eq!(station.tree("work"), [""; 0]);
}
