//! The desk of quality control: a hand scanner types codes, and each is answered large in green or
//! red. A slow network loses and doubles nothing: every scan carries an id of the browser's, and
//! one that is repeated gets the answer it got before.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, Json};
use jiff::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::desks::{Desk, Told};
use super::error::PageError;
use super::frame;
use super::page;
use super::session::User;
use crate::actions::accounts;
use crate::actions::scanning::{Answer, Scanning, UNDO};
use crate::domain::ids::{CardId, LotId};
use crate::domain::text::Lang;
use crate::ledger::{self, Ledger};

/// How many answers are kept for browsers that did not hear them.
const KEPT: usize = 500;
/// How many of them are shown.
const SHOWN: usize = 20;

impl Desk {
    /// Answers a scan, or says again what it was answered before.
    fn answer(&mut self, ledger: &mut Ledger, actor: &str, scan: &Scan) -> ledger::Result<Told> {
        let id = page::filled(&scan.id);
        if id.is_some()
            && let Some(told) = self.told.iter().find(|told| told.id == id)
        {
            return Ok(told.clone());
        }
        let at = Timestamp::now();
        self.scanning.lot = scan.lot.parse().ok();
        self.scanning.serials = scan.serials.is_some();
        let answer = self.scanning.answer(ledger, actor, at, scan.code.trim())?;
        let card = match answer.card() {
            Some(card) => ledger.card(card)?,
            None => None,
        };
        let told = Told {
            id,
            answer,
            card,
            at,
        };
        self.told.push_front(told.clone());
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
pub async fn answer(
    State(app): State<Arc<App>>,
    user: User,
    headers: HeaderMap,
    Form(scan): Form<Scan>,
) -> Result<Response, PageError> {
    if scan.code.trim().is_empty() {
        return Ok(Redirect::to("/scan").into_response());
    }
    let (hand, who) = (Arc::clone(&app), user.clone());
    let (told, good, refused) = app
        .with_ledger(move |ledger| {
            let actor = accounts::actor(&who.name);
            hand.scans
                .with(&hand.config, &who, |desk| -> ledger::Result<_> {
                    let told = desk.answer(ledger, &actor, &scan)?;
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
    let words = words(&app, user.lang, &told);
    Ok(Json(json!({
        "id": told.id,
        "good": told.answer.is_good(),
        "class": class(&told.answer),
        "card": told.answer.card(),
        "title": words.title,
        "detail": words.detail,
        "warning": words.warning,
        "counts": { "good": good, "refused": refused },
    }))
    .into_response())
}

/// `POST /scan/new`: the counts begin anew.
pub async fn begin(State(app): State<Arc<App>>, user: User) -> Redirect {
    let pattern = app.config.card.serial_pattern.clone();
    app.scans.with(&app.config, &user, |desk| {
        *desk = Desk {
            scanning: Scanning::new(pattern),
            told: VecDeque::new(),
        };
    });
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

/// What the operator reads of an answer.
struct Words {
    title: String,
    detail: String,
    warning: String,
}

fn words(app: &App, lang: Lang, told: &Told) -> Words {
    let (mut detail, mut warning) = (String::new(), String::new());
    if let Some(card) = &told.card {
        let school = card.sekolah.nama.as_deref().unwrap_or(&card.desa);
        let class = card.sekolah.kelas.as_deref().unwrap_or_default();
        detail = format!("{} · KIA {} · {school} {class}", card.card, card.kind);
    }
    let title = match &told.answer {
        Answer::Good { skipped, .. } => {
            if !skipped.is_empty() {
                let list: Vec<String> = skipped.iter().map(CardId::to_string).collect();
                warning = format!("{}: {}", lang.t("TERLEWAT", "SKIPPED"), list.join(", "));
            }
            lang.t("BAIK", "GOOD").to_owned()
        }
        Answer::Serial {
            serial, received, ..
        } => {
            if *received == Some(false) {
                warning = lang
                    .t(
                        "Nomor seri ini tidak pernah diterima",
                        "This serial was never received",
                    )
                    .to_owned();
            }
            format!("{} {serial}", lang.t("SERI", "SERIAL"))
        }
        Answer::Pack(pack) => format!("{} {}", lang.t("PAKET", "PACK"), pack.pack),
        Answer::Undone { .. } => lang
            .t("DIBATALKAN, pindai lagi", "TAKEN BACK, scan again")
            .to_owned(),
        Answer::Refused { refusal, since, .. } => {
            if let Some(at) = since {
                warning = app.local(*at);
            }
            refusal.text().of(lang).to_owned()
        }
        Answer::NothingToUndo(text) => text.of(lang).to_owned(),
    };
    Words {
        title,
        detail,
        warning,
    }
}

pub async fn desk(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let lang = user.lang;
    let lots = app.read(|_, ledger| ledger.lots_to_scan()).await?;
    let (scanning, told) = app.scans.with(&app.config, &user, |desk| {
        let told: Vec<Told> = desk.told.iter().take(SHOWN).cloned().collect();
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
        @let last = told.first().map(|told| (class(&told.answer), words(&app, lang, told)));
        section #verdict class={ "verdict " (last.as_ref().map_or("", |(class, _)| class)) }
            role="status" aria-live="assertive" {
            @match &last {
                Some((_, words)) => { b { (words.title) } span { (words.detail) } em { (words.warning) } },
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
            @let words = words(&app, lang, told);
            li class=(class(&told.answer)) {
                b { (words.title) } " "
                @if let Some(card) = told.answer.card() { a href={ "/cards/" (card) } { (words.detail) } }
                " " (words.warning) " " small { (app.local(told.at)) }
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
