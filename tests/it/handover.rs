//! Every card reaches a child, and the office can show it: packs and their papers, through the
//! real binary.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use kia_station::domain::card::Kind;
use kia_station::domain::ids::{CardId, PackId};
use kia_station::domain::office::Office;
use kia_station::domain::pack::{Carrier, Destination};
use kia_station::ledger::Ledger;
use kia_station::production::assets;
use kia_station::render::qr::Qr;
use kia_station::reports::papers::{PackPapers, PaperCard, Receiver};
use serde_json::{Value, json};

use crate::harness::{Child, Ran, Station, before, child, today};
use crate::parts::{PDFTOPPM, PDFTOTEXT, ZBARIMG, have};
use crate::scan::{code, scan};

const A: &str = "10700001";
const B: &str = "10700002";

fn pack(station: &Station, args: &[&str]) -> Ran {
    station.run(&[&["pack"], args, &["--as", "siti", "--json"]].concat())
}

/// The packs that a step names.
#[track_caller]
fn packs(ran: Ran) -> Vec<Value> {
    ran.ended(0).json()["packs"].as_array().unwrap().clone()
}

/// The one pack that a step names.
#[track_caller]
fn only(ran: Ran) -> Value {
    let mut packs = packs(ran);
    assert_eq!(packs.len(), 1, "{packs:?}");
    packs.remove(0)
}

fn show(station: &Station, pack: &str) -> Value {
    station
        .run(&["pack", "show", pack, "--json"])
        .ended(0)
        .json()
}

/// Six children of one school, two of another and one of none: printed, and all but the last of
/// the first school verified. Returns their cards in the order of `children`.
fn printed() -> (Station, Vec<Child>, Vec<String>) {
    let station = Station::new();
    let children: Vec<Child> = (1..=9)
        .map(|number| match number {
            1..=6 => child(number).at_school("SDN 2 CURUP TENGAH", A, &format!("{number}A")),
            7 | 8 => child(number).at_school("SDN 5 CURUP", B, "2B"),
            _ => child(number).without("sekolah"),
        })
        .collect();
    station.drop_batch("LOT", &children);
    station.take_all();
    station.confirm_all("L00001");
    let cards: Vec<String> = children.iter().map(|c| station.card_of(c)).collect();
    let codes: Vec<String> = cards.iter().map(|card| code(&station, card)).collect();
    let scanned: Vec<&str> = codes
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 5)
        .map(|(_, code)| code.as_str())
        .collect();
    assert_eq!(scan(&station, &scanned, &[]).0, 0);
    (station, children, cards)
}

/// Good cards are in packs or on hand, and nowhere else; `unproved` lie in packs without a scan.
#[track_caller]
fn totals_agree(station: &Station, unproved: u64) {
    let list = station.run(&["pack", "list", "--json"]).ended(0).json();
    let sum = |list: &Value, keys: &[&str]| -> u64 {
        let each = list.as_array().unwrap().iter();
        each.flat_map(|item| keys.iter().map(|key| item[*key].as_u64().unwrap()))
            .sum()
    };
    let states = &station.status()["cards"];
    let proved: u64 = ["verified", "packed", "handed-over", "received", "returned"]
        .iter()
        .map(|state| states[*state].as_u64().unwrap_or_default())
        .sum();
    let inside = sum(&list["packs"], &["cards"]);
    let on_hand = sum(&list["on_hand"], &["verified", "returned"]);
    assert_eq!(proved + unproved, inside + on_hand, "{list:#} {states:#}");
}

