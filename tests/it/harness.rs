//! A station in a folder of its own, driven through the real binary, and the made-up children
//! that are dropped into it.
//!
//! Every run is searched for the numbers and names of the children that were dropped: none may
//! stand on stderr, whatever the test is about.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child as Process, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use kia_station::domain::nik::Nik;
use kia_station::ledger::Ledger;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Today in the zone that stations have by default.
pub fn today() -> Date {
    today_in("Asia/Jakarta")
}

/// Today in a zone.
pub fn today_in(zone: &str) -> Date {
    let zone = TimeZone::get(zone).unwrap();
    Timestamp::now().to_zoned_datetime(zone).date()
}

/// Some day so many years and days before `day`.
pub fn before(day: Date, years: i64, days: i64) -> Date {
    day.checked_sub(Span::new().years(years).days(days))
        .unwrap()
}

/// A point of time so many hours ago, as records write it.
pub fn hours_ago(hours: i64) -> String {
    Timestamp::now()
        .checked_sub(Span::new().hours(hours))
        .unwrap()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

pub fn sha256(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A made-up child: a record and perhaps a picture.
#[derive(Clone)]
pub struct Child {
    number: u32,
    pub record: Value,
    pub photo: Option<Vec<u8>>,
}

/// An eight-year-old girl without anything wrong; each number is another child.
pub fn child(number: u32) -> Child {
    Child::born(number, before(today(), 8, i64::from(number % 300)))
}

/// A three-year-old, whose card has no photo.
pub fn toddler(number: u32) -> Child {
    Child::born(number, before(today(), 3, i64::from(number % 300))).without_photo()
}

/// The digits of a number as letters, as names hold no digits.
fn letters(number: u32) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| char::from(b'Q' - (digit - b'0')))
        .collect()
}

impl Child {
    pub fn born(number: u32, birth: Date) -> Self {
        let photo = format!("{number}.jpg");
        let record = json!({
            "format": "kia-record/1",
            "id": format!("UJI-{number}"),
            "revisi": 1,
            "nik": nik(number, birth),
            "no_kk": format!("170219120310{:04}", number % 9999 + 1),
            "nama": format!("WULANSARI {} UJICOBA", letters(number)),
            "tempat_lahir": "CURUP",
            "tanggal_lahir": birth.to_string(),
            "jenis_kelamin": "PEREMPUAN",
            "gol_darah": "O",
            "agama": "ISLAM",
            "kewarganegaraan": "WNI",
            "no_akta": format!("1702-LU-12032018-{:04}", number % 9999 + 1),
            "nama_kepala_keluarga": format!("HARTAWAN {} UJICOBA", letters(number)),
            "alamat": "JL. MERDEKA NO. 12",
            "rt": "003",
            "rw": "001",
            "desa": "AIR BANG",
            "kecamatan": "CURUP TENGAH",
            "kode_wilayah": "17.02.19.1002",
            "status_kawin": "BELUM KAWIN",
            "foto": photo,
            "alasan": "BARU",
            "sekolah": { "npsn": "10700001", "nama": "SDN 2 CURUP TENGAH", "kelas": "2A" },
            "persetujuan": { "status": "DISETUJUI", "oleh": "verifikator-01", "pada": hours_ago(30) },
        });
        Self {
            number,
            record,
            photo: Some(portrait(number, birth)),
        }
    }

    /// With another value in a field.
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.record[field] = value.into();
        self
    }

    /// Without a field.
    pub fn without(mut self, field: &str) -> Self {
        self.record.as_object_mut().unwrap().remove(field);
        self
    }

    /// With another picture in the file that the record names.
    pub fn with_photo(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.photo = Some(bytes.into());
        self
    }

    pub fn without_photo(mut self) -> Self {
        self.photo = None;
        self.without("foto")
    }

    pub fn at_school(self, nama: &str, npsn: &str, kelas: &str) -> Self {
        self.with(
            "sekolah",
            json!({ "nama": nama, "npsn": npsn, "kelas": kelas }),
        )
    }

    pub fn nik(&self) -> &str {
        self.record["nik"].as_str().unwrap()
    }

    pub fn nama(&self) -> &str {
        self.record["nama"].as_str().unwrap()
    }

    /// Where the record says that its picture lies.
    pub fn photo_path(&self) -> String {
        self.record["foto"]
            .as_str()
            .map_or_else(|| format!("{}.jpg", self.number), str::to_owned)
    }
}

/// A girl's NIK, first issued in Curup Tengah.
pub fn nik(number: u32, birth: Date) -> String {
    format!(
        "170219{:02}{:02}{:02}{:04}",
        birth.day() + 40,
        birth.month(),
        birth.year() % 100,
        number % 9999 + 1
    )
}

