//! The register (*buku register*): every card that came out, in the order in which it did.

use std::io::{Seek, Write};

use jiff::civil::Date;
use serde_json::json;

use super::{Error, Reports, Result, written};
use crate::domain::period::Period;
use crate::domain::text::Explain;
use crate::ledger::{self, RegisterLine};
use crate::reports::papers::Stationery;
use crate::reports::tables::{Cell, CsvRows, ExportError, XlsxRows};

/// Cards in one volume of the paper: what a typesetter holds at once. A longer register comes in
/// several.
pub const VOLUME: usize = 2_000;

/// The template of the paper.
const TEMPLATE: &str = "buku-register.typ";

const HEADS: [&str; 13] = [
    "No.",
    "Tanggal",
    "Nomor kartu",
    "NIK",
    "Nama",
    "Jenis",
    "Sekolah",
    "Kelas",
    "Kecamatan",
    "Kel/Desa",
    "Seri blanko",
    "Status",
    "Cetakan ke-",
];

/// The register of a period.
pub struct Register<'a> {
    reports: &'a Reports<'a>,
    /// Days on which the cards came out.
    period: Period,
    /// With whole NIKs, which is for who may see them.
    full: bool,
}

impl Reports<'_> {
    /// The register from `first` to `last`, both counted; of all time up to today without.
    ///
    /// # Errors
    /// When the last day has not come.
    pub fn register(
        &self,
        first: Option<Date>,
        last: Option<Date>,
        full: bool,
    ) -> Result<Register<'_>> {
        let last = last.unwrap_or(self.today);
        self.past(last)?;
        let first = match first {
            Some(first) => first,
            None => self.ledger.first_out()?.map_or(last, |at| {
                at.to_zoned_datetime(self.zone.clone()).date().min(last)
            }),
        };
        Ok(Register {
            reports: self,
            period: Period { first, last },
            full,
        })
    }
}

impl Register<'_> {
    /// Gives every line to `each`. Holds one at a time.
    fn each<E: From<Error> + From<ledger::Error>>(
        &self,
        mut each: impl FnMut(&[Cell]) -> Result<(), E>,
    ) -> Result<(), E> {
        let Period { first, last } = self.period;
        let (from, until) = (self.reports.start(first)?, self.reports.end(last)?);
        let ledger = self.reports.ledger;
        ledger.register::<E>(from, until, |line| each(&self.cells(line)))
    }

    fn cells(&self, line: RegisterLine) -> [Cell; 13] {
        let out = line.out_at.to_zoned_datetime(self.reports.zone.clone());
        let (card, record) = (line.card, line.record);
        let nik = record.as_ref().map(|record| match self.full {
            true => record.nik.as_str().to_owned(),
            false => record.nik.masked(),
        });
        let name = record.map(|record| record.nama);
        let state = match &card.reason {
            Some(reason) if !card.state.is_live() => {
                format!("{}: {reason}", card.state.text().id)
            }
            _ => card.state.text().id.into_owned(),
        };
        [
            Cell::count(line.number),
            out.strftime("%d-%m-%Y").to_string().into(),
            card.card.to_string().into(),
            Cell::text(nik),
            name.unwrap_or_else(|| "(data dihapus)".to_owned()).into(),
            card.kind.name().into(),
            Cell::text(card.sekolah.nama),
            Cell::text(card.sekolah.kelas),
            card.kecamatan.into(),
            card.desa.into(),
            Cell::text(line.serial),
            state.into(),
            Cell::count(card.attempt.into()),
        ]
    }

    /// Writes it as CSV.
    ///
    /// # Errors
    /// When the ledger cannot be read or `to` refuses.
    pub fn csv(&self, to: impl Write) -> Result<()> {
        let mut rows = CsvRows::new(to, &HEADS).map_err(ExportError::from)?;
        self.each::<Error>(|cells| Ok(rows.row(cells).map_err(ExportError::from)?))?;
        Ok(rows.finish().map_err(ExportError::from)?)
    }

    /// Writes it as a workbook; the rows wait in a temporary file.
    ///
    /// # Errors
    /// When the ledger cannot be read or `to` refuses.
    pub fn xlsx(&self, to: impl Write + Seek + Send) -> Result<()> {
        let mut rows = XlsxRows::new("buku register", &HEADS).map_err(ExportError::from)?;
        self.each::<Error>(|cells| Ok(rows.row(cells).map_err(ExportError::from)?))?;
        Ok(rows.finish(to).map_err(ExportError::from)?)
    }

    /// Typesets it in volumes of [`VOLUME`] cards and gives each with its number, from 1, to
    /// `volume`; there is always a first one. Holds one volume at a time.
    ///
    /// # Errors
    /// When the ledger cannot be read, the template is broken, or `volume` fails.
    pub fn volumes<E: From<Error> + From<ledger::Error>>(
        &self,
        stationery: &Stationery,
        mut volume: impl FnMut(u32, Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut number = 1;
        self.each::<E>(|cells| {
            // A full volume waits for the next card: the last one is never empty.
            if rows.len() == VOLUME {
                volume(number, self.typeset(stationery, number, &rows)?)?;
                rows.clear();
                number += 1;
            }
            rows.push(cells.iter().map(Cell::shown).collect());
            Ok(())
        })?;
        volume(number, self.typeset(stationery, number, &rows)?)
    }

    fn typeset(
        &self,
        stationery: &Stationery,
        volume: u32,
        rows: &[Vec<String>],
    ) -> Result<Vec<u8>> {
        let config = self.reports.config;
        let data = json!({
            "kantor": config.office,
            "dari": written(self.period.first),
            "sampai": written(self.period.last),
            "dibuat": written(self.reports.today),
            "jilid": volume,
            "kepala": HEADS,
            "baris": rows,
        });
        Ok(stationery.typeset(TEMPLATE, &data, self.reports.today)?)
    }
}
