//! One person's scanning of what came out: every line that a hand scanner types is answered.

use jiff::Timestamp;

use crate::domain::ids::{CardId, LotId};
use crate::domain::scan::{Refusal, SerialPattern, Verdict};
use crate::domain::text::Text;
use crate::ledger::{self, Ledger, Pack};

/// What takes the last good scan back, typed or on a card of the desk's own.
pub const UNDO: &str = "undo";

/// Where a person's scanning stands.
#[derive(Debug, Clone, Default)]
pub struct Scanning {
    /// The lot that is scanned; none for whatever comes.
    pub lot: Option<LotId>,
    /// Whether the serial of each blank is due after its card's code.
    pub serials: bool,
    /// How the serials look; without it none is told from a code.
    pattern: Option<SerialPattern>,
    /// Good codes, less those taken back.
    pub good: u64,
    /// Lines that were refused.
    pub refused: u64,
    /// The card scanned last, while its serial may come.
    card: Option<CardId>,
}

/// The answer to a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The card is verified.
    Good {
        card: CardId,
        /// Cards that should have come before it.
        skipped: Vec<CardId>,
    },
    /// The serial of a blank was entered.
    Serial {
        card: CardId,
        serial: String,
        /// Whether it was ever received; none when no range was ever entered.
        received: Option<bool>,
    },
    /// The label of an envelope: no card, and no mistake either.
    Pack(Box<Pack>),
    /// The last good scan was taken back.
    Undone {
        /// Which card is to be scanned again.
        card: CardId,
    },
    /// Somebody has to look.
    Refused {
        /// The card, if one is known.
        card: Option<CardId>,
        refusal: Refusal,
        /// When a repeated one was verified.
        since: Option<Timestamp>,
    },
    /// There was no scan to take back.
    NothingToUndo(Text),
}

impl Answer {
    /// Whether all is well.
    pub const fn is_good(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::NothingToUndo(..))
    }

    /// The card it is of, if one is known.
    pub const fn card(&self) -> Option<CardId> {
        match self {
            Self::Good { card, .. } | Self::Serial { card, .. } | Self::Undone { card } => {
                Some(*card)
            }
            Self::Refused { card, .. } => *card,
            Self::Pack(_) | Self::NothingToUndo(..) => None,
        }
    }
}

impl Scanning {
    /// Scanning of whatever comes, with serials that look so.
    pub fn new(pattern: Option<SerialPattern>) -> Self {
        Self {
            pattern,
            ..Self::default()
        }
    }

    /// Answers one line, in the name of `actor`.
    ///
    /// # Errors
    /// The ledger's; what is wrong with the card is an answer.
    pub fn answer(
        &mut self,
        ledger: &mut Ledger,
        actor: &str,
        at: Timestamp,
        line: &str,
    ) -> ledger::Result<Answer> {
        let mut desk = Desk { ledger, actor, at };
        if line.eq_ignore_ascii_case(UNDO) {
            return self.undo(&mut desk);
        }
        let is_serial = self.pattern.as_ref().is_some_and(|p| p.fits(line));
        match (is_serial, self.card) {
            (true, Some(card)) => self.serial(&mut desk, card, line),
            (true, None) => self.wrong_side(&mut desk, None),
            (false, Some(card)) if self.serials => self.wrong_side(&mut desk, Some(card)),
            (false, _) => self.code(&mut desk, line),
        }
    }

    fn code(&mut self, desk: &mut Desk<'_>, code: &str) -> ledger::Result<Answer> {
        if let Some(pack) = desk.ledger.pack_by_code(code)?
            && let Some((pack, _)) = desk.ledger.pack(pack)?
        {
            self.card = None;
            return Ok(Answer::Pack(Box::new(pack)));
        }
        let lot = self.lot;
        let scan = desk.write(|tx| tx.scan(code, lot))?;
        self.card = None;
        match (scan.verdict, scan.card) {
            (Verdict::Good { skipped }, Some(card)) => {
                self.card = Some(card);
                self.good += 1;
                Ok(Answer::Good { card, skipped })
            }
            // Only a card that is known is good.
            (Verdict::Good { .. }, None) => Ok(self.refuse(None, Refusal::Unknown)),
            (Verdict::Refused(refusal), card) => {
                self.refused += 1;
                let since = scan.since.filter(|_| refusal == Refusal::Repeated);
                Ok(Answer::Refused {
                    card,
                    refusal,
                    since,
                })
            }
        }
    }

    fn refuse(&mut self, card: Option<CardId>, refusal: Refusal) -> Answer {
        self.refused += 1;
        Answer::Refused {
            card,
            refusal,
            since: None,
        }
    }

    fn wrong_side(&mut self, desk: &mut Desk<'_>, card: Option<CardId>) -> ledger::Result<Answer> {
        desk.write(|tx| tx.refuse_scan(card, Refusal::WrongSide))?;
        Ok(self.refuse(card, Refusal::WrongSide))
    }

    fn serial(
        &mut self,
        desk: &mut Desk<'_>,
        card: CardId,
        serial: &str,
    ) -> ledger::Result<Answer> {
        self.card = None;
        match desk.write(|tx| tx.read_serial(card, serial)) {
            Ok(received) => Ok(Answer::Serial {
                card,
                serial: serial.to_owned(),
                received,
            }),
            Err(ledger::Error::SerialTaken(_)) => {
                desk.write(|tx| tx.refuse_scan(Some(card), Refusal::SerialTaken))?;
                Ok(self.refuse(Some(card), Refusal::SerialTaken))
            }
            Err(error) => Err(error),
        }
    }

    fn undo(&mut self, desk: &mut Desk<'_>) -> ledger::Result<Answer> {
        self.card = None;
        match desk.write(|tx| tx.undo_scan()) {
            Ok(card) => {
                self.good = self.good.saturating_sub(1);
                Ok(Answer::Undone { card })
            }
            Err(error) => {
                let text = error.refusal().ok_or(error)?;
                self.refused += 1;
                Ok(Answer::NothingToUndo(text))
            }
        }
    }
}

/// Where and in whose name a line is answered.
struct Desk<'a> {
    ledger: &'a mut Ledger,
    actor: &'a str,
    at: Timestamp,
}

impl Desk<'_> {
    fn write<T>(
        &mut self,
        work: impl FnOnce(&mut ledger::Tx<'_>) -> ledger::Result<T>,
    ) -> ledger::Result<T> {
        self.ledger.write(self.actor, self.at, work)
    }
}
