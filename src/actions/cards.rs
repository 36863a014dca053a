//! What a person does with cards: finds and views them, holds and releases them, says what became
//! of them and has them made again.

use super::accounts::Second;
use super::{Access, Audit, Failure, Result, Rule};
use crate::domain::audit::AuditCode;
use crate::domain::card::{Evidence, SpoilReason, State};
use crate::domain::ids::{CardId, PackId};
use crate::domain::nik::{Nik, mask_digits};
use crate::domain::reason::Reason;
use crate::domain::record::{Record, School};
use crate::domain::reprint::{ReprintEvidence, ReprintReason};
use crate::domain::text::Text;
use crate::ledger::{self, Card, Entry, Found, PackPlace, Reader, Remake, Reprint, Settlement, Tx};
use crate::production::preview::{self, PreviewError};
use crate::production::tokens::new_token;
use crate::text;

/// Whether a person holds the card and may let it go.
pub fn is_held_by_hand(card: &Card) -> bool {
    card.state == State::Held && card.reason == Some(Reason::Operator)
}

/// Which cards are listed: of a state, of a school, or those that moved last.
#[derive(Debug, Clone)]
pub enum Filter {
    Latest(Option<State>),
    School(School),
}

/// A page of a list.
#[derive(Debug)]
pub struct List {
    pub cards: Vec<Found>,
    /// How many cards are in each state that has any.
    pub states: Vec<(State, u64)>,
}

/// Lists a page of cards; `page` counts from 0.
pub fn list(at: &Access<'_>, filter: &Filter, page: u32) -> Result<List> {
    at.read(Rule::CardList, |ledger| {
        Ok(List {
            cards: match filter {
                Filter::Latest(state) => ledger.latest_cards(*state, page)?,
                Filter::School(school) => ledger.cards_of_school(school, page)?,
            },
            states: ledger.states()?,
        })
    })
}

/// What a search finds.
#[derive(Debug)]
pub enum Search {
    /// The one card with this number.
    Card(CardId),
    Cards {
        /// The text that was sought, a NIK masked.
        text: String,
        cards: Vec<Found>,
        schools: Vec<School>,
    },
}

/// Finds a card by its number, and cards or schools by a NIK or a part of a name. The audit keeps
/// that somebody searched and how, every time, but not for whom.
pub fn search(at: &mut Access<'_>, text: &str, page: u32) -> Result<Search> {
    let text = text.trim();
    if let Ok(card) = text.parse() {
        return at.read(Rule::CardSearch, |ledger| match ledger.card(card)? {
            Some(_) => Ok(Search::Card(card)),
            None => Err(ledger::Error::NoCard(card).into()),
        });
    }
    let is_nik = Nik::parse(text).is_ok();
    let by = if is_nik { "nik" } else { "name" };
    let audit = |_: &Search| Audit::of(AuditCode::CardsSearched, by);
    at.export(Rule::CardSearch, audit, |ledger| {
        let schools = match !is_nik && page == 0 && text.chars().count() > 1 {
            true => ledger.schools(text)?,
            false => Vec::new(),
        };
        Ok(Search::Cards {
            cards: ledger.search(text, page)?,
            text: match is_nik {
                true => mask_digits(text),
                false => text.to_owned(),
            },
            schools,
        })
    })
}

/// All that the station knows of a card.
#[derive(Debug)]
pub struct Details {
    pub card: Card,
    /// `None` once it was erased.
    pub record: Option<Record>,
    pub serial: Option<String>,
    /// Whether a scan proved it good, so that making it again takes a second person.
    pub proved: bool,
    pub history: Vec<Entry>,
    pub packs: Vec<(PackId, PackPlace)>,
    /// The child's other cards.
    pub others: Vec<Card>,
}

fn details(ledger: &Reader, id: CardId) -> Result<Details> {
    let mut others = ledger.cards_of_child_of(id)?;
    others.retain(|other| other.card != id);
    Ok(Details {
        card: ledger.card(id)?.ok_or_else(|| missing(id))?,
        record: ledger.person(id)?.map(|person| person.record),
        serial: ledger.serial(id)?,
        proved: ledger.was_proved(id)?,
        history: ledger.history(id)?,
        packs: ledger.packs_of(id)?,
        others,
    })
}

fn missing(card: CardId) -> Failure {
    Failure::Missing(text!("Tidak ada kartu {card}.", "There is no card {card}."))
}

fn audit(code: AuditCode, card: CardId) -> Audit {
    Audit {
        code,
        card: Some(card),
        detail: None,
    }
}

