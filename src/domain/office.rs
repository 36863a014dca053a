//! The office that issues the cards, and who signs for it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The issuing office, as the card names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Office {
    /// Province, without the word: `BENGKULU`.
    pub provinsi: String,
    /// Regency or city with its word: `KABUPATEN REJANG LEBONG`.
    pub kabupaten: String,
    /// The office's own name.
    pub dinas: String,
    pub tempat_terbit: String,
    /// Region code of the office, province and regency: `17.02`.
    pub kode_wilayah: String,
    /// IANA time zone: the day of printing is this zone's day.
    pub zona_waktu: String,
}

impl Default for Office {
    fn default() -> Self {
        Self {
            provinsi: "BENGKULU".into(),
            kabupaten: "KABUPATEN REJANG LEBONG".into(),
            dinas: "DINAS KEPENDUDUKAN DAN PENCATATAN SIPIL".into(),
            tempat_terbit: "CURUP".into(),
            kode_wilayah: "17.02".into(),
            zona_waktu: "Asia/Jakarta".into(),
        }
    }
}

/// A signing official from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Official {
    /// The first day this official signs.
    pub sejak: Date,
    pub nama: String,
    /// Civil servant number; may be empty.
    #[serde(default)]
    pub nip: String,
    /// Title of the post: `KEPALA DINAS`.
    pub jabatan: String,
    /// Acting (pelaksana tugas): the card then says `Plt.` before the title.
    #[serde(default)]
    pub plt: bool,
}

impl Official {
    /// The title as the card prints it.
    pub fn title(&self) -> String {
        if self.plt {
            format!("Plt. {}", self.jabatan)
        } else {
            self.jabatan.clone()
        }
    }
}

/// Who signs on `day`: the latest official whose first day has come.
pub fn signing_on(officials: &[Official], day: Date) -> Option<&Official> {
    officials
        .iter()
        .filter(|official| official.sejak <= day)
        .max_by_key(|official| official.sejak)
}
