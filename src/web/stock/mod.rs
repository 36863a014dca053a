//! Supplies: what there is, what came and went, and what is destroyed.

mod destroy;
mod forms;

use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::domain::account::Right;
use crate::domain::stock::{DEFAULT_MEDIA, Forecast, Movement, RibbonMovement, SerialRange};
use crate::ledger::{self, NewMovement, Ribbons, StockDay};

pub use destroy::{destroy, minutes};

const HERE: &str = "/stock";

/// All that the page shows.
struct Supplies {
    stock: Vec<StockDay>,
    ribbons: Option<Ribbons>,
    forecast: Option<Forecast>,
    to_destroy: usize,
    destructions: Vec<(u32, jiff::Timestamp, u64)>,
}

pub async fn show(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let supplies = app
        .read(|_, ledger| {
            ledger.snapshot(|ledger| -> ledger::Result<_> {
                Ok(Supplies {
                    stock: ledger.stock()?,
                    ribbons: ledger.ribbons()?,
                    forecast: ledger.forecast()?,
                    to_destroy: ledger.to_destroy()?.len(),
                    destructions: ledger.destructions()?,
                })
            })
        })
        .await?;
    let lang = user.lang;
    let content = html! {
        section #supplies data-live { (balances(&user, &supplies)) }
        @if user.may(Right::Work) {
            (forms::all(lang, &media(&app, &supplies.stock), supplies.to_destroy))
        }
        h2 #minutes { (lang.t("Pemusnahan", "Destructions")) }
        @if supplies.destructions.is_empty() { p.soft { (lang.t("Belum ada.", "None yet.")) } }
        @else {
            div.scroll { table {
                thead { tr { th { (lang.t("Berita acara", "Minutes")) } th { (lang.t("Waktu", "Time")) } th.num { (lang.t("Kartu", "Cards")) } th { "PDF" } } }
                tbody { @for (number, at, cards) in &supplies.destructions { tr {
                    td { (lang.t("Nomor", "Number")) " " (number) } td { (app.local(*at)) } td.num { (cards) }
                    td { a href={ "/stock/minutes/" (number) } { (lang.t("Unduh", "Download")) } }
                } } }
            } }
        }
    };
    let title = lang.t("Persediaan", "Supplies");
    Ok(page::page(&app, &user, title, true, &content))
}

/// The kinds of blanks that may be booked: those there are, and those that the printers take.
fn media(app: &App, stock: &[StockDay]) -> Vec<String> {
    let mut media = vec![DEFAULT_MEDIA.to_owned()];
    media.extend(stock.iter().map(|day| day.media.clone()));
    let driven = app
        .config
        .printers
        .iter()
        .filter(|printer| printer.is_driven());
    media.extend(driven.map(|printer| printer.media.clone()));
    media.sort();
    media.dedup();
    media
}

fn balances(user: &User, supplies: &Supplies) -> Markup {
    let lang = user.lang;
    html! {
        h1 { (lang.t("Persediaan", "Supplies")) }
        @if let Some(forecast) = &supplies.forecast {
            @let (indonesian, english) = forecast.words();
            p.box.warn[forecast.is_short()].good[!forecast.is_short()] {
                @if forecast.is_short() { strong { (lang.t("Kurang: ", "Short: ")) } }
                (lang.t(indonesian.as_str(), english.as_str()))
            }
        }
        ul.flow {
            @for day in &supplies.stock {
                li { (lang.t("Blanko", "Blanks")) " " (day.media) b { (day.closing) }
                    small { (lang.t("dipinjamkan", "lent")) " " (day.lent_out) " · " (lang.t("cacat", "faulty")) " " (day.faulty) } }
            }
            @if supplies.stock.is_empty() {
                li { (lang.t("Blanko", "Blanks")) b { "–" } small { (lang.t("belum dicatat", "not entered yet")) } }
            }
            @match &supplies.ribbons {
                Some(ribbons) => li { (lang.t("Pita, sisa cetakan", "Ribbon, prints left")) b { (ribbons.prints) }
                    small { (ribbons.shelf) " " (lang.t("di rak", "on the shelf")) } },
                None => li { (lang.t("Pita", "Ribbon")) b { "–" } small { (lang.t("belum dicatat", "not entered yet")) } },
            }
            li { (lang.t("Kartu rusak", "Spoiled cards")) b { (supplies.to_destroy) } small { (lang.t("belum dimusnahkan", "to destroy")) } }
        }
    }
}

