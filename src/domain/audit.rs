//! What the audit keeps: views and exports of personal data, logins and refusals.

use serde::{Deserialize, Serialize};

use super::text::{Explain, Text};

macro_rules! audit_codes {
    ($($name:ident $code:literal $indonesian:literal $english:literal,)*) => {
        /// What a person saw, took out, did or was denied. A code that is in the log keeps its
        /// name for good.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum AuditCode {
            $(#[serde(rename = $code)] $name,)*
        }

        impl AuditCode {
            /// The code in the log.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// The code of this name.
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name),)*
                    _ => None,
                }
            }
        }

        impl Explain for AuditCode {
            fn text(&self) -> Text {
                match self {
                    $(Self::$name => Text::new($indonesian, $english),)*
                }
            }
        }
    };
}

audit_codes! {
    Login "login" "masuk" "logged in",
    Logout "logout" "keluar" "logged out",
    LoginDenied "login-denied" "gagal masuk" "login denied",
    StepDenied "step-denied" "langkah ditolak: tidak berhak" "step denied",
    SessionRefused "session-refused" "sesi ditolak: peramban lain" "session refused: another browser",
    CardsSearched "cards-searched" "mencari kartu" "searched cards",
    NikShown "nik-shown" "melihat NIK lengkap" "saw a whole NIK",
    PhotoViewed "photo-viewed" "melihat foto asli" "saw the original photo",
    CardViewed "card-viewed" "melihat kartu" "saw a card",
    PictureViewed "picture-viewed" "melihat gambar kartu" "saw a card's picture",
    PhotosListed "photos-listed" "membuka daftar foto" "listed photos",
    BatchViewed "batch-viewed" "melihat kiriman" "saw a batch",
    PackViewed "pack-viewed" "melihat isi paket" "saw the cards of a pack",
    PrintedLogExported "printed-log-exported" "mengambil daftar kartu tercetak" "took out the list of printed cards",
    DayReportExported "day-report-exported" "mengunduh laporan harian" "took out a day report",
    SharedPhotoViewed "shared-photo-viewed" "melihat foto yang sama pada dua anak" "saw a picture that two children share",
    ColumnsSaved "columns-saved" "menyimpan arti kolom tabel" "kept what a table's columns are",
    BatchUploaded "batch-uploaded" "mengunggah kiriman" "uploaded a batch",
    BatchDiscarded "batch-discarded" "membuang kiriman" "discarded a batch",
    DropAgain "drop-again" "memasukkan kiriman lagi" "took a drop in again",
    RecordSubmitted "record-submitted" "mengirim rekaman" "submitted a record",
    ReturnListExported "return-list-exported" "mengunduh daftar pengembalian" "took out a return list",
    MinutesExported "minutes-exported" "mengunduh berita acara pemusnahan" "took out minutes of a destruction",
    PackPapersExported "pack-papers-exported" "mengunduh dokumen paket" "took out papers of a pack",
    PackFileExported "pack-file-exported" "mengunduh hasil pindai paket" "took out a pack's scan",
    ReportExported "report-exported" "mengunduh laporan" "took out a report",
    RegisterExported "register-exported" "mengunduh buku register" "took out the register",
    CheckpointExported "checkpoint-exported" "mengunduh titik periksa" "took out a checkpoint",
    LogExport "log-export" "mengekspor catatan peristiwa" "exported the log",
    Backup "backup" "membuat cadangan" "made a backup",
    RestoreDrill "restore-drill" "menguji pemulihan" "drilled a restore",
    SubjectReport "subject-report" "membuat laporan subjek data" "made a data subject's report",
    BreachReport "breach-report" "membuat laporan insiden" "made a breach report",
    ClockConfirmed "clock-confirmed" "membenarkan jam stasiun" "confirmed the clock",
    FilesPurged "files-purged" "menghapus berkas lama" "purged old files",
}

impl std::fmt::Display for AuditCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}
