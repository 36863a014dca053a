//! A station in which every projection holds something.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::super::*;
use crate::domain::account::Role;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::device::DeviceState;
use crate::domain::hex::hex;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Ended, Side};
use crate::domain::pack::{Carrier, Destination};
use crate::domain::stock::{Movement, RibbonMovement, SerialRange};
use crate::ledger::drops::facts::BatchApproved;
use crate::ledger::event::Event;
use crate::ledger::printing::facts::StackTurned;
use crate::ledger::testing::{Station, child, files, new_card, new_lot, nik};
use crate::ledger::{
    Close, DropOutcome, NewCard, NewFile, NewJob, NewLot, NewMovement, Remake, Result, Signer, Tx,
};

/// A station with a printed lot of two cards, one spoiled and made again, two cards in the queue,
/// one erased; its photo and PDF lie on the disk.
pub struct Busy {
    pub station: Station,
    pub folder: PathBuf,
    pub photo: String,
}

impl Busy {
    pub fn new() -> Self {
        let mut station = Station::new();
        let folder = station.path().to_owned();
        let photo = hex(&Sha256::digest(b"a photo"));
        fs::write(folder.join(format!("{photo}.jpg")), b"a photo").unwrap();
        fs::write(folder.join("L00001.pdf"), b"a lot").unwrap();
        fs::create_dir(folder.join(PACK)).unwrap();
        fs::write(folder.join(paper()), b"a paper").unwrap();
        let sha256 = hex(&Sha256::digest(b"a lot"));
        let signer = Signer::of(&folder).unwrap();
        station
            .write(|tx| {
                let record = child(1);
                let first = tx.accept(NewCard {
                    photo: Some(&photo),
                    token: Some("token"),
                    ..new_card(&record)
                })?;
                let mut cards = vec![first];
                for serial in 2..=4 {
                    cards.push(tx.accept(new_card(&child(serial)))?);
                }
                let lot = tx.next_lot()?;
                tx.make_lot(NewLot {
                    sha256: &sha256,
                    bytes: 5,
                    ..new_lot(lot, &cards[..2], "L00001.pdf")
                })?;
                books(tx, lot, first)?;
                handover(tx, first)?;
                let remake = Remake::Yes { token: None };
                tx.spoil(cards[1], SpoilReason::Pita, Evidence::Operator, remake)?;
                tx.destroy(&["SAKSI CONTOH".into()], &[("kia".into(), 1)].into())?;
                tx.move_card(cards[3], State::Cancelled, Evidence::Operator, None)?;
                tx.erase(cards[3], "purpose-ended")?;
                tx.allow("photo-shared", &nik(2), "anak kembar")?;
                tx.approve_batch(&BatchApproved {
                    upload: "U1".into(),
                    name: "sdn-2".into(),
                    records: 4,
                    approver: "sari".into(),
                })?;
                tx.finish_drop(&DropOutcome {
                    drop: "D1".into(),
                    name: "sdn-2".into(),
                    received: 4,
                    accepted: 4,
                    rejected: 0,
                    unchanged: 0,
                    problems: [("name-one-word".to_owned(), 1)].into(),
                })?;
                tx.make_account("budi", Role::Supervisor, "a hash")?;
                tx.open_sender("siak", "a hash")?;
                trust(tx, &signer)
            })
            .unwrap();
        Self {
            station,
            folder,
            photo,
        }
    }

    pub fn verify(&self) -> Report {
        verify(&self.station.ledger, &files(&self.folder)).unwrap()
    }

    /// The findings after somebody changed the database behind the program's back. The triggers
    /// are put back, as a careful intruder would.
    pub fn after(&self, sql: &str) -> Vec<Finding> {
        self.behind(|db| {
            db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
            db.execute_batch(sql).unwrap();
        })
    }

