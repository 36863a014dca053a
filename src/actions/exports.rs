//! What leaves the station as a table or a paper: reports, the register, the log of printed cards.

use std::io::{Cursor, Write as _};

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Access, Audit, Failure, Result, Rule};
use crate::context::Context;
use crate::domain::audit::AuditCode;
use crate::ledger::{PrintedCard, PrintedFilter, Reader};
use crate::production::assets;
use crate::reports::papers::Stationery;
use crate::reports::tables::{write_csv, write_xlsx};
use crate::reports::{self, Register, Report, Reports};

/// What a report counts, and how far it reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Daily,
    HalfMonth,
    District,
    Coverage,
    /// Weeks looked back on.
    Pace(u32),
    /// Months planned ahead, with or without the children's names.
    Plan(u32, bool),
}

impl Subject {
    /// The word in addresses and in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::HalfMonth => "half-month",
            Self::District => "district",
            Self::Coverage => "coverage",
            Self::Pace(_) => "pace",
            Self::Plan(..) => "plan",
        }
    }

    /// Whether it names children.
    pub const fn is_named(self) -> bool {
        matches!(self, Self::Plan(_, true))
    }

    fn report(self, reports: &Reports<'_>, day: Option<Date>) -> reports::Result<Report> {
        let day = day.unwrap_or(reports.today());
        match self {
            Self::Daily => reports.daily(day),
            Self::HalfMonth => reports.half_month(day),
            Self::District => reports.district(day),
            Self::Coverage => reports.coverage(day),
            Self::Pace(weeks) => reports.pace(day, weeks),
            Self::Plan(months, names) => reports.plan(day, months, names),
        }
    }
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Csv,
    Xlsx,
    Pdf,
    /// The first chart alone.
    Svg,
}

impl Format {
    /// What names of such files end with.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
            Self::Svg => "svg",
        }
    }

    /// A table or a paper, by its ending.
    pub fn from_ending(ending: &str) -> Option<Self> {
        let known = [Self::Csv, Self::Xlsx, Self::Pdf];
        known.into_iter().find(|format| format.ending() == ending)
    }
}

/// A report to look at. One that names children is an export wherever it is shown.
pub fn view_report(at: &mut Access<'_>, subject: Subject, day: Option<Date>) -> Result<Report> {
    let (context, now) = (at.context, at.now);
    let make = |ledger: &Reader| {
        let reports = Reports::new(ledger, &context.config, now)?;
        Ok(subject.report(&reports, day)?)
    };
    match subject.is_named() {
        false => at.read(Rule::ReportView, make),
        true => at.export(
            Rule::ReportNames,
            |report| entry(subject, report, "view"),
            make,
        ),
    }
}

/// A report as a file, and the last day it is of.
pub fn export_report(
    at: &mut Access<'_>,
    subject: Subject,
    day: Option<Date>,
    format: Format,
) -> Result<(Vec<u8>, Date)> {
    let (context, now) = (at.context, at.now);
    let rule = match subject.is_named() {
        false => Rule::ReportTake,
        true => Rule::ReportNames,
    };
    let audit = |(_, report): &(_, Report)| entry(subject, report, format.ending());
    let (bytes, report) = at.export(rule, audit, |ledger| {
        let reports = Reports::new(ledger, &context.config, now)?;
        let report = subject.report(&reports, day)?;
        Ok((write_report(context, &reports, &report, format)?, report))
    })?;
    Ok((bytes, report.period.last))
}

fn entry(subject: Subject, report: &Report, format: &str) -> Audit {
    let names = if subject.is_named() { " names" } else { "" };
    let (report, day) = (subject.name(), report.period.last);
    Audit::of(
        AuditCode::ReportExported,
        format!("{report} {day} {format}{names}"),
    )
}

