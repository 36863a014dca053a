//! Cards: the lists, the search, and one card with its picture, history and steps.

mod actions;
mod card;

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::with_access;
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::{Rule, cards};
use crate::domain::card::State as CardState;
use crate::domain::ids::CardId;
use crate::domain::record::School;
use crate::domain::text::{Explain, Lang};
use crate::ledger::{Found, PAGE};

pub use actions::reasons;

pub fn routes(routes: Routes) -> Routes {
    actions::routes(routes)
        .get("/cards", Needs::Rule(Rule::CardList), list)
        .post("/cards", Needs::Rule(Rule::CardSearch), search)
        .get("/cards/{card}", Needs::Rule(Rule::CardView), card::one)
        .get(
            "/cards/{card}/front.png",
            Needs::Rule(Rule::CardPicture),
            card::front,
        )
        .get(
            "/cards/{card}/back.png",
            Needs::Rule(Rule::CardPicture),
            card::back,
        )
        .post(
            "/cards/{card}/numbers",
            Needs::Rule(Rule::CardNumbers),
            card::numbers,
        )
}

/// What a list of cards is of. None of it is personal: it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    state: Option<String>,
    school: Option<String>,
    npsn: Option<String>,
    #[serde(default)]
    page: u32,
}

/// `GET /cards`: the cards that moved last, those of a state, or those of a school.
pub async fn list(
    State(app): State<Arc<App>>,
    user: User,
    Query(filter): Query<Filter>,
) -> Result<Markup, PageError> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let state = match given(&filter.state) {
        Some(name) => Some(CardState::from_name(&name).ok_or(PageError::NotFound)?),
        None => None,
    };
    let school = School {
        npsn: given(&filter.npsn),
        nama: given(&filter.school),
        kelas: None,
    };
    let of_school = school.npsn.is_some() || school.nama.is_some();
    let page = filter.page;
    let asked = match of_school {
        true => cards::Filter::School(school.clone()),
        false => cards::Filter::Latest(state),
    };
    let listed = with_access(&app, &user, move |at| cards::list(at, &asked, page)).await?;
    let lang = user.lang;
    let pager = html! {
        @let field = |name: &str, value: Option<&str>| html! {
            @if let Some(value) = value { input type="hidden" name=(name) value=(value); }
        };
        @let fields = html! {
            (field("state", state.map(CardState::name)))
            (field("school", school.nama.as_deref()))
            (field("npsn", school.npsn.as_deref()))
        };
        (pages(lang, "get", &fields, page, listed.cards.len()))
    };
    let title = match (state, of_school) {
        (_, true) => school
            .nama
            .clone()
            .or(school.npsn.clone())
            .unwrap_or_default(),
        (Some(state), _) => state.text().into(lang).into_owned(),
        (None, _) => lang.t("Kartu terbaru", "Latest cards").to_owned(),
    };
    let content = html! {
        (search_form(lang, ""))
        nav.chips aria-label=(lang.t("Keadaan", "State")) {
            a.chip href="/cards" aria-current=[(state.is_none() && !of_school).then_some("true")] { (lang.t("semua", "all")) }
            @for (known, count) in &listed.states {
                a.chip href={ "/cards?state=" (known) } aria-current=[(state == Some(*known)).then_some("true")] {
                    (known.text().of(lang)) " " b { (count) }
                }
            }
        }
        h1 { (title) }
        (table(&app, lang, &listed.cards))
        (pager)
    };
    Ok(page::page(
        &app,
        &user,
        lang.t("Kartu", "Cards"),
        false,
        &content,
    ))
}

/// What the search sends. It is posted, so that no number and no name stands in an address.
#[derive(Deserialize)]
pub struct Search {
    text: String,
    #[serde(default)]
    page: u32,
}

