//! The close of a day: the balance, the signed checkpoint, and the report on paper.

use jiff::Timestamp;
use jiff::civil::Date;

use super::accounts::Second;
use super::{Access, Audit, Failure, Result, Rule};
use crate::context::Context;
use crate::domain::account::name_of;
use crate::domain::audit::AuditCode;
use crate::domain::card::State;
use crate::domain::office::signing_on;
use crate::domain::stock::DEFAULT_MEDIA;
use crate::domain::text::Text;
use crate::ledger::{Checkpoint, Close, Error, KeptCheckpoint, Reader, Signer, StockDay};
use crate::production::assets;
use crate::production::checkpoints::keep_checkpoints;
use crate::production::clock;
use crate::reports::papers::{DayCheckpoint, DaySheet};
use crate::text;

/// The open days, and the closed ones of one kind of blanks.
#[derive(Debug)]
pub struct Days {
    pub open: Vec<StockDay>,
    /// The kind of blanks that was named, else the first there is.
    pub media: String,
    pub closed: Vec<StockDay>,
    pub checkpoints: Vec<KeptCheckpoint>,
    pub unconfirmed: u64,
}

pub fn view(at: &Access<'_>, media: Option<&str>) -> Result<Days> {
    at.read(Rule::DayView, |ledger| {
        let open = ledger.stock()?;
        let first = || open.first().map(|day| day.media.clone());
        let named = media.map(str::to_owned).or_else(first);
        let media = named.unwrap_or_else(|| DEFAULT_MEDIA.to_owned());
        Ok(Days {
            closed: ledger.closed_days(&media)?,
            checkpoints: ledger.checkpoints(None)?,
            unconfirmed: ledger.how_many(State::Unconfirmed)?,
            open,
            media,
        })
    })
}

/// A count that closes a day.
#[derive(Debug, Clone, Copy)]
pub struct Count<'a> {
    pub media: &'a str,
    pub counted: u32,
    /// Why it differs; no child's name.
    pub explanation: Option<&'a str>,
}

/// A day that was closed.
#[derive(Debug)]
pub struct Closed {
    pub day: Option<StockDay>,
    /// Cards whose blanks belong to the next day, since nobody settled them.
    pub unconfirmed: u64,
    /// When the books were opened, if that was on an earlier day.
    pub begun: Option<Date>,
    pub checkpoint: Checkpoint,
    pub text: Text,
}

/// What came of a close.
#[derive(Debug)]
pub enum Closing {
    Closed(Box<Closed>),
    /// The count differs and must be explained before a second person.
    Differs(Failure),
}

/// Closes today for good, signs the head of the log, and keeps the checkpoint as a file. One that
/// could not be kept is written at the next close.
pub fn close(at: &mut Access<'_>, count: Count<'_>, second: Option<&Second>) -> Result<Closing> {
    at.permit(Rule::DayClose)?;
    let (context, now) = (at.context, at.now);
    let date = context.date(now);
    let signer = Signer::of(&context.paths.ledger())?;
    let second = second.map(|second| &**second);
    let mut differs = false;
    let done = at.write(Rule::DayClose, |tx| {
        clock::check(&context.paths, tx, now)?;
        let unconfirmed = tx.how_many(State::Unconfirmed)?;
        let begun = tx.open_day(count.media)?.and_then(|day| day.begun_at);
        let closed = tx.close_day(Close {
            media: count.media,
            date,
            counted: count.counted,
            explained: count.explanation.zip(second),
        });
        differs = matches!(closed, Err(Error::Difference { .. }));
        closed?;
        let checkpoint = tx.checkpoint(date, &signer)?;
        let day = date.strftime("%d-%m-%Y");
        Ok(Closed {
            day: tx.closed_days(count.media)?.pop(),
            unconfirmed,
            begun: begun
                .map(|at| context.date(at))
                .filter(|begun| *begun < date),
            checkpoint,
            text: text!("Hari {day} ditutup.", "The day {day} is closed."),
        })
    });
    match done {
        Err(failure) if differs => Ok(Closing::Differs(failure)),
        Err(failure) => Err(failure),
        Ok(closed) => {
            at.read(Rule::DayClose, |ledger| {
                keep_checkpoints(&context.paths, ledger).map_err(Failure::broken)
            })?;
            Ok(Closing::Closed(Box::new(closed)))
        }
    }
}

/// The report of a closed day.
#[derive(Debug)]
pub struct DayReport {
    pub date: Date,
    /// What was signed last on that day.
    pub checkpoint: Checkpoint,
    pub pdf: Vec<u8>,
}

/// The report of the day `date` of these blanks, or of the one closed last.
pub fn report(at: &mut Access<'_>, media: &str, date: Option<Date>) -> Result<DayReport> {
    let context = at.context;
    let audit = |_: &DayReport| Audit {
        code: AuditCode::DayReportExported,
        card: None,
        detail: None,
    };
    at.export(Rule::DayReport, audit, |ledger| {
        typeset(ledger, context, media, date)?.ok_or(Failure::Missing(text!(
            "Tidak ada hari blanko {media} yang sudah ditutup dengan titik periksa pada tanggal itu.",
            "There is no such day of `{media}` that was closed with a checkpoint."
        )))
    })
}

fn typeset(
    ledger: &Reader,
    context: &Context,
    media: &str,
    date: Option<Date>,
) -> Result<Option<DayReport>> {
    let config = &context.config;
    let days = ledger.closed_days(media)?.into_iter();
    let mut closed = days.filter_map(|day| Some((day.closed.clone()?, day)));
    let found = closed.rfind(|(closed, _)| date.is_none_or(|date| closed.date == date));
    let Some((closed, day)) = found else {
        return Ok(None);
    };
    // The day's last word: what was closed earlier in the day is in it.
    let Some(kept) = ledger.checkpoints(Some(closed.date))?.pop() else {
        return Ok(None);
    };
    let states = kept.checkpoint.cards.iter();
    let states = states.filter_map(|(name, count)| Some((State::from_name(name)?, *count)));
    let at: Timestamp = kept.checkpoint.at.parse().unwrap_or(closed.at);
    let at = context.local(at);
    let sheet = DaySheet {
        date: closed.date,
        office: &config.office,
        official: signing_on(&config.officials, closed.date),
        actor: name_of(&closed.actor),
        second: closed.second.as_deref(),
        explanation: closed.explanation.as_deref(),
        media: &day.media,
        balance: day.balance,
        closing: day.closing,
        counted: closed.counted,
        cards: states.collect(),
        checkpoint: DayCheckpoint {
            seq: kept.checkpoint.seq,
            short: kept.checkpoint.short(),
            head: &kept.checkpoint.head,
            key: &kept.checkpoint.public_key,
            signature: &kept.checkpoint.signature,
            file: kept.file_name(),
            at,
        },
    };
    let stationery = assets::stationery(&context.paths.layouts()).map_err(Failure::broken)?;
    let pdf = sheet.typeset(&stationery).map_err(Failure::broken)?;
    Ok(Some(DayReport {
        date: closed.date,
        checkpoint: kept.checkpoint,
        pdf,
    }))
}
