//! A lot: its cards, and what came out of it; and the stacks that a person turns.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};

use super::app::App;
use super::cards::{reasons, spoil_reason, state_tag};
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::steps::{self, Confirmed, Outcomes};
use crate::domain::account::Right;
use crate::domain::card::{SpoilReason, State as CardState};
use crate::domain::ids::{CardId, LotId};
use crate::domain::text::Lang;
use crate::domain::text::Text;
use crate::ledger::{Lot, LotCard};

/// The lot that an address names.
fn named(lot: &str) -> Result<LotId, PageError> {
    lot.parse().map_err(|_| PageError::NotFound)
}

pub async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(lot): Path<String>,
) -> Result<Markup, PageError> {
    let id = named(&lot)?;
    let (lot, cards, printer, waiting) = app
        .read(move |_, ledger| {
            ledger.snapshot(|ledger| {
                let (lot, cards) = ledger.lot(id)?.ok_or(PageError::NotFound)?;
                let waiting = steps::to_confirm(ledger, id, &cards)?;
                Ok::<_, PageError>((lot, cards, ledger.printer_of(id)?, waiting))
            })
        })
        .await?;
    let lang = user.lang;
    let held = cards
        .iter()
        .any(|card| is_here(card, id) && card.card.state == CardState::Held);
    let works = user.may(Right::Work);
    let confirms = works && !waiting.is_empty();
    let form = format!("confirm-{id}");
    let content = html! {
        h1 { "Lot " (id) }
        (facts(&app, lang, &lot, printer.as_deref(), waiting.len()))
        @if works && held {
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

/// `POST /lots/{lot}/confirm`: every card came out good but those ticked.
pub async fn confirm(
    State(app): State<Arc<App>>,
    user: User,
    Path(lot): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let lot = named(&lot)?;
    let here = format!("/lots/{lot}");
    let done = async {
        let (spoiled, on) = (spoiled(&fields)?, page::day(page::value(&fields, "on"))?);
        let (zone, now) = (app.zone.clone(), app.now());
        app.step(&user, move |tx| {
            let said = Outcomes {
                lot,
                all: true,
                good: &[],
                spoiled: &spoiled,
                on,
            };
            steps::confirm(tx, said, now, &zone)
        })
        .await
    };
    match done.await {
        Ok(done) if done.refused.is_empty() => Ok(page::done(&app, &user, &here, told(&done))),
        Ok(done) => {
            let (mut indonesian, mut english) = told(&done);
            for (_, why) in &done.refused {
                if let Some(Text { id, en }) = why.refusal() {
                    indonesian.push_str(&format!(" DITOLAK: {id}."));
                    english.push_str(&format!(" REFUSED: {en}."));
                }
            }
            page::refused(&app, &user, &here, PageError::refused(indonesian, english))
        }
        Err(error) => page::refused(&app, &user, &here, error),
    }
}

fn told(done: &Confirmed) -> (String, String) {
    let (good, bad) = (done.printed.len(), done.spoiled.len());
    let again = done.spoiled.iter().filter(|(_, new)| new.is_some()).count();
    (
        format!("{good} kartu tercetak, {bad} rusak, {again} dibuat lagi."),
        format!("{good} cards printed, {bad} spoiled, {again} made again."),
    )
}

fn spoiled(fields: &[(String, String)]) -> Result<Vec<(CardId, SpoilReason)>, PageError> {
    let ticked = fields.iter().filter(|(name, _)| name == "spoiled");
    ticked
        .map(|(_, card)| {
            let reason = page::value(fields, &format!("reason-{card}")).unwrap_or_default();
            let card = card.parse().map_err(|_| PageError::NotFound)?;
            let reason = spoil_reason(reason).map_err(|_| {
                PageError::refused(
                    format!("Pilih alasan rusak untuk {card}."),
                    format!("Choose why {card} is spoiled."),
                )
            })?;
            Ok((card, reason))
        })
        .collect()
}

/// `POST /lots/{lot}/again`: the held cards of a lot are made anew in the next.
pub async fn again(
    State(app): State<Arc<App>>,
    user: User,
    Path(lot): Path<String>,
) -> Result<Response, PageError> {
    let lot = named(&lot)?;
    let done = app.step(&user, move |tx| steps::again(tx, lot, &[])).await;
    match done.map(|cards| cards.len()) {
        Ok(0) => {
            let error = PageError::refused(
                format!("Tidak ada kartu lot {lot} yang ditahan."),
                format!("No card of lot {lot} is held."),
            );
            page::refused(&app, &user, "/", error)
        }
        Ok(cards) => {
            let text = (
                format!("{cards} kartu lot {lot} kembali ke antrean."),
                format!("{cards} cards of lot {lot} are in the queue again."),
            );
            Ok(page::done(&app, &user, "/", text))
        }
        Err(error) => page::refused(&app, &user, "/", error),
    }
}

/// `POST /printers/{printer}/turned`: the stack was turned, its backs are printed now.
pub async fn turned(
    State(app): State<Arc<App>>,
    user: User,
    Path(printer): Path<String>,
) -> Result<Response, PageError> {
    let (config, name) = (app.config.clone(), printer.clone());
    let done = app
        .step(&user, move |tx| steps::turn_stack(tx, &config, &name))
        .await;
    match done {
        Ok(cards) => {
            let text = (
                format!("{printer}: sisi belakang {cards} kartu dicetak sekarang."),
                format!("{printer}: the backs of {cards} cards are printed now."),
            );
            Ok(page::done(&app, &user, "/", text))
        }
        Err(error) => page::refused(&app, &user, "/", error),
    }
}
