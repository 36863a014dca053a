//! The register and the reports, from dropped children to what the office hands in.

use std::fs;

use calamine::{Data, Reader, Xlsx, open_workbook};
use serde_json::{Value, json};

use crate::harness::{Child, Settings, Station, before, child, today, toddler};
use crate::parts::{PDFTOTEXT, have};

const CURUP: (&str, &str) = ("SDN 10 CURUP", "10700002");
const TENGAH: (&str, &str) = ("SDN 2 CURUP TENGAH", "10700001");

/// A target of so many children, and of the pupils of one school.
fn target(jumlah: u32) -> Settings {
    Settings {
        more: format!(
            "[[targets]]\nsejak = 2020-01-01\nsumber = \"DKB LAMA\"\njumlah = 999\n\
             [[targets]]\nsejak = 2024-01-01\nsumber = \"DKB UJI\"\njumlah = {jumlah}\n\
             kecamatan = {{ \"Curup Tengah\" = 10 }}\n"
        ),
        ..Settings::default()
    }
}

/// Five children of two schools, a toddler at home, a pupil from another regency; one card
/// spoiled and made again, another replaced as damaged. In the order in which they were dropped.
fn week(settings: Settings) -> (Station, Vec<Child>) {
    let station = Station::with(settings);
    let at = |child: Child, (name, npsn): (&str, &str)| child.at_school(name, npsn, "2A");
    let elsewhere = at(child(6), CURUP)
        .with("kecamatan", "KEPAHIANG")
        .with("kode_wilayah", "17.08.01.1001");
    let children = vec![
        at(child(1), TENGAH),
        at(child(2), TENGAH),
        at(child(3), CURUP).with("kecamatan", "CURUP"),
        at(child(4), CURUP).with("nama", "WULANSARI KEDUA UJICOBA"),
        toddler(5).without("sekolah"),
        elsewhere,
    ];
    station.drop_batch("PEKAN", &children);
    station.take_all();
    let bad = station.card_of(&children[0]);
    for lot in station.status()["lots"].as_array().unwrap() {
        let lot = lot["lot"]["lot"].as_str().unwrap();
        let mut confirm = vec!["confirm", lot, "--all"];
        let holds = station.cards(children[0].nik())[0]["card"]["lot"] == lot;
        if holds {
            confirm.extend(["--spoiled", &bad, "--reason", "buram"]);
        }
        station.run(&confirm).ended(0);
    }
    let old = station.card_of(&children[1]);
    let reprint = ["reprint", &old, "--reason", "hilang", "--evidence"];
    let reprint = [&reprint[..], &["police-letter", "--as", "siti"]].concat();
    station.run(&reprint).ended(0);
    station.take_all();
    for lot in station.status()["lots"].as_array().unwrap() {
        station.confirm_all(lot["lot"]["lot"].as_str().unwrap());
    }
    (station, children)
}

fn report(station: &Station, args: &[&str]) -> Value {
    let args = [&["report"], args, &["--json"]].concat();
    station.run(&args).ended(0).json()["data"].clone()
}

fn register(station: &Station, more: &[&str]) -> Vec<Vec<String>> {
    let ran = station.run(&[&["register"], more].concat()).ended(0);
    let mut table = csv::Reader::from_reader(ran.out.as_bytes());
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        row.iter().map(str::to_owned).collect()
    });
    rows.collect()
}

#[test]
fn the_day_the_register_the_log_and_the_status_agree() {
    let (station, children) = week(target(20));
    // Six came out, one of them spoiled; two were made again.
    let daily = report(&station, &["daily"]);
    assert_eq!(daily["printed"]["under5"], 1);
    assert_eq!(daily["printed"]["from5"], 6);
    assert_eq!(daily["printed"]["spoiled"], 1);
    let rows = register(&station, &[]);
    assert_eq!(rows.len(), 8);
    let numbers: Vec<String> = (1..=8).map(|n: u32| n.to_string()).collect();
    assert_eq!(
        rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(),
        numbers
    );
    let state = |state: &str| rows.iter().filter(|row| row[11].starts_with(state)).count();
    assert_eq!((state("tercetak"), state("rusak: buram")), (6, 1));
    assert_eq!(state("tidak berlaku: hilang"), 1);
    let status = station.status();
    assert_eq!(status["cards"]["printed"].as_u64(), Some(6), "{status:#}");
    // The log lists what was printed good, replaced or not.
    assert_eq!(station.log().len(), 7);
    assert_eq!(daily["good"], 7);
    // The second attempt stands behind the first, under another number.
    let named = |child: &Child| -> Vec<&Vec<String>> {
        rows.iter().filter(|row| row[4] == child.nama()).collect()
    };
    let tries = named(&children[0]);
    assert_eq!((tries[0][12].as_str(), tries[1][12].as_str()), ("1", "2"));
    assert!(rows.iter().all(|row| row[3] != children[0].nik()));
    let full = register(&station, &["--full", "--as", "siti"]);
    assert!(full.iter().any(|row| row[3] == children[0].nik()));
    station.run(&["register", "--full"]).ended(2);
    let before_today = before(today(), 0, 1).to_string();
    assert_eq!(register(&station, &["--to", &before_today]).len(), 0);
    station.is_sound();
}

