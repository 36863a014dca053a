//! The papers of a pack as PDF, and the scans of those that were signed. They hold names, so that
//! whoever takes them out is entered.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use super::{HERE, named};
use crate::actions::accounts;
use crate::actions::pack_papers;
use crate::actions::pack_papers::HandoverWords;
use crate::actions::pack_papers::pack_papers;
use crate::domain::ids::PackId;
use crate::reports::papers::Receiver;
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

/// Which paper, and what the office says of the handover. It is posted: the receiver's name
/// stands in no address.
#[derive(Deserialize)]
pub struct Wanted {
    what: String,
    #[serde(default)]
    number: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    receiver: String,
    #[serde(default)]
    nip: String,
    #[serde(default)]
    title: String,
}

pub async fn papers(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    Form(form): Form<Wanted>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let what = form.what.clone();
    let made = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let [number, name, nip, title] =
                [&form.number, &form.receiver, &form.nip, &form.title].map(|t| page::filled(t));
            let words = HandoverWords {
                number: number.as_deref(),
                on: page::day(Some(&form.on))?,
                receiver: Receiver {
                    name: name.as_deref(),
                    nip: nip.as_deref(),
                    title: title.as_deref(),
                },
            };
            let now = Timestamp::now();
            let papers = pack_papers(ledger, &app.paths, &app.config, pack, words, now)?;
            Ok(match form.what.as_str() {
                "bast" => papers.bast,
                "tanda-terima" => papers.receipts,
                "label" => papers.labels,
                _ => return Err(PageError::NotFound),
            })
        })
        .await;
    let pdf = match made {
        Ok(pdf) => pdf,
        Err(error) => return page::refused(&app, &user, &format!("{HERE}/{pack}"), error),
    };
    audit(&app, &user, "pack-papers-exported", pack, &what).await?;
    Ok(page::attachment(pdf, &format!("{pack}-{what}.pdf")))
}

async fn audit(
    app: &Arc<App>,
    user: &User,
    code: &'static str,
    pack: PackId,
    what: &str,
) -> Result<(), PageError> {
    let detail = format!("{pack} {what}");
    app.write(user, move |tx| tx.audit(code, None, Some(&detail)))
        .await
}

pub async fn attach(
    State(app): State<Arc<App>>,
    user: User,
    Path(pack): Path<String>,
    mut form: Multipart,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let mut scan = Vec::new();
    while let Some(field) = form.next_field().await.map_err(PageError::upload)? {
        if field.name() == Some("scan") {
            scan = field.bytes().await.map_err(PageError::upload)?.to_vec();
        }
    }
    let (paths, actor) = (app.paths.clone(), accounts::actor(&user.name));
    let kept = app
        .with_ledger(move |ledger| {
            pack_papers::attach(ledger, &paths, &actor, Timestamp::now(), pack, &scan)
        })
        .await;
    let here = format!("{HERE}/{pack}");
    match kept {
        Ok(_) => {
            let text = ("Hasil pindai disimpan.", "The scan was kept.");
            Ok(page::done(&app, &user, &here, text))
        }
        Err(error) => page::refused(&app, &user, &here, error),
    }
}

/// `GET /packs/{pack}/files/{name}`: a scan that the ledger names; no other file is read.
pub async fn scan(
    State(app): State<Arc<App>>,
    user: User,
    Path((pack, name)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let pack = named(&pack)?;
    let (bytes, name) = app
        .read(move |app, ledger| -> Result<_, PageError> {
            let files = ledger.pack_files(pack)?;
            let file = files.into_iter().find(|file| file.name == name);
            let file = file.ok_or(PageError::NotFound)?;
            let path = app.paths.handover().join(pack.to_string()).join(&file.name);
            Ok((std::fs::read(path).map_err(PageError::broken)?, file.name))
        })
        .await?;
    audit(
        &app,
        &user,
        "pack-file-exported",
        pack,
        &page::shortened(&name, 12),
    )
    .await?;
    Ok(page::attachment(bytes, &name))
}
