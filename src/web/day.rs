//! The day: the balance of the blanks as an equation, and its close.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::action::{Posted, Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::second;
use super::session::User;
use crate::actions::day::{self, Closing, Count, Days};
use crate::actions::{Failure, Rule};
use crate::domain::stock::{Balance, DEFAULT_MEDIA};
use crate::domain::text::Lang;
use crate::ledger::StockDay;

/// How many closed days are listed.
const SHOWN: usize = 31;

/// Which blanks, and the count that did not fit.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    media: Option<String>,
    counted: Option<u32>,
}

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/day", Needs::Rule(Rule::DayView), show)
        .post("/day", Needs::Rule(Rule::DayClose), close)
        .get(
            "/day/{date}/report.pdf",
            Needs::Rule(Rule::DayReport),
            report,
        )
}

async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Query(asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let lang = user.lang;
    let wanted = asked.media.and_then(|media| page::filled(&media));
    let days = with_access(&app, &user, move |at| day::view(at, wanted.as_deref())).await?;
    let Days {
        open,
        media: chosen,
        closed,
        unconfirmed,
        ..
    } = days;
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
        p { a href="/stock#minutes" { (lang.t("Berita acara pemusnahan", "Records of destruction")) } }
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
        @if user.may(Rule::DayClose) {
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

async fn close(State(app): State<Arc<App>>, user: User, it: Posted) -> Result<Response, PageError> {
    let media = it.value("media").to_owned();
    let here = format!("/day?media={media}");
    let Ok(counted) = it.value("counted").trim().parse() else {
        let none = Failure::refused("Isi jumlah hitungan.", "Fill in the count.");
        return page::refused(&app, &user, &here, none.into());
    };
    let done = async {
        let password = it.value("second_password").to_owned();
        let name = it.value("second");
        let second = second::second(&app, &user, name, password).await?;
        let explanation = it.text("explanation").map(str::to_owned);
        with_access(&app, &user, move |at| {
            let count = Count {
                media: &media,
                counted,
                explanation: explanation.as_deref(),
            };
            day::close(at, count, second.as_ref())
        })
        .await
    };
    match done.await {
        Ok(Closing::Closed(closed)) => Ok(page::done(&app, &user, &here, closed.text)),
        // The count goes back into the form, beside the fields that explain it.
        Ok(Closing::Differs(failure)) => {
            let here = format!("{here}&counted={counted}");
            page::refused(&app, &user, &here, failure.into())
        }
        Err(error) => page::refused(&app, &user, &here, error),
    }
}

async fn report(
    State(app): State<Arc<App>>,
    user: User,
    Path(date): Path<Date>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let media = asked.media.unwrap_or_else(|| DEFAULT_MEDIA.to_owned());
    perform(&app, &user, "/day", move |at| {
        let made = day::report(at, &media, Some(date))?;
        Ok(Then::File(format!("laporan-harian-{date}.pdf"), made.pdf))
    })
    .await
}
