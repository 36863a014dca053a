//! Checkpoints, exports and backups: what was cut, rewritten or forged is found, and a lost disk
//! loses no more than what came after the backup.

use std::cell::RefCell;
use std::fs;
use std::io::Cursor;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use kia_station::actions::backup::unpack;
use kia_station::ledger::verify_export;
use serde_json::{Value, json};

use crate::harness::{Settings, Station, child, kia, today, toddler};
use crate::parts::{PDFTOTEXT, Part, have};

const PYTHON: Part = Part("python3", "python3");

/// A station with two lots, one of them printed.
fn printed() -> Station {
    let station = Station::new();
    station.drop_batch("ISI", &[child(1), child(2), toddler(3)]);
    station.take_all();
    station.confirm_all("L00002");
    station
}

fn checkpoint(station: &Station) -> Value {
    let args = ["ledger", "checkpoint", "--as", "siti", "--json"];
    station.run(&args).ended(0).json()
}

/// Copies the station's first checkpoint of today to where the station cannot reach it.
fn kept(station: &Station, name: &str) -> PathBuf {
    let file = station.outside(name);
    fs::copy(
        station.path(&format!("checkpoints/{}.json", today())),
        &file,
    )
    .unwrap();
    file
}

#[track_caller]
fn against(station: &Station, file: &Path, more: &[&str], finds: Option<&str>) {
    let mut args = vec!["ledger", "verify", "--against", file.to_str().unwrap()];
    args.extend(more);
    let ran = station.run(&args).ended(i32::from(finds.is_some()));
    assert!(
        ran.out.contains(finds.unwrap_or("utuh (sound)")),
        "{}",
        ran.out
    );
}

