//! The report of the weekly pace.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

use super::{Chart, Report, Reports, Result, both, said_of, written};
use crate::domain::pace::{Pace, Week};
use crate::domain::period::Period;
use crate::reports::papers::charts;
use crate::reports::tables::{Cell, Table};

impl Reports<'_> {
    /// The last `weeks` weeks up to `day`, the mean pace, and when the target is reached at it.
    ///
    /// # Errors
    /// When the day has not come, or the ledger cannot be read.
    pub fn pace(&self, day: Date, weeks: u32) -> Result<Report> {
        self.past(day)?;
        let this = Period::week(day).first;
        let (counted, coverage) = self.ledger.snapshot(|ledger| -> Result<_> {
            let mut counted = Vec::new();
            for back in (0..i64::from(weeks.max(1))).rev() {
                let monday = this.saturating_sub(back.weeks());
                let last = Period::week(monday).last.min(day);
                let out = ledger.came_out(self.start(monday)?, self.end(last)?)?;
                counted.push(Week {
                    monday,
                    printed: out.good(),
                    lasting: out.lasting,
                });
            }
            Ok((counted, self.counted(day)?))
        })?;
        let first = counted.first().map_or(this, |week| week.monday);
        let target = coverage.target.as_ref();
        let pace = Pace::new(day, counted, coverage.total.children, target);
        let title = format!("Kartu tercetak per minggu sampai {}", written(day));
        let chart = Chart {
            svg: charts::pace(&title, &pace)?,
            title,
        };
        let row = |week: &Week| {
            vec![
                written(week.monday).into(),
                Cell::count(week.printed),
                Cell::count(week.printed - week.lasting),
            ]
        };
        Ok(Report {
            title: format!("Laporan Laju Pencetakan {}", written(day)),
            period: Period { first, last: day },
            alarms: Vec::new(),
            remarks: vec![said_of(target), said(&pace)],
            tables: vec![Table {
                name: "laju",
                title: "Kartu per minggu".into(),
                heads: vec!["Minggu mulai", "Tercetak", "Sudah diganti"],
                rows: pace.weeks.iter().map(row).collect(),
                note: both(
                    "Kartu yang keluar dengan baik, Senin sampai Minggu; yang sudah diganti kartu \
                     baru tidak menambah cakupan dan tidak dihitung dalam laju.",
                    "Cards that came out good, Monday to Sunday; those replaced by a newer card \
                     add nothing to the coverage and are not in the pace.",
                ),
            }],
            charts: vec![chart],
            data: json!({ "pace": pace, "per_week": pace.per_week() }),
        })
    }
}

/// The pace and what it leads to, in words.
fn said(pace: &Pace) -> (String, String) {
    let Some(mean) = pace.per_week() else {
        return (
            "Belum ada minggu penuh dengan kartu tercetak: laju belum dapat dihitung.".into(),
            "There is no whole week with a printed card yet, so there is no pace.".into(),
        );
    };
    let over = pace.over;
    let mut indonesian =
        format!("Laju rata-rata {mean:.1} kartu per minggu dari {over} minggu penuh terakhir.")
            .replacen('.', ",", 1);
    let mut english = format!("Mean pace {mean:.1} cards a week over the last {over} whole weeks.");
    if let Some(remaining) = pace.remaining {
        indonesian += &format!(" Kurang {remaining} anak");
        english += &format!(" {remaining} children lack a card");
        match pace.reached {
            Some(day) => {
                indonesian += &format!("; dengan laju ini target tercapai {}.", written(day));
                english += &format!("; at this pace the target is reached on {day}.");
            }
            None => {
                indonesian += "; dengan laju ini target tidak tercapai.";
                english += "; at this pace the target is never reached.";
            }
        }
        indonesian += " Kartu yang kedaluwarsa di antaranya tidak diperhitungkan.";
        english += " Cards that expire meanwhile are not reckoned with.";
    }
    if let (Some(needed), Some(until)) = (pace.needed, pace.until) {
        indonesian += &format!(
            " Agar tercapai {} perlu {needed} kartu per minggu.",
            written(until)
        );
        english += &format!(" To reach it on {until}, {needed} cards a week are needed.");
    }
    (indonesian, english)
}
