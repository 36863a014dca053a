//! Batches as schools send them: dragged onto the page, looked at, decided.

use std::fs;
use std::path::PathBuf;

use calamine::{Data, Reader, Xlsx};
use kia_station::domain::mapping::IGNORED;

use super::{Browser, have_browser};
use crate::harness::{Child, Daemon, Station, archive, child, toddler};
use crate::sheets::{messy, zipped};

/// The script notes in the session that the bar of the upload was shown.
const WATCH: &str = "(() => {
  const bar = document.getElementById('uploading');
  new MutationObserver(() => { if (!bar.hidden) sessionStorage.seen = 'yes'; })
    .observe(bar, { attributes: true });
})()";

/// A school's folder with its table and its photos.
fn folder(station: &Station, name: &str, children: [&Child; 3]) -> PathBuf {
    let [good, dated, lost] = children;
    let folder = station.outside(name);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("Kelas 2A.xlsx"), messy(good, dated, lost, &[])).unwrap();
    for child in children {
        station.know(child);
        fs::write(
            folder.join(child.photo_path()),
            child.photo.as_ref().unwrap(),
        )
        .unwrap();
    }
    folder
}

/// Gives the page files, and waits until every row was looked at.
fn offer(browser: &Browser, field: &str, paths: &[PathBuf]) {
    browser.go("/batches");
    browser.js(WATCH);
    browser.choose_files(field, paths);
    browser.until(
        "every row is looked at",
        "location.pathname.startsWith('/batches/') && document.querySelector('.flow')",
    );
}

fn approve(browser: &Browser, daemon: &Daemon<'_>, station: &Station, cards: i64) {
    browser.click("[name=approve]");
    browser.click("form[action$='/submit'] button");
    browser.until_shown("dimasukkan; hasilnya tampil di bawah");
    daemon.until("the good rows are cards that can be printed", || {
        station.number("SELECT count(*) FROM cards WHERE state = 'rendered'") == cards
    });
}

#[test]
fn a_schools_own_table_is_mapped_once_checked_row_by_row_and_sent_on_by_a_supervisor() {
    if !have_browser("a school's own table") {
        return;
    }
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    let children = [child(1), child(2), child(3)];
    let sent = folder(&station, "SDN 2 Curup", children.each_ref());
    let mut files: Vec<PathBuf> = fs::read_dir(&sent)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    offer(&browser, "#files", &files);
    assert_eq!(
        browser.js("sessionStorage.seen"),
        "yes",
        "its progress was shown"
    );
    let here = browser.path();
    let progress = browser.visitor().get(&format!("{here}/progress")).json();
    assert_eq!(
        (&progress["done"], &progress["total"]),
        (&3.into(), &3.into())
    );

    // The columns are guessed by their headers; what the table lacks is said once.
    assert!(browser.text("main").contains("belum ada: "));
    assert_eq!(
        browser.js("document.querySelector('[name=\"column.1\"]').value"),
        "nama"
    );
    browser.is_legible();
    browser.picture("kiriman-kolom");
    // The running number is no field of a card: it is passed over without a word.
    browser.choose("[name='column.0']", IGNORED);
    browser.fill("[name=sender]", "SDN 2");
    for (field, value) in [
        ("kecamatan", "CURUP TENGAH"),
        ("kewarganegaraan", "WNI"),
        ("sekolah.nama", "SDN 2 CURUP TENGAH"),
        ("sekolah.npsn", "10700001"),
    ] {
        browser.fill(&format!("[name='constant.{field}']"), value);
    }
    browser.press("[name='constant.sekolah.npsn']", "\u{e007}");
    browser.until(
        "it was looked at again",
        "document.querySelector('.flow li:nth-child(2) b')?.innerText === '2'",
    );
    let said = browser.text("main");
    assert!(!said.contains("belum ada: "), "{said}");
    assert!(said.contains("3 baris tidak membawa persetujuan"), "{said}");
    assert!(said.contains("disimpan sebagai angka"), "{said}");
    assert!(!said.contains("tidak dikenal"), "{said}");
    assert!(!said.contains(children[0].nik()), "{said}");
    browser.until_drawn("tbody tr:nth-child(1) img.thumb");
    browser.until_drawn("tbody tr:nth-child(2) img.thumb");
    browser.is_legible();

    // The return list holds the bad row alone, with the reason in it.
    let link =
        browser.js("document.querySelector('a[href$=\"return.xlsx\"]').getAttribute('href')");
    let operator = browser.visitor();
    let list = operator.get(link.as_str().unwrap()).is(200);
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(list.body)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(sheet.height(), 2);
    let row: Vec<String> = sheet
        .rows()
        .nth(1)
        .unwrap()
        .iter()
        .map(Data::to_string)
        .collect();
    let row = row.join(" ");
    assert!(
        row.contains(children[2].nama()) && row.contains("angka"),
        "{row}"
    );

    // An operator finds no button, and is refused without one as well.
    assert_eq!(
        browser.js("document.querySelector('form[action$=\"/submit\"]')"),
        serde_json::Value::Null
    );
    operator
        .post(&format!("{here}/submit"), "approve=yes")
        .is(403);
    browser.log_in("budi", crate::web::PASSWORD);
    browser.until("the board is there", "document.querySelector('#flow')");
    browser.go(&here);
    browser.is_legible();
    browser.picture("kiriman");
    approve(&browser, &daemon, &station, 2);
    browser.is_legible();

    // The same headers another time: nobody is asked again. This time it is the folder itself.
    let more = [child(4), child(5), child(6)];
    let sent = folder(&station, "SDN 2 lagi", more.each_ref());
    offer(&browser, "#folder", &[sent]);
    let said = browser.text("main");
    assert!(
        said.contains("SDN 2 lagi") && !said.contains("belum ada: "),
        "{said}"
    );
    assert_eq!(
        browser.js("document.querySelector('details.panel').open"),
        false
    );
    approve(&browser, &daemon, &station, 4);
    browser.until(
        "both came back in part",
        "document.querySelectorAll('#taken td.bad').length === 2",
    );
    drop(browser);
    daemon.stop();
    station.is_sound();
}

