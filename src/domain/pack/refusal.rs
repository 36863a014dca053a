//! Why a step of the handover is refused.

use super::Stage;
use crate::domain::card::State;
use crate::domain::ids::{CardId, PackId};
use crate::domain::text::{Explain, Text};

/// A step of the handover that is refused, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackRefusal {
    #[error("there is no pack {0}: `pack list` lists the packs")]
    NoPack(PackId),
    /// The pack is not where this step begins.
    #[error("pack {pack} is {is} and must be {wanted} for this step")]
    Stage {
        pack: PackId,
        is: Stage,
        /// Where it must be.
        wanted: Stage,
    },
    /// What needs a sealed pack.
    #[error("pack {0} is still open: close it first")]
    StillOpen(PackId),
    /// A number out of turn, or a second open pack for the same school.
    #[error("pack {0} is not the next one, or the school has an open pack: look again")]
    Taken(PackId),
    /// Nothing is in it.
    #[error("pack {0} is empty")]
    Empty(PackId),
    /// What an event says of the cards is not what the log adds up to.
    #[error("pack {0} holds other cards by now: look again")]
    Count(PackId),
    /// Cards that no scan proved.
    #[error(
        "pack {pack} holds cards that no scan verified: {}; scan them, take them out, or let a supervisor close it with --waive",
        list(cards)
    )]
    Unverified { pack: PackId, cards: Vec<CardId> },
    /// A card that cannot go into a pack.
    #[error("card {card} is {state}: only a printed, verified or returned card goes into a pack")]
    NotPackable { card: CardId, state: State },
    /// A card lies in one pack.
    #[error("card {card} lies in pack {pack}: take it out first, or move it")]
    InPack { card: CardId, pack: PackId },
    /// A card that is in no pack, or in another.
    #[error("card {0} is not in that pack, or its pack has not come that far")]
    NotInPack(CardId),
    /// A card goes to its own school unless it is moved.
    #[error("card {card} belongs to another school than pack {pack}: use `pack move`")]
    OtherSchool { card: CardId, pack: PackId },
    /// No card names this school or village.
    #[error("no card in the ledger is of the school or village `{0}`: check its number or name")]
    NoDestination(String),
    #[error("no verified card waits for a pack there")]
    NothingToPack,
    /// A carrier that gives numbers needs one.
    #[error(
        "this way of sending has a shipment number: 3 to 40 letters, digits and `-./`, and no NIK"
    )]
    ShipmentForm,
    /// A receipt or return of no card.
    #[error("no card of pack {0} is outstanding or named: there is nothing to enter")]
    NothingSaid(PackId),
    /// Nothing arrives before it was sent.
    #[error("pack {0} was sent later than that day: check the date")]
    BeforeSent(PackId),
    /// Nothing is sent before it was sealed.
    #[error("pack {0} was closed later than that day: check the date")]
    BeforeClosed(PackId),
    /// The same file again.
    #[error("this file is attached to pack {0} already")]
    Attached(PackId),
}

impl Explain for PackRefusal {
    fn text(&self) -> Text {
        let id = match self {
            Self::NoPack(pack) => format!("tidak ada paket {pack}"),
            Self::Stage { pack, is, wanted } => format!(
                "paket {pack} {}, sedangkan langkah ini untuk paket yang {}",
                is.text().id,
                wanted.text().id
            ),
            Self::StillOpen(pack) => format!("paket {pack} masih terbuka; segel dulu"),
            Self::Taken(pack) => {
                format!(
                    "paket {pack} bukan nomor berikutnya, atau sekolah ini sudah punya paket terbuka; lihat lagi"
                )
            }
            Self::Empty(pack) => format!("paket {pack} kosong"),
            Self::Count(pack) => format!("isi paket {pack} sudah berubah; lihat lagi"),
            Self::Unverified { pack, cards } => format!(
                "di paket {pack} ada kartu yang belum dipindai: {}; pindai, keluarkan, atau minta penyelia menyegelnya",
                list(cards)
            ),
            Self::NotPackable { card, state } => format!(
                "kartu {card} {}; hanya kartu tercetak, terverifikasi atau kembali yang masuk paket",
                state.text().id
            ),
            Self::InPack { card, pack } => {
                format!("kartu {card} ada di paket {pack}; keluarkan atau pindahkan dulu")
            }
            Self::NotInPack(card) => {
                format!("kartu {card} tidak ada di paket itu, atau paketnya belum sampai tahap ini")
            }
            Self::OtherSchool { card, pack } => format!(
                "kartu {card} milik sekolah lain, bukan tujuan paket {pack}; bila anaknya pindah sekolah, pindahkan kartunya"
            ),
            Self::NoDestination(asked) => format!(
                "tidak ada kartu dari sekolah atau desa `{asked}`; periksa NPSN atau namanya"
            ),
            Self::NothingToPack => {
                "tidak ada kartu terverifikasi yang menunggu dikemas di sana".into()
            }
            Self::ShipmentForm => {
                "cara kirim ini perlu nomor kiriman: 3-40 huruf, angka dan `-./`, bukan NIK".into()
            }
            Self::NothingSaid(pack) => {
                format!(
                    "tidak ada kartu paket {pack} yang ditunggu atau dipilih; tidak ada yang dicatat"
                )
            }
            Self::BeforeSent(pack) => {
                format!("paket {pack} dikirim sesudah tanggal itu; periksa tanggalnya")
            }
            Self::BeforeClosed(pack) => {
                format!("paket {pack} disegel sesudah tanggal itu; periksa tanggalnya")
            }
            Self::Attached(pack) => format!("berkas ini sudah dilampirkan pada paket {pack}"),
        };
        (id, self.to_string()).into()
    }
}

fn list(cards: &[CardId]) -> String {
    let cards: Vec<String> = cards.iter().map(CardId::to_string).collect();
    cards.join(", ")
}
