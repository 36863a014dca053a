//! Every rule there is: code, severity, source, and what the sender is told.
//!
//! A code is never reused for another meaning, and none is taken out: senders build on them. In
//! a text `{field}` is the field's name, and ` ({})` the detail, left out where there is none.
//! The texts speak to a school or village clerk: what is wrong, and what to do now.

use super::{Rule, Severity};

macro_rules! catalogue {
    ($($name:ident $code:literal $severity:ident, $source:expr, $pesan:literal, $message:literal;)*) => {
        $(
            #[doc = concat!("`", $code, "`: ", $message)]
            pub static $name: Rule = Rule {
                code: $code,
                severity: Severity::$severity,
                pesan: $pesan,
                message: $message,
                source: $source,
            };
        )*

        /// Every rule, in the order of the catalogue.
        pub static ALL: &[&Rule] = &[$(&$name),*];
    };
}

const CONTRACT: &str = "record-format v1";
const NIK_LAYOUT: &str = "susunan NIK yang diumumkan Dukcapil";
const NIK_FOR_LIFE: &str = "PP 40/2019 pasal 30 ayat (2)";
const KIA: &str = "Permendagri 2/2016";
const PRACTICE: &str = "praktik Dinas";
const PRINTING: &str = "syarat cetak kartu";

