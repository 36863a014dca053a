//! What a person does with packs, from the open envelope to the school's receipt.

use jiff::civil::Date;

use super::pack_papers::{self, HandoverWords, Papers};
use super::{Access, Audit, Failure, Result, Rule};
use crate::domain::audit::AuditCode;
use crate::domain::card::State;
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{
    Carrier, Destination, PackRefusal, PackState, ReturnReason, ShipmentNumber,
};
use crate::domain::text::Text;
use crate::ledger::{self, OnHand, Pack, PackCard, PackFile, PackFilter, Reader, Receipt, Tx};
use crate::production::tokens::new_pack_code;
use crate::text;

/// Packs as they are after an action.
#[derive(Debug)]
pub struct Changed {
    pub packs: Vec<Pack>,
    pub text: Text,
}

fn changed(tx: &Tx<'_>, packs: &[PackId], text: Text) -> Result<Changed> {
    let mut now = Vec::new();
    for &pack in packs {
        now.extend(tx.pack(pack)?.map(|(pack, _)| pack));
    }
    Ok(Changed { packs: now, text })
}

/// What lies in the office for each school, and the packs.
#[derive(Debug)]
pub struct List {
    pub on_hand: Vec<OnHand>,
    pub overdue: Vec<Pack>,
    pub packs: Vec<Pack>,
    /// The pack that `school` names, where it is a pack's code or number.
    pub named: Option<PackId>,
}

/// Lists packs; those of one school where `school` is its number or name.
pub fn list(at: &Access<'_>, state: Option<PackState>, school: Option<&str>) -> Result<List> {
    let today = at.context.date(at.now);
    let days = at.context.config.handover.overdue_days;
    at.read(Rule::PackList, |ledger| {
        let is_asked = |to: &Destination| school.is_none_or(|school| to.is(school));
        let mut list = List {
            on_hand: ledger.on_hand()?,
            overdue: ledger.overdue_packs(today, days)?,
            packs: ledger.packs(&PackFilter {
                state,
                school: school.map(str::to_owned),
            })?,
            named: match school {
                Some(text) => find_pack(ledger, text)?,
                None => None,
            },
        };
        list.on_hand.retain(|hand| is_asked(&hand.destination));
        list.overdue.retain(|pack| is_asked(&pack.destination));
        Ok(list)
    })
}

/// A pack with its cards and the scans of its signed papers.
#[derive(Debug)]
pub struct Contents {
    pub pack: Pack,
    pub cards: Vec<PackCard>,
    pub files: Vec<PackFile>,
    /// How many of its cards came back and lie in the office in no pack.
    pub back: usize,
}

/// Shows a pack, by its number or the code on its label.
pub fn view(at: &mut Access<'_>, pack: &str) -> Result<Contents> {
    let audit = |seen: &Contents| Audit::of(AuditCode::PackViewed, seen.pack.pack.to_string());
    at.view(Rule::PackView, audit, |ledger| {
        let missing =
            || Failure::Missing(text!("Tidak ada paket {pack}.", "There is no pack {pack}."));
        let id = find_pack(ledger, pack)?.ok_or_else(missing)?;
        let (pack, cards) = ledger.pack(id)?.ok_or_else(missing)?;
        Ok(Contents {
            files: ledger.pack_files(id)?,
            back: ledger.returned_from(id)?.len(),
            pack,
            cards,
        })
    })
}

/// Gathers the verified cards that are in no pack, a pack for each school or village; of one alone
/// when `school` names it.
pub fn gather(at: &mut Access<'_>, school: Option<&str>) -> Result<Changed> {
    at.write(Rule::PackGather, |tx| {
        let mut packs = Vec::new();
        for (school, cards) in tx.to_pack(school)? {
            let pack = pack_for(tx, &school)?;
            for card in cards {
                tx.put_in_pack(pack, card)?;
            }
            packs.push(pack);
        }
        if packs.is_empty() {
            return Err(ledger::Error::from(PackRefusal::NothingToPack).into());
        }
        let n = packs.len();
        changed(
            tx,
            &packs,
            text!("{n} paket diisi.", "{n} packs were filled."),
        )
    })
}

pub fn add(at: &mut Access<'_>, pack: PackId, cards: &[CardId]) -> Result<Changed> {
    at.write(Rule::PackFill, |tx| {
        for &card in cards {
            tx.put_in_pack(pack, card)?;
        }
        let n = cards.len();
        changed(tx, &[pack], text!("{n} kartu masuk.", "{n} cards put in."))
    })
}

