//! How long the page takes with a ledger as large as the office's target, while lots are rendered.
//!
//! `cargo bench --bench page` prints a table; `KIA_BENCH_CARDS` sets how many cards the ledger holds
//! (100,000 without it). The ledger is filled through its own writer, three events a card; then the
//! daemon runs, takes batches of children one after the other, and one visitor asks for pages all
//! the while.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child as Process, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use kia_station::actions::accounts;
use kia_station::domain::account::Role;
use kia_station::domain::card::{Evidence, Kind, State};
use kia_station::domain::nik::Nik;
use kia_station::ledger::{Ledger, NewCard, NewLot};
use kia_station::production::samples::{Child, sample};

const PROGRAM: &str = env!("CARGO_BIN_EXE_kia-station");
/// Cards of a lot, as the settings have it.
const LOT: usize = 100;
/// How often each page is asked for.
const TIMES: usize = 300;
/// Children in each batch that is rendered meanwhile.
const BATCH: usize = 100;

fn main() {
    let cards = std::env::var("KIA_BENCH_CARDS").unwrap_or_else(|_| "100000".to_owned());
    let cards: usize = cards.parse().expect("KIA_BENCH_CARDS=100000");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let station = dir.path();
    init(station);
    let start = Instant::now();
    let token = fill(station, cards);
    println!(
        "{cards} cards entered in {:.0} s",
        start.elapsed().as_secs_f64()
    );
    let (mut daemon, address) = run(station);
    let mut visitor = Visitor::new(address, &token);
    println!("\n| page | median ms | p99 ms | most ms | lots made meanwhile |");
    println!("|---|--:|--:|--:|--:|");
    let mut batches = Batches::default();
    for path in ["/", "/cards?state=printed", "/metrics"] {
        let before = lots(station);
        let mut times: Vec<Duration> = (0..TIMES)
            .map(|_| {
                batches.keep_busy(station);
                let start = Instant::now();
                visitor.get(path);
                start.elapsed()
            })
            .collect();
        times.sort();
        let at = |of: usize| times[(times.len() - 1) * of / 100].as_secs_f64() * 1000.0;
        println!(
            "| `{path}` | {:.1} | {:.1} | {:.1} | {} |",
            at(50),
            at(99),
            at(100),
            lots(station) - before
        );
    }
    // It is a bench: how the daemon ends is not measured.
    let _ = daemon.kill();
    let _ = daemon.wait();
}

fn init(station: &Path) {
    let made = Command::new(PROGRAM)
        .arg("init")
        .arg(station)
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("init").success());
    fs::write(
        station.join("station.toml"),
        "[web]\nlisten = \"127.0.0.1:0\"\n[[officials]]\nsejak = 2020-01-01\nnama = \"CONTOH\"\njabatan = \"KEPALA DINAS\"\n",
    )
    .expect("the settings");
}

/// Fills the ledger with printed cards, but for the last ten lots, and gives a session's token.
fn fill(station: &Path, cards: usize) -> String {
    let mut ledger = Ledger::open(&station.join("ledger")).expect("a ledger");
    let today = Timestamp::now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .date();
    let mut record = sample(Kind::From5, today);
    let lots = cards.div_ceil(LOT);
    for lot in 0..lots {
        let write = ledger.write("bench", Timestamp::now(), |tx| {
            let mut made = Vec::with_capacity(LOT);
            for number in lot * LOT..cards.min((lot + 1) * LOT) {
                let (month, serial) = (number / 9999 + 1, number % 9999 + 1);
                let nik = format!("17020945{month:02}17{serial:04}");
                record.nik = Nik::parse(&nik).expect("a number made by the rules");
                made.push(tx.accept(NewCard {
                    record: &record,
                    kind: Kind::From5,
                    photo: None,
                    token: Some(&format!("KIA:{number}")),
                    drop: "bench",
                    row: None,
                    replaces: None,
                })?);
            }
            let id = tx.next_lot()?;
            tx.make_lot(NewLot {
                lot: id,
                kind: Kind::From5,
                layout: "kia-5-17",
                mode: "full",
                cards: &made,
                pdf: &format!("{id}.pdf"),
                sha256: &"0".repeat(64),
                bytes: 1,
            })?;
            if lot + 10 < lots {
                for card in made {
                    tx.move_card(card, State::Printed, Evidence::Operator, None)?;
                }
            }
            Ok::<_, kia_station::ledger::Error>(())
        });
        write.expect("a lot");
    }
    let (token, now) = (accounts::new_token().expect("a token"), Timestamp::now());
    let account = ledger.write("console", now, |tx| {
        tx.make_account("budi", Role::Supervisor, "nobody logs in with this")
    });
    account.expect("an account");
    ledger
        .begin_session(
            &accounts::hashed(&token),
            "budi",
            &accounts::hashed(AGENT),
            now,
        )
        .expect("a session");
    token
}

