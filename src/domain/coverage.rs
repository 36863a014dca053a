//! Coverage: which part of the region's children holds a card that is good today.
//!
//! Counted are children, never cards: one with a live card, living in the office's region, whose
//! card has not expired. Cards of seventeen-year-olds have. What else was printed (replaced,
//! expired, for children from elsewhere) is counted apart, so that the sum shows where every card
//! went and none can push the share over a hundred.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::figures::Percent;
use super::target::{Target, plain};

/// Cards of one village and school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// District of the address.
    pub kecamatan: String,
    /// Village of the address.
    pub desa: String,
    /// Region code of the address, if the sender gave any.
    pub kode_wilayah: Option<String>,
    /// The school's national number.
    pub npsn: Option<String>,
    pub sekolah: Option<String>,
    /// Cards that came out good.
    pub printed: u64,
    /// Of those, the ones that no newer card replaced: one a child.
    pub live: u64,
    /// Of those, the ones that have not expired.
    pub unexpired: u64,
}

/// What the ledger knows of the cards on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holders {
    /// Every village and school with any card.
    pub groups: Vec<Group>,
    /// Live cards of which no day of expiry is known: old ones whose record was erased. They are
    /// not counted as unexpired.
    pub undated: u64,
}

/// Children with a card among those there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The district, village or school.
    pub name: String,
    /// The district of a village, the NPSN of a school.
    pub of: Option<String>,
    /// Children with a card that counts.
    pub children: u64,
    pub target: Option<u64>,
    /// The one in percent of the other.
    pub percent: Option<Percent>,
}

impl Share {
    fn new(name: String, of: Option<String>, children: u64, target: Option<u64>) -> Self {
        Self {
            name,
            of,
            children,
            target,
            percent: target.and_then(|target| Percent::of(children, target)),
        }
    }

    /// How many children more than there are; 0 when all is well.
    pub fn excess(&self) -> u64 {
        self.children - self.children.min(self.target.unwrap_or(u64::MAX))
    }
}

/// The coverage of a region on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The day; at its end.
    pub day: Date,
    /// The target in force, if any.
    pub target: Option<Target>,
    pub total: Share,
    /// Each district with a card or a target, by name.
    pub kecamatan: Vec<Share>,
    /// Each village with a card or a target, by district and name.
    pub desa: Vec<Share>,
    /// Each school with a card or a target, by name.
    pub schools: Vec<Share>,
    /// Cards that came out good: `replaced + expired + undated + outside + children`.
    pub printed: u64,
    /// Of those, the ones that a newer card replaced.
    pub replaced: u64,
    /// Of those, the ones that have expired.
    pub expired: u64,
    /// Of those, the ones of which nobody knows any more.
    pub undated: u64,
    /// Good cards of children who live elsewhere.
    pub outside: u64,
    /// Of the children counted, those whose address has no region code: they may live elsewhere.
    pub uncoded: u64,
}

