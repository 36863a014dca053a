//! Destructions: looked at first, then entered.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::{HERE, number};
use crate::actions::stock::{self, Occasion, Spoiled};
use crate::domain::ids::CardId;
use crate::domain::text::{Explain, Lang};
use crate::web::action::{Posted, Then, perform, with_access};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

/// `POST /stock/destroy`: shows what would be destroyed, and once that was looked at enters it.
pub async fn destroy(
    State(app): State<Arc<App>>,
    user: User,
    it: Posted,
) -> Result<Response, PageError> {
    let blanks = match number(&it, "blanks") {
        Ok(blanks) => blanks,
        Err(failure) => return page::refused(&app, &user, HERE, failure.into()),
    };
    let lines = it.value("witnesses").lines().map(str::trim);
    let named = lines.filter(|line| !line.is_empty());
    let witnesses: Vec<String> = named.map(str::to_owned).collect();
    let media = it.value("media").to_owned();
    if it.has("cards") {
        return perform(&app, &user, HERE, move |at| {
            let occasion = Occasion {
                witnesses: &witnesses,
                media: &media,
                blanks,
            };
            let numbers = it.value("cards").split_whitespace();
            let seen: Vec<CardId> = numbers.filter_map(|card| card.parse().ok()).collect();
            let (_, text) = stock::destroy(at, occasion, &seen)?;
            Ok(Then::Page(HERE.to_owned(), text))
        })
        .await;
    }
    let (named, kind) = (witnesses.clone(), media.clone());
    let cards = with_access(&app, &user, move |at| {
        let occasion = Occasion {
            witnesses: &named,
            media: &kind,
            blanks,
        };
        stock::review(at, occasion)
    });
    match cards.await {
        Ok(cards) => {
            let occasion = Occasion {
                witnesses: &witnesses,
                media: &media,
                blanks,
            };
            Ok(review(&app, &user, occasion, &cards).into_response())
        }
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

fn review(app: &App, user: &User, occasion: Occasion<'_>, cards: &[Spoiled]) -> Markup {
    let lang = user.lang;
    let title = lang.t("Periksa sebelum dimusnahkan", "Check before destroying");
    let numbers: Vec<String> = cards
        .iter()
        .map(|(card, _)| card.card.to_string())
        .collect();
    let content = html! {
        h1 { (title) }
        div.box.bad {
            p {
                strong { (cards.len()) " " (lang.t("kartu rusak dan", "spoiled cards and")) " " (occasion.blanks) " "
                    (lang.t("blanko cacat", "faulty blanks")) " (" (occasion.media) ")" } br;
                (lang.t("Saksi: ", "Witnesses: ")) (occasion.witnesses.join(", "))
            }
            p { (lang.t("Cocokkan kartu di meja dengan daftar ini, musnahkan, lalu tekan tombol. Ini tidak bisa dibatalkan.",
                        "Compare the cards on the table with this list, destroy them, then press the button. It cannot be undone.")) }
            form.line method="post" action="/stock/destroy" {
                input type="hidden" name="media" value=(occasion.media);
                input type="hidden" name="blanks" value=(occasion.blanks);
                input type="hidden" name="witnesses" value=(occasion.witnesses.join("\n"));
                input type="hidden" name="cards" value=(numbers.join(" "));
                button.danger { (lang.t("Sudah dimusnahkan", "They are destroyed")) }
                a.button href=(HERE) { (lang.t("Batal", "Cancel")) }
            }
        }
        @if !cards.is_empty() { (rows(lang, cards)) }
    };
    page::page(app, user, title, false, &content)
}

fn rows(lang: Lang, cards: &[Spoiled]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { (lang.t("Kartu", "Card")) } th { (lang.t("Sebab", "Why")) } th { (lang.t("Nomor seri", "Serial")) } } }
            tbody { @for (card, serial) in cards {
                tr {
                    td.mono { (card.card) }
                    td { (card.reason.map_or("-".into(), |reason| reason.text().into(lang))) }
                    td { (serial.as_deref().unwrap_or("-")) }
                }
            } }
        } }
    }
}
