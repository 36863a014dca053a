//! The trail: who decided, saw and took out what; and the signed checkpoints of the log.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::action::{Then, perform, with_access};
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::{Rule, custody, exports, history};
use crate::domain::ids::CardId;
use crate::domain::text::Lang;
use crate::ledger::{Entry, Event, KeptCheckpoint, PAGE, TrailFilter};

const HERE: &str = "/audit";

/// How many checkpoints are listed.
const SHOWN: usize = 31;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get(HERE, Needs::Rule(Rule::TrailView), show).get(
        "/audit/checkpoints/{name}",
        Needs::Rule(Rule::CheckpointTake),
        checkpoint,
    )
}

/// What is asked for; fields may stay empty.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    actor: Option<String>,
    day: Option<String>,
    before: Option<u64>,
}

async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Query(asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let lang = user.lang;
    let day = page::day(asked.day.as_deref())?;
    let actor = asked.actor.as_deref().and_then(page::filled);
    let (by, before) = (actor.clone(), asked.before);
    let shown = with_access(&app, &user, move |at| {
        let begins = |day: Option<Date>| day.map(|day| exports::begins(at.context, day));
        let filter = TrailFilter {
            actor: by,
            from: begins(day).transpose()?,
            until: begins(day.map(|day| day.saturating_add(jiff::Span::new().days(1))))
                .transpose()?,
            before,
        };
        custody::trail(at, &filter)
    })
    .await?;
    let custody::Trail {
        entries,
        actors,
        checkpoints,
    } = shown;
    let content = html! {
        h1 { (lang.t("Jejak", "Audit")) }
        p.soft { (lang.t("Siapa memutuskan, melihat dan mengunduh apa. Riwayat sebuah kartu ada di halaman kartunya.",
                         "Who decided, saw and took out what. The history of a card is on its own page.")) }
        form.line method="get" action=(HERE) {
            label { (lang.t("Oleh", "By"))
                select name="actor" {
                    option value="" { (lang.t("semua", "all")) }
                    @for known in &actors {
                        option value=(known) selected[actor.as_ref() == Some(known)] { (known) }
                    }
                }
            }
            label { (lang.t("Tanggal", "Day")) input type="date" name="day" value=[day] max=(app.today()); }
            button.primary { (lang.t("Tampilkan", "Show")) }
        }
        (trail(&app, lang, &entries))
        @if let Some(last) = entries.last().filter(|_| entries.len() == PAGE as usize) {
            form.pager method="get" action=(HERE) {
                @if let Some(actor) = &actor { input type="hidden" name="actor" value=(actor); }
                @if let Some(day) = day { input type="hidden" name="day" value=(day); }
                button name="before" value=(last.seq) { (lang.t("Yang lebih lama →", "Older →")) }
            }
        }
        h2 #checkpoints { (lang.t("Titik periksa", "Checkpoints")) }
        p.soft { (lang.t("Kepala catatan yang ditandatangani stasiun saat hari ditutup. Simpan salinannya di luar stasiun.",
                         "The log's head, signed by the station at the close of a day. Keep copies away from the station.")) }
        (kept(lang, &checkpoints))
    };
    let title = lang.t("Jejak", "Audit");
    Ok(page::page(&app, &user, title, false, &content))
}

/// The card that an event of the trail is about.
const fn card_of(event: &Event) -> Option<CardId> {
    match event {
        Event::Audited(event) => event.card,
        Event::ReprintGranted(event) => Some(event.card),
        Event::PhotoChanged(event) => Some(event.card),
        _ => None,
    }
}

fn trail(app: &App, lang: Lang, entries: &[Entry]) -> Markup {
    html! {
        @if entries.is_empty() { p { (lang.t("Tidak ada catatan.", "Nothing is entered.")) } }
        @else {
            div.scroll { table {
                thead { tr {
                    th.num { "No." } th { (lang.t("Waktu", "Time")) } th { (lang.t("Oleh", "By")) }
                    th { (lang.t("Yang dilakukan", "What was done")) } th { (lang.t("Kartu", "Card")) }
                } }
                tbody { @for entry in entries {
                    tr {
                        td.num { (entry.seq) } td { (app.local(entry.at)) } td { (entry.actor) }
                        td { (history::audit_text(&entry.event).of(lang)) }
                        td { @if let Some(card) = card_of(&entry.event) { a.mono href={ "/cards/" (card) } { (card) } } }
                    }
                } }
            } }
        }
    }
}

fn kept(lang: Lang, checkpoints: &[KeptCheckpoint]) -> Markup {
    html! {
        @if checkpoints.is_empty() { p { (lang.t("Belum ada.", "None yet.")) } }
        @else {
            div.scroll { table {
                thead { tr {
                    th { (lang.t("Hari", "Day")) } th.num { (lang.t("Sampai peristiwa", "Up to event")) }
                    th { (lang.t("Kepala (SHA-256)", "Head (SHA-256)")) } th { (lang.t("Berkas", "File")) }
                } }
                tbody { @for kept in checkpoints.iter().rev().take(SHOWN) { tr {
                    td { (kept.checkpoint.day.strftime("%d-%m-%Y")) } td.num { (kept.checkpoint.seq) }
                    td.mono { (page::shortened(&kept.checkpoint.head, 24)) "…" }
                    td { a href={ (HERE) "/checkpoints/" (kept.file_name()) } { (kept.file_name()) } }
                } } }
            } }
        }
    }
}

/// `GET /audit/checkpoints/{name}`: a checkpoint as `ledger verify --against` takes it.
async fn checkpoint(
    State(app): State<Arc<App>>,
    user: User,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    perform(&app, &user, HERE, move |at| {
        let text = custody::checkpoint(at, &name)?;
        Ok(Then::File(name, text.into_bytes()))
    })
    .await
}
