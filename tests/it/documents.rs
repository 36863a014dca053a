//! The office's papers, as a reader reads them.

use jiff::civil::Date;
use kia_station::documents::typeset;
use kia_station::station::assets;
use serde_json::{Value, json};

use crate::harness::{Child, Station, child};
use crate::parts::{PDFINFO, PDFTOTEXT, have};

const NAME: &str = "berita-acara-pemusnahan";

/// A station that destroyed two spoiled cards before two witnesses, and the minutes' path.
fn destroyed() -> (Station, Vec<Child>) {
    let station = Station::new();
    let children: Vec<Child> = (1..=3).map(child).collect();
    station.drop_batch("LOT", &children);
    station.take_all();
    let bad = [&children[0], &children[2]].map(|child| station.card_of(child));
    let confirm = [
        "confirm",
        "L00001",
        "--all",
        "--reason",
        "macet",
        "--spoiled",
    ];
    station
        .run(&[&confirm[..], &[&bad[0], &bad[1]]].concat())
        .ended(0);
    (station, children)
}

fn destroy(station: &Station, out: &str) -> crate::harness::Ran {
    let out = station.path(out);
    let witnesses = ["--witness", "BUDI CONTOH", "--witness", "RINA CONTOH"];
    let rest = ["--as", "siti", "--out", out.to_str().unwrap()];
    station.run(&[&["stock", "destroy"][..], &witnesses, &rest].concat())
}

#[test]
fn the_minutes_name_every_card_every_child_and_every_witness() {
    if !have("the minutes", &[PDFTOTEXT]) {
        return;
    }
    let (station, children) = destroyed();
    destroy(&station, "ba.pdf").ended(0);
    let out = station.path("ba.pdf");
    let text = PDFTOTEXT.says(["-layout".as_ref(), out.as_os_str(), "-".as_ref()]);
    for words in [
        "BERITA ACARA PEMUSNAHAN",
        "BUDI CONTOH",
        "RINA CONTOH",
        "SITI",
        "kartu macet",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for spoiled in [&children[0], &children[2]] {
        let first = spoiled.nama().split(' ').next().unwrap();
        assert!(text.contains(first), "{first}: {text}");
    }
    assert!(!text.contains(children[1].nik()) && !text.contains(children[0].nik()));
    let again = station.path("lagi.pdf");
    station
        .run(&["stock", "minutes", "1", "--out", again.to_str().unwrap()])
        .ended(0);
    assert_eq!(
        std::fs::read(&again).unwrap(),
        std::fs::read(station.path("ba.pdf")).unwrap(),
        "the same minutes are the same bytes"
    );
    station
        .run(&["stock", "minutes", "7", "--out", again.to_str().unwrap()])
        .ended(2);
}

#[test]
fn the_offices_own_template_is_used_and_a_broken_one_loses_nothing() {
    if !have("the office's template", &[PDFTOTEXT]) {
        return;
    }
    let (station, _) = destroyed();
    let path = station.path(&format!("layouts/dokumen/{NAME}.typ"));
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("data.nomor", "data.nomer")).unwrap();
    let refused = destroy(&station, "ba.pdf").ended(2);
    assert!(
        refused.err.contains(&format!("{NAME}.typ:")),
        "{}",
        refused.err
    );
    assert!(refused.err.contains("nomer"), "{}", refused.err);

    std::fs::write(
        &path,
        good.replace("BERITA ACARA PEMUSNAHAN]", "BERITA ACARA KANTOR KAMI]"),
    )
    .unwrap();
    let out = station.path("ba.pdf");
    station
        .run(&["stock", "minutes", "1", "--out", out.to_str().unwrap()])
        .ended(0);
    let text = PDFTOTEXT.says([out.as_os_str(), "-".as_ref()]);
    assert!(text.contains("BERITA ACARA KANTOR KAMI"), "{text}");
}

#[test]
fn a_long_list_breaks_over_pages_with_its_head_on_each_and_no_row_lost() {
    if !have("long minutes", &[PDFTOTEXT, PDFINFO]) {
        return;
    }
    let cards: Vec<Value> = (1..=230)
        .map(|n| {
            json!({
                "nomor": format!("K{n:06}-0"), "nama": "MUHAMMAD ALFARIZI RAMADHAN NUGROHO",
                "alamat": "JL. MERDEKA NO. 1, RT 001 RW 002, AIR BANG, CURUP", "seri": null,
                "sebab": "kartu macet di printer",
            })
        })
        .collect();
    let data = json!({
        "nomor": 3, "tanggal": {"tahun": 2026, "bulan": 11, "hari": 24},
        "kantor": {"provinsi": "BENGKULU", "kabupaten": "KABUPATEN CONTOH", "dinas": "DINAS", "tempat": "CURUP"},
        "petugas": "siti", "pejabat": {"nama": "CONTOH", "jabatan": "KEPALA DINAS"},
        "saksi": ["BUDI"], "blanko": [{"jenis": "kia", "jumlah": 2}], "kartu": cards,
    });
    let (file, template) = assets::paper("no-such-folder".as_ref(), NAME).unwrap();
    let day = Date::constant(2026, 11, 24);
    let pdf = typeset(&file, &template, &assets::fonts(), &data, day).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ba.pdf");
    std::fs::write(&path, pdf).unwrap();
    let said = PDFINFO.says([&path]);
    let pages = said.lines().find_map(|line| line.strip_prefix("Pages:"));
    let pages: usize = pages.unwrap().trim().parse().unwrap();
    let text = PDFTOTEXT.says(["-layout".as_ref(), path.as_os_str(), "-".as_ref()]);
    let pieces: Vec<&str> = text
        .split('\u{c}')
        .filter(|page| !page.trim().is_empty())
        .collect();
    assert_eq!(pieces.len(), pages);
    assert!(pages >= 8, "{pages}");
    for (number, page) in (1..).zip(&pieces) {
        assert!(
            page.contains(&format!("halaman {number} dari {pages}")),
            "{page}"
        );
        let has_rows = page.contains("-0 ");
        assert_eq!(page.contains("Nomor kartu"), has_rows, "{page}");
    }
    for n in 1..=230 {
        assert!(text.contains(&format!("K{n:06}-0")), "{n}");
    }
}
