//! The report of a closed day (*laporan harian*), with the checkpoint of the log printed on it.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use super::{SpelledDate, Stationery, TypesetError};
use crate::domain::card::State;
use crate::domain::office::{Office, Official};
use crate::domain::stock::Balance;
use crate::domain::text::Explain;

/// The template of the report.
const TEMPLATE: &str = "laporan-harian.typ";

/// What stands in the report of a day.
#[derive(Debug, Clone)]
pub struct DaySheet<'a> {
    pub date: Date,
    /// The office whose paper it is.
    pub office: &'a Office,
    /// Its head on that day; a place to write in is left where none is set.
    pub official: Option<&'a Official>,
    /// Who closed the day.
    pub actor: &'a str,
    /// Who countersigned a difference.
    pub second: Option<&'a str>,
    /// Why the count differs.
    pub explanation: Option<&'a str>,
    /// The kind of blanks.
    pub media: &'a str,
    pub balance: Balance,
    /// How many must be left.
    pub closing: i64,
    /// How many were counted.
    pub counted: u32,
    /// How many cards stood in each state.
    pub cards: Vec<(State, u64)>,
    /// The signed head of the log.
    pub checkpoint: DayCheckpoint<'a>,
}

/// A checkpoint as it is printed.
#[derive(Debug, Clone, Serialize)]
pub struct DayCheckpoint<'a> {
    /// The number of the last event.
    #[serde(rename = "peristiwa")]
    pub seq: u64,
    /// The first digits of its hash, in fours.
    #[serde(rename = "ringkas")]
    pub short: String,
    #[serde(rename = "kepala")]
    pub head: &'a str,
    /// The station's public key.
    #[serde(rename = "kunci")]
    pub key: &'a str,
    #[serde(rename = "tanda_tangan")]
    pub signature: &'a str,
    /// The file that holds it.
    #[serde(rename = "berkas")]
    pub file: String,
    /// When it was signed, as people read it.
    #[serde(rename = "pada")]
    pub at: String,
}

impl DaySheet<'_> {
    /// Typesets it by the office's template.
    ///
    /// # Errors
    /// As [`Stationery::typeset`].
    pub fn typeset(&self, stationery: &Stationery) -> Result<Vec<u8>, TypesetError> {
        stationery.typeset(TEMPLATE, &self.data(), self.date)
    }

    /// The value that the template reads.
    fn data(&self) -> Value {
        let balance = &self.balance;
        let cards = self.cards.iter();
        json!({
            "tanggal": SpelledDate::from(self.date),
            "kantor": self.office,
            "pejabat": self.official.map(|official| json!({
                "nama": official.nama,
                "nip": official.nip,
                "jabatan": official.title(),
            })),
            "petugas": self.actor,
            "penyetuju": self.second,
            "penjelasan": self.explanation,
            "jenis": self.media,
            // Numbers as text: the typesetter writes a minus sign that a font may lack.
            "neraca": [
                ["Awal hari", balance.opening.to_string()],
                ["+ diterima", balance.received.to_string()],
                ["+ kembali dari pinjaman", balance.returned.to_string()],
                ["- menjadi kartu baik", balance.good.to_string()],
                ["- rusak", balance.spoiled.to_string()],
                ["- cetak uji", balance.test.to_string()],
                ["- dipinjamkan", balance.lent.to_string()],
                ["Sisa menurut buku", self.closing.to_string()],
                ["Dihitung", self.counted.to_string()],
                ["Selisih", (i64::from(self.counted) - self.closing).to_string()],
            ],
            "kartu": cards.map(|(state, count)| json!([state.text().id, count])).collect::<Vec<_>>(),
            "titik": self.checkpoint,
        })
    }
}
