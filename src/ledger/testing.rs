//! A ledger in a temporary folder and children who do not exist.

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use tempfile::TempDir;

use super::{Error, Files, Finding, Ledger, NewCard, NewLot, Result, Tx, verify};
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::domain::nik::Nik;
use crate::domain::record::{Alasan, Approval, Record, School, Sex};

/// A ledger and the folder it lies in.
pub struct Station {
    pub dir: TempDir,
    pub ledger: Ledger,
}

impl Station {
    pub fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let ledger = Ledger::create(dir.path(), now()).unwrap();
        Self { dir, ledger }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What `verify` finds wrong but for the files of lots and photos, which are never written here.
    pub fn findings(&self) -> Vec<Finding> {
        let report = verify(&self.ledger, &files(self.path())).unwrap();
        let all = report.findings.into_iter();
        all.filter(|finding| !matches!(finding, Finding::File { .. }))
            .collect()
    }

    /// One transaction of the station's.
    pub fn write<T>(&mut self, work: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.ledger.write("station", now(), work)
    }

    /// Cards of the children with these serials.
    pub fn accept(&mut self, serials: std::ops::RangeInclusive<u32>) -> Vec<CardId> {
        self.write(|tx| {
            serials
                .map(|serial| tx.accept(new_card(&child(serial))))
                .collect()
        })
        .unwrap()
    }

    /// Renders the head of the queue; the PDF is named but not written.
    pub fn render(&mut self, cards: &[CardId]) -> LotId {
        self.write(|tx| {
            let lot = tx.next_lot()?;
            tx.make_lot(new_lot(lot, cards, &format!("{lot}.pdf")))?;
            Ok::<_, Error>(lot)
        })
        .unwrap()
    }

    pub fn step(&mut self, card: CardId, to: State) -> Result<State> {
        self.write(|tx| tx.move_card(card, to, Evidence::Operator, None))
    }

    /// The database as somebody sees it who ignores the program, without its triggers.
    pub fn intruder(&self) -> rusqlite::Connection {
        let db = rusqlite::Connection::open(self.path().join("ledger.db")).unwrap();
        db.execute_batch(
            "DROP TRIGGER events_never_change; DROP TRIGGER events_never_vanish;
             DROP TRIGGER events_have_no_gap; DROP TRIGGER events_are_chained;",
        )
        .unwrap();
        db
    }
}

/// Every file that the ledger names lies in one folder.
pub fn files(folder: &Path) -> Files {
    Files {
        lots: folder.into(),
        photos: folder.into(),
        handover: folder.into(),
    }
}

pub fn now() -> Timestamp {
    "2026-11-24T03:04:05.000006Z".parse().unwrap()
}

pub fn nik(serial: u32) -> Nik {
    Nik::parse(&format!("170209450318{serial:04}")).unwrap()
}

/// A girl of eight with this serial in her NIK, in class 2A.
pub fn child(serial: u32) -> Record {
    Record {
        id: Some(format!("SIAK-2026-{serial:06}")),
        revisi: 1,
        nik: nik(serial),
        no_kk: "1702091203100004".into(),
        nama: format!("ANAK CONTOH {serial}"),
        tempat_lahir: "CURUP".into(),
        tanggal_lahir: date(2018, 3, 5),
        jenis_kelamin: Sex::Female,
        gol_darah: "O".into(),
        agama: "ISLAM".into(),
        kewarganegaraan: "WNI".into(),
        no_akta: "1702-LU-12032018-0012".into(),
        nama_kepala_keluarga: "KEPALA CONTOH".into(),
        alamat: "JL. CONTOH NO. 12".into(),
        rt: "003".into(),
        rw: "001".into(),
        desa: "AIR BANG".into(),
        kecamatan: "CURUP TENGAH".into(),
        kode_wilayah: Some("17.02.19.1002".into()),
        berlaku_hingga: None,
        foto: Some("foto.jpg".into()),
        alasan: Alasan::Baru,
        sekolah: Some(School {
            npsn: Some("10700001".into()),
            nama: Some("SDN 2 CURUP TENGAH".into()),
            kelas: Some("2A".into()),
        }),
        persetujuan: Approval {
            oleh: "verifikator-01".into(),
            pada: now(),
        },
        qr: None,
    }
}

pub fn new_card(record: &Record) -> NewCard<'_> {
    NewCard {
        record,
        kind: Kind::From5,
        photo: None,
        token: None,
        drop: "D1",
        row: Some(1),
        replaces: None,
    }
}

pub fn new_lot<'a>(lot: LotId, cards: &'a [CardId], pdf: &'a str) -> NewLot<'a> {
    NewLot {
        lot,
        kind: Kind::From5,
        layout: "kia-5-17",
        mode: "overlay",
        cards,
        pdf,
        sha256: "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        bytes: 9,
    }
}
