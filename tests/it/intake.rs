//! What upstream drops: the ways of saying "complete", and everything that is refused.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::{Value, json};

use crate::harness::{
    Child, Settings, Station, archive, child, codes, hours_ago, picture, sha256, toddler,
};

/// A daemon of these settings takes what says that it is complete, and nothing else for an hour.
fn patient() -> Station {
    Station::with(Settings {
        settle: 3600.0,
        give_up: 7200.0,
        ..Settings::default()
    })
}

fn why(station: &Station, name: &str) -> Option<String> {
    let status = station.status();
    let drops = status["incoming"].as_array().unwrap();
    let of_name = drops.iter().find(|drop| drop["name"] == name)?;
    Some(of_name["why"].as_str().unwrap().to_owned())
}

/// The manifest of a batch folder as it lies there.
fn manifest_of(folder: &Path) -> Value {
    let mut files = Vec::new();
    for (path, bytes) in bytes_below(folder) {
        files.push(json!({ "path": path, "size": bytes.len(), "sha256": sha256(&bytes) }));
    }
    json!({ "files": files })
}

/// Every regular file below a folder.
fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path().strip_prefix(folder).unwrap().to_owned();
                found.insert(path, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_renamed_drop_wakes_the_daemon_and_is_rendered_at_once() {
    let station = patient();
    let daemon = station.daemon();
    station.drop_single("tmp.json", &child(1));
    daemon.until("the record is a PDF", || station.has("lots/L00001.pdf"));

    // From a name with a dot, and out of another folder of the same file system.
    station.drop_batch("TITIK", &[child(2)]);
    let outside = station.outside("SEKOLAH");
    station.fill_batch(&outside, &[child(3), toddler(4)]);
    fs::rename(&outside, station.incoming("SEKOLAH")).unwrap();
    let single = station.outside("luar.json");
    station.know(&toddler(5));
    fs::write(&single, toddler(5).record.to_string()).unwrap();
    fs::rename(&single, station.incoming("luar.json")).unwrap();
    daemon.until("all are taken", || {
        ["TITIK", "SEKOLAH", "luar.json"]
            .iter()
            .all(|name| station.has(&format!("accepted/{name}/reasons.json")))
    });
    assert!(station.names("incoming").is_empty());
}

#[test]
fn a_manifest_or_a_done_file_written_last_completes_a_drop() {
    let station = patient();
    let daemon = station.daemon();

    let listed = station.incoming("DAFTAR");
    station.fill_batch(&listed, &[child(1), child(2)]);
    std::thread::sleep(Duration::from_millis(500));
    assert!(
        !station.has("accepted/DAFTAR"),
        "nobody said that it is complete"
    );
    let manifest = manifest_of(&listed).to_string();
    fs::write(listed.join("batch.json"), manifest).unwrap();

    let inside = station.incoming("DALAM");
    station.fill_batch(&inside, &[child(3)]);
    fs::write(inside.join(".done"), "").unwrap();

    station.fill_batch(&station.incoming("SAMPING"), &[child(4)]);
    fs::write(station.incoming("SAMPING.done"), "").unwrap();

    station.know(&toddler(5));
    fs::write(station.incoming("satu.json"), toddler(5).record.to_string()).unwrap();
    fs::write(station.incoming("satu.json.done"), "").unwrap();
    station.know(&toddler(6));
    fs::write(station.incoming("dua.json"), toddler(6).record.to_string()).unwrap();
    fs::write(station.incoming("dua.done"), "").unwrap();

    let names = ["DAFTAR", "DALAM", "SAMPING", "dua.json"];
    daemon.until("all are taken", || {
        names
            .iter()
            .all(|name| station.has(&format!("accepted/{name}/reasons.json")))
    });
}

#[test]
fn a_drop_that_says_nothing_is_taken_when_it_has_stood_still() {
    let station = Station::with(Settings {
        settle: 1.0,
        give_up: 60.0,
        ..Settings::default()
    });
    let daemon = station.daemon();
    let girl = child(1);
    station.know(&girl);
    let began = Instant::now();
    fs::write(station.incoming("1.jpg"), girl.photo.as_ref().unwrap()).unwrap();
    fs::write(station.incoming("diam.json"), girl.record.to_string()).unwrap();
    daemon.until("it is taken", || station.has("accepted/diam.json"));
    assert!(began.elapsed() >= Duration::from_secs(1));
    let began = Instant::now();
    station.fill_batch(&station.incoming("DIAM"), &[child(2)]);
    daemon.until("it is taken", || station.has("accepted/DIAM"));
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[test]
fn a_half_written_record_and_one_whose_photo_comes_later_are_waited_for() {
    let station = Station::with(Settings {
        settle: 0.3,
        give_up: 60.0,
        ..Settings::default()
    });
    let daemon = station.daemon();
    let (half, early) = (child(1), child(2));
    station.know(&half);
    station.know(&early);
    let text = half.record.to_string();
    fs::write(station.incoming("1.jpg"), half.photo.as_ref().unwrap()).unwrap();
    fs::write(station.incoming("setengah.json"), &text[..text.len() / 2]).unwrap();
    fs::write(station.incoming("dulu.json"), early.record.to_string()).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(station.names("accepted").is_empty() && station.names("rejected").is_empty());
    // `status` looks for itself and only for a moment, so it may say no more than "settling".
    assert!(why(&station, "setengah.json").is_some() && why(&station, "dulu.json").is_some());

    fs::write(station.incoming("setengah.json"), &text).unwrap();
    fs::write(station.incoming("2.jpg"), early.photo.as_ref().unwrap()).unwrap();
    daemon.until("both are taken", || station.names("accepted").len() == 2);
    assert!(station.names("rejected").is_empty());
    daemon.until("both are rendered", || {
        [&half, &early]
            .iter()
            .all(|child| station.states(child) == ["rendered"])
    });
    assert!(station.names("incoming").is_empty());
}

#[test]
fn temporary_names_are_never_taken() {
    let station = Station::new();
    let text = toddler(1).record.to_string();
    let names = [
        ".titik.json",
        "a.json.tmp",
        "b.json.part",
        "~$c.json",
        "Thumbs.db",
    ];
    for name in names {
        fs::write(station.incoming(name), &text).unwrap();
    }
    let ran = station.run(&["run", "--once", "--json"]).ended(0).json();
    assert_eq!(ran["drops"], json!([]));
    assert_eq!(station.names("incoming").len(), names.len());
}

#[test]
fn a_start_takes_what_came_while_the_station_was_off() {
    let station = Station::new();
    station.drop_single("semalam.json", &child(1));
    station.drop_batch("SEMALAM", &[child(2), toddler(3)]);
    let daemon = station.daemon();
    daemon.until("both are taken", || station.names("accepted").len() == 2);
    daemon.until("both kinds are rendered", || {
        station.names("lots").len() >= 2
    });
    assert!(station.names("work").is_empty());
}

#[test]
fn accepted_originals_are_kept_byte_for_byte() {
    let station = Station::new();
    station.fill_batch(&station.outside("ASLI"), &[child(1), toddler(2)]);
    let before = bytes_below(&station.outside("ASLI"));
    fs::rename(station.outside("ASLI"), station.incoming("ASLI")).unwrap();
    station.take_all();
    let mut after = bytes_below(&station.path("accepted/ASLI"));
    assert!(after.remove(Path::new("reasons.json")).is_some());
    assert_eq!(before.len(), 2);
    assert!(before == after, "an original was changed");
}

/// A picture whose header says that it is far larger than it is.
fn enormous() -> Vec<u8> {
    let mut jpeg = crate::harness::portrait(1, crate::harness::today());
    let frame = jpeg
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x4e, 0x20, 0x4e, 0x20]);
    jpeg
}