/// What the visitor says of himself: a session is bound to it.
const AGENT: &str = "bench";

/// Starts the daemon and waits for its page.
fn run(station: &Path) -> (Process, SocketAddr) {
    let mut daemon = Command::new(PROGRAM)
        .args(["run", "--station"])
        .arg(station)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the daemon");
    let mut log = BufReader::new(daemon.stderr.take().expect("its log")).lines();
    let address = log
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("page is at http://")?.1.trim().parse().ok())
        .expect("the page's address");
    // A log that nobody reads would stop the daemon.
    std::thread::spawn(move || log.map_while(Result::ok).for_each(drop));
    (daemon, address)
}

fn lots(station: &Path) -> usize {
    let listed = fs::read_dir(station.join("lots")).expect("lots");
    listed
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|e| e == "pdf"))
        .count()
}

/// Batches that keep the station rendering.
#[derive(Default)]
struct Batches(usize);

impl Batches {
    /// Drops one more batch when the last one was taken.
    fn keep_busy(&mut self, station: &Path) {
        let incoming = station.join("incoming");
        let waits = fs::read_dir(&incoming).expect("incoming").next().is_some();
        if waits {
            return;
        }
        let hidden = incoming.join(format!(".{}.tmp", self.0));
        fs::create_dir(&hidden).expect("the batch");
        let today = Timestamp::now()
            .to_zoned_datetime(jiff::tz::TimeZone::UTC)
            .date();
        let mut lines = String::new();
        for number in self.0 * BATCH..(self.0 + 1) * BATCH {
            // Another district than the cards that are there, and too young for a photo, so that
            // the bench itself has nothing to draw.
            let child = Child::new(number * 4 + 2, 3, today);
            lines += &(child.record(None).to_string() + "\n");
        }
        fs::write(hidden.join("records.jsonl"), lines).expect("the records");
        fs::rename(&hidden, incoming.join(self.0.to_string())).expect("the batch");
        self.0 += 1;
    }
}

/// A browser's connection, kept open.
struct Visitor {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Visitor {
    fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            stream: BufReader::new(TcpStream::connect(address).expect("the page")),
            head: format!(
                "Host: {address}\r\nUser-Agent: {AGENT}\r\nCookie: kia_sesi={token}\r\n\r\n"
            ),
        }
    }

    /// Reads one whole page.
    fn get(&mut self, path: &str) {
        let request = format!("GET {path} HTTP/1.1\r\n{}", self.head);
        let stream = self.stream.get_mut();
        stream.write_all(request.as_bytes()).expect("a request");
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("an answer");
        assert!(line.contains(" 200 "), "{path}: {line}");
        let mut length = None;
        while line.trim() != "" {
            line.clear();
            self.stream.read_line(&mut line).expect("a header");
            let header = line.to_lowercase();
            length = length.or(header.strip_prefix("content-length:").map(str::to_owned));
        }
        let length = length.expect("a page of known length");
        let mut body = vec![0; length.trim().parse().expect("a length")];
        self.stream.read_exact(&mut body).expect("a page");
    }
}
