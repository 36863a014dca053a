//! Packs: the cards that go to one school, from the open envelope to its receipt.
//!
//! ```text
//! open ─▶ closed ─▶ sent ─▶ partial ─▶ received
//!                     └────────────────▶ returned
//! ```
//!
//! The ledger keeps how far the envelope came ([`Stage`]); what the school said of the cards in it
//! makes the rest ([`PackState`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::card::State;
use super::ids::{CardId, PackId};
use super::nik::Nik;
use super::record::School;

/// Where a pack goes: to a school, or for children of no school to their village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Destination {
    /// A school. It has a number or a name.
    School {
        /// National school number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        npsn: Option<String>,
        /// Name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        nama: Option<String>,
    },
    /// A village (*desa* or *kelurahan*).
    Village {
        /// Its district.
        kecamatan: String,
        /// Its name.
        desa: String,
    },
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
    /// It is sealed.
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

    /// What an operator reads.
    pub const fn indonesian(self) -> &'static str {
        match self {
            Self::Open => PackState::Open.indonesian(),
            Self::Closed => PackState::Closed.indonesian(),
            Self::Sent => PackState::Sent.indonesian(),
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
    /// They came back.
    pub returned: u32,
}

/// Where a pack stands, with what the school said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PackState {
    /// Cards are put in and taken out.
    Open,
    /// Sealed.
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
    /// Every state.
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

    /// What an operator reads.
    pub const fn indonesian(self) -> &'static str {
        match self {
            Self::Open => "terbuka",
            Self::Closed => "disegel",
            Self::Sent => "dikirim",
            Self::Partial => "diterima sebagian",
            Self::Received => "diterima",
            Self::Returned => "kembali semua",
        }
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
    /// A courier.
    Kurir,
    /// A member of the office brings it.
    Petugas,
    /// The school fetches it.
    Dijemput,
}

impl Carrier {
    /// Every carrier.
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

    /// What stands on the papers.
    pub const fn indonesian(self) -> &'static str {
        match self {
            Self::Artis => "Kantor Pos (ARTIS)",
            Self::Kurir => "kurir",
            Self::Petugas => "petugas kantor",
            Self::Dijemput => "dijemput pihak sekolah",
        }
    }

    /// Whether it gives a shipment number.
    pub const fn gives_number(self) -> bool {
        matches!(self, Self::Artis | Self::Kurir)
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
    /// Nobody claimed it.
    TidakDiambil,
    /// The child goes to another school.
    PindahSekolah,
    /// It lay in the wrong envelope.
    SalahKirim,
    /// The envelope never reached the school.
    TidakSampai,
    /// Anything else.
    Lain,
}

impl ReturnReason {
    /// Every reason.
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

