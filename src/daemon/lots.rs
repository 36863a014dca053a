//! Cards that wait become print-ready PDFs, in school and class order.

use std::fs;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Due;
use crate::daemon::Station;
use crate::domain::card::{Evidence, Kind, State};
use crate::domain::hex::hex;
use crate::domain::ids::{CardId, LotId};
use crate::domain::reason::Reason;
use crate::ledger::{self, Lot, NewLot, QueuedCard, UNNAMED};
use crate::production::ACTOR;
use crate::production::StationError;
use crate::production::composer::{Aside, CardComposer, photo_of, set_aside};
use crate::production::photos::{rename_synced, write_new};
use crate::render::compose::Composed;
use crate::render::document::{Document, DocumentError};
use crate::render::pdf::Written;
use crate::render::proof::{self, Expected};

/// How often the photos of held cards are looked at.
const HELD_AGAIN: Duration = Duration::from_secs(30);

/// What became of the first cards of the queue.
#[derive(Debug)]
enum Gathered {
    /// They are a lot.
    Lot(Lot),
    /// Each was set aside.
    Nothing,
    /// A person did something with one of them meanwhile: they are to be gathered again.
    Outdated,
}

impl Station {
    /// Notes that records were accepted just now.
    pub(super) fn note_accepted(&mut self) {
        let gather = Duration::from_secs_f64(self.context.config.lots.gather);
        self.came_alone = self
            .last_accepted
            .is_none_or(|last| last.elapsed() >= gather);
        self.last_accepted = Some(Instant::now());
    }

    /// Whether a stream of records is being gathered.
    pub(super) fn gathering(&self) -> bool {
        !self.is_quiet()
            && self
                .ledger
                .waiting()
                .is_ok_and(|waiting| !waiting.is_empty())
    }

    /// Whether lots that are not full are due: a record that came alone goes at once; after that
    /// a stream is gathered until nothing has come for a while.
    fn is_quiet(&self) -> bool {
        let gather = Duration::from_secs_f64(self.context.config.lots.gather);
        self.came_alone
            || self
                .last_accepted
                .is_none_or(|last| last.elapsed() >= gather)
    }

    /// Makes the lots that are due.
    pub(super) fn make_lots(&mut self, due: Due) -> Result<Vec<Lot>, StationError> {
        if self.lot_unfinished {
            self.sweep_lots()?;
        }
        self.release_held()?;
        self.unread.clear();
        let mut made = Vec::new();
        let partial = match due {
            Due::Quiet => self.is_quiet(),
            Due::Full => false,
            Due::All => true,
        };
        let full = u64::from(self.context.config.lots.cards);
        for kind in Kind::ALL {
            let mut waiting = self.waiting_of(kind)?;
            while !self.is_stopping() && waiting > 0 && (waiting >= full || partial) {
                if self.unread.len() as u64 > full {
                    break;
                }
                // Those that cannot be read now keep no others from their lots.
                let unread = u32::try_from(self.unread.len()).unwrap_or(u32::MAX);
                let most = self.context.config.lots.cards.saturating_add(unread);
                let mut queued = self.ledger.queue_head(kind, most)?;
                queued.retain(|card| !self.unread.contains_key(&card.card));
                queued.truncate(self.context.config.lots.cards as usize);
                let taken = queued.len() as u64;
                match self.make_lot(kind, queued)? {
                    Gathered::Lot(lot) => made.push(lot),
                    Gathered::Nothing => {}
                    Gathered::Outdated => {
                        let unread = self.unread.len() as u64;
                        waiting = self.waiting_of(kind)?.saturating_sub(unread);
                        continue;
                    }
                }
                waiting = waiting.saturating_sub(taken);
            }
        }
        if partial {
            self.came_alone = false;
        }
        match self.unread.pop_first() {
            Some((card, source)) => Err(StationError::Photo { card, source }),
            None => Ok(made),
        }
    }

