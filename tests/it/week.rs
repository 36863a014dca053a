//! A whole week of the office's work through the real binary: 500 children of eight schools and
//! two villages, what goes wrong with their records, cards and packs, and totals that agree
//! wherever they are told.
//!
//! The binary's clock is the machine's, so this is five rounds on one day: a day closes once for each
//! kind of blanks, so the rounds are balanced by a count, and the close comes at the end. The days of
//! a calendar pass in `web/five_days.rs`, whose clock the test holds.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kia_station::domain::ids::CardId;
use serde_json::{Value, json};

use crate::harness::{Child, Ran, Settings, Station, archive, before, kia, today};
use crate::parts::{PDFTOTEXT, have};
use crate::scan::{code, scan};
use crate::sheets::{approval, messy, put_photos, save_mapping, send_mended};
use crate::trust::prints;

/// A school: number, name, district, region code, its pupils' age, its classes and their sizes.
type School = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    i64,
    &'static [(&'static str, u32)],
);

const TENGAH: School = (
    "10700001",
    "SDN 2 CURUP TENGAH",
    "CURUP TENGAH",
    "17.02.19.1002",
    8,
    &[("", 60)],
);
const CURUP: School = (
    "10700002",
    "SDN 10 CURUP",
    "CURUP",
    "17.02.09.1001",
    9,
    &[("4A", 40), ("4B", 30)],
);
const SELUPU: School = (
    "10700003",
    "SDN 5 SELUPU REJANG",
    "SELUPU REJANG",
    "17.02.12.2001",
    6,
    &[("1A", 30), ("1B", 30)],
);
const BERMANI: School = (
    "10700004",
    "SDN 1 BERMANI ULU",
    "BERMANI ULU",
    "17.02.10.2003",
    11,
    &[("6A", 30), ("6B", 30)],
);
const TIMUR: School = (
    "10700005",
    "SDN 3 CURUP TIMUR",
    "CURUP TIMUR",
    "17.02.20.1001",
    10,
    &[("5A", 20), ("5B", 20)],
);
const SMP_CURUP: School = (
    "10710001",
    "SMPN 1 CURUP",
    "CURUP",
    "17.02.09.1004",
    12,
    &[("7A", 35), ("7B", 35)],
);
const SMP_UTARA: School = (
    "10710002",
    "SMPN 2 CURUP UTARA",
    "CURUP UTARA",
    "17.02.18.2002",
    13,
    &[("8A", 30), ("8B", 30)],
);
const SMP_SINDANG: School = (
    "10710003",
    "SMPN 3 SINDANG KELINGI",
    "SINDANG KELINGI",
    "17.02.13.2005",
    14,
    &[("9A", 30), ("9B", 30)],
);
const SCHOOLS: [School; 8] = [
    TENGAH,
    CURUP,
    SELUPU,
    BERMANI,
    TIMUR,
    SMP_CURUP,
    SMP_UTARA,
    SMP_SINDANG,
];

/// Blanks of toddlers' cards, which lie in the machine, apart from those of the print house.
const MACHINE: &str = "kia-mesin";

/// Targets for every district and school, and perhaps the machine.
fn settings(station: &Station, machine: bool) -> Settings {
    let mut districts = BTreeMap::<&str, u32>::new();
    let mut pupils = BTreeMap::<&str, u32>::new();
    for (npsn, _, district, _, _, classes) in SCHOOLS {
        let size = classes.iter().map(|(_, size)| size).sum::<u32>();
        *districts.entry(district).or_default() += size * 2;
        pupils.insert(npsn, size + 4);
    }
    let table = |of: &BTreeMap<&str, u32>| {
        let each = of.iter().map(|(name, n)| format!("{name:?} = {n}"));
        each.collect::<Vec<_>>().join(", ")
    };
    let mut more = format!(
        "[[targets]]\nsejak = 2024-01-01\nsumber = \"DKB UJI\"\njumlah = 1100\n\
         kecamatan = {{ {} }}\nsekolah = {{ {} }}\n",
        table(&districts),
        table(&pupils)
    );
    if machine {
        let folder = station.outside("printer");
        fs::create_dir_all(&folder).unwrap();
        more += &format!(
            "[card]\nmedia = {{ \"0-5\" = {MACHINE:?}, \"5-17\" = \"kia\" }}\n[[printers]]\nname = \"mesin\"\nfolder = {folder:?}\nmedia = {MACHINE:?}\njobs_in_flight = 20\n"
        );
    }
    Settings {
        more,
        ..Settings::default()
    }
}

