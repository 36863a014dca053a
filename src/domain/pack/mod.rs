//! Packs: the cards that go to one school, from the open envelope to its receipt.
//!
//! ```text
//! open ─▶ closed ─▶ sent ─▶ partial ─▶ received
//!                     └────────────────▶ returned
//! ```
//!
//! The ledger keeps how far the envelope came ([`Stage`]); what the school said of the cards in it
//! makes the rest ([`PackState`]).

mod refusal;

use crate::domain::text::{Explain, Text};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::card::State;
use super::ids::{CardId, PackId};
use super::nik::Nik;
use super::record::School;

pub use refusal::PackRefusal;

/// Where a pack goes: to a school, or for children of no school to their village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Destination {
    /// A school. It has a number or a name.
    School {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        npsn: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nama: Option<String>,
    },
    /// A village (*desa* or *kelurahan*).
    Village { kecamatan: String, desa: String },
}

impl Destination {
    /// Where a card goes by its record.
    pub fn of(school: &School, kecamatan: &str, desa: &str) -> Self {
        if school.npsn.is_none() && school.nama.is_none() {
            Self::Village {
                kecamatan: kecamatan.to_owned(),
                desa: desa.to_owned(),
            }
        } else {
            Self::School {
                npsn: school.npsn.clone(),
                nama: school.nama.clone(),
            }
        }
    }

    /// What makes two destinations the same: a school's number where it has one, for its name is
    /// spelled in many ways; else the name without regard to case.
    pub fn key(&self) -> String {
        let plain = |text: &str| text.trim().to_uppercase();
        match self {
            Self::School {
                npsn: Some(npsn), ..
            } => format!("npsn/{}", npsn.trim()),
            Self::School { npsn: None, nama } => {
                format!("sekolah/{}", plain(nama.as_deref().unwrap_or_default()))
            }
            Self::Village { kecamatan, desa } => {
                format!("desa/{}/{}", plain(kecamatan), plain(desa))
            }
        }
    }

    /// The name that stands on the envelope.
    pub fn name(&self) -> String {
        match self {
            Self::School {
                nama: Some(nama), ..
            } => nama.clone(),
            Self::School { npsn, nama: None } => {
                format!("NPSN {}", npsn.as_deref().unwrap_or_default())
            }
            Self::Village { kecamatan, desa } => {
                format!("DESA/KELURAHAN {desa}, KECAMATAN {kecamatan}")
            }
        }
    }

    /// Whether this is what is meant: a school's number or name, or a village's name, in any
    /// case; or the [`Self::key`], which is no other's.
    pub fn is(&self, asked: &str) -> bool {
        let asked = asked.trim().to_uppercase();
        let same = |text: &str| text.trim().to_uppercase() == asked;
        if same(&self.key()) {
            return true;
        }
        match self {
            Self::School { npsn, nama } => {
                [npsn, nama].into_iter().flatten().any(|text| same(text))
            }
            Self::Village { desa, .. } => same(desa),
        }
    }
}

/// How far the envelope came, as the office alone knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Cards are put in and taken out.
    Open,
    Closed,
    /// It left the office.
    Sent,
}

impl Stage {
    /// Every stage in its order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Closed, Self::Sent];

    /// The name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Sent => "sent",
        }
    }

    /// The stage with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Makes sure that a pack is where a step begins.
    ///
    /// # Errors
    /// [`PackRefusal::Stage`].
    pub fn must_be(self, wanted: Self, pack: PackId) -> Result<(), PackRefusal> {
        if self == wanted {
            Ok(())
        } else {
            Err(PackRefusal::Stage {
                pack,
                is: self,
                wanted,
            })
        }
    }
}

