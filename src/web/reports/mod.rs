//! Reports: each with its period, its alarms before any figure, charts with their tables beside
//! them, and the same as CSV, XLSX and paper.

mod register;

use std::io::Cursor;
use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::text::Lang;
use crate::domain::text::Text;
use crate::ledger::Reader;
use crate::production::assets::stationery;
use crate::reports::tables::{Cell, Table, write_csv, write_xlsx};
use crate::reports::{self, Report, Reports};

pub use register::{form, give};

const HERE: &str = "/reports";

/// What the register's address ends with, and the chip that leads there.
const REGISTER: &str = "register";

/// Weeks that the pace is shown for, and months that are planned, where nobody says.
const WEEKS: u32 = 26;
const MONTHS: u32 = 6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Daily,
    HalfMonth,
    District,
    Coverage,
    Pace,
    Plan,
}

impl Which {
    const ALL: [Self; 6] = [
        Self::Daily,
        Self::HalfMonth,
        Self::District,
        Self::Coverage,
        Self::Pace,
        Self::Plan,
    ];

    /// In the address, as the command line calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::HalfMonth => "half-month",
            Self::District => "district",
            Self::Coverage => "coverage",
            Self::Pace => "pace",
            Self::Plan => "plan",
        }
    }

    const fn text(self) -> Text {
        match self {
            Self::Daily => Text::new("Harian provinsi", "Daily, province"),
            Self::HalfMonth => Text::new("Setengah bulan", "Half-month"),
            Self::District => Text::new("Kecamatan dan desa", "Districts, villages"),
            Self::Coverage => Text::new("Cakupan", "Coverage"),
            Self::Pace => Text::new("Laju", "Pace"),
            Self::Plan => Text::new("Rencana", "Plan"),
        }
    }

    /// Whether one is followed by another of the next period.
    const fn is_periodic(self) -> bool {
        matches!(self, Self::Daily | Self::HalfMonth | Self::District)
    }

    fn named(name: &str) -> Result<Self, PageError> {
        let known = Self::ALL.into_iter().find(|which| which.name() == name);
        known.ok_or(PageError::NotFound)
    }

    fn make(self, reports: &Reports<'_>, asked: &Wanted, names: bool) -> reports::Result<Report> {
        let day = asked.day.unwrap_or(reports.today());
        match self {
            Self::Daily => reports.daily(day),
            Self::HalfMonth => reports.half_month(day),
            Self::District => reports.district(day),
            Self::Coverage => reports.coverage(day),
            Self::Pace => reports.pace(day, asked.weeks),
            Self::Plan => reports.plan(day, asked.months, names),
        }
    }
}

/// What the form of a report sends; fields may stay empty.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    day: Option<String>,
    weeks: Option<String>,
    months: Option<String>,
    names: Option<String>,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    day: Option<Date>,
    weeks: u32,
    months: u32,
    names: bool,
}

impl Asked {
    fn read(&self) -> Result<Wanted, PageError> {
        let number = |text: &Option<String>, without: u32, first: u32, last: u32| {
            let Some(text) = text.as_deref().and_then(page::filled) else {
                return Ok(without);
            };
            let number = text.parse().ok().filter(|n| (first..=last).contains(n));
            number.ok_or_else(|| {
                PageError::refused(
                    format!("Isi angka {first} sampai {last}."),
                    format!("Give a number from {first} to {last}."),
                )
            })
        };
        Ok(Wanted {
            day: page::day(self.day.as_deref())?,
            weeks: number(&self.weeks, WEEKS, 1, 260)?,
            months: number(&self.months, MONTHS, 0, 60)?,
            names: self.names.is_some(),
        })
    }
}

/// `GET /reports`: the one of today for the province.
pub async fn first(state: State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let daily = Path(Which::Daily.name().to_owned());
    show(state, user, daily, Query(Asked::default())).await
}

pub async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Path(report): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let (lang, which) = (user.lang, Which::named(&report)?);
    let made = match asked.read() {
        Ok(wanted) => {
            app.read(move |app, ledger| -> Result<_, PageError> {
                let reports = Reports::new(ledger, &app.config, Timestamp::now())?;
                Ok(which.make(&reports, &wanted, false)?)
            })
            .await
        }
        Err(error) => Err(error),
    };
    let body = match made {
        Ok(report) => html! {
            @if which.is_periodic() { (turns(&app, lang, which, &report)) }
            (shown(lang, &report))
        },
        Err(error @ PageError::Refused(..)) => {
            html! { p.box.bad role="alert" { (error.text().of(lang)) } }
        }
        Err(error) => return Err(error),
    };
    let content = html! {
        (chips(lang, which.name()))
        (picker(&app, &user, which, &asked))
        (body)
    };
    let title = format!("{}: {}", lang.t("Laporan", "Report"), which.text().of(lang));
    Ok(page::page(&app, &user, &title, false, &content))
}

/// All reports, and the register.
fn chips(lang: Lang, here: &str) -> Markup {
    let reports = Which::ALL.map(|which| (which.name(), which.text()));
    let register = (REGISTER, Text::new("Buku register", "Register"));
    html! {
        nav.chips aria-label=(lang.t("Laporan", "Reports")) {
            @for (name, words) in reports.into_iter().chain([register]) {
                a.chip href={ (HERE) "/" (name) } aria-current=[(name == here).then_some("true")] { (words.of(lang)) }
            }
        }
    }
}

