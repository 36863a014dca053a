//! The command line: exit codes, help, JSON, and what is refused before anything is done.

use std::fs;

use serde_json::{Value, json};

use crate::harness::{Child, Station, binary, child, kia};

#[test]
fn the_help_of_every_subcommand_says_what_it_does() {
    let top = kia(["--help"]).ended(0).out;
    for (args, teaches) in [
        (vec!["demo"], "made-up children"),
        (vec!["init"], "never overwritten"),
        (vec!["run"], "until it is told to stop"),
        (vec!["check"], "without touching anything"),
        (vec!["mapping", "show"], "what is missing"),
        (vec!["mapping", "save"], "same header row"),
        (vec!["render"], "one PDF"),
        (vec!["layout", "check"], "line and column"),
        (vec!["layout", "preview"], "made-up child"),
        (vec!["confirm"], "came out of the printer"),
        (vec!["log"], "handover order"),
        (vec!["status"], "needs a person"),
        (vec!["card"], "whole history"),
        (vec!["allow"], "photo-shared"),
        (vec!["ledger", "verify"], "Verify the chain"),
    ] {
        let help = kia(args.iter().copied().chain(["--help"])).ended(0).out;
        // The help is wrapped to the width of the screen.
        let words = help.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(teaches), "{args:?}:\n{help}");
        assert!(top.contains(args[0]), "{top}");
    }
    assert!(top.contains("Exit codes: 0 done, 1 something was refused, 2 it could not run"));
}

#[test]
fn exit_code_2_says_that_nothing_could_run_and_what_to_do() {
    kia(["tidak-ada"]).ended(2);
    let nowhere = tempfile::tempdir().unwrap();
    let folder = nowhere.path().to_str().unwrap();
    for command in ["run", "status", "log"] {
        let ran = kia([command, "--station", folder]).ended(2);
        assert!(ran.err.contains("kia-station init"), "{}", ran.err);
        assert_eq!(ran.out, "");
    }
    kia([
        "check",
        nowhere.path().join("tidak-ada.json").to_str().unwrap(),
    ])
    .ended(2);
}

#[test]
fn exit_code_1_says_that_something_was_refused_and_0_that_nothing_was() {
    let station = Station::new();
    station.drop_single("baik.json", &child(1));
    station.once().ended(0);
    station.drop_batch("CAMPUR", &[child(2), child(3).with("agama", "9")]);
    station.once().ended(1);
    station.once().ended(0);
}

#[test]
fn an_unknown_setting_is_refused_with_its_line_and_the_nearest_name() {
    let station = Station::new();
    let settings = fs::read_to_string(station.path("station.toml")).unwrap();
    for (wrong, near) in [("cads = 7", "cards"), ("gathr = 1.0", "gather")] {
        let mistyped = settings.replace("[lots]\n", &format!("[lots]\n{wrong}\n"));
        fs::write(station.path("station.toml"), mistyped).unwrap();
        let ran = station.once().ended(2);
        assert!(ran.err.contains(&format!("`{near}`")), "{}", ran.err);
        assert!(ran.err.contains("station.toml:"), "{}", ran.err);
    }
    let mistyped = format!("[ofice]\n{settings}");
    fs::write(station.path("station.toml"), mistyped).unwrap();
    let ran = station.once().ended(2);
    assert!(ran.err.contains("`office`"), "{}", ran.err);
}

#[test]
fn a_station_without_an_official_says_whom_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("stasiun");
    let dir = dir.to_str().unwrap();
    kia(["init", dir]).ended(0);
    let ran = kia(["run", "--once", "--station", dir]).ended(2);
    assert!(ran.err.contains("officials"), "{}", ran.err);
}