/// The pupils of each school, and 20 toddlers of two villages; 500 children in all.
fn children() -> (BTreeMap<&'static str, Vec<Child>>, Vec<Child>) {
    let mut number = 0;
    let mut next = |years, (district, region): (&str, &str)| {
        number += 1;
        let birth = before(today(), years, i64::from(number % 300));
        Child::born(number, birth)
            .with("kecamatan", district)
            .with("kode_wilayah", region)
    };
    let mut schools = BTreeMap::new();
    for (npsn, name, district, region, years, classes) in SCHOOLS {
        let seats = classes
            .iter()
            .flat_map(|(class, size)| (0..*size).map(move |_| class));
        let pupils =
            seats.map(|class| next(years, (district, region)).at_school(name, npsn, class));
        schools.insert(npsn, pupils.collect::<Vec<_>>());
    }
    let toddlers = (0..20).map(|n| {
        let village = if n % 2 == 0 {
            "TALANG BENIH"
        } else {
            "AIR BANG"
        };
        let child = next(3, ("CURUP", "17.02.09.1001")).with("desa", village);
        child.without_photo().without("sekolah")
    });
    let toddlers = toddlers.collect();
    (schools, toddlers)
}

/// The station, and what the office keeps of it on paper of its own.
struct Week {
    station: Station,
    /// Files that the machine's program took and printed, one for each card.
    machine: RefCell<Vec<String>>,
    /// Blanks of the print house that came, less those that went without a card.
    shelf: Cell<i64>,
    /// Of those, the ones that were faulty before they were printed on.
    faulty: Cell<i64>,
    /// Records whose card a newer record of the child replaced before it was good.
    superseded: Cell<i64>,
}

/// Where good cards are that a scan has proved.
const PROVED: [&str; 5] = ["verified", "packed", "handed-over", "received", "returned"];

impl Week {
    fn by(&self, args: &[&str]) -> Ran {
        self.station
            .run(&[args, &["--as", "siti", "--json"]].concat())
    }

    #[track_caller]
    fn does(&self, args: &[&str]) -> Value {
        self.by(args).ended(0).json()
    }

    /// Moves blanks of the print house, so many more or fewer on the shelf.
    #[track_caller]
    fn blanks(&self, args: &[&str], change: i64) {
        self.does(&[&["stock"], args].concat());
        self.shelf.update(|shelf| shelf + change);
        if args[0] == "spoil" {
            self.faulty.update(|faulty| faulty - change);
        }
    }

    /// Takes what was dropped; `refused` says whether something goes back.
    #[track_caller]
    fn take(&self, refused: bool) {
        self.station.once().ended(i32::from(refused));
    }