/// `POST /cards`: a card's number opens the card; a NIK, a name or a school finds cards.
pub async fn search(
    State(app): State<Arc<App>>,
    user: User,
    Form(search): Form<Search>,
) -> Result<Response, PageError> {
    let (lang, text, page) = (user.lang, search.text.clone(), search.page);
    let done = with_access(&app, &user, move |at| cards::search(at, &text, page)).await;
    let (shown, found, schools) = match done {
        Ok(cards::Search::Card(card)) => {
            return Ok(Redirect::to(&format!("/cards/{card}")).into_response());
        }
        Ok(cards::Search::Cards {
            text,
            cards,
            schools,
        }) => (text, cards, schools),
        Err(error) => return page::refused(&app, &user, "/cards", error),
    };
    let again = html! { input type="hidden" name="text" value=(search.text); };
    let content = html! {
        (search_form(lang, &shown))
        @if !schools.is_empty() {
            h2 { (lang.t("Sekolah", "Schools")) }
            ul.links {
                @for school in schools.iter().take(20) {
                    li { (school_link(school)) }
                }
            }
        }
        h1 { (lang.t("Kartu", "Cards")) }
        @if found.is_empty() && page == 0 {
            p.soft { (lang.t("Tidak ada kartu dengan nomor, NIK atau nama ini.", "No card has this number, NIK or name.")) }
        } @else { (table(&app, lang, &found)) }
        (pages(lang, "post", &again, page, found.len()))
    };
    let title = lang.t("Cari kartu", "Search cards");
    Ok(page::page(&app, &user, title, false, &content).into_response())
}

fn search_form(lang: Lang, text: &str) -> Markup {
    html! {
        form.line.search method="post" action="/cards" role="search" {
            label { (lang.t("Cari nomor kartu, NIK, nama atau sekolah", "Search card number, NIK, name or school"))
                input type="search" name="text" value=(text) data-search autocomplete="off" required; }
            button.primary { (lang.t("Cari", "Search")) }
        }
    }
}

fn school_link(school: &School) -> Markup {
    // Form encoding of the browser's: a form of hidden fields needs none of ours.
    html! {
        form method="get" action="/cards" {
            @if let Some(name) = &school.nama { input type="hidden" name="school" value=(name); }
            @if let Some(npsn) = &school.npsn { input type="hidden" name="npsn" value=(npsn); }
            button.link { (school.nama.as_deref().unwrap_or_default()) " " small { (school.npsn.as_deref().unwrap_or_default()) } }
        }
    }
}

/// Buttons to the pages before and after.
fn pages(lang: Lang, method: &str, fields: &Markup, page: u32, found: usize) -> Markup {
    let turn = |to: u32, word: &str| {
        html! {
            form method=(method) action="/cards" {
                (fields)
                input type="hidden" name="page" value=(to);
                button { (word) }
            }
        }
    };
    html! {
        nav.pager aria-label=(lang.t("Halaman", "Pages")) {
            @if page > 0 { (turn(page - 1, lang.t("← Sebelumnya", "← Before"))) }
            @if found == PAGE as usize { (turn(page + 1, lang.t("Berikutnya →", "Next →"))) }
        }
    }
}

fn table(app: &App, lang: Lang, found: &[Found]) -> Markup {
    html! {
        div.scroll { table {
            thead { tr {
                th { (lang.t("Kartu", "Card")) } th { (lang.t("Keadaan", "State")) }
                th { (lang.t("Nama", "Name")) } th { "NIK" }
                th { (lang.t("Sekolah, kelas", "School, class")) }
                th { (lang.t("Jenis", "Kind")) } th { "Lot" } th { (lang.t("Sejak", "Since")) }
            } }
            tbody { @for Found { card, record } in found { tr {
                td { a.mono href={ "/cards/" (card.card) } { (card.card) } }
                td { (state_tag(lang, card.state)) }
                @match record {
                    Some(record) => { td { (record.nama) } td.mono { (record.nik.masked()) } }
                    None => { td.soft colspan="2" { (lang.t("data dihapus", "data erased")) } }
                }
                td {
                    (card.sekolah.nama.as_deref().unwrap_or(&card.desa)) " "
                    (card.sekolah.kelas.as_deref().unwrap_or_default())
                }
                td { (card.kind) }
                td { @if let Some(lot) = card.lot { a href={ "/lots/" (lot) } { (lot) } } }
                td { (app.local(card.moved_at)) }
            } } }
        } }
    }
}

/// A state, coloured by whether it needs a person.
pub fn state_tag(lang: Lang, state: CardState) -> Markup {
    let class = match state {
        CardState::Held | CardState::Returned => "warn",
        CardState::Unconfirmed | CardState::Spoiled | CardState::Void | CardState::Cancelled => {
            "bad"
        }
        CardState::Verified | CardState::Packed | CardState::HandedOver | CardState::Received => {
            "good"
        }
        _ => "",
    };
    html! { span class={ "tag " (class) } { (state.text().of(lang)) } }
}

/// The card that an address names.
///
/// # Errors
/// [`PageError::NotFound`] of a mistyped one.
pub fn named(card: &str) -> Result<CardId, PageError> {
    card.parse().map_err(|_| PageError::NotFound)
}
