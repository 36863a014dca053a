//! The desk of quality control: a hand scanner types codes, and each is answered large in green or
//! red. A slow network loses and doubles nothing: every scan carries an id of the browser's, and
//! one that is repeated gets the answer it got before.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::action::with_access;
use super::app::App;
use super::desks::Desk;
use super::error::PageError;
use super::frame;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::scanning::{self, Answer, Told, UNDO};
use crate::actions::{Access, Result, Rule};
use crate::domain::ids::LotId;
use crate::domain::text::{Explain, Lang, Text};

/// How many answers are kept for browsers that did not hear them.
const KEPT: usize = 500;
/// How many of them are shown.
const SHOWN: usize = 20;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/scan", Needs::Rule(Rule::Scan), desk)
        .post("/scan", Needs::Rule(Rule::Scan), answer)
        .post("/scan/new", Needs::Rule(Rule::Scan), begin)
}

impl Desk {
    /// Answers a scan, or says again what it was answered before.
    fn answer(&mut self, at: &mut Access<'_>, scan: &Scan) -> Result<Told> {
        let id = page::filled(&scan.id);
        let before = self.told.iter().find(|told| id.is_some() && told.0 == id);
        if let Some((_, told)) = before {
            return Ok(told.clone());
        }
        self.scanning.lot = scan.lot.parse().ok();
        self.scanning.serials = scan.serials.is_some();
        let told = scanning::answer(at, &mut self.scanning, scan.code.trim())?;
        self.told.push_front((id, told.clone()));
        self.told.truncate(KEPT);
        Ok(told)
    }
}

/// What a scan sends, by script or as a form.
#[derive(Deserialize)]
pub struct Scan {
    code: String,
    /// The browser's own, one for each scan.
    #[serde(default)]
    id: String,
    /// The lot that is scanned; empty for whatever comes.
    #[serde(default)]
    lot: String,
    /// Present when the serial of each blank is due.
    serials: Option<String>,
}

/// `POST /scan`: in JSON where that is asked for, else back to the desk.
async fn answer(
    State(app): State<Arc<App>>,
    user: User,
    headers: HeaderMap,
    Form(scan): Form<Scan>,
) -> std::result::Result<Response, PageError> {
    if scan.code.trim().is_empty() {
        return Ok(Redirect::to("/scan").into_response());
    }
    let (here, who, id) = (Arc::clone(&app), user.clone(), page::filled(&scan.id));
    let (told, good, refused) = with_access(&app, &user, move |at| {
        here.scans.with(&here.config, &who, |desk| {
            let told = desk.answer(at, &scan)?;
            Ok((told, desk.scanning.good, desk.scanning.refused))
        })
    })
    .await?;
    let by_script = headers
        .get(header::ACCEPT)
        .is_some_and(|kinds| kinds.as_bytes().starts_with(b"application/json"));
    if !by_script {
        return Ok(Redirect::to("/scan").into_response());
    }
    let word = |text: &Option<Text>| text.as_ref().map(|text| text.of(user.lang).to_owned());
    Ok(Json(json!({
        "id": id,
        "good": told.answer.is_good(),
        "class": class(&told.answer),
        "card": told.answer.card(),
        "title": told.answer.text().of(user.lang),
        "detail": word(&told.detail).unwrap_or_default(),
        "warning": word(&told.warning).unwrap_or_default(),
        "counts": { "good": good, "refused": refused },
    }))
    .into_response())
}

/// `POST /scan/new`: the counts begin anew.
async fn begin(State(app): State<Arc<App>>, user: User) -> Redirect {
    app.scans
        .with(&app.config, &user, |desk| *desk = Desk::new(&app.config));
    Redirect::to("/scan")
}

/// How an answer looks: only a card that goes on is green.
const fn class(answer: &Answer) -> &'static str {
    match answer {
        Answer::Good { .. } | Answer::Serial { .. } => "good",
        Answer::Undone { .. } | Answer::Pack(_) => "warn",
        Answer::Refused { .. } | Answer::NothingToUndo(..) => "bad",
    }
}

/// What the operator reads of an answer; `detail` is how its card is shown.
fn words(lang: Lang, told: &Told, detail: impl FnOnce(&str) -> Markup) -> Markup {
    html! {
        b { (told.answer.text().of(lang)) } " "
        @if let Some(text) = &told.detail { (detail(text.of(lang))) } " "
        em { @if let Some(text) = &told.warning { (text.of(lang)) } }
    }
}

