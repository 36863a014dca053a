//! The board: what needs a person first, then the printers, then where every card stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use maud::{Markup, html};

use super::action::with_access;
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::Rule;
use crate::actions::worklist::{self, Incoming, Place, Printer, Severity, Task, Worklist};
use crate::domain::account::Right;
use crate::domain::card::State as CardState;
use crate::domain::text::{Explain, Lang};

pub fn routes(routes: Routes) -> Routes {
    routes.get("/", Needs::Rule(Rule::WorkView), board)
}

async fn board(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let here = Arc::clone(&app);
    let work = with_access(&app, &user, move |at| {
        let incoming = Incoming::look(&mut here.inbox());
        worklist::view(at, incoming)
    });
    let work = work.await?;
    let lang = user.lang;
    let content = html! {
        p.notice.bad #offline role="alert" {
            (lang.t("Tidak terhubung ke stasiun; halaman ini mungkin sudah usang.",
                    "Not connected to the station; this page may be old."))
        }
        section #tasks data-live aria-live="polite" { (tasks(&work, &user)) }
        section #flow data-live { (flow(&work, lang)) }
        section #printers data-live { (printers(&work, lang)) }
        section #drops data-live { (drops(&app, &work, lang)) }
    };
    let title = lang.t("Papan", "Board");
    Ok(page::page(&app, &user, title, true, &content))
}

/// How many single cards are shown; the list of cards has them all.
const CARDS_SHOWN: usize = 20;

fn tasks(work: &Worklist, user: &User) -> Markup {
    let lang = user.lang;
    let mut cards = 0;
    let shown = work.tasks.iter().filter(|task| {
        let is_card = matches!(task.place, Some(Place::Card(_) | Place::Settle(_)));
        cards += usize::from(is_card);
        !is_card || cards <= CARDS_SHOWN
    });
    let shown: Vec<&Task> = shown.collect();
    html! {
        h1 {
            @if shown.is_empty() { (lang.t("Tidak ada yang menunggu Anda", "Nothing waits for you")) }
            @else { (lang.t("Perlu Anda", "Needs you")) " (" (work.tasks.len()) ")" }
        }
        div.tasks { @for task in shown { (one(task, user)) } }
        @if cards > CARDS_SHOWN {
            p { a href="/cards?state=held" { (lang.t("Semua kartu yang ditahan", "All held cards")) } }
        }
    }
}

fn one(task: &Task, user: &User) -> Markup {
    let class = match task.severity {
        Severity::Bad => "bad",
        Severity::Warning => "warn",
    };
    html! {
        div class={ "box " (class) } {
            div {
                strong { (task.text().of(user.lang)) }
                @for advice in &task.advice { br; (advice.of(user.lang)) }
            }
            div { @if let Some(place) = &task.place { (button(place, user)) } }
        }
    }
}

/// Goes where a task is done, or does it.
fn button(place: &Place, user: &User) -> Markup {
    let lang = user.lang;
    let link = |to: String, word| html! { a.button href=(to) { (word) } };
    let form = |to: String, word| {
        html! {
            @if user.may(Right::Work) {
                form method="post" action=(to) { button.primary { (word) } }
            }
        }
    };
    match place {
        Place::Card(card) | Place::Settle(card) => {
            html! { a.button.primary href={ "/cards/" (card) } { (lang.t("Selesaikan", "Settle")) } }
        }
        Place::Spoil { card, .. } => link(format!("/cards/{card}"), lang.t("Buka", "Open")),
        Place::Again(lot) => form(
            format!("/lots/{lot}/again"),
            lang.t("Buat lagi", "Make it again"),
        ),
        Place::Turned(printer) => form(
            format!("/printers/{printer}/turned"),
            lang.t("Sudah dibalik", "It is turned"),
        ),
        Place::Supplies => link("/stock".to_owned(), lang.t("Persediaan", "Supplies")),
        Place::Destroy => link("/stock".to_owned(), lang.t("Musnahkan", "Destroy")),
        Place::Pack(pack) => link(format!("/packs/{pack}"), lang.t("Buka", "Open")),
    }
}

