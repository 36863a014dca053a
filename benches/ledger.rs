//! How long reports, searches and look-ups take in a full ledger.
//!
//! `cargo bench --bench ledger` fills a ledger with made-up children through its own API and
//! prints a table; `KIA_LEDGER_CARDS=1000000` sets how many (50,000 without). Cards are spread over
//! 160 villages, 400 schools and ten years; one in twenty is spoiled and made again, half are
//! verified, and the packs of all but the last quarter of the days have left and their records are
//! erased. Each figure is the median of five. `KIA_LEDGER_DIR=FOLDER` keeps the ledger there and
//! takes it from there the next time.

use std::fmt::Debug;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use kia_station::config::Config;
use kia_station::domain::card::{Evidence, Kind, SpoilReason, State};
use kia_station::domain::ids::CardId;
use kia_station::domain::nik::Nik;
use kia_station::domain::pack::Carrier;
use kia_station::domain::record::{Alasan, Approval, Record, School, Sex};
use kia_station::ledger::{
    Error, Ledger, NewCard, NewLot, PackFilter, Reader, Remake, TrailFilter, Tx,
};
use kia_station::reports::Reports;

/// Cards in a transaction: a day's work of ten printers.
const DAY: usize = 2_000;
const TODAY: Date = Date::constant(2026, 11, 24);

fn main() {
    let cards = std::env::var("KIA_LEDGER_CARDS").unwrap_or_else(|_| "50000".to_owned());
    let cards: usize = cards.parse().expect("KIA_LEDGER_CARDS=1000000");
    let own = tempfile::tempdir().expect("a temporary folder");
    let kept = std::env::var_os("KIA_LEDGER_DIR").map(PathBuf::from);
    let dir = kept.as_deref().unwrap_or(own.path());
    let file = dir.join("ledger.db");
    if !file.exists() {
        let start = Instant::now();
        fill(
            &mut Ledger::create(dir, noon(TODAY)).expect("a ledger"),
            cards,
        );
        let bytes = std::fs::metadata(&file).expect("the ledger").len();
        println!(
            "{cards} cards filled in {:.0} s, {} bytes a card\n",
            start.elapsed().as_secs_f64(),
            bytes / cards as u64
        );
    }
    let ledger = Ledger::open(dir).expect("the ledger");
    println!("| what | ms |\n|---|--:|");
    measure(&ledger, cards);
}

fn noon(day: Date) -> Timestamp {
    let midnight = day
        .at(12, 0, 0, 0)
        .to_zoned_datetime(jiff::tz::TimeZone::UTC);
    midnight.expect("a day").timestamp()
}

/// A child of 0 to 16 with a name of its own, of one of 160 villages and 400 schools.
fn child(number: usize) -> Record {
    let age = (number * 7 % 6_200) as i64;
    let birth = TODAY.saturating_sub(age.days());
    let (village, school) = (number * 31 % 160, number * 17 % 400);
    // 9,999 serials for each day of birth and district are enough for a million children.
    let nik = format!(
        "1702{:02}{:02}{:02}{:02}{:04}",
        1 + number % 80,
        birth.day(),
        birth.month(),
        birth.year() % 100,
        1 + number / 500 % 9_999
    );
    let letters: String = number
        .to_string()
        .bytes()
        .map(|digit| char::from(b'A' + digit - b'0'))
        .collect();
    Record {
        id: Some(format!("SIAK-{number}")),
        revisi: 1,
        nik: Nik::parse(&nik).expect("a NIK"),
        no_kk: "1702091203100004".into(),
        nama: format!("ANAK {letters} CONTOH"),
        tempat_lahir: "CURUP".into(),
        tanggal_lahir: birth,
        jenis_kelamin: Sex::Male,
        gol_darah: "O".into(),
        agama: "ISLAM".into(),
        kewarganegaraan: "WNI".into(),
        no_akta: "1702-LU-12032018-0012".into(),
        nama_kepala_keluarga: "KEPALA CONTOH".into(),
        alamat: "JL. CONTOH NO. 12".into(),
        rt: "003".into(),
        rw: "001".into(),
        desa: format!("DESA CONTOH {village}"),
        kecamatan: format!("KECAMATAN {}", village % 15),
        kode_wilayah: Some(format!("17.02.{:02}.{village:04}", village % 15)),
        berlaku_hingga: None,
        foto: None,
        alasan: Alasan::Baru,
        sekolah: Some(School {
            npsn: Some(format!("107{school:05}")),
            nama: Some(format!("SDN {school} CONTOH")),
            kelas: Some(format!("{}A", 1 + number % 6)),
        }),
        persetujuan: Approval {
            oleh: "verifikator".into(),
            pada: noon(date(2016, 1, 1)),
        },
        qr: None,
    }
}

