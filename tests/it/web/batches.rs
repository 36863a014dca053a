//! Uploads over the wire: what they may be called, how large they may be, and what becomes of them.

use std::fs;

use super::client::{Answer, Visitor};
use super::desk::{done, refused, told};
use crate::harness::{Child, Daemon, Settings, Station, child};

/// The files of a batch as a browser sends them.
fn parts<'a>(files: &'a [(String, Vec<u8>)]) -> Vec<(&'a str, Option<&'a str>, &'a [u8])> {
    let part = |(path, bytes): &'a (String, Vec<u8>)| ("files", Some(&**path), &bytes[..]);
    files.iter().map(part).collect()
}

fn batch(station: &Station, children: &[Child]) -> Vec<(String, Vec<u8>)> {
    let mut lines = String::new();
    let mut files = Vec::new();
    for child in children {
        station.know(child);
        lines.push_str(&format!("{}\n", child.record));
        if let Some(photo) = &child.photo {
            files.push((format!("sd/{}", child.photo_path()), photo.clone()));
        }
    }
    files.push(("sd/records.jsonl".to_owned(), lines.into_bytes()));
    files
}

fn upload(visitor: &Visitor, files: &[(String, Vec<u8>)]) -> Answer {
    visitor.post_parts("/batches", &parts(files)).is(303)
}

/// Where the upload is looked at.
#[track_caller]
fn taken(visitor: &Visitor, files: &[(String, Vec<u8>)]) -> String {
    let answer = upload(visitor, files);
    let path = answer.header("location").unwrap().to_owned();
    assert!(path.starts_with("/batches/"), "{}", answer.text());
    path
}

/// The page of an upload once every row was looked at.
fn looked_at(daemon: &Daemon<'_>, visitor: &Visitor, path: &str) -> String {
    visitor.get(path).is(200);
    daemon.until("the rows are looked at", || {
        let progress = visitor.get(&format!("{path}/progress")).is(200).json();
        progress["finished"] == true && progress["done"] == progress["total"]
    });
    visitor.get(path).is(200).text()
}

#[test]
fn no_name_of_a_file_leads_out_of_its_upload() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    for name in [
        "../records.csv",
        "sd/../../records.csv",
        "/tmp/records.csv",
        "..\\records.csv",
        "C:\\records.csv",
        "sd/..",
    ] {
        let files = [(name.to_owned(), b"nik\n1\n".to_vec())];
        let (good, text) = told(&upload(&siti, &files));
        assert!(!good && text.contains("ke luar"), "{name}: {text}");
    }
    let long = format!("{}records.csv", "a/".repeat(600));
    let (good, text) = told(&upload(&siti, &[(long, b"nik\n1\n".to_vec())]));
    assert!(!good && text.contains("melampaui batas"), "{text}");
    let twice = ["a.csv", "a.csv"].map(|name| (name.to_owned(), b"nik\n1\n".to_vec()));
    assert!(!told(&upload(&siti, &twice)).0);
    let page = siti.get("/batches").is(200).text();
    assert!(!page.contains("Menunggu keputusan"), "{page}");
    assert!(station.names("incoming").is_empty());
    assert!(!station.has("records.csv") && !station.has("uploads/records.csv"));
    // Nothing was sent at all, and something that is no form.
    assert!(!told(&siti.post_parts("/batches", &[])).0);
    let name = [("name", None, &b"sd"[..])];
    assert!(!told(&siti.post_parts("/batches", &name)).0);
    let answer = siti.post("/batches", "files=1");
    assert!((400..500).contains(&answer.status), "{}", answer.status);
}

#[test]
fn an_upload_past_the_settings_limit_is_refused_in_words_and_leaves_nothing_to_decide() {
    let station = Station::with(Settings {
        web: "upload_mb = 1\n".to_owned(),
        ..Default::default()
    });
    station.people();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let files = [("besar.csv".to_owned(), vec![b'0'; (1 << 20) + (1 << 16)])];
    let (good, text) = told(&upload(&siti, &files));
    assert!(!good && text.contains("terlalu besar"), "{text}");
    let page = siti.get("/batches").text();
    assert!(page.contains("data-most=\"1\""), "{page}");
    assert!(!page.contains("Menunggu keputusan"), "{page}");
    let path = taken(&siti, &batch(&station, &[child(1)]));
    assert!(looked_at(&daemon, &siti, &path).contains("baris yang baik"));
}

#[test]
fn what_nobody_looked_at_is_not_sent_on_and_what_is_sent_twice_is_one_drop() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let path = taken(&siti, &batch(&station, &[child(1), child(2)]));
    let submit = format!("{path}/submit");
    assert!(refused(&siti, &submit, "").contains("belum diperiksa"));
    assert!(station.names("incoming").is_empty());
    // An auditor sees no upload and decides nothing.
    let ratna = daemon.logged_in("ratna");
    ratna.get(&path).is(403);
    ratna.get(&format!("{path}/photo/1")).is(403);
    ratna.post(&submit, "").is(403);
    ratna
        .post_parts("/batches", &parts(&batch(&station, &[child(3)])))
        .is(403);

    let page = looked_at(&daemon, &siti, &path);
    assert!(page.contains("Masukkan 2 baris yang baik"), "{page}");
    let first = done(&siti, &submit, "");
    assert_eq!(done(&siti, &submit, ""), first);
    daemon.until("both are cards", || {
        station.number("SELECT count(*) FROM cards") == 2
    });
    assert_eq!(station.number("SELECT count(*) FROM drops"), 1);
    assert!(siti.get(&path).text().contains("sudah dimasukkan"));
    // Thrown away is not taken back: the cards stay.
    done(&siti, &format!("{path}/discard"), "");
    siti.get(&path).is(404);
    siti.post(&submit, "").is(404);
    daemon.stop();
    assert_eq!(station.number("SELECT count(*) FROM cards"), 2);
    station.is_sound();
}

