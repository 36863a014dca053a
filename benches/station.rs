//! Figures of the whole station, as its users have it: the release binary over a real folder.
//!
//! `cargo bench` prints a table; `KIA_BENCH=50,500,5000` sets the sizes. Photos are drawn,
//! 1200 × 1600. The floor is decoding, cropping and encoding the same photos and nothing else, on
//! all cores, in the same run. Machines differ and are shared: compare ratios, not seconds.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use kia_station::production::samples::{Child, encode, portrait_pixels};
use kia_station::render::photo::{Target, prepare};
use rayon::prelude::*;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kia-station");

fn main() {
    let sizes = std::env::var("KIA_BENCH").unwrap_or_else(|_| "50,500,5000".to_owned());
    let sizes: Vec<usize> = sizes
        .split(',')
        .map(|n| n.trim().parse().expect("KIA_BENCH=50,500"))
        .collect();
    println!(
        "| cards | render cards/s | x floor | drop to PDFs s | cards/s | x floor | peak MiB | bytes/card | again, ms/card | proof, ms/card |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for size in sizes {
        backlog(size);
    }
    println!(
        "\none record, drop to PDF: {} ms (median of 5, renamed in)",
        alone().as_millis()
    );
}

/// Children in one drop, as many as the office records in a week.
const WEEK: usize = 500;

/// A station of its own, with batch folders of together `size` children of five and older, all of
/// them there when it starts. The floor and `render` are measured on the first folder.
fn backlog(size: usize) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let station = dir.path();
    init(station);
    let photos = children(size, &station.join("incoming"));
    let first = size.min(WEEK);
    let floor = {
        let start = Instant::now();
        photos[..first].par_iter().for_each(|path| {
            let bytes = fs::read(path).expect("a photo");
            prepare(&bytes, &Target::new(236, 354)).expect("a good photo");
        });
        start.elapsed().as_secs_f64() / first as f64
    };
    let render = {
        let start = Instant::now();
        let done = Command::new(PROGRAM)
            .args(["render", "--records"])
            .arg(station.join("incoming/000"))
            .arg("--out")
            .arg(station.join("all.pdf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(done.expect("render").success());
        start.elapsed().as_secs_f64() / first as f64
    };
    for batch in 0..size.div_ceil(WEEK) {
        let done = station.join(format!("incoming/{batch:03}/.done"));
        fs::write(done, "").expect("the done file");
    }
    let start = Instant::now();
    let peak = run_once(station);
    let taken = start.elapsed().as_secs_f64();
    let (mut lots, mut bytes) = (0, 0);
    for pdf in fs::read_dir(station.join("lots")).expect("lots").flatten() {
        lots += 1;
        bytes += pdf.metadata().expect("a PDF").len();
    }
    assert!(lots >= size.div_ceil(100), "every card is in a lot");
    let [again, proof] = again(station);
    println!(
        "| {size} | {:.0} | {:.2} | {taken:.2} | {:.0} | {:.2} | {peak} | {} | {again:.2} | {proof:.2} |",
        1.0 / render,
        render / floor,
        size as f64 / taken,
        taken / size as f64 / floor,
        bytes / size as u64,
    );
}

/// Milliseconds a card on one core for making pages again from prepared photos (text, code,
/// writing), and for proving them.
fn again(station: &Path) -> [f64; 2] {
    use kia_station::domain::card::Kind;
    use kia_station::render::compose::compose;
    use kia_station::render::content::{CardContent, Photo, Value, Values};
    use kia_station::render::document::Document;
    use kia_station::render::press::Press;
    use kia_station::render::proof::{Expected, prove};

    const CARDS: u32 = 200;
    let layout =
        kia_station::production::assets::load(None, "kia-5-17").expect("the built-in layout");
    let press = Press::default();
    let photo = fs::read_dir(station.join("photos"))
        .expect("photos")
        .flatten()
        .next()
        .expect("a photo");
    let jpeg: std::sync::Arc<[u8]> = fs::read(photo.path()).expect("a photo").into();
    let day = Date::constant(2026, 1, 31);
    let each = |start: Instant| start.elapsed().as_secs_f64() * 1000.0 / f64::from(CARDS);
    let start = Instant::now();
    let mut document =
        Document::new(Vec::new(), [&layout], press, "bench", day).expect("a document");
    let mut expected = Vec::new();
    for n in 0..CARDS {
        let mut values = Values::new();
        for (name, _) in kia_station::render::content::FIELDS {
            let value = match *name {
                "tanggal_lahir" | "berlaku_hingga" | "tanggal_terbit" => Value::Date(day),
                _ => Value::Text(format!("ANAK CONTOH {n}")),
            };
            values.insert(name, value);
        }
        let photo = Some(Photo {
            jpeg: jpeg.clone(),
            width: 236,
            height: 354,
        });
        let card = CardContent {
            mark: format!("R{n:06}"),
            kind: Kind::From5,
            values,
            photo,
            qr: format!("KIA:{n:026}"),
        };
        let composed =
            compose(&layout, &card, &press).unwrap_or_else(|misfits| panic!("{misfits:?}"));
        document.add(&composed).expect("a page");
        expected.push(Expected::of(&layout, &card, &press));
    }
    let (pdf, _) = document.finish().expect("a file");
    let made = each(start);
    let pdf = std::sync::Arc::new(pdf);
    let start = Instant::now();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let faults = one
        .expect("a thread")
        .install(|| prove(&pdf, &expected, press.dpi, 1))
        .expect("a PDF");
    assert!(faults.is_empty(), "{faults:?}");
    [made, each(start)]
}

/// From the rename of one record into `incoming/` of a running daemon to its PDF.
fn alone() -> Duration {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let station = dir.path();
    init(station);
    let mut daemon = Command::new(PROGRAM)
        .args(["run", "--station"])
        .arg(station)
        .stderr(Stdio::null())
        .spawn()
        .expect("the daemon");
    let mut times = Vec::new();
    for n in 0..5 {
        // Longer than the gather time, so that each record comes alone.
        std::thread::sleep(Duration::from_millis(2500));
        let child = Child::new(n, 9, today());
        let photo = format!("{n}.jpg");
        let incoming = station.join("incoming");
        fs::write(
            incoming.join(&photo),
            encode(&portrait_pixels(n, child.birth, 2), 2),
        )
        .expect("a photo");
        let temporary = incoming.join(format!("{n}.json.tmp"));
        fs::write(&temporary, child.record(Some(&photo)).to_string()).expect("a record");
        let start = Instant::now();
        fs::rename(&temporary, incoming.join(format!("{n}.json"))).expect("the rename");
        let pdf = station.join(format!("lots/L{:05}.pdf", n + 1));
        while !pdf.exists() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the record never became a PDF"
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(start.elapsed());
    }
    // It is a bench: how the daemon ends is not measured.
    let _ = daemon.kill();
    let _ = daemon.wait();
    times.sort();
    times[times.len() / 2]
}

fn today() -> Date {
    jiff::Timestamp::now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date()
}

fn init(station: &Path) {
    let made = Command::new(PROGRAM)
        .arg("init")
        .arg(station)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("init").success());
    let mut settings = fs::OpenOptions::new()
        .append(true)
        .open(station.join("station.toml"))
        .expect("the settings");
    writeln!(
        settings,
        "[[officials]]\nsejak = 2020-01-01\nnama = \"CONTOH\"\njabatan = \"KEPALA DINAS\""
    )
    .expect("the settings");
}

