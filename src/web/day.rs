//! The day: the balance of the blanks as an equation, and its close.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::second;
use super::session::User;
use crate::actions::accounts;
use crate::actions::day::close_day;
use crate::actions::day::day_report;
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::card::State as CardState;
use crate::domain::stock::{Balance, DEFAULT_MEDIA};
use crate::domain::text::Lang;
use crate::ledger::{self, Close, Error, StockDay};
use crate::production::StationError;

/// How many closed days are listed.
const SHOWN: usize = 31;

/// Which blanks, and the count that did not fit.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    media: Option<String>,
    counted: Option<u32>,
}

pub async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Query(asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let lang = user.lang;
    let wanted = asked.media.and_then(|media| page::filled(&media));
    let (open, closed, unconfirmed) = app
        .read(move |_, ledger| {
            ledger.snapshot(|ledger| -> ledger::Result<_> {
                let open = ledger.stock()?;
                let chosen = wanted
                    .or_else(|| open.first().map(|day| day.media.clone()))
                    .unwrap_or_else(|| DEFAULT_MEDIA.to_owned());
                let closed = ledger.closed_days(&chosen)?;
                Ok((
                    (open, chosen),
                    closed,
                    ledger.how_many(CardState::Unconfirmed)?,
                ))
            })
        })
        .await?;
    let (open, chosen) = open;
    let day = open.iter().find(|day| day.media == chosen);
    let content = html! {
        h1 { (lang.t("Tutup hari", "Day close")) }
        @if open.len() > 1 {
            nav.chips aria-label=(lang.t("Blanko", "Blanks")) {
                @for day in &open {
                    a.chip href={ "/day?media=" (day.media) } aria-current=[(day.media == chosen).then_some("true")] { (day.media) }
                }
            }
        }
        @match day {
            Some(day) => (open_day(&app, &user, day, unconfirmed, asked.counted)),
            None => p.box { (lang.t("Belum ada blanko yang diterima; catat penerimaannya dulu di ", "No blanks were received yet; enter them first under "))
                a href="/stock" { (lang.t("Persediaan", "Supplies")) } "." },
        }
        p { a href="/stock#minutes" { (lang.t("Berita acara pemusnahan", "Minutes of destruction")) } }
        h2 { (lang.t("Hari yang sudah ditutup", "Closed days")) }
        @if closed.is_empty() { p.soft { (lang.t("Belum ada.", "None yet.")) } }
        @else { (history(lang, &closed)) }
    };
    Ok(page::page(
        &app,
        &user,
        lang.t("Tutup hari", "Day close"),
        false,
        &content,
    ))
}

fn open_day(
    app: &App,
    user: &User,
    day: &StockDay,
    unconfirmed: u64,
    counted: Option<u32>,
) -> Markup {
    let lang = user.lang;
    // A count that did not fit came back: now it is to be explained.
    let explain = counted.is_some();
    html! {
        p {
            (lang.t("Blanko", "Blanks")) " " strong { (day.media) } ", " (lang.t("hari terbuka", "open day"))
            @if let Some(at) = day.begun_at { ", " (lang.t("sejak", "since")) " " (app.local(at)) }
        }
        (equation(lang, &day.balance, day.closing))
        @if unconfirmed > 0 {
            p.box.warn {
                strong { (unconfirmed) " " (lang.t("kartu belum pasti keluar.", "cards are not known to have come out.")) } " "
                (lang.t("Selesaikan dulu: blankonya belum dihitung di atas.", "Settle them first: their blanks are not counted above.")) " "
                a href="/cards?state=unconfirmed" { (lang.t("Lihat", "Look")) }
            }
        }
        @if user.may(Right::Work) {
            form.card.panel method="post" action="/day" data-confirm=(lang.t("Tutup hari ini? Hari yang ditutup tidak bisa dibuka lagi.", "Close this day? A closed day is never reopened.")) {
                input type="hidden" name="media" value=(day.media);
                label.big { (lang.t("Blanko yang Anda hitung sekarang", "Blanks that you count now"))
                    input type="number" name="counted" min="0" max="4294967295" inputmode="numeric" value=[counted] required; }
                details open[explain] {
                    summary { (lang.t("Hitungan berbeda dari buku?", "The count differs from the books?")) }
                    p.soft { (lang.t("Hitung sekali lagi. Bila tetap berbeda, jelaskan, dan minta orang kedua menyetujui.",
                                     "Count once more. If it still differs, explain why, and let a second person agree.")) }
                    div.card {
                        label { (lang.t("Penjelasan (tanpa nama anak)", "Explanation (no child's name)"))
                            textarea name="explanation" rows="2" maxlength="300" required[explain] {} }
                        (second::fields(lang, explain))
                    }
                }
                button.primary { (lang.t("Tutup hari", "Close the day")) }
            }
        }
    }
}