/// Shows a card with its history.
pub fn view(at: &mut Access<'_>, card: CardId) -> Result<Details> {
    let audit = |_: &Details| audit(AuditCode::CardViewed, card);
    at.view(Rule::CardView, audit, |ledger| details(ledger, card))
}

/// Shows the card of this number, or every card of the child with this NIK.
pub fn view_all(at: &mut Access<'_>, id: &str) -> Result<Vec<Details>> {
    at.permit(Rule::CardView)?;
    let cards = match (id.parse(), Nik::parse(id)) {
        (Ok(card), _) => vec![card],
        (_, Ok(nik)) => at.read(Rule::CardView, |ledger| {
            let cards = ledger.cards_of(&nik)?;
            Ok(cards.iter().map(|card| card.card).collect())
        })?,
        // It is not repeated: it may be a NIK with a slip.
        _ => {
            return Err(Failure::refused(
                "Ini bukan nomor kartu seperti K000123-0 dan bukan NIK; periksa setiap angkanya.",
                "This is neither a card number such as K000123-0 nor a NIK: check every digit.",
            ));
        }
    };
    if cards.is_empty() {
        return Err(Failure::Missing(Text::new(
            "Anak ini tidak punya kartu.",
            "This child has no card.",
        )));
    }
    cards.into_iter().map(|card| view(at, card)).collect()
}

/// Shows a card with NIK and KK in full, which is entered every time.
pub fn numbers(at: &mut Access<'_>, card: CardId) -> Result<Details> {
    let audit = |_: &Details| audit(AuditCode::NikShown, card);
    at.export(Rule::CardNumbers, audit, |ledger| details(ledger, card))
}

/// One side of a card as it is printed, 0 being the front, as PNG.
pub fn picture(at: &mut Access<'_>, card: CardId, side: usize, dpi: u32) -> Result<Vec<u8>> {
    let context = at.context;
    let audit = |_: &Vec<u8>| audit(AuditCode::PictureViewed, card);
    at.view(Rule::CardPicture, audit, |ledger| {
        let png = preview::side_png(&context.paths, ledger, card, side, dpi);
        png.map_err(|error| match error {
            PreviewError::NoCard(_) | PreviewError::NoLot(_) => missing(card),
            PreviewError::NotYet { .. } => Failure::Missing(text!(
                "Kartu {card} belum masuk lot.",
                "Card {card} is in no lot yet."
            )),
            error => Failure::broken(error),
        })
    })
}

/// Enters that the pictures of these cards are shown, before they are.
pub fn show_pictures(at: &mut Access<'_>, cards: &[CardId]) -> Result<()> {
    at.permit(Rule::CardPicture)?;
    let audits = cards
        .iter()
        .map(|card| audit(AuditCode::PictureViewed, *card));
    at.enter(&audits.collect::<Vec<_>>())
}

/// Holds a card that no printer has been given yet.
pub fn hold(at: &mut Access<'_>, card: CardId) -> Result<Text> {
    at.write(Rule::CardHold, |tx| match tx.state(card)? {
        None => Err(ledger::Error::NoCard(card).into()),
        Some(State::Accepted | State::Rendered) => {
            tx.move_card(card, State::Held, Evidence::Operator, Some(Reason::Operator))?;
            Ok(text!("{card} ditahan.", "{card} is held."))
        }
        Some(_) => Err(Failure::Refused(text!(
            "kartu {card} tidak bisa ditahan lagi: sudah di printer, sudah keluar, atau tidak berlaku",
            "card {card} is past holding: it is at the printer, came out, or is no good any more"
        ))),
    })
}

/// Lets a card go on that a person held: it waits for a lot again.
pub fn release(at: &mut Access<'_>, card: CardId) -> Result<Text> {
    at.write(Rule::CardRelease, |tx| {
        let found = tx.card(card)?.ok_or(ledger::Error::NoCard(card))?;
        if !is_held_by_hand(&found) {
            return Err(Failure::Refused(text!(
                "kartu {card} tidak ditahan oleh petugas; lihat riwayatnya",
                "no person holds card {card}: look at its history"
            )));
        }
        tx.move_card(
            card,
            State::Accepted,
            Evidence::Operator,
            Some(Reason::Released),
        )?;
        Ok(text!(
            "{card} dilepas dan antre lagi.",
            "{card} is in the queue again."
        ))
    })
}

/// What became of a card.
#[derive(Debug)]
pub struct Became {
    /// The card that takes its place.
    pub again: Option<CardId>,
    pub text: Text,
}

