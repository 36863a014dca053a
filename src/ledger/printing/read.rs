//! What prints where: lots of printers, jobs, and the printers' states.

use jiff::Timestamp;
use rusqlite::{Row, params};
use serde::Serialize;

use crate::domain::card::State;
use crate::domain::device::DeviceState;
use crate::domain::ids::{CardId, LotId};
use crate::domain::job::{Side, Stage};
use crate::ledger::columns::{card_id, count, lot_id, lot_number, number, stamp, time, word};
use crate::ledger::error::Result;
use crate::ledger::reader::Reader;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Job {
    /// Its name at the printer.
    pub job: String,
    pub card: CardId,
    /// The printer's name in the settings.
    pub printer: String,
    /// The blanks it prints on.
    pub media: String,
    /// Which sides it prints.
    pub side: Side,
    /// SHA-256 of its PDF.
    pub sha256: String,
    /// How far it came.
    pub stage: Stage,
    /// `job-id`, once it has one.
    pub id: Option<i32>,
    /// `job-uuid`, if the printer gives any.
    pub uuid: Option<String>,
    pub uri: Option<String>,
    /// The reasons it ended with.
    pub reasons: Vec<String>,
    pub begun_at: Timestamp,
    /// When it came into its stage.
    pub moved_at: Timestamp,
}

const JOBS: &str = "SELECT job, card, printer, media, side, sha256, stage, id, uuid, uri, reasons,
    begun_at, moved_at FROM jobs";

impl Job {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            job: row.get(0)?,
            card: card_id(row.get(1)?),
            printer: row.get(2)?,
            media: row.get(3)?,
            side: word(row, 4, Side::from_name)?,
            sha256: row.get(5)?,
            stage: word(row, 6, Stage::from_name)?,
            id: row.get(7)?,
            uuid: row.get(8)?,
            uri: row.get(9)?,
            reasons: word(row, 10, |text| serde_json::from_str(text).ok())?,
            begun_at: time(row, 11)?,
            moved_at: time(row, 12)?,
        })
    }
}

/// A card that waits for a printer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ToPrint {
    pub card: CardId,
    pub lot: LotId,
    /// Its place there, from 1.
    pub position: u32,
}

impl ToPrint {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            card: card_id(row.get(0)?),
            lot: lot_id(row.get(1)?),
            position: row.get(2)?,
        })
    }
}

/// What a printer last said of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrinterState {
    /// Its name in the settings.
    pub printer: String,
    pub state: DeviceState,
    /// Its reasons, as short codes.
    pub reasons: Vec<String>,
    pub message: Option<String>,
    pub at: Timestamp,
}

const PRINTERS: &str = "SELECT printer, state, reasons, message, at FROM printers";

impl PrinterState {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            printer: row.get(0)?,
            state: word(row, 1, DeviceState::from_code)?,
            reasons: word(row, 2, |text| serde_json::from_str(text).ok())?,
            message: row.get(3)?,
            at: time(row, 4)?,
        })
    }
}

// The cards still to be printed are few; the lots that a printer ever had are not. So these walk the
// index of those cards, in the order of lots and places, and the planner is kept to it.
pub(in crate::ledger) const LOTS_OF: &str = "SELECT DISTINCT cards.lot
    FROM cards INDEXED BY cards_rendered CROSS JOIN lot_printers ON lot_printers.lot = cards.lot
    WHERE printer = ? AND state = 'rendered' ORDER BY cards.lot";
pub(in crate::ledger) const UNASSIGNED_LOTS: &str = "SELECT DISTINCT lot
    FROM cards INDEXED BY cards_rendered WHERE state = 'rendered'
    AND NOT EXISTS (SELECT 1 FROM lot_printers WHERE lot_printers.lot = cards.lot) ORDER BY lot";
pub(in crate::ledger) const QUEUE_OF: &str = "SELECT count(*)
    FROM cards INDEXED BY cards_rendered CROSS JOIN lot_printers ON lot_printers.lot = cards.lot
    WHERE printer = ? AND state = 'rendered'";
pub(in crate::ledger) const NEXT_TO_PRINT: &str = "SELECT card, cards.lot, position
    FROM cards INDEXED BY cards_rendered CROSS JOIN lot_printers ON lot_printers.lot = cards.lot
    WHERE printer = ? AND state = 'rendered' ORDER BY cards.lot, position LIMIT 1";
pub(in crate::ledger) const TAKEN_SINCE: &str = "SELECT count(DISTINCT card) FROM jobs
    WHERE printer = ? AND stage <> 'not-printed' AND side <> 'back' AND begun_at >= ?";

impl Reader {
    /// The printer that a lot's cards go to, if any.
    pub fn printer_of(&self, lot: LotId) -> Result<Option<String>> {
        self.one(
            "SELECT printer FROM lot_printers WHERE lot = ?",
            [lot_number(lot)],
            |row| row.get(0),
        )
    }

    /// The lots of a printer that have cards still to be sent, in their order.
    pub fn lots_of(&self, printer: &str) -> Result<Vec<LotId>> {
        self.all(LOTS_OF, [printer], |row| row.get(0).map(lot_id))
    }

    /// The lots with cards still to be sent that go to no printer.
    pub fn unassigned_lots(&self) -> Result<Vec<LotId>> {
        self.all(UNASSIGNED_LOTS, [], |row| row.get(0).map(lot_id))
    }

    /// How many cards of a printer's lots wait to be sent to it.
    pub fn queue_of(&self, printer: &str) -> Result<u64> {
        self.one(QUEUE_OF, [printer], |row| count(row, 0))
            .map(Option::unwrap_or_default)
    }

