//! Blanks and ribbons: what came, went and was counted, and what is destroyed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Access, Audit, Failure, Result, Rule};
use crate::context::Context;
use crate::domain::account::name_of;
use crate::domain::audit::AuditCode;
use crate::domain::card::State;
use crate::domain::ids::CardId;
use crate::domain::office::signing_on;
use crate::domain::stock::{Forecast, RibbonMovement};
use crate::domain::text::{Explain, Text};
use crate::ledger::{self, Card, Destruction, NewMovement, Ribbons, StockDay};
use crate::production::assets;
use crate::reports::papers::{DestructionRecord, DestructionRow};
use crate::text;

/// What there is, and how far it reaches.
#[derive(Debug)]
pub struct Supplies {
    pub stock: Vec<StockDay>,
    pub ribbons: Option<Ribbons>,
    pub forecast: Option<Forecast>,
    /// How many spoiled cards are not destroyed yet.
    pub to_destroy: usize,
    /// Number, time and cards of each destruction.
    pub destructions: Vec<(u32, Timestamp, u64)>,
}

pub fn view(at: &Access<'_>) -> Result<Supplies> {
    at.read(Rule::StockView, |ledger| {
        Ok(Supplies {
            stock: ledger.stock()?,
            ribbons: ledger.ribbons()?,
            forecast: ledger.forecast()?,
            to_destroy: ledger.to_destroy()?.len(),
            destructions: ledger.destructions()?,
        })
    })
}

/// A movement of nothing is a slip of the finger.
fn not_zero(count: u32) -> Result<()> {
    match count {
        0 => Err(Failure::refused("Jumlahnya nol.", "The number is zero.")),
        _ => Ok(()),
    }
}

/// Books blanks that move, other than by printing.
pub fn move_blanks(at: &mut Access<'_>, new: NewMovement<'_>) -> Result<Text> {
    at.permit(Rule::StockMove)?;
    not_zero(new.count)?;
    at.write(Rule::StockMove, |tx| {
        tx.move_stock(new)?;
        let (count, media, Text { id, en }) = (new.count, new.media, new.movement.text());
        Ok(text!("{count} blanko {media}: {}.", id; "{count} blanks {media}: {}.", en))
    })
}

/// Books ribbons, or prints that others made with them.
pub fn move_ribbon(at: &mut Access<'_>, movement: RibbonMovement) -> Result<Text> {
    at.permit(Rule::StockMove)?;
    let text = match movement {
        RibbonMovement::Received { ribbons, prints } => {
            not_zero(ribbons.min(prints))?;
            text!(
                "{ribbons} pita diterima, {prints} cetakan masing-masing.",
                "{ribbons} ribbons received, {prints} prints each."
            )
        }
        RibbonMovement::PutIn { discarded } => text!(
            "Pita baru dipasang, {discarded} cetakan terbuang.",
            "A new ribbon was put in, {discarded} prints lost."
        ),
        RibbonMovement::UsedElsewhere { prints } => {
            not_zero(prints)?;
            text!(
                "{prints} cetakan dipakai KTP-el.",
                "{prints} prints used for KTP-el."
            )
        }
    };
    at.write(Rule::StockMove, |tx| {
        tx.move_ribbon(movement)?;
        Ok(text)
    })
}

/// A count beside the books.
#[derive(Debug)]
pub struct Counted {
    pub computed: i64,
    pub difference: i64,
    pub text: Text,
}

/// Enters a count of blanks that closes nothing.
pub fn count(at: &mut Access<'_>, media: &str, counted: u32) -> Result<Counted> {
    at.write(Rule::StockCount, |tx| {
        let computed = tx.count_stock(media, counted)?;
        let difference = i64::from(counted) - computed;
        Ok(Counted {
            computed,
            difference,
            text: text!(
                "Blanko {media}: menurut buku {computed}, dihitung {counted}, selisih {difference}.",
                "Blanks {media}: by the books {computed}, counted {counted}, difference {difference}."
            ),
        })
    })
}