async fn desk(State(app): State<Arc<App>>, user: User) -> std::result::Result<Markup, PageError> {
    let lang = user.lang;
    let lots = with_access(&app, &user, |at| scanning::lots(at)).await?;
    let (scanning, told) = app.scans.with(&app.config, &user, |desk| {
        let told = desk.told.iter().take(SHOWN);
        let told: Vec<Told> = told.map(|(_, told)| told.clone()).collect();
        (desk.scanning.clone(), told)
    });
    let has_serials = app.config.card.serial_pattern.is_some();
    let content = html! {
        form.desk #desk method="post" action="/scan" data-user=(user.name) data-texts=(texts(lang)) {
            div.field {
                label.big for="code" { (lang.t("Pindai kode kartu", "Scan the card's code")) }
                input #code name="code" autocomplete="off" autocapitalize="none" spellcheck="false" autofocus required;
                button.primary { (lang.t("Jawab", "Answer")) }
            }
            div.line {
                (lots_to_choose(lang, &lots, scanning.lot))
                @if has_serials {
                    label.row { input type="checkbox" name="serials" value="yes" checked[scanning.serials];
                        (lang.t("Nomor seri juga", "Serials too")) }
                }
                label.row { input #sound type="checkbox" checked; (lang.t("Suara", "Sound")) }
                button #undo type="submit" form="undo-form" { (lang.t("Batalkan yang terakhir", "Take the last back")) " " kbd { "F9" } }
                button type="submit" form="new-form" { (lang.t("Hitung dari nol", "Count anew")) }
            }
        }
        form #undo-form method="post" action="/scan" { input type="hidden" name="code" value=(UNDO); }
        form #new-form method="post" action="/scan/new" {}
        @let last = told.first();
        section #verdict class={ "verdict " (last.map_or("", |told| class(&told.answer))) }
            role="status" aria-live="assertive" {
            @match last {
                Some(told) => { (words(lang, told, |text| html! { span { (text) } })) },
                None => { b { (lang.t("Siap", "Ready")) } span { (lang.t("pindai kartu pertama", "scan the first card")) } em {} },
            }
        }
        div.tally {
            p.good { b #good { (scanning.good) } " " (lang.t("baik", "good")) }
            p.bad { b #refused { (scanning.refused) } " " (lang.t("ditolak", "refused")) }
            p.warn #waiting hidden { b { "0" } " " (lang.t("menunggu jaringan", "wait for the network")) }
        }
        h2 { (lang.t("Dua puluh terakhir", "The last twenty")) }
        ol.last #last { @for told in &told {
            li class=(class(&told.answer)) {
                @let card = |text: &str| html! {
                    @if let Some(card) = told.answer.card() { a href={ "/cards/" (card) } { (text) } }
                };
                (words(lang, told, card)) " " small { (app.local(told.at)) }
            }
        } }
        (frame::script("scan.js"))
    };
    let title = lang.t("Pindai", "Scan");
    Ok(page::page(&app, &user, title, false, &content))
}

fn lots_to_choose(lang: Lang, lots: &[(LotId, u64)], chosen: Option<LotId>) -> Markup {
    html! {
        label.row { "Lot"
            select name="lot" {
                option value="" { (lang.t("semua", "any")) }
                @for (lot, cards) in lots {
                    option value=(lot) selected[chosen == Some(*lot)] { (lot) " (" (cards) ")" }
                }
                // Its last card was scanned, and the operator has not gone on to the next.
                @if let Some(lot) = chosen.filter(|chosen| lots.iter().all(|(lot, _)| lot != chosen)) {
                    option value=(lot) selected { (lot) " (0)" }
                }
            }
        }
    }
}

/// What the script says by itself.
fn texts(lang: Lang) -> Value {
    json!({
        "waits": lang.t("menunggu jaringan, pindaian disimpan", "waiting for the network, scans are kept"),
        "login": lang.t("sesi berakhir: masuk lagi, pindaian disimpan", "the session has ended: log in again, scans are kept"),
        "refused": lang.t("tidak diterima stasiun", "not taken by the station"),
    })
}