/// Says on the page of the supplies what became of a step, also when it was refused.
fn told(
    app: &App,
    user: &User,
    done: Result<(), PageError>,
    text: (String, String),
) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(page::done(app, user, HERE, text)),
        Err(error) => page::refused(app, user, HERE, error),
    }
}

/// What the forms of the blanks send.
#[derive(Deserialize)]
pub struct Blanks {
    what: Movement,
    media: String,
    count: u32,
    #[serde(default)]
    note: String,
    #[serde(default)]
    batch: String,
    #[serde(default)]
    first: String,
    #[serde(default)]
    last: String,
}

pub async fn blanks(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Blanks>,
) -> Result<Response, PageError> {
    let text = (
        format!(
            "{} blanko {}: {}.",
            form.count,
            form.media,
            form.what.words().0
        ),
        format!(
            "{} blanks {}: {}.",
            form.count,
            form.media,
            form.what.words().1
        ),
    );
    let done = async {
        nothing(form.count)?;
        let serials = match (page::filled(&form.first), page::filled(&form.last)) {
            (None, None) => None,
            (first, last) => Some(SerialRange {
                first: first.ok_or(ledger::Error::SerialForm)?,
                last: last.ok_or(ledger::Error::SerialForm)?,
            }),
        };
        let (batch, note) = (page::filled(&form.batch), page::filled(&form.note));
        app.step(&user, move |tx| {
            tx.move_stock(NewMovement {
                media: &form.media,
                movement: form.what,
                count: form.count,
                batch: batch.as_deref(),
                serials: serials.as_ref(),
                note: note.as_deref(),
            })
        })
        .await
    };
    let done = done.await;
    told(&app, &user, done, text)
}

/// A movement of nothing is a slip of the finger.
fn nothing(count: u32) -> Result<(), PageError> {
    match count {
        0 => Err(PageError::refused("Jumlahnya nol.", "The number is zero.")),
        _ => Ok(()),
    }
}

/// What the form of the count sends.
#[derive(Deserialize)]
pub struct Count {
    media: String,
    count: u32,
}

/// `POST /stock/count`: a count that closes nothing.
pub async fn count(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Count>,
) -> Result<Response, PageError> {
    let (media, counted) = (form.media.clone(), form.count);
    let done = app
        .step(&user, move |tx| tx.count_stock(&media, counted))
        .await;
    match done {
        Ok(computed) => {
            let (media, difference) = (form.media, i64::from(counted) - computed);
            let text = (
                format!(
                    "Blanko {media}: menurut buku {computed}, dihitung {counted}, selisih {difference}."
                ),
                format!(
                    "Blanks {media}: by the books {computed}, counted {counted}, difference {difference}."
                ),
            );
            Ok(page::done(&app, &user, HERE, text))
        }
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

/// What the forms of the ribbons send.
#[derive(Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum RibbonForm {
    /// New ones on the shelf.
    Receive {
        #[serde(deserialize_with = "number")]
        ribbons: u32,
        #[serde(deserialize_with = "number")]
        prints: u32,
    },
    /// One went into a printer.
    PutIn {
        /// Prints lost with the one taken out.
        #[serde(deserialize_with = "number")]
        discarded: u32,
    },
    /// The KTP-el desk printed with it.
    Use {
        #[serde(deserialize_with = "number")]
        prints: u32,
    },
}

/// A number of a tagged form: serde has read it as a text by then.
fn number<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    let text = String::deserialize(from)?;
    text.trim().parse().map_err(serde::de::Error::custom)
}

pub async fn ribbons(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<RibbonForm>,
) -> Result<Response, PageError> {
    let (checked, movement, text) = match form {
        RibbonForm::Receive { ribbons, prints } => (
            nothing(ribbons.min(prints)),
            RibbonMovement::Received { ribbons, prints },
            (
                format!("{ribbons} pita diterima, {prints} cetakan masing-masing."),
                format!("{ribbons} ribbons received, {prints} prints each."),
            ),
        ),
        RibbonForm::PutIn { discarded } => (
            Ok(()),
            RibbonMovement::PutIn { discarded },
            (
                format!("Pita baru dipasang, {discarded} cetakan terbuang."),
                format!("A new ribbon was put in, {discarded} prints lost."),
            ),
        ),
        RibbonForm::Use { prints } => (
            nothing(prints),
            RibbonMovement::UsedElsewhere { prints },
            (
                format!("{prints} cetakan dipakai KTP-el."),
                format!("{prints} prints used for KTP-el."),
            ),
        ),
    };
    let done = async {
        checked?;
        app.step(&user, move |tx| tx.move_ribbon(movement)).await
    };
    let done = done.await;
    told(&app, &user, done, text)
}