/// `opening + received + returned = good + spoiled + test + lent + closing`.
fn equation(lang: Lang, b: &Balance, closing: i64) -> Markup {
    let term = |name: &str, value: i64| html! { span.term { b { (value) } small { (name) } } };
    let sign = |sign: &str| html! { span.sign aria-hidden="true" { (sign) } };
    html! {
        div.equation role="group" aria-label=(lang.t("Neraca blanko", "Balance of the blanks")) {
            (term(lang.t("awal", "opening"), b.opening)) (sign("+"))
            (term(lang.t("diterima", "received"), b.received)) (sign("+"))
            (term(lang.t("kembali", "returned"), b.returned)) (sign("="))
            (term(lang.t("baik", "good"), b.good)) (sign("+"))
            (term(lang.t("rusak", "spoiled"), b.spoiled)) (sign("+"))
            (term(lang.t("uji", "test"), b.test)) (sign("+"))
            (term(lang.t("dipinjamkan", "lent"), b.lent)) (sign("+"))
            span.term.closing { b { (closing) } small { (lang.t("harus ada", "must be there")) } }
        }
    }
}

fn history(lang: Lang, days: &[StockDay]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (lang.t("Hari", "Day")) }
                th.num { (lang.t("Awal", "Opening")) } th.num { (lang.t("Masuk", "In")) }
                th.num { (lang.t("Baik", "Good")) } th.num { (lang.t("Rusak", "Spoiled")) }
                th.num { (lang.t("Uji", "Test")) } th.num { (lang.t("Pinjam", "Lent")) }
                th.num { (lang.t("Buku", "Books")) } th.num { (lang.t("Hitung", "Counted")) } th.num { (lang.t("Selisih", "Difference")) }
                th { (lang.t("Oleh", "By")) }
            } }
            tbody { @for day in days.iter().rev().take(SHOWN) {
                @let b = &day.balance;
                @if let Some(closed) = &day.closed {
                    @let difference = i64::from(closed.counted) - day.closing;
                    tr {
                        td { a href={ "/day/" (closed.date) "/report.pdf?media=" (day.media) } { (closed.date.strftime("%d-%m-%Y")) } }
                        td.num { (b.opening) } td.num { (b.received + b.returned) }
                        td.num { (b.good) } td.num { (b.spoiled) } td.num { (b.test) } td.num { (b.lent) }
                        td.num { (day.closing) } td.num { (closed.counted) }
                        td.num.bad[difference != 0] { (difference) }
                        td {
                            (closed.actor)
                            @if let Some(second) = &closed.second { ", " (second) }
                            @if let Some(why) = &closed.explanation { br; small { (why) } }
                        }
                    }
                }
            } }
        } }
    }
}

/// What the form of the close sends.
#[derive(Deserialize)]
pub struct CloseForm {
    media: String,
    counted: u32,
    #[serde(default)]
    explanation: String,
    #[serde(default)]
    second: String,
    #[serde(default)]
    second_password: String,
}

pub async fn close(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<CloseForm>,
) -> Result<Response, PageError> {
    let counted = form.counted;
    let (media, explanation) = (form.media, page::filled(&form.explanation));
    let done = async {
        let second = second::second(&app, &user, &form.second, form.second_password).await?;
        let (media, actor) = (media.clone(), accounts::actor(&user.name));
        let (with, date) = (Arc::clone(&app), app.today());
        app.with_ledger(move |ledger| -> Result<_, PageError> {
            let close = Close {
                media: &media,
                date,
                counted,
                explained: explanation.as_deref().zip(second.as_deref()),
            };
            match close_day(ledger, &with.paths, &actor, with.now(), close) {
                Ok(_) => Ok(Ok(date)),
                Err(StationError::Ledger(error @ Error::Difference { .. })) => Ok(Err(error)),
                Err(StationError::Ledger(error)) => Err(error.into()),
                Err(error) => Err(error.into()),
            }
        })
        .await
    };
    let here = format!("/day?media={media}");
    match done.await {
        Ok(Ok(date)) => {
            let date = date.strftime("%d-%m-%Y");
            let text = (
                format!("Hari {date} ditutup."),
                format!("The day {date} is closed."),
            );
            Ok(page::done(&app, &user, &here, text))
        }
        // The count goes back into the form, beside the fields that explain it.
        Ok(Err(differs)) => {
            let here = format!("{here}&counted={counted}");
            page::refused(&app, &user, &here, differs.into())
        }
        Err(error) => page::refused(&app, &user, &here, error),
    }
}

/// `GET /day/{date}/report.pdf`: the report of a closed day, with its checkpoint.
pub async fn report(
    State(app): State<Arc<App>>,
    user: User,
    Path(date): Path<Date>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let media = asked.media.unwrap_or_else(|| DEFAULT_MEDIA.to_owned());
    let made = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let made = day_report(ledger, &app.paths, &app.config, &media, Some(date));
            made?.ok_or(PageError::NotFound)
        })
        .await?;
    app.write(&user, |tx| {
        tx.audit(AuditCode::DayReportExported, None, None)
    })
    .await?;
    Ok(page::attachment(
        made.pdf,
        &format!("laporan-harian-{date}.pdf"),
    ))
}