    fn zip(&self, name: &str, children: &[Child]) {
        let folder = self.station.outside(name);
        self.station.fill_batch(&folder, children);
        let files = fs::read_dir(&folder).unwrap().map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        });
        let files: Vec<_> = files.collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
        let hidden = self.station.incoming(&format!(".{name}"));
        fs::write(&hidden, archive(&files)).unwrap();
        fs::rename(hidden, self.station.incoming(name)).unwrap();
    }

    /// The newest card of a child, by the ledger's own table.
    #[track_caller]
    fn card(&self, child: &Child) -> String {
        let sql = "SELECT max(card) FROM persons WHERE json_extract(record, '$.nik') = ?";
        let card: i64 = self
            .station
            .database()
            .query_row(sql, [child.nik()], |row| row.get(0))
            .unwrap();
        CardId::new(card.cast_unsigned()).to_string()
    }

    /// The cards in a state, in the order of their lots.
    fn cards_in(&self, state: &str) -> Vec<String> {
        let database = self.station.database();
        let sql = "SELECT card FROM cards WHERE state = ? ORDER BY lot, position";
        let mut query = database.prepare(sql).unwrap();
        let cards = query
            .query_map([state], |row| row.get::<_, i64>(0))
            .unwrap();
        cards
            .map(|card| CardId::new(card.unwrap().cast_unsigned()).to_string())
            .collect()
    }

    /// The print house printed every lot that waits; `spoils` came out no good.
    #[track_caller]
    fn print(&self, spoils: &[(&Child, &str)]) {
        for lot in self.lots() {
            for (child, reason) in spoils {
                let card = self.card(child);
                let of = &self.station.cards(&card)[0]["card"]["lot"];
                if *of == lot.as_str() {
                    self.does(&["confirm", &lot, "--spoiled", &card, "--reason", reason]);
                }
            }
            self.does(&["confirm", &lot, "--all"]);
        }
    }

    /// The lots of the print house. A lot of the machine with a card that nobody saw is open as
    /// well, and `confirm --all` would settle that card.
    fn lots(&self) -> Vec<String> {
        let unseen = self.cards_in("unconfirmed");
        let machine = unseen
            .iter()
            .map(|card| self.station.cards(card)[0]["card"]["lot"].clone());
        let machine: Vec<Value> = machine.collect();
        let status = self.station.status();
        let lots = status["lots"].as_array().unwrap().iter();
        let lots = lots.map(|lot| &lot["lot"]["lot"]);
        lots.filter(|lot| !machine.contains(lot))
            .map(|lot| lot.as_str().unwrap().to_owned())
            .collect()
    }

    /// Scans every printed card but these.
    #[track_caller]
    fn scan(&self, but: &[String]) {
        let mut cards = self.cards_in("printed");
        cards.retain(|card| !but.contains(card));
        let codes: Vec<String> = cards.iter().map(|card| code(&self.station, card)).collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let (exit, said) = scan(&self.station, &codes, &[]);
        assert_eq!(exit, 0, "{said}");
    }

    #[track_caller]
    fn register(&self) -> Vec<csv::StringRecord> {
        let ran = self.station.run(&["register"]).ended(0);
        let mut table = csv::Reader::from_reader(ran.out.as_bytes());
        table.records().map(Result::unwrap).collect()
    }

    /// Blanks of the print house that must lie on the shelf: every card that came out took one,
    /// but those out of the machine.
    #[track_caller]
    fn on_shelf(&self) -> i64 {
        let machine = self.machine.borrow();
        let of_machine = |card: &str| machine.contains(&format!("kia-{card}.pdf"));
        let rows = self.register();
        let out = rows.iter().filter(|row| !of_machine(&row[2]));
        self.shelf.get() - out.count() as i64
    }

    /// The evening of a round: the blanks are counted, and nothing is missing.
    #[track_caller]
    fn evening(&self) {
        let there = self.on_shelf().to_string();
        let counted = self.does(&["stock", "count", &there]);
        assert_eq!(counted["difference"], 0, "{counted:#}");
    }

    #[track_caller]
    fn packs(&self) -> Value {
        self.station
            .run(&["pack", "list", "--json"])
            .ended(0)
            .json()
    }

    /// The pack of a school that a list holds, the newest.
    #[track_caller]
    fn pack_of(&self, npsn: &str) -> String {
        let packs = self.packs();
        let mut packs = packs["packs"].as_array().unwrap().iter();
        let mine = packs.rfind(|pack| pack["npsn"] == npsn);
        mine.unwrap()["pack"].as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn report(&self, name: &str) -> Value {
        let ran = self.station.run(&["report", name, "--json"]).ended(0);
        ran.json()["data"].clone()
    }
}

/// The sum of some counts of each item.
fn sum(list: &Value, keys: &[&str]) -> i64 {
    let each = list.as_array().unwrap().iter();
    each.flat_map(|item| keys.iter().map(|key| item[*key].as_i64().unwrap()))
        .sum()
}

/// What every folder of `accepted/` and `rejected/` says of the drop it came from: records
/// received, accepted and rejected. A drop that lies in both says the same in both.
fn told_to_senders(station: &Station) -> [i64; 3] {
    let names = |place: &str| station.names(place).into_iter();
    let mut drops: BTreeMap<String, Value> = BTreeMap::new();
    for place in ["accepted", "rejected"] {
        for name in names(place) {
            let reasons = station.reasons(&format!("{place}/{name}"));
            let before = drops.insert(name, reasons.clone());
            assert!(before.is_none_or(|before| before == reasons));
        }
    }
    let drops = Value::from_iter(drops.into_values());
    ["received", "accepted", "rejected"].map(|key| sum(&drops, &[key]))
}