fn truncated() -> Vec<u8> {
    let mut jpeg = child(7).photo.unwrap();
    jpeg.truncate(jpeg.len() * 2 / 3);
    jpeg
}

/// Makes every kind of thing that is refused; gives the name and the code of each.
pub fn refused_things(station: &Station) -> Vec<(&'static str, &'static str)> {
    let mut things = Vec::new();
    let put = |name: &str, bytes: &[u8]| fs::write(station.incoming(name), bytes).unwrap();

    fs::write(
        station.outside("rahasia.json"),
        child(90).record.to_string(),
    )
    .unwrap();
    symlink(
        station.outside("rahasia.json"),
        station.incoming("tautan.json"),
    )
    .unwrap();
    things.push(("tautan.json", "drop-special"));
    station.fill_batch(&station.outside("RAHASIA"), &[child(91)]);
    symlink(station.outside("RAHASIA"), station.incoming("TAUTAN")).unwrap();
    things.push(("TAUTAN", "drop-special"));
    let pipe = station.incoming("pipa.json");
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    things.push(("pipa.json", "drop-special"));

    put("bukan-utf8.json", b"{\"nama\": \"JOS\xc9\"}");
    things.push(("bukan-utf8.json", "drop-encoding"));
    put("dalam.json", "[".repeat(100_000).as_bytes());
    things.push(("dalam.json", "drop-nested"));
    put("rusak.json", b"{\"nik\": \"1702");
    things.push(("rusak.json", "drop-unreadable"));
    put("kutip.csv", b"nik,nama\n1,A\n2,\"B\n3,C\n");
    things.push(("kutip.csv", "table-quote"));
    put("surat.pdf", b"%PDF-1.7");
    things.push(("surat.pdf", "drop-kind"));
    put("data.zip", b"PK\x03\x04");
    things.push(("data.zip", "archive-unreadable"));
    put("data.xlsx", b"PK\x03\x04");
    things.push(("data.xlsx", "archive-unreadable"));
    put("lama.xls", b"\xd0\xcf\x11\xe0");
    things.push(("lama.xls", "drop-kind"));
    put("sandi.xlsx", b"\xd0\xcf\x11\xe0");
    things.push(("sandi.xlsx", "archive-locked"));
    let zeros = vec![0; 20 << 20];
    let table = b"nik\n1\n".as_slice();
    for (name, code, files) in [
        (
            "bom.zip",
            "archive-bomb",
            [("records.csv", &zeros[..]), ("a.txt", b"")],
        ),
        (
            "sarang.zip",
            "archive-nested",
            [("records.csv", table), ("foto.zip", b"PK")],
        ),
        (
            "jalur.zip",
            "archive-path",
            [("records.csv", table), ("../a.jpg", b"")],
        ),
        (
            "kembar.zip",
            "archive-twice",
            [("records.csv", table), ("Records.CSV", table)],
        ),
    ] {
        put(name, &archive(&files));
        things.push((name, code));
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["2A", "2B"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, "nik").unwrap();
        sheet.write_string(1, 0, "1").unwrap();
    }
    put("lembar.xlsx", &book.save_to_buffer().unwrap());
    things.push(("lembar.xlsx", "workbook-sheets"));

    let folder = station.incoming("MAP.json");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("catatan.txt"), "bukan rekaman").unwrap();
    things.push(("MAP.json", "drop-empty"));
    let deep = station.incoming("LIANG");
    fs::create_dir_all(deep.join("a/b/c/d/e/f/g/h/i/j/k")).unwrap();
    fs::write(deep.join("records.jsonl"), toddler(1).record.to_string()).unwrap();
    things.push(("LIANG", "drop-nested"));
    let twice = station.incoming("DUA-BERKAS");
    station.fill_batch(&twice, &[toddler(1)]);
    fs::write(twice.join("records.csv"), "nik\n").unwrap();
    things.push(("DUA-BERKAS", "drop-ambiguous"));
    let linked = station.incoming("BERTAUTAN");
    fs::create_dir(&linked).unwrap();
    let records = station.outside("RAHASIA/records.jsonl");
    symlink(records, linked.join("records.jsonl")).unwrap();
    things.push(("BERTAUTAN", "drop-special"));

    let mut batch = |name: &'static str, code, change: &dyn Fn(&mut Value)| {
        let folder = station.incoming(name);
        station.fill_batch(&folder, &[child(40)]);
        let mut manifest = manifest_of(&folder);
        change(&mut manifest);
        fs::write(folder.join("batch.json"), manifest.to_string()).unwrap();
        things.push((name, code));
    };
    batch("HASH", "manifest-hash", &|manifest| {
        manifest["files"][0]["sha256"] = json!("0".repeat(64));
    });
    batch("UKURAN", "manifest-size", &|manifest| {
        manifest["files"][1]["size"] = json!(1);
    });
    batch("KURANG", "manifest-file-missing", &|manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        files.push(json!({ "path": "9.jpg", "size": 1, "sha256": "0".repeat(64) }));
    });
    batch("KELUAR", "manifest-file-missing", &|manifest| {
        let files = manifest["files"].as_array_mut().unwrap();
        files.push(json!({ "path": "../../../rahasia.json", "size": 1, "sha256": "0".repeat(64) }));
    });
    batch("BUKAN-DAFTAR", "manifest-unreadable", &|manifest| {
        *manifest = json!(["files"]);
    });

    let mut single = |name: &'static str, code, child: Child| {
        station.drop_single(name, &child);
        things.push((name, code));
    };
    single(
        "terpotong.json",
        "photo-truncated",
        child(50).with_photo(truncated()),
    );
    single(
        "raksasa.json",
        "photo-limits",
        child(51).with_photo(enormous()),
    );
    single(
        "teks.json",
        "photo-format",
        child(52).with_photo("bukan gambar"),
    );
    let small = picture(60, 90, |x, y| [(x * 4) as u8, (y * 2) as u8, 90]);
    single("kecil.json", "photo-too-small", child(53).with_photo(small));
    let grey = picture(240, 360, |_, _| [128, 128, 128]);
    single("kosong.json", "photo-blank", child(54).with_photo(grey));

    let mut escape = |name: &'static str, code, path: &str| {
        let child = child(60 + path.len() as u32).with("foto", path);
        station.know(&child);
        put(name, child.record.to_string().as_bytes());
        things.push((name, code));
    };
    fs::write(station.outside("rahasia.jpg"), child(92).photo.unwrap()).unwrap();
    escape("naik.json", "photo-outside", "../../rahasia.jpg");
    escape("mutlak.json", "photo-outside", "/etc/hostname");
    let folder = station.incoming("PINTAS");
    let linked = child(93).without_photo().with("foto", "pintas.jpg");
    station.fill_batch(&folder, &[linked]);
    symlink(station.outside("rahasia.jpg"), folder.join("pintas.jpg")).unwrap();
    things.push(("PINTAS", "photo-not-regular"));
    things
}

