//! Packs: what waits for one, where each is, and one pack from the open envelope to its receipt.

mod forms;
mod routes;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use super::action::with_access;
use super::app::App;
use super::cards::state_tag;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::actions::Rule;
use crate::actions::history;
use crate::actions::packs::{self, Contents, List};
use crate::domain::text::{Explain, Lang};

use crate::domain::card::State as CardState;
use crate::domain::pack::PackState;
use crate::ledger::{OnHand, Pack, PackCard};

pub use routes::routes;

const HERE: &str = "/packs";

/// How many packs that are done with are listed; the others are found by number, code or school.
const DONE_SHOWN: usize = 30;

/// What is looked for: a code, a number or a school. None of it is personal.
#[derive(Debug, Default, Deserialize)]
pub struct Sought {
    #[serde(default)]
    find: String,
}

/// `GET /packs`: a code or number opens its pack, a school shows its packs alone.
pub async fn list(
    State(app): State<Arc<App>>,
    user: User,
    Query(sought): Query<Sought>,
) -> Result<Response, PageError> {
    let (lang, find) = (user.lang, page::filled(&sought.find));
    let asked = find.clone();
    let lists = with_access(&app, &user, move |at| {
        packs::list(at, None, asked.as_deref())
    })
    .await?;
    if let Some(pack) = lists.named {
        return Ok(Redirect::to(&format!("{HERE}/{pack}")).into_response());
    }
    let title = lang.t("Paket", "Packs");
    let content = html! {
        h1 { (title) }
        form.line.search method="get" action=(HERE) role="search" {
            label { (lang.t("Pindai kode paket, atau cari nomor paket atau sekolah", "Scan a pack's code, or look for a pack's number or a school"))
                input type="search" name="find" value=[find.as_deref()] data-search autocomplete="off" autofocus; }
            button.primary { (lang.t("Cari", "Find")) }
            @if find.is_some() { a.button href=(HERE) { (lang.t("Semua paket", "All packs")) } }
        }
        (all(&user, &lists, find.is_some()))
    };
    Ok(page::page(&app, &user, title, true, &content).into_response())
}

fn all(user: &User, lists: &List, sought: bool) -> Markup {
    let lang = user.lang;
    let late = |pack: &Pack| lists.overdue.iter().any(|late| late.pack == pack.pack);
    let under = |states: &[PackState]| -> Vec<&Pack> {
        let packs = lists.packs.iter();
        packs
            .filter(|pack| states.contains(&pack.state) && !late(pack))
            .collect()
    };
    let done = under(&[PackState::Received, PackState::Returned]);
    let done: Vec<&Pack> = done.into_iter().rev().collect();
    let most = if sought { done.len() } else { DONE_SHOWN };
    let parts = [
        (("Terbuka", "Open"), under(&[PackState::Open])),
        (
            ("Disegel, menunggu dikirim", "Closed, to be sent"),
            under(&[PackState::Closed]),
        ),
        (
            ("Dikirim, menunggu jawaban", "Sent, not answered yet"),
            under(&[PackState::Sent, PackState::Partial]),
        ),
        (
            ("Selesai", "Done"),
            done.iter().take(most).copied().collect(),
        ),
    ];
    html! {
        section #packs data-live {
            @if !lists.overdue.is_empty() {
                h2.bad { (lang.t("Terlambat: belum ada jawaban dari sekolah", "Overdue: the school has not answered")) }
                (table(lang, &lists.overdue.iter().collect::<Vec<_>>()))
            }
            h2 { (lang.t("Di kantor, belum dikemas", "On hand, not packed yet")) }
            (hand(user, &lists.on_hand))
            @for (title, packs) in parts {
                @if !packs.is_empty() {
                    h2 { (lang.t(title.0, title.1)) " " small { "(" (packs.len()) ")" } }
                    (table(lang, &packs))
                }
            }
            @if done.len() > most {
                p.soft { (lang.t("Yang lebih lama dicari dengan nomor paket atau sekolah.", "Older ones are found by number or school.")) }
            }
            @if lists.packs.is_empty() { p.soft { (lang.t("Tidak ada paket.", "There is no pack.")) } }
        }
    }
}

fn hand(user: &User, on_hand: &[OnHand]) -> Markup {
    let lang = user.lang;
    let ready = on_hand.iter().filter(|hand| hand.verified > 0);
    html! {
        @if on_hand.is_empty() { p.soft { (lang.t("Tidak ada.", "Nothing.")) } }
        @else {
            div.scroll { table {
                thead { tr {
                    th { (lang.t("Sekolah atau desa", "School or village")) }
                    th.num { (lang.t("Terverifikasi", "Verified")) } th.num { (lang.t("Kembali", "Returned")) }
                    th {}
                } }
                tbody { @for hand in on_hand { tr {
                    td { (hand.destination.name()) }
                    td.num { (hand.verified) } td.num { (hand.returned) }
                    td { @if user.may(Rule::PackGather) && hand.verified > 0 {
                        form method="post" action=(HERE) {
                            input type="hidden" name="school" value=(hand.destination.key());
                            button { (lang.t("Buat paket", "Make a pack")) }
                        }
                    } }
                } } }
            } }
            @if user.may(Rule::PackGather) && ready.count() > 1 {
                form.line method="post" action=(HERE) {
                    button.primary { (lang.t("Buat paket untuk semua", "Make packs for all")) }
                }
            }
        }
    }
}

/// A state, coloured by whether something is still to be done.
fn tag(lang: Lang, state: PackState) -> Markup {
    let class = match state {
        PackState::Open | PackState::Closed => "",
        PackState::Sent | PackState::Partial => "warn",
        PackState::Received => "good",
        PackState::Returned => "bad",
    };
    html! { span class={ "tag " (class) } { (state.text().of(lang)) } }
}