#[test]
fn a_week_of_packs_from_gathering_to_redelivery_agrees_at_every_step() {
    let (station, children, cards) = printed();
    totals_agree(&station, 0);
    // By destination: the village, then the schools by their numbers.
    let made = packs(pack(&station, &["make"]));
    let counts: Vec<&Value> = made.iter().map(|pack| &pack["cards"]).collect();
    assert_eq!(counts, [&json!(1), &json!(5), &json!(2)], "{made:#?}");
    let first = made[1]["pack"].as_str().unwrap().to_owned();
    let first = first.as_str();
    assert_eq!(made[1]["npsn"], A);
    totals_agree(&station, 0);
    pack(&station, &["make"]).ended(1);

    // A card that nobody scanned keeps the envelope open, until a supervisor answers for it.
    pack(&station, &["add", first, &cards[5]]).ended(0);
    totals_agree(&station, 1);
    let refused = pack(&station, &["close", first]).ended(1).json();
    let why = refused["refused"].as_str().unwrap();
    assert!(why.contains(&cards[5]) && why.contains("--waive"), "{why}");
    let strange = pack(&station, &["add", first, &cards[6]]).ended(1);
    assert!(strange.out.contains("lies in pack"), "{}", strange.out);
    let waived = [
        "pack", "close", first, "--waive", "--as", "kepala", "--json",
    ];
    let closed = only(station.run(&waived));
    assert_eq!(closed["state"], "closed");
    assert_eq!(closed["closed_by"], "operator:kepala");
    totals_agree(&station, 0);

    // It leaves with a number, and is found by its label.
    pack(&station, &["send", first, "--via", "artis"]).ended(1);
    let nik = children[0].nik();
    let slip = ["send", first, "--via", "artis", "--number", nik];
    let refused = pack(&station, &slip).ended(1);
    assert!(!refused.out.contains(nik), "{}", refused.out);
    let number = "P2611240012345";
    let send = ["send", first, "--via", "artis", "--number", number];
    let sent = only(pack(&station, &send));
    assert_eq!(
        (&sent["state"], &sent["shipment"]),
        (&json!("sent"), &json!(number))
    );
    let label = sent["code"].as_str().unwrap();
    assert_eq!(show(&station, label)["pack"]["pack"], first);
    let (exit, heard) = scan(&station, &[label], &[]);
    assert!(exit == 0 && heard.contains(first), "{heard}");
    pack(&station, &["remove", first, &cards[0]]).ended(1);

    // Received but for two; one of them was never there, one nobody claims.
    let except = ["receive", first, "--except", &cards[0], &cards[1]];
    let part = only(pack(&station, &except));
    assert_eq!(part["state"], "partial");
    assert_eq!(
        (&part["received"], &part["outstanding"]),
        (&json!(4), &json!(2))
    );
    totals_agree(&station, 0);
    let unclaimed = ["receive", first, "--unclaimed", &cards[1]];
    assert_eq!(only(pack(&station, &unclaimed))["outstanding"], 1);
    let slip = ["receive", first, "--except", &cards[2]];
    pack(&station, &slip).ended(1);
    let back = [
        "return",
        first,
        "--reason",
        "tidak-diambil",
        "--card",
        &cards[1],
    ];
    only(pack(&station, &back));
    let rest = ["return", first, "--reason", "tidak-sampai", "--all"];
    let done = only(pack(&station, &rest));
    assert_eq!(
        (&done["state"], &done["returned"]),
        (&json!("received"), &json!(2))
    );
    totals_agree(&station, 0);

    let nothing = pack(&station, &["receive", first, "--all"]).ended(1);
    assert!(nothing.out.contains("nothing to enter"), "{}", nothing.out);

    // What came back goes out again, one card to the school that its child went to.
    let again = only(pack(&station, &["make", "--redeliver", first]));
    let again = again["pack"].as_str().unwrap();
    assert_eq!(show(&station, again)["cards"].as_array().unwrap().len(), 2);
    let moved = only(pack(&station, &["move", &cards[1], "--to-school", B]));
    let other = made[2]["pack"].as_str().unwrap();
    assert_eq!(
        (&moved["pack"], &moved["cards"]),
        (&json!(other), &json!(3))
    );
    for id in [again, other] {
        only(pack(&station, &["close", id]));
        only(pack(&station, &["send", id, "--via", "dijemput"]));
        let received = only(pack(&station, &["receive", id, "--all"]));
        assert_eq!(received["state"], "received");
    }
    totals_agree(&station, 0);
    let states = station.status();
    assert_eq!(states["cards"]["received"], 8);

    // The whole way of a card is told.
    let told = station.run(&["card", &cards[1]]).ended(0).out;
    for words in [first, again, other, "tidak diambil", "dipindahkan"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let history = &station.cards(&cards[1])[0];
    assert_eq!(history["packs"].as_array().unwrap().len(), 3);
    assert_eq!(history["card"]["state"], "received");
    let line = station
        .log()
        .into_iter()
        .find(|line| line["kartu"] == cards[1].as_str());
    assert_eq!(line.unwrap()["paket"], other);
    station.is_sound();
}

#[test]
fn a_reprint_takes_the_old_card_out_of_its_pack_for_all_to_see() {
    let (station, _, cards) = printed();
    packs(pack(&station, &["make", "--school", "sdn 5 curup"]));
    let id = "P00001-8";
    only(pack(&station, &["close", id]));
    only(pack(&station, &["send", id, "--via", "petugas"]));
    let lost = [
        "reprint",
        &cards[6],
        "--reason",
        "hilang",
        "--evidence",
        "police-letter",
        "--second",
        "budi",
        "--as",
        "siti",
    ];
    station.run(&lost).ended(0);
    let spoil = ["spoil", &cards[0], "--reason", "data", "--as", "siti"];
    station.run(&spoil).ended(0);
    let shown = show(&station, id);
    assert_eq!(
        (&shown["pack"]["cards"], &shown["pack"]["outstanding"]),
        (&json!(1), &json!(1))
    );
    let left = shown["cards"].as_array().unwrap().iter();
    let left: Vec<&Value> = left
        .filter(|card| !card["place"]["left"].is_null())
        .collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["card"], cards[6].as_str());
    assert_eq!(left[0]["place"]["left"]["how"], "void");
    let told = station.run(&["pack", "show", id]).ended(0).out;
    assert!(told.contains("KELUAR dari paket"), "{told}");
    totals_agree(&station, 0);
    station.is_sound();
}