/// What is destroyed besides the spoiled cards, and before whom.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    pub witnesses: &'a [String],
    /// The kind of the faulty blanks.
    pub media: &'a str,
    /// Faulty blanks that were never printed.
    pub blanks: u32,
}

/// A spoiled card that lies here, and its serial.
pub type Spoiled = (Card, Option<String>);

/// Lists the cards that [`destroy`] would cover, for a person to compare with the table.
pub fn review(at: &Access<'_>, occasion: Occasion<'_>) -> Result<Vec<Spoiled>> {
    at.read(Rule::StockDestroy, |ledger| {
        let cards = ledger.to_destroy()?;
        if occasion.witnesses.is_empty() || (cards.is_empty() && occasion.blanks == 0) {
            return Err(ledger::Error::Minutes.into());
        }
        let row = |card: CardId| -> Result<Spoiled> {
            let no_card = ledger::Error::NoCard(card);
            Ok((ledger.card(card)?.ok_or(no_card)?, ledger.serial(card)?))
        };
        cards.into_iter().map(row).collect()
    })
}

/// Enters that the cards of a [`review`] were destroyed. Refuses if they are others by now.
pub fn destroy(
    at: &mut Access<'_>,
    occasion: Occasion<'_>,
    seen: &[CardId],
) -> Result<(Destruction, Text)> {
    let blanks: BTreeMap<String, u32> = (occasion.blanks > 0)
        .then(|| (occasion.media.to_owned(), occasion.blanks))
        .into_iter()
        .collect();
    at.write(Rule::StockDestroy, |tx| {
        let (mut seen, mut cards) = (seen.to_vec(), tx.to_destroy()?);
        seen.sort_unstable();
        cards.sort_unstable();
        if seen != cards {
            return Err(Failure::refused(
                "Kartu rusak bertambah atau berkurang sementara itu; periksa sekali lagi.",
                "The spoiled cards are others by now; check once more.",
            ));
        }
        let number = tx.destroy(occasion.witnesses, &blanks)?;
        let text = text!(
            "Pemusnahan dicatat; berita acara nomor {number} bisa diunduh.",
            "The destruction is entered; record number {number} can be downloaded."
        );
        let entered = tx.destruction(number)?.ok_or(ledger::Error::Minutes)?;
        Ok((entered, text))
    })
}

/// The record of a destruction (*berita acara pemusnahan*) as a PDF. It holds names and addresses.
pub fn destruction_record(at: &mut Access<'_>, number: u32) -> Result<Vec<u8>> {
    let context = at.context;
    let audit = |_: &Vec<u8>| Audit::of(AuditCode::MinutesExported, number.to_string());
    at.export(Rule::StockRecord, audit, |ledger| {
        let missing = Failure::Missing(text!(
            "Tidak ada pemusnahan nomor {number}.",
            "There is no destruction number {number}."
        ));
        typeset(context, &ledger.destruction(number)?.ok_or(missing)?)
    })
}

fn typeset(context: &Context, destruction: &Destruction) -> Result<Vec<u8>> {
    let config = &context.config;
    let date = context.date(destruction.at);
    let cards = destruction.cards.iter().map(|item| {
        let reason = match item.card.state {
            State::Void => Some("diganti kartu baru".into()),
            _ => item.card.reason.map(|reason| reason.text().id),
        };
        DestructionRow::new(
            item.card.card.to_string(),
            item.record.as_ref(),
            item.serial.as_deref(),
            reason,
        )
    });
    let record = DestructionRecord {
        number: destruction.minutes,
        date,
        office: &config.office,
        official: signing_on(&config.officials, date),
        actor: name_of(&destruction.actor),
        witnesses: &destruction.witnesses,
        blanks: &destruction.blanks,
        cards: cards.collect(),
    };
    let stationery = assets::stationery(&context.paths.layouts()).map_err(Failure::broken)?;
    record.typeset(&stationery).map_err(Failure::broken)
}