    /// What the code means, in Indonesian and in English.
    pub const fn meaning(self) -> (&'static str, &'static str) {
        match self {
            Self::TidakDiambil => ("tidak diambil", "nobody claimed it"),
            Self::PindahSekolah => ("anak pindah sekolah", "the child changed school"),
            Self::SalahKirim => ("salah alamat", "it was in the wrong envelope"),
            Self::TidakSampai => ("kiriman tidak sampai", "the shipment never arrived"),
            Self::Lain => ("sebab lain", "any other cause"),
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
    /// Every way.
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

    /// What an operator reads.
    pub const fn indonesian(self) -> &'static str {
        match self {
            Self::Removed => "dikeluarkan",
            Self::Moved => "dipindahkan",
            Self::Returned => "kembali",
            Self::Spoiled => "rusak",
            Self::Void => "tidak berlaku",
        }
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

/// A step of the handover that is refused, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackRefusal {
    /// No such pack.
    #[error("there is no pack {0}: `pack list` lists the packs")]
    NoPack(PackId),
    /// The pack is not where this step begins.
    #[error("pack {pack} is {is} and must be {wanted} for this step")]
    Stage {
        /// Which pack.
        pack: PackId,
        /// Where it is.
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
    Unverified {
        /// Which pack.
        pack: PackId,
        /// The cards.
        cards: Vec<CardId>,
    },
    /// A card that cannot go into a pack.
    #[error("card {card} is {state}: only a printed, verified or returned card goes into a pack")]
    NotPackable {
        /// Which card.
        card: CardId,
        /// Where it stands.
        state: State,
    },
    /// A card lies in one pack.
    #[error("card {card} lies in pack {pack}: take it out first, or move it")]
    InPack {
        /// Which card.
        card: CardId,
        /// Its pack.
        pack: PackId,
    },
    /// A card that is in no pack, or in another.
    #[error("card {0} is not in that pack, or its pack has not come that far")]
    NotInPack(CardId),
    /// A card goes to its own school unless it is moved.
    #[error("card {card} belongs to another school than pack {pack}: use `pack move`")]
    OtherSchool {
        /// Which card.
        card: CardId,
        /// The pack.
        pack: PackId,
    },
    /// No card names this school or village.
    #[error("no card in the ledger is of the school or village `{0}`: check its number or name")]
    NoDestination(String),
    /// Nothing to gather.
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
    /// The same file again.
    #[error("this file is attached to pack {0} already")]
    Attached(PackId),
}

impl PackRefusal {
    /// What an operator reads, in Indonesian.
    pub fn indonesian(&self) -> String {
        match self {
            Self::NoPack(pack) => format!("tidak ada paket {pack}"),
            Self::Stage { pack, is, wanted } => format!(
                "paket {pack} {}, sedangkan langkah ini untuk paket yang {}",
                is.indonesian(),
                wanted.indonesian()
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
                state.indonesian()
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
            Self::Attached(pack) => format!("berkas ini sudah dilampirkan pada paket {pack}"),
        }
    }
}

fn list(cards: &[CardId]) -> String {
    let cards: Vec<String> = cards.iter().map(CardId::to_string).collect();
    cards.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school(npsn: Option<&str>, nama: Option<&str>) -> Destination {
        let school = School {
            npsn: npsn.map(str::to_owned),
            nama: nama.map(str::to_owned),
            kelas: Some("2A".into()),
        };
        Destination::of(&school, "CURUP TENGAH", "AIR BANG")
    }

    #[test]
    fn a_destination_is_found_by_number_name_or_key_and_by_nothing_of_another() {
        let named = school(None, Some("SDN 1 CURUP"));
        let village = school(None, None);
        for (destination, asked) in [
            (&school(Some("10700001"), None), "10700001"),
            (&named, "sdn 1 curup"),
            (&village, "Air Bang"),
        ] {
            assert!(destination.is(asked) && destination.is(&destination.key()));
        }
        // Villages of one name lie in several districts: the key alone tells them apart.
        let other = Destination::Village {
            kecamatan: "CURUP".into(),
            desa: "AIR BANG".into(),
        };
        assert!(other.is("air bang") && !other.is(&village.key()));
    }

    #[test]
    fn a_refusal_names_its_cards_and_packs_in_both_languages() {
        let pack = PackId::new(12);
        let cards = vec![CardId::new(7), CardId::new(8)];
        let refusal = PackRefusal::Unverified {
            pack,
            cards: cards.clone(),
        };
        for text in [refusal.to_string(), refusal.indonesian()] {
            assert!(text.contains(&pack.to_string()), "{text}");
            assert!(
                cards.iter().all(|card| text.contains(&card.to_string())),
                "{text}"
            );
        }
        let (is, wanted) = (Stage::Open, Stage::Sent);
        let stage = PackRefusal::Stage { pack, is, wanted }.indonesian();
        assert!(
            stage.contains("terbuka") && stage.contains("dikirim"),
            "{stage}"
        );
    }

    #[test]
    fn names_are_the_same_for_serde_and_for_people() {
        for stage in Stage::ALL {
            assert_eq!(Stage::from_name(stage.name()), Some(stage));
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.name());
        }
        for state in PackState::ALL {
            assert_eq!(PackState::from_name(state.name()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
        for carrier in Carrier::ALL {
            assert_eq!(Carrier::from_code(carrier.code()), Some(carrier));
            assert_eq!(serde_json::to_value(carrier).unwrap(), carrier.code());
        }
        for reason in ReturnReason::ALL {
            assert_eq!(ReturnReason::from_code(reason.code()), Some(reason));
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
        }
        for way in Leaving::ALL {
            assert_eq!(Leaving::from_name(way.name()), Some(way));
            assert_eq!(serde_json::to_value(way).unwrap(), way.name());
        }
    }

    #[test]
    fn a_school_is_known_by_its_number_however_its_name_is_spelled() {
        let one = school(Some("10700001"), Some("SDN 2 CURUP TENGAH"));
        let two = school(Some("10700001"), Some("SD Negeri 02 Curup Tengah"));
        assert_eq!(one.key(), two.key());
        assert_ne!(one.key(), school(Some("10700002"), None).key());
        let (a, b) = (school(None, Some("sdn 2 ")), school(None, Some("SDN 2")));
        assert_eq!(a.key(), b.key());
        assert!(one.is("10700001") && one.is("sdn 2 curup tengah") && !one.is("SDN 2"));
        let village = school(None, None);
        assert_eq!(
            village.name(),
            "DESA/KELURAHAN AIR BANG, KECAMATAN CURUP TENGAH"
        );
        assert!(village.is("air bang"));
        assert_ne!(village.key(), school(None, Some("AIR BANG")).key());
    }

    #[test]
    fn a_pack_is_received_when_nothing_is_outstanding_and_returned_when_nothing_arrived() {
        let state = |outstanding, received, returned| {
            let tally = Tally {
                cards: outstanding + received,
                outstanding,
                received,
                returned,
            };
            PackState::of(Stage::Sent, tally)
        };
        assert_eq!(state(3, 0, 0), PackState::Sent);
        assert_eq!(state(2, 1, 0), PackState::Partial);
        assert_eq!(state(2, 0, 1), PackState::Partial);
        assert_eq!(state(0, 2, 1), PackState::Received);
        assert_eq!(state(0, 0, 3), PackState::Returned);
        let open = PackState::of(Stage::Open, Tally::default());
        assert_eq!(open, PackState::Open);
    }

    #[test]
    fn a_pack_closes_with_proved_cards_alone_unless_the_rest_is_waived() {
        let pack = PackId::new(1);
        let card = CardId::new;
        let good = [(card(1), State::Verified), (card(2), State::Returned)];
        assert_eq!(judge_close(pack, &good, false), Ok(vec![]));
        assert_eq!(judge_close(pack, &[], true), Err(PackRefusal::Empty(pack)));
        let mixed = [good[0], (card(3), State::Printed)];
        let refused = judge_close(pack, &mixed, false);
        let cards = vec![card(3)];
        assert_eq!(refused, Err(PackRefusal::Unverified { pack, cards }));
        assert_eq!(judge_close(pack, &mixed, true), Ok(vec![card(3)]));
    }

    #[test]
    fn a_shipment_number_is_kept_whole_and_is_no_nik() {
        for good in ["P2611240012345", "EE123456789ID", "ARTIS/2026/0012"] {
            assert_eq!(good.parse::<ShipmentNumber>().unwrap().as_str(), good);
        }
        for bad in ["", "12", "a b c", "1702094503180001", "x-1702094503180001"] {
            assert!(bad.parse::<ShipmentNumber>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_card_that_can_be_packed_may_become_packed_and_leave_again() {
        for state in State::ALL {
            assert_eq!(
                can_be_packed(state),
                state.may_become(State::Packed),
                "{state}"
            );
            if Leaving::by(state).is_some() {
                assert!(State::HandedOver.may_become(state), "{state}");
            }
        }
    }
}