impl Explain for Stage {
    fn text(&self) -> Text {
        match self {
            Self::Open => PackState::Open.text(),
            Self::Closed => PackState::Closed.text(),
            Self::Sent => PackState::Sent.text(),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How many cards of a pack are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// In the pack: not taken out, returned, spoiled or void since.
    pub cards: u32,
    /// Sent, and nobody said yet that they came.
    pub outstanding: u32,
    /// The school has or had them.
    pub received: u32,
    pub returned: u32,
}

/// Where a pack stands, with what the school said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackState {
    /// Cards are put in and taken out.
    Open,
    Closed,
    /// On its way; nothing is known of it yet.
    Sent,
    /// Of some cards it is known, of others not.
    Partial,
    /// Nothing is outstanding, and some cards arrived.
    Received,
    /// Nothing is outstanding, and none arrived.
    Returned,
}

impl PackState {
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Closed,
        Self::Sent,
        Self::Partial,
        Self::Received,
        Self::Returned,
    ];

    /// What a stage and a tally come to.
    pub const fn of(stage: Stage, tally: Tally) -> Self {
        match stage {
            Stage::Open => Self::Open,
            Stage::Closed => Self::Closed,
            Stage::Sent if tally.outstanding > 0 => {
                if tally.received + tally.returned > 0 {
                    Self::Partial
                } else {
                    Self::Sent
                }
            }
            Stage::Sent if tally.received > 0 => Self::Received,
            Stage::Sent => Self::Returned,
        }
    }

    /// The name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Sent => "sent",
            Self::Partial => "partial",
            Self::Received => "received",
            Self::Returned => "returned",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Explain for PackState {
    fn text(&self) -> Text {
        let id = match self {
            Self::Open => "terbuka",
            Self::Closed => "disegel",
            Self::Sent => "dikirim",
            Self::Partial => "diterima sebagian",
            Self::Received => "diterima",
            Self::Returned => "kembali semua",
        };
        Text::new(id, self.name())
    }
}

impl fmt::Display for PackState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a pack travels. The wire names are Indonesian: operators type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrier {
    /// Kantor Pos under ARTIS (*antar jemput dokumen gratis*).
    Artis,
    Kurir,
    /// A member of the office brings it.
    Petugas,
    /// The school fetches it.
    Dijemput,
}

impl Carrier {
    pub const ALL: [Self; 4] = [Self::Artis, Self::Kurir, Self::Petugas, Self::Dijemput];

    /// The code an operator types.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Artis => "artis",
            Self::Kurir => "kurir",
            Self::Petugas => "petugas",
            Self::Dijemput => "dijemput",
        }
    }

    /// The carrier with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|carrier| carrier.code() == code)
    }

    /// Whether it gives a shipment number.
    pub const fn gives_number(self) -> bool {
        matches!(self, Self::Artis | Self::Kurir)
    }
}

impl Explain for Carrier {
    fn text(&self) -> Text {
        match self {
            Self::Artis => Text::new("Kantor Pos (ARTIS)", "post office (ARTIS)"),
            Self::Kurir => Text::new("kurir", "courier"),
            Self::Petugas => Text::new("petugas kantor", "a member of the office"),
            Self::Dijemput => Text::new("dijemput pihak sekolah", "fetched by the school"),
        }
    }
}

/// The number of a shipment: 3 to 40 letters, digits and `-./`, and no NIK.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShipmentNumber(String);

impl ShipmentNumber {
    /// The number as the carrier writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ShipmentNumber {
    type Err = PackRefusal;

    fn from_str(text: &str) -> Result<Self, PackRefusal> {
        let text = text.trim();
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/');
        let digits = text.split(|c: char| !c.is_ascii_digit());
        let child = digits.into_iter().any(|run| Nik::parse(run).is_ok());
        if (3..=40).contains(&text.len()) && text.bytes().all(plain) && !child {
            Ok(Self(text.to_owned()))
        } else {
            Err(PackRefusal::ShipmentForm)
        }
    }
}

impl TryFrom<String> for ShipmentNumber {
    type Error = PackRefusal;

