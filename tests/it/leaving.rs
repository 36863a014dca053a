//! What the command line takes out of the station: nobody gets children's data without proof, and
//! nothing leaves without a word in the log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use kia_station::config::{Config, Paths};

use crate::harness::{Station, binary, child};
use crate::scan::{code as code_of, scan};
use crate::web::PASSWORD;

/// A command on this station, with this password.
fn with_password(station: &Station, password: &str, args: &[&str]) -> Command {
    let mut command = binary();
    command
        .args(args)
        .arg("--station")
        .arg(station.path(""))
        .env("KIA_PASSWORD", password);
    command
}

/// Runs it to its end and gives its exit code.
#[track_caller]
fn code(mut command: Command) -> i32 {
    let ran = command.output().unwrap();
    ran.status.code().expect("it ended by itself")
}

/// A station with accounts, a printed lot of two cards, one of them in a closed pack and one
/// destroyed.
fn worked() -> Station {
    let station = Station::new();
    station.drop_batch("ISI", &[child(1), child(2)]);
    station.take_all();
    station.confirm_all("L00001");
    let [packed, spoiled] = [1, 2].map(|number| station.card_of(&child(number)));
    assert_eq!(scan(&station, &[&code_of(&station, &packed)], &[]).0, 0);
    let spoil = ["spoil", &spoiled, "--reason", "data"];
    let step = |step: &[&str]| station.run(&[step, &["--as", "siti"]].concat()).ended(0);
    step(&spoil);
    station.destroy(&["--witness", "SAKSI CONTOH"]).ended(0);
    step(&["pack", "make"]);
    step(&["pack", "close", PACK]);
    step(&["stock", "receive", "10"]);
    step(&["day", "close", "--counted", "10"]);
    station.people();
    station
}

const PACK: &str = "P00001-8";

#[test]
fn a_backup_is_not_begun_for_who_cannot_prove_who_he_is() {
    let station = worked();
    let out = station.outside("cadangan.kia");
    let to = out.to_str().unwrap();
    let args = ["ledger", "backup", "--as", "ratna", "--out", to];
    assert_eq!(code(with_password(&station, "salah", &args)), 1);
    assert!(!out.exists());
    assert_eq!(code(with_password(&station, PASSWORD, &args)), 0);
    assert!(out.exists());
}

#[test]
fn childrens_data_leave_for_who_proves_himself_in_files_of_his_own_and_with_a_word_in_the_log() {
    let station = worked();
    let folder = station.outside("keluar");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (minutes, register) = (file("ba.pdf"), file("register.csv"));
    let (picture, papers, day) = (file("kartu.png"), file("paket"), file("hari.pdf"));
    // One that lay open to all before is closed.
    fs::write(&register, "").unwrap();
    fs::set_permissions(&register, fs::Permissions::from_mode(0o644)).unwrap();
    let card = station.card_of(&child(1));
    for (args, entered) in [
        (
            &["stock", "minutes", "1", "--out", &minutes][..],
            "minutes-exported",
        ),
        (&["register", "--out", &register], "register-exported"),
        (&["day", "report", "--out", &day], "day-report-exported"),
        (&["preview", &card, "--out", &picture], "picture-viewed"),
        (
            &["pack", "documents", PACK, "--out", &papers],
            "pack-papers-exported",
        ),
        (&["pack", "show", PACK], "pack-viewed"),
        (&["log"], "printed-log-exported"),
    ] {
        let before = station.events_with(entered);
        assert_eq!(code(with_password(&station, PASSWORD, args)), 1, "{args:?}");
        let named = [args, &["--as", "siti"]].concat();
        assert_eq!(code(with_password(&station, "salah", &named)), 1);
        assert_eq!(station.events_with(entered), before, "{args:?}");
        assert_eq!(code(with_password(&station, PASSWORD, &named)), 0);
        assert_eq!(station.events_with(entered), before + 1, "{args:?}");
    }
    let files = |folder: &Path| {
        let listed = fs::read_dir(folder).unwrap();
        let paths = listed.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect::<Vec<_>>()
    };
    let written = [files(&folder), files(Path::new(&papers))].concat();
    assert_eq!(written.len(), 7, "{written:?}");
    for path in written {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn uploads_lie_in_a_folder_of_the_stations_own_and_old_ones_go_with_the_daily_purge() {
    let station = Station::new();
    let uploads = station.path("uploads");
    let mode = || fs::metadata(&uploads).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o700);
    let incoming = fs::metadata(station.path("incoming")).unwrap();
    assert_eq!(incoming.permissions().mode() & 0o007, 0, "others read it");
    // An older program left it open to all.
    fs::set_permissions(&uploads, fs::Permissions::from_mode(0o755)).unwrap();
    let paths = Paths::new(station.path(""));
    let config = Config::read(&paths.config()).unwrap();
    let mut open = kia_station::daemon::Station::open(context(paths, config)).unwrap();
    for (upload, at) in [
        ("lama", "2026-01-02T03:04:05Z"),
        ("baru", "2126-01-02T03:04:05Z"),
    ] {
        fs::create_dir(uploads.join(upload)).unwrap();
        let told = format!("{{\"name\":\"ISI\",\"at\":\"{at}\"}}");
        fs::write(uploads.join(upload).join("stage.json"), told).unwrap();
    }
    open.run_once().unwrap();
    assert_eq!(station.names("uploads"), ["baru"]);
    assert_eq!(mode(), 0o700);
}

fn context(paths: Paths, config: Config) -> std::sync::Arc<kia_station::context::Context> {
    let clock = kia_station::context::Clock::system();
    std::sync::Arc::new(kia_station::context::Context::new(paths, config, clock).unwrap())
}
