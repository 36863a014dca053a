//! The PDFs that the real binary makes, read back with tools that are not ours.

mod code;
mod conformance;
mod content;
mod layouts;
mod pages;
mod pictures;
mod profiles;
mod text;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// The card in mm: ID-1.
const CARD: [f64; 2] = [85.60, 53.98];

/// Points in a millimetre.
const PT: f64 = 72.0 / 25.4;

/// The bleed of the files made for a print house, mm.
const BLEED: f64 = 2.0;

/// Sixty letters, the most that a name may have.
const LONG_NAME: &str = "MUHAMMAD ALFARIZI RAMADHAN NUGROHO WICAKSONO PUTRA HARAHAPAN";

const SETTINGS: &str = "[[officials]]\nsejak = 2020-01-01\nnama = \"RADEN CONTOH WIBAWA, M.Si.\"\n\
    nip = \"190001011900011001\"\njabatan = \"KEPALA DINAS\"\n";

/// Everything the tests of this module read, made once.
struct Made {
    /// The records, in the order they were given.
    records: Vec<Value>,
    /// The folder of records and photos.
    batch: PathBuf,
    full: PathBuf,
    overlay: PathBuf,
    specimen: PathBuf,
    /// Data only, with bleed.
    bleed: PathBuf,
    /// Upright, backs first, over the edge.
    turned: PathBuf,
    /// On sheets that flip along the long edge, and along the short one.
    sheet: PathBuf,
    calendar: PathBuf,
    /// The lots of a station that prints with artwork.
    lots: Vec<PathBuf>,
    /// The lots of a station that prints data only, with bleed.
    overlay_lots: Vec<PathBuf>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(make)
}

fn make() -> Made {
    let home = folder("print");
    let records = records();
    let batch = home.join("batch");
    write_batch(&batch, &records);
    let card = station(&home.join("card"), "");
    let house = station(
        &home.join("house"),
        &format!(
            "[print]\nmode = \"overlay\"\nbleed = {BLEED:.1}\n{}",
            profiles::PRINTERS
        ),
    );
    let render = |name: &str, station: &Path, args: &[&str]| {
        let out = home.join(name);
        let done = render(&batch, &out, station, args);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        out
    };
    let lots = |station: &Path| {
        write_batch(&station.join("incoming/KIRIMAN"), &records);
        fs::write(station.join("incoming/KIRIMAN.done"), "").unwrap();
        let done = kia([
            "run".as_ref(),
            "--once".as_ref(),
            "--station".as_ref(),
            station.as_os_str(),
        ]);
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        let listed = fs::read_dir(station.join("lots")).unwrap();
        let mut lots: Vec<PathBuf> = listed.map(|entry| entry.unwrap().path()).collect();
        lots.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
        lots.sort();
        assert!(!lots.is_empty(), "{}", said(&done));
        lots
    };
    Made {
        full: render("full.pdf", &card, &["--mode", "full"]),
        overlay: render("overlay.pdf", &card, &["--mode", "overlay"]),
        specimen: render("specimen.pdf", &card, &["--specimen"]),
        bleed: render("bleed.pdf", &house, &[]),
        turned: render("turned.pdf", &house, &["--printer", "tegak"]),
        sheet: render("sheet.pdf", &house, &["--printer", "lembar"]),
        calendar: render("calendar.pdf", &house, &["--printer", "kalender"]),
        lots: lots(&card),
        overlay_lots: lots(&house),
        batch,
        records,
    }
}

/// A fresh folder of this name among the build's temporary files.
fn folder(name: &str) -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if home.exists() {
        fs::remove_dir_all(&home).unwrap();
    }
    fs::create_dir_all(&home).unwrap();
    home
}

fn station(dir: &Path, more: &str) -> PathBuf {
    let done = kia(["init".as_ref(), dir.as_os_str()]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    fs::write(dir.join("station.toml"), format!("{SETTINGS}{more}")).unwrap();
    dir.to_owned()
}

fn kia<'a>(args: impl IntoIterator<Item = &'a std::ffi::OsStr>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kia-station"))
        .args(args)
        .env_remove("KIA_STATION")
        .output()
        .unwrap()
}

