//! The report of coverage.

use jiff::civil::Date;
use serde_json::json;

use super::{Chart, Report, Reports, Result, both, said_of, written};
use crate::domain::coverage::{Coverage, Share};
use crate::domain::period::Period;
use crate::reports::papers::charts;
use crate::reports::tables::{Cell, Table};

impl Reports<'_> {
    /// The coverage at the end of a day: the region, its districts, the schools, and where every
    /// printed card went.
    ///
    /// # Errors
    /// When the day has not come, or the ledger cannot be read.
    pub fn coverage(&self, day: Date) -> Result<Report> {
        self.past(day)?;
        let coverage = self.ledger.snapshot(|_| self.counted(day))?;
        let title = format!("Cakupan KIA per Kecamatan, {}", written(day));
        let chart = Chart {
            svg: charts::coverage(&title, &coverage.kecamatan)?,
            title,
        };
        let mut remarks = vec![said_of(coverage.target.as_ref())];
        if coverage.uncoded > 0 {
            remarks.push((
                format!(
                    "{} anak tanpa kode wilayah pada alamatnya dihitung sebagai penduduk.",
                    coverage.uncoded
                ),
                format!(
                    "{} children whose address has no region code are counted as residents.",
                    coverage.uncoded
                ),
            ));
        }
        Ok(Report {
            title: format!("Laporan Cakupan KIA {}", written(day)),
            period: Period::day(day),
            alarms: coverage.alarms(),
            remarks,
            tables: tables(&coverage),
            charts: vec![chart],
            data: json!(coverage),
        })
    }
}

fn tables(coverage: &Coverage) -> Vec<Table> {
    let row = |what: &str, count| vec![Cell::from(what), Cell::count(count)];
    let total = &coverage.total;
    let there = total.target.map_or(Cell::Empty, Cell::count);
    vec![
        Table {
            name: "ringkasan",
            title: "Dari kartu tercetak ke cakupan".into(),
            heads: vec!["Uraian", "Jumlah"],
            rows: vec![
                row("Kartu tercetak baik", coverage.printed),
                row("dikurangi: diganti kartu baru", coverage.replaced),
                row(
                    "dikurangi: kedaluwarsa, atau anak sudah 17 tahun",
                    coverage.expired,
                ),
                row(
                    "dikurangi: masa berlakunya tidak diketahui lagi",
                    coverage.undated,
                ),
                row("dikurangi: anak dari luar wilayah", coverage.outside),
                row("Anak yang memiliki KIA", total.children),
                vec!["Target".into(), there],
                vec!["Cakupan".into(), total.percent.into()],
            ],
            note: both(
                "Setiap anak dihitung sekali: yang beralamat di wilayah kantor, di bawah 17 \
                 tahun, dengan kartu yang masih berlaku pada hari itu.",
                "Every child is counted once: living in the office's region, under 17, with a \
                 card that is valid on that day.",
            ),
        },
        Table {
            name: "kecamatan",
            title: "Per kecamatan".into(),
            heads: vec!["Kecamatan", "Anak ber-KIA", "Target", "Persen"],
            rows: share_rows(&coverage.kecamatan, false),
            note: both(
                "Kecamatan menurut alamat anak; tanpa angka target persen dikosongkan.",
                "Districts by the children's addresses; without a target there is no percent.",
            ),
        },
        Table {
            name: "sekolah",
            title: "Per sekolah".into(),
            heads: vec!["NPSN", "Sekolah", "Anak ber-KIA", "Murid", "Persen"],
            rows: share_rows(&coverage.schools, true),
            note: both(
                "Sekolah menurut rekaman anak ketika kartunya dicetak; anak tanpa sekolah tidak \
                 ada di tabel ini.",
                "Schools by the record when the card was made; children of no school are not in \
                 this table.",
            ),
        },
    ]
}

/// Shares as rows; `of` puts what each is of before its name.
pub(super) fn share_rows(shares: &[Share], of: bool) -> Vec<Vec<Cell>> {
    let row = |share: &Share| {
        let mut cells = Vec::new();
        if of {
            cells.push(Cell::text(share.of.clone()));
        }
        cells.push(share.name.clone().into());
        cells.push(Cell::count(share.children));
        cells.push(share.target.map_or(Cell::Empty, Cell::count));
        cells.push(share.percent.into());
        cells
    };
    shares.iter().map(row).collect()
}
