//! One card: what it is, its picture, its history, and the steps it can take.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::{actions, named, state_tag};
use crate::actions::cards::{self, Details};
use crate::actions::{Rule, history};
use crate::domain::ids::CardId;
use crate::domain::nik::mask_digits;
use crate::domain::record::Record;
use crate::domain::text::{Explain, Lang};
use crate::ledger::{Card, Entry};
use crate::web::action::with_access;
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

/// Dots per inch of the picture: 607 pixels of a card's width, sharp at a metre.
const DPI: u32 = 180;

pub async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Markup, PageError> {
    let card = named(&card)?;
    let seen = with_access(&app, &user, move |at| cards::view(at, card)).await?;
    Ok(render(&app, &user, &seen, false))
}

/// `POST /cards/{card}/numbers`: the page with NIK and KK in full.
pub async fn numbers(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Markup, PageError> {
    let card = named(&card)?;
    let seen = with_access(&app, &user, move |at| cards::numbers(at, card)).await?;
    Ok(render(&app, &user, &seen, true))
}

pub async fn front(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    side(&app, &user, &card, 0).await
}

pub async fn back(
    State(app): State<Arc<App>>,
    user: User,
    Path(card): Path<String>,
) -> Result<Response, PageError> {
    side(&app, &user, &card, 1).await
}

async fn side(app: &Arc<App>, user: &User, card: &str, side: usize) -> Result<Response, PageError> {
    let card = named(card)?;
    let png = with_access(app, user, move |at| cards::picture(at, card, side, DPI)).await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}

fn render(app: &App, user: &User, seen: &Details, whole: bool) -> Markup {
    let (lang, card) = (user.lang, &seen.card);
    let content = html! {
        h1 { (card.card) " " (state_tag(lang, card.state)) }
        div.split {
            div {
                (pictures(lang, card))
                h2 { (lang.t("Data", "Data")) }
                @match &seen.record {
                    Some(record) => (data(lang, card.card, record, whole, user.may(Rule::CardNumbers))),
                    None => p.soft { (lang.t("Data pribadi kartu ini sudah dihapus.", "The personal data of this card were erased.")) },
                }
            }
            div {
                @if user.may(Rule::CardHold) { (actions::forms(lang, seen)) }
                h2 { (lang.t("Kartu", "Card")) }
                (facts(app, lang, seen))
            }
        }
        h2 { (lang.t("Riwayat", "History")) }
        (history(app, lang, &seen.history))
    };
    page::page(app, user, &card.card.to_string(), false, &content)
}

fn pictures(lang: Lang, card: &Card) -> Markup {
    html! {
        @if card.lot.is_some() && card.erased_at.is_none() {
            // The pictures show the numbers in full: a browser asks for them when this is opened.
            details.box {
                summary { (lang.t("Gambar kartu, dengan NIK (dicatat)", "Pictures of the card, with NIK (it is recorded)")) }
                div.pictures {
                    img src={ "/cards/" (card.card) "/front.png" } width="404" height="255" loading="lazy"
                        alt=(lang.t("Sisi depan seperti yang dicetak", "The front as it is printed"));
                    img src={ "/cards/" (card.card) "/back.png" } width="404" height="255" loading="lazy"
                        alt=(lang.t("Sisi belakang seperti yang dicetak", "The back as it is printed"));
                }
            }
        } @else {
            p.soft { (lang.t("Belum ada gambar: kartu ini belum masuk lot.", "No picture yet: this card is in no lot.")) }
        }
    }
}

fn data(lang: Lang, card: CardId, record: &Record, whole: bool, works: bool) -> Markup {
    let number = |text: &str| match whole {
        true => text.to_owned(),
        false => mask_digits(text),
    };
    let birth = record.tanggal_lahir.strftime("%d-%m-%Y");
    html! {
        dl.facts {
            dt { (lang.t("Nama", "Name")) } dd { strong { (record.nama) } }
            dt { "NIK" } dd.mono { (number(record.nik.as_str())) }
            dt { "KK" } dd.mono { (number(&record.no_kk)) }
            dt { (lang.t("Lahir", "Born")) } dd { (record.tempat_lahir) ", " (birth) }
            dt { (lang.t("Kepala keluarga", "Head of the family")) } dd { (record.nama_kepala_keluarga) }
            dt { (lang.t("Alamat", "Address")) }
            dd { (record.alamat) " RT " (record.rt) "/RW " (record.rw) ", " (record.desa) ", " (record.kecamatan) }
        }
        @if works && !whole {
            form method="post" action={ "/cards/" (card) "/numbers" } {
                button { (lang.t("Tampilkan NIK dan KK (dicatat)", "Show NIK and KK (it is recorded)")) }
            }
        }
    }
}

fn facts(app: &App, lang: Lang, seen: &Details) -> Markup {
    let card = &seen.card;
    html! {
        dl.facts {
            dt { (lang.t("Keadaan", "State")) }
            dd {
                (card.state.text().of(lang)) ", " (lang.t("sejak", "since")) " " (app.local(card.moved_at))
                @if let Some(reason) = &card.reason {
                    br; (reason.text().of(lang))
                }
            }
            dt { (lang.t("Jenis", "Kind")) } dd { "KIA " (card.kind) }
            @if let Some(lot) = card.lot {
                dt { "Lot" }
                dd {
                    a href={ "/lots/" (lot) } { (lot) }
                    @if let Some(position) = card.position { ", " (lang.t("urutan", "position")) " " (position) }
                }
            }
            @if let Some(school) = &card.sekolah.nama {
                dt { (lang.t("Sekolah", "School")) } dd { (school) " " (card.sekolah.kelas.as_deref().unwrap_or_default()) }
            }
            dt { (lang.t("Kiriman", "Drop")) } dd { (card.drop) }
            dt { (lang.t("Diterima", "Accepted")) } dd { (app.local(card.accepted_at)) }
            @if let Some(at) = card.printed_at { dt { (lang.t("Tercetak", "Printed")) } dd { (app.local(at)) } }
            dt { (lang.t("Nomor seri blanko", "Serial of the blank")) } dd { (seen.serial.as_deref().unwrap_or("-")) }
            @if card.attempt > 1 { dt { (lang.t("Percobaan", "Attempt")) } dd { (card.attempt) } }
            @if !seen.others.is_empty() {
                dt { (lang.t("Kartu lain anak ini", "Other cards of the child")) }
                dd { @for other in &seen.others {
                    div { a.mono href={ "/cards/" (other.card) } { (other.card) } " " (state_tag(lang, other.state)) }
                } }
            }
        }
    }
}

fn history(app: &App, lang: Lang, entries: &[Entry]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (lang.t("Waktu", "Time")) } th { (lang.t("Oleh", "By")) } th { (lang.t("Peristiwa", "Event")) }
            } }
            tbody { @for entry in entries.iter().rev() { tr {
                td { (app.local(entry.at)) } td { (entry.actor) } td { (history::history_text(&entry.event).of(lang)) }
            } } }
        } }
    }
}