    /// Lets the cards go on that were held for a photo that reads again.
    fn release_held(&mut self) -> Result<(), StationError> {
        if self
            .looked_at_held
            .is_some_and(|at| at.elapsed() < HELD_AGAIN)
        {
            return Ok(());
        }
        self.looked_at_held = Some(Instant::now());
        for (card, photo) in self.ledger.held_photos(Reason::PhotoDamaged)? {
            if photo_of(&self.photos, &photo).is_err() {
                continue;
            }
            self.ledger.write(ACTOR, self.context.now(), |tx| {
                let stands = tx.card(card)?;
                let reason = stands.and_then(|card| card.reason);
                if tx.state(card)? == Some(State::Held) && reason == Some(Reason::PhotoDamaged) {
                    tx.move_card(
                        card,
                        State::Accepted,
                        Evidence::Station,
                        Some(Reason::PhotoAgain),
                    )?;
                }
                Ok::<_, ledger::Error>(())
            })?;
            tracing::info!(%card, "its photo reads again: it waits for its lot");
        }
        Ok(())
    }

    fn waiting_of(&self, kind: Kind) -> Result<u64, StationError> {
        let queues = self.ledger.waiting()?;
        let queue = queues.iter().find(|queue| queue.kind == kind);
        Ok(queue.map_or(0, |queue| queue.cards))
    }