/// A picture of 240 × 360 in the cloth of the birth year, another for each number.
pub fn portrait(number: u32, birth: Date) -> Vec<u8> {
    picture(240, 360, |x, y| {
        let cloth = match birth.year() % 2 {
            0 => [40, 70, 170],
            _ => [185, 40, 50],
        };
        let inside = (60..180).contains(&x) && y > 90;
        // Blocks of light and dark spell the number, so that no two pictures are the same.
        let bit = number >> ((x - x.min(60)) / 12 % 10 + (y / 60) % 2 * 10) & 1;
        match inside {
            true => [150 + 70 * bit as u8, 140, (100 + x / 4) as u8],
            false => cloth,
        }
    })
}

/// A JPEG painted pixel by pixel.
pub fn picture(width: u32, height: u32, paint: impl Fn(u32, u32) -> [u8; 3]) -> Vec<u8> {
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            rgb.extend(paint(x, y));
        }
    }
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 85)
        .encode(
            &rgb,
            width as u16,
            height as u16,
            jpeg_encoder::ColorType::Rgb,
        )
        .unwrap();
    jpeg
}

/// A ZIP of these files.
pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut zip, content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What a command said and how it ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The same, once it is sure that it ended with this code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.out, self.err
        );
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error} in:\n{}\nstderr:\n{}", self.out, self.err))
    }
}

/// The binary, outside of any station of the one who runs the tests.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kia-station"));
    for name in [
        "KIA_STATION",
        "KIA_USER",
        "KIA_PASSWORD",
        "KIA_SERIAL_PATTERN",
        "RUST_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs the binary to its end.
pub fn kia<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    let output = binary().args(args).output().unwrap();
    Ran {
        code: output.status.code().expect("it ended by itself"),
        out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The settings that tests vary.
pub struct Settings {
    pub cards: u32,
    pub gather: f64,
    pub settle: f64,
    pub give_up: f64,
    pub zone: &'static str,
    /// More lines of `[web]`.
    pub web: String,
    /// More of `station.toml`, at its end.
    pub more: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cards: 100,
            gather: 0.2,
            settle: 0.2,
            give_up: 1.0,
            zone: "Asia/Jakarta",
            web: String::new(),
            more: String::new(),
        }
    }
}

impl Settings {
    fn toml(&self) -> String {
        format!(
            "[office]\nzona_waktu = \"{}\"\n\
             [[officials]]\nsejak = 2020-01-01\nnama = \"RADEN CONTOH WIBAWA, S.Sos.\"\n\
             nip = \"190001011900011001\"\njabatan = \"KEPALA DINAS\"\n\
             [lots]\ncards = {}\ngather = {:?}\n[intake]\nsettle = {:?}\ngive_up = {:?}\n\
             [web]\nlisten = \"127.0.0.1:0\"\n{}{}",
            self.zone, self.cards, self.gather, self.settle, self.give_up, self.web, self.more
        )
    }
}

/// The item of the photo as the built-in layout of the older children has it.
const PHOTO: &str = "[[front]]\nphoto = \"{foto}\"\nat = [3.5, 15.0]\narea = [20.0, 30.0]\n";

/// A station in a temporary folder, which goes with it.
pub struct Station {
    root: tempfile::TempDir,
    /// Numbers and names that no log line may hold.
    secrets: RefCell<BTreeSet<String>>,
}

impl Station {
    pub fn new() -> Self {
        Self::with(Settings::default())
    }

    pub fn with(settings: Settings) -> Self {
        let root = tempfile::tempdir().unwrap();
        kia(["init".as_ref(), root.path().join("st").as_os_str()]).ended(0);
        let station = Self {
            root,
            secrets: RefCell::default(),
        };
        station.set(settings);
        station
    }

    pub fn set(&self, settings: Settings) {
        fs::write(self.path("station.toml"), settings.toml()).unwrap();
    }

