//! Destructions: looked at first, then entered, with the minutes as a PDF.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::HERE;
use crate::actions::destruction_record::minutes_pdf;
use crate::domain::audit::AuditCode;
use crate::domain::card::SpoilReason;
use crate::domain::ids::CardId;
use crate::ledger::{self, Card, Error};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::lang::Lang;
use crate::web::page;
use crate::web::session::User;

/// What the form of a destruction sends.
#[derive(Deserialize)]
pub struct Destroy {
    media: String,
    blanks: u32,
    witnesses: String,
    /// The cards that were looked at; none before they were.
    cards: Option<String>,
}

impl Destroy {
    fn witnesses(&self) -> Vec<String> {
        let lines = self.witnesses.lines().map(str::trim);
        let named = lines.filter(|line| !line.is_empty());
        named.map(str::to_owned).collect()
    }
}

/// The cards in one text, so that what was looked at is what is destroyed.
fn list(cards: &[CardId]) -> String {
    let names: Vec<String> = cards.iter().map(CardId::to_string).collect();
    names.join(" ")
}

/// `POST /stock/destroy`: shows what would be destroyed, and once that was looked at enters it.
pub async fn destroy(
    State(app): State<Arc<App>>,
    user: User,
    Form(form): Form<Destroy>,
) -> Result<Response, PageError> {
    let witnesses = form.witnesses();
    let Some(looked_at) = form.cards.clone() else {
        let cards = app
            .read(|_, ledger| {
                ledger.snapshot(|ledger| -> ledger::Result<Vec<_>> {
                    let cards = ledger.to_destroy()?;
                    let row = |card: CardId| {
                        Ok((
                            ledger.card(card)?.ok_or(Error::NoCard(card))?,
                            ledger.serial(card)?,
                        ))
                    };
                    cards.into_iter().map(row).collect()
                })
            })
            .await?;
        if witnesses.is_empty() || (cards.is_empty() && form.blanks == 0) {
            return page::refused(&app, &user, HERE, Error::Minutes.into());
        }
        return Ok(review(&app, &user, &form, &witnesses, &cards).into_response());
    };
    let blanks: BTreeMap<String, u32> = (form.blanks > 0)
        .then(|| (form.media.clone(), form.blanks))
        .into_iter()
        .collect();
    let done = app
        .step(&user, move |tx| -> Result<_, PageError> {
            if list(&tx.to_destroy()?) != looked_at {
                return Err(PageError::refused(
                    "Kartu rusak bertambah atau berkurang sementara itu; periksa sekali lagi.",
                    "The spoiled cards are others by now; check once more.",
                ));
            }
            Ok(tx.destroy(&witnesses, &blanks)?)
        })
        .await;
    match done {
        Ok(number) => {
            let text = (
                format!("Pemusnahan dicatat; berita acara nomor {number} bisa diunduh."),
                format!("The destruction is entered; minutes number {number} can be downloaded."),
            );
            Ok(page::done(&app, &user, HERE, text))
        }
        Err(error) => page::refused(&app, &user, HERE, error),
    }
}

fn review(
    app: &App,
    user: &User,
    form: &Destroy,
    witnesses: &[String],
    cards: &[(Card, Option<String>)],
) -> Markup {
    let lang = user.lang;
    let title = lang.t("Periksa sebelum dimusnahkan", "Check before destroying");
    let numbers: Vec<CardId> = cards.iter().map(|(card, _)| card.card).collect();
    let content = html! {
        h1 { (title) }
        div.box.bad {
            p {
                strong { (cards.len()) " " (lang.t("kartu rusak dan", "spoiled cards and")) " " (form.blanks) " "
                    (lang.t("blanko cacat", "faulty blanks")) " (" (form.media) ")" } br;
                (lang.t("Saksi: ", "Witnesses: ")) (witnesses.join(", "))
            }
            p { (lang.t("Cocokkan kartu di meja dengan daftar ini, musnahkan, lalu tekan tombol. Ini tidak bisa dibatalkan.",
                        "Compare the cards on the table with this list, destroy them, then press the button. It cannot be undone.")) }
            form.line method="post" action="/stock/destroy" {
                input type="hidden" name="media" value=(form.media);
                input type="hidden" name="blanks" value=(form.blanks);
                input type="hidden" name="witnesses" value=(witnesses.join("\n"));
                input type="hidden" name="cards" value=(list(&numbers));
                button.danger { (lang.t("Sudah dimusnahkan", "They are destroyed")) }
                a.button href=(HERE) { (lang.t("Batal", "Cancel")) }
            }
        }
        @if !cards.is_empty() { (rows(lang, cards)) }
    };
    page::page(app, user, title, false, &content)
}

fn rows(lang: Lang, cards: &[(Card, Option<String>)]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { th { (lang.t("Kartu", "Card")) } th { (lang.t("Sebab", "Why")) } th { (lang.t("Nomor seri", "Serial")) } } }
            tbody { @for (card, serial) in cards {
                @let reason = card.reason.as_deref().unwrap_or("-");
                tr {
                    td.mono { (card.card) }
                    td { (SpoilReason::from_code(reason).map_or(reason, |reason| lang.of_pair(reason.meaning()))) }
                    td { (serial.as_deref().unwrap_or("-")) }
                }
            } }
        } }
    }
}

/// `GET /stock/minutes/{number}`: the minutes as a PDF. They hold names and addresses, so that
/// whoever takes them out is entered.
pub async fn minutes(
    State(app): State<Arc<App>>,
    user: User,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let number: u32 = number.parse().map_err(|_| PageError::NotFound)?;
    let pdf = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let destruction = ledger.destruction(number)?.ok_or(PageError::NotFound)?;
            Ok(minutes_pdf(&destruction, &app.paths, &app.config)?)
        })
        .await?;
    let detail = number.to_string();
    app.write(&user, move |tx| {
        tx.audit(AuditCode::MinutesExported, None, Some(&detail))
    })
    .await?;
    Ok(page::attachment(pdf, &format!("berita-acara-{number}.pdf")))
}
