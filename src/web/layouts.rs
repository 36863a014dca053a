//! The card layouts as they are on the disk now: drawn, or with what is wrong in its place.

use std::sync::Arc;
use std::time::SystemTime;

use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::app::App;
use super::error::PageError;
use super::page;
use super::session::User;
use crate::config::Config;
use crate::domain::card::Kind;
use crate::domain::text::Lang;
use crate::production::assets::LoadError;
use crate::production::samples;
use crate::production::specimen::{SpecimenError, findings, pictures};
use crate::render::layout::{LayoutError, Mode};
use crate::render::raster;

/// Dots an inch of the pictures.
const DPI: u32 = 150;

/// How many lines of the file are shown around a mistake.
const AROUND: usize = 3;

impl From<LoadError> for PageError {
    fn from(error: LoadError) -> Self {
        Self::broken(error)
    }
}

impl From<SpecimenError> for PageError {
    fn from(error: SpecimenError) -> Self {
        Self::broken(error)
    }
}

/// One layout as it stands.
struct Shown {
    kind: Kind,
    name: String,
    /// Changes with every change of a file, so that browsers fetch the pictures again.
    version: u64,
    drawn: Result<Vec<(bool, String, String)>, Mistake>,
}

/// What is wrong, and the lines around it.
struct Mistake {
    text: String,
    lines: Vec<(usize, String)>,
    line: usize,
}

/// The settings, and somebody who signs.
fn signed(app: &App) -> Config {
    let mut config = app.config.clone();
    samples::sign(&mut config);
    config
}

fn look(app: &App) -> Result<Vec<Shown>, PageError> {
    let config = signed(app);
    let named = app.config.card.layouts.iter();
    Ok(named
        .map(|(&kind, name)| Shown {
            kind,
            name: name.clone(),
            version: version(app, name),
            drawn: match app.layout(name) {
                Ok(layout) => Ok(findings(&layout, &config, app.today())
                    .into_iter()
                    .map(|(finding, what, why)| {
                        (
                            finding.refuses(),
                            format!("{}: {what}", finding.word()),
                            why,
                        )
                    })
                    .collect()),
                Err(LoadError::Layout(mistake)) => Err(told(&mistake)),
                Err(other) => Err(Mistake {
                    text: crate::domain::chain(&other),
                    lines: Vec::new(),
                    line: 0,
                }),
            },
        })
        .collect())
}

fn told(mistake: &LayoutError) -> Mistake {
    let source = std::fs::read_to_string(&mistake.file).unwrap_or_default();
    let first = mistake.line.saturating_sub(AROUND + 1);
    let lines = source.lines().enumerate().skip(first).take(2 * AROUND + 1);
    Mistake {
        text: mistake.to_string(),
        lines: lines.map(|(at, line)| (at + 1, line.to_owned())).collect(),
        line: mistake.line,
    }
}

/// The newest change of a file in the layout's folder, in milliseconds.
fn version(app: &App, name: &str) -> u64 {
    let folder = app.paths.layouts().join(name);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let times = entries.filter_map(|entry| entry.ok()?.metadata().ok()?.modified().ok());
    let newest = times
        .max()
        .and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    newest.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

pub async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let shown = app.read(|app, _| look(app)).await?;
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
                    @for (_, what, why) in findings.iter().filter(|(refuses, ..)| *refuses) {
                        p.notice.bad { (what) ": " (why) }
                    }
                    @let remarks: Vec<_> = findings.iter().filter(|(refuses, ..)| !refuses).collect();
                    @if !remarks.is_empty() {
                        details {
                            summary { (remarks.len()) " " (lang.t("nilai yang sangat panjang tidak muat", "very long values do not fit")) }
                            ul { @for (_, what, why) in remarks { li { (what) ": " (why) } } }
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
pub struct Drawn {
    #[serde(default)]
    mode: String,
}

/// `GET /layouts/{kind}/{side}`: `front.png` or `back.png` of a made-up child's card.
pub async fn picture(
    State(app): State<Arc<App>>,
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
    let png = app
        .read(move |app, _| -> Result<_, PageError> {
            let config = signed(app);
            let name = app
                .config
                .card
                .layouts
                .get(&kind)
                .ok_or(PageError::NotFound)?;
            let sides = pictures(&app.layout(name)?, &config, app.today(), mode, false, DPI)?;
            let picture = sides.get(side).ok_or(PageError::NotFound)?;
            raster::png(picture).map_err(PageError::broken)
        })
        .await?;
    Ok(([(header::CONTENT_TYPE, "image/png")], png).into_response())
}
