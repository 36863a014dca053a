//! The papers of a pack: the minutes of its handover (*berita acara serah terima*, BAST), the
//! receipt lists of its classes, and the labels of its envelope. None carries a NIK, and the
//! labels no personal data at all.

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Value, json};

use super::{SpelledDate, Stationery, TypesetError, spelled};
use crate::domain::card::Kind;
use crate::domain::ids::{CardId, PackId};
use crate::domain::office::{Office, Official};
use crate::domain::pack::{Carrier, Destination};
use crate::domain::text::Explain;

/// The template of the minutes of a handover.
pub const BAST: &str = "berita-acara-serah-terima.typ";
/// The template of the receipt lists.
pub const RECEIPTS: &str = "daftar-tanda-terima.typ";
/// The template of the labels.
pub const LABELS: &str = "label-paket.typ";

/// What stands on the papers of a pack.
#[derive(Debug, Clone)]
pub struct PackPapers<'a> {
    pub pack: PackId,
    /// The number of the minutes, as the office counts them.
    pub number: &'a str,
    /// The day of the handover.
    pub date: Date,
    /// The office whose papers they are.
    pub office: &'a Office,
    /// Its head on that day; a place to write in is left where none is set.
    pub official: Option<&'a Official>,
    /// Where the pack goes.
    pub destination: &'a Destination,
    /// Who takes it there; places to write in are left for what is not known.
    pub receiver: Receiver<'a>,
    /// How it travels, once it was sent.
    pub shipment: Option<Shipment<'a>>,
    /// Its cards in the order of class and name.
    pub cards: Vec<PaperCard<'a>>,
    /// The text of its QR code.
    pub code: &'a str,
    /// The picture of that code.
    pub code_svg: &'a str,
}

/// Who takes a pack at the school.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Receiver<'a> {
    #[serde(rename = "nama")]
    pub name: Option<&'a str>,
    pub nip: Option<&'a str>,
    /// Title of the post.
    #[serde(rename = "jabatan")]
    pub title: Option<&'a str>,
}

/// How a pack travels.
#[derive(Debug, Clone, Copy)]
pub struct Shipment<'a> {
    pub carrier: Carrier,
    /// The number of the shipment.
    pub number: Option<&'a str>,
    /// The day it left.
    pub on: Date,
}

/// A card as the papers list it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PaperCard<'a> {
    #[serde(rename = "kartu")]
    pub card: CardId,
    /// The child's name; none once it was erased.
    #[serde(rename = "nama")]
    pub name: Option<&'a str>,
    #[serde(rename = "kelas")]
    pub class: Option<&'a str>,
    #[serde(rename = "jenis")]
    pub kind: Kind,
}

impl PackPapers<'_> {
    /// Typesets the minutes with the list of all cards, by the office's template.
    ///
    /// # Errors
    /// As [`Stationery::typeset`].
    pub fn bast(&self, stationery: &Stationery) -> Result<Vec<u8>, TypesetError> {
        stationery.typeset(BAST, &self.data(), self.date)
    }

    /// Typesets a list for each class that those who take the cards sign.
    ///
    /// # Errors
    /// As [`Stationery::typeset`].
    pub fn receipts(&self, stationery: &Stationery) -> Result<Vec<u8>, TypesetError> {
        stationery.typeset(RECEIPTS, &self.data(), self.date)
    }

    /// Typesets the label of the envelope and that of the shipment. Their template is given no
    /// card.
    ///
    /// # Errors
    /// As [`Stationery::typeset`].
    pub fn labels(&self, stationery: &Stationery) -> Result<Vec<u8>, TypesetError> {
        stationery.typeset(LABELS, &self.label_data(), self.date)
    }

    /// The value that the labels' template reads: no children and no receiver.
    fn label_data(&self) -> Value {
        let mut data = self.data();
        data["kelas"] = Value::Null;
        data["penerima"] = Value::Null;
        data
    }

    /// The cards of each class, however a sender spells it: `2a` and `02A` are `2A`.
    fn classes(&self) -> Vec<Vec<PaperCard<'_>>> {
        let mut classes = Vec::<(String, Vec<PaperCard<'_>>)>::new();
        for card in &self.cards {
            let name = card.class.unwrap_or_default().trim();
            let name = name.trim_start_matches('0').to_uppercase();
            match classes.iter_mut().find(|(known, _)| *known == name) {
                Some((_, cards)) => cards.push(*card),
                None => classes.push((name, vec![*card])),
            }
        }
        classes.into_iter().map(|(_, cards)| cards).collect()
    }

    /// The value that the templates read.
    fn data(&self) -> Value {
        let classes = self.classes().into_iter().map(
            |cards| json!({ "kelas": cards[0].class, "anak": cards, "jumlah": Counts::of(&cards) }),
        );
        json!({
            "paket": self.pack,
            "nomor": self.number,
            "tanggal": SpelledDate::from(self.date),
            "kantor": self.office,
            "pejabat": self.official.map(|official| json!({
                "nama": official.nama,
                "nip": official.nip,
                "jabatan": official.title(),
            })),
            "tujuan": self.destination.name(),
            "sekolah": matches!(self.destination, Destination::School { .. }),
            "penerima": self.receiver,
            "kirim": self.shipment.map(|shipment| json!({
                "cara": shipment.carrier.text().id,
                "nomor": shipment.number,
                "tanggal": SpelledDate::from(shipment.on).angka,
            })),
            "kelas": classes.collect::<Vec<_>>(),
            "jumlah": Counts::of(&self.cards),
            "kode": { "teks": self.code, "svg": self.code_svg },
        })
    }
}

/// How many cards there are, by kind and in words.
#[derive(Serialize)]
struct Counts {
    muda: u32,
    tua: u32,
    angka: u32,
    kata: String,
}

impl Counts {
    fn of(cards: &[PaperCard<'_>]) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let young = cards.iter().filter(|card| card.kind == Kind::Under5);
        let (muda, angka) = (count(young.count()), count(cards.len()));
        Self {
            muda,
            tua: angka - muda,
            angka,
            kata: spelled(angka),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_class_is_one_list_however_it_is_spelled_and_the_labels_are_given_no_card() {
        let card = |number, class| PaperCard {
            card: CardId::new(number),
            name: Some("ANAK CONTOH"),
            class,
            kind: if number == 1 {
                Kind::Under5
            } else {
                Kind::From5
            },
        };
        let papers = PackPapers {
            pack: PackId::new(1),
            number: "1",
            date: date(2026, 11, 24),
            office: &Office::default(),
            official: None,
            destination: &Destination::Village {
                kecamatan: "CURUP".into(),
                desa: "AIR BANG".into(),
            },
            receiver: Receiver::default(),
            shipment: None,
            cards: vec![
                card(1, Some("2A")),
                card(2, Some("02a")),
                card(3, Some("2A ")),
                card(4, Some("10B")),
                card(5, None),
            ],
            code: "KIA-P:1",
            code_svg: "<svg/>",
        };
        let data = papers.data();
        let classes = data["kelas"].as_array().unwrap();
        let names: Vec<&Value> = classes.iter().map(|class| &class["kelas"]).collect();
        assert_eq!(names, [&json!("2A"), &json!("10B"), &Value::Null]);
        assert_eq!(
            classes[0]["jumlah"],
            json!({ "muda": 1, "tua": 2, "angka": 3, "kata": "tiga" })
        );
        assert_eq!(data["jumlah"]["angka"], 5);
        assert_eq!(data["sekolah"], false);
        assert!(data.to_string().contains("ANAK CONTOH"));
        assert!(!papers.label_data().to_string().contains("ANAK CONTOH"));
    }
}