fn became(card: CardId, again: Option<CardId>, Text { id, en }: Text) -> Became {
    let text = match again {
        Some(new) => text!(
            "{card} {id}, dibuat lagi sebagai {new}.",
            "{card} {en}, made again as {new}."
        ),
        None => text!("{card} {id}.", "{card} {en}."),
    };
    Became { again, text }
}

/// What a person says of a card of which nobody saw what came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It came out good.
    Good,
    /// It came out and is no good.
    Spoiled(SpoilReason),
    /// It did not come out.
    NotOut,
}

/// Settles an unconfirmed card.
pub fn settle(at: &mut Access<'_>, card: CardId, said: Said) -> Result<Became> {
    at.write(Rule::CardSettle, |tx| {
        let what = Text::new("sudah dipastikan", "is settled");
        Ok(became(card, settle_in(tx, card, said)?, what))
    })
}

pub(super) fn settle_in(
    tx: &mut Tx<'_>,
    card: CardId,
    said: Said,
) -> ledger::Result<Option<CardId>> {
    let token = fresh_token()?;
    let settlement = match said {
        Said::Good => Settlement::Good,
        Said::NotOut => Settlement::NotOut,
        Said::Spoiled(reason) => Settlement::Spoiled {
            reason,
            remake: remake(tx, card, reason, &token, None)?,
        },
    };
    tx.settle(card, settlement)
}

/// Spoils a card, with the serial of its blank if it was read, and makes it again where that is
/// due. One that a scan proved good takes a second person for it.
pub fn spoil(
    at: &mut Access<'_>,
    card: CardId,
    reason: SpoilReason,
    serial: Option<&str>,
    second: Option<&Second>,
) -> Result<Became> {
    at.write(Rule::CardSpoil, |tx| {
        if let Some(State::HandedOver | State::Received) = tx.state(card)? {
            return Err(Failure::Refused(text!(
                "{card} sudah diserahkan: catat dulu kembalinya (paket, kembali), atau buat kartu pengganti (cetak ulang).",
                "{card} was handed over: first enter that it came back (pack return), or make another in its place (reprint)."
            )));
        }
        if let Some(serial) = serial {
            tx.read_serial(card, serial)?;
        }
        let again = spoil_in(tx, card, reason, second)?;
        Ok(became(card, again, Text::new("rusak", "is spoiled")))
    })
}

/// Spoils a card on a person's word. Returns the card that takes its place.
pub(super) fn spoil_in(
    tx: &mut Tx<'_>,
    card: CardId,
    reason: SpoilReason,
    second: Option<&Second>,
) -> ledger::Result<Option<CardId>> {
    let token = fresh_token()?;
    let remake = remake(tx, card, reason, &token, second)?;
    tx.spoil(card, reason, Evidence::Operator, remake)
}

/// Whether a spoiled card is made again: not when its data are wrong or gone, or when it was not
/// the child's live card. `token` is the new card's.
fn remake<'a>(
    tx: &Tx<'_>,
    card: CardId,
    reason: SpoilReason,
    token: &'a str,
    second: Option<&'a Second>,
) -> ledger::Result<Remake<'a>> {
    let live = tx.state(card)?.is_some_and(State::is_live);
    let again = reason.is_made_again() && live && tx.person(card)?.is_some();
    let token = Some(token);
    Ok(match second {
        _ if !again => Remake::No,
        None => Remake::Yes { token },
        Some(second) => Remake::Agreed { token, second },
    })
}

fn fresh_token() -> ledger::Result<String> {
    new_token().map_err(|_| ledger::Error::Randomness)
}

/// Why a card that came out is made again.
#[derive(Debug, Clone, Copy)]
pub struct Grounds<'a> {
    pub reason: ReprintReason,
    pub evidence: ReprintEvidence,
    /// The number of the letter or the like; no name.
    pub reference: Option<&'a str>,
}

/// Makes a card that came out again, on evidence.
pub fn reprint(
    at: &mut Access<'_>,
    card: CardId,
    grounds: Grounds<'_>,
    second: Option<&Second>,
) -> Result<Became> {
    at.write(Rule::CardReprint, |tx| {
        let token = fresh_token()?;
        let new = Reprint {
            reason: grounds.reason,
            evidence: grounds.evidence,
            reference: grounds.reference,
            second: second.map(|second| &**second),
            token: Some(&token),
        };
        let again = tx.reprint(card, new)?;
        Ok(became(card, again, Text::new("diganti", "is replaced")))
    })
}