impl Week {
    /// Every total that is told anywhere agrees with the same total from elsewhere. `received` are
    /// records received, accepted and rejected. Returns how many cards came out.
    fn agrees(&self, [received, accepted, rejected]: [i64; 3]) -> i64 {
        let number = |sql: &str| self.station.number(sql);
        let status = self.station.status();
        let in_states = |states: &[&str]| -> i64 {
            let count = |state: &&str| status["cards"][*state].as_i64().unwrap_or_default();
            states.iter().map(count).sum()
        };
        let (proved, unscanned) = (in_states(&PROVED), in_states(&["printed"]));
        let good = proved + unscanned;
        let unconfirmed = in_states(&["unconfirmed"]);
        let waiting = in_states(&["accepted", "rendered"]);
        let (spoiled, void) = (in_states(&["spoiled"]), in_states(&["void"]));

        // received = printed + returned to the sender + waiting. A record that was no news made no
        // card, and one that a newer record replaced has none any more.
        assert_eq!(received, accepted + rejected);
        for (column, told) in [
            ("received", received),
            ("accepted", accepted),
            ("rejected", rejected),
        ] {
            let sql = format!("SELECT sum({column}) FROM drops");
            assert_eq!(number(&sql), told, "{column}");
        }
        let unchanged = number("SELECT sum(unchanged) FROM drops");
        let superseded = self.superseded.get();
        let printed = good + unconfirmed;
        let settled = unchanged + superseded;
        assert_eq!(
            received,
            printed + rejected + waiting + settled,
            "{status:#}"
        );

        // printed = verified + spoiled + unconfirmed + not scanned yet, by the register's lines.
        let rows = self.register();
        let out = rows.len() as i64;
        let numbers: BTreeSet<&str> = rows.iter().map(|row| &row[2]).collect();
        assert_eq!(numbers.len(), rows.len(), "a card came out once");
        assert_eq!(out, proved + unscanned + spoiled + void);
        let said =
            |start: &str| rows.iter().filter(|row| row[11].starts_with(start)).count() as i64;
        assert_eq!((said("rusak"), said("tidak berlaku")), (spoiled, void));
        let left = "SELECT count(*) FROM cards WHERE printed_at NOTNULL OR state = 'spoiled'";
        assert_eq!(number(left), out);
        // The log also lists cards that were good once, and says that they are spoiled.
        let mut log = self.station.log();
        log.retain(|line| line["status"] != "spoiled");
        assert_eq!(log.len() as i64, out - spoiled);
        let daily = self.report("daily");
        assert_eq!(daily["good"], out - spoiled);
        assert_eq!(daily["printed"]["lasting"], good);
        assert_eq!(daily["printed"]["spoiled"], spoiled);
        let young = |kind: &str| log.iter().filter(|line| line["jenis"] == kind).count();
        assert_eq!(daily["printed"]["under5"], young("0-5"));
        assert_eq!(daily["printed"]["from5"], young("5-17"));

        // verified = in packs + on hand.
        let packs = self.packs();
        let inside = sum(&packs["packs"], &["cards"]);
        assert_eq!(
            inside + sum(&packs["on_hand"], &["verified", "returned"]),
            proved
        );
        assert_eq!(packs["on_hand"], status["on_hand"]);
        let packed = log.iter().filter(|line| !line["paket"].is_null()).count();
        assert_eq!(packed as i64, inside);
        assert_eq!(
            sum(&packs["packs"], &["outstanding"]),
            in_states(&["handed-over"])
        );
        // A card that was received stays so in its pack when it is made again later.
        let arrived = "SELECT count(*) FROM pack_cards WHERE received_at NOTNULL";
        assert_eq!(sum(&packs["packs"], &["received"]), number(arrived));
        let there = number(&format!("{arrived} AND left_how IS NULL"));
        assert_eq!(there, in_states(&["received"]));

        // The blanks balance, day by day and in all.
        let (mut used, mut left) = (0, 0);
        let stock = self
            .station
            .run(&["stock", "show", "--json"])
            .ended(0)
            .json();
        for media in ["kia", MACHINE] {
            let days = ["day", "show", "--media", media, "--json"];
            let days = self.station.run(&days).ended(0).json();
            for day in days.as_array().unwrap() {
                let count = |keys: &[&str]| sum(&json!([day]), keys);
                assert_eq!(
                    count(&["opening", "received", "returned"]),
                    count(&["good", "spoiled", "test", "lent", "closing"]),
                    "{day:#}"
                );
            }
            used += sum(&days, &["good", "spoiled"]);
            let open = days.as_array().unwrap().last().unwrap();
            let shown = stock["blanks"].as_array().unwrap().iter();
            let shown = shown.filter(|kind| kind["media"] == media);
            assert_eq!(
                shown.map(|kind| &kind["closing"]).collect::<Vec<_>>(),
                [&open["closing"]]
            );
            left += open["closing"].as_i64().unwrap();
        }
        assert_eq!(used, out + self.faulty.get(), "{stock:#}");
        assert_eq!(sum(&daily["blanks"], &["left"]), left);
        let destroyed = number("SELECT coalesce(sum(cards), 0) FROM destructions");
        assert_eq!(stock["spoiled_cards"], spoiled - destroyed);

        // One child, one live card; nobody is counted above what there is.
        let coverage = self.report("coverage");
        assert_eq!(coverage["printed"], out - spoiled);
        assert_eq!(coverage["replaced"], void);
        assert_eq!(coverage["total"]["children"], good);
        let niks = "SELECT count(DISTINCT json_extract(record, '$.nik')) FROM persons
            JOIN cards USING (card) WHERE printed_at NOTNULL AND state NOT IN ('spoiled', 'void')";
        assert_eq!(number(niks), good);
        assert_eq!(sum(&coverage["kecamatan"], &["children"]), good);
        let home = log
            .iter()
            .filter(|line| line["npsn"].is_null() && line["status"] != "void");
        let home = home.count() as i64;
        assert_eq!(sum(&coverage["schools"], &["children"]), good - home);
        for of in ["kecamatan", "schools"] {
            for share in coverage[of].as_array().unwrap() {
                let (children, target) = (&share["children"], &share["target"]);
                assert!(share["percent"].as_f64().unwrap() <= 100.0, "{share:#}");
                assert!(children.as_u64() <= target.as_u64(), "{share:#}");
            }
        }
        let half = self.report("half-month");
        assert_eq!(half["good"], daily["good"]);
        assert_eq!(half["coverage"]["children"], good);
        assert_eq!(self.report("district")["kecamatan"], coverage["kecamatan"]);
        self.station.is_sound();
        out
    }