#[test]
pub fn refused_things_get_their_reason_and_the_daemon_takes_the_next_good_drop() {
    let station = Station::new();
    let things = refused_things(&station);
    let before = bytes_below(&station.path("incoming"));
    let daemon = station.daemon();
    daemon.until("everything is judged", || {
        let judged = station.names("rejected").len() + station.names("accepted").len();
        judged >= things.len()
    });
    assert_eq!(station.names("accepted"), Vec::<String>::new());
    for (name, code) in &things {
        let reasons = station.reasons(&format!("rejected/{name}"));
        assert_eq!(codes(&reasons), [*code], "{name}: {reasons:#}");
        assert_eq!(reasons["accepted"], 0, "{name}");
        let problem = &reasons["problems"][0];
        assert_eq!(problem["severity"], "block");
        for language in ["pesan", "message"] {
            assert!(!problem[language].as_str().unwrap().is_empty());
        }
    }
    // What went back is as it was, and what lay outside was neither taken nor read.
    for (path, bytes) in before {
        let name = path.iter().next().unwrap();
        let place = station.path("rejected").join(name);
        let kept = match things.iter().any(|(thing, _)| *thing == name) {
            true if path.iter().count() == 1 => place.join(name),
            true => station.path("rejected").join(&path),
            // A picture is with the record that names it.
            false => continue,
        };
        assert!(
            fs::read(&kept).unwrap() == bytes,
            "{} was changed",
            path.display()
        );
    }
    for name in ["tautan.json", "TAUTAN"] {
        assert!(!station.has(&format!("rejected/{name}/records.jsonl")));
    }
    assert!(station.outside("RAHASIA/records.jsonl").exists());
    assert_eq!(station.number("SELECT count(*) FROM cards"), 0);

    station.drop_single("baik.json", &child(1));
    daemon.until("the good one is made", || station.has("lots/L00001.pdf"));
    let status = daemon.stop();
    assert_eq!(status.code(), Some(0));
    let sums = "SELECT sum(received) - sum(accepted) - sum(rejected) FROM drops";
    assert_eq!(station.number(sums), 0);
    let drops = i64::try_from(things.len() + 1).unwrap();
    assert_eq!(station.number("SELECT count(*) FROM drops"), drops);
    station.is_sound();
}

