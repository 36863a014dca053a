//! An approved child record, after the rules have passed it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::card::Kind;
use super::nik::Nik;
use super::validity::{self, Under5Until};

/// One record of the contract `kia-record/1`, every value in the office's own spelling.
///
/// `Debug` shows no personal data; the whole record is written only to the ledger's personal
/// table and onto the card.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The sender's own identifier of the request.
    pub id: Option<String>,
    /// The sender's revision of the request; 1 when absent.
    pub revisi: u32,
    pub nik: Nik,
    /// Family card number, 16 digits.
    pub no_kk: String,
    /// Full name, NFC, single spaces.
    pub nama: String,
    pub tempat_lahir: String,
    pub tanggal_lahir: Date,
    pub jenis_kelamin: Sex,
    /// Blood group in the card's spelling: `A`, `O+`, … or `-` for unknown.
    pub gol_darah: String,
    /// Religion in the card's spelling, e.g. `ISLAM`.
    pub agama: String,
    /// `WNI` or the nationality of a foreign child.
    pub kewarganegaraan: String,
    /// Birth certificate number: free text of at most 40 characters.
    pub no_akta: String,
    /// Name of the head of the family.
    pub nama_kepala_keluarga: String,
    pub alamat: String,
    pub rt: String,
    pub rw: String,
    /// Village (kelurahan or desa).
    pub desa: String,
    pub kecamatan: String,
    /// Region code of the address, `17.02.19.1002`, for statistics.
    pub kode_wilayah: Option<String>,
    /// Given for foreign children only: the parents' stay permit sets it.
    pub berlaku_hingga: Option<Date>,
    /// The photo's path inside the drop, as given.
    pub foto: Option<String>,
    /// Why the card is issued.
    pub alasan: Alasan,
    pub sekolah: Option<School>,
    /// Who approved it and when.
    pub persetujuan: Approval,
    /// A QR payload to print byte for byte.
    pub qr: Option<String>,
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("nik", &self.nik)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// The kind of card due on `day`; `None` when the child is too old or not yet born.
    pub fn kind_on(&self, day: Date) -> Option<Kind> {
        validity::kind_on(self.tanggal_lahir, day)
    }

    /// The last day of validity that a card of this kind prints.
    pub fn valid_until(&self, kind: Kind, under5: Under5Until) -> Date {
        self.berlaku_hingga
            .unwrap_or_else(|| validity::valid_until(self.tanggal_lahir, kind, under5))
    }

    /// The first day on which a card of this kind no longer counts for the child.
    pub fn expires(&self, kind: Kind) -> Date {
        validity::expires(self.tanggal_lahir, kind, self.berlaku_hingga)
    }

    /// What makes this record the same as another: everything that is printed or decides about
    /// the card, and nothing of the envelope it came in (`id`, `revisi`, the approval, the path
    /// of the photo). `photo` is the digest of the picture itself.
    ///
    /// The ledger stores a keyed hash of this text, so version 1 never changes. It is a first line
    /// `kia-content/1`, then one line `name=length:value` for each field that is present, in the
    /// order below; `length` counts the bytes of the value. A new field goes to the end and is
    /// optional: a record without it keeps its text.
    pub fn content(&self, photo: Option<&str>) -> Vec<u8> {
        let school = self.sekolah.as_ref();
        let born = self.tanggal_lahir.to_string();
        let until = self.berlaku_hingga.map(|day| day.to_string());
        let fields = [
            ("nik", Some(self.nik.as_str())),
            ("no_kk", Some(&self.no_kk)),
            ("nama", Some(&self.nama)),
            ("tempat_lahir", Some(&self.tempat_lahir)),
            ("tanggal_lahir", Some(&born)),
            ("jenis_kelamin", Some(self.jenis_kelamin.word())),
            ("gol_darah", Some(&self.gol_darah)),
            ("agama", Some(&self.agama)),
            ("kewarganegaraan", Some(&self.kewarganegaraan)),
            ("no_akta", Some(&self.no_akta)),
            ("nama_kepala_keluarga", Some(&self.nama_kepala_keluarga)),
            ("alamat", Some(&self.alamat)),
            ("rt", Some(&self.rt)),
            ("rw", Some(&self.rw)),
            ("desa", Some(&self.desa)),
            ("kecamatan", Some(&self.kecamatan)),
            ("kode_wilayah", self.kode_wilayah.as_deref()),
            ("berlaku_hingga", until.as_deref()),
            ("foto", photo),
            ("alasan", Some(self.alasan.word())),
            ("sekolah.npsn", school.and_then(|it| it.npsn.as_deref())),
            ("sekolah.nama", school.and_then(|it| it.nama.as_deref())),
            ("sekolah.kelas", school.and_then(|it| it.kelas.as_deref())),
            ("qr", self.qr.as_deref()),
        ];
        let mut text = String::from("kia-content/1\n");
        for (name, value) in fields {
            if let Some(value) = value {
                text.push_str(&format!("{name}={}:{value}\n", value.len()));
            }
        }
        text.into_bytes()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sex {
    #[serde(rename = "LAKI-LAKI")]
    Male,
    #[serde(rename = "PEREMPUAN")]
    Female,
}

impl Sex {
    /// The word on the card.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Male => "LAKI-LAKI",
            Self::Female => "PEREMPUAN",
        }
    }
}

