//! One batch: the check with its progress, every row with its picture, and the decision.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::named;
use super::{check, columns};
use crate::actions::accounts;
use crate::actions::uploads::{Approval, Checked, Stage, StageError};
use crate::domain::account::Right;
use crate::domain::audit::AuditCode;
use crate::domain::rules::{Problem, Severity};
use crate::domain::text::Lang;
use crate::intake::{Look, Mappings};
use crate::production::inspect::Row;
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::frame;
use crate::web::page;
use crate::web::session::User;

/// Rows on a page.
const SHOWN: usize = 100;
/// Width of a row's picture in pixels.
const THUMBNAIL: u32 = 96;

/// Which rows are shown.
#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    page: usize,
    /// `bad` for those that would go back, `odd` for those with any remark.
    #[serde(default)]
    rows: String,
}

pub async fn one(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let of = id.clone();
    let stage = app
        .read(move |app, _| app.batches.staging.stage(&of))
        .await?
        .ok_or(PageError::NotFound)?;
    let lang = user.lang;
    if stage.submitted {
        let content = html! {
            h1 { (stage.name) }
            p { (lang.t("Kiriman ini sudah dimasukkan.", "This batch was sent on.")) }
            p { a.button href="/batches" { (lang.t("Semua kiriman", "All batches")) } }
        };
        return Ok(page::page(&app, &user, &stage.name, false, &content).into_response());
    }
    let check = check(&app, &id);
    let Some(found) = check.found() else {
        return Ok(running(&app, &user, &stage, check.progress()));
    };
    let checked = match found.as_ref() {
        Ok(checked) => checked,
        Err(error) => {
            let content = html! {
                h1 { (stage.name) }
                p.notice.bad { (error.text().of(lang)) }
                (discard_form(&stage, lang))
            };
            return Ok(page::page(&app, &user, &stage.name, false, &content).into_response());
        }
    };
    // Its rows are children; leafing through them is no new look.
    let shows = (user.name.clone(), id.as_str().to_owned());
    if app.batches.is_first_look(shows) {
        let detail = id.as_str().to_owned();
        app.write(&user, move |tx| {
            tx.audit(AuditCode::BatchViewed, None, Some(&detail))
        })
        .await?;
    }
    let of = id.clone();
    let look = app
        .read(move |app, _| -> Result<Option<Look>, PageError> {
            let mappings = Mappings::read(&app.paths.mappings())?;
            let Some(table) = app.batches.staging.table(&of) else {
                return Ok(None);
            };
            // A table that cannot be read is told of by the check.
            Ok(crate::intake::look(&table, &app.config.intake.limits, &mappings).ok())
        })
        .await?;
    let content = html! {
        h1 { (stage.name) }
        (decision(&stage, checked, &user))
        @if let Some(look) = &look { (columns::form(&stage, look, checked, lang)) }
        (table(&stage, checked, &shown, lang))
    };
    Ok(page::page(&app, &user, &stage.name, false, &content).into_response())
}

/// The page while rows are looked at. It asks again by itself, with or without script.
fn running(app: &App, user: &User, stage: &Stage, (done, total): (usize, usize)) -> Response {
    let lang = user.lang;
    let content = html! {
        h1 { (stage.name) }
        div.panel #checking data-progress={ "/batches/" (stage.id.as_str()) "/progress" } {
            p { (lang.t("Memeriksa setiap baris dan foto…", "Checking every row and photo…")) " " strong #checked { (done) " / " (total) } }
            progress #checking-bar max=(total.max(1)) value=(done) {}
        }
        (frame::script("upload.js"))
    };
    let again = [(
        HeaderName::from_static("refresh"),
        HeaderValue::from_static("3"),
    )];
    (again, page::page(app, user, &stage.name, false, &content)).into_response()
}