fn shown_day(day: Date) -> String {
    day.strftime("%d-%m-%Y").to_string()
}

fn table(lang: Lang, packs: &[&Pack]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (lang.t("Paket", "Pack")) } th { (lang.t("Tujuan", "Goes to")) } th { (lang.t("Keadaan", "State")) }
                th.num { (lang.t("Kartu", "Cards")) } th.num { (lang.t("Ditunggu", "Outstanding")) }
                th.num { (lang.t("Diterima", "Received")) } th.num { (lang.t("Kembali", "Returned")) }
                th { (lang.t("Dikirim", "Sent")) }
            } }
            tbody { @for pack in packs { tr {
                td { a.mono href={ (HERE) "/" (pack.pack) } { (pack.pack) } }
                td { (pack.destination.name()) }
                td { (tag(lang, pack.state)) }
                td.num { (pack.tally.cards) } td.num { (pack.tally.outstanding) }
                td.num { (pack.tally.received) } td.num { (pack.tally.returned) }
                td { @if let Some(on) = pack.sent_on {
                    (shown_day(on))
                    @if let Some(number) = &pack.shipment { " " small.mono { (number) } }
                } }
            } } }
        } }
    }
}

pub async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
) -> Result<Markup, PageError> {
    let whole = with_access(&app, &user, move |at| packs::view(at, &pack)).await?;
    let lang = user.lang;
    let pack = &whole.pack;
    let content = html! {
        h1 { span.mono { (pack.pack) } " " (pack.destination.name()) " " (tag(lang, pack.state)) }
        (facts(&app, lang, pack))
        div.pack {
            (forms::all(&app, &user, &whole))
        }
        h2 { (lang.t("Kartu menurut kelas dan nama", "Cards by class and name")) }
        (cards(&user, &whole))
        @if !whole.files.is_empty() {
            h2 { (lang.t("Dokumen bertanda tangan", "Signed papers")) }
            ul.links { @for file in &whole.files { li {
                a href={ (HERE) "/" (pack.pack) "/files/" (file.name) } {
                    (app.local(file.at)) ", " (file.bytes.div_ceil(1024)) " KiB"
                }
                " " small.mono { (page::shortened(&file.sha256, 12)) "…" }
            } } }
        }
    };
    let title = format!("{} {}", lang.t("Paket", "Pack"), pack.pack);
    Ok(page::page(&app, &user, &title, false, &content))
}

fn facts(app: &App, lang: Lang, pack: &Pack) -> Markup {
    let tally = pack.tally;
    html! {
        ul.flow {
            li { (lang.t("Kartu", "Cards")) b { (tally.cards) } }
            li { (lang.t("Ditunggu", "Outstanding")) b { (tally.outstanding) } }
            li { (lang.t("Diterima", "Received")) b { (tally.received) } }
            li { (lang.t("Kembali", "Returned")) b { (tally.returned) } }
        }
        dl.facts {
            dt { (lang.t("Kode", "Code")) } dd.mono { (pack.code) }
            dt { (lang.t("Dibuat", "Made")) } dd { (app.local(pack.made_at)) }
            @if let (Some(at), Some(by)) = (pack.closed_at, &pack.closed_by) {
                dt { (lang.t("Disegel", "Closed")) } dd { (app.local(at)) " " (lang.t("oleh", "by")) " " (by) }
            }
            @if let (Some(on), Some(carrier)) = (pack.sent_on, pack.carrier) {
                dt { (lang.t("Dikirim", "Sent")) }
                dd { (shown_day(on)) ", " (carrier.text().of(lang)) " "
                    @if let Some(number) = &pack.shipment { span.mono { (number) } } }
            }
            @if let Some(on) = pack.received_on {
                dt { (lang.t("Jawaban terakhir", "Last receipt")) } dd { (shown_day(on)) }
            }
        }
    }
}

/// Whether a step may be taken with this card: it lies in the pack, or came back from it.
fn may_choose(pack: &Pack, card: &PackCard) -> bool {
    match &card.place.left {
        None => pack.state != PackState::Received || card.place.unclaimed,
        Some(_) => card.card.state == CardState::Returned,
    }
}

fn cards(user: &User, whole: &Contents) -> Markup {
    let (lang, pack) = (user.lang, &whole.pack);
    let works = user.may(Rule::PackFill);
    html! {
        div.scroll { table {
            thead { tr {
                @if works { th { (lang.t("Pilih", "Choose")) } }
                th.num { "No." } th { (lang.t("Kelas", "Class")) } th { (lang.t("Nama", "Name")) }
                th { (lang.t("Kartu", "Card")) } th { (lang.t("Jenis", "Kind")) } th { (lang.t("Keadaan", "State")) }
                th { (lang.t("Di paket ini", "In this pack")) }
            } }
            tbody { @for (number, card) in (1..).zip(&whole.cards) {
                @let id = card.card.card;
                tr.soft[card.place.left.is_some()] {
                    @if works { td { @if may_choose(pack, card) {
                        input type="checkbox" form="steps" name="card" value=(id) aria-label=(id);
                    } } }
                    td.num { (number) }
                    td { (card.card.sekolah.kelas.as_deref().unwrap_or("-")) }
                    td { (card.record.as_ref().map_or(lang.t("(data dihapus)", "(data erased)"), |record| &record.nama)) }
                    td { a.mono href={ "/cards/" (id) } { (id) } }
                    td { (card.card.kind) }
                    td { (state_tag(lang, card.card.state)) }
                    td { @for place in history::place(&card.place) { div { (place.of(lang)) } } }
                }
            } }
        } }
    }
}
