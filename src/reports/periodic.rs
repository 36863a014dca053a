//! The reports of a day, of half a month and of a semester.

use jiff::civil::Date;
use serde_json::json;

use super::coverage::share_rows;
use super::{Report, Reports, Result, both, said_of, written};
use crate::domain::coverage::Coverage;
use crate::domain::period::Period;
use crate::ledger::BlanksLeft;
use crate::reports::tables::{Cell, Table};

impl Reports<'_> {
    /// The day's report for the province: cards 0–5, cards 5–17, blanks left.
    ///
    /// # Errors
    /// When the day has not come, or the ledger cannot be read.
    pub fn daily(&self, day: Date) -> Result<Report> {
        self.past(day)?;
        let (out, blanks) = self.ledger.snapshot(|ledger| -> Result<_> {
            let out = ledger.came_out(self.start(day)?, self.end(day)?)?;
            Ok((out, ledger.blanks_left(day, day == self.today)?))
        })?;
        let mut rows = vec![
            row("KIA 0–5 tahun tercetak", out.under5),
            row("KIA 5–17 tahun tercetak", out.from5),
            row("Jumlah tercetak", out.good()),
            row("Kartu rusak", out.spoiled),
        ];
        rows.extend(blanks.iter().map(|left| blank_row(left, day)));
        let note = both(
            "Tercetak adalah kartu yang keluar dengan baik pada hari itu; yang rusak, juga yang \
             baru kemudian ketahuan, dihitung sendiri.",
            "Printed are the cards that came out good on that day; spoiled ones, found so later \
             too, are counted apart.",
        );
        let title = format!("Laporan Harian {}", written(day));
        Ok(Report {
            tables: vec![Table {
                name: "harian",
                title: "Pencetakan KIA".into(),
                heads: vec!["Uraian", "Jumlah"],
                rows,
                note,
            }],
            title,
            period: Period::day(day),
            alarms: Vec::new(),
            remarks: if blanks.is_empty() {
                vec![(
                    "Sisa blanko tidak diketahui: blanko belum dibukukan atau belum pernah \
                     ditutup sampai hari itu."
                        .into(),
                    "Blanks left are not known: none were entered, or no day was closed by then."
                        .into(),
                )]
            } else {
                Vec::new()
            },
            charts: Vec::new(),
            data: json!({ "printed": out, "good": out.good(), "blanks": blanks }),
        })
    }

    /// The report of the half month in which `day` lies: children of 0 to 17, cards, percent.
    ///
    /// # Errors
    /// When the half has not begun, or the ledger cannot be read.
    pub fn half_month(&self, day: Date) -> Result<Report> {
        let period = self.until_today(Period::half_month(day))?;
        let (out, coverage) = self.ledger.snapshot(|ledger| -> Result<_> {
            let out = ledger.came_out(self.start(period.first)?, self.end(period.last)?)?;
            Ok((out, self.counted(period.last)?))
        })?;
        let total = &coverage.total;
        let there = total.target.map_or(Cell::Empty, Cell::count);
        Ok(Report {
            tables: vec![Table {
                name: "setengah bulan",
                title: "Anak dan kartu".into(),
                heads: vec!["Uraian", "Jumlah"],
                rows: vec![
                    vec!["Anak 0–17 tahun".into(), there],
                    row("Anak yang memiliki KIA", total.children),
                    vec!["Persentase".into(), total.percent.into()],
                    row("KIA 0–5 tahun tercetak dalam periode", out.under5),
                    row("KIA 5–17 tahun tercetak dalam periode", out.from5),
                ],
                note: both(
                    "Yang memiliki KIA adalah anak di wilayah kantor dengan kartu yang berlaku \
                     pada akhir periode, masing-masing sekali; yang tercetak adalah kartu.",
                    "Children who have a card live in the office's region and hold one that is \
                     valid at the end of the period, each counted once; what is printed are cards.",
                ),
            }],
            title: format!(
                "Laporan Setengah Bulan {} s.d. {}",
                written(period.first),
                written(period.last)
            ),
            period,
            alarms: coverage.total_alarm().into_iter().collect(),
            remarks: vec![said_of(coverage.target.as_ref())],
            charts: Vec::new(),
            data: json!({ "printed": out, "good": out.good(), "coverage": total }),
        })
    }

    /// The report of the semester in which `day` lies, by district and village: owners, percent.
    ///
    /// # Errors
    /// When the semester has not begun, or the ledger cannot be read.
    pub fn district(&self, day: Date) -> Result<Report> {
        let period = self.until_today(Period::semester(day))?;
        let coverage = self.ledger.snapshot(|_| self.counted(period.last))?;
        let note = || {
            both(
                "Pemilik adalah anak yang beralamat di sana dengan KIA yang berlaku pada akhir \
                 periode, masing-masing sekali.",
                "Owners are children with an address there and a card that is valid at the end \
                 of the period, each counted once.",
            )
        };
        Ok(Report {
            title: format!(
                "Laporan Kepemilikan KIA per Kecamatan dan Desa, {} s.d. {}",
                written(period.first),
                written(period.last)
            ),
            period,
            alarms: coverage.alarms(),
            remarks: vec![said_of(coverage.target.as_ref())],
            tables: vec![
                Table {
                    name: "kecamatan",
                    title: "Per kecamatan".into(),
                    heads: vec!["Kecamatan", "Pemilik KIA", "Anak 0–17", "Persen"],
                    rows: share_rows(&coverage.kecamatan, false),
                    note: note(),
                },
                Table {
                    name: "desa",
                    title: "Per kelurahan dan desa".into(),
                    heads: vec![
                        "Kecamatan",
                        "Kel/Desa",
                        "Pemilik KIA",
                        "Anak 0–17",
                        "Persen",
                    ],
                    rows: share_rows(&coverage.desa, true),
                    note: note(),
                },
            ],
            charts: Vec::new(),
            data: json!({ "kecamatan": coverage.kecamatan, "desa": coverage.desa }),
        })
    }

    /// A period as far as it has come.
    fn until_today(&self, period: Period) -> Result<Period> {
        self.past(period.first)?;
        Ok(Period {
            last: period.last.min(self.today),
            ..period
        })
    }

    /// The coverage at the end of a day.
    pub(super) fn counted(&self, day: Date) -> Result<Coverage> {
        let holders = self.ledger.holders(day, self.end(day)?)?;
        let region = &self.config.office.kode_wilayah;
        Ok(Coverage::new(day, &holders, self.target(day), region))
    }
}

fn row(what: &str, count: u64) -> Vec<Cell> {
    vec![what.into(), Cell::count(count)]
}

fn blank_row(left: &BlanksLeft, day: Date) -> Vec<Cell> {
    let how = match left.counted_on {
        None => "menurut buku".to_owned(),
        Some(on) if on == day => "dihitung".to_owned(),
        Some(on) => format!("dihitung {}", written(on)),
    };
    vec![
        format!("Sisa blanko {} ({how})", left.media).into(),
        Cell::Count(left.left),
    ]
}
