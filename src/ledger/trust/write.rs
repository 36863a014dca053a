//! Checkpoints, the first event after a restore, and purged PDFs.

use jiff::civil::Date;

use super::facts::{LotPurged, Restored};
use crate::domain::card::{Evidence, State};
use crate::domain::hex::hex;
use crate::domain::ids::LotId;
use crate::domain::job::Ended;
use crate::domain::reason::Reason;
use crate::ledger::cards::write::Remake;
use crate::ledger::checkpoint::{Checkpoint, Statement};
use crate::ledger::error::Result;
use crate::ledger::event::Event;
use crate::ledger::packs::project::next_pack;
use crate::ledger::signing::Signer;
use crate::ledger::stock::project::next_minutes;
use crate::ledger::tx::Tx;

/// So many numbers are skipped after a restore. What was made after the backup carries numbers that
/// the log does not know; none of them may come to name another child's card, another school's pack
/// or other minutes.
const SKIPPED_CARDS: u64 = 10_000;
const SKIPPED_LOTS: u64 = 1_000;
const SKIPPED_PACKS: u64 = 1_000;
const SKIPPED_MINUTES: u32 = 100;

impl Tx<'_> {
    /// Enters the public half of the station's signing key, unless it stands there.
    pub fn know_signer(&mut self, signer: &Signer) -> Result<()> {
        let public_key = signer.public_key();
        if self.signing_keys()?.contains(&public_key) {
            return Ok(());
        }
        self.whole(|tx| tx.append(&Event::SigningKeyMade { public_key }))
    }

    /// Signs the log's head as it is now, counts and all, and enters that it was signed.
    pub fn checkpoint(&mut self, day: Date, signer: &Signer) -> Result<Checkpoint> {
        self.know_signer(signer)?;
        let counts = self.states()?;
        let cards = counts.into_iter();
        let statement = Statement {
            station: self.reader.key.id(),
            day,
            at: &self.at,
            seq: self.head.0,
            head: hex(&self.head.1),
            cards: cards
                .map(|(state, count)| (state.name().to_owned(), count))
                .collect(),
        };
        let checkpoint = Checkpoint::sign(statement, signer);
        let event = Event::CheckpointMade(Box::new(checkpoint.clone()));
        self.whole(|tx| tx.append(&event))?;
        Ok(checkpoint)
    }

    /// The first step after a restore. Every card that was on its way to a blank may have been
    /// printed since the backup was made: it becomes unconfirmed, and its open jobs end, so that
    /// nothing prints before a person settles it. Where a person vouches that nothing was printed
    /// since, only what a printer had in hand becomes unconfirmed.
    ///
    /// Returns how many cards a person has to settle.
    pub fn restored(&mut self, vouched: bool) -> Result<u64> {
        let event = Event::Restored(Restored {
            after: self.head.0,
            vouched,
            cards: self.last_card()? + SKIPPED_CARDS,
            lots: self.next_lot()?.number() - 1 + SKIPPED_LOTS,
            packs: Some(next_pack(&self.db)?.number() - 1 + SKIPPED_PACKS),
            minutes: Some(next_minutes(&self.db)? - 1 + SKIPPED_MINUTES),
        });
        let states: &[State] = match vouched {
            true => &[State::Submitting, State::Sent],
            false => &[
                State::Accepted,
                State::Rendered,
                State::Submitting,
                State::Sent,
            ],
        };
        self.whole(|tx| {
            let before = tx.how_many(State::Unconfirmed)?;
            tx.append(&event)?;
            for job in tx.jobs_in_hand()? {
                let reason = Some(Reason::Restored);
                tx.end_job(&job.job, Ended::Unconfirmed, reason, Remake::No)?;
            }
            for state in states {
                for card in tx.cards_in(*state)? {
                    let (to, why) = (State::Unconfirmed, Some(Reason::Restored));
                    tx.move_card(card, to, Evidence::Station, why)?;
                }
            }
            Ok(tx.how_many(State::Unconfirmed)? - before)
        })
    }

    /// Enters that the PDF of a lot is purged; deleting the file comes after, and is the caller's.
    ///
    /// # Errors
    /// [`Error::StillNeeded`](crate::ledger::Error::StillNeeded) when the personal data of one of
    /// its cards were not erased, [`Error::NoLot`](crate::ledger::Error::NoLot).
    pub fn purge_lot(&mut self, lot: LotId) -> Result<()> {
        self.whole(|tx| tx.append(&Event::LotPurged(LotPurged { lot })))
    }
}
