//! One person's scanning of what came out: every line that a hand scanner types is answered.

use jiff::Timestamp;

use super::{Access, Failure, Result, Rule};
use crate::domain::ids::{CardId, LotId};
use crate::domain::scan::{Refusal, SerialPattern, Verdict};
use crate::domain::text::{Explain, Text};
use crate::ledger::{self, Pack, Tx};
use crate::text;

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

impl Explain for Answer {
    fn text(&self) -> Text {
        match self {
            Self::Good { .. } => Text::new("BAIK", "GOOD"),
            Self::Serial { serial, .. } => text!("SERI {serial}", "SERIAL {serial}"),
            Self::Pack(pack) => {
                let (number, to) = (pack.pack, pack.destination.name());
                text!("PAKET {number} {to}", "PACK {number} {to}")
            }
            Self::Undone { .. } => Text::new("DIBATALKAN, pindai lagi", "TAKEN BACK, scan again"),
            Self::Refused { refusal, .. } => refusal.text(),
            Self::NothingToUndo(text) => text.clone(),
        }
    }
}

/// An answer with what tells the operator that it is of the card in hand. No name, no NIK.
#[derive(Debug, Clone)]
pub struct Told {
    pub answer: Answer,
    /// The card, its kind and its school.
    pub detail: Option<Text>,
    /// What else the operator must know.
    pub warning: Option<Text>,
    pub at: Timestamp,
}

/// The lots whose cards can be scanned, each with how many.
pub fn lots(at: &Access<'_>) -> Result<Vec<(LotId, u64)>> {
    at.read(Rule::Scan, |ledger| Ok(ledger.lots_to_scan()?))
}

/// Answers one line. What is wrong with the card is an answer.
pub fn answer(at: &mut Access<'_>, scanning: &mut Scanning, line: &str) -> Result<Told> {
    let answer = scanning.answer(at, line)?;
    let card = at.read(Rule::Scan, |ledger| match answer.card() {
        Some(card) => Ok(ledger.card(card)?),
        None => Ok(None),
    })?;
    let detail = card.map(|card| {
        let school = card.sekolah.nama.as_deref().unwrap_or(&card.desa);
        let class = card.sekolah.kelas.as_deref().unwrap_or_default();
        Text::same(format!(
            "{} · KIA {} · {school} {class}",
            card.card, card.kind
        ))
    });
    let warning = match &answer {
        Answer::Good { skipped, .. } if !skipped.is_empty() => {
            let list: Vec<String> = skipped.iter().map(CardId::to_string).collect();
            let list = list.join(", ");
            Some(text!("TERLEWAT: {list}", "SKIPPED: {list}"))
        }
        Answer::Serial {
            received: Some(false),
            ..
        } => Some(Text::new(
            "Nomor seri ini tidak pernah diterima",
            "This serial was never received",
        )),
        Answer::Refused { since, .. } => since.map(|since| Text::same(at.context.local(since))),
        _ => None,
    };
    Ok(Told {
        answer,
        detail,
        warning,
        at: at.now,
    })
}

impl Scanning {
    /// Scanning of whatever comes, with serials that look so.
    pub fn new(pattern: Option<SerialPattern>) -> Self {
        Self {
            pattern,
            ..Self::default()
        }
    }

    fn answer(&mut self, at: &mut Access<'_>, line: &str) -> Result<Answer> {
        if line.eq_ignore_ascii_case(UNDO) {
            return self.undo(at);
        }
        let is_serial = self.pattern.as_ref().is_some_and(|p| p.fits(line));
        match (is_serial, self.card) {
            (true, Some(card)) => self.serial(at, card, line),
            (true, None) => self.wrong_side(at, None),
            (false, Some(card)) if self.serials => self.wrong_side(at, Some(card)),
            (false, _) => self.code(at, line),
        }
    }

    fn code(&mut self, at: &mut Access<'_>, code: &str) -> Result<Answer> {
        let pack = at.read(Rule::Scan, |ledger| match ledger.pack_by_code(code)? {
            Some(pack) => Ok(ledger.pack(pack)?),
            None => Ok(None),
        })?;
        if let Some((pack, _)) = pack {
            self.card = None;
            return Ok(Answer::Pack(Box::new(pack)));
        }
        let lot = self.lot;
        let scan = at.write(Rule::Scan, |tx| Ok(tx.scan(code, lot)?))?;
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

    fn wrong_side(&mut self, at: &mut Access<'_>, card: Option<CardId>) -> Result<Answer> {
        at.write(Rule::Scan, |tx| {
            Ok(tx.refuse_scan(card, Refusal::WrongSide)?)
        })?;
        Ok(self.refuse(card, Refusal::WrongSide))
    }

    fn serial(&mut self, at: &mut Access<'_>, card: CardId, serial: &str) -> Result<Answer> {
        self.card = None;
        let read = at.write(Rule::Scan, |tx| read_serial(tx, card, serial))?;
        Ok(match read {
            Some(received) => Answer::Serial {
                card,
                serial: serial.to_owned(),
                received,
            },
            None => self.refuse(Some(card), Refusal::SerialTaken),
        })
    }

    fn undo(&mut self, at: &mut Access<'_>) -> Result<Answer> {
        self.card = None;
        match at.write(Rule::Scan, |tx| Ok(tx.undo_scan()?)) {
            Ok(card) => {
                self.good = self.good.saturating_sub(1);
                Ok(Answer::Undone { card })
            }
            Err(Failure::Refused(text)) => {
                self.refused += 1;
                Ok(Answer::NothingToUndo(text))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Whether the serial was ever received, if that is known; nothing when it is another card's, which
/// is entered too.
fn read_serial(tx: &mut Tx<'_>, card: CardId, serial: &str) -> Result<Option<Option<bool>>> {
    match tx.read_serial(card, serial) {
        Ok(received) => Ok(Some(received)),
        Err(ledger::Error::SerialTaken(_)) => {
            tx.refuse_scan(Some(card), Refusal::SerialTaken)?;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