impl Coverage {
    /// Counts for the region whose codes begin with `region`, such as `17.02`.
    pub fn new(day: Date, holders: &Holders, target: Option<&Target>, region: &str) -> Self {
        let mut kecamatan = BTreeMap::<String, u64>::new();
        let mut desa = BTreeMap::<(String, String), u64>::new();
        let mut schools = BTreeMap::<String, (Option<String>, Option<String>, u64)>::new();
        let (mut printed, mut live, mut unexpired) = (0, 0, 0);
        let (mut outside, mut uncoded) = (0, 0);
        for group in &holders.groups {
            printed += group.printed;
            live += group.live;
            unexpired += group.unexpired;
            match &group.kode_wilayah {
                Some(code) if !is_within(code, region) => {
                    outside += group.unexpired;
                    continue;
                }
                Some(_) => {}
                None => uncoded += group.unexpired,
            }
            let (district, village) = (plain(&group.kecamatan), plain(&group.desa));
            *kecamatan.entry(district.clone()).or_default() += group.unexpired;
            *desa.entry((district, village)).or_default() += group.unexpired;
            let name = group.sekolah.as_deref().map(plain);
            // A school that spells its name in two ways is one by its number.
            if let Some(key) = group.npsn.clone().or_else(|| name.clone()) {
                let school = schools.entry(key).or_insert((group.npsn.clone(), None, 0));
                school.1 = school.1.take().or(name);
                school.2 += group.unexpired;
            }
        }
        if let Some(target) = target {
            for name in target.kecamatan.keys() {
                kecamatan.entry(plain(name)).or_default();
            }
            for name in target.desa.keys() {
                if let Some((district, village)) = name.split_once('/') {
                    desa.entry((plain(district), plain(village))).or_default();
                }
            }
            for npsn in target.sekolah.keys() {
                let npsn = plain(npsn);
                let school = (Some(npsn.clone()), None, 0);
                schools.entry(npsn).or_insert(school);
            }
        }
        let children = unexpired - outside;
        let of = |find: &dyn Fn(&Target) -> Option<u64>| target.and_then(find);
        let mut schools: Vec<Share> = schools
            .into_values()
            .map(|(npsn, name, children)| {
                let pupils = of(&|target| target.of_school(npsn.as_deref()?));
                let name = name.or_else(|| npsn.clone()).unwrap_or_default();
                Share::new(name, npsn, children, pupils)
            })
            .collect();
        schools.sort_by(|a, b| (&a.name, &a.of).cmp(&(&b.name, &b.of)));
        Self {
            day,
            total: Share::new(
                format!("Seluruh wilayah {region}"),
                None,
                children,
                target.map(|target| target.jumlah),
            ),
            kecamatan: kecamatan
                .into_iter()
                .map(|(name, children)| {
                    let there = of(&|target| target.of_kecamatan(&name));
                    Share::new(name, None, children, there)
                })
                .collect(),
            desa: desa
                .into_iter()
                .map(|((district, village), children)| {
                    let there = of(&|target| target.of_desa(&district, &village));
                    Share::new(village, Some(district), children, there)
                })
                .collect(),
            schools,
            target: target.cloned(),
            printed,
            replaced: printed - live,
            expired: live - unexpired - holders.undated,
            undated: holders.undated,
            outside,
            uncoded,
        }
    }

    /// An alarm for each share above a hundred percent, in Indonesian and in English, with what it
    /// can come from and what not.
    pub fn alarms(&self) -> Vec<(String, String)> {
        let Some(target) = &self.target else {
            return Vec::new();
        };
        let parts = self.kecamatan.iter().chain(&self.desa).chain(&self.schools);
        let shares = [&self.total].into_iter().chain(parts);
        shares
            .filter(|share| share.excess() > 0)
            .map(|share| self.alarm(share, target))
            .collect()
    }

    /// The alarm of the whole alone, where its share is above a hundred percent.
    pub fn total_alarm(&self) -> Option<(String, String)> {
        let target = self.target.as_ref()?;
        (self.total.excess() > 0).then(|| self.alarm(&self.total, target))
    }

    fn alarm(&self, share: &Share, target: &Target) -> (String, String) {
        let percent = share.percent.map(|p| p.to_string()).unwrap_or_default();
        let figure = share.target.unwrap_or_default();
        let (excess, name) = (share.excess(), &share.name);
        let mut indonesian = format!(
            "{name}: {percent}, {excess} anak lebih banyak dari target {figure} ({}, sejak {}). \
             Bukan karena cetak ulang, kartu kedaluwarsa atau anak dari luar wilayah: itu tidak \
             dihitung. Target terlalu kecil atau sudah lama",
            target.sumber, target.sejak
        );
        let mut english = format!(
            "{name}: {percent}, {excess} children more than the target {figure} ({}, from {}). \
             Reprints, expired cards and children from elsewhere are not the cause: they are not \
             counted. The target is too small or too old",
            target.sumber, target.sejak
        );
        if self.uncoded > 0 {
            indonesian += &format!(
                ", atau sebagian dari {} anak tanpa kode wilayah tinggal di luar",
                self.uncoded
            );
            english += &format!(
                ", or some of the {} children without a region code live elsewhere",
                self.uncoded
            );
        }
        if self.schools.contains(share) {
            indonesian += ", atau murid yang pindah sekolah masih tercatat di sini";
            english += ", or pupils who left the school are still listed here";
        }
        (indonesian, english)
    }
}

