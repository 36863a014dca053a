//! The trail: who decided, saw and took out what; and the signed checkpoints of the log.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::accounts;
use crate::actions::history;
use crate::domain::audit::AuditCode;
use crate::domain::ids::CardId;
use crate::domain::text::Lang;
use crate::ledger::{self, Entry, Event, KeptCheckpoint, PAGE, TrailFilter};

const HERE: &str = "/audit";

/// How many checkpoints are listed.
const SHOWN: usize = 31;

/// What is asked for; fields may stay empty.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    actor: Option<String>,
    day: Option<String>,
    before: Option<u64>,
}

pub async fn show(
    State(app): State<Arc<App>>,
    user: User,
    Query(asked): Query<Asked>,
) -> Result<Markup, PageError> {
    let lang = user.lang;
    let day = page::day(asked.day.as_deref())?;
    let actor = asked.actor.as_deref().and_then(page::filled);
    let filter = TrailFilter {
        actor: actor.clone(),
        from: day.map(|day| app.begins(day)).transpose()?,
        until: day
            .map(|day| app.begins(day.saturating_add(jiff::Span::new().days(1))))
            .transpose()?,
        before: asked.before,
    };
    let (entries, actors, checkpoints) = app
        .read(move |_, ledger| {
            ledger.snapshot(|ledger| -> ledger::Result<_> {
                let accounts = ledger.accounts()?.into_iter();
                let mut actors: Vec<String> = accounts.map(|a| accounts::actor(&a.user)).collect();
                let senders = ledger.senders()?.into_iter();
                actors.extend(senders.map(|sender| accounts::sender_actor(&sender.sender)));
                actors.extend(["console".to_owned(), crate::production::ACTOR.to_owned()]);
                Ok((ledger.trail(&filter)?, actors, ledger.checkpoints(None)?))
            })
        })
        .await?;
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
pub async fn checkpoint(
    State(app): State<Arc<App>>,
    user: User,
    Path(name): Path<String>,
) -> Result<Response, PageError> {
    let wanted = name.clone();
    let text = app
        .read(move |_, ledger| -> Result<_, PageError> {
            let all = ledger.checkpoints(None)?;
            let kept = all.into_iter().find(|kept| kept.file_name() == wanted);
            Ok(kept.ok_or(PageError::NotFound)?.checkpoint.text() + "\n")
        })
        .await?;
    let detail = name.clone();
    app.write(&user, move |tx| {
        tx.audit(AuditCode::CheckpointExported, None, Some(&detail))
    })
    .await?;
    Ok(page::attachment(text.into_bytes(), &name))
}

impl App {
    /// When a day begins in the office's zone.
    fn begins(&self, day: Date) -> Result<Timestamp, PageError> {
        let begins = self.zone.to_timestamp(day.at(0, 0, 0, 0));
        begins.map_err(|_| PageError::refused("Tanggal tidak benar.", "This is no date."))
    }
}