#[test]
fn good_rows_go_on_and_bad_rows_come_back_to_be_mended_and_sent_again() {
    let station = Station::new();
    let folder = station.outside("CAMPUR");
    let unapproved = |child: Child| child.without("persetujuan");
    let bad = unapproved(child(2)).with("nama_kepala_keluarga", "BUDI 2 HARTAWAN");
    let children = [unapproved(child(1)), bad.clone(), unapproved(child(3))];
    station.fill_batch(&folder, &children);
    let mut manifest = manifest_of(&folder);
    manifest["persetujuan"] =
        json!({ "status": "DISETUJUI", "oleh": "verifikator-01", "pada": hours_ago(20) });
    fs::write(folder.join("batch.json"), manifest.to_string()).unwrap();
    fs::rename(&folder, station.incoming("CAMPUR")).unwrap();
    station.once().ended(1);
    for place in ["accepted/CAMPUR", "rejected/CAMPUR"] {
        let reasons = station.reasons(place);
        assert_eq!(codes(&reasons), ["name-digits"]);
        assert_eq!(reasons["problems"][0]["row"], 2);
        assert_eq!(
            (&reasons["received"], &reasons["accepted"]),
            (&json!(3), &json!(2))
        );
    }
    let back = station.path("rejected/CAMPUR");
    let lines = fs::read_to_string(back.join("records.jsonl")).unwrap();
    assert_eq!(lines.trim_end(), bad.record.to_string());
    assert!(fs::read(back.join("2.jpg")).unwrap() == *bad.photo.as_ref().unwrap());
    assert!(!back.join("1.jpg").exists(), "only what went back");

    let mended = lines.replace("BUDI 2 HARTAWAN", "BUDI HARTAWAN");
    fs::write(back.join("records.jsonl"), mended).unwrap();
    fs::rename(&back, station.incoming("CAMPUR")).unwrap();
    station.take_all();
    assert_eq!(station.reasons("accepted/CAMPUR~2")["accepted"], 1);
    assert_eq!(station.states(&bad), ["rendered"]);
}

#[test]
fn the_three_forms_of_a_batch_and_a_loose_table_are_taken_alike() {
    let station = Station::new();
    let array = station.outside("DAFTAR");
    station.fill_batch(&array, &[child(1)]);
    fs::remove_file(array.join("records.jsonl")).unwrap();
    let records = json!([child(1).record, toddler(2).record]);
    fs::write(array.join("records.json"), records.to_string()).unwrap();
    fs::rename(array, station.incoming("DAFTAR")).unwrap();

    let batch = station.incoming("TABEL");
    fs::create_dir(&batch).unwrap();
    fs::write(batch.join("records.csv"), station.table(&[child(3)])).unwrap();
    fs::write(batch.join("3.jpg"), child(3).photo.unwrap()).unwrap();
    station.drop_table("lepas.csv", &[child(4)]);
    station.take_all();
    for child in [child(1), toddler(2), child(3), child(4)] {
        assert_eq!(station.states(&child), ["rendered"]);
    }
    assert!(station.names("incoming").is_empty());
}