fn render(records: &Path, out: &Path, station: &Path, args: &[&str]) -> Output {
    let fixed = [
        "render".as_ref(),
        "--records".as_ref(),
        records.as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
        "--station".as_ref(),
        station.as_os_str(),
    ];
    kia(fixed.into_iter().chain(args.iter().map(|arg| arg.as_ref())))
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The day of printing, in the station's zone.
fn today() -> Date {
    let zone = TimeZone::get("Asia/Jakarta").unwrap();
    Timestamp::now().to_zoned_datetime(zone).date()
}

/// Children of both kinds, with the names that go wrong elsewhere.
fn records() -> Vec<Value> {
    let payload = format!("KIA1|Ünïcødé–ß|{}", "x7".repeat(100));
    let payload = &payload[..200];
    vec![
        record(
            1,
            9,
            json!({"nama": LONG_NAME, "nama_kepala_keluarga": LONG_NAME, "qr": payload}),
        ),
        record(2, 3, json!({"nama": "NUR'AINI SA'DIYAH"})),
        record(
            3,
            7,
            json!({"nama": "JOSÉ ANDRÉ SIRÉGAR", "nama_kepala_keluarga": "ZOË ANGÉLINE"}),
        ),
        record(4, 2, json!({"nama": "BINTANG", "gol_darah": "-"})),
        record(
            5,
            12,
            json!({
                "nama": "M. FAJAR AL-GHIFARI",
                "no_akta": "1702-LT-02022015-0190/DISDUKCAPIL/KAB.RL",
                "agama": "KEPERCAYAAN TERHADAP TUHAN YME",
                "alamat": "PERUMAHAN GRIYA PERMATA HIJAU LESTARI BLOK AB NOMOR 123, \
                    JALAN LINTAS CURUP - LUBUK LINGGAU KILOMETER 12",
            }),
        ),
    ]
}

/// A made-up girl of `years`, born on 5 March.
fn record(number: usize, years: i16, more: Value) -> Value {
    let day = today();
    let birth = Date::constant(day.year(), 3, 5);
    let since = if day < birth { years + 1 } else { years };
    let birth = Date::constant(day.year() - since, 3, 5);
    let mut record = json!({
        "format": "kia-record/1", "id": format!("T-{number}"), "revisi": 1,
        "nik": format!("1702094503{:02}{number:04}", birth.year() % 100),
        "no_kk": format!("170209120310{number:04}"), "nama": "AISYAH PUTRI",
        "tempat_lahir": "CURUP", "tanggal_lahir": birth.to_string(),
        "jenis_kelamin": "PEREMPUAN", "gol_darah": "O+", "agama": "ISLAM",
        "kewarganegaraan": "WNI", "no_akta": format!("1702-LU-05032018-{number:04}"),
        "nama_kepala_keluarga": "HIDAYAT PRATAMA", "alamat": "JL. MERDEKA NO. 12",
        "rt": "003", "rw": "001", "desa": "AIR BANG", "kecamatan": "CURUP TENGAH",
        "status_kawin": "BELUM KAWIN", "alasan": "BARU",
        "sekolah": {"npsn": "10700001", "nama": "SDN CONTOH", "kelas": "2A"},
        "persetujuan": {
            "status": "DISETUJUI", "oleh": "verifikator-01",
            "pada": (Timestamp::now() - jiff::SignedDuration::from_hours(30)).to_string(),
        },
    });
    if years >= 5 {
        record["foto"] = json!(format!("{number}.jpg"));
    }
    for (key, value) in more.as_object().unwrap() {
        record[key] = value.clone();
    }
    record
}

/// Writes the records and a drawn portrait for each that has one.
fn write_batch(dir: &Path, records: &[Value]) {
    fs::create_dir_all(dir).unwrap();
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    for (number, record) in records.iter().enumerate() {
        if let Some(name) = record["foto"].as_str() {
            fs::write(dir.join(name), portrait(number)).unwrap();
        }
    }
    fs::write(dir.join("records.jsonl"), lines.join("\n")).unwrap();
}

/// A drawn head on red cloth, a little different for each child.
fn portrait(number: usize) -> Vec<u8> {
    const SIDES: [u16; 2] = [600, 800];
    let (width, height) = (i64::from(SIDES[0]), i64::from(SIDES[1]));
    let lean = number as i64 * 9;
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgb: Vec<u8> = pixels
        .flat_map(|(x, y)| {
            let (dx, dy) = (x - 300 - lean, y - 380);
            let grain = (x * 7 + y * 13 + x * y) % 11;
            let colour = if dx * dx * 9 + dy * dy * 5 < 300_000 {
                [206, 158, 120]
            } else if y > 640 {
                [236, 238, 244]
            } else {
                [186 - y / 16, 38, 48]
            };
            colour.map(|part| (part + grain).clamp(0, 255) as u8)
        })
        .collect();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 90)
        .encode(&rgb, SIDES[0], SIDES[1], jpeg_encoder::ColorType::Rgb)
        .unwrap();
    jpeg
}
