//! One batch: the check with its progress, every row with its picture, and the decision.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{check, columns, named, with_staging};
use crate::actions::uploads::{Checked, Stage, StageError};
use crate::actions::{Rule, batches};
use crate::domain::rules::{Problem, Severity};
use crate::domain::text::Lang;
use crate::production::inspect::Row;
use crate::web::action::{Then, perform};
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::frame;
use crate::web::page;
use crate::web::session::User;

const HERE: &str = "/batches";

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
    let stage = with_staging(&app, &user, move |at, staging| {
        batches::stage(at, staging, &of)
    });
    let stage = stage.await?;
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
    let look = with_staging(&app, &user, move |at, staging| {
        batches::view(at, staging, &id)
    });
    let look = look.await?;
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
    user: User,
    Path(id): Path<String>,
) -> Result<Json<Value>, PageError> {
    let id = named(&id)?;
    let of = id.clone();
    let stage = with_staging(&app, &user, move |at, staging| {
        batches::stage(at, staging, &of)
    });
    if stage.await?.submitted {
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
    let may = !needs || user.may(Rule::BatchApprove);
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
    user: User,
    Path((id, row)): Path<(String, u32)>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let jpeg = with_staging(&app, &user, move |at, staging| {
        batches::picture(at, staging, &id, row, THUMBNAIL)
    });
    Ok(([(header::CONTENT_TYPE, "image/jpeg")], jpeg.await?).into_response())
}

pub async fn return_list(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = named(&id)?;
    let found = check(&app, &id).found().ok_or(PageError::NotFound)?;
    let workbook = with_staging(&app, &user, move |at, staging| match found.as_ref() {
        Ok(checked) => batches::return_list(at, staging, &id, &checked.report),
        Err(_) => Err(StageError::Missing.into()),
    });
    Ok(page::attachment(workbook.await?, "pengembalian.xlsx"))
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
    let (id, here) = (named(&id)?, Arc::clone(&app));
    let back = format!("{HERE}/{}", id.as_str());
    perform(&app, &user, &back, move |at| {
        let (own, found) = (&here.batches, here.batches.found(&id));
        let rows = |found: &Result<Checked, _>| found.as_ref().map_or(0, |it| it.unapproved);
        let unapproved = found.map(|found| rows(&found));
        let approves = decision.approve.is_some();
        let text = batches::submit(at, &own.staging, &id, unapproved, approves)?;
        own.forget(&id);
        Ok(Then::Page(HERE.to_owned(), text))
    })
    .await
}

pub async fn discard(
    State(app): State<Arc<App>>,
    user: User,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (id, here) = (named(&id)?, Arc::clone(&app));
    perform(&app, &user, HERE, move |at| {
        let text = batches::discard(at, &here.batches.staging, &id)?;
        here.batches.forget(&id);
        Ok(Then::Page(HERE.to_owned(), text))
    })
    .await
}
