//! The making of a lot.

use super::facts::LotMade;
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::ids::{CardId, LotId};
use crate::ledger::cards::facts::{Moved, Place};
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::Tx;

/// The end of a PDF's name before it is proved and the ledger has it.
pub const UNNAMED: &str = ".ditahan";

/// A print-ready PDF that lies on the disk, synced.
#[derive(Debug, Clone, Copy)]
pub struct NewLot<'a> {
    /// The number from `Reader::next_lot`.
    pub lot: LotId,
    /// The kind of its cards.
    pub kind: Kind,
    /// The layout it was rendered with.
    pub layout: &'a str,
    pub mode: &'a str,
    /// The cards in the order of the pages.
    pub cards: &'a [CardId],
    /// The file name in the folder of lots.
    pub pdf: &'a str,
    /// The PDF's SHA-256, in lower-case hexadecimal digits.
    pub sha256: &'a str,
    /// The PDF's size in bytes.
    pub bytes: u64,
}

impl Tx<'_> {
    /// Enters a print-ready PDF and moves each of its cards to `rendered`. The PDF must lie on
    /// the disk, synced, before.
    ///
    /// # Errors
    /// [`Error::LotTaken`] when another process was faster, [`Error::Move`] when a card is not
    /// waiting any more, [`Error::LotCount`], [`Error::FileName`], [`Error::Digest`].
    pub fn make_lot(&mut self, new: NewLot<'_>) -> Result<()> {
        let cards = u32::try_from(new.cards.len()).map_err(|_| Error::LotCount(new.lot))?;
        self.whole(|tx| {
            tx.append(&Event::LotMade(LotMade {
                lot: new.lot,
                card_kind: new.kind,
                layout: new.layout.to_owned(),
                mode: new.mode.to_owned(),
                cards,
                pdf: new.pdf.to_owned(),
                sha256: new.sha256.to_owned(),
                bytes: new.bytes,
            }))?;
            for (position, &card) in (1..).zip(new.cards) {
                tx.step(Moved {
                    card,
                    to: State::Rendered,
                    evidence: Evidence::Station,
                    reason: None,
                    second: None,
                    place: Some(Place {
                        lot: new.lot,
                        position,
                    }),
                })?;
            }
            Ok(())
        })
    }
}
