//! All batches: the place to drop one, those that wait for a person, and those that were taken.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Path as InPath, State};
use axum::response::Response;
use maud::{Markup, html};

use super::with_staging;
use crate::actions::uploads::Stage;
use crate::actions::{batches, returned};
use crate::domain::text::Lang;
use crate::ledger::FinishedDrop;
use crate::web::action::with_access;
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::frame;
use crate::web::page;
use crate::web::session::User;

pub async fn list(State(app): State<Arc<App>>, user: User) -> Result<Markup, PageError> {
    let list = with_staging(&app, &user, |at, staging| batches::list(at, staging)).await?;
    let lang = user.lang;
    let title = lang.t("Kiriman", "Batches");
    let content = html! {
        h1 { (title) }
        (drop_zone(&app, lang))
        (waiting(&app, &list.stages, lang))
        section #taken data-live { (taken(&app, &list.drops, lang)) (returns(&list.went_back, lang)) }
        (frame::script("upload.js"))
    };
    Ok(page::page(&app, &user, title, true, &content))
}

fn drop_zone(app: &App, lang: Lang) -> Markup {
    html! {
        form.drop #upload method="post" enctype="multipart/form-data" action="/batches"
            data-most=(app.config.web.upload_mb)
            data-large=(lang.t("Kiriman ini terlalu besar. Batasnya, MB:", "This batch is too large. The limit in MB:"))
            data-failed=(lang.t("Unggahan gagal; periksa sambungan lalu coba lagi.", "The upload failed; check the connection and try again.")) {
            p.big { (lang.t("Seret folder, ZIP, Excel atau CSV beserta fotonya ke sini", "Drag a folder, a ZIP, an Excel or CSV table with its photos here")) }
            p {
                label.button { (lang.t("Pilih file…", "Choose files…")) input.hidden-file #files type="file" name="files" multiple; }
                " "
                label.button { (lang.t("Pilih folder…", "Choose a folder…")) input.hidden-file #folder type="file" webkitdirectory; }
                " " noscript { button { (lang.t("Unggah", "Upload")) } }
            }
            p.soft { (lang.t("Belum ada yang dicetak: setiap baris diperiksa dulu, dan Anda yang memutuskan.",
                             "Nothing is printed yet: every row is checked first, and you decide.")) }
            div #uploading hidden {
                p #uploading-text { (lang.t("Mengunggah…", "Uploading…")) }
                progress #uploading-bar max="100" value="0" {}
            }
            p.notice.bad #upload-error hidden role="alert" {}
        }
    }
}

fn waiting(app: &App, stages: &[Stage], lang: Lang) -> Markup {
    let open: Vec<&Stage> = stages.iter().filter(|stage| !stage.submitted).collect();
    html! {
        @if !open.is_empty() {
            h2 { (lang.t("Menunggu keputusan", "Waiting for a decision")) }
            table {
                thead { tr { th { (lang.t("Kiriman", "Batch")) } th { (lang.t("Diunggah", "Uploaded")) } th {} } }
                tbody { @for stage in open.iter().rev() { tr {
                    td { (stage.name) } td { (app.local(stage.at)) }
                    td { a.button.primary href={ "/batches/" (stage.id.as_str()) } { (lang.t("Periksa", "Check")) } }
                } } }
            }
        }
    }
}

fn taken(app: &App, drops: &[FinishedDrop], lang: Lang) -> Markup {
    html! {
        h2 { (lang.t("Sudah diambil", "Taken")) }
        @if drops.is_empty() { p.soft { (lang.t("Belum ada.", "None yet.")) } }
        @else { div.scroll { table {
            thead { tr {
                th { (lang.t("Kiriman", "Batch")) } th { (lang.t("Waktu", "Time")) }
                th.num { (lang.t("Jumlah", "Received")) } th.num { (lang.t("Diterima", "Accepted")) } th.num { (lang.t("Ditolak", "Rejected")) }
            } }
            tbody { @for drop in drops { tr {
                td { (drop.outcome.name) } td { (app.local(drop.at)) }
                td.num { (drop.outcome.received) } td.num { (drop.outcome.accepted) }
                td.num.bad[drop.outcome.rejected > 0] { (drop.outcome.rejected) }
            } } }
        } } }
    }
}

fn returns(went_back: &[(PathBuf, PathBuf)], lang: Lang) -> Markup {
    html! {
        @if !went_back.is_empty() {
            h2 { (lang.t("Daftar pengembalian untuk pengirim", "Return lists for the sender")) }
            table { tbody { @for (list, folder) in went_back { tr {
                @let name = returned::name_of(folder);
                td { (name) }
                td { a.button href={ "/batches/returned/" (returned::key(&name)) } download {
                    (lang.t("Unduh", "Download")) " " (list.extension().and_then(|end| end.to_str()).unwrap_or_default())
                } }
            } } } }
        }
    }
}

/// `GET /batches/returned/{key}`: the list that goes back to the sender.
pub async fn returned(
    State(app): State<Arc<App>>,
    user: User,
    InPath(key): InPath<String>,
) -> Result<Response, PageError> {
    let list = with_access(&app, &user, move |at| batches::returned(at, &key));
    let (bytes, end) = list.await?;
    Ok(page::attachment(bytes, &format!("pengembalian.{end}")))
}