/// Takes cards out of a pack that has not left the office.
pub fn remove(at: &mut Access<'_>, pack: PackId, cards: &[CardId]) -> Result<Changed> {
    at.write(Rule::PackFill, |tx| {
        for &card in cards {
            tx.take_out(pack, card)?;
        }
        let n = cards.len();
        changed(
            tx,
            &[pack],
            text!("{n} kartu dikeluarkan.", "{n} cards taken out."),
        )
    })
}

/// Seals a pack; `unscanned` when the person answers for cards that no scan proved.
pub fn close(at: &mut Access<'_>, pack: PackId, unscanned: bool) -> Result<Changed> {
    let rule = match unscanned {
        true => Rule::PackCloseUnscanned,
        false => Rule::PackClose,
    };
    at.write(rule, |tx| {
        let text = match tx.close_pack(pack, unscanned)?.len() {
            0 => Text::new("Paket disegel.", "The pack is closed."),
            n => text!(
                "Paket disegel, {n} kartu tanpa pindai.",
                "The pack is closed, {n} cards unscanned."
            ),
        };
        changed(tx, &[pack], text)
    })
}

/// Sends a sealed pack on a day, today where none is named. `shipment` is the number as typed.
pub fn send(
    at: &mut Access<'_>,
    pack: PackId,
    carrier: Carrier,
    shipment: Option<&str>,
    on: Option<Date>,
) -> Result<Changed> {
    at.permit(Rule::PackSend)?;
    let shipment: Option<ShipmentNumber> = (shipment.map(str::parse).transpose())
        .map_err(|refusal: PackRefusal| ledger::Error::from(refusal))?;
    let (on, context) = (at.day(on)?, at.context);
    at.write(Rule::PackSend, |tx| {
        let closed = tx.pack(pack)?.and_then(|(pack, _)| pack.closed_at);
        if closed.is_some_and(|at| on < context.date(at)) {
            return Err(ledger::Error::from(PackRefusal::BeforeClosed(pack)).into());
        }
        let n = tx.send_pack(pack, carrier, shipment, on)?;
        changed(
            tx,
            &[pack],
            text!("{n} kartu dikirim.", "{n} cards were sent."),
        )
    })
}