/// Writes the batches and returns the photos.
fn children(size: usize, incoming: &Path) -> Vec<std::path::PathBuf> {
    let faces: Vec<Face> = (0..6).into_par_iter().map(Face::new).collect();
    let mut photos = Vec::with_capacity(size);
    for first in (0..size).step_by(WEEK) {
        let batch = incoming.join(format!("{:03}", first / WEEK));
        fs::create_dir_all(&batch).expect("the batch");
        let numbers: Vec<usize> = (first..size.min(first + WEEK)).collect();
        let written: Vec<_> = numbers
            .par_iter()
            .map(|&n| {
                let path = batch.join(format!("{n}.jpg"));
                fs::write(&path, faces[n % faces.len()].of(n)).expect("a photo");
                path
            })
            .collect();
        photos.extend(written);
        let lines: String = numbers
            .iter()
            .map(|&n| {
                let child = Child::new(n, 5 + n as i64 % 11, today());
                child.record(Some(&format!("{n}.jpg"))).to_string() + "\n"
            })
            .collect();
        fs::write(batch.join("records.jsonl"), lines).expect("the records");
    }
    photos
}

/// A portrait of which every child gets a picture of its own, for the same face for two children
/// would be refused: each bit of the child's number chooses between two versions of one row of
/// blocks on the shirt. Rows begin anew at a restart marker, so they are exchanged as bytes, and
/// seventy thousand photos are written in a minute.
struct Face {
    rows: [Vec<Vec<u8>>; 2],
}

impl Face {
    fn new(seed: usize) -> Self {
        let plain = portrait_pixels(seed, Date::constant(2015 + seed as i16 % 2, 1, 1), 2);
        let mut marked = plain.clone();
        for row in marked[FIRST_BIT * 16 * 1200 * 3..].chunks_exact_mut(1200 * 3) {
            row[240 * 3..400 * 3].fill(90);
        }
        let rows = [plain, marked].map(|rgb| {
            let mut jpeg = Vec::new();
            let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 88);
            encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
            // 75 blocks of 16 pixels are one row.
            encoder.set_restart_interval(75);
            encoder
                .encode(&rgb, 1200, 1600, jpeg_encoder::ColorType::Rgb)
                .expect("a portrait");
            let mut rows = vec![Vec::new()];
            for byte in jpeg {
                let row = rows.last_mut().expect("there is always a row");
                row.push(byte);
                if let [.., 0xff, 0xd0..=0xd7] = row.as_slice() {
                    rows.push(Vec::new());
                }
            }
            assert_eq!(rows.len(), 100);
            rows
        });
        Self { rows }
    }

    fn of(&self, number: usize) -> Vec<u8> {
        let [plain, marked] = &self.rows;
        let rows = plain.iter().zip(marked).enumerate();
        rows.flat_map(|(row, (plain, marked))| {
            let bit = row.checked_sub(FIRST_BIT).filter(|bit| *bit < 17);
            match bit {
                Some(bit) if number >> bit & 1 == 1 => marked,
                _ => plain,
            }
        })
        .copied()
        .collect()
    }
}

/// The row of blocks that shows the lowest bit of a child's number.
const FIRST_BIT: usize = 80;

/// Runs the station over what is there and returns its peak memory in MiB.
fn run_once(station: &Path) -> u64 {
    let mut run = Command::new(PROGRAM)
        .args(["run", "--once", "--station"])
        .arg(station)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the station");
    let status = format!("/proc/{}/status", run.id());
    let mut peak = 0;
    loop {
        // The highest water mark so far; it is gone with the process, so the last one read counts.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0) / 1024);
        if run.try_wait().expect("the station").is_some() {
            return peak;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