    /// The next card of the printer's lots that was not sent, in the order of lots and places.
    pub fn next_to_print(&self, printer: &str) -> Result<Option<ToPrint>> {
        self.one(NEXT_TO_PRINT, [printer], ToPrint::read)
    }

    /// The cards whose front came out of this printer and whose back was not sent, in the order
    /// of lots and places.
    pub fn backs_waiting(&self, printer: &str) -> Result<Vec<ToPrint>> {
        self.all(
            "SELECT card, lot, position FROM cards
             WHERE state = 'sent'
               AND EXISTS (SELECT 1 FROM jobs WHERE jobs.card = cards.card AND printer = ?
                   AND side = 'front' AND stage = 'printed')
               AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.card = cards.card
                   AND stage IN ('begun', 'created', 'sent'))
             ORDER BY lot, position",
            [printer],
            ToPrint::read,
        )
    }

    /// Whether a person has turned the stack of fronts of this printer, and it lies there as they
    /// put it in: no front was added, no card was taken from it, and no back is in doubt, for then
    /// nobody knows whose card comes next.
    pub fn stack_is_turned(&self, printer: &str) -> Result<bool> {
        let turned = self.one(
            "SELECT 1 FROM stacks WHERE printer = ?1 AND NOT EXISTS (
                 SELECT 1 FROM cards
                 JOIN jobs AS front ON front.card = cards.card AND front.printer = ?1
                     AND front.side = 'front' AND front.stage = 'printed'
                 LEFT JOIN jobs AS back ON back.card = cards.card AND back.side = 'back'
                     AND back.stage <> 'not-printed'
                 WHERE CASE
                     WHEN back.job IS NOT NULL
                         THEN back.stage = 'unconfirmed' AND back.moved_at >= stacks.at
                     WHEN cards.state = 'sent' THEN front.moved_at > stacks.at
                     ELSE cards.state IN ('unconfirmed', 'spoiled') AND cards.moved_at >= stacks.at
                 END)",
            [printer],
            |_| Ok(()),
        )?;
        Ok(turned.is_some())
    }

    /// The cards of which nobody knows whether they lie in the stack of fronts of this printer: the
    /// last that came out of it, or may have, is their front.
    pub fn fronts_in_doubt(&self, printer: &str) -> Result<Vec<CardId>> {
        self.all(
            "SELECT card FROM cards WHERE state = 'unconfirmed'
               AND EXISTS (SELECT 1 FROM jobs WHERE printer = ? AND side = 'front' AND job =
                   (SELECT job FROM jobs WHERE jobs.card = cards.card AND stage <> 'not-printed'
                    ORDER BY length(job) DESC, job DESC LIMIT 1))
             ORDER BY lot, position",
            [printer],
            |row| row.get(0).map(card_id),
        )
    }

    /// Whether the front of a card alone came out, or may have: it is no good card yet.
    pub fn is_half_printed(&self, card: CardId) -> Result<bool> {
        if !matches!(self.state(card)?, Some(State::Sent | State::Unconfirmed)) {
            return Ok(false);
        }
        let jobs = self.jobs(card)?;
        let newest = jobs.iter().rev().find(|job| job.stage != Stage::NotPrinted);
        Ok(newest.is_some_and(|job| job.side == Side::Front))
    }

    /// The jobs that a printer may still answer for, the oldest first.
    pub fn open_jobs(&self, printer: &str) -> Result<Vec<Job>> {
        self.all(
            &format!(
                "{JOBS} WHERE printer = ? AND stage IN ('begun', 'created', 'sent')
             ORDER BY begun_at, card, job"
            ),
            [printer],
            Job::read,
        )
    }

    /// The jobs that any printer may still answer for.
    pub fn jobs_in_hand(&self) -> Result<Vec<Job>> {
        self.all(
            &format!(
                "{JOBS} WHERE stage IN ('begun', 'created', 'sent')
             ORDER BY begun_at, card, job"
            ),
            [],
            Job::read,
        )
    }

    /// One job by its name.
    pub fn job(&self, job: &str) -> Result<Option<Job>> {
        self.one(&format!("{JOBS} WHERE job = ?"), [job], Job::read)
    }

    /// Every job of a card, the oldest first.
    pub fn jobs(&self, card: CardId) -> Result<Vec<Job>> {
        // Names of one card count up: a longer one is later.
        self.all(
            &format!("{JOBS} WHERE card = ? ORDER BY length(job), job"),
            [number(card)],
            Job::read,
        )
    }

    /// The name that the next job of a card must have: `kia:K000123-0`, then `….2`, `….3`.
    pub fn next_job_name(&self, card: CardId) -> Result<String> {
        Ok(match self.jobs(card)?.len() {
            0 => format!("kia:{card}"),
            before => format!("kia:{card}.{}", before + 1),
        })
    }

    /// How many cards a printer was given since then, for its daily cap: all but those that surely
    /// never printed. A card in two passes is counted once, with its front.
    pub fn taken_since(&self, printer: &str, since: Timestamp) -> Result<u64> {
        self.one(TAKEN_SINCE, params![printer, stamp(since)], |row| {
            count(row, 0)
        })
        .map(Option::unwrap_or_default)
    }

    /// What a printer last said of itself.
    pub fn printer(&self, printer: &str) -> Result<Option<PrinterState>> {
        self.one(
            &format!("{PRINTERS} WHERE printer = ?"),
            [printer],
            PrinterState::read,
        )
    }

    /// What each printer last said of itself.
    pub fn printers(&self) -> Result<Vec<PrinterState>> {
        self.all(
            &format!("{PRINTERS} ORDER BY printer"),
            [],
            PrinterState::read,
        )
    }
}
