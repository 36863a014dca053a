//! How many children there are: a figure with a date and a source, for sources disagree.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

/// The children of 0 to 17 of the office's region, as one source has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The first day on which it is in force.
    pub sejak: Date,
    /// Who says so: `DKB semester I 2026`.
    pub sumber: String,
    /// Children in the whole region; never 0.
    pub jumlah: u64,
    /// The day by which all of them are to have a card, if one is set.
    pub sampai: Option<Date>,
    /// Children of each kecamatan, by its name.
    pub kecamatan: BTreeMap<String, u64>,
    /// Children of each village, by `KECAMATAN/DESA`.
    pub desa: BTreeMap<String, u64>,
    /// Pupils of each school, by its NPSN.
    pub sekolah: BTreeMap<String, u64>,
}

impl Target {
    /// The figure of a district, whatever case and spaces it is written with.
    pub fn of_kecamatan(&self, name: &str) -> Option<u64> {
        find(&self.kecamatan, &plain(name))
    }

    /// The figure of a village.
    pub fn of_desa(&self, kecamatan: &str, desa: &str) -> Option<u64> {
        find(&self.desa, &format!("{}/{}", plain(kecamatan), plain(desa)))
    }

    /// The figure of a school.
    pub fn of_school(&self, npsn: &str) -> Option<u64> {
        find(&self.sekolah, &plain(npsn))
    }
}

fn find(figures: &BTreeMap<String, u64>, name: &str) -> Option<u64> {
    let mut found = figures.iter().filter(|(known, _)| {
        let parts: Vec<String> = known.split('/').map(plain).collect();
        parts.join("/") == name
    });
    found.next().map(|(_, figure)| *figure)
}

/// A name in capitals and with single spaces, as two spellings of it are compared.
pub fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_uppercase()
}

/// The target in force on `day`: the latest whose first day has come.
pub fn target_on(targets: &[Target], day: Date) -> Option<&Target> {
    targets
        .iter()
        .filter(|target| target.sejak <= day)
        .max_by_key(|target| target.sejak)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_latest_target_whose_day_has_come_is_in_force() {
        let target = |sejak, jumlah| Target {
            sejak,
            sumber: "UJI".into(),
            jumlah,
            sampai: None,
            kecamatan: BTreeMap::from([("Curup  Tengah".into(), 7)]),
            desa: BTreeMap::from([("CURUP TENGAH / Air Bang".into(), 3)]),
            sekolah: BTreeMap::new(),
        };
        let targets = [
            target(date(2026, 7, 1), 72_678),
            target(date(2024, 1, 1), 72_638),
        ];
        let on = |day| target_on(&targets, day).map(|target| target.jumlah);
        assert_eq!(on(date(2023, 12, 31)), None);
        assert_eq!(on(date(2026, 6, 30)), Some(72_638));
        assert_eq!(on(date(2026, 7, 1)), Some(72_678));
        assert_eq!(targets[0].of_kecamatan("CURUP TENGAH"), Some(7));
        assert_eq!(targets[0].of_desa("curup tengah", "AIR BANG"), Some(3));
        assert_eq!(targets[0].of_kecamatan("CURUP"), None);
    }
}
