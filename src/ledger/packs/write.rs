//! Packing, sending, and what the schools say.

use jiff::civil::Date;

use super::facts::{
    CardPutIn, CardTakenOut, PackClosed, PackFileAttached, PackMade, PackReceived, PackSent,
};
use super::project::{cards_in, next_pack, pack_of};
use crate::domain::card::{Evidence, State};
use crate::domain::ids::{CardId, PackId};
use crate::domain::pack::{
    Carrier, Destination, PackRefusal, ReturnReason, ShipmentNumber, Stage, judge_close,
};
use crate::domain::reason::Reason;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

/// What a school says of a pack.
#[derive(Debug, Clone, Copy)]
pub struct Receipt<'a> {
    /// The day of the receipt.
    pub on: Date,
    /// Cards that arrived; of those that lay unclaimed, that they were claimed.
    pub cards: &'a [CardId],
    /// Cards that arrived and that nobody has claimed yet.
    pub unclaimed: &'a [CardId],
}

/// The scan of a signed paper, that lies on the disk, synced.
#[derive(Debug, Clone, Copy)]
pub struct NewFile<'a> {
    /// Its name in the pack's folder: its digest and an ending.
    pub name: &'a str,
    /// Its SHA-256, in lower-case hexadecimal digits.
    pub sha256: &'a str,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Tx<'_> {
    /// The open pack for a school or village; makes one with this code when there is none. The
    /// code must be opaque and used once.
    ///
    /// # Errors
    /// Those of the database only.
    pub fn pack_for(&mut self, to: &Destination, code: &str) -> Result<PackId> {
        if let Some(open) = self.open_pack(to)? {
            return Ok(open);
        }
        let pack = next_pack(&self.db)?;
        let event = Event::PackMade(PackMade {
            pack,
            code: code.to_owned(),
            destination: to.clone(),
        });
        self.whole(|tx| tx.append(&event))?;
        Ok(pack)
    }

    /// Puts a card into an open pack of its own school.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`], [`PackRefusal::NotPackable`],
    /// [`PackRefusal::InPack`], [`PackRefusal::OtherSchool`]; [`Error::NoCard`].
    pub fn put_in_pack(&mut self, pack: PackId, card: CardId) -> Result<()> {
        let moved = false;
        self.whole(|tx| tx.append(&Event::CardPutIn(CardPutIn { card, pack, moved })))
    }

    /// Takes a card out of a pack that has not left the office. Out of a sealed one it becomes
    /// verified again, or printed when its scan had been waived.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`], [`PackRefusal::NotInPack`].
    pub fn take_out(&mut self, pack: PackId, card: CardId) -> Result<()> {
        self.whole(|tx| tx.take(pack, card, false))
    }

    fn take(&mut self, pack: PackId, card: CardId, moved: bool) -> Result<()> {
        self.append(&Event::CardTakenOut(CardTakenOut { card, pack, moved }))?;
        if self.state(card)? != Some(State::Packed) {
            return Ok(());
        }
        let packs = self.packs_of(card)?;
        let waived = packs.iter().any(|(id, place)| *id == pack && place.waived);
        let back = if waived {
            State::Printed
        } else {
            State::Verified
        };
        self.move_card(card, back, Evidence::Operator, Some(Reason::TakenOut))?;
        Ok(())
    }

    /// Puts a card that lies in the office into an open pack, also of another school than its
    /// record names; out of the pack that it lies in, if it does.
    ///
    /// # Errors
    /// Those of [`Tx::put_in_pack`] and [`Tx::take_out`].
    pub fn move_to_pack(&mut self, card: CardId, pack: PackId) -> Result<()> {
        self.whole(|tx| {
            if let Some((old, _)) = pack_of(&tx.db, card)? {
                tx.take(old, card, true)?;
            }
            let home = tx.card(card)?.ok_or(Error::NoCard(card))?;
            let home = Destination::of(&home.sekolah, &home.kecamatan, &home.desa);
            let moved = tx.pack_destination(pack)?.as_deref() != Some(&*home.key());
            tx.append(&Event::CardPutIn(CardPutIn { card, pack, moved }))
        })
    }

    /// Seals a pack and returns the cards that no scan proved; `waive` when the one who acts
    /// answers for them.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`], [`PackRefusal::Empty`],
    /// [`PackRefusal::Unverified`].
    pub fn close_pack(&mut self, pack: PackId, waive: bool) -> Result<Vec<CardId>> {
        self.stage(pack)?.must_be(Stage::Open, pack)?;
        let cards = cards_in(&self.db, pack)?;
        let waived = judge_close(pack, &cards, waive)?;
        let event = Event::PackClosed(PackClosed {
            pack,
            cards: u32::try_from(cards.len()).map_err(|_| PackRefusal::Count(pack))?,
            waived: waived.clone(),
        });
        self.whole(|tx| {
            tx.append(&event)?;
            for (card, _) in cards {
                let reason = waived.contains(&card).then_some(Reason::Waived);
                tx.move_card(card, State::Packed, Evidence::Operator, reason)?;
            }
            Ok(())
        })?;
        Ok(waived)
    }

    /// Sends a sealed pack and returns how many cards went with it.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`], [`PackRefusal::Empty`],
    /// [`PackRefusal::ShipmentForm`] when this carrier gives numbers and none is named.
    pub fn send_pack(
        &mut self,
        pack: PackId,
        carrier: Carrier,
        shipment: Option<ShipmentNumber>,
        on: Date,
    ) -> Result<usize> {
        let event = Event::PackSent(PackSent {
            pack,
            carrier,
            shipment,
            on,
        });
        self.whole(|tx| {
            tx.append(&event)?;
            let cards = cards_in(&tx.db, pack)?;
            for &(card, _) in &cards {
                tx.move_card(card, State::HandedOver, Evidence::Operator, None)?;
            }
            Ok(cards.len())
        })
    }

    /// Enters what a school says of a pack: cards that arrived, and those that nobody claims.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`], [`PackRefusal::BeforeSent`],
    /// [`PackRefusal::NotInPack`], [`PackRefusal::NothingSaid`], and [`Error::Move`] when it was said before that a card
    /// arrived.
    pub fn receive_pack(&mut self, pack: PackId, receipt: Receipt<'_>) -> Result<()> {
        let inside = cards_in(&self.db, pack)?;
        let state = |card: CardId| {
            let found = inside.iter().find(|(id, _)| *id == card);
            found.map(|(_, state)| *state)
        };
        let there = |card: &&CardId| state(**card) == Some(State::Received);
        let waiting = self.unclaimed(pack)?;
        let claimed: Vec<CardId> = receipt
            .cards
            .iter()
            .filter(there)
            .filter(|card| waiting.contains(card))
            .copied()
            .collect();
        let arrived: Vec<CardId> = receipt
            .cards
            .iter()
            .filter(|card| !claimed.contains(card))
            .chain(receipt.unclaimed.iter().filter(|card| !there(card)))
            .copied()
            .collect();
        if let Some(stranger) = arrived.iter().find(|card| state(**card).is_none()) {
            return Err(PackRefusal::NotInPack(*stranger).into());
        }
        if arrived.is_empty() && claimed.is_empty() && receipt.unclaimed.is_empty() {
            return Err(PackRefusal::NothingSaid(pack).into());
        }
        let event = Event::PackReceived(PackReceived {
            pack,
            on: receipt.on,
            unclaimed: receipt.unclaimed.to_vec(),
            claimed,
        });
        self.whole(|tx| {
            tx.append(&event)?;
            for card in arrived {
                tx.move_card(card, State::Received, Evidence::Operator, None)?;
            }
            Ok(())
        })
    }

    /// Enters that cards of a sent pack came back: they lie in the office again, in no pack.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::Stage`] when it was not sent,
    /// [`PackRefusal::NotInPack`], [`PackRefusal::NothingSaid`].
    pub fn return_from_pack(
        &mut self,
        pack: PackId,
        cards: &[CardId],
        reason: ReturnReason,
    ) -> Result<()> {
        self.stage(pack)?.must_be(Stage::Sent, pack)?;
        if cards.is_empty() {
            return Err(PackRefusal::NothingSaid(pack).into());
        }
        self.whole(|tx| {
            for &card in cards {
                if pack_of(&tx.db, card)?.is_none_or(|(its, _)| its != pack) {
                    return Err(PackRefusal::NotInPack(card).into());
                }
                tx.move_card(
                    card,
                    State::Returned,
                    Evidence::Operator,
                    Some(reason.into()),
                )?;
            }
            Ok(())
        })
    }

    /// Enters the scan of a signed paper.
    ///
    /// # Errors
    /// [`PackRefusal::NoPack`], [`PackRefusal::StillOpen`], [`PackRefusal::Attached`];
    /// [`Error::Digest`], [`Error::FileName`].
    pub fn attach_to_pack(&mut self, pack: PackId, file: NewFile<'_>) -> Result<()> {
        let event = Event::PackFileAttached(PackFileAttached {
            pack,
            name: file.name.to_owned(),
            sha256: file.sha256.to_owned(),
            bytes: file.bytes,
        });
        self.whole(|tx| tx.append(&event))
    }

    fn stage(&self, pack: PackId) -> Result<Stage> {
        let found = self.pack_stage(pack)?;
        found.ok_or(Error::Pack(PackRefusal::NoPack(pack)))
    }
}