#[test]
fn init_makes_what_is_missing_and_overwrites_nothing() {
    let station = Station::new();
    station.drop_single("satu.json", &child(1));
    station.take_all();
    let layout = station.path("layouts/kia-5-17/layout.toml");
    let edited = fs::read_to_string(&layout).unwrap() + "\n# diubah kantor\n";
    fs::write(&layout, &edited).unwrap();
    let settings = fs::read(station.path("station.toml")).unwrap();
    fs::remove_file(station.path("layouts/kia-0-5/front.svg")).unwrap();

    kia(["init", station.path("").to_str().unwrap()]).ended(0);
    assert_eq!(fs::read_to_string(&layout).unwrap(), edited);
    assert!(fs::read(station.path("station.toml")).unwrap() == settings);
    assert!(station.has("layouts/kia-0-5/front.svg"));
    assert_eq!(station.states(&child(1)), ["rendered"]);
    station.is_sound();
}

#[test]
fn every_json_output_can_be_parsed() {
    let station = Station::new();
    station.drop_batch("DUA", &[child(1), child(2)]);
    let ran = station.run(&["run", "--once", "--json"]).ended(0).json();
    assert_eq!(ran["drops"][0]["drop"], "DUA");
    assert!(station.status()["lots"].is_array());
    let allowed = station
        .run(&[
            "allow",
            "photo-shared",
            "--nik",
            child(1).nik(),
            "--reason",
            "kembar",
            "--json",
        ])
        .ended(0);
    assert!(!allowed.json().to_string().contains(child(1).nik()));
    assert_eq!(station.confirm_all("L00001")["lot"], "L00001");
    assert_eq!(station.log().len(), 2);
    assert!(station.cards(child(1).nik())[0]["history"].is_array());
    assert_eq!(station.is_sound()["clean"], json!(true));
}

#[test]
fn confirm_refuses_what_it_cannot_know_and_changes_nothing() {
    let station = Station::with(crate::harness::Settings {
        cards: 1,
        ..Default::default()
    });
    station.drop_batch("DUA", &[child(1), child(2)]);
    station.take_all();
    let own: Vec<String> = [child(1), child(2)]
        .iter()
        .map(|child| station.card_of(child))
        .collect();
    let lot_of = |child: &Child| {
        let card = &station.cards(child.nik())[0]["card"];
        card["lot"].as_str().unwrap().to_owned()
    };
    let lot = lot_of(&child(1));

    // The check digit tells a mistyped number.
    let (number, digit) = own[0].split_once('-').unwrap();
    let other = (digit.parse::<u32>().unwrap() + 1) % 10;
    let mistyped = format!("{number}-{other}");
    let ran = station
        .run(&["confirm", &lot, "--card", &mistyped])
        .ended(2);
    assert!(ran.err.contains(&mistyped), "{}", ran.err);

    let ran = station.run(&["confirm", &lot, "--card", &own[1]]).ended(1);
    assert!(
        ran.out
            .contains(&format!("card {} is not in lot {lot}", own[1])),
        "{}",
        ran.out
    );
    let ran = station
        .run(&["confirm", &lot, "--spoiled", &own[0], "--reason", "hilang"])
        .ended(2);
    for reason in [
        "buram", "macet", "pita", "posisi", "blanko", "data", "batal", "lain",
    ] {
        assert!(ran.err.contains(&format!("{reason}: ")), "{}", ran.err);
    }
    station
        .run(&["confirm", &lot, "--spoiled", &own[0]])
        .ended(2);
    station.run(&["confirm", &lot]).ended(2);
    let ran = station.run(&["confirm", "L00099", "--all"]).ended(1);
    assert!(ran.out.contains("kia-station status"), "{}", ran.out);
    assert_eq!(station.states(&child(1)), ["rendered"]);
    assert_eq!(station.states(&child(2)), ["rendered"]);

    // Twice the same says so and is no second event.
    station.run(&["confirm", &lot, "--card", &own[0]]).ended(0);
    let events = station.number("SELECT count(*) FROM events");
    let again = station.run(&["confirm", &lot, "--card", &own[0]]).ended(1);
    assert!(again.out.contains("DITOLAK (refused)"), "{}", again.out);
    assert_eq!(station.number("SELECT count(*) FROM events"), events);
    station.is_sound();
}