catalogue! {
    // The record.
    FORMAT_UNKNOWN "format-unknown" Block, CONTRACT,
        "Format data ini tidak dikenal. Isi `format` dengan `kia-record/1`, atau hapus kolom itu.",
        "the format is not known; set `format` to `kia-record/1` or leave it out";
    FIELD_MISSING "field-missing" Block, CONTRACT,
        "Kolom `{field}` wajib diisi tetapi kosong. Lengkapi, lalu kirim ulang.",
        "`{field}` is required and is empty; fill it in and send the record again";
    FIELD_TYPE "field-type" Block, CONTRACT,
        "Isi kolom `{field}` harus berupa teks ({}). Tulis isinya sebagai teks biasa, lalu kirim ulang.",
        "`{field}` must be a text ({}); write its value as a plain text";
    FIELD_TWICE "field-twice" Block, CONTRACT,
        "Kolom `{field}` ada lebih dari satu dan isinya berbeda, sehingga tidak jelas mana yang benar. Sisakan satu saja, lalu kirim ulang.",
        "`{field}` is given more than once with different values; keep only the right one";
    UNKNOWN_FIELD "unknown-field" Warn, CONTRACT,
        "Kolom `{field}` tidak dikenal dan tidak dipakai. Periksa ejaan nama kolom; bila memang tidak perlu, abaikan.",
        "`{field}` is no field of the format and is not used; check the spelling of its name";
    UNKNOWN_FIELDS "unknown-fields" Warn, CONTRACT,
        "Masih ada kolom lain yang tidak dikenal dan tidak dipakai ({}). Periksa apakah berkas yang dikirim sudah benar.",
        "there are more fields that are not of the format and are not used ({}); check that the right file was sent";

    NIK_LENGTH "nik-length" Block, NIK_LAYOUT,
        "NIK harus tepat 16 angka, tanpa spasi, titik atau huruf. Cocokkan dengan Kartu Keluarga.",
        "the NIK must be exactly 16 digits and nothing else; compare it with the family card";
    NIK_DAY "nik-day" Block, NIK_LAYOUT,
        "Angka ke-7 dan ke-8 NIK (tanggal lahir) harus 01–31, atau 41–71 untuk perempuan. Cocokkan NIK dengan Kartu Keluarga.",
        "digits 7 and 8 of the NIK, the day of birth, must be 01-31, or 41-71 for girls; compare it with the family card";
    NIK_MONTH "nik-month" Block, NIK_LAYOUT,
        "Angka ke-9 dan ke-10 NIK (bulan lahir) harus 01–12. Cocokkan NIK dengan Kartu Keluarga.",
        "digits 9 and 10 of the NIK, the month of birth, must be 01-12; compare it with the family card";
    NIK_SERIAL "nik-serial" Block, NIK_LAYOUT,
        "Empat angka terakhir NIK tidak boleh 0000. Bila NIK pernah disimpan sebagai angka di Excel, angka akhirnya hilang: salin lagi dari Kartu Keluarga.",
        "the last four digits of the NIK must not be 0000; a spreadsheet that stores it as a number loses them: copy it again from the family card";
    NUMBER_CELL "number-cell" Block, CONTRACT,
        "Kolom `{field}` disimpan sebagai angka, sehingga angka terakhirnya bisa sudah berubah. Ubah format kolom menjadi Teks, ketik ulang nomornya dari Kartu Keluarga, lalu kirim ulang.",
        "`{field}` is stored as a number, so its last digits may be lost; format the column as text and type the number again from the family card";
    NIK_BIRTH_MISMATCH "nik-birth-mismatch" Warn, NIK_FOR_LIFE,
        "Tanggal lahir dalam NIK berbeda dengan kolom `tanggal_lahir`. Kartu tetap dicetak, karena NIK tidak berubah walau tanggal lahir diperbaiki; pastikan keduanya benar.",
        "the birth date in the NIK differs from `tanggal_lahir`; a NIK stays when the date is corrected, so the card is made, but check both";
    NIK_SEX_MISMATCH "nik-sex-mismatch" Warn, NIK_FOR_LIFE,
        "Jenis kelamin menurut NIK berbeda dengan kolom `jenis_kelamin`. Kartu tetap dicetak; pastikan keduanya benar.",
        "the sex in the NIK differs from `jenis_kelamin`; the card is made, but check both";
    NIK_REGION_MISMATCH "nik-region-mismatch" Warn, NIK_FOR_LIFE,
        "NIK pertama kali terbit di kabupaten/kota lain. Kartu tetap dicetak; pastikan anak sudah menjadi penduduk di sini.",
        "the NIK was first issued in another regency; the card is made, but check that the child is registered here";
    KK_LENGTH "kk-length" Block, CONTRACT,
        "Nomor KK harus tepat 16 angka, tanpa spasi, titik atau huruf. Salin dari Kartu Keluarga yang terbaru.",
        "the family card number must be exactly 16 digits and nothing else; copy it from the newest family card";

    NAME_LONG "name-long" Block, "Permendagri 73/2022 pasal 4 ayat (2) huruf b",
        "Isi kolom `{field}` lebih dari 60 huruf termasuk spasi ({}). Nama tidak dipotong oleh mesin: perbaiki sesuai akta kelahiran, lalu kirim ulang.",
        "`{field}` is longer than 60 letters with spaces ({}); names are never cut: correct it after the birth certificate";
    NAME_DIGITS "name-digits" Block, "Permendagri 73/2022 pasal 5 ayat (3) huruf b",
        "Isi kolom `{field}` memuat angka. Tulis nama dengan huruf saja, sesuai akta kelahiran.",
        "`{field}` holds digits; write the name in letters only, as on the birth certificate";
    NAME_CONTROL "name-control" Block, PRINTING,
        "Isi kolom `{field}` memuat karakter yang tidak terlihat ({}), biasanya terbawa saat menyalin. Hapus isinya, lalu ketik ulang.",
        "`{field}` holds characters that cannot be seen ({}), often brought along by copying; clear it and type it again";
    NAME_SCRIPT "name-script" Block, "Permendagri 73/2022 pasal 5 ayat (1) huruf a",
        "Isi kolom `{field}` memuat huruf bukan Latin ({}), walau bisa mirip huruf Latin. Hapus isinya, lalu ketik ulang dengan huruf Latin.",
        "`{field}` holds letters that are not Latin ({}), though they may look so; clear it and type it again in Latin letters";
    NAME_ONE_WORD "name-one-word" Warn, "Permendagri 73/2022 pasal 4 ayat (2) huruf c",
        "Isi kolom `{field}` hanya satu kata. Kartu tetap dicetak, karena dokumen lama dengan satu kata tetap sah; pastikan nama tidak terpotong.",
        "`{field}` is a single word; older documents of that kind stay valid, so the card is made, but check that nothing is missing";
    NAME_PUNCTUATION "name-punctuation" Warn, "Permendagri 73/2022 pasal 5 ayat (3) huruf b",
        "Isi kolom `{field}` memuat tanda yang tidak lazim dalam nama ({}). Kartu tetap dicetak; cocokkan dengan akta kelahiran.",
        "`{field}` holds marks that are unusual in a name ({}); the card is made, but compare it with the birth certificate";

    BIRTH_DATE "birth-date" Block, CONTRACT,
        "Tanggal lahir tidak dapat dibaca. Tulis sebagai teks TTTT-BB-HH atau HH-BB-TTTT, misalnya 2018-03-05 atau 05-03-2018.",
        "the date of birth cannot be read; write it as a text, YYYY-MM-DD or DD-MM-YYYY, such as 2018-03-05 or 05-03-2018";
    BIRTH_FUTURE "birth-future" Block, CONTRACT,
        "Tanggal lahir ada di masa depan. Cocokkan dengan akta kelahiran.",
        "the date of birth lies in the future; compare it with the birth certificate";
    TOO_OLD "too-old" Block, KIA,
        "Anak sudah berusia 17 tahun atau lebih pada hari pencetakan, sehingga tidak lagi mendapat KIA. Arahkan untuk perekaman KTP-el.",
        "the child is 17 or older on the day of printing and no longer gets a KIA; send them to enrol for the KTP-el";
    SEX_UNKNOWN "sex-unknown" Block, CONTRACT,
        "Jenis kelamin harus LAKI-LAKI atau PEREMPUAN (boleh L atau P).",
        "the sex must be LAKI-LAKI or PEREMPUAN (L or P will do)";
    BLOOD_UNKNOWN "blood-unknown" Block, CONTRACT,
        "Golongan darah harus A, B, AB atau O, boleh dengan + atau −, atau kode SIAK 1–13. Bila belum diketahui, isi tanda - atau kosongkan.",
        "the blood group must be A, B, AB or O, with + or - if known, or a SIAK code 1-13; leave it empty where it is not known";
    RELIGION_UNKNOWN "religion-unknown" Block, CONTRACT,
        "Agama harus ISLAM, KRISTEN, KATOLIK, HINDU, BUDDHA, KHONGHUCU atau KEPERCAYAAN TERHADAP TUHAN YME, atau kode SIAK 1–7.",
        "the religion must be ISLAM, KRISTEN, KATOLIK, HINDU, BUDDHA, KHONGHUCU or KEPERCAYAAN TERHADAP TUHAN YME, or a SIAK code 1-7";
    VALIDITY_MISSING "validity-missing" Block, KIA,
        "Anak berkewarganegaraan asing: isi `berlaku_hingga` dengan tanggal akhir izin tinggal orang tuanya. Bila anak WNI, isi `kewarganegaraan` dengan WNI.",
        "a foreign child needs `berlaku_hingga`, the last day of the parents' stay permit; for an Indonesian child set `kewarganegaraan` to WNI";
    VALIDITY_DATE "validity-date" Block, CONTRACT,
        "Isi `berlaku_hingga` tidak dapat dibaca. Tulis sebagai teks TTTT-BB-HH atau HH-BB-TTTT.",
        "`berlaku_hingga` cannot be read; write it as a text, YYYY-MM-DD or DD-MM-YYYY";
    VALIDITY_PAST "validity-past" Block, KIA,
        "Izin tinggal pada `berlaku_hingga` sudah lewat. Kirim ulang setelah izin tinggal diperpanjang.",
        "the stay permit in `berlaku_hingga` has run out; send the record again once it is extended";
    AKTA_LONG "akta-long" Block, CONTRACT,
        "Nomor akta kelahiran lebih dari 40 karakter ({}). Tulis nomornya saja.",
        "the birth certificate number is longer than 40 characters ({}); write the number alone";
    AKTA_PATTERN "akta-pattern" Warn, PRACTICE,
        "Pola nomor akta tidak seperti 1702-LT-02022015-0190. Kartu tetap dicetak, karena akta lama berpola lain; cocokkan dengan akta kelahiran.",
        "the certificate number is not like 1702-LT-02022015-0190; older ones are not, so the card is made, but compare it with the certificate";
    ADDRESS_CONTROL "address-control" Block, PRINTING,
        "Isi kolom `{field}` memuat ganti baris atau karakter yang tidak terlihat ({}). Hapus isinya, lalu ketik ulang dalam satu baris.",
        "`{field}` holds a line break or characters that cannot be seen ({}); clear it and type it again on one line";
    BIRTH_PLACE "birth-place" Block, CONTRACT,
        "Isi `tempat_lahir` memuat tanggal yang bukan tanggal lahir anak ini, atau angka lain. Tulis tempatnya saja, misalnya CURUP, lalu kirim ulang.",
        "`tempat_lahir` holds a date that is not the child's date of birth, or another number; write the place alone, such as CURUP";
    RT_RW "rt-rw" Block, CONTRACT,
        "Isi kolom `{field}` tidak jelas. Tulis nomornya saja di kolom masing-masing, misalnya 003, lalu kirim ulang.",
        "`{field}` is not clear; write the number alone, each in its own field, such as 003";
    REGION_PATTERN "region-pattern" Warn, CONTRACT,
        "Kode wilayah tidak seperti 17.02.19.1002. Kartu tetap dicetak, tetapi anak ini terhitung tinggal di daerah lain; perbaiki kodenya.",
        "the region code is not like 17.02.19.1002; the card is made, but the child counts as living elsewhere: correct the code";
    MARRIED "married" Block, KIA,
        "KIA hanya untuk anak yang belum pernah kawin. Bila keliru, isi `status_kawin` dengan BELUM KAWIN atau kosongkan.",
        "a KIA is only for children who never married; if this is a mistake set `status_kawin` to BELUM KAWIN or leave it empty";
    REASON_UNKNOWN "reason-unknown" Block, CONTRACT,
        "Alasan harus BARU, HABIS_BERLAKU, PINDAH, HILANG, RUSAK atau PERUBAHAN_DATA.",
        "`alasan` must be BARU, HABIS_BERLAKU, PINDAH, HILANG, RUSAK or PERUBAHAN_DATA";
    REVISION_NUMBER "revision-number" Block, CONTRACT,
        "Isi `revisi` harus bilangan bulat mulai dari 1. Kosongkan untuk kiriman pertama.",
        "`revisi` must be a whole number from 1 on; leave it out of a first record";
    NOT_APPROVED "not-approved" Block, CONTRACT,
        "Data ini belum disetujui. Mintalah petugas verifikasi menyetujuinya (status DISETUJUI), lalu kirim ulang.",
        "the record is not approved; have a verifier approve it (status DISETUJUI) and send it again";
    APPROVAL_INCOMPLETE "approval-incomplete" Block, CONTRACT,
        "Persetujuan harus memuat siapa dan kapan: isi `persetujuan.oleh`, dan `persetujuan.pada` seperti 2026-11-20T09:10:00+07:00.",
        "an approval must say who and when: fill in `persetujuan.oleh`, and `persetujuan.pada` such as 2026-11-20T09:10:00+07:00";
    APPROVAL_FUTURE "approval-future" Block, CONTRACT,
        "Waktu persetujuan ada di masa depan. Periksa tanggalnya dan jam komputer pengirim, lalu kirim ulang.",
        "the approval is dated in the future; check its date and the sender's clock and send the record again";
    APPROVAL_OLD "approval-old" Warn, PRACTICE,
        "Persetujuan sudah lama ({}). Kartu tetap dicetak; pastikan datanya masih berlaku.",
        "the approval is old ({}); the card is made, but check that the data still hold";

    // The photo.
    PHOTO_MISSING "photo-missing" Block, KIA,
        "Anak berusia 5 tahun ke atas wajib berfoto. Sertakan berkas fotonya dan isi `foto` dengan nama berkas itu.",
        "a child of 5 or older needs a photo; send the picture along and name its file in `foto`";
    PHOTO_NOT_NEEDED "photo-not-needed" Warn, KIA,
        "Kartu anak di bawah 5 tahun tidak memuat foto; foto yang dikirim tidak dipakai.",
        "the card of a child under 5 has no photo; the one that was sent is not used";
    PHOTO_OUTSIDE "photo-outside" Block, CONTRACT,
        "`foto` menunjuk ke luar kiriman. Letakkan foto di dalam folder yang sama dan tulis namanya saja.",
        "`foto` points outside the drop; put the picture into the same folder and give its name";
    PHOTO_NOT_REGULAR "photo-not-regular" Block, CONTRACT,
        "`foto` bukan berkas biasa (pintasan, folder atau perangkat). Kirim berkas gambarnya sendiri.",
        "`foto` is no regular file (a link, folder or device); send the picture file itself";
    PHOTO_DENIED "photo-denied" Block, CONTRACT,
        "Stasiun tidak boleh membaca berkas foto ini. Beri semua orang izin membaca berkas itu (atau salin ulang), lalu kirim ulang.",
        "the station may not read the photo's file; give everybody the right to read it, or copy it anew, and send it again";
    PHOTO_FORMAT "photo-format" Block, CONTRACT,
        "Foto bukan JPEG atau PNG yang dapat dibaca. Simpan ulang sebagai JPEG, lalu kirim ulang; mengganti nama berkas tidak cukup.",
        "the photo is no JPEG or PNG that can be read; save it as a JPEG, as renaming the file is not enough";
    PHOTO_TRUNCATED "photo-truncated" Block, CONTRACT,
        "Berkas foto tidak utuh, biasanya karena salinannya terputus. Salin ulang dari aslinya, lalu kirim ulang.",
        "the photo file is cut short, mostly by a broken copy; copy it again from the original";
    PHOTO_LIMITS "photo-limits" Block, PRINTING,
        "Foto terlalu besar (paling besar 6000 × 6000 piksel). Perkecil, lalu kirim ulang.",
        "the photo is too large (at most 6000 x 6000 pixels); make it smaller and send it again";
    PHOTO_BLANK "photo-blank" Block, CONTRACT,
        "Foto kosong atau nyaris satu warna. Kirim foto anak yang jelas.",
        "the photo is blank or nearly one colour; send a clear picture of the child";
    PHOTO_TOO_SMALL "photo-too-small" Block, CONTRACT,
        "Foto terlalu kecil untuk dicetak tajam ({}). Kirim foto asli dari kamera, bukan tangkapan layar atau kiriman pesan.",
        "the photo is too small to print sharply at 300 dpi ({}); send the camera's original, not a screenshot or a forwarded copy";
    PHOTO_SHARED "photo-shared" Block, CONTRACT,
        "Foto yang sama sudah dipakai untuk NIK lain. Pastikan foto tidak tertukar; bila memang benar, mintalah petugas mengizinkannya.",
        "the same picture is already used for another NIK; check for a mix-up, or have the office allow it";
    PHOTO_BACKGROUND "photo-background" Warn, PRACTICE,
        "Warna latar foto tidak sesuai tahun lahir: merah untuk tahun ganjil, biru untuk tahun genap. Kartu tetap dicetak.",
        "the photo's background is not the birth year's colour, red for odd and blue for even years; the card is made";

    // What the station knows already.
    DUPLICATE_LIVE_CARD "duplicate-live-card" Block, "Permendagri 2/2016; satu anak satu kartu",
        "Anak ini sudah punya KIA yang masih berlaku. Untuk kartu pengganti, isi `alasan` selain BARU: HABIS_BERLAKU, PINDAH, HILANG, RUSAK atau PERUBAHAN_DATA.",
        "this child already has a live card; for a replacement give an `alasan` other than BARU";
    REVISION_NEEDED "revision-needed" Block, CONTRACT,
        "Data lain untuk NIK ini sudah menunggu dicetak. Bila kiriman ini perbaikannya, naikkan `revisi`, lalu kirim ulang.",
        "another record of this NIK already waits for printing; if this one corrects it, raise `revisi` and send it again";
    CARD_IN_PRINT "card-in-print" Block, PRACTICE,
        "Kartu untuk NIK ini sedang dicetak atau hasil cetaknya belum dipastikan. Kirim ulang setelah petugas memastikannya.",
        "a card of this NIK is being printed or its outcome is not confirmed yet; send the record again once the office has settled it";
    UNCHANGED "unchanged" Warn, CONTRACT,
        "Data yang sama sudah diterima sebelumnya; tidak ada kartu baru yang dibuat.",
        "the same record was accepted before; no new card is made";

    // The card.
    TEXT_DOES_NOT_FIT "text-does-not-fit" Block, PRINTING,
        "Isi kolom `{field}` tidak muat pada kartu walau sudah diperkecil. Singkat isinya, lalu kirim ulang.",
        "`{field}` does not fit the card even when made smaller; shorten it and send the record again";
    GLYPH_MISSING "glyph-missing" Block, PRINTING,
        "Isi kolom `{field}` memuat huruf atau tanda yang tidak dapat dicetak ({}). Ganti dengan huruf biasa, lalu kirim ulang.",
        "`{field}` holds characters that cannot be printed ({}); write it with ordinary letters";
    QR_TOO_LARGE "qr-too-large" Block, PRINTING,
        "Isi `qr` terlalu panjang untuk kode QR yang terbaca pada kartu ({}). Perpendek isinya.",
        "`qr` is too long for a code that can be read on the card ({}); shorten it";

    // The drop.
    MANIFEST_UNREADABLE "manifest-unreadable" Block, CONTRACT,
        "Berkas `batch.json` tidak dapat dibaca ({}). Perbaiki, lalu kirim ulang seluruh kiriman.",
        "`batch.json` cannot be read ({}); correct it and send the whole drop again";
    MANIFEST_FILE_MISSING "manifest-file-missing" Block, CONTRACT,
        "Berkas yang tercantum dalam `batch.json` tidak ada ({}). Lengkapi, lalu kirim ulang seluruh kiriman.",
        "a file listed in `batch.json` is missing ({}); complete the drop and send all of it again";
    MANIFEST_SIZE "manifest-size" Block, CONTRACT,
        "Ukuran berkas berbeda dengan `batch.json` ({}): salinannya mungkin terputus. Kirim ulang seluruh kiriman.",
        "a file's size differs from `batch.json` ({}): the copy may have broken off; send the whole drop again";
    MANIFEST_HASH "manifest-hash" Block, CONTRACT,
        "Isi berkas berbeda dengan `batch.json` ({}): berkas rusak atau diubah. Kirim ulang seluruh kiriman.",
        "a file's content differs from `batch.json` ({}): it is damaged or was changed; send the whole drop again";
    DROP_UNREADABLE "drop-unreadable" Block, CONTRACT,
        "Kiriman tidak dapat dibaca sebagai JSON atau tabel ({}). Perbaiki berkasnya, lalu kirim ulang. Tabel harus memuat satu baris judul kolom yang dikenal; untuk judul kolom sekolah sendiri, mintalah petugas menyimpan pemetaannya.",
        "the drop cannot be read as JSON or as a table ({}); correct the file and send it again; a table needs a row of known column names, or a mapping that the office has saved for its own";
    DROP_ENCODING "drop-encoding" Block, CONTRACT,
        "Teks dalam kiriman bukan UTF-8 ({}). Simpan ulang sebagai \"CSV UTF-8\" atau JSON UTF-8, lalu kirim ulang.",
        "the drop's text is not UTF-8 ({}); save it as \"CSV UTF-8\" or as UTF-8 JSON and send it again";
    DROP_EMPTY "drop-empty" Block, CONTRACT,
        "Kiriman tidak memuat satu pun data anak. Periksa berkasnya, lalu kirim ulang.",
        "the drop holds no record; check the file and send it again";
    DROP_LIMITS "drop-limits" Block, CONTRACT,
        "Kiriman melampaui batas ({}). Bagi menjadi beberapa kiriman yang lebih kecil.",
        "the drop exceeds a limit ({}); split it into smaller ones";
    DROP_STOPS "drop-stops" Block, CONTRACT,
        "Stasiun berhenti dua kali saat membaca kiriman ini, jadi kiriman tidak dibaca lagi. Periksa berkasnya, lalu kirim ulang datanya dalam kiriman yang lebih kecil.",
        "the station stopped twice while it read this drop, so it is not read again; look at the file, and send the records again in smaller drops";
    DROP_NESTED "drop-nested" Block, CONTRACT,
        "Folder atau data di dalam kiriman bertingkat terlalu dalam ({}). Sederhanakan susunannya.",
        "folders or data in the drop are nested too deeply ({}); make it flatter";
    DROP_KIND "drop-kind" Block, CONTRACT,
        "Jenis berkas ini tidak diterima ({}). Kirim sebagai `.json`, `.csv`, `.xlsx`, `.zip`, atau folder berisi `records.jsonl`, `records.json`, `records.csv` atau `records.xlsx`. Berkas `.xls` dan `.ods`: buka, lalu pilih Simpan Sebagai > Excel Workbook (.xlsx).",
        "this kind of file is not taken ({}); send a `.json`, `.csv`, `.xlsx` or `.zip`, or a folder with `records.jsonl`, `records.json`, `records.csv` or `records.xlsx`; open an `.xls` or `.ods` and save it as an Excel workbook (.xlsx)";
    DROP_AMBIGUOUS "drop-ambiguous" Block, CONTRACT,
        "Kiriman memuat lebih dari satu berkas data ({}). Sisakan satu saja.",
        "the drop holds more than one file of records ({}); keep only one";
    DROP_SPECIAL "drop-special" Block, CONTRACT,
        "Kiriman memuat pintasan atau berkas khusus ({}). Kirim berkas aslinya.",
        "the drop holds a link or special file ({}); send the file itself";
    ARCHIVE_UNREADABLE "archive-unreadable" Block, CONTRACT,
        "Berkas ZIP atau Excel ini rusak, tidak utuh, atau salah menyebut ukuran isinya ({}). Simpan atau buat ulang berkasnya, lalu kirim ulang.",
        "the ZIP or Excel file is damaged, cut short, or wrong about the size of what it holds ({}); save or make it again and send it again";
    ARCHIVE_BOMB "archive-bomb" Block, CONTRACT,
        "Isi berkas ZIP atau Excel ini membengkak tidak wajar bila dibuka ({}). Buat ulang dari berkas aslinya, lalu kirim ulang.",
        "the ZIP or Excel file swells beyond reason when it is opened ({}); make it again from the original files";
    ARCHIVE_LOCKED "archive-locked" Block, CONTRACT,
        "Berkas ini diberi kata sandi, atau berformat Excel lama (.xls) yang diganti namanya. Simpan ulang tanpa kata sandi sebagai ZIP biasa atau Excel Workbook (.xlsx).",
        "the file has a password, or is an old Excel file (.xls) under another name; save it without a password as a plain ZIP or Excel workbook (.xlsx)";
    ARCHIVE_PATH "archive-path" Block, CONTRACT,
        "ZIP memuat nama berkas yang menunjuk ke luar ZIP atau tidak sah. Buat ulang ZIP dari foldernya, lalu kirim ulang.",
        "the ZIP holds a file name that leads outside it or is no name; make the ZIP again from its folder";
    ARCHIVE_TWICE "archive-twice" Block, CONTRACT,
        "ZIP memuat dua berkas bernama sama (huruf besar dan kecil dianggap sama), atau isinya tumpang tindih ({}). Sisakan satu, lalu buat ulang ZIP-nya.",
        "the ZIP holds two files of one name (letter case is not told apart), or entries that overlap ({}); keep one and make the ZIP again";
    ARCHIVE_NESTED "archive-nested" Block, CONTRACT,
        "Di dalam ZIP ada berkas arsip lain ({}). Keluarkan isinya lebih dahulu, lalu buat satu ZIP saja.",
        "the ZIP holds another archive ({}); unpack it first and make one ZIP of everything";
    WORKBOOK_SHEETS "workbook-sheets" Block, CONTRACT,
        "Buku kerja memuat lebih dari satu lembar data ({}), sehingga tidak jelas mana yang dikirim. Simpan satu lembar per berkas, atau gabungkan dalam satu lembar.",
        "the workbook holds more than one sheet of records ({}); save one sheet a file, or put all rows into one sheet";
    TABLE_QUOTE "table-quote" Block, CONTRACT,
        "Tanda kutip yang tidak ditutup membuat baris-baris sesudahnya ikut terbaca sebagai satu sel ({}). Tutup atau hapus tanda kutip itu, lalu kirim ulang seluruh tabel.",
        "a quote that is not closed makes the rows after it part of one cell ({}); close it or take it away, and send the whole table again";
    ROW_UNREADABLE "row-unreadable" Block, CONTRACT,
        "Baris ini tidak dapat dibaca ({}). Perbaiki baris ini, lalu kirim ulang baris ini saja.",
        "this row cannot be read ({}); correct it and send this row again";
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.code == code)
}