/// The files of the ledger, so that an older state can be put in place of a newer one.
fn ledger_files(station: &Station) -> Vec<(PathBuf, Vec<u8>)> {
    // Nothing runs, so the database is one file.
    let names = station.names("ledger").into_iter();
    names
        .map(|name| station.path("ledger").join(name))
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn put_back(station: &Station, files: &[(PathBuf, Vec<u8>)]) {
    for name in station.names("ledger") {
        fs::remove_file(station.path("ledger").join(name)).unwrap();
    }
    for (path, bytes) in files {
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn what_a_crash_left_of_a_checkpoint_is_no_finding() {
    let station = printed();
    checkpoint(&station);
    fs::write(station.path("checkpoints/2026-11-25.3.tmp"), "{").unwrap();
    station.is_sound();
    fs::write(station.path(&format!("checkpoints/{}.json", today())), "{").unwrap();
    station.run(&["ledger", "verify"]).ended(1);
}

#[test]
fn a_log_that_was_cut_at_its_end_is_found_by_the_checkpoints_that_stayed() {
    let station = printed();
    let long_ago = ledger_files(&station);
    station.confirm_all("L00001");
    let just_before = ledger_files(&station);
    let made = checkpoint(&station);
    assert_eq!(made["checkpoint"]["cards"]["printed"], json!(3));
    let file = kept(&station, "keep.json");
    against(&station, &file, &[], None);
    // Even if nothing but the checkpoint's own event is gone.
    for old in [&long_ago, &just_before] {
        put_back(&station, old);
        against(&station, &file, &[], Some("events were cut off its end"));
        station.run(&["ledger", "verify"]).ended(1);
    }
    // The older log is whole: only the checkpoint tells.
    fs::remove_dir_all(station.path("checkpoints")).unwrap();
    station.is_sound();
    against(&station, &file, &[], Some("events were cut off its end"));
}

#[test]
fn a_log_that_was_written_anew_is_found() {
    let station = printed();
    let old = ledger_files(&station);
    checkpoint(&station);
    let file = kept(&station, "keep.json");
    put_back(&station, &old);
    fs::remove_dir_all(station.path("checkpoints")).unwrap();
    // The same length and more, with another content.
    station.confirm_all("L00001");
    checkpoint(&station);
    station.is_sound();
    against(&station, &file, &[], Some("the log was written anew"));
}

#[test]
fn a_checkpoint_of_another_station_or_a_forged_one_is_refused() {
    let (station, other) = (printed(), printed());
    checkpoint(&station);
    checkpoint(&other);
    let (own, foreign) = (kept(&station, "own.json"), kept(&other, "foreign.json"));
    against(&station, &foreign, &[], Some("is of another station"));
    let text = fs::read_to_string(&own).unwrap();
    let key = |file: &Path| -> String {
        let read: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        read["public_key"].as_str().unwrap().to_owned()
    };
    against(&station, &own, &["--key", &key(&own)], None);
    let not_ours = "with a key that is not this station's";
    against(&station, &own, &["--key", &key(&foreign)], Some(not_ours));
    // One more card than there was.
    fs::write(&own, text.replace("\"printed\":2", "\"printed\":3")).unwrap();
    against(&station, &own, &[], Some("is forged"));
    fs::write(&own, text.replace("\"printed\":2", "\"printed\": 2")).unwrap();
    against(&station, &own, &[], Some("is no checkpoint"));
    for at in 0..text.len() - 1 {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let changed = String::from_utf8(bytes).ok();
        let read = changed.and_then(|text| kia_station::ledger::Checkpoint::parse(&text));
        assert!(read.is_none_or(|read| !read.is_genuine()), "byte {at}");
    }
}

#[test]
fn the_close_of_a_day_signs_the_log_and_its_report_shows_the_signature() {
    let station = printed();
    let receive = ["stock", "receive", "100", "--as", "siti"];
    station.run(&receive).ended(0);
    let close = ["day", "close", "--counted", "100", "--as", "siti", "--json"];
    let closed = station.run(&close).ended(0).json();
    let head = closed["checkpoint"]["head"].as_str().unwrap();
    let fours = format!("{} {}", &head[..4], &head[4..8]);
    let shown = station.run(&["day", "show"]).ended(0);
    assert!(shown.out.contains(&fours), "{}", shown.out);
    // By hand a second one of the day, in a file of its own.
    checkpoint(&station);
    let day = today();
    let files = [format!("{day}-2.json"), format!("{day}.json")];
    assert_eq!(station.names("checkpoints"), files);
    // One that is lost is written again from the log.
    fs::remove_file(station.path("checkpoints").join(&files[1])).unwrap();
    station.take_all();
    assert_eq!(station.names("checkpoints"), files);
    station.is_sound();
    let out = station.outside("laporan.pdf");
    let out = out.to_str().unwrap();
    station.run(&["day", "report", "--out", out]).ended(0);
    if have("the day report", &[PDFTOTEXT]) {
        let text = PDFTOTEXT.says(["-layout", out, "-"]);
        let newest = fs::read(station.path("checkpoints").join(&files[0])).unwrap();
        let newest: Value = serde_json::from_slice(&newest).unwrap();
        for part in [
            newest["head"].as_str().unwrap(),
            &files[0],
            "Sisa menurut buku",
            "tercetak",
        ] {
            assert!(text.contains(part), "`{part}` is not in:\n{text}");
        }
    }
    let never = station.run(&["day", "report", "2020-01-02", "--out", out]);
    assert!(never.ended(1).out.contains("no such day"));
}

fn export(station: &Station, more: &[&str]) -> PathBuf {
    let out = station.outside("log.jsonl");
    let mut args = vec![
        "ledger",
        "export",
        "--as",
        "auditor",
        "--out",
        out.to_str().unwrap(),
    ];
    args.extend(more);
    station.run(&args).ended(0);
    out
}

#[test]
fn an_export_holds_no_personal_data_and_is_verified_without_a_station() {
    let station = printed();
    checkpoint(&station);
    let file = export(&station, &[]);
    let text = fs::read_to_string(&file).unwrap();
    for child in [child(1), child(2), toddler(3)] {
        for field in [
            "nik",
            "no_kk",
            "nama",
            "nama_kepala_keluarga",
            "alamat",
            "no_akta",
        ] {
            let value = child.record[field].as_str().unwrap();
            assert!(!text.contains(value), "{field} is in the export");
        }
    }
    let verify = |more: &[&str]| {
        let args = [
            "ledger",
            "verify",
            "--json",
            "--export",
            file.to_str().unwrap(),
        ];
        kia(args.iter().chain(more))
    };
    let sound = verify(&[]).ended(0).json();
    assert_eq!(sound["export"]["checkpoints"], json!(1));
    let kept = kept(&station, "keep.json");
    verify(&["--against", kept.to_str().unwrap()]).ended(0);
    let key = sound["export"]["public_key"].as_str().unwrap();
    verify(&["--key", key]).ended(0);
    let wrong = verify(&["--key", &key.replace(['0', '1', '2'], "3")]).ended(1);
    assert!(
        wrong.out.contains("sealed with another key"),
        "{}",
        wrong.out
    );
    // A part of it is verified as well, but holds no checkpoint.
    export(&station, &["--from", "3", "--to", "6"]);
    let part = verify(&[]).ended(0).json();
    assert_eq!(
        (&part["export"]["from"], &part["export"]["to"]),
        (&json!(3), &json!(6))
    );
    verify(&["--against", kept.to_str().unwrap()]).ended(1);
    let out = station.outside("none.jsonl");
    let beyond = [
        "ledger",
        "export",
        "--as",
        "a",
        "--from",
        "900",
        "--out",
        out.to_str().unwrap(),
    ];
    assert!(station.run(&beyond).ended(1).out.contains("choose a range"));
    assert!(!out.exists());
}

#[test]
fn a_changed_byte_or_a_cut_of_an_export_is_found() {
    let station = Station::new();
    checkpoint(&station);
    // The whole log, and a part without a checkpoint.
    for more in [&[][..], &["--from", "3", "--to", "4"]] {
        let bytes = fs::read(export(&station, more)).unwrap();
        let found = |bytes: &[u8]| verify_export(Cursor::new(bytes), None, None).unwrap();
        found(&bytes).unwrap();
        // Every byte of the first line and of the seal, and a dense sample of what lies between.
        let first = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        let last = bytes[..bytes.len() - 1]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .unwrap();
        let between = (first..last).step_by(11);
        for at in (0..first).chain(between).chain(last..bytes.len()) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(found(&changed).is_err(), "byte {at} of {}", bytes.len());
        }
        for at in (0..bytes.len()).step_by(97) {
            assert!(found(&bytes[..at]).is_err(), "cut at {at}");
        }
        assert!(found(&[bytes.as_slice(), b"\n"].concat()).is_err());
    }
}

#[test]
fn the_script_in_the_documentation_verifies_an_export_and_finds_a_change() {
    if !have("the script of docs/audit.md", &[PYTHON]) {
        return;
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md");
    let page = fs::read_to_string(page).unwrap();
    let script = page.split("```python\n").nth(1).unwrap();
    let script = script.split("```").next().unwrap();
    let station = printed();
    checkpoint(&station);
    let file = export(&station, &[]);
    let program = station.outside("verify.py");
    fs::write(&program, script).unwrap();
    let said = PYTHON.says([&program, &file]);
    assert!(said.starts_with("sound:"), "{said}");
    let text = fs::read_to_string(&file).unwrap();
    let changes = [
        ("CURUP TENGAH", "CURUP TIMURR"),
        ("\"printed\":2", "\"printed\":3"),
    ];
    for (from, to) in changes {
        let at = text.rfind(from).unwrap();
        fs::write(
            &file,
            format!("{}{to}{}", &text[..at], &text[at + from.len()..]),
        )
        .unwrap();
        let ran = std::process::Command::new("python3")
            .args([&program, &file])
            .output();
        assert!(!ran.unwrap().status.success(), "{from} to {to}");
    }
}

fn backup(station: &Station, name: &str, more: &[&str]) -> PathBuf {
    let out = station.outside(name);
    let mut args = vec![
        "ledger",
        "backup",
        "--as",
        "siti",
        "--out",
        out.to_str().unwrap(),
    ];
    args.extend(more);
    station.run(&args).ended(0);
    out
}

/// Loses the disk and restores it from a backup.
fn lose_and_restore(station: &Station, file: &Path, more: &[&str]) -> Value {
    fs::remove_dir_all(station.path("")).unwrap();
    let to = station.path("");
    let to = to.to_str().unwrap().trim_end_matches('/');
    let mut args = vec!["ledger", "restore", file.to_str().unwrap(), "--to", to];
    args.extend(["--as", "siti", "--json"]);
    args.extend(more);
    kia(&args).ended(0).json()
}

/// The settings with a printer that takes cards from a folder beside the station.
fn with_printer(station: &Station) -> Settings {
    let folder = station.outside("printer");
    fs::create_dir_all(&folder).unwrap();
    Settings {
        more: format!("[[printers]]\nname = \"meja\"\nfolder = {folder:?}\n"),
        ..Settings::default()
    }
}

/// The program behind the folder: it takes each card's file away and prints it. Returns all that
/// it has printed so far.
pub fn prints(station: &Station, so_far: &RefCell<Vec<String>>) -> Vec<String> {
    for entry in fs::read_dir(station.outside("printer")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            fs::remove_file(entry.path()).unwrap();
            so_far.borrow_mut().push(name);
        }
    }
    so_far.borrow().clone()
}

#[test]
fn after_the_disk_is_lost_nothing_is_printed_twice_and_the_station_goes_on() {
    let station = Station::new();
    station.drop_batch("ISI", &[child(1), child(2), child(3)]);
    station.take_all();
    checkpoint(&station);
    let file = backup(&station, "cadangan.kia", &[]);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // After the backup a printer comes, and every card of the lot goes out on it.
    station.set(with_printer(&station));
    let out = RefCell::default();
    let daemon = station.daemon();
    daemon.until("the cards are out", || prints(&station, &out).len() == 3);
    daemon.stop();

    let restored = lose_and_restore(&station, &file, &[]);
    assert_eq!(restored["to_settle"], json!(3), "{restored:#}");
    assert_eq!(restored["clean"], json!(true));
    station.is_sound();
    for number in 1..=3 {
        assert_eq!(station.states(&child(number)), ["unconfirmed"]);
    }
    let status = station.run(&["status"]).ended(0);
    assert!(
        status.out.contains("look for the card first"),
        "{}",
        status.out
    );

    let out = RefCell::default();
    station.set(with_printer(&station));
    let daemon = station.daemon();
    station.drop_batch("LAIN", &[child(4)]);
    daemon.until("the new card is out", || !prints(&station, &out).is_empty());
    // A person has found two of the cards, and the third is nowhere.
    let [one, two, three] = [1, 2, 3].map(|number| station.card_of(&child(number)));
    let settle = |cards: &[&str], said: &str| {
        let args = [&["settle"], cards, &[said, "--as", "siti"]].concat();
        station.run(&args).ended(0);
    };
    settle(&[&one, &two], "--good");
    settle(&[&three], "--not-out");
    daemon.until("the missing card is out", || {
        prints(&station, &out).len() == 2
    });
    daemon.stop();
    let new = station.card_of(&child(4));
    let wanted = [&new, &three].map(|card| format!("kia-{card}.pdf"));
    assert_eq!(prints(&station, &out), wanted);
    // No number that was given out after the backup comes again.
    let number: u64 = new[1..new.len() - 2].parse().unwrap();
    assert_eq!(number, 10_004, "{new}");
    station.is_sound();
}

#[test]
fn a_card_that_had_no_lot_when_the_backup_was_made_waits_for_a_person_too() {
    let station = Station::new();
    station.drop_batch("ISI", &[child(1), child(2)]);
    station.take_all();
    let lot = ["confirm", "L00001", "--all"];
    let bad = station.card_of(&child(1));
    let spoil = [&lot[..], &["--spoiled", &bad, "--reason", "buram"]].concat();
    station.run(&spoil).ended(0);
    // The card that is made again stands in the queue.
    assert_eq!(station.states(&child(1)), ["spoiled", "accepted"]);
    let file = backup(&station, "cadangan.kia", &[]);
    lose_and_restore(&station, &file, &[]);
    station.take_all();
    assert_eq!(station.states(&child(1)), ["spoiled", "unconfirmed"]);
    assert_eq!(station.names("lots"), ["L00001.pdf"]);
    let card = station.card_of(&child(1));
    station
        .run(&["settle", &card, "--not-out", "--as", "siti"])
        .ended(0);
    station.take_all();
    assert_eq!(station.states(&child(1)), ["spoiled", "rendered"]);
    assert_eq!(station.names("lots"), ["L00001.pdf", "L01002.pdf"]);
    station.is_sound();
    // Who vouches that nothing was printed since lets it go on, and is named for it.
    lose_and_restore(&station, &file, &["--i-know"]);
    assert_eq!(station.states(&child(1)), ["spoiled", "accepted"]);
    station.take_all();
    assert_eq!(station.states(&child(1)), ["spoiled", "rendered"]);
    station.is_sound();
}

#[test]
fn an_encrypted_backup_opens_with_its_identity_alone() {
    let station = printed();
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    let secret = station.outside("identitas.txt");
    let text = age::secrecy::ExposeSecret::expose_secret(&identity.to_string()).to_owned();
    fs::write(&secret, format!("# created for a test\n{text}\n")).unwrap();
    // The daemon runs meanwhile.
    let daemon = station.daemon();
    let file = backup(&station, "cadangan.age", &["--recipient", &recipient]);
    daemon.stop();
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    let to = station.outside("lain");
    let [file_text, to_text] = [&file, &to].map(|path| path.to_str().unwrap());
    let restore = |more: &[&str]| {
        let args = [
            "ledger", "restore", file_text, "--to", to_text, "--as", "siti",
        ];
        kia(args.iter().chain(more))
    };
    assert!(restore(&[]).ended(2).err.contains("encrypted"));
    let other = age::x25519::Identity::generate();
    let wrong = station.outside("lain.txt");
    let text = age::secrecy::ExposeSecret::expose_secret(&other.to_string()).to_owned();
    fs::write(&wrong, text).unwrap();
    restore(&["--identity", wrong.to_str().unwrap()]).ended(2);
    assert!(!to.exists());
    let said = restore(&["--identity", secret.to_str().unwrap()]).ended(0);
    assert!(
        said.out.contains("peristiwa terakhir nomor"),
        "{}",
        said.out
    );
    kia(["ledger", "verify", "--station", to_text]).ended(0);
    // A folder that holds something is not touched.
    let full = restore(&["--identity", secret.to_str().unwrap()]).ended(2);
    assert!(full.err.contains("is not empty"));
    let setting = Settings {
        more: format!("[backup]\nrecipient = \"{recipient}x\"\n"),
        ..Settings::default()
    };
    station.set(setting);
    let refused = station.run(&["status"]).ended(2);
    assert!(refused.err.contains("backup.recipient"), "{}", refused.err);

    // Changed bytes, all over the file and in its every part.
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        assert!(is_refused(&bytes, at, Some(&secret)), "byte {at}");
    }
}

/// Whether a backup with this byte changed is refused.
fn is_refused(bytes: &[u8], at: usize, identity: Option<&Path>) -> bool {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("changed");
    let mut changed = bytes.to_vec();
    changed[at] ^= 1;
    fs::write(&file, changed).unwrap();
    let to = dir.path().join("to");
    fs::create_dir(&to).unwrap();
    unpack(&file, &to, identity).is_err()
}

#[test]
fn a_changed_byte_or_a_cut_of_a_plain_backup_is_found() {
    let station = printed();
    let file = backup(&station, "cadangan.kia", &[]);
    let bytes = fs::read(&file).unwrap();
    let tail = bytes.len() - 100;
    let sample = (0..tail).step_by(tail / 40).chain(tail..bytes.len());
    for at in sample {
        assert!(is_refused(&bytes, at, None), "byte {at} of {}", bytes.len());
    }
    let to = station.outside("lain");
    fs::write(&file, &bytes[..tail]).unwrap();
    let [file, to_text] = [&file, &to].map(|path| path.to_str().unwrap());
    let cut = kia(["ledger", "restore", file, "--to", to_text, "--as", "siti"]).ended(2);
    assert!(cut.err.contains("changed or cut"), "{}", cut.err);
    assert!(!to.exists());
}

#[test]
fn a_backup_of_a_damaged_station_is_made_and_says_so() {
    let station = printed();
    fs::remove_file(station.path("lots/L00001.pdf")).unwrap();
    let out = station.outside("cadangan.kia");
    let args = [
        "ledger",
        "backup",
        "--as",
        "siti",
        "--out",
        out.to_str().unwrap(),
    ];
    let ran = station.run(&args).ended(1);
    assert!(ran.out.contains("`L00001.pdf` is missing"), "{}", ran.out);
    assert!(ran.out.contains("NOT encrypted"), "{}", ran.out);
    assert!(out.exists());
    assert!(!station.has("ledger/backup.tmp"));
}