    /// Changes the layout of the older children's cards.
    pub fn edit_layout(&self, change: impl FnOnce(String) -> String) {
        let path = self.path("layouts/kia-5-17/layout.toml");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, change(text)).unwrap();
    }

    /// The photo is painted over the names: the layout is legal, its cards are not.
    pub fn hide_names(&self) {
        self.edit_layout(|text| {
            text.replace(PHOTO, "").replace(
                "# ---------------------------------------------------------------- belakang",
                &format!("{}# belakang", PHOTO.replace("[3.5, 15.0]", "[45.0, 15.0]")),
            )
        });
    }

    /// A path inside the station.
    pub fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join("st").join(inside)
    }

    pub fn incoming(&self, name: &str) -> PathBuf {
        self.path("incoming").join(name)
    }

    /// A folder beside the station, on the same file system.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Notes a child, so that every log is searched for it.
    pub fn know(&self, child: &Child) {
        let mut secrets = self.secrets.borrow_mut();
        for field in ["nik", "no_kk", "nama", "nama_kepala_keluarga"] {
            // Shorter values stand in ordinary log lines by chance.
            if let Some(text) = child.record[field].as_str()
                && text.chars().count() >= 10
            {
                secrets.insert(text.to_owned());
            }
        }
    }

    #[track_caller]
    fn keeps_secrets(&self, log: &str) {
        for secret in self.secrets.borrow().iter() {
            assert!(!log.contains(secret), "personal data in the log:\n{log}");
        }
    }

    /// Drops a record as `name`: the picture first, then the record by a rename.
    pub fn drop_single(&self, name: &str, child: &Child) {
        self.know(child);
        if let Some(photo) = &child.photo {
            fs::write(self.incoming(&child.photo_path()), photo).unwrap();
        }
        let temporary = self.incoming(&format!("{name}.tmp"));
        fs::write(&temporary, child.record.to_string()).unwrap();
        fs::rename(temporary, self.incoming(name)).unwrap();
    }

    /// Fills a folder with the records and pictures of a batch.
    pub fn fill_batch(&self, folder: &Path, children: &[Child]) {
        fs::create_dir_all(folder).unwrap();
        let mut lines = String::new();
        for child in children {
            self.know(child);
            lines.push_str(&child.record.to_string());
            lines.push('\n');
            if let Some(photo) = &child.photo {
                let path = folder.join(child.photo_path());
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, photo).unwrap();
            }
        }
        fs::write(folder.join("records.jsonl"), lines).unwrap();
    }

    /// These children's records as a table; all have the fields that the first has.
    pub fn table(&self, children: &[Child]) -> Vec<u8> {
        let nested = [
            ("sekolah", "/sekolah/nama"),
            ("npsn", "/sekolah/npsn"),
            ("kelas", "/sekolah/kelas"),
            ("disetujui_oleh", "/persetujuan/oleh"),
            ("disetujui_pada", "/persetujuan/pada"),
        ];
        let mut table = csv::Writer::from_writer(Vec::new());
        let fields = children[0].record.as_object().unwrap().iter();
        let plain = fields.filter(|(_, value)| value.is_string());
        let plain: Vec<&String> = plain.map(|(name, _)| name).collect();
        let names = plain.iter().map(|name| name.to_uppercase());
        let names = names.chain(nested.iter().map(|(name, _)| (*name).to_owned()));
        table.write_record(names).unwrap();
        for child in children {
            self.know(child);
            let cells = plain.iter().map(|name| &child.record[*name]);
            let more = nested
                .iter()
                .map(|(_, path)| child.record.pointer(path).unwrap());
            let cells = cells.chain(more).map(|cell| cell.as_str().unwrap());
            table.write_record(cells).unwrap();
        }
        table.into_inner().unwrap()
    }

    /// Drops a table by a rename, after its pictures.
    pub fn drop_table(&self, name: &str, children: &[Child]) {
        for child in children {
            if let Some(photo) = &child.photo {
                fs::write(self.incoming(&child.photo_path()), photo).unwrap();
            }
        }
        let temporary = self.incoming(&format!("{name}.tmp"));
        fs::write(&temporary, self.table(children)).unwrap();
        fs::rename(temporary, self.incoming(name)).unwrap();
    }

    /// Drops a batch folder by a rename.
    pub fn drop_batch(&self, name: &str, children: &[Child]) {
        let hidden = self.incoming(&format!(".{name}"));
        self.fill_batch(&hidden, children);
        fs::rename(hidden, self.incoming(name)).unwrap();
    }

    /// Runs a command on this station.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Ran {
        let station = self.path("");
        let options = ["--station".as_ref(), station.as_os_str()];
        let ran = kia(args.iter().map(AsRef::as_ref).chain(options));
        self.keeps_secrets(&ran.err);
        ran
    }

    /// `stock destroy` of the cards that it lists.
    #[track_caller]
    pub fn destroy(&self, more: &[&str]) -> Ran {
        let args = [&["stock", "destroy", "--as", "siti", "--json"], more].concat();
        let listed = self.run(&args).ended(1).json();
        let cards = listed["cards"].as_array().unwrap().iter();
        let cards: Vec<&str> = cards.map(|row| row["card"].as_str().unwrap()).collect();
        self.run(&[&args[..], &["--cards", &cards.join(",")]].concat())
    }

    /// `run --once`.
    #[track_caller]
    pub fn once(&self) -> Ran {
        self.run(&["run", "--once"])
    }

    /// `run --once`, where all that came is accepted.
    #[track_caller]
    pub fn take_all(&self) {
        self.once().ended(0);
    }

    /// Starts the daemon and waits until it is running.
    #[track_caller]
    pub fn daemon(&self) -> Daemon<'_> {
        let daemon = self.spawn();
        daemon.until("it runs", || {
            daemon.log().contains("the station is running")
        });
        daemon
    }

    /// Starts the daemon.
    pub fn spawn(&self) -> Daemon<'_> {
        let log = self.outside("daemon.log");
        let process = binary()
            .arg("run")
            .arg("--station")
            .arg(self.path(""))
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        Daemon {
            station: self,
            process,
            log,
        }
    }

    #[track_caller]
    pub fn status(&self) -> Value {
        self.run(&["status", "--json"]).ended(0).json()
    }

    /// The log of printed cards.
    #[track_caller]
    pub fn log(&self) -> Vec<Value> {
        let ran = self.run(&["log", "--json"]).ended(0);
        ran.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The cards of a child or the card of this number, each with its history. It is read beside
    /// the program, which would enter who looked.
    #[track_caller]
    pub fn cards(&self, id: &str) -> Vec<Value> {
        let ledger = Ledger::open_read_only(&self.path("ledger")).unwrap();
        let cards = match Nik::parse(id) {
            Ok(nik) => ledger.cards_of(&nik).unwrap(),
            Err(_) => Vec::from_iter(ledger.card(id.parse().unwrap()).unwrap()),
        };
        assert!(!cards.is_empty(), "no card of {id}");
        let whole = cards.iter().map(|card| {
            let history = ledger.history(card.card).unwrap();
            let packs = ledger.packs_of(card.card).unwrap();
            json!({ "card": card, "history": history, "packs": packs })
        });
        whole.collect()
    }

    /// The state of each card of a child, oldest first.
    #[track_caller]
    pub fn states(&self, child: &Child) -> Vec<String> {
        let state = |card: &Value| card["card"]["state"].as_str().unwrap().to_owned();
        self.cards(child.nik()).iter().map(state).collect()
    }

    /// The number of the child's newest card.
    #[track_caller]
    pub fn card_of(&self, child: &Child) -> String {
        let cards = self.cards(child.nik());
        let card = &cards.last().unwrap()["card"]["card"];
        card.as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub fn confirm_all(&self, lot: &str) -> Value {
        self.run(&["confirm", lot, "--all", "--json"])
            .ended(0)
            .json()
    }

    /// `ledger verify` finds nothing.
    #[track_caller]
    pub fn is_sound(&self) -> Value {
        let report = self.run(&["ledger", "verify", "--json"]).ended(0).json();
        assert_eq!(report["clean"], json!(true), "{report:#}");
        report
    }

    /// The `reasons.json` of a folder of `accepted/` or `rejected/`.
    #[track_caller]
    pub fn reasons(&self, folder: &str) -> Value {
        let path = self.path(folder).join("reasons.json");
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let reasons: Value = serde_json::from_str(&text).unwrap();
        let count = |key: &str| reasons[key].as_u64().unwrap();
        assert_eq!(count("received"), count("accepted") + count("rejected"));
        reasons
    }

    pub fn has(&self, inside: &str) -> bool {
        self.path(inside).exists()
    }

    /// The names in a folder of the station, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The ledger's database, as somebody would open it who goes round the program.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("ledger/ledger.db")).unwrap()
    }

    /// One number out of the ledger's database.
    pub fn number(&self, sql: &str) -> i64 {
        self.database()
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }
}

/// The codes in a report, in its order.
pub fn codes(report: &Value) -> Vec<&str> {
    let problems = report["problems"].as_array().unwrap();
    problems
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect()
}

/// A daemon; it is killed when this is dropped.
pub struct Daemon<'a> {
    station: &'a Station,
    process: Process,
    log: PathBuf,
}

impl Daemon<'_> {
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Waits until something holds, at most five minutes: how fast the machine is proves nothing.
    #[track_caller]
    pub fn until(&self, what: &str, holds: impl Fn() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(
                start.elapsed() < Duration::from_secs(300),
                "waited in vain until {what}; the log:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends SIGTERM and waits for the end, at most a minute.
    #[track_caller]
    pub fn stop(mut self) -> ExitStatus {
        let start = Instant::now();
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "the daemon does not stop; its log:\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGKILL, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
        if !std::thread::panicking() {
            self.station.keeps_secrets(&self.log());
        }
    }
}