    pub fn behind(&self, work: impl FnOnce(&Connection)) -> Vec<Finding> {
        let triggers = "SELECT sql FROM sqlite_schema WHERE type = 'trigger'";
        let texts: Vec<String> = {
            let mut query = self.station.ledger.db.prepare(triggers).unwrap();
            let rows = query.query_map([], |row| row.get(0)).unwrap();
            rows.map(Result::unwrap).collect()
        };
        let db = self.station.intruder();
        work(&db);
        db.execute_batch(&texts.join(";\n")).unwrap();
        self.verify().findings
    }
}

/// A card is printed, scanned and booked, and a day is closed: each projection of the books gets
/// a row.
fn books(tx: &mut Tx<'_>, lot: LotId, card: CardId) -> Result<()> {
    let serials = SerialRange {
        first: "KIA0001".into(),
        last: "KIA0500".into(),
    };
    let received = NewMovement {
        media: "kia",
        movement: Movement::Received,
        count: 500,
        batch: Some("P-1"),
        serials: Some(&serials),
        note: None,
    };
    tx.move_stock(received)?;
    tx.move_stock(NewMovement {
        movement: Movement::Spoiled,
        count: 2,
        serials: None,
        ..received
    })?;
    tx.move_ribbon(RibbonMovement::Received {
        ribbons: 2,
        prints: 500,
    })?;
    tx.assign_lot(lot, Some("p1"))?;
    tx.printer_changed("p1", DeviceState::Idle, &[], Some("Siap"))?;
    let job = tx.next_job_name(card)?;
    tx.begin_job(NewJob {
        card,
        job: &job,
        printer: "p1",
        media: None,
        side: Side::Both,
        sha256: &"0".repeat(64),
    })?;
    tx.job_created(&job, 7, Some("urn:uuid:1"), Some("ipp://localhost/7"))?;
    tx.job_sent(&job)?;
    tx.end_job(&job, Ended::Printed, None, Remake::No)?;
    let scan = tx.scan("token", Some(lot))?;
    assert_eq!(scan.card, Some(card));
    assert_eq!(tx.read_serial(card, "KIA0001")?, Some(true));
    tx.scan("a code of nobody", None)?;
    tx.close_day(Close {
        media: "kia",
        date: jiff::civil::date(2026, 11, 24),
        counted: 497,
        explained: None,
    })
}

/// The folder of the one pack.
const PACK: &str = "P00001-8";

/// The signed paper that is attached to it.
pub fn paper() -> String {
    format!("{PACK}/{}.pdf", hex(&Sha256::digest(b"a paper")))
}

/// A verified card goes into a pack, which is sent, and a paper is attached.
fn handover(tx: &mut Tx<'_>, card: CardId) -> Result<()> {
    let record = child(1);
    let school = record.sekolah.unwrap_or_default();
    let to = Destination::of(&school, &record.kecamatan, &record.desa);
    let pack = tx.pack_for(&to, "a code")?;
    tx.put_in_pack(pack, card)?;
    tx.close_pack(pack, false)?;
    tx.send_pack(
        pack,
        Carrier::Petugas,
        None,
        jiff::civil::date(2026, 11, 24),
    )?;
    let sha256 = hex(&Sha256::digest(b"a paper"));
    let name = format!("{sha256}.pdf");
    tx.attach_to_pack(
        pack,
        NewFile {
            name: &name,
            sha256: &sha256,
            bytes: 7,
        },
    )
}

/// A lot whose card was cancelled and erased is purged, the head is signed, and the ledger restored:
/// each projection of the log's own gets a row.
fn trust(tx: &mut Tx<'_>, signer: &Signer) -> Result<()> {
    let card = tx.accept(new_card(&child(5)))?;
    let lot = tx.next_lot()?;
    tx.make_lot(new_lot(lot, &[card], "L00002.pdf"))?;
    tx.move_card(card, State::Cancelled, Evidence::Operator, None)?;
    tx.erase(card, "retention")?;
    tx.purge_lot(lot)?;
    tx.checkpoint(jiff::civil::date(2026, 11, 24), signer)?;
    tx.restored(true)?;
    let (printer, cards) = ("p2".to_owned(), 1);
    tx.append(&Event::StackTurned(StackTurned { printer, cards }))
}