#[test]
fn only_a_supervisor_sends_on_what_carries_no_approval() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let files = batch(&station, &[child(1).without("persetujuan")]);
    let path = taken(&siti, &files);
    let page = looked_at(&daemon, &siti, &path);
    assert!(page.contains("Penyelia harus menyetujuinya"), "{page}");
    let submit = format!("{path}/submit");
    siti.post(&submit, "approve=yes").is(403);
    let budi = daemon.logged_in("budi");
    assert!(refused(&budi, &submit, "").contains("Centang"));
    // A station that was started anew has looked at nothing yet, whatever lies on its disk.
    daemon.stop();
    let daemon = station.daemon();
    let budi = daemon.logged_in("budi");
    assert!(refused(&budi, &submit, "approve=yes").contains("belum diperiksa"));
    assert_eq!(station.number("SELECT count(*) FROM drops"), 0);
    looked_at(&daemon, &budi, &path);
    done(&budi, &submit, "approve=yes");
    daemon.until("it is a card", || {
        station.number("SELECT count(*) FROM cards") == 1
    });
    assert_eq!(station.events_with("batch-approved"), 1);
    daemon.stop();
    station.is_sound();
}

#[test]
fn ten_thousand_rows_are_looked_at_a_hundred_a_page_and_one_more_is_too_many() {
    let station = Station::new();
    station.people();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let table = |rows: usize| {
        let text = format!("nik,nama\n{}", "1,ANAK CONTOH\n".repeat(rows));
        [("besar.csv".to_owned(), text.into_bytes())]
    };
    let path = taken(&siti, &table(10_000));
    let page = looked_at(&daemon, &siti, &path);
    assert!(page.contains("Jumlah baris<b>10000</b>"), "{page}");
    assert!(page.contains("1 / 100 "), "{page}");
    assert_eq!(page.matches("dikembalikan</span>").count(), 100);
    let last = siti.get(&format!("{path}?rows=bad&page=99")).is(200).text();
    assert!(last.contains("<td class=\"num\">10000</td>"), "{last}");
    // A page beyond the last is the last.
    let beyond = format!("{path}?rows=bad&page=18446744073709551615");
    assert_eq!(siti.get(&beyond).is(200).text(), last);
    let path = taken(&siti, &table(10_001));
    let page = looked_at(&daemon, &siti, &path);
    assert!(page.contains("melampaui batas"), "{page}");
    assert!(!page.contains("/submit"), "{page}");
    assert!(refused(&siti, &format!("{path}/submit"), "").contains("belum diperiksa"));
}

#[test]
fn a_return_list_is_given_out_of_rejected_and_from_nowhere_else() {
    let station = Station::new();
    station.people();
    let girl = child(1).with("nik", "123");
    fs::write(station.incoming("kelas.csv"), station.table(&[girl])).unwrap();
    station.once().ended(1);
    fs::write(station.path("alasan.csv"), "rahasia").unwrap();
    fs::write(station.path("accepted/alasan.csv"), "rahasia").unwrap();
    let daemon = station.daemon();
    let siti = daemon.logged_in("siti");
    let page = siti.get("/batches").is(200).text();
    let key = page.split("/batches/returned/").nth(1).unwrap();
    let key = key.split('"').next().unwrap().to_owned();
    assert!(
        !page.contains("/batches/returned/kelas"),
        "no name in an address"
    );
    let list = siti.get(&format!("/batches/returned/{key}")).is(200);
    let kept = list.header("content-disposition").unwrap();
    assert!(kept.starts_with("attachment; filename=\"pengembalian."));
    assert!(!list.body.is_empty());
    assert_eq!(station.events_with("return-list-exported"), 1);
    for name in [
        "..",
        "%2e%2e",
        "..%2Faccepted",
        "..%2f..%2fst",
        "%2Fetc",
        "kelas.csv%2F..%2F..%2Faccepted",
        ".",
        "%00",
        "tidak-ada",
    ] {
        let answer = siti.get(&format!("/batches/returned/{name}"));
        assert!(
            (400..500).contains(&answer.status),
            "{name}: {}",
            answer.status
        );
        assert!(!answer.text().contains("rahasia"), "{name}");
    }
    for id in ["..", "%2e%2e", "..%2F..%2Fledger", "a.b"] {
        siti.get(&format!("/batches/{id}")).is(404);
        siti.get(&format!("/batches/{id}/return.xlsx")).is(404);
        siti.post(&format!("/batches/{id}/discard"), "").is(404);
    }
    assert!(station.has("ledger/ledger.db"));
    assert_eq!(station.events_with("return-list-exported"), 1);
}
