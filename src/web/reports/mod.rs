//! Reports: each with its period, its alarms before any figure, charts with their tables beside
//! them, and the same as CSV, XLSX and paper.

mod register;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;

use super::action::{Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::Rule;
use crate::actions::exports::{self, Format, Subject};
use crate::domain::text::Lang;
use crate::domain::text::Text;
use crate::reports::Report;
use crate::reports::tables::{Cell, Table};

const HERE: &str = "/reports";

/// What the register's address ends with, and the chip that leads there.
const REGISTER: &str = "register";

/// Weeks that the pace is shown for, and months that are planned, where nobody says.
const WEEKS: u32 = 26;
const MONTHS: u32 = 6;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get(HERE, Needs::Rule(Rule::ReportView), first)
        .get(
            "/reports/register",
            Needs::Rule(Rule::Register),
            register::form,
        )
        .post(
            "/reports/register",
            Needs::Rule(Rule::Register),
            register::give,
        )
        .get("/reports/{report}", Needs::Rule(Rule::ReportView), show)
        .get(
            "/reports/{report}/{format}",
            Needs::Rule(Rule::ReportTake),
            file,
        )
}

/// The reports of the page, as they come without a word of the form.
const ALL: [Subject; 6] = [
    Subject::Daily,
    Subject::HalfMonth,
    Subject::District,
    Subject::Coverage,
    Subject::Pace(WEEKS),
    Subject::Plan(MONTHS, false),
];

const fn title(subject: Subject) -> Text {
    match subject {
        Subject::Daily => Text::new("Harian provinsi", "Daily, province"),
        Subject::HalfMonth => Text::new("Setengah bulan", "Half-month"),
        Subject::District => Text::new("Kecamatan dan desa", "Districts, villages"),
        Subject::Coverage => Text::new("Cakupan", "Coverage"),
        Subject::Pace(_) => Text::new("Laju", "Pace"),
        Subject::Plan(..) => Text::new("Rencana", "Plan"),
    }
}

/// Whether one is followed by another of the next period.
const fn is_periodic(subject: Subject) -> bool {
    matches!(
        subject,
        Subject::Daily | Subject::HalfMonth | Subject::District
    )
}

fn named(name: &str) -> Result<Subject, PageError> {
    let known = ALL.into_iter().find(|subject| subject.name() == name);
    known.ok_or(PageError::NotFound)
}

/// What the form of a report sends; fields may stay empty.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    day: Option<String>,
    weeks: Option<String>,
    months: Option<String>,
    names: Option<String>,
}

impl Asked {
    /// The report with what the form says of it, and its day.
    fn read(&self, subject: Subject) -> Result<(Subject, Option<Date>), PageError> {
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
        let subject = match subject {
            Subject::Pace(_) => Subject::Pace(number(&self.weeks, WEEKS, 1, 260)?),
            Subject::Plan(..) => {
                Subject::Plan(number(&self.months, MONTHS, 0, 60)?, self.names.is_some())
            }
            other => other,
        };
        Ok((subject, page::day(self.day.as_deref())?))
    }
}

/// `GET /reports`: the one of today for the province.
async fn first(state: State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let daily = Path(Subject::Daily.name().to_owned());
    show(state, user, daily, Query(Asked::default())).await
}

async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Path(report): Path<String>,
    Query(mut asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let (lang, which) = (user.lang, named(&report)?);
    // Names are for downloads.
    asked.names = None;
    let made = match asked.read(which) {
        Ok((subject, day)) => {
            with_access(&app, &user, move |at| {
                exports::view_report(at, subject, day)
            })
            .await
        }
        Err(error) => Err(error),
    };
    let body = match made {
        Ok(report) => html! {
            @if is_periodic(which) { (turns(&app, lang, which, &report)) }
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
    let title = format!("{}: {}", lang.t("Laporan", "Report"), title(which).of(lang));
    Ok(page::page(&app, &user, &title, false, &content))
}

/// All reports, and the register.
fn chips(lang: Lang, here: &str) -> Markup {
    let reports = ALL.map(|subject| (subject.name(), title(subject)));
    let register = (REGISTER, Text::new("Buku register", "Register"));
    html! {
        nav.chips aria-label=(lang.t("Laporan", "Reports")) {
            @for (name, words) in reports.into_iter().chain([register]) {
                a.chip href={ (HERE) "/" (name) } aria-current=[(name == here).then_some("true")] { (words.of(lang)) }
            }
        }
    }
}

fn picker(app: &App, user: &User, which: Subject, asked: &Asked) -> Markup {
    let lang = user.lang;
    let to = format!("{HERE}/{}", which.name());
    let today = app.today().to_string();
    let day = asked.day.as_deref().filter(|day| !day.is_empty());
    html! {
        form.line method="get" action=(to) {
            label { (lang.t("Tanggal", "Day"))
                input type="date" name="day" value=(day.unwrap_or(&today)) max=(today); }
            @if matches!(which, Subject::Pace(_)) {
                label { (lang.t("Minggu", "Weeks"))
                    input type="number" name="weeks" min="1" max="260" value=(asked.weeks.as_deref().unwrap_or(&WEEKS.to_string())); }
            }
            @if matches!(which, Subject::Plan(..)) {
                label { (lang.t("Bulan ke depan", "Months ahead"))
                    input type="number" name="months" min="0" max="60" value=(asked.months.as_deref().unwrap_or(&MONTHS.to_string())); }
            }
            button.primary { (lang.t("Tampilkan", "Show")) }
            @for (format, word) in [("csv", "CSV"), ("xlsx", "Excel"), ("pdf", "PDF")] {
                button formaction={ (to) "/" (format) } { (lang.t("Unduh", "Download")) " " (word) }
            }
            @if matches!(which, Subject::Plan(..)) && user.may(Rule::ReportNames) {
                label.row { input type="checkbox" name="names"; (lang.t("unduhan dengan nama anak", "download with the children's names")) }
            }
        }
    }
}

/// Links to the period before and after.
fn turns(app: &App, lang: Lang, which: Subject, report: &Report) -> Markup {
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

/// `GET /reports/{report}/{format}`: the same as a file.
async fn file(
    State(app): State<Arc<App>>,
    user: User,
    Path((report, ending)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let which = named(&report)?;
    let format = Format::from_ending(&ending).ok_or(PageError::NotFound)?;
    let back = format!("{HERE}/{report}");
    let (subject, day) = match asked.read(which) {
        Ok(read) => read,
        Err(error) => return page::refused(&app, &user, &back, error),
    };
    perform(&app, &user, &back, move |at| {
        let (bytes, day) = exports::export_report(at, subject, day, format)?;
        Ok(Then::File(
            format!("laporan-{report}-{day}.{ending}"),
            bytes,
        ))
    })
    .await
}