    /// The papers of a sealed pack; its minutes name as many cards as lie in it.
    #[track_caller]
    fn papers(&self, pack: &str) {
        let out = self.station.outside("papers");
        let folder = out.to_str().unwrap();
        let number = format!("470/{pack}/DISDUKCAPIL/2026");
        let documents = [
            "pack",
            "documents",
            pack,
            "--out",
            folder,
            "--number",
            &number,
        ];
        self.station.run(&documents).ended(0);
        let shown = self
            .station
            .run(&["pack", "show", pack, "--json"])
            .ended(0)
            .json();
        let cards = shown["cards"].as_array().unwrap().iter();
        let cards = cards.filter(|card| card["place"]["left"].is_null());
        let cards: BTreeSet<String> = cards
            .map(|card| card["card"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(shown["pack"]["cards"], cards.len());
        if !have("the papers of the week", &[PDFTOTEXT]) {
            return;
        }
        for paper in ["bast", "tanda-terima"] {
            let said = text(&out.join(format!("{pack}-{paper}.pdf")));
            let words = said.split_whitespace();
            let listed = words.filter(|word| word.parse::<CardId>().is_ok());
            assert_eq!(listed.clone().count(), cards.len(), "{said}");
            assert!(
                listed.map(str::to_owned).collect::<BTreeSet<_>>() == cards,
                "{said}"
            );
        }
        let said = text(&out.join(format!("{pack}-bast.pdf")));
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains(&format!("sebanyak {} (", cards.len())),
            "{said}"
        );
    }

    #[track_caller]
    fn closes_and_sends(&self, pack: &str) {
        self.does(&["pack", "close", pack]);
        self.papers(pack);
        let slip = format!("ARTIS-{pack}");
        self.does(&["pack", "send", pack, "--via", "artis", "--number", &slip]);
    }
}

fn text(pdf: &Path) -> String {
    PDFTOTEXT.says(["-layout".as_ref(), pdf.as_os_str(), "-".as_ref()])
}

/// A record as it first came, and was refused.
fn unapproved(child: &Child) -> Child {
    let mut approval = child.record["persetujuan"].clone();
    approval["status"] = "DIAJUKAN".into();
    child.clone().with("persetujuan", approval)
}

fn bad_nik(child: &Child) -> Child {
    child.clone().with("nik", &child.nik()[..15])
}

/// A record that corrects the name.
fn corrected(child: &Child) -> Child {
    let name = format!("{} PERBAIKAN", child.nama());
    child.clone().with("revisi", 2).with("nama", name)
}

#[test]
fn a_week_of_500_children_of_eight_schools_adds_up_everywhere_and_survives_a_lost_disk() {
    let station = Station::new();
    station.set(settings(&station, false));
    let (schools, toddlers) = children();
    let week = Week {
        station,
        machine: RefCell::default(),
        shelf: Cell::default(),
        faulty: Cell::default(),
        superseded: Cell::default(),
    };
    let station = &week.station;
    let of = |(npsn, ..): School| schools[npsn].as_slice();
    let count = schools.values().map(Vec::len).sum::<usize>() + toddlers.len();
    assert_eq!(count, 500);

    // Monday: supplies come, a folder and a ZIP; the print house prints.
    let [first, last] = ["BL000001", "BL000600"];
    week.blanks(&["receive", "600", "--first", first, "--last", last], 600);
    week.does(&["stock", "receive", "60", "--media", MACHINE]);
    week.does(&["stock", "receive", "2", "--ribbons"]);
    week.does(&["stock", "ribbon"]);
    week.blanks(&["test", "2"], -2);
    let curup = of(CURUP);
    let mut monday = curup.to_vec();
    monday[3] = unapproved(&curup[3]);
    monday[5] = curup[5].clone().without_photo();
    station.drop_batch("SDN-10", &monday);
    let selupu = of(SELUPU);
    let mut monday = selupu.to_vec();
    monday[0] = bad_nik(&selupu[0]);
    monday[1] = selupu[1].clone().with("status_kawin", "KAWIN");
    week.zip("SDN-5.zip", &monday);
    week.take(true);
    // A name is corrected after its lot was made: the old card comes out of the PDF all the same.
    let old = week.card(&curup[20]);
    let old_lot = station.cards(&old)[0]["card"]["lot"].clone();
    station.drop_single("perbaikan.json", &corrected(&curup[20]));
    week.take(false);
    week.superseded.update(|records| records + 1);
    let stray = ["confirm", old_lot.as_str().unwrap(), "--spoiled", &old];
    week.does(&[&stray[..], &["--reason", "batal"]].concat());
    week.print(&[(&curup[0], "buram"), (&selupu[9], "macet")]);
    week.scan(&[]);
    week.evening();
    week.agrees(told_to_senders(station));

    // Tuesday: a messy workbook; two records come again, mended, and one that is no news.
    let tengah = of(TENGAH);
    let book = messy(&tengah[0], &tengah[1], &tengah[2], &tengah[3..]);
    tengah.iter().for_each(|child| station.know(child));
    fs::write(station.outside("kelas.xlsx"), &book).unwrap();
    save_mapping(station, "kelas.xlsx");
    let folder = station.incoming(".SDN-2");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("batch.json"), approval()).unwrap();
    fs::write(folder.join("records.xlsx"), book).unwrap();
    put_photos(&folder, tengah);
    fs::rename(folder, station.incoming("SDN-2")).unwrap();
    station.drop_batch("SDN-10-LAGI", &[curup[3].clone(), curup[5].clone()]);
    station.drop_single("sama.json", &curup[7]);
    week.take(true);
    week.print(&[
        (&curup[0], "pita"),
        (&tengah[10], "data"),
        (&tengah[11], "posisi"),
    ]);
    week.scan(&[]);
    week.blanks(&["lend", "20", "--note", "Kecamatan Curup"], -20);
    week.blanks(&["test", "1"], -1);
    week.blanks(&["spoil", "2"], -2);
    week.evening();

