//! Lots to printers, jobs, and what printers say of themselves.

use super::facts::{JobBegun, JobCreated, JobMoved, LotAssigned, PrinterChanged, StackTurned};
use super::read::Job;
use crate::domain::card::{Evidence, State};
use crate::domain::device::DeviceState;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Ended, Side, Stage};
use crate::domain::nik::mask_dates_and_numbers_in as mask_numbers;
use crate::domain::reason::Reason;
use crate::domain::stock::DEFAULT_MEDIA;
use crate::ledger::cards::write::Remake;
use crate::ledger::error::{Error, Result};
use crate::ledger::event::Event;
use crate::ledger::tx::{Tx, check_reason};

/// A print job that is about to be created.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    pub card: CardId,
    /// The job's name, from `Reader::next_job_name`.
    pub job: &'a str,
    /// The printer's name in the settings.
    pub printer: &'a str,
    /// The blanks it prints on; the default kind when none is named.
    pub media: Option<&'a str>,
    /// Which sides it prints.
    pub side: Side,
    /// SHA-256 of its PDF, in lower-case hexadecimal digits.
    pub sha256: &'a str,
}

impl Tx<'_> {
    /// Gives the cards of a lot to a printer, or takes them from it. Nothing is written when it
    /// is so already.
    ///
    /// # Errors
    /// [`Error::NoLot`].
    pub fn assign_lot(&mut self, lot: LotId, printer: Option<&str>) -> Result<()> {
        if self.printer_of(lot)?.as_deref() == printer {
            return Ok(());
        }
        let event = Event::LotAssigned(LotAssigned {
            lot,
            printer: printer.map(str::to_owned),
        });
        self.whole(|tx| tx.append(&event))
    }

    /// A person turned the stack of fronts of this printer: the backs that wait may be printed.
    /// Returns how many wait.
    ///
    /// # Errors
    /// [`Error::NoStack`] when none wait.
    pub fn turn_stack(&mut self, printer: &str) -> Result<u32> {
        let waiting = self.backs_waiting(printer)?.len();
        let cards = u32::try_from(waiting).unwrap_or(u32::MAX);
        if cards == 0 {
            return Err(Error::NoStack(printer.to_owned()));
        }
        let printer = printer.to_owned();
        let event = Event::StackTurned(StackTurned { printer, cards });
        self.whole(|tx| tx.append(&event))?;
        Ok(cards)
    }

    /// Begins a job, before the printer hears of it: a rendered card becomes `submitting`, and
    /// one whose front is done stays `sent` while its back is printed.
    ///
    /// # Errors
    /// [`Error::Job`] when the card does not wait for such a job, [`Error::Digest`].
    pub fn begin_job(&mut self, new: NewJob<'_>) -> Result<()> {
        self.whole(|tx| {
            tx.append(&Event::JobBegun(JobBegun {
                card: new.card,
                job: new.job.to_owned(),
                printer: new.printer.to_owned(),
                media: new.media.unwrap_or(DEFAULT_MEDIA).to_owned(),
                side: new.side,
                sha256: new.sha256.to_owned(),
            }))?;
            match new.side {
                Side::Back => Ok(()),
                Side::Both | Side::Front => tx
                    .move_card(new.card, State::Submitting, Evidence::Station, None)
                    .map(drop),
            }
        })
    }

    /// The printer has given the job its number; nothing prints yet.
    ///
    /// # Errors
    /// [`Error::Job`].
    pub fn job_created(
        &mut self,
        job: &str,
        id: i32,
        uuid: Option<&str>,
        uri: Option<&str>,
    ) -> Result<()> {
        let card = self.known_job(job)?.card;
        let event = Event::JobCreated(JobCreated {
            card,
            job: job.to_owned(),
            id,
            uuid: uuid.map(str::to_owned),
            uri: uri.map(str::to_owned),
        });
        self.whole(|tx| tx.append(&event))
    }

    /// The printer has the whole document: the card becomes `sent`.
    ///
    /// # Errors
    /// [`Error::Job`].
    pub fn job_sent(&mut self, job: &str) -> Result<()> {
        let job = self.known_job(job)?;
        self.whole(|tx| tx.send(&job))
    }

    fn send(&mut self, job: &Job) -> Result<()> {
        self.job_moves(job, Stage::Sent, None)?;
        if self.state(job.card)? == Some(State::Submitting) {
            self.move_card(job.card, State::Sent, Evidence::Station, None)?;
        }
        Ok(())
    }

    /// The job ended. A card whose front alone came out stays `sent`, and so does one whose back
    /// surely never printed. Returns the new card when the job spoiled
    /// its card and `remake` says so.
    ///
    /// A job that came out before it was said to be sent is taken as sent. A card of which a person
    /// said meanwhile what came out stays where they put it.
    ///
    /// # Errors
    /// [`Error::Job`] when it ended before, those of [`Tx::spoil`].
    pub fn end_job(
        &mut self,
        job: &str,
        ended: Ended,
        reason: Option<Reason>,
        remake: Remake<'_>,
    ) -> Result<Option<CardId>> {
        let job = self.known_job(job)?;
        self.whole(|tx| {
            let came_out = matches!(ended, Ended::Printed | Ended::Spoiled(_));
            if came_out && job.stage != Stage::Sent {
                tx.send(&job)?;
            }
            tx.job_moves(&job, ended.stage(), reason)?;
            // A person may have said meanwhile what came out: their word stands.
            let state = tx.state(job.card)?;
            if !matches!(state, Some(State::Submitting | State::Sent)) {
                return Ok(None);
            }
            let to = match ended {
                Ended::Printed if job.side == Side::Front => return Ok(None),
                Ended::NotPrinted if job.side == Side::Back => return Ok(None),
                Ended::Spoiled(reason) => {
                    return tx.spoil(job.card, reason, Evidence::Device, remake);
                }
                Ended::Printed => State::Printed,
                Ended::NotPrinted => State::Rendered,
                Ended::Unconfirmed => State::Unconfirmed,
            };
            tx.move_card(job.card, to, Evidence::Device, reason)?;
            Ok(None)
        })
    }

    fn known_job(&self, job: &str) -> Result<Job> {
        self.job(job)?.ok_or_else(|| Error::Job(job.to_owned()))
    }

    fn job_moves(&mut self, job: &Job, to: Stage, reason: Option<Reason>) -> Result<()> {
        self.append(&Event::JobMoved(JobMoved {
            card: job.card,
            job: job.job.clone(),
            to,
            reasons: reason.iter().map(ToString::to_string).collect(),
        }))
    }

    /// Writes what a printer says of itself when it differs from what it said last, and returns
    /// whether it did. `state` and `reasons` are short codes.
    ///
    /// # Errors
    /// [`Error::ReasonForm`].
    pub fn printer_changed(
        &mut self,
        printer: &str,
        state: DeviceState,
        reasons: &[String],
        message: Option<&str>,
    ) -> Result<bool> {
        for reason in reasons {
            check_reason(reason)?;
        }
        let message = message.map(mask_numbers);
        let same = self.printer(printer)?.is_some_and(|known| {
            known.state == state && known.reasons == reasons && known.message == message
        });
        if same {
            return Ok(false);
        }
        let event = Event::PrinterChanged(PrinterChanged {
            printer: printer.to_owned(),
            state,
            reasons: reasons.to_vec(),
            message,
        });
        self.whole(|tx| tx.append(&event))?;
        Ok(true)
    }
}