fn flow(work: &Worklist, lang: Lang) -> Markup {
    use CardState as Of;
    let counts: BTreeMap<CardState, u64> = work.status.states.iter().copied().collect();
    let sum = |states: &[CardState]| {
        states
            .iter()
            .filter_map(|state| counts.get(state))
            .sum::<u64>()
    };
    let incoming = work.incoming.as_ref().map_or(0, Incoming::count);
    let queue: u64 = work.queue.iter().map(|kind| kind.cards).sum();
    let steps = [
        (("Masuk", "Incoming"), incoming as u64, "/batches"),
        (("Antre lot", "Queued"), queue, "/cards?state=accepted"),
        (
            ("Siap cetak", "Ready to print"),
            sum(&[Of::Rendered]),
            "/cards?state=rendered",
        ),
        (
            ("Di printer", "At the printer"),
            sum(&[Of::Submitting, Of::Sent]),
            "/cards?state=sent",
        ),
        (
            ("Perlu dipindai", "To be scanned"),
            sum(&[Of::Printed]),
            "/scan",
        ),
        (
            ("Terverifikasi", "Verified"),
            sum(&[Of::Verified]),
            "/cards?state=verified",
        ),
        (
            ("Dikemas, dikirim", "Packed, sent"),
            sum(&[Of::Packed, Of::HandedOver]),
            "/packs",
        ),
        (
            ("Sampai di sekolah", "With the school"),
            sum(&[Of::Received]),
            "/packs",
        ),
    ];
    html! {
        h2 { (lang.t("Kartu", "Cards")) }
        ul.flow { @for ((id, en), count, to) in steps { li { a href=(to) { (lang.t(id, en)) b { (count) } } } } }
    }
}

fn printers(work: &Worklist, lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Printer", "Printers")) }
        @if work.printers.is_empty() {
            p.soft { (lang.t("Stasiun ini tidak menjalankan printer; cetak lots/*.pdf, lalu nyatakan hasilnya.",
                             "This station drives no printer; print lots/*.pdf, then say what came out.")) }
        }
        div.grid { @for each in &work.printers { (printer(each, lang)) } }
        @if let Some(forecast) = &work.forecast {
            @let text = forecast.text();
            p { (text.of(lang)) }
        }
        @if !work.status.open_lots.is_empty() {
            div.scroll { table {
                caption { (lang.t("Lot yang kartunya belum keluar semua", "Lots whose cards are not all out")) }
                thead { tr { th { "Lot" } th { (lang.t("Jenis", "Kind")) } th.num { (lang.t("Belum", "Left")) } th.num { (lang.t("Kartu", "Cards")) } th { "PDF" } } }
                tbody { @for lot in &work.status.open_lots { tr {
                    td { a href={ "/lots/" (lot.lot.lot) } { (lot.lot.lot) } } td { (lot.lot.kind) }
                    td.num { (lot.waiting) } td.num { (lot.lot.cards) } td { "lots/" (lot.lot.pdf) }
                } } }
            } }
        }
    }
}

fn printer(printer: &Printer, lang: Lang) -> Markup {
    let (class, word) = match &printer.state {
        Some(known) if known.state.is_running() => ("good", known.state.text().into(lang)),
        Some(known) => ("bad", known.state.text().into(lang)),
        None => ("", lang.t("belum ditanya", "not asked yet").into()),
    };
    html! {
        div.panel {
            h3 { (printer.settings.name) " " span class={ "tag " (class) } { (word) } }
            dl.facts {
                dt { (lang.t("Antrean", "Queue")) } dd { (printer.queue) " " (lang.t("kartu", "cards")) }
                dt { (lang.t("Hari ini", "Today")) }
                dd {
                    (printer.today)
                    @if let Some(cap) = printer.settings.daily_cap {
                        " / " (cap) " "
                        @if printer.is_capped() { span.warn { (lang.t("batas tercapai, lanjut besok", "cap reached, goes on tomorrow")) } }
                        meter min="0" max=(cap) value=(printer.today) {}
                    }
                }
                dt { (lang.t("Blanko", "Blanks")) } dd { (printer.settings.media) }
                @for reason in printer.reasons() {
                    dt { (lang.t("Pesan", "Says")) } dd { (reason.text().of(lang)) }
                }
            }
        }
    }
}

fn drops(app: &App, work: &Worklist, lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Kiriman terakhir", "Latest drops")) }
        @if work.drops.is_empty() { p.soft { (lang.t("Belum ada kiriman.", "No drops yet.")) } }
        @else {
            div.scroll { table {
                thead { tr {
                    th { (lang.t("Kiriman", "Drop")) } th { (lang.t("Waktu", "Time")) }
                    th.num { (lang.t("Diterima", "Accepted")) } th.num { (lang.t("Ditolak", "Rejected")) } th.num { (lang.t("Jumlah", "Received")) }
                } }
                tbody { @for drop in &work.drops { tr {
                    td { (drop.outcome.name) } td { (app.local(drop.at)) }
                    td.num { (drop.outcome.accepted) }
                    td.num.bad[drop.outcome.rejected > 0] { (drop.outcome.rejected) }
                    td.num { (drop.outcome.received) }
                } } }
            } }
        }
    }
}