fn fill(ledger: &mut Ledger, cards: usize) {
    let days = cards.div_ceil(DAY);
    for day in 0..days {
        // Ten years up to today, whatever the number.
        let back = (3_650 * (days - 1 - day) / days) as i64;
        let at = noon(TODAY.saturating_sub(back.days()));
        let numbers = day * DAY..cards.min((day + 1) * DAY);
        let done = ledger.write("station", at, |tx| {
            let mut out = Vec::new();
            for number in numbers {
                let record = child(number);
                let token = format!("T{number}");
                let kind = record.kind_on(TODAY).expect("a child under 17");
                out.push(tx.accept(NewCard {
                    record: &record,
                    kind,
                    photo: None,
                    token: Some(&token),
                    drop: "D1",
                    row: None,
                    replaces: None,
                })?);
            }
            for chunk in out.chunks(500) {
                let lot = tx.next_lot()?;
                tx.make_lot(NewLot {
                    lot,
                    kind: Kind::From5,
                    layout: "kia-5-17",
                    mode: "overlay",
                    cards: chunk,
                    pdf: &format!("{lot}.pdf"),
                    sha256: &"0".repeat(64),
                    bytes: 1,
                })?;
            }
            for (at, &card) in out.iter().enumerate() {
                if at % 20 == 0 {
                    let token = format!("R{}", card.number());
                    let remake = Remake::Yes {
                        token: Some(&token),
                    };
                    tx.spoil(card, SpoilReason::Buram, Evidence::Operator, remake)?;
                    continue;
                }
                tx.move_card(card, State::Printed, Evidence::Operator, None)?;
                if at % 2 == 0 {
                    tx.move_card(card, State::Verified, Evidence::Scan, None)?;
                }
            }
            if day < days - days / 4 {
                hand_over(tx, day)?;
            }
            Ok::<_, Error>(())
        });
        done.expect("a day of cards");
    }
}

/// Sends every verified card to its school in a pack, and erases its record.
fn hand_over(tx: &mut Tx<'_>, day: usize) -> Result<(), Error> {
    for (at, (school, cards)) in tx.to_pack(None)?.into_iter().enumerate() {
        let pack = tx.pack_for(&school, &format!("KIA-P:{day}-{at}"))?;
        for &card in &cards {
            tx.put_in_pack(pack, card)?;
        }
        tx.close_pack(pack, false)?;
        tx.send_pack(pack, Carrier::Petugas, None, TODAY)?;
        for card in cards {
            tx.erase(card, "purge")?;
        }
    }
    Ok(())
}

fn measure(ledger: &Reader, cards: usize) {
    let config = Config::parse(
        "station.toml",
        "[[targets]]\nsejak = 2020-01-01\nsumber = \"UJI\"\njumlah = 1000000\n",
    );
    let config = config.expect("settings");
    let reports = Reports::new(ledger, &config, noon(TODAY)).expect("reports");
    let past = TODAY.saturating_sub(SignedDuration::from_hours(24 * 400));
    time("report daily", || reports.daily(TODAY));
    time("report half-month", || reports.half_month(TODAY));
    time("report district", || reports.district(TODAY));
    time("report coverage", || reports.coverage(TODAY));
    time("report coverage, a past day", || reports.coverage(past));
    time("report pace, 26 weeks", || reports.pace(TODAY, 26));
    time("report plan, 6 months", || reports.plan(TODAY, 6, false));
    let search = |what: &str, text: &str| {
        time(what, || ledger.search(text, 0));
    };
    let known = child(cards / 2 * 2 - 1);
    search("search NIK", known.nik.as_str());
    search("search name, whole", &known.nama);
    search("search name, in every one", "CONTOH");
    search("search name, in none", "TIDAK ADA");
    time("search schools", || ledger.schools("SDN 12"));
    let school = ledger.schools("SDN 12 CONTOH").expect("a search").remove(0);
    time("cards of a school", || ledger.cards_of_school(&school, 0));
    let card = CardId::new(cards as u64 / 2);
    time("card look-up with history", || {
        ledger.card(card)?;
        ledger.history(card)
    });
    time("status", || ledger.status());
    time("cards on hand", || ledger.on_hand());
    time("cards to pack, one school", || {
        ledger.to_pack(Some("SDN 12 CONTOH"))
    });
    time("a school by its name", || {
        ledger.destination("SDN 12 CONTOH")
    });
    time("overdue packs", || ledger.overdue_packs(TODAY, 14));
    time("all packs", || ledger.packs(&PackFilter::default()));
    time("forecast", || ledger.forecast());
    time("states of all cards", || ledger.states());
    time("list of cards, newest", || ledger.latest_cards(None, 0));
    time("list of cards, received", || {
        ledger.latest_cards(Some(State::HandedOver), 0)
    });
    time("lots to scan", || ledger.lots_to_scan());
    time("cards to destroy", || ledger.to_destroy());
    time("lots that show a card", || ledger.lots_with(card));
    time("trail", || ledger.trail(&TrailFilter::default()));
    let nobody = TrailFilter {
        actor: Some("operator:siti".into()),
        ..TrailFilter::default()
    };
    time("trail of one person", || ledger.trail(&nobody));
    for (what, from) in [
        (
            "register of a year, as CSV",
            Some(TODAY.saturating_sub(1.year())),
        ),
        ("register of all time, as CSV", None),
    ] {
        time(what, || {
            let register = reports.register(from, None, false)?;
            register.csv(std::io::sink())
        });
    }
}

/// Prints the median of five.
fn time<T, E: Debug>(what: &str, work: impl Fn() -> Result<T, E>) {
    let mut taken: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            work().expect("an answer");
            start.elapsed()
        })
        .collect();
    taken.sort();
    println!("| {what} | {:.1} |", taken[2].as_secs_f64() * 1000.0);
}