#[test]
fn a_pack_that_no_school_confirms_is_called_out() {
    let (station, ..) = printed();
    packs(pack(&station, &["make", "--school", B]));
    let id = "P00001-8";
    only(pack(&station, &["close", id]));
    let late = before(today(), 0, 15).to_string();
    let future = before(today(), 0, -1).to_string();
    let send = |on: &str| pack(&station, &["send", id, "--via", "petugas", "--on", on]);
    let early = send(&future).ended(1).json();
    let why = early["refused"].as_str().unwrap();
    assert!(why.contains("has not come yet"), "{why}");
    // It was closed today: the day it left is not before that.
    let early = send(&late).ended(1).json();
    let why = early["refused"].as_str().unwrap();
    assert!(why.contains("was closed later"), "{why}");
    // So that time has passed is for the test alone to say.
    let mut ledger = Ledger::open(&station.path("ledger")).unwrap();
    let on = before(today(), 0, 15);
    ledger
        .write("operator:siti", Timestamp::now(), |tx| {
            tx.send_pack(id.parse().unwrap(), Carrier::Petugas, None, on)
        })
        .unwrap();
    drop(ledger);
    assert_eq!(station.status()["overdue"][0]["pack"], id);
    let told = station.run(&["status"]).ended(0).out;
    assert!(
        told.contains("terlambat") && told.contains("SDN 5 CURUP"),
        "{told}"
    );
    only(pack(&station, &["receive", id, "--all"]));
    assert_eq!(station.status()["overdue"], json!([]));
}

