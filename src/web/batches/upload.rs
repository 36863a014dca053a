//! Taking an upload, file by file, straight to the disk.

use std::io::Write;
use std::sync::Arc;

use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::actions::batches;
use crate::web::action::with_access;
use crate::web::app::App;
use crate::web::error::PageError;
use crate::web::page;
use crate::web::session::User;

/// `POST /batches`: a form of files, each under its path in the folder that was dragged onto the
/// page. A field `name` before them names the batch.
pub async fn upload(
    State(app): State<Arc<App>>,
    user: User,
    mut form: Multipart,
) -> Result<Response, PageError> {
    match taken(&app, &mut form).await {
        Ok(id) => {
            with_access(&app, &user, batches::uploaded).await?;
            Ok(Redirect::to(&format!("/batches/{id}")).into_response())
        }
        Err(error) => {
            // A browser that is cut off while it sends reads no answer: the rest is passed over.
            while let Ok(Some(_)) = form.next_field().await {}
            page::refused(&app, &user, "/batches", error)
        }
    }
}

async fn taken(app: &App, form: &mut Multipart) -> Result<String, PageError> {
    let mut named: Option<String> = None;
    let mut upload = None;
    while let Some(mut field) = form.next_field().await.map_err(PageError::upload)? {
        let Some(path) = field.file_name().map(str::to_owned) else {
            if field.name() == Some("name") {
                named = Some(field.text().await.map_err(PageError::upload)?);
            }
            continue;
        };
        // A browser sends an empty file where none was chosen.
        if path.is_empty() {
            continue;
        }
        let begun = match &mut upload {
            Some(begun) => begun,
            None => {
                let name = named.as_deref().filter(|name| !name.trim().is_empty());
                let begun = app
                    .batches
                    .staging
                    .begin(name.unwrap_or(&path), app.now())?;
                upload.insert(begun)
            }
        };
        let mut file = begun.file(&path)?;
        while let Some(chunk) = field.chunk().await.map_err(PageError::upload)? {
            tokio::task::block_in_place(|| file.write_all(&chunk))
                .map_err(crate::actions::uploads::StageError::from)?;
        }
    }
    let upload = upload
        .ok_or_else(|| PageError::refused("Tidak ada file yang dipilih.", "No file was chosen."))?;
    let id = tokio::task::block_in_place(|| upload.finish())?;
    Ok(id.as_str().to_owned())
}