    /// Sets aside what of the queue's first cards cannot be printed today, and writes the rest.
    fn make_lot(&mut self, kind: Kind, queued: Vec<QueuedCard>) -> Result<Gathered, StationError> {
        // Somebody held the last ones after they were counted.
        let mut outdated = queued.is_empty();
        let day = self.today();
        let composed: Vec<(QueuedCard, Result<_, Aside>)> = {
            self.official(day)?;
            let setter = CardComposer {
                layout: &self.context.layouts()?[&kind],
                photos: &self.photos,
                issue: self.context.config.issue(day),
                press: self.context.config.press(),
            };
            queued
                .into_par_iter()
                .map(|card| {
                    let set = setter.set(&card);
                    (card, set)
                })
                .collect()
        };
        let (mut cards, mut pages, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        for (queued, set) in composed {
            match set {
                Ok((page, shows)) => {
                    cards.push(queued);
                    pages.push(page);
                    expected.push(shows);
                }
                Err(Aside::Unread(error)) => {
                    self.unread.insert(queued.card, error);
                }
                Err(aside) => {
                    outdated |= !set_aside(&mut self.ledger, &queued, &aside, self.context.now())?
                }
            }
        }
        if cards.is_empty() {
            return Ok(match outdated {
                true => Gathered::Outdated,
                false => Gathered::Nothing,
            });
        }
        let lot = self.write_lot(kind, day, &cards, &pages, &expected)?;
        Ok(lot.map_or(Gathered::Outdated, Gathered::Lot))
    }

    /// The PDF first, on disk and synced, under a name that nobody prints; then the proof; then
    /// the ledger with its hash, and only then its own name: what can be printed is what the
    /// ledger knows. A lot that fails its proof is held, and so is each of its cards.
    ///
    /// `None` when a person held one of the cards meanwhile, or changed its photo: the PDF shows
    /// what is no more, and is gone again.
    fn write_lot(
        &mut self,
        kind: Kind,
        day: Date,
        queued: &[QueuedCard],
        pages: &[Composed],
        expected: &[Expected],
    ) -> Result<Option<Lot>, StationError> {
        let lot = self.ledger.next_lot()?;
        let layout = &self.context.layouts()?[&kind];
        let press = self.context.config.press();
        let failed = |source| StationError::Lot {
            lot: lot.to_string(),
            source,
        };
        let held = self.context.paths.lots().join(held_name(lot));
        let mut broken = None;
        let write = |file: &mut fs::File| -> std::io::Result<Option<Written>> {
            let made = (|| -> Result<Written, DocumentError> {
                let out = BufWriter::with_capacity(1 << 16, file);
                let mut document = Document::new(out, [layout], press, &lot.to_string(), day)?;
                for page in pages {
                    document.add(page)?;
                }
                let (mut out, written) = document.finish()?;
                out.flush()?;
                Ok(written)
            })();
            match made {
                Ok(written) => Ok(Some(written)),
                Err(DocumentError::Write(error)) => Err(error),
                Err(error) => {
                    broken = Some(error);
                    Ok(None)
                }
            }
        };
        let written = write_new(&held, write).map_err(|error| failed(error.into()))?;
        let Some(written) = written else {
            let error = broken.unwrap_or(DocumentError::NoLayout(kind));
            return Err(failed(error));
        };
        let every = self.context.config.print.proof_every as usize;
        let faults = fs::read(&held)
            .map(Arc::new)
            .map_err(|error| failed(error.into()))
            .and_then(|pdf| {
                proof::prove(&pdf, expected, press.dpi, every).map_err(|source| {
                    StationError::Proof {
                        lot: lot.to_string(),
                        source,
                    }
                })
            })?;
        let pdf = if faults.is_empty() {
            file_name(lot)
        } else {
            held_name(lot)
        };
        let sha256 = hex(&written.sha256);
        let cards: Vec<CardId> = queued.iter().map(|queued| queued.card).collect();
        // Even a commit that fails may have reached the disk.
        self.lot_unfinished = true;
        let kept = self.ledger.write(
            ACTOR,
            self.context.now(),
            |tx| -> Result<_, ledger::Error> {
                for queued in queued {
                    if !tx.is_as_read(queued)? {
                        return Ok(false);
                    }
                }
                tx.make_lot(NewLot {
                    lot,
                    kind,
                    layout: &layout.name,
                    mode: press.mode.name(),
                    cards: &cards,
                    pdf: &pdf,
                    sha256: &sha256,
                    bytes: written.bytes,
                })?;
                for card in cards.iter().filter(|_| !faults.is_empty()) {
                    let fault = faults.iter().find(|fault| fault.mark == card.to_string());
                    let reason = fault.map_or(Reason::LotHeld, |fault| fault.what.reason());
                    tx.move_card(*card, State::Held, Evidence::Station, Some(reason))?;
                }
                Ok(true)
            },
        )?;
        if !kept {
            fs::remove_file(held).map_err(|error| failed(error.into()))?;
            self.lot_unfinished = false;
            tracing::info!(%lot, "cards changed while their lot was made; it is made again");
            return Ok(None);
        }
        if faults.is_empty() {
            rename_synced(&held, &self.context.paths.lots().join(&pdf))
                .map_err(|error| failed(error.into()))?;
        }
        self.lot_unfinished = false;
        let (made, _) = self.ledger.lot(lot)?.ok_or(StationError::File {
            what: "a lot that was just made is not in the ledger",
            source: std::io::ErrorKind::NotFound.into(),
        })?;
        for fault in &faults {
            tracing::error!(lot = %made.lot, card = fault.mark, "a lot is held: {fault}");
        }
        if faults.is_empty() {
            tracing::info!(lot = %made.lot, cards = made.cards, bytes = made.bytes, "a lot is ready to print");
        }
        Ok(Some(made))
    }

    /// Ends what a crash or a failed write left in `lots/`: half-written files and PDFs that the
    /// ledger never heard of are removed, for their cards still wait and are rendered again; a PDF
    /// that the ledger has gets the name that it has there.
    pub(super) fn sweep_lots(&mut self) -> Result<(), StationError> {
        let failed = |source| StationError::File {
            what: "`lots/` cannot be tidied",
            source,
        };
        let folder = self.context.paths.lots();
        fs::create_dir_all(&folder).map_err(failed)?;
        let next = self.ledger.next_lot()?;
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".tmp") {
                fs::remove_file(&path).map_err(failed)?;
                continue;
            }
            let pdf = name.strip_suffix(UNNAMED).unwrap_or(&name);
            let lot = pdf.strip_suffix(".pdf").and_then(|lot| lot.parse().ok());
            let Some(lot) = lot.filter(|lot| file_name(*lot) == pdf) else {
                continue;
            };
            let known = self.ledger.lot(lot)?.map(|(lot, _)| lot);
            match known {
                None if lot < next => {}
                Some(known) if known.pdf == name => {}
                Some(known) if name != pdf && known.pdf == pdf => {
                    let bytes = fs::read(&path).map_err(failed)?;
                    if hex(&Sha256::digest(bytes)) == known.sha256 {
                        rename_synced(&path, &folder.join(pdf)).map_err(failed)?;
                    }
                }
                _ => fs::remove_file(&path).map_err(failed)?,
            }
        }
        self.lot_unfinished = false;
        Ok(())
    }
}

fn file_name(lot: LotId) -> String {
    format!("{lot}.pdf")
}

/// The name of a PDF that is not proved or not in the ledger yet, or failed: no program takes it
/// for one to print.
fn held_name(lot: LotId) -> String {
    format!("{lot}.pdf{UNNAMED}")
}

#[cfg(test)]
mod tests;