    // Wednesday: a table, and what was mended of Monday and Tuesday. The first packs leave.
    let smp = of(SMP_CURUP);
    let mut wednesday = smp.to_vec();
    wednesday[0] = bad_nik(&smp[0]);
    let born = before(today(), 17, 0).to_string();
    wednesday[1] = smp[1].clone().with("tanggal_lahir", born);
    station.drop_table("SMPN-1.csv", &wednesday);
    send_mended(station, "SDN-2", "SDN-2-LAGI", &tengah[2]);
    station.drop_batch("SDN-5-LAGI", &selupu[..1]);
    station.drop_single("nama.json", &corrected(&tengah[10]));
    week.take(true);
    week.superseded.update(|records| records + 1);
    week.print(&[(&smp[5], "blanko"), (&smp[6], "lain")]);
    week.scan(&[]);
    week.blanks(&["return", "15"], 15);
    week.does(&["stock", "use", "40"]);
    let minutes = station.outside("papers");
    fs::create_dir_all(&minutes).unwrap();
    let minutes = minutes.join("pemusnahan.pdf");
    let destroyed = station.destroy(&[
        "--blanks",
        "2",
        "--witness",
        "SAKSI CONTOH A",
        "--witness",
        "SAKSI CONTOH B",
        "--out",
        minutes.to_str().unwrap(),
    ]);
    let destroyed = destroyed.ended(0).json();
    assert_eq!(destroyed["cards"].as_array().unwrap().len() as i64, {
        let spoiled = "SELECT count(*) FROM cards WHERE state = 'spoiled'";
        station.number(spoiled)
    });
    week.does(&["pack", "make"]);
    let whole = week.pack_of(CURUP.0);
    let back = week.pack_of(SELUPU.0);
    for pack in [&whole, &back] {
        week.closes_and_sends(pack);
    }
    week.evening();
    week.agrees(told_to_senders(station));

