//! Why a card moved, as the ledger keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::card::SpoilReason;
use super::pack::ReturnReason;
use super::record::Alasan;
use super::reprint::ReprintReason;
use super::text::{Explain, Text};

macro_rules! reasons {
    ($($name:ident $code:literal $text:expr;)*) => {
        /// Why a card moved. `Display` gives the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[serde(rename = $code)] $name,)*
        }

        impl Reason {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The code in the ledger.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl Explain for Reason {
            fn text(&self) -> Text {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    // A person's word for it.
    Buram "buram" SpoilReason::Buram.text();
    Macet "macet" SpoilReason::Macet.text();
    Pita "pita" SpoilReason::Pita.text();
    Posisi "posisi" SpoilReason::Posisi.text();
    Blanko "blanko" SpoilReason::Blanko.text();
    Data "data" SpoilReason::Data.text();
    Batal "batal" SpoilReason::Batal.text();
    Lain "lain" SpoilReason::Lain.text();
    TidakDiambil "tidak-diambil" ReturnReason::TidakDiambil.text();
    PindahSekolah "pindah-sekolah" ReturnReason::PindahSekolah.text();
    SalahKirim "salah-kirim" ReturnReason::SalahKirim.text();
    TidakSampai "tidak-sampai" ReturnReason::TidakSampai.text();
    Operator "operator" Text::new("ditahan petugas", "a person holds it");
    Released "released" Text::new("dilepas petugas", "a person let it go");
    Settled "settled" Text::new("dipastikan petugas", "a person said what came out");
    ScanUndone "scan-undone" Text::new("pindaian dibatalkan", "the scan was taken back");
    LotAgain "lot-again" Text::new("lotnya dibuat lagi", "its lot is made again");
    PhotoChanged "photo-changed" Text::new("fotonya diubah", "its photo was changed");
    Waived "waived" Text::new("tanpa pindai, disetujui", "the scan was waived");
    TakenOut "taken-out" Text::new("dikeluarkan dari paket", "taken out of its pack");
    // A newer record takes its place.
    Revisi "revisi" Text::new("rekaman diperbaiki", "its record was revised");
    OtherKind "other-kind" Text::new("jenis kartu lain sejak hari ulang tahun", "due another kind of card since a birthday");
    Baru "baru" Text::new("kartu baru", "a new card");
    HabisBerlaku "habis-berlaku" Text::new("masa berlaku habis", "expired");
    Pindah "pindah" Text::new("pindah datang", "moved in from elsewhere");
    Hilang "hilang" Text::new("hilang", "lost");
    Rusak "rusak" Text::new("rusak", "damaged");
    PerubahanData "perubahan-data" Text::new("data berubah", "the data changed");
    // It cannot be printed as it is; the text says what to do.
    PhotoMissing "photo-missing" Text::new("sudah 5 tahun dan belum ada foto; minta rekaman baru dengan foto", "turned 5 without a photo");
    PhotoDamaged "photo-damaged" Text::new(
        "foto tersimpan rusak atau hilang; pulihkan dari cadangan, kirim lagi rekamannya, atau ganti fotonya: kartu lanjut sendiri",
        "the kept photo is damaged or gone; restore it, send the record again or replace the photo, and the card goes on"
    );
    PhotoAgain "photo-again" Text::new("fotonya terbaca lagi", "its photo reads again");
    TooOld "too-old" Text::new("sudah 17 tahun; bukan KIA lagi", "turned 17");
    ValidityPast "validity-past" Text::new("masa berlaku sudah lewat; minta rekaman baru", "its validity has passed");
    TextDoesNotFit "text-does-not-fit" does_not_fit();
    GlyphMissing "glyph-missing" does_not_fit();
    QrTooLarge "qr-too-large" does_not_fit();
    // Its lot failed the proof.
    LotHeld "lot-held" Text::new("lotnya ditahan", "its lot is held");
    ProofSide "proof-side" Text::new("satu sisi hilang atau ganda", "a side is missing or twice there");
    ProofText "proof-text" Text::new("tulisan tidak sama dengan rekaman", "a text differs from the record");
    ProofGlyph "proof-glyph" Text::new("ada huruf yang tidak tercetak", "a letter does not print");
    ProofHidden "proof-hidden" Text::new("tulisan terpotong atau tertutup", "a text is cut off or covered");
    ProofCodeUnreadable "proof-code-unreadable" Text::new("kode QR tidak terbaca", "the QR code cannot be read");
    ProofCodeOther "proof-code-other" Text::new("isi kode QR lain", "the QR code says something else");
    ProofCodeModule "proof-code-module" Text::new("kode QR cacat", "the QR code has a fault");
    ProofPhoto "proof-photo" Text::new("foto hilang atau foto anak lain", "no photo, or another child's");
    ProofPhotoBlank "proof-photo-blank" Text::new("foto kosong", "the photo is blank");
    // What became of its print job.
    NotTaken "not-taken" Text::new("printer tidak menerimanya", "the printer did not take it");
    BrokenOff "broken-off" Text::new("pekerjaan cetak terputus", "the print job broke off");
    NeverBegan "never-began" Text::new("pekerjaan cetak tidak pernah mulai", "the print job never began");
    JobGone "job-gone" Text::new("printer lupa pekerjaan cetak ini", "the printer forgot the print job");
    Unwatched "unwatched" Text::new("tidak terlihat apa yang keluar", "nobody saw what came out");
    Mismatch "mismatch" Text::new("printer menyebut jumlah lain", "the printer counts something else");
    PrinterGone "printer-gone" Text::new("printernya tidak dijalankan lagi", "its printer is driven no more");
    Restored "restored" Text::new(
        "stasiun dipulihkan dari cadangan: cari kartunya dulu, lalu nyatakan: baik, rusak, atau tidak keluar",
        "restored from a backup: look for the card first, then say: good, spoiled, or not out"
    );
}

const fn does_not_fit() -> Text {
    Text::new(
        "tidak muat pada layout; perbaiki layout atau minta rekaman baru",
        "does not fit the layout",
    )
}

impl Reason {
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|reason| reason.code() == code)
    }

    /// Whether the card is held because its lot failed the proof.
    pub const fn is_of_lot(self) -> bool {
        matches!(self, Self::LotHeld) || self.is_proof()
    }

    /// Whether the card itself failed the proof.
    pub const fn is_proof(self) -> bool {
        matches!(
            self,
            Self::ProofSide
                | Self::ProofText
                | Self::ProofGlyph
                | Self::ProofHidden
                | Self::ProofCodeUnreadable
                | Self::ProofCodeOther
                | Self::ProofCodeModule
                | Self::ProofPhoto
                | Self::ProofPhotoBlank
        )
    }

    /// Whether another photo settles it.
    pub const fn is_of_photo(self) -> bool {
        matches!(
            self,
            Self::PhotoMissing | Self::PhotoDamaged | Self::PhotoChanged
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl From<SpoilReason> for Reason {
    fn from(reason: SpoilReason) -> Self {
        match reason {
            SpoilReason::Buram => Self::Buram,
            SpoilReason::Macet => Self::Macet,
            SpoilReason::Pita => Self::Pita,
            SpoilReason::Posisi => Self::Posisi,
            SpoilReason::Blanko => Self::Blanko,
            SpoilReason::Data => Self::Data,
            SpoilReason::Batal => Self::Batal,
            SpoilReason::Lain => Self::Lain,
        }
    }
}

impl From<ReturnReason> for Reason {
    fn from(reason: ReturnReason) -> Self {
        match reason {
            ReturnReason::TidakDiambil => Self::TidakDiambil,
            ReturnReason::PindahSekolah => Self::PindahSekolah,
            ReturnReason::SalahKirim => Self::SalahKirim,
            ReturnReason::TidakSampai => Self::TidakSampai,
            ReturnReason::Lain => Self::Lain,
        }
    }
}

impl From<ReprintReason> for Reason {
    fn from(reason: ReprintReason) -> Self {
        match reason {
            ReprintReason::Rusak => Self::Rusak,
            ReprintReason::Hilang => Self::Hilang,
            ReprintReason::Data => Self::Data,
        }
    }
}

impl From<Alasan> for Reason {
    fn from(reason: Alasan) -> Self {
        match reason {
            Alasan::Baru => Self::Baru,
            Alasan::HabisBerlaku => Self::HabisBerlaku,
            Alasan::Pindah => Self::Pindah,
            Alasan::Hilang => Self::Hilang,
            Alasan::Rusak => Self::Rusak,
            Alasan::PerubahanData => Self::PerubahanData,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_ledger_and_of_what_people_choose() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
            assert_eq!(Reason::from_code(reason.code()), Some(*reason));
        }
        for reason in SpoilReason::ALL {
            assert_eq!(Reason::from(reason).code(), reason.code());
        }
        for reason in ReturnReason::ALL {
            assert_eq!(Reason::from(reason).code(), reason.code());
        }
        for reason in ReprintReason::ALL {
            assert_eq!(Reason::from(reason).code(), reason.code());
        }
        for (reason, word) in Alasan::ALL {
            let code = word.to_ascii_lowercase().replace('_', "-");
            assert_eq!(Reason::from(reason).code(), code);
        }
    }
}
