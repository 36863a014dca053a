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
    pub fn content(&self, photo: Option<&str>) -> Vec<u8> {
        let bare = Self {
            id: None,
            revisi: 0,
            foto: photo.map(str::to_owned),
            persetujuan: Approval {
                oleh: String::new(),
                pada: Timestamp::UNIX_EPOCH,
            },
            ..self.clone()
        };
        serde_json::to_vec(&bare).expect("a record has only string keys")
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
    pub const fn indonesian(self) -> &'static str {
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