/// Whether a region code lies in a region: `17.02.19.1002` in `17.02`, `17.020` not.
fn is_within(code: &str, region: &str) -> bool {
    let rest = code.trim().strip_prefix(region.trim());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn group(desa: &str, code: Option<&str>, npsn: &str, counts: [u64; 3]) -> Group {
        let [printed, live, unexpired] = counts;
        Group {
            kecamatan: "CURUP".into(),
            desa: desa.into(),
            kode_wilayah: code.map(str::to_owned),
            npsn: Some(npsn.into()),
            sekolah: Some(format!("SDN {npsn}")),
            printed,
            live,
            unexpired,
        }
    }

    fn holders() -> Holders {
        Holders {
            groups: vec![
                group("A", Some("17.02.09.1001"), "1", [100, 90, 80]),
                group("B", Some("17.02.09.1002"), "1", [20, 20, 20]),
                group("A", None, "2", [9, 9, 9]),
                group("A", Some("17.020.1"), "2", [7, 6, 5]),
            ],
            undated: 3,
        }
    }

    fn target(jumlah: u64) -> Target {
        Target {
            sejak: date(2024, 1, 1),
            sumber: "DKB".into(),
            jumlah,
            sampai: None,
            kecamatan: BTreeMap::from([("CURUP".into(), 218), ("BINDURIANG".into(), 50)]),
            desa: BTreeMap::new(),
            sekolah: BTreeMap::from([("2".into(), 8)]),
        }
    }

    #[test]
    fn every_printed_card_is_counted_in_one_place_and_children_from_elsewhere_in_none() {
        let coverage = Coverage::new(date(2026, 11, 24), &holders(), Some(&target(436)), "17.02");
        assert_eq!(coverage.total.children, 109);
        assert_eq!(coverage.total.percent, Percent::of(1, 4));
        assert_eq!((coverage.printed, coverage.replaced), (136, 11));
        assert_eq!((coverage.expired, coverage.undated), (8, 3));
        assert_eq!((coverage.outside, coverage.uncoded), (5, 9));
        let sum = coverage.replaced + coverage.expired + coverage.undated + coverage.outside;
        assert_eq!(coverage.printed, sum + coverage.total.children);
        let said = |shares: &[Share]| -> Vec<(String, u64, Option<u64>)> {
            let share = |share: &Share| (share.name.clone(), share.children, share.target);
            shares.iter().map(share).collect()
        };
        assert_eq!(
            said(&coverage.kecamatan),
            [
                ("BINDURIANG".into(), 0, Some(50)),
                ("CURUP".into(), 109, Some(218))
            ]
        );
        assert_eq!(
            said(&coverage.desa),
            [("A".into(), 89, None), ("B".into(), 20, None)]
        );
        assert_eq!(
            said(&coverage.schools),
            [("SDN 1".into(), 100, None), ("SDN 2".into(), 9, Some(8))]
        );
    }

    #[test]
    fn a_share_above_a_hundred_is_never_told_without_what_explains_it() {
        let day = date(2026, 11, 24);
        // 109 children of 84: the office that published 129 %.
        let coverage = Coverage::new(day, &holders(), Some(&target(84)), "17.02");
        let alarms = coverage.alarms();
        assert_eq!(alarms.len(), 2);
        assert_eq!(
            coverage.total_alarm().as_ref(),
            Some(&alarms[0]).filter(|_| coverage.total.excess() > 0)
        );
        let (indonesian, english) = &alarms[0];
        assert!(indonesian.starts_with(
            "Seluruh wilayah 17.02: 129,76 %, 25 anak lebih banyak dari target 84 (DKB"
        ));
        assert!(
            indonesian.contains("9 anak tanpa kode wilayah"),
            "{indonesian}"
        );
        assert!(
            english.contains("target is too small or too old"),
            "{english}"
        );
        assert!(alarms[1].0.starts_with("SDN 2: 112,50 %"));
        assert!(alarms[1].1.contains("left the school"));
        let full = Coverage::new(day, &holders(), Some(&target(109)), "17.02");
        assert_eq!(full.total.percent, Percent::of(1, 1));
        assert_eq!(full.alarms().len(), 1);
        let none = Coverage::new(day, &holders(), None, "17.02");
        assert_eq!((none.total.percent, none.alarms().len()), (None, 0));
    }
}