    // Thursday: two folders; the schools answer, and two cards are made again on evidence.
    let (utara, sindang) = (of(SMP_UTARA), of(SMP_SINDANG));
    let mut thursday = utara.to_vec();
    thursday[0] = utara[0].clone().without_photo();
    thursday[1] = unapproved(&utara[1]);
    station.drop_batch("SMPN-2", &thursday);
    station.drop_batch("SMPN-3", sindang);
    week.take(true);
    week.print(&[(&sindang[3], "macet")]);
    week.scan(&[]);
    let [unclaimed, missing] = [&curup[8], &curup[9]].map(|child| week.card(child));
    let except = ["pack", "receive", &whole, "--except", &missing];
    week.does(&[&except[..], &["--unclaimed", &unclaimed]].concat());
    let told = week.does(&["pack", "return", &back, "--all", "--reason", "tidak-sampai"]);
    assert_eq!(told["packs"][0]["state"], "returned");
    let evidence = |card: &str, reason, evidence| {
        let why = ["reprint", card, "--reason", reason, "--evidence", evidence];
        week.does(&[&why[..], &["--second", "budi"]].concat());
    };
    evidence(&week.card(&curup[30]), "hilang", "police-letter");
    evidence(&week.card(&curup[31]), "rusak", "old-card");
    week.does(&["pack", "make", "--redeliver", &back]);
    let again = week.pack_of(SELUPU.0);
    assert_ne!(again, back);
    let moved = week.card(&selupu[40]);
    week.does(&["pack", "move", &moved, "--to-school", CURUP.0]);
    week.closes_and_sends(&again);
    week.evening();
    week.agrees(told_to_senders(station));

    // Friday: the toddlers' cards go to the machine, whose program tells nobody what came out.
    station.drop_batch("BALITA", &toddlers);
    station.drop_batch("SMPN-2-LAGI", &utara[1..2]);
    let bermani = of(BERMANI);
    station.drop_batch("SDN-1", &bermani[..10]);
    week.take(false);
    station.set(settings(station, true));
    let waits = toddlers.len();
    let daemon = station.daemon();
    let unconfirmed = |cards: usize| {
        daemon.until("nobody knows what came out", || {
            prints(station, &week.machine);
            week.cards_in("unconfirmed").len() == cards
        });
    };
    unconfirmed(waits);
    let doubtful = week.cards_in("unconfirmed");
    let settle = |cards: &[String], said: &[&str]| {
        let cards = cards.iter().map(String::as_str);
        let args: Vec<&str> = ["settle"]
            .into_iter()
            .chain(cards)
            .chain(said.iter().copied())
            .collect();
        week.does(&args);
    };
    settle(&doubtful[..2], &["--not-out"]);
    settle(&doubtful[2..3], &["--spoiled", "--reason", "macet"]);
    // These three come out of the machine once more; one card nobody finds before the week ends.
    unconfirmed(waits);
    daemon.stop();
    assert_eq!(week.machine.borrow().len(), waits + 3);
    let doubtful = week.cards_in("unconfirmed");
    settle(&doubtful[1..], &["--good"]);
    station.set(settings(station, false));

    // The rest of the schools, by the print house; a few cards are not scanned, some not printed.
    let timur = of(TIMUR);
    station.drop_batch("SDN-3", &timur[..31]);
    for (number, child) in timur[31..36].iter().enumerate() {
        station.drop_single(&format!("anak-{number}.json"), child);
    }
    week.zip("SDN-1.zip", &bermani[10..]);
    week.take(false);
    week.print(&[(&bermani[50], "buram"), (&timur[0], "posisi")]);
    let aside = [&timur[10], &timur[11], &bermani[20]].map(|child| week.card(child));
    week.scan(&aside);
    let late: Vec<&Child> = timur[36..].iter().collect();
    station.drop_batch("SDN-3-SUSULAN", &timur[36..]);
    week.take(false);
    week.does(&["pack", "make"]);
    let open = week.packs();
    let open = open["packs"].as_array().unwrap().iter();
    let open = open.filter(|pack| pack["state"] == "open");
    for pack in open {
        let pack = pack["pack"].as_str().unwrap();
        week.closes_and_sends(pack);
        if pack != week.pack_of(BERMANI.0) {
            week.does(&["pack", "receive", pack, "--all"]);
        }
    }
    week.does(&["pack", "receive", &again, "--all"]);
    week.does(&["spoil", &aside[0], "--reason", "buram"]);