#[test]
fn the_ledger_keeps_who_confirmed() {
    let station = Station::new();
    station.drop_single("satu.json", &child(1));
    station.take_all();
    station
        .run(&["confirm", "L00001", "--all", "--as", "sari"])
        .ended(0);
    let cards = station.cards(child(1).nik());
    let last = cards[0]["history"].as_array().unwrap().last().unwrap();
    assert_eq!(last["actor"], "operator:sari");
    let plain = station.run(&["card", child(1).nik()]).ended(0);
    assert!(plain.out.contains("operator:sari"), "{}", plain.out);
    assert!(
        !plain.out.contains(child(1).nama()),
        "no name where none is needed"
    );
}

#[test]
fn the_demo_shows_a_newcomer_everything_and_is_repeatable() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("coba");
    for _ in 0..2 {
        let output = binary().arg("demo").arg(&dir).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let out = String::from_utf8(output.stdout).unwrap();
        for part in [
            "KIRIMAN (drops)",
            "[name-digits]",
            "SIAP CETAK (print-ready)",
            "lots/L00001.pdf",
            "LOG SERAH TERIMA (handover log)",
            "SDN 2 CURUP TENGAH",
            "kartu tercetak (printed cards)",
            "COBA BERIKUTNYA (try next)",
            "kia-station status --station",
        ] {
            assert!(out.contains(part), "`{part}` in:\n{out}");
        }
        assert!(dir.join("lots/L00001.pdf").exists());
        let station = dir.to_str().unwrap();
        kia(["ledger", "verify", "--station", station]).ended(0);
    }
    // A folder that is no demo is nobody's to replace.
    let own = Station::new();
    kia(["demo".into(), own.path("").into_os_string()]).ended(2);
    assert!(own.has("station.toml"));
}

#[test]
fn render_makes_one_pdf_without_a_ledger_and_names_what_it_left_out() {
    let station = Station::new();
    let folder = station.outside("BERKAS");
    station.fill_batch(&folder, &[child(1), child(2).with("agama", "9")]);
    let array = json!([child(1).record, child(2).with("agama", "9").record]);
    fs::write(folder.join("daftar.json"), array.to_string()).unwrap();
    for form in ["records.jsonl", "daftar.json", ""] {
        let pdf = station.outside("kartu.pdf");
        let ran = kia([
            "render".as_ref(),
            "--records".as_ref(),
            folder.join(form).as_os_str(),
            "--out".as_ref(),
            pdf.as_os_str(),
            "--specimen".as_ref(),
        ])
        .ended(1);
        assert!(fs::read(&pdf).unwrap().starts_with(b"%PDF-"), "{form}");
        assert!(ran.out.contains("1 kartu"), "{form}: {}", ran.out);
        assert!(ran.err.contains("religion-unknown"), "{}", ran.err);
        assert!(!ran.err.contains(child(2).nama()) && !ran.err.contains(child(2).nik()));
        fs::remove_file(pdf).unwrap();
    }
    assert_eq!(station.number("SELECT count(*) FROM cards"), 0);
    let value: Value = kia(["check".as_ref(), folder.as_os_str()]).ended(1).json();
    assert_eq!(value["rejected"], 1);
}

#[test]
fn a_reader_that_goes_away_ends_no_command_in_noise() {
    let station = Station::new();
    station.drop_batch("A", &[child(1), child(2)]);
    station.take_all();
    let closed = |args: &[&str]| {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = binary();
        command.args(args).arg("--station").arg(station.path(""));
        let output = command.stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            (output.status.code(), said.as_str()),
            (Some(0), ""),
            "{args:?}"
        );
    };
    let card = station.card_of(&child(1));
    for args in [
        ["status"].as_slice(),
        &["status", "--json"],
        // What it has to do it does all the same.
        &["confirm", "L00001", "--all", "--as", "sari"],
        &["log"],
        &["log", "--csv"],
        &["log", "--json"],
        &["card", &card, "--json"],
    ] {
        closed(args);
    }
    assert_eq!(station.states(&child(1)), ["printed"]);
}

#[test]
fn output_that_cannot_be_written_is_an_error() {
    let station = Station::new();
    for args in [["status"].as_slice(), &["status", "--json"]] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut command = binary();
        command.args(args).arg("--station").arg(station.path(""));
        let output = command.stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
