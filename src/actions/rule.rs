//! Who may do what: one list for the whole house.

use crate::domain::account::Right;
use crate::domain::text::{Explain, Text};

macro_rules! rules {
    ($($name:ident $right:ident $code:literal $id:literal $en:literal;)*) => {
        /// What an action asks of the person who takes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule {
            $($name,)*
        }

        impl Rule {
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The right that the person's role must have.
            pub const fn right(self) -> Right {
                match self {
                    $(Self::$name => Right::$right,)*
                }
            }

            /// The short code that the audit keeps of a denied attempt.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }

        impl Explain for Rule {
            fn text(&self) -> Text {
                match self {
                    $(Self::$name => Text::new($id, $en),)*
                }
            }
        }
    };
}

impl From<Rule> for Right {
    fn from(rule: Rule) -> Self {
        rule.right()
    }
}

rules! {
    Scan               Work   "scan"                 "memindai kartu"                       "scan cards";
    WorkView           Look   "work-view"            "melihat apa yang menunggu"             "view what waits";
    CardList           Look   "card-list"            "melihat daftar kartu"                  "list cards";
    CardSearch         Look   "card-search"          "mencari kartu"                         "search cards";
    CardView           Look   "card-view"            "melihat kartu"                         "view a card";
    CardPicture        Look   "card-picture"         "melihat gambar kartu"                  "view the picture of a card";
    CardNumbers        Work   "card-numbers"         "melihat NIK dan KK lengkap"            "view NIK and KK in full";
    CardHold           Work   "card-hold"            "menahan kartu"                         "hold a card";
    CardRelease        Work   "card-release"         "melepas kartu yang ditahan"            "release a card that is held";
    CardSettle         Work   "card-settle"          "memastikan kartu"                      "settle a card";
    CardSpoil          Work   "card-spoil"           "menyatakan kartu rusak"                "spoil a card";
    CardReprint        Work   "card-reprint"         "mencetak ulang kartu"                  "reprint a card";
    LotView            Look   "lot-view"             "melihat lot"                           "view a lot";
    LotConfirm         Work   "lot-confirm"          "mencatat hasil cetak"                  "say what came out of a lot";
    LotAgain           Work   "lot-again"            "membuat lot lagi"                      "make a lot again";
    PrinterTurn        Work   "printer-turn"         "membalik tumpukan kartu"               "turn a stack of cards";
    Calibrate          Work   "calibrate"            "menyimpan kalibrasi printer"           "keep a printer's calibration";
    PackList           Look   "pack-list"            "melihat daftar paket"                  "list packs";
    PackView           Look   "pack-view"            "melihat isi paket"                     "view a pack";
    PackGather         Work   "pack-gather"          "mengisi paket"                         "gather cards into packs";
    PackFill           Work   "pack-fill"            "menambah atau mengeluarkan kartu"      "add or remove cards of a pack";
    PackClose          Work   "pack-close"           "menyegel paket"                        "close a pack";
    PackCloseUnscanned Decide "pack-close-unscanned" "menyegel paket dengan kartu tanpa pindai" "close a pack with unscanned cards";
    PackSend           Work   "pack-send"            "mengirim paket"                        "send a pack";
    PackReceive        Work   "pack-receive"         "mencatat jawaban sekolah"              "record what a school received";
    PackReturn         Work   "pack-return"          "mencatat kartu yang kembali"           "record returned cards";
    PackMove           Work   "pack-move"            "memindahkan kartu ke sekolah lain"     "move cards to another school";
    PackRedeliver      Work   "pack-redeliver"       "mengirim ulang kartu yang kembali"     "deliver returned cards again";
    PackAttach         Work   "pack-attach"          "menyimpan hasil pindai berita acara"   "keep the scan of a signed paper";
    PackPapers         Look   "pack-papers"          "mengambil dokumen paket"               "take out the papers of a pack";
    StockView          Look   "stock-view"           "melihat persediaan"                    "view the supplies";
    StockMove          Work   "stock-move"           "mencatat blanko dan pita"              "book blanks and ribbons";
    StockCount         Work   "stock-count"          "mencatat hitungan blanko"              "enter a count of blanks";
    StockDestroy       Work   "stock-destroy"        "mencatat pemusnahan"                   "enter a destruction";
    StockRecord        Look   "stock-record"         "mengambil berita acara pemusnahan"     "take out the record of a destruction";
    BatchList          Work   "batch-list"           "melihat daftar kiriman"                "list batches";
    BatchUpload        Work   "batch-upload"         "mengunggah kiriman"                    "upload a batch";
    BatchView          Work   "batch-view"           "melihat isi kiriman"                   "view a batch";
    BatchReturns       Work   "batch-returns"        "mengambil daftar pengembalian"         "take out a return list";
    BatchSubmit        Work   "batch-submit"         "memasukkan kiriman"                    "send a batch on";
    BatchApprove       Decide "batch-approve"        "menyetujui baris tanpa persetujuan"    "approve rows without an approval";
    BatchDiscard       Work   "batch-discard"        "membuang kiriman"                      "throw a batch away";
    ColumnsSave        Work   "columns-save"         "menyimpan arti kolom"                  "save what columns stand for";
    PhotoList          Work   "photo-list"           "melihat daftar foto"                   "list photos";
    PhotoView          Work   "photo-view"           "melihat foto"                          "view a photo";
    PhotoChange        Work   "photo-change"         "mengubah foto"                         "change a photo";
    ExceptionAllow     Decide "exception-allow"      "memberi pengecualian"                  "allow an exception";
    DropAgain          Work   "drop-again"           "memasukkan kiriman lagi"               "take a drop in again";
    ReportView         Look   "report-view"          "melihat laporan"                      "view a report";
    ReportTake         Look   "report-take"          "mengunduh laporan"                    "take out a report";
    ReportNames        Audit  "report-names"         "mengambil laporan dengan nama anak"   "take out a report with children's names";
    Register           Look   "register"             "mengunduh buku register"              "take out the register";
    RegisterFull       Audit  "register-full"        "mengunduh buku register dengan NIK lengkap" "take out the register with whole NIKs";
    PrintedLog         Look   "printed-log"          "mengambil daftar kartu tercetak"      "take out the log of printed cards";
    TrailView          Audit  "trail-view"           "melihat jejak"                        "view the audit trail";
    CheckpointTake     Audit  "checkpoint-take"      "mengunduh titik periksa"              "take out a checkpoint";
    LedgerVerify       Look   "ledger-verify"        "memeriksa buku besar"                 "verify the ledger";
    CheckpointMake     Work   "checkpoint-make"      "membuat titik periksa"                "make a checkpoint";
    LogExport          Audit  "log-export"           "mengekspor catatan peristiwa"         "export the log";
    BackupMake         Audit  "backup-make"          "membuat cadangan"                     "make a backup";
    Restore            Decide "restore"              "memulihkan cadangan"                   "restore a backup";
    RestoreDrill       Audit  "restore-drill"        "menguji pemulihan"                    "drill a restore";
    SubjectReport      Decide "subject-report"       "membuat laporan subjek data"          "make a data subject's report";
    BreachReport       Decide "breach-report"        "membuat pemberitahuan insiden"        "draft the notice of a breach";
    Purge              Decide "purge"                "menghapus data yang lewat waktu"      "purge what is not needed any more";
    LayoutView         Look   "layout-view"          "melihat layout"                       "view the layouts";
    LogOut             Look   "log-out"              "keluar"                                "log out";
    AccountList        Look   "account-list"         "melihat daftar akun"                   "list accounts";
    AccountMake        Decide "account-make"         "membuat akun"                          "make an account";
    AccountChange      Decide "account-change"       "mengubah akun"                         "change an account";
    PasswordOwn        Look   "password-own"         "mengganti kata sandinya sendiri"       "change its own password";
    PasswordOther      Decide "password-other"       "mengganti kata sandi orang lain"       "change another's password";
    SenderList         Look   "sender-list"          "melihat daftar pengirim"               "list senders";
    SenderMake         Decide "sender-make"          "membuat pengirim"                      "make a sender";
    SenderClose        Decide "sender-close"         "menutup pengirim"                      "close a sender";
    DayView            Look   "day-view"             "melihat hari"                          "view the days";
    DayClose           Work   "day-close"            "menutup hari"                          "close a day";
    DayReport          Look   "day-report"           "mengambil laporan harian"              "take out a day report";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::text::Lang;

    #[test]
    fn every_rule_has_its_own_code_and_a_text_in_both_languages() {
        let codes: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            let text = rule.text();
            assert_ne!(
                text.of(Lang::Indonesian),
                text.of(Lang::English),
                "{rule:?}"
            );
        }
    }
}