    // The close: nothing is missing at the print house, one blank in the machine.
    let there = week.on_shelf().to_string();
    let closed = week.does(&["day", "close", "--counted", &there]);
    assert_eq!(closed["day"]["closing"].to_string(), there);
    assert_eq!(closed["unconfirmed"], 1);
    let shown = ["day", "show", "--media", MACHINE, "--json"];
    let shown = station.run(&shown).ended(0).json();
    let counted = (shown[0]["closing"].as_i64().unwrap() - 1).to_string();
    let close = ["day", "close", "--media", MACHINE, "--counted", &counted];
    week.by(&close).ended(1);
    let why = [
        "--explanation",
        "satu lembar rusak di pengumpan",
        "--second",
        "budi",
    ];
    week.does(&[&close[..], &why].concat());
    let received = told_to_senders(station);
    let out = week.agrees(received);

    // The papers of the week, and what an auditor takes away.
    let papers = station.outside("papers");
    let paper = |args: &[&str], name: &str| -> PathBuf {
        let file = papers.join(name);
        let out = ["--out", file.to_str().unwrap()];
        station.run(&[args, &out].concat()).ended(0);
        file
    };
    paper(&["day", "report"], "hari.pdf");
    paper(&["report", "daily", "--format", "pdf"], "harian.pdf");
    paper(&["report", "plan", "--format", "pdf"], "rencana.pdf");
    let coverage = paper(&["report", "coverage", "--format", "pdf"], "cakupan.pdf");
    let register = paper(&["register", "--format", "pdf"], "register.pdf");
    if have("the papers of the week", &[PDFTOTEXT]) {
        let said = text(&register);
        let rows = said
            .split_whitespace()
            .filter(|word| word.parse::<CardId>().is_ok());
        assert_eq!(rows.count() as i64, out);
        assert!(text(&coverage).contains("DKB UJI"));
    }
    let checkpoint = papers.join("checkpoint.json");
    fs::copy(
        station.path(&format!("checkpoints/{}-2.json", today())),
        &checkpoint,
    )
    .unwrap();
    let checkpoint = checkpoint.to_str().unwrap();
    station
        .run(&["ledger", "verify", "--against", checkpoint])
        .ended(0);
    let log = station.outside("log.jsonl");
    let log = log.to_str().unwrap();
    week.does(&["ledger", "export", "--out", log]);
    kia(["ledger", "verify", "--export", log, "--against", checkpoint]).ended(0);

    // A backup; then the late lot is printed, and the disk is lost with the word of it.
    let file = station.outside("cadangan.kia");
    let file = file.to_str().unwrap();
    station
        .run(&["ledger", "backup", "--out", file, "--as", "siti"])
        .ended(0);
    let lost: Vec<String> = late.iter().map(|child| week.card(child)).collect();
    let open = ["accepted", "rendered", "submitting", "sent"];
    let open: usize = open.iter().map(|state| week.cards_in(state).len()).sum();
    week.print(&[]);
    let pdfs = station.names("lots");
    let home = station.path("");
    let home = home.to_str().unwrap().trim_end_matches('/');
    fs::remove_dir_all(home).unwrap();
    let restore = [
        "ledger", "restore", file, "--to", home, "--as", "siti", "--json",
    ];
    let restored = kia(restore).ended(0).json();
    let queue = week.card(&timur[10]);
    // The late lot and what else waited; what was in doubt before stays so.
    assert_eq!(restored["to_settle"], open, "{restored:#}");
    station
        .run(&["ledger", "verify", "--against", checkpoint])
        .ended(0);
    week.agrees(received);
    week.take(false);
    assert_eq!(
        station.names("lots"),
        pdfs,
        "nothing is made before somebody looked"
    );
    settle(&lost, &["--good"]);
    settle(std::slice::from_ref(&queue), &["--not-out"]);
    let found = week.cards_in("unconfirmed");
    settle(&found, &["--good"]);
    week.take(false);
    assert_eq!(week.cards_in("rendered"), [queue]);
    week.print(&[]);
    week.scan(&[]);
    let since = lost.len() + found.len() + 1;
    assert_eq!(week.agrees(received), out + since as i64);
    let states = station.status()["cards"].clone();
    for state in ["accepted", "rendered", "unconfirmed", "printed"] {
        assert!(
            states[state].as_u64().unwrap_or_default() == 0,
            "{states:#}"
        );
    }
    // Of 500 children four never sent a record that could be printed.
    assert_eq!(
        states
            .as_object()
            .unwrap()
            .iter()
            .filter(|(state, _)| PROVED.contains(&state.as_str()))
            .map(|(_, n)| n.as_u64().unwrap())
            .sum::<u64>(),
        496
    );
}