/// Why a card is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Alasan {
    Baru,
    /// The old card expired.
    HabisBerlaku,
    /// Moved in from elsewhere.
    Pindah,
    /// Lost; a police letter is the evidence.
    Hilang,
    /// Damaged; the old card is handed in.
    Rusak,
    PerubahanData,
}

impl Alasan {
    /// Every reason with its word on the wire.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Baru, "BARU"),
        (Self::HabisBerlaku, "HABIS_BERLAKU"),
        (Self::Pindah, "PINDAH"),
        (Self::Hilang, "HILANG"),
        (Self::Rusak, "RUSAK"),
        (Self::PerubahanData, "PERUBAHAN_DATA"),
    ];

    /// The word on the wire.
    pub fn word(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(reason, _)| *reason == self)
            .map_or("", |(_, word)| word)
    }
}

/// A school, as far as the sender names it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct School {
    pub npsn: Option<String>,
    pub nama: Option<String>,
    pub kelas: Option<String>,
}

/// An approval that holds: its status was `DISETUJUI`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub oleh: String,
    pub pada: Timestamp,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn minimal() -> Record {
        Record {
            id: None,
            revisi: 1,
            nik: Nik::parse("1702094503180001").unwrap(),
            no_kk: "1702091203100004".into(),
            nama: "ANAK CONTOH".into(),
            tempat_lahir: "CURUP".into(),
            tanggal_lahir: date(2018, 3, 5),
            jenis_kelamin: Sex::Female,
            gol_darah: "-".into(),
            agama: "ISLAM".into(),
            kewarganegaraan: "WNI".into(),
            no_akta: "1702-LU-12032018-0012".into(),
            nama_kepala_keluarga: "KEPALA CONTOH".into(),
            alamat: "JL. CONTOH NO. 12".into(),
            rt: "003".into(),
            rw: "001".into(),
            desa: "AIR BANG".into(),
            kecamatan: "CURUP TENGAH".into(),
            kode_wilayah: None,
            berlaku_hingga: None,
            foto: None,
            alasan: Alasan::Baru,
            sekolah: None,
            persetujuan: Approval {
                oleh: "Kabid".into(),
                pada: "2026-11-20T02:00:00Z".parse().unwrap(),
            },
            qr: None,
        }
    }

    fn full() -> Record {
        Record {
            id: Some("SIAK-1".into()),
            nama: "ÉVA CONTOH".into(),
            kode_wilayah: Some("17.02.19.1002".into()),
            berlaku_hingga: Some(date(2027, 6, 30)),
            foto: Some("foto/1.jpg".into()),
            alasan: Alasan::PerubahanData,
            sekolah: Some(School {
                npsn: Some("10700123".into()),
                nama: Some("SDN 1 CURUP".into()),
                kelas: Some("2A".into()),
            }),
            qr: Some("HC1:ABC".into()),
            ..minimal()
        }
    }

    const MINIMAL: &str = "kia-content/1
nik=16:1702094503180001
no_kk=16:1702091203100004
nama=11:ANAK CONTOH
tempat_lahir=5:CURUP
tanggal_lahir=10:2018-03-05
jenis_kelamin=9:PEREMPUAN
gol_darah=1:-
agama=5:ISLAM
kewarganegaraan=3:WNI
no_akta=21:1702-LU-12032018-0012
nama_kepala_keluarga=13:KEPALA CONTOH
alamat=17:JL. CONTOH NO. 12
rt=3:003
rw=3:001
desa=8:AIR BANG
kecamatan=12:CURUP TENGAH
alasan=4:BARU
";

    const FULL: &str = "kia-content/1
nik=16:1702094503180001
no_kk=16:1702091203100004
nama=11:ÉVA CONTOH
tempat_lahir=5:CURUP
tanggal_lahir=10:2018-03-05
jenis_kelamin=9:PEREMPUAN
gol_darah=1:-
agama=5:ISLAM
kewarganegaraan=3:WNI
no_akta=21:1702-LU-12032018-0012
nama_kepala_keluarga=13:KEPALA CONTOH
alamat=17:JL. CONTOH NO. 12
rt=3:003
rw=3:001
desa=8:AIR BANG
kecamatan=12:CURUP TENGAH
kode_wilayah=13:17.02.19.1002
berlaku_hingga=10:2027-06-30
foto=2:ab
alasan=14:PERUBAHAN_DATA
sekolah.npsn=8:10700123
sekolah.nama=11:SDN 1 CURUP
sekolah.kelas=2:2A
qr=7:HC1:ABC
";

    #[test]
    fn version_1_of_the_content_never_changes() {
        let text = |record: Record, photo| String::from_utf8(record.content(photo)).unwrap();
        assert_eq!(text(minimal(), None), MINIMAL);
        assert_eq!(text(full(), Some("ab")), FULL);
    }

    #[test]
    fn the_envelope_is_no_content() {
        let resent = Record {
            id: Some("SIAK-2".into()),
            revisi: 7,
            foto: Some("other.jpg".into()),
            persetujuan: Approval {
                oleh: "Kadis".into(),
                pada: Timestamp::UNIX_EPOCH,
            },
            ..full()
        };
        assert_eq!(resent.content(Some("ab")), full().content(Some("ab")));
    }

    #[test]
    fn a_value_with_a_line_break_is_no_second_field() {
        let one = Record {
            rt: "1\nrw=1:1".into(),
            ..minimal()
        };
        let two = Record {
            rt: "1".into(),
            rw: "1".into(),
            ..minimal()
        };
        assert_ne!(one.content(None), two.content(None));
    }
}