fn write_report(
    context: &Context,
    reports: &Reports<'_>,
    report: &Report,
    format: Format,
) -> Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    match format {
        Format::Text => write!(out, "{report}").map_err(Failure::broken)?,
        Format::Csv => write_csv(&report.tables, &mut out).map_err(Failure::broken)?,
        Format::Xlsx => write_xlsx(&report.tables, &mut out).map_err(Failure::broken)?,
        Format::Pdf => *out.get_mut() = reports.typeset(report, &stationery(context)?)?,
        Format::Svg => {
            let none = Failure::refused(
                "Laporan ini tidak punya grafik; `report coverage` dan `report pace` punya.",
                "This report has no chart; `report coverage` and `report pace` have one.",
            );
            let chart = report.charts.first().ok_or(none)?;
            *out.get_mut() = chart.svg.clone().into_bytes();
        }
    }
    Ok(out.into_inner())
}

/// The templates and fonts of the station's papers.
pub fn stationery(context: &Context) -> Result<Stationery> {
    assets::stationery(&context.paths.layouts()).map_err(Failure::broken)
}

/// Which part of the register is asked for.
#[derive(Debug, Clone, Copy)]
pub struct RegisterPart {
    /// The first day; without it from the first card on.
    pub from: Option<Date>,
    /// The last day; without it up to today.
    pub to: Option<Date>,
    /// With whole NIKs.
    pub full: bool,
}

/// Hands the register to `give`, which writes it line by line. It is entered before its first byte.
pub fn register<T>(
    at: &mut Access<'_>,
    part: RegisterPart,
    format: &str,
    give: impl FnOnce(&Register<'_>) -> Result<T>,
) -> Result<T> {
    let rule = match part.full {
        true => Rule::RegisterFull,
        false => Rule::Register,
    };
    at.permit(rule)?;
    at.day(part.to)?;
    if part.from.zip(part.to).is_some_and(|(from, to)| from > to) {
        return Err(Failure::refused(
            "Tanggal awal sesudah tanggal akhir.",
            "The first day is after the last.",
        ));
    }
    let day = |day: Option<Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    let (from, to) = (day(part.from), day(part.to));
    let full = if part.full { " full" } else { "" };
    at.enter(&[Audit::of(
        AuditCode::RegisterExported,
        format!("{from} {to} {format}{full}"),
    )])?;
    let (context, now) = (at.context, at.now);
    at.read(rule, |ledger| {
        let reports = Reports::new(ledger, &context.config, now)?;
        give(&reports.register(part.from, part.to, part.full)?)
    })
}

/// Which printed cards are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogPart<'a> {
    pub school: Option<&'a str>,
    pub since: Option<Date>,
    pub until: Option<Date>,
}

/// Gives the printed cards to `each`, in handover order. It is entered before the first.
pub fn printed_log(
    at: &mut Access<'_>,
    part: LogPart<'_>,
    each: impl FnMut(PrintedCard) -> Result<()>,
) -> Result<()> {
    at.permit(Rule::PrintedLog)?;
    let begins = |day: Option<Date>| day.map(|day| begins(at.context, day)).transpose();
    let filter = PrintedFilter {
        school: part.school.map(str::to_owned),
        since: begins(part.since)?,
        until: begins(part.until)?,
    };
    at.enter(&[Audit {
        code: AuditCode::PrintedLogExported,
        card: None,
        detail: filter.school.clone(),
    }])?;
    at.read(Rule::PrintedLog, |ledger| ledger.printed_log(&filter, each))
}

/// When a day begins in the office's zone.
pub fn begins(context: &Context, day: Date) -> Result<Timestamp> {
    let begins = context.zone.to_timestamp(day.at(0, 0, 0, 0));
    begins.map_err(|_| Failure::refused("Tanggal tidak benar.", "This is no date."))
}

impl From<reports::Error> for Failure {
    fn from(error: reports::Error) -> Self {
        match error {
            reports::Error::Future(day) => Self::Refused(crate::text!(
                "{day} belum tiba; laporan dibuat untuk hari ini atau sebelumnya.",
                "{day} has not come yet: a report is of today or an earlier day."
            )),
            reports::Error::Day(day) => Self::Refused(crate::text!(
                "{day} bukan hari yang bisa dilaporkan.",
                "{day} is no day of a report."
            )),
            reports::Error::Ledger(error) => error.into(),
            error => Self::broken(error),
        }
    }
}
