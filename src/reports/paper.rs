//! A report as a paper.

use serde_json::{Value, json};

use super::{Report, Reports, Result, written};
use crate::reports::papers::Stationery;
use crate::reports::tables::{Cell, Table};

/// The template of all reports.
const TEMPLATE: &str = "laporan.typ";

impl Reports<'_> {
    /// Typesets a report by the office's template, its charts in it.
    ///
    /// # Errors
    /// When the template is broken.
    pub fn typeset(&self, report: &Report, stationery: &Stationery) -> Result<Vec<u8>> {
        let mut stationery = stationery.clone();
        let mut charts = Vec::new();
        for (number, chart) in (1..).zip(&report.charts) {
            let file = format!("grafik-{number}.svg");
            charts.push(json!({ "judul": chart.title, "berkas": file }));
            stationery
                .files
                .insert(file, chart.svg.clone().into_bytes());
        }
        let data = json!({
            "judul": report.title,
            "kantor": self.config.office,
            "dibuat": written(self.today),
            "peringatan": report.alarms,
            "keterangan": report.remarks,
            "tabel": report.tables.iter().map(data).collect::<Vec<_>>(),
            "grafik": charts,
        });
        Ok(stationery.typeset(TEMPLATE, &data, self.today)?)
    }
}

/// A table as a template reads it: every cell as people read it.
pub(super) fn data(table: &Table) -> Value {
    let right = (0..table.heads.len())
        .map(|column| table.rows.iter().any(|row| row[column].is_number()))
        .collect::<Vec<_>>();
    let rows = table
        .rows
        .iter()
        .map(|row| row.iter().map(Cell::shown).collect())
        .collect::<Vec<Vec<_>>>();
    json!({
        "judul": table.title,
        "kepala": table.heads,
        "kanan": right,
        "baris": rows,
        "catatan": table.note,
    })
}