/// What a school says of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived<'a> {
    These(&'a [CardId]),
    /// All that are outstanding but these.
    AllBut(&'a [CardId]),
}

/// Enters what a school says of a pack: what arrived, and what of it nobody claims.
pub fn receive(
    at: &mut Access<'_>,
    pack: PackId,
    arrived: Arrived<'_>,
    unclaimed: &[CardId],
    on: Option<Date>,
) -> Result<Changed> {
    at.permit(Rule::PackReceive)?;
    let on = at.day(on)?;
    at.write(Rule::PackReceive, |tx| {
        let mut cards = match arrived {
            Arrived::These(cards) => cards.to_vec(),
            Arrived::AllBut(except) => {
                let mut cards = outstanding(tx, pack)?;
                // A card that is excepted must be one that could have arrived: a slip of the pen
                // must not confirm the card that was meant.
                if let Some(stranger) = except.iter().find(|card| !cards.contains(card)) {
                    return Err(ledger::Error::from(PackRefusal::NotInPack(*stranger)).into());
                }
                cards.retain(|card| !except.contains(card));
                cards
            }
        };
        cards.retain(|card| !unclaimed.contains(card));
        let receipt = Receipt {
            on,
            cards: &cards,
            unclaimed,
        };
        tx.receive_pack(pack, receipt)?;
        let text = Text::new(
            "Jawaban sekolah dicatat.",
            "What the school said is entered.",
        );
        changed(tx, &[pack], text)
    })
}

/// Cards of a sent pack came back to the office; all that are outstanding where none is named.
pub fn give_back(
    at: &mut Access<'_>,
    pack: PackId,
    cards: Option<&[CardId]>,
    reason: ReturnReason,
) -> Result<Changed> {
    at.write(Rule::PackReturn, |tx| {
        let cards = match cards {
            Some(cards) => cards.to_vec(),
            None => outstanding(tx, pack)?,
        };
        tx.return_from_pack(pack, &cards, reason)?;
        let n = cards.len();
        let text = text!(
            "{n} kartu kembali ke kantor.",
            "{n} cards are back in the office."
        );
        changed(tx, &[pack], text)
    })
}

/// Where a card is moved to.
#[derive(Debug, Clone, Copy)]
pub enum MoveTo<'a> {
    Pack(PackId),
    /// The open pack of the school or village with this number or name.
    School(&'a str),
}

/// Moves cards that lie in the office to another school than their records name.
pub fn relocate(at: &mut Access<'_>, cards: &[CardId], to: MoveTo<'_>) -> Result<Changed> {
    at.write(Rule::PackMove, |tx| {
        let pack = match to {
            MoveTo::Pack(pack) => pack,
            MoveTo::School(school) => {
                let to = tx.destination(school)?;
                pack_for(tx, &to)?
            }
        };
        for &card in cards {
            tx.move_to_pack(card, pack)?;
        }
        let n = cards.len();
        let text = text!(
            "{n} kartu dipindahkan ke paket ini.",
            "{n} cards were moved into this pack."
        );
        changed(tx, &[pack], text)
    })
}

/// Puts what came back from a pack into the open pack of the same school once more.
pub fn redeliver(at: &mut Access<'_>, old: PackId) -> Result<Changed> {
    at.write(Rule::PackRedeliver, |tx| {
        let no_pack = || ledger::Error::from(PackRefusal::NoPack(old));
        let (pack, _) = tx.pack(old)?.ok_or_else(no_pack)?;
        let back = tx.returned_from(old)?;
        if back.is_empty() {
            return Err(ledger::Error::from(PackRefusal::NothingToPack).into());
        }
        let new = pack_for(tx, &pack.destination)?;
        for card in back {
            // One that had been moved there is of another school by its record still.
            tx.move_to_pack(card, new)?;
        }
        let text = Text::new(
            "Yang kembali masuk paket ini.",
            "What came back is in this pack.",
        );
        changed(tx, &[new], text)
    })
}

/// Keeps the scan of a signed paper; returns its path inside the folder of handovers.
pub fn attach(at: &mut Access<'_>, pack: PackId, scan: &[u8]) -> Result<(String, Text)> {
    let kept = pack_papers::attach(at, pack, scan)?;
    Ok((
        kept,
        Text::new("Hasil pindai disimpan.", "The scan was kept."),
    ))
}

/// A scan that the ledger names; no other file is read.
pub fn scan(at: &mut Access<'_>, pack: PackId, name: &str) -> Result<Vec<u8>> {
    let folder = at.context.paths.handover().join(pack.to_string());
    let short: String = name.chars().take(12).collect();
    let audit = |_: &Vec<u8>| Audit::of(AuditCode::PackFileExported, format!("{pack} {short}"));
    at.export(Rule::PackPapers, audit, |ledger| {
        let files = ledger.pack_files(pack)?;
        let file = files.iter().find(|file| file.name == name);
        let file = file.ok_or(Failure::Missing(Text::new(
            "Berkas ini tidak ada.",
            "There is no such file.",
        )))?;
        std::fs::read(folder.join(&file.name)).map_err(Failure::broken)
    })
}

/// The papers of a sealed pack. `taken` names those that leave the station, for the audit.
pub fn papers(
    at: &mut Access<'_>,
    pack: PackId,
    words: HandoverWords<'_>,
    taken: &str,
) -> Result<Papers> {
    let (context, now) = (at.context, at.now);
    let audit = |_: &Papers| Audit::of(AuditCode::PackPapersExported, format!("{pack} {taken}"));
    at.export(Rule::PackPapers, audit, |ledger| {
        pack_papers::typeset(ledger, context, pack, words, now)
    })
}

/// The open pack for a destination, with a fresh code if it is a new one.
fn pack_for(tx: &mut Tx<'_>, to: &Destination) -> ledger::Result<PackId> {
    let code = new_pack_code().map_err(|_| ledger::Error::Randomness)?;
    tx.pack_for(to, &code)
}

/// The cards of a pack of which the school has not said anything.
fn outstanding(ledger: &Reader, pack: PackId) -> ledger::Result<Vec<CardId>> {
    let (_, cards) = ledger.pack(pack)?.ok_or(PackRefusal::NoPack(pack))?;
    let waiting = cards
        .iter()
        .filter(|card| card.place.left.is_none() && card.card.state == State::HandedOver);
    Ok(waiting.map(|card| card.card.card).collect())
}

/// The pack that a scanned code or a typed number means.
fn find_pack(ledger: &Reader, text: &str) -> ledger::Result<Option<PackId>> {
    let text = text.trim();
    Ok(match ledger.pack_by_code(text)? {
        Some(pack) => Some(pack),
        None => text.parse().ok(),
    })
}