fn picker(app: &App, user: &User, which: Which, asked: &Asked) -> Markup {
    let lang = user.lang;
    let to = format!("{HERE}/{}", which.name());
    let today = app.today().to_string();
    let day = asked.day.as_deref().filter(|day| !day.is_empty());
    html! {
        form.line method="get" action=(to) {
            label { (lang.t("Tanggal", "Day"))
                input type="date" name="day" value=(day.unwrap_or(&today)) max=(today); }
            @if which == Which::Pace {
                label { (lang.t("Minggu", "Weeks"))
                    input type="number" name="weeks" min="1" max="260" value=(asked.weeks.as_deref().unwrap_or(&WEEKS.to_string())); }
            }
            @if which == Which::Plan {
                label { (lang.t("Bulan ke depan", "Months ahead"))
                    input type="number" name="months" min="0" max="60" value=(asked.months.as_deref().unwrap_or(&MONTHS.to_string())); }
            }
            button.primary { (lang.t("Tampilkan", "Show")) }
            @for (format, word) in [("csv", "CSV"), ("xlsx", "Excel"), ("pdf", "PDF")] {
                button formaction={ (to) "/" (format) } { (lang.t("Unduh", "Download")) " " (word) }
            }
            @if which == Which::Plan && user.may(Right::Audit) {
                label.row { input type="checkbox" name="names"; (lang.t("unduhan dengan nama anak", "download with the children's names")) }
            }
        }
    }
}

/// Links to the period before and after.
fn turns(app: &App, lang: Lang, which: Which, report: &Report) -> Markup {
    let to = |day: Date| format!("{HERE}/{}?day={day}", which.name());
    let before = report.period.first.yesterday().ok();
    let after = report.period.last.tomorrow().ok();
    html! {
        nav.pager aria-label=(lang.t("Periode", "Period")) {
            @if let Some(day) = before { a.button href=(to(day)) { "← " (lang.t("Sebelumnya", "Before")) } }
            @if let Some(day) = after.filter(|day| *day <= app.today()) {
                a.button href=(to(day)) { (lang.t("Berikutnya", "Next")) " →" }
            }
        }
    }
}

fn shown(lang: Lang, report: &Report) -> Markup {
    let say =
        |(indonesian, english): &(String, String)| lang.t(indonesian.as_str(), english).to_owned();
    html! {
        h1 { (report.title) }
        @for alarm in &report.alarms { p.box.bad role="alert" { (say(alarm)) } }
        @for remark in &report.remarks { p.soft { (say(remark)) } }
        @for chart in &report.charts {
            figure.chart role="img" aria-label=(chart.title) {
                // Drawn by the program itself out of counts and names that its writer escapes.
                (PreEscaped(&chart.svg))
            }
        }
        @for table in &report.tables { (sheet(lang, table)) }
    }
}

fn sheet(lang: Lang, table: &Table) -> Markup {
    let [indonesian, english] = &table.note;
    let right: Vec<bool> = (0..table.heads.len())
        .map(|column| table.rows.iter().any(|row| row[column].is_number()))
        .collect();
    html! {
        h2 { (table.title) }
        div.scroll { table {
            caption { (lang.t(indonesian.as_str(), english)) }
            thead { tr { @for (head, right) in table.heads.iter().zip(&right) { th.num[*right] { (head) } } } }
            tbody { @for row in &table.rows { tr {
                @for (cell, right) in row.iter().zip(&right) { td.num[*right] { (Cell::shown(cell)) } }
            } } }
        } }
    }
}

/// `GET /reports/{report}/{format}`: the same as a file. Whoever takes it out is entered.
pub async fn file(
    State(app): State<Arc<App>>,
    user: User,
    Path((report, format)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let which = Which::named(&report)?;
    let made = match asked.read() {
        Ok(wanted) if wanted.names && !user.may(Right::Audit) => return denied(&app, &user).await,
        Ok(wanted) => {
            let format = format.clone();
            app.read(move |app, ledger| written(app, ledger, which, wanted, &format))
                .await
        }
        Err(error) => Err(error),
    };
    let (bytes, day) = match made {
        Ok(made) => made,
        Err(error) => return page::refused(&app, &user, &format!("{HERE}/{report}"), error),
    };
    let names = if asked.names.is_some() { " names" } else { "" };
    let detail = format!("{report} {day} {format}{names}");
    app.write(&user, move |tx| {
        tx.audit(AuditCode::ReportExported, None, Some(&detail))
    })
    .await?;
    Ok(page::attachment(
        bytes,
        &format!("laporan-{report}-{day}.{format}"),
    ))
}

fn written(
    app: &App,
    ledger: &Reader,
    which: Which,
    wanted: Wanted,
    format: &str,
) -> Result<(Vec<u8>, Date), PageError> {
    let reports = Reports::new(ledger, &app.config, Timestamp::now())?;
    let report = which.make(&reports, &wanted, wanted.names)?;
    let mut bytes = Cursor::new(Vec::new());
    match format {
        "csv" => write_csv(&report.tables, &mut bytes).map_err(PageError::broken)?,
        "xlsx" => write_xlsx(&report.tables, &mut bytes).map_err(PageError::broken)?,
        "pdf" => {
            let papers = stationery(&app.paths.layouts()).map_err(PageError::broken)?;
            *bytes.get_mut() = reports.typeset(&report, &papers)?;
        }
        _ => return Err(PageError::NotFound),
    }
    Ok((bytes.into_inner(), report.period.last))
}

/// Enters that somebody asked for what his role may not have.
async fn denied(app: &Arc<App>, user: &User) -> Result<Response, PageError> {
    let detail = user.path.clone();
    app.write(user, move |tx| {
        tx.audit(AuditCode::StepDenied, None, Some(&detail))
    })
    .await?;
    Err(PageError::Forbidden)
}
