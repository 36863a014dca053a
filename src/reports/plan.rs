//! The plan: whose card ends next, by school and by month, so that visits and blanks can be
//! planned.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::json;

use super::{Error, Report, Reports, Result, both, written};
use crate::domain::card::Kind;
use crate::domain::period::{Month, Period};
use crate::domain::target::plain;
use crate::ledger::EndingCard;
use crate::reports::papers::month_name;
use crate::reports::tables::{Cell, Table};

/// Children whose 0–5 card ends, and whose 5–17 card does.
type Counts = [u64; 2];

impl Reports<'_> {
    /// Whose cards end from `day` on to the end of the month `months` later: children who turn 5
    /// need the other card, those who turn 17 are for the KTP-el. With `names` the children are
    /// listed, which is for who may see them.
    ///
    /// # Errors
    /// When the day has not come, or the ledger cannot be read.
    pub fn plan(&self, day: Date, months: u32, names: bool) -> Result<Report> {
        self.past(day)?;
        let (until, last) = (self.end(day)?, Month::of(day).after(months));
        let mut by_school = BTreeMap::<(String, String), Counts>::new();
        let mut by_month = BTreeMap::<Month, Counts>::new();
        let mut children = Vec::new();
        self.ledger.snapshot(|ledger| -> Result<()> {
            for ending in ledger.endings(day, until, last)? {
                let school = match (&ending.sekolah, &ending.npsn) {
                    (Some(name), npsn) => (plain(name), npsn.clone().unwrap_or_default()),
                    (None, Some(npsn)) => (npsn.clone(), npsn.clone()),
                    // Sorted behind the schools.
                    (None, None) => (
                        format!("~ tanpa sekolah, {}", plain(&ending.kecamatan)),
                        String::new(),
                    ),
                };
                let at = usize::from(ending.kind == Kind::From5);
                by_school.entry(school).or_default()[at] += ending.children;
                by_month.entry(ending.month).or_default()[at] += ending.children;
            }
            if names {
                ledger.each_ending::<Error>(day, until, last, |ending| {
                    children.push(ending);
                    Ok(())
                })?;
            }
            Ok(())
        })?;
        let [five, seventeen] = by_month.values().fold([0, 0], |sum: Counts, counts| {
            [sum[0] + counts[0], sum[1] + counts[1]]
        });
        let mut tables = tables(&by_school, &by_month);
        if names {
            tables.push(listed(children));
        }
        let schools: Vec<_> = by_school
            .iter()
            .map(|((name, npsn), counts)| {
                json!({ "name": name, "npsn": npsn, "turn_5": counts[0], "turn_17": counts[1] })
            })
            .collect();
        let counted: Vec<_> = by_month
            .iter()
            .map(|(month, counts)| {
                json!({ "month": month, "turn_5": counts[0], "turn_17": counts[1] })
            })
            .collect();
        Ok(Report {
            title: format!("Rencana sejak {} sampai {}", written(day), in_words(last)),
            period: Period {
                first: day,
                last: last.last_day(),
            },
            alarms: Vec::new(),
            remarks: vec![(
                format!(
                    "{five} anak akan berusia 5 tahun: siapkan {five} blanko dan foto untuk KIA \
                     5–17. {seventeen} anak akan berusia 17 tahun: arahkan ke perekaman KTP-el."
                ),
                format!(
                    "{five} children turn 5: have {five} blanks and photos ready for 5–17 cards. \
                     {seventeen} turn 17: they are for the KTP-el."
                ),
            )],
            tables,
            charts: Vec::new(),
            data: json!({
                "turn_5": five,
                "turn_17": seventeen,
                "months": counted,
                "schools": schools,
            }),
        })
    }
}

fn tables(
    by_school: &BTreeMap<(String, String), Counts>,
    by_month: &BTreeMap<Month, Counts>,
) -> Vec<Table> {
    let counts = |counts: &Counts| counts.map(Cell::count);
    let schools = by_school.iter().map(|((name, npsn), found)| {
        let npsn = (!npsn.is_empty()).then(|| npsn.clone());
        let name = name.trim_start_matches("~ ");
        let named = [Cell::text(npsn), Cell::from(name)];
        named.into_iter().chain(counts(found)).collect()
    });
    let months = by_month.iter().map(|(month, found)| {
        let named = [Cell::from(in_words(*month))];
        named.into_iter().chain(counts(found)).collect()
    });
    let note = || {
        both(
            "Anak dengan kartu yang berlaku, menurut bulan ulang tahunnya (anak asing: bulan \
             berakhirnya izin tinggal bila lebih dulu).",
            "Children with a valid card, by the month of the birthday (foreign children: the end \
             of the stay permit where that is sooner).",
        )
    };
    vec![
        Table {
            name: "sekolah",
            title: "Per sekolah".into(),
            heads: vec!["NPSN", "Sekolah", "Menjadi 5 tahun", "Menjadi 17 tahun"],
            rows: schools.collect(),
            note: note(),
        },
        Table {
            name: "bulan",
            title: "Per bulan".into(),
            heads: vec!["Bulan", "Menjadi 5 tahun", "Menjadi 17 tahun"],
            rows: months.collect(),
            note: note(),
        },
    ]
}

/// The children themselves, by school, class and name.
fn listed(mut children: Vec<EndingCard>) -> Table {
    let key = |ending: &EndingCard| {
        let school = &ending.card.sekolah;
        let name = ending.record.as_ref().map(|record| record.nama.clone());
        (
            school.nama.clone(),
            school.kelas.clone(),
            name,
            ending.card.card,
        )
    };
    children.sort_by_cached_key(key);
    let row = |ending: EndingCard| {
        let kind = ending.card.kind;
        let day = match (ending.on, ending.month) {
            (Some(day), _) => day.strftime("%d-%m-%Y").to_string(),
            (None, month) => month.map(in_words).unwrap_or_default(),
        };
        let name = ending.record.map(|record| record.nama);
        vec![
            Cell::text(ending.card.sekolah.nama),
            Cell::text(ending.card.sekolah.kelas),
            name.unwrap_or_else(|| "(data dihapus)".to_owned()).into(),
            ending.card.card.to_string().into(),
            day.into(),
            match kind {
                Kind::Under5 => "5 tahun: KIA 5–17".into(),
                Kind::From5 => "17 tahun: KTP-el".into(),
            },
        ]
    };
    Table {
        name: "anak",
        title: "Daftar anak".into(),
        heads: vec!["Sekolah", "Kelas", "Nama", "Kartu", "Tanggal", "Menjadi"],
        rows: children.into_iter().map(row).collect(),
        note: both(
            "Hanya untuk petugas yang berhak; dari rekaman yang sudah dihapus tinggal bulannya.",
            "Only for who may see it; of an erased record the month alone is left.",
        ),
    }
}

fn in_words(month: Month) -> String {
    format!("{} {}", month_name(month.number()), month.year())
}