#[test]
fn a_zip_is_taken_and_bombs_stray_names_and_other_files_are_refused_in_words() {
    if !have_browser("uploads that are refused") {
        return;
    }
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let browser = Browser::logged_in(&daemon, "siti");
    let give = |name: &str, bytes: &[u8]| {
        fs::write(station.outside(name), bytes).unwrap();
        station.outside(name)
    };
    let stray = archive(&[("../records.csv", b"nik\n1\n")]);
    let bomb = archive(&[("records.csv", &vec![b'0'; 30 << 20])]);
    browser.go("/batches");
    for (path, said) in [
        (give("bom.zip", &bomb), "membengkak tidak wajar"),
        (give("sesat.zip", &stray), "menunjuk ke luar"),
        (give("rusak.zip", b"PK"), "ZIP"),
        (
            give("kelas.xls", b"\xd0\xcf\x11\xe0"),
            "Simpan Sebagai > Excel Workbook",
        ),
        (
            give("foto.jpg", b"\xff\xd8"),
            "tidak memuat satu pun data anak",
        ),
    ] {
        browser.go("/batches");
        browser.choose_files("#files", &[path]);
        browser.until(
            said,
            &format!("document.getElementById('upload-error').innerText.includes('{said}')"),
        );
        assert_eq!(browser.path(), "/batches");
        browser.is_legible();
    }
    browser.picture("kiriman-ditolak");
    assert!(!browser.text("main").contains("Menunggu keputusan"));

    let folder = station.outside("SD");
    station.fill_batch(
        &folder,
        &[child(1), toddler(2), child(3).with("agama", "9")],
    );
    offer(
        &browser,
        "#files",
        &[give("SD 2.zip", &zipped(&folder, "SD/"))],
    );
    browser.is_legible();
    browser.go(&format!("{}?rows=bad", browser.path()));
    assert_eq!(
        browser.js("document.querySelectorAll('table.rows tbody tr').length"),
        1
    );
    // They carry their approval: an operator sends them on.
    browser.click("form[action$='/submit'] button");
    browser.until_shown("Kiriman SD 2 dimasukkan");
    daemon.until("the good ones are cards", || {
        station.number("SELECT count(*) FROM cards") == 2
    });
    // What nobody wants is thrown away, once that was asked.
    offer(&browser, "#files", &[give("lain.csv", b"nik\n1\n")]);
    browser.click("form[action$='/discard'] button");
    browser.agree();
    browser.until_shown("Kiriman dibuang.");
    assert_eq!(station.names("uploads").len(), 1);
}
