//! Supplies: what there is, what came and went, and what is destroyed.

mod destroy;
mod forms;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::action::{Posted, Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::stock::{self, Supplies};
use crate::actions::{Access, Failure, Result, Rule};
use crate::domain::stock::{DEFAULT_MEDIA, RibbonMovement, SerialRange};
use crate::domain::text::{Explain, Text};
use crate::ledger::{Error, NewMovement, StockDay};

const HERE: &str = "/stock";

pub fn routes(routes: Routes) -> Routes {
    routes
        .get(HERE, Needs::Rule(Rule::StockView), show)
        .action("/stock/blanks", Rule::StockMove, blanks)
        .action("/stock/ribbons", Rule::StockMove, ribbons)
        .action("/stock/count", Rule::StockCount, |it, at| {
            done(stock::count(at, it.value("media"), number(it, "count")?)?.text)
        })
        .post(
            "/stock/destroy",
            Needs::Rule(Rule::StockDestroy),
            destroy::destroy,
        )
        .get(
            "/stock/minutes/{number}",
            Needs::Rule(Rule::StockRecord),
            destruction_record,
        )
}

async fn show(State(app): State<Arc<App>>, user: User) -> std::result::Result<Markup, PageError> {
    let supplies = with_access(&app, &user, |at| stock::view(at)).await?;
    let lang = user.lang;
    let content = html! {
        section #supplies data-live { (balances(&user, &supplies)) }
        @if user.may(Rule::StockMove) {
            (forms::all(lang, &media(&app, &supplies.stock), supplies.to_destroy))
        }
        h2 #minutes { (lang.t("Pemusnahan", "Destructions")) }
        @if supplies.destructions.is_empty() { p.soft { (lang.t("Belum ada.", "None yet.")) } }
        @else {
            div.scroll { table {
                thead { tr { th { (lang.t("Berita acara", "Record")) } th { (lang.t("Waktu", "Time")) } th.num { (lang.t("Kartu", "Cards")) } th { "PDF" } } }
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
            @let text = forecast.text();
            p.box.warn[forecast.is_short()].good[!forecast.is_short()] {
                @if forecast.is_short() { strong { (lang.t("Kurang: ", "Short: ")) } }
                (text.of(lang))
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

fn done(text: Text) -> Result<Then> {
    Ok(Then::Page(HERE.to_owned(), text))
}

/// A number that must be filled in.
fn number(it: &Posted, name: &str) -> Result<u32> {
    let wrong = |_| Failure::refused("Isi jumlahnya dengan angka.", "Fill in a number.");
    it.value(name).trim().parse().map_err(wrong)
}

fn blanks(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let none = Text::new("Pilih apa yang terjadi.", "Choose what happened.");
    let serials = match (it.text("first"), it.text("last")) {
        (None, None) => None,
        (Some(first), Some(last)) => Some(SerialRange {
            first: first.to_owned(),
            last: last.to_owned(),
        }),
        _ => return Err(Error::SerialForm.into()),
    };
    done(stock::move_blanks(
        at,
        NewMovement {
            media: it.value("media"),
            movement: it.choice("what", forms::movement, none)?,
            count: number(it, "count")?,
            batch: it.text("batch"),
            serials: serials.as_ref(),
            note: it.text("note"),
        },
    )?)
}

fn ribbons(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let movement = match it.value("what") {
        "receive" => RibbonMovement::Received {
            ribbons: number(it, "ribbons")?,
            prints: number(it, "prints")?,
        },
        "put-in" => RibbonMovement::PutIn {
            discarded: number(it, "discarded")?,
        },
        _ => RibbonMovement::UsedElsewhere {
            prints: number(it, "prints")?,
        },
    };
    done(stock::move_ribbon(at, movement)?)
}

async fn destruction_record(
    State(app): State<Arc<App>>,
    user: User,
    Path(number): Path<String>,
) -> std::result::Result<Response, PageError> {
    let number: u32 = number.parse().map_err(|_| PageError::NotFound)?;
    perform(&app, &user, HERE, move |at| {
        let pdf = stock::destruction_record(at, number)?;
        Ok(Then::File(format!("berita-acara-{number}.pdf"), pdf))
    })
    .await
}