#[test]
fn coverage_counts_children_who_live_here_once_and_names_the_target_in_force() {
    let (station, _) = week(target(20));
    let data = report(&station, &["coverage"]);
    // Seven cards came out good: one is replaced, one is of a child from elsewhere.
    assert_eq!(data["printed"], 7);
    assert_eq!(
        (&data["replaced"], &data["outside"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(data["total"]["children"], 5);
    assert_eq!(data["total"]["percent"], 25.0);
    assert_eq!(data["target"]["sumber"], "DKB UJI");
    let shares = |of: &str| -> Vec<(String, u64)> {
        let list = data[of].as_array().unwrap().iter();
        list.map(|share| {
            let name = share["name"].as_str().unwrap().to_owned();
            (name, share["children"].as_u64().unwrap())
        })
        .collect()
    };
    let named = |list: &[(&str, u64)]| -> Vec<(String, u64)> {
        list.iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect()
    };
    assert_eq!(
        shares("kecamatan"),
        named(&[("CURUP", 1), ("CURUP TENGAH", 4)])
    );
    assert_eq!(shares("schools"), named(&[(CURUP.0, 2), (TENGAH.0, 2)]));
    assert_eq!(data["kecamatan"][1]["percent"], 40.0);
    let half = report(&station, &["half-month"]);
    assert_eq!(
        (&half["good"], &half["coverage"]["children"]),
        (&json!(7), &json!(5))
    );
    let district = report(&station, &["district"]);
    assert_eq!(district["kecamatan"], data["kecamatan"]);
    let old = ["coverage", "--day", "2021-06-30"];
    let old = report(&station, &old);
    assert_eq!(
        (&old["target"]["jumlah"], &old["total"]["children"]),
        (&json!(999), &json!(0))
    );
}

#[test]
fn more_than_a_hundred_percent_raises_an_alarm_before_any_figure() {
    let (station, _) = week(target(4));
    let said = station.run(&["report", "coverage"]).ended(0).out;
    let alarm = said
        .find("PERINGATAN: Seluruh wilayah 17.02: 125,00 %, 1 anak lebih banyak")
        .unwrap();
    assert!(alarm < said.find("Kartu tercetak baik").unwrap(), "{said}");
    assert!(said.contains("target is too small or too old"), "{said}");
    station.set(Settings::default());
    let said = station.run(&["report", "coverage"]).ended(0).out;
    assert!(said.contains("No target is in force"), "{said}");
    assert!(!said.contains(" %"), "{said}");
}

#[test]
fn a_name_that_would_be_a_formula_reaches_no_spreadsheet_as_one() {
    let station = Station::new();
    let evil = child(1).at_school("=HYPERLINK(\"http://contoh\")", "10700003", "-1A");
    station.drop_batch("LOT", &[evil]);
    station.take_all();
    station.confirm_all("L00001");
    let rows = register(&station, &[]);
    assert_eq!(rows[0][6], "'=HYPERLINK(\"http://contoh\")");
    assert_eq!(rows[0][7], "'-1A");
    let out = station.outside("register.xlsx");
    let write = [
        "register", "--format", "xlsx", "--full", "--as", "siti", "--out",
    ];
    station
        .run(&[&write[..], &[out.to_str().unwrap()]].concat())
        .ended(0);
    let mut book: Xlsx<_> = open_workbook(&out).unwrap();
    let sheet = book.worksheet_range("buku register").unwrap();
    let cell = |column| sheet.get_value((1, column)).unwrap().clone();
    assert_eq!(
        cell(6),
        Data::String("=HYPERLINK(\"http://contoh\")".into())
    );
    let Data::String(nik) = cell(3) else {
        panic!("a NIK is text");
    };
    assert_eq!(nik.len(), 16);
    let formulas = book.worksheet_formula("buku register").unwrap();
    assert!(
        formulas
            .used_cells()
            .all(|(.., formula)| formula.is_empty())
    );
    let coverage = station.outside("cakupan.xlsx");
    let write = ["report", "coverage", "--format", "xlsx", "--out"];
    station
        .run(&[&write[..], &[coverage.to_str().unwrap()]].concat())
        .ended(0);
    let book: Xlsx<_> = open_workbook(&coverage).unwrap();
    assert_eq!(book.sheet_names(), ["ringkasan", "kecamatan", "sekolah"]);
}

#[test]
fn the_papers_carry_the_figures_and_the_chart() {
    let (station, children) = week(target(20));
    let chart = station.outside("cakupan.svg");
    let write = ["report", "coverage", "--chart", chart.to_str().unwrap()];
    station.run(&write).ended(0);
    assert!(
        fs::read_to_string(&chart)
            .unwrap()
            .contains("40,00 %   4 dari 10")
    );
    for name in [
        "daily",
        "half-month",
        "district",
        "coverage",
        "pace",
        "plan",
    ] {
        let out = station.outside(&format!("{name}.pdf"));
        let write = ["report", name, "--format", "pdf", "--out"];
        station
            .run(&[&write[..], &[out.to_str().unwrap()]].concat())
            .ended(0);
    }
    let out = station.outside("register.pdf");
    let write = [
        "register",
        "--format",
        "pdf",
        "--out",
        out.to_str().unwrap(),
    ];
    station.run(&write).ended(0);
    if !have("the papers", &[PDFTOTEXT]) {
        return;
    }
    let text = |name: &str| {
        let path = station.outside(name);
        let text = PDFTOTEXT.says(["-layout".as_ref(), path.as_os_str(), "-".as_ref()]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let coverage = text("coverage.pdf");
    assert!(
        coverage.contains("Target 20 anak menurut DKB UJI"),
        "{coverage}"
    );
    // The chart's own words, and the table's beside it.
    assert!(coverage.contains("40,00 % 4 dari 10"), "{coverage}");
    assert!(coverage.contains("CURUP TENGAH 4 10 40,00 %"), "{coverage}");
    let register = text("register.pdf");
    for child in &children {
        let first = child.nama().split(' ').next().unwrap();
        assert!(register.contains(first), "{register}");
        assert!(!register.contains(child.nik()), "a whole NIK");
    }
    assert!(register.contains("Halaman 1 dari 1"), "{register}");
}

#[test]
fn the_plan_counts_who_turns_five_and_seventeen_and_names_them_to_a_named_person_only() {
    let station = Station::new();
    let soon = |years| {
        before(
            today().checked_add(jiff::Span::new().days(40)).unwrap(),
            years,
            0,
        )
    };
    let five = Child::born(1, soon(5)).without_photo();
    let seventeen = Child::born(2, soon(17));
    station.drop_batch("LOT", &[five.clone(), seventeen, child(3)]);
    station.take_all();
    for lot in station.status()["lots"].as_array().unwrap() {
        station.confirm_all(lot["lot"]["lot"].as_str().unwrap());
    }
    let plan = report(&station, &["plan", "--months", "3"]);
    assert_eq!((&plan["turn_5"], &plan["turn_17"]), (&json!(1), &json!(1)));
    assert_eq!(plan["schools"][0]["npsn"], "10700001");
    let none = report(&station, &["plan", "--months", "0"]);
    assert_eq!(none["turn_5"], 0, "it is more than a month away");
    station.run(&["report", "plan", "--names"]).ended(2);
    let names = ["report", "plan", "--names", "--as", "siti"];
    let said = station.run(&names).ended(0).out;
    assert!(said.contains(five.nama()), "{said}");
    let said = station.run(&["report", "plan"]).ended(0).out;
    assert!(!said.contains(five.nama()), "{said}");
    let future = ["report", "daily", "--day", "2999-01-01"];
    let refused = station.run(&future).ended(1);
    assert!(refused.out.contains("has not come yet"), "{}", refused.out);
}
