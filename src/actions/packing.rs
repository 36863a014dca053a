//! The steps of packs that take more than one of the ledger's, each in one transaction.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::card::State;
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{Carrier, Destination, PackRefusal, ShipmentNumber};
use crate::ledger::{self, Reader, Receipt, Tx};
use crate::production::tokens::new_pack_code;

/// The open pack for a destination, with a fresh code if it is a new one.
fn pack_for(tx: &mut Tx<'_>, to: &Destination) -> ledger::Result<PackId> {
    let code = new_pack_code().map_err(|_| ledger::Error::Randomness)?;
    tx.pack_for(to, &code)
}

/// Gathers the verified cards that are in no pack, a pack for each school or village; of one alone
/// when `school` names it.
///
/// # Errors
/// [`PackRefusal::NothingToPack`].
pub fn gather(tx: &mut Tx<'_>, school: Option<&str>) -> ledger::Result<Vec<PackId>> {
    let mut packs = Vec::new();
    for (school, cards) in tx.to_pack(school)? {
        let pack = pack_for(tx, &school)?;
        for card in cards {
            tx.put_in_pack(pack, card)?;
        }
        packs.push(pack);
    }
    if packs.is_empty() {
        return Err(PackRefusal::NothingToPack.into());
    }
    Ok(packs)
}

/// Sends a sealed pack on a day in this zone and returns how many cards went with it.
///
/// # Errors
/// [`PackRefusal::BeforeClosed`], and those of [`Tx::send_pack`].
pub fn send(
    tx: &mut Tx<'_>,
    pack: PackId,
    carrier: Carrier,
    shipment: Option<ShipmentNumber>,
    on: Date,
    zone: &TimeZone,
) -> ledger::Result<usize> {
    let closed = tx.pack(pack)?.and_then(|(pack, _)| pack.closed_at);
    if closed.is_some_and(|at| on < at.to_zoned_datetime(zone.clone()).date()) {
        return Err(PackRefusal::BeforeClosed(pack).into());
    }
    tx.send_pack(pack, carrier, shipment, on)
}

/// What came back from a pack goes to the same school once more.
///
/// # Errors
/// [`PackRefusal::NoPack`], [`PackRefusal::NothingToPack`].
pub fn redeliver(tx: &mut Tx<'_>, old: PackId) -> ledger::Result<PackId> {
    let (pack, _) = tx.pack(old)?.ok_or(PackRefusal::NoPack(old))?;
    let back = tx.returned_from(old)?;
    if back.is_empty() {
        return Err(PackRefusal::NothingToPack.into());
    }
    let new = pack_for(tx, &pack.destination)?;
    for card in back {
        // One that had been moved there is of another school by its record still.
        tx.move_to_pack(card, new)?;
    }
    Ok(new)
}

/// The cards of a pack of which the school has not said anything.
///
/// # Errors
/// [`PackRefusal::NoPack`].
pub fn outstanding(ledger: &Reader, pack: PackId) -> ledger::Result<Vec<CardId>> {
    let (_, cards) = ledger.pack(pack)?.ok_or(PackRefusal::NoPack(pack))?;
    let waiting = cards
        .iter()
        .filter(|card| card.place.left.is_none() && card.card.state == State::HandedOver);
    Ok(waiting.map(|card| card.card.card).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived<'a> {
    These(&'a [CardId]),
    /// All that are outstanding but these.
    AllBut(&'a [CardId]),
}

/// Enters what a school says of a pack: what arrived, and what of it nobody claims.
///
/// # Errors
/// [`PackRefusal::NotInPack`] of a card that is excepted and is not outstanding; those of
/// [`Tx::receive_pack`].
pub fn receive(
    tx: &mut Tx<'_>,
    pack: PackId,
    arrived: Arrived<'_>,
    unclaimed: &[CardId],
    on: Date,
) -> ledger::Result<()> {
    let mut cards = match arrived {
        Arrived::These(cards) => cards.to_vec(),
        Arrived::AllBut(except) => {
            let mut cards = outstanding(tx, pack)?;
            // A card that is excepted must be one that could have arrived: a slip of the pen
            // must not confirm the card that was meant.
            if let Some(stranger) = except.iter().find(|card| !cards.contains(card)) {
                return Err(PackRefusal::NotInPack(*stranger).into());
            }
            cards.retain(|card| !except.contains(card));
            cards
        }
    };
    cards.retain(|card| !unclaimed.contains(card));
    tx.receive_pack(
        pack,
        Receipt {
            on,
            cards: &cards,
            unclaimed,
        },
    )
}

/// Puts a card into the open pack of the school or village with this number or name.
///
/// # Errors
/// [`PackRefusal::NoDestination`]; those of [`Tx::move_to_pack`].
pub fn move_to_school(tx: &mut Tx<'_>, card: CardId, school: &str) -> ledger::Result<PackId> {
    let to = tx.destination(school)?;
    let pack = pack_for(tx, &to)?;
    tx.move_to_pack(card, pack)?;
    Ok(pack)
}

/// The pack that a scanned code or a typed number means.
///
/// # Errors
/// Those of the database only.
pub fn find_pack(ledger: &Reader, text: &str) -> ledger::Result<Option<PackId>> {
    let text = text.trim();
    Ok(match ledger.pack_by_code(text)? {
        Some(pack) => Some(pack),
        None => text.parse().ok(),
    })
}