/// A closed pack of the first school's five verified cards.
fn closed() -> (Station, Vec<Child>, Vec<String>) {
    let (station, children, cards) = printed();
    packs(pack(&station, &["make", "--school", A]));
    only(pack(&station, &["close", ID]));
    (station, children, cards)
}

const ID: &str = "P00001-8";

#[test]
fn a_signed_paper_is_kept_and_a_change_to_it_is_found() {
    let (station, ..) = closed();
    let scan = station.outside("scan.pdf");
    fs::write(&scan, b"%PDF-1.4 made up").unwrap();
    let attach = ["attach", ID, scan.to_str().unwrap()];
    let kept = pack(&station, &attach).ended(0).json();
    let kept = station
        .path("handover")
        .join(kept["file"].as_str().unwrap());
    assert_eq!(fs::read(&kept).unwrap(), fs::read(&scan).unwrap());
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&kept), 0o600);
    assert_eq!(mode(kept.parent().unwrap()), 0o700);
    assert_eq!(station.is_sound()["papers"], 1);
    pack(&station, &attach).ended(1);
    fs::write(&scan, "MZ no scan").unwrap();
    let refused = pack(&station, &attach).ended(1).json();
    let why = refused["refused"].as_str().unwrap();
    assert!(why.contains("PDF, JPEG or PNG"), "{why}");
    assert_eq!(station.names(&format!("handover/{ID}")).len(), 1);
    fs::write(&kept, b"%PDF-1.4 made UP").unwrap();
    let wrong = station.run(&["ledger", "verify"]).ended(1).out;
    let name = kept.file_name().unwrap().to_str().unwrap();
    assert!(
        wrong.contains(&format!("{ID}/{name}` was changed")),
        "{wrong}"
    );
    fs::remove_file(&kept).unwrap();
    let gone = station.run(&["ledger", "verify"]).ended(1).out;
    assert!(gone.contains("is missing"), "{gone}");
}

