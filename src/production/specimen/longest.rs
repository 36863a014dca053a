//! The longest values that the rules let through, to be tried on a layout before any card is made.

use crate::domain::record::{Record, School};

/// How likely a value is to occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likelihood {
    /// Children have such values: a layout must take them.
    Realistic,
    /// Legal but made of the widest letters: worth knowing, no fault of the layout.
    Widest,
}

use Likelihood::{Realistic, Widest};

/// Sixty letters, the most that Permendagri 73/2022 allows, in words as names have them.
const NAME: &str = "MUHAMMAD ALFARIZI RAMADHAN NUGROHO WICAKSONO PUTRA HARAHAPAN";

/// Sixty letters of the widest kind, in words as long as the longest names have.
const WIDE_NAME: &str = "MWMWMWMWMWM MWMWMWMWMWM MWMWMWMWMWM MWMWMWMWMWM MWMWMWMWMWMW";

/// Forty characters, the most that the record format allows, in the style of real ones.
const AKTA: &str = "1702-LT-02022015-0190/DISDUKCAPIL/KAB.RL";

/// Forty of the widest characters, without a place to break.
const WIDE_AKTA: &str = "WMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWMWM";

/// One of the longest regency names of the country, as a place of birth.
const PLACE: &str = "KABUPATEN KEPULAUAN SIAU TAGULANDANG BIARO";

const ADDRESS: &str = "PERUMAHAN GRIYA PERMATA HIJAU LESTARI BLOK AB NOMOR 123, \
    JALAN LINTAS CURUP - LUBUK LINGGAU KILOMETER 12";
const VILLAGE: &str = "DESA PERSIAPAN TANJUNG SANAI DUA BARU";
const DISTRICT: &str = "SINDANG BELITI ILIR BARU TENGAH";
const SCHOOL: &str = "MADRASAH IBTIDAIYAH SWASTA TERPADU NURUL HIDAYAH CURUP";

/// One field made long.
type Change = fn(&mut Record);

const CHANGES: &[(Likelihood, &str, Change)] = &[
    (Realistic, "nama", |r| r.nama = NAME.into()),
    (Realistic, "nama_kepala_keluarga", |r| {
        r.nama_kepala_keluarga = NAME.into();
    }),
    (Realistic, "tempat_lahir", |r| r.tempat_lahir = PLACE.into()),
    (Realistic, "no_akta", |r| r.no_akta = AKTA.into()),
    (Realistic, "agama", |r| {
        r.agama = "KEPERCAYAAN TERHADAP TUHAN YME".into();
    }),
    (Realistic, "kewarganegaraan", |r| {
        r.kewarganegaraan = "BOSNIA DAN HERZEGOVINA".into();
    }),
    (Realistic, "alamat", |r| r.alamat = ADDRESS.into()),
    (Realistic, "desa", |r| r.desa = VILLAGE.into()),
    (Realistic, "kecamatan", |r| r.kecamatan = DISTRICT.into()),
    (Realistic, "sekolah", |r| {
        let school = r.sekolah.get_or_insert_with(School::default);
        school.nama = Some(SCHOOL.into());
    }),
    (Widest, "nama", |r| r.nama = WIDE_NAME.into()),
    (Widest, "nama_kepala_keluarga", |r| {
        r.nama_kepala_keluarga = WIDE_NAME.into();
    }),
    (Widest, "no_akta", |r| r.no_akta = WIDE_AKTA.into()),
];

/// What a record that is long in every field is called.
const ALL: &str = "semua sekaligus (all at once)";

/// The records to try, each with what is long in it: every value alone, then all the realistic
/// ones on one card.
pub fn records(sample: &Record) -> Vec<(Likelihood, &'static str, Record)> {
    let mut all = sample.clone();
    let mut records = Vec::new();
    for (likelihood, what, change) in CHANGES {
        let mut record = sample.clone();
        change(&mut record);
        records.push((*likelihood, *what, record));
        if *likelihood == Realistic {
            change(&mut all);
        }
    }
    records.push((Realistic, ALL, all));
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_values_are_as_long_as_the_rules_allow() {
        let values = [(NAME, 60), (WIDE_NAME, 60), (AKTA, 40), (WIDE_AKTA, 40)];
        for (value, length) in values {
            assert_eq!(value.chars().count(), length, "{value}");
        }
    }
}
