//! A lot: its cards, and what came out of it; and the stacks that a person turns.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::action::{Posted, Then, perform, with_access};
use super::app::App;
use super::cards::{reasons, state_tag};
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::lots::{self, Outcomes, View};
use crate::actions::{Access, Failure, Result, Rule, printers};
use crate::domain::card::{SpoilReason, State as CardState};
use crate::domain::ids::{CardId, LotId};
use crate::domain::text::Lang;
use crate::ledger::{Lot, LotCard};
use crate::text;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/lots/{lot}", Needs::Rule(Rule::LotView), one)
        .action("/lots/{lot}/confirm", Rule::LotConfirm, confirm)
        .action("/lots/{lot}/again", Rule::LotAgain, |it, at| {
            let text = lots::again(at, it.param("lot")?, &[])?;
            Ok(Then::Page("/".to_owned(), text))
        })
        .post(
            "/printers/{printer}/turned",
            Needs::Rule(Rule::PrinterTurn),
            turned,
        )
}

async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(lot): Path<String>,
) -> std::result::Result<Markup, PageError> {
    let id: LotId = lot.parse().map_err(|_| PageError::NotFound)?;
    let View {
        lot,
        cards,
        printer,
        waiting,
    } = with_access(&app, &user, move |at| lots::view(at, id)).await?;
    let lang = user.lang;
    let held = cards
        .iter()
        .any(|card| is_here(card, id) && card.card.state == CardState::Held);
    let confirms = user.may(Rule::LotConfirm) && !waiting.is_empty();
    let form = format!("confirm-{id}");
    let content = html! {
        h1 { "Lot " (id) }
        (facts(&app, lang, &lot, printer.as_deref(), waiting.len()))
        @if user.may(Rule::LotAgain) && held {
            form method="post" action={ "/lots/" (id) "/again" } {
                p { (lang.t("Kartu lot ini ditahan karena tidak lulus periksa.", "Cards of this lot are held: it failed its proof.")) " "
                    button { (lang.t("Buat lagi", "Make it again")) } }
            }
        }
        @if confirms {
            div.box.warn {
                form.line id=(form) method="post" action={ "/lots/" (id) "/confirm" } {
                    div.grow {
                        strong { (lang.t("Apa yang keluar?", "What came out?")) } " "
                        (lang.t("Centang kartu yang rusak dan pilih alasannya; selebihnya dicatat baik.",
                                "Tick the spoiled cards and choose why; all others are entered as good."))
                    }
                    label title=(lang.t("Menentukan apakah anak berhak atas kartu ini; tanggal catatan tetap hari ini",
                                        "Judges whether each child was due its card; the log is dated today all the same")) {
                        (lang.t("Hari cetak", "Day of printing"))
                        input type="date" name="on"; }
                    button.primary { (lang.t("Semua baik kecuali yang dicentang", "All good but those ticked")) }
                }
            }
        }
        div.scroll { table {
            thead { tr {
                th.num { (lang.t("No.", "No.")) } th { (lang.t("Kartu", "Card")) } th { (lang.t("Nama", "Name")) }
                th { (lang.t("Sekolah, kelas", "School, class")) } th { (lang.t("Keadaan", "State")) }
                @if confirms { th { (lang.t("Rusak", "Spoiled")) } }
            } }
            tbody { @for card in &cards { tr {
                td.num { (card.position) }
                td { a.mono href={ "/cards/" (card.card.card) } { (card.card.card) } }
                td { @match &card.record {
                    Some(record) => (record.nama),
                    None => span.soft { (lang.t("data dihapus", "data erased")) },
                } }
                td { (card.card.sekolah.nama.as_deref().unwrap_or_default()) " " (card.card.sekolah.kelas.as_deref().unwrap_or_default()) }
                td {
                    @if is_here(card, id) { (state_tag(lang, card.card.state)) }
                    @else { span.tag.bad { (lang.t("pindah lot, jangan dipakai", "in another lot, not to be used")) } }
                }
                @if confirms {
                    td { @if waiting.contains(&card.card.card) { (tick(lang, &form, card.card.card)) } }
                }
            } } }
        } }
    };
    Ok(page::page(
        &app,
        &user,
        &format!("Lot {id}"),
        false,
        &content,
    ))
}

/// Whether the card still is of this lot, and was not rendered anew in another.
fn is_here(card: &LotCard, lot: LotId) -> bool {
    card.card.lot == Some(lot)
}

fn facts(app: &App, lang: Lang, lot: &Lot, printer: Option<&str>, waiting: usize) -> Markup {
    html! {
        dl.facts {
            dt { (lang.t("Jenis", "Kind")) } dd { "KIA " (lot.kind) ", " (lot.cards) " " (lang.t("kartu", "cards")) }
            dt { (lang.t("Dibuat", "Made")) } dd { (app.local(lot.at)) }
            dt { "PDF" } dd { "lots/" (lot.pdf) }
            dt { "Printer" } dd { (printer.unwrap_or(lang.t("dicetak sendiri", "printed by hand"))) }
            dt { (lang.t("Belum dinyatakan", "Not said yet")) } dd { (waiting) }
        }
    }
}

/// The tick of a spoiled card, and why it is one.
fn tick(lang: Lang, form: &str, card: CardId) -> Markup {
    html! {
        label.row {
            input type="checkbox" form=(form) name="spoiled" value=(card)
                aria-label={ (card) " " (lang.t("rusak", "spoiled")) };
            (reasons(lang, &format!("reason-{card}"), Some(form)))
        }
    }
}

/// Every card came out good but those ticked.
fn confirm(it: &Posted, at: &mut Access<'_>) -> Result<Then> {
    let lot = it.param("lot")?;
    let spoiled: Vec<(CardId, SpoilReason)> = (it.ticked("spoiled")?.into_iter())
        .map(|card| {
            let none = text!(
                "Pilih alasan rusak untuk {card}.",
                "Choose why {card} is spoiled."
            );
            let reason = it.choice(&format!("reason-{card}"), SpoilReason::from_code, none)?;
            Ok((card, reason))
        })
        .collect::<Result<_>>()?;
    let done = lots::confirm(
        at,
        Outcomes {
            lot,
            all: true,
            good: &[],
            spoiled: &spoiled,
            on: it.day("on")?,
        },
    )?;
    let text = done.text();
    match done.refused.is_empty() {
        true => Ok(Then::Page(format!("/lots/{lot}"), text)),
        false => Err(Failure::Refused(text)),
    }
}

/// The stack was turned, its backs are printed now.
async fn turned(
    State(app): State<Arc<App>>,
    user: User,
    Path(printer): Path<String>,
) -> std::result::Result<Response, PageError> {
    perform(&app, &user, "/", move |at| {
        let text = printers::turn_stack(at, &printer)?;
        Ok(Then::Page("/".to_owned(), text))
    })
    .await
}
