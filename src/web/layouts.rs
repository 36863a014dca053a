//! The card layouts as they are on the disk now: drawn, or with what is wrong in its place.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::with_access;
use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::Rule;
use crate::actions::layouts::{self, Shown};
use crate::domain::card::Kind;
use crate::domain::text::Lang;
use crate::render::layout::Mode;

pub(super) fn routes(routes: Routes) -> Routes {
    let needs = Needs::Rule(Rule::LayoutView);
    routes
        .get("/layouts", needs, list)
        .get("/layouts/{kind}/{side}", needs, picture)
}

async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let shown = with_access(&app, &user, |at| layouts::view(at)).await?;
    let lang = user.lang;
    let title = lang.t("Layout kartu", "Card layouts");
    let content = html! {
        h1 { (title) }
        p.soft { (lang.t(
            "Ubah berkasnya dengan penyunting teks; halaman ini menggambarnya lagi sendiri. Stasiun memakai layout baru setelah dijalankan ulang.",
            "Edit the files with a text editor; this page draws them again by itself. The station takes a changed layout at its next start.")) }
        div #layouts data-live data-every="2000" {
            @for layout in &shown { (one(layout, lang)) }
        }
    };
    Ok(page::page(&app, &user, title, true, &content))
}

fn one(layout: &Shown, lang: Lang) -> Markup {
    html! {
        section.panel {
            h2 { "KIA " (layout.kind) " · layouts/" (layout.name) "/layout.toml" }
            @match &layout.drawn {
                Err(mistake) => {
                    p.notice.bad role="alert" { (mistake.text) }
                    @if !mistake.lines.is_empty() {
                        pre { @for (at, line) in &mistake.lines {
                            @if *at == mistake.line { mark { (format!("{at:4}  {line}\n")) } }
                            @else { (format!("{at:4}  {line}\n")) }
                        } }
                    }
                }
                Ok(findings) => {
                    div.sides {
                        @for (side, text) in [("front", lang.t("Depan", "Front")), ("back", lang.t("Belakang", "Back"))] {
                            @for (mode, of) in [("full", lang.t("dengan gambar", "with artwork")), ("overlay", lang.t("data saja", "data only"))] {
                                figure {
                                    img src={ "/layouts/" (layout.kind) "/" (side) ".png?mode=" (mode) "&v=" (layout.version) } alt={ (text) ", " (of) } width="506" height="319";
                                    figcaption { (text) ", " (of) }
                                }
                            }
                        }
                    }
                    @for finding in findings.iter().filter(|finding| finding.refuses) {
                        p.notice.bad { (finding.what) ": " (finding.why) }
                    }
                    @let remarks: Vec<_> = findings.iter().filter(|finding| !finding.refuses).collect();
                    @if !remarks.is_empty() {
                        details {
                            summary { (remarks.len()) " " (lang.t("nilai yang sangat panjang tidak muat", "very long values do not fit")) }
                            ul { @for finding in remarks { li { (finding.what) ": " (finding.why) } } }
                        }
                    }
                    @if findings.is_empty() { p.notice.good { (lang.t("Baik: nilai terpanjang pun muat.", "Sound: the longest values fit too.")) } }
                }
            }
        }
    }
}

/// How a side is drawn.
#[derive(Deserialize)]
struct Drawn {
    #[serde(default)]
    mode: String,
}

/// `GET /layouts/{kind}/{side}`: `front.png` or `back.png` of a made-up child's card.
async fn picture(
    State(app): State<Arc<App>>,
    user: User,
    Path((kind, side)): Path<(String, String)>,
    Query(drawn): Query<Drawn>,
) -> Result<Response, PageError> {
    let kind = Kind::from_name(&kind).ok_or(PageError::NotFound)?;
    let side = match side.as_str() {
        "front.png" => 0,
        "back.png" => 1,
        _ => return Err(PageError::NotFound),
    };
    let mode = match drawn.mode.as_str() {
        "overlay" => Mode::Overlay,
        _ => Mode::Full,
    };
    let png = with_access(&app, &user, move |at| {
        layouts::picture(at, kind, side, mode)
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