    fn try_from(text: String) -> Result<Self, PackRefusal> {
        text.parse()
    }
}

impl From<ShipmentNumber> for String {
    fn from(number: ShipmentNumber) -> Self {
        number.0
    }
}

/// Why a card came back. The wire names are Indonesian: operators type them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReturnReason {
    TidakDiambil,
    /// The child goes to another school.
    PindahSekolah,
    /// It lay in the wrong envelope.
    SalahKirim,
    /// The envelope never reached the school.
    TidakSampai,
    Lain,
}

impl ReturnReason {
    pub const ALL: [Self; 5] = [
        Self::TidakDiambil,
        Self::PindahSekolah,
        Self::SalahKirim,
        Self::TidakSampai,
        Self::Lain,
    ];

    /// The code an operator types.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TidakDiambil => "tidak-diambil",
            Self::PindahSekolah => "pindah-sekolah",
            Self::SalahKirim => "salah-kirim",
            Self::TidakSampai => "tidak-sampai",
            Self::Lain => "lain",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

impl Explain for ReturnReason {
    fn text(&self) -> Text {
        match self {
            Self::TidakDiambil => Text::new("tidak diambil", "nobody claimed it"),
            Self::PindahSekolah => Text::new("anak pindah sekolah", "the child changed school"),
            Self::SalahKirim => Text::new("salah alamat", "it was in the wrong envelope"),
            Self::TidakSampai => Text::new("kiriman tidak sampai", "the shipment never arrived"),
            Self::Lain => Text::new("sebab lain", "any other cause"),
        }
    }
}

/// How a card left a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leaving {
    /// It was taken out in the office.
    Removed,
    /// It went into the pack of another school.
    Moved,
    /// It came back from the school.
    Returned,
    /// It is no good any more.
    Spoiled,
    /// Another card took its place.
    Void,
}

impl Leaving {
    pub const ALL: [Self; 5] = [
        Self::Removed,
        Self::Moved,
        Self::Returned,
        Self::Spoiled,
        Self::Void,
    ];

    /// The name in the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Moved => "moved",
            Self::Returned => "returned",
            Self::Spoiled => "spoiled",
            Self::Void => "void",
        }
    }

    /// The way with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }

    /// How a card that comes into this state leaves its pack; most moves leave it there.
    pub const fn by(state: State) -> Option<Self> {
        match state {
            State::Returned => Some(Self::Returned),
            State::Spoiled => Some(Self::Spoiled),
            State::Void => Some(Self::Void),
            _ => None,
        }
    }
}

impl Explain for Leaving {
    fn text(&self) -> Text {
        let id = match self {
            Self::Removed => "dikeluarkan",
            Self::Moved => "dipindahkan",
            Self::Returned => "kembali",
            Self::Spoiled => "rusak",
            Self::Void => "tidak berlaku",
        };
        Text::new(id, self.name())
    }
}

/// Whether a card in this state can be put into an open pack.
pub const fn can_be_packed(state: State) -> bool {
    matches!(state, State::Printed | State::Verified | State::Returned)
}

/// Which cards of a pack would be sealed though no scan proved them.
///
/// # Errors
/// [`PackRefusal::Empty`]; [`PackRefusal::Unverified`] when there are any and nobody waives it.
pub fn judge_close(
    pack: PackId,
    cards: &[(CardId, State)],
    waive: bool,
) -> Result<Vec<CardId>, PackRefusal> {
    if cards.is_empty() {
        return Err(PackRefusal::Empty(pack));
    }
    let unproved = cards.iter().filter(|(_, state)| !state.is_proved());
    let unproved: Vec<CardId> = unproved.map(|(card, _)| *card).collect();
    if unproved.is_empty() || waive {
        Ok(unproved)
    } else {
        Err(PackRefusal::Unverified {
            pack,
            cards: unproved,
        })
    }
}

#[cfg(test)]
mod tests;