/// What a PDF says, with every run of space as one.
fn text(pdf: &Path) -> String {
    let text = PDFTOTEXT.says(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_papers_name_the_children_but_no_number_and_the_label_names_nobody() {
    if !have("the papers of a pack", &[PDFTOTEXT, PDFTOPPM, ZBARIMG]) {
        return;
    }
    let (station, children, cards) = closed();
    let out = station.outside("papers");
    let documents = |folder: &Path| {
        let folder = folder.to_str().unwrap();
        let args = [
            "documents",
            ID,
            "--out",
            folder,
            "--number",
            "470/12/DISDUKCAPIL/2026",
            "--receiver",
            "SRI CONTOH, S.Pd.",
        ];
        station.run(&[&["pack"], &args[..]].concat())
    };
    documents(&out).ended(0);
    let file = |what: &str| out.join(format!("{ID}-{what}.pdf"));
    let (bast, receipts, label) = (file("bast"), file("tanda-terima"), file("label"));
    let (bast_says, receipts_say, label_says) = (text(&bast), text(&receipts), text(&label));
    for (child, card) in children[..5].iter().zip(&cards) {
        for said in [&bast_says, &receipts_say] {
            assert!(
                said.contains(child.nama()) && said.contains(card.as_str()),
                "{said}"
            );
            assert!(!said.contains(child.nik()));
        }
        assert!(!label_says.contains(child.nama()) && !label_says.contains(card.as_str()));
    }
    assert!(
        !bast_says.contains(children[5].nama()),
        "it is not in the pack"
    );
    for words in [
        "470/12/DISDUKCAPIL/2026",
        "5 (lima) keping",
        "5 5A 0 1 1 Jumlah 0 5 5",
        "RADEN CONTOH WIBAWA, S.Sos.",
        "SRI CONTOH, S.Pd.",
        "SDN 2 CURUP TENGAH",
    ] {
        assert!(
            bast_says.contains(words),
            "`{words}` is not in:\n{bast_says}"
        );
    }
    for words in ["SDN 2 CURUP TENGAH", "5 keping", ID] {
        assert!(
            label_says.contains(words),
            "`{words}` is not in:\n{label_says}"
        );
    }
    // The code on both labels is the pack's.
    let picture = station.outside("label");
    PDFTOPPM.run([
        "-r",
        "150",
        "-png",
        label.to_str().unwrap(),
        picture.to_str().unwrap(),
    ]);
    let wanted = show(&station, ID)["pack"]["code"]
        .as_str()
        .unwrap()
        .to_owned();
    for page in ["1", "2"] {
        let page = format!("{}-{page}.png", picture.display());
        assert_eq!(ZBARIMG.says(["-q", "--raw", page.as_str()]).trim(), wanted);
    }
    // The same day gives the same bytes; an open pack has no papers.
    let again = station.outside("again");
    documents(&again).ended(0);
    let name = bast.file_name().unwrap();
    assert_eq!(
        fs::read(&bast).unwrap(),
        fs::read(again.join(name)).unwrap()
    );
    packs(pack(&station, &["make", "--school", B]));
    let open = [
        "pack",
        "documents",
        "P00002-6",
        "--out",
        again.to_str().unwrap(),
    ];
    assert!(station.run(&open).ended(1).out.contains("still open"));
}

/// The papers of a pack of so many cards in one class.
fn papers(cards: usize) -> [Vec<u8>; 3] {
    let nothing = tempfile::tempdir().unwrap();
    let stationery = assets::stationery(nothing.path()).unwrap();
    let names: Vec<String> = (1..=cards)
        .map(|number| format!("ANAK UJICOBA {number:03}"))
        .collect();
    let listed = names.iter().zip(1..).map(|(name, number)| PaperCard {
        card: CardId::new(number),
        name: Some(name),
        class: Some("2A"),
        kind: Kind::From5,
    });
    let code = "KIA-P:0123456789ABCDEFGHJKMNPQRS";
    let papers = PackPapers {
        pack: PackId::new(7),
        number: "7",
        date: date(2026, 11, 24),
        office: &Office::default(),
        official: None,
        destination: &Destination::School {
            npsn: Some(A.into()),
            nama: Some("SDN 2 CURUP TENGAH".into()),
        },
        receiver: Receiver::default(),
        shipment: None,
        cards: listed.collect(),
        code,
        code_svg: &Qr::encode(code.as_bytes()).unwrap().svg(),
    };
    [
        papers.bast(&stationery),
        papers.receipts(&stationery),
        papers.labels(&stationery),
    ]
    .map(Result::unwrap)
}

#[test]
fn five_hundred_rows_break_over_pages_with_the_head_on_each_and_every_name_once() {
    if !have("the long lists", &[PDFTOTEXT]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let [bast, receipts, _] = papers(500);
    for (name, pdf, head) in [
        ("bast.pdf", bast, "Nomor kartu"),
        ("receipts.pdf", receipts, "Tanda tangan"),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, pdf).unwrap();
        let text = PDFTOTEXT.says(["-layout".as_ref(), file.as_os_str(), "-".as_ref()]);
        let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
        assert!(pages.len() > 8, "{} pages", pages.len());
        for (at, page) in pages.iter().enumerate() {
            let rows = page.contains("ANAK UJICOBA");
            assert_eq!(rows, page.contains(head), "{page}");
            let number = format!("Halaman {} dari {}", at + 1, pages.len());
            assert!(page.contains(&number), "{page}");
        }
        for number in 1..=500 {
            let child = format!("ANAK UJICOBA {number:03}");
            assert_eq!(text.matches(&child).count(), 1, "{child}");
        }
    }
}

#[test]
fn the_papers_of_a_pack_are_archival_pdf() {
    let made = papers(3);
    for pdf in &made {
        let text = String::from_utf8_lossy(pdf);
        assert!(text.contains("pdfaid:part"), "no claim to be PDF/A");
    }
}