pub async fn progress(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, PageError> {
    let id = named(&id)?;
    let of = id.clone();
    let stage = app
        .read(move |app, _| app.batches.staging.stage(&of))
        .await?;
    if stage.is_none_or(|stage| stage.submitted) {
        return Err(PageError::NotFound);
    }
    let check = check(&app, &id);
    let (done, total) = check.progress();
    let finished = check.found().is_some();
    Ok(Json(
        json!({ "done": done, "total": total, "finished": finished }),
    ))
}

fn discard_form(stage: &Stage, lang: Lang) -> Markup {
    html! {
        form method="post" action={ "/batches/" (stage.id.as_str()) "/discard" }
            data-confirm=(lang.t("Buang kiriman ini?", "Throw this batch away?")) {
            button.danger { (lang.t("Buang", "Throw away")) }
        }
    }
}

fn decision(stage: &Stage, checked: &Checked, user: &User) -> Markup {
    let (lang, report) = (user.lang, &checked.report);
    let id = stage.id.as_str();
    let whole: Vec<&Problem> = report
        .problems()
        .iter()
        .filter(|p| p.row.is_none())
        .collect();
    let needs = checked.unapproved > 0;
    let may = !needs || user.may(Right::Decide);
    html! {
        ul.flow {
            li { (lang.t("Jumlah baris", "Rows")) b { (report.received()) } }
            li { span.good { (lang.t("Baik", "Good")) } b { (report.accepted()) } }
            li { span.bad[report.rejected() > 0] { (lang.t("Dikembalikan", "Go back")) } b { (report.rejected()) } }
            li { (lang.t("Tanpa persetujuan", "Without approval")) b { (checked.unapproved) } }
        }
        @for problem in whole { p.notice.bad { (lang.t(&problem.pesan, &problem.message)) } }
        @if needs {
            p.notice.warn {
                (checked.unapproved) " " (lang.t("baris tidak membawa persetujuan.", "rows carry no approval."))
                @if !may { " " (lang.t("Penyelia harus menyetujuinya di halaman ini.", "A supervisor must approve them on this page.")) }
            }
        }
        div.line {
            @if report.accepted() > 0 && may {
                form.line method="post" action={ "/batches/" (id) "/submit" } {
                    @if needs {
                        label.row { input type="checkbox" name="approve" value="yes" required;
                            (lang.t("Saya menyetujui baris-baris ini atas nama kantor", "I approve these rows for the office")) }
                    }
                    button.primary {
                        (lang.t("Masukkan", "Send on")) " " (report.accepted()) " " (lang.t("baris yang baik", "good rows"))
                    }
                }
            }
            @if report.rejected() > 0 {
                a.button href={ "/batches/" (id) "/return.xlsx" } download {
                    (lang.t("Unduh daftar pengembalian (Excel)", "Download the return list (Excel)")) }
            }
            (discard_form(stage, lang))
        }
    }
}

fn table(stage: &Stage, checked: &Checked, shown: &Shown, lang: Lang) -> Markup {
    let wanted = |row: &&Row| match shown.rows.as_str() {
        "bad" => row.is_refused(),
        "odd" => !row.problems.is_empty(),
        _ => true,
    };
    let rows: Vec<&Row> = checked.rows.iter().filter(wanted).collect();
    let pages = rows.len().div_ceil(SHOWN).max(1);
    let page = shown.page.min(pages - 1);
    let here = format!(
        "/batches/{}?rows={}",
        stage.id.as_str(),
        match shown.rows.as_str() {
            known @ ("bad" | "odd") => known,
            _ => "all",
        }
    );
    let filter = |value: &str, text: &str| {
        let is = value == shown.rows
            || (value == "all" && !["bad", "odd"].contains(&shown.rows.as_str()));
        html! { a.button aria-current=[is.then_some("true")] href={ "/batches/" (stage.id.as_str()) "?rows=" (value) } { (text) } " " }
    };
    html! {
        p {
            (filter("all", lang.t("Semua baris", "All rows")))
            (filter("bad", lang.t("Yang dikembalikan", "Those that go back")))
            (filter("odd", lang.t("Yang ada catatannya", "Those with remarks")))
        }
        div.scroll { table.rows {
            thead { tr {
                th.num { (lang.t("Baris", "Row")) } th { (lang.t("Foto", "Photo")) } th { (lang.t("Nama", "Name")) }
                th { "NIK" } th { (lang.t("Kelas", "Class")) } th { (lang.t("Hasil", "Outcome")) }
            } }
            tbody { @for row in rows.iter().skip(page * SHOWN).take(SHOWN) { tr {
                td.num { (row.row) }
                td { @if row.foto.is_some() {
                    img.thumb src={ "/batches/" (stage.id.as_str()) "/photo/" (row.row) } alt="" loading="lazy" width="48" height="72";
                } }
                td { (row.nama) } td.mono { (row.nik.as_deref().unwrap_or_default()) } td { (row.kelas.as_deref().unwrap_or_default()) }
                td {
                    @if row.is_refused() { span.tag.bad { (lang.t("dikembalikan", "goes back")) } }
                    @else { span.tag.good { (lang.t("baik", "good")) } }
                    @for problem in &row.problems {
                        div.bad[problem.severity == Severity::Block] {
                            code { (problem.field) } ": " (lang.t(&problem.pesan, &problem.message))
                        }
                    }
                }
            } } }
        } }
        @if pages > 1 {
            p {
                @if page > 0 { a.button href={ (here) "&page=" (page - 1) } { (lang.t("Sebelumnya", "Back")) } " " }
                (page + 1) " / " (pages) " "
                @if page + 1 < pages { a.button href={ (here) "&page=" (page + 1) } { (lang.t("Berikutnya", "Next")) } }
            }
        }
    }
}

pub async fn photo(
    State(app): State<Arc<App>>,
    Path((id, row)): Path<(String, u32)>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let jpeg = app
        .read(move |app, _| app.batches.staging.thumbnail(&id, row, THUMBNAIL))
        .await?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

pub async fn return_list(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let found = check(&app, &id).found();
    let found = found.ok_or(PageError::NotFound)?;
    let workbook = app
        .read(move |app, _| -> Result<_, PageError> {
            let Ok(checked) = found.as_ref() else {
                return Err(PageError::NotFound);
            };
            let mappings = Mappings::read(&app.paths.mappings())?;
            let list = app
                .batches
                .staging
                .return_list(&id, &mappings, &checked.report)?;
            list.ok_or(PageError::NotFound)
        })
        .await?;
    app.write(&user, |tx| {
        tx.audit(AuditCode::ReturnListExported, None, None)
    })
    .await?;
    Ok(page::attachment(workbook, "pengembalian.xlsx"))
}

/// What the decision sends.
#[derive(Deserialize)]
pub struct Decision {
    approve: Option<String>,
}

pub async fn submit(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let here = format!("/batches/{}", id.as_str());
    let of = id.clone();
    let stage = app
        .read(move |app, _| app.batches.staging.stage(&of))
        .await?
        .ok_or(PageError::NotFound)?;
    let found = app.batches.found(&id);
    // What an earlier look left on the disk is no look at what stands there now.
    if found.is_none() && !stage.submitted {
        return page::refused(&app, &user, &here, StageError::NotChecked.into());
    }
    let unapproved = found
        .as_ref()
        .and_then(|found| found.as_ref().as_ref().ok())
        .map_or(0, |checked| checked.unapproved);
    // To approve for the office is a supervisor's, whoever sends the batch on.
    if unapproved > 0 && (decision.approve.is_none() || !user.may(Right::Decide)) {
        return Err(PageError::Forbidden);
    }
    let (actor, by) = (accounts::actor(&user.name), user.name.clone());
    let of = id.clone();
    let sent = app
        .read(move |app, _| {
            let approval = (unapproved > 0).then_some(Approval {
                by: &by,
                at: app.now(),
            });
            // Files may take long to be copied: only the approval holds the ledger.
            app.batches.staging.submit(&of, approval, |approved, at| {
                app.write_here(&actor, at, |tx| tx.approve_batch(approved))
            })
        })
        .await;
    if sent.is_ok() {
        app.batches.forget(&id);
    }
    match sent {
        Ok(sent) => Ok(page::done(
            &app,
            &user,
            "/batches",
            (
                format!(
                    "Kiriman {} dimasukkan; hasilnya tampil di bawah.",
                    sent.drop
                ),
                format!(
                    "The batch {} was sent on; see below what comes of it.",
                    sent.drop
                ),
            ),
        )),
        Err(error) => page::refused(&app, &user, &here, error),
    }
}

pub async fn discard(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let of = id.clone();
    app.read(move |app, _| app.batches.staging.discard(&of))
        .await?;
    app.batches.forget(&id);
    app.write(&user, |tx| tx.audit(AuditCode::BatchDiscarded, None, None))
        .await?;
    let text = ("Kiriman dibuang.", "The batch was thrown away.");
    Ok(page::done(&app, &user, "/batches", text))
}
