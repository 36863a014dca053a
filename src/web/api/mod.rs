//! The JSON API for upstream: send a record, ask what became of it.
//!
//! A record that is sent becomes a drop in `incoming/` like every other: the same claim, the same
//! rules, the same way back. The API adds who sent it, and that nothing is sent twice.

mod error;
mod openapi;
mod outcome;
mod upload;

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub use error::{ApiError, Refusal, in_json};
pub use openapi::describe;
pub use outcome::Outcome;

use self::upload::{RecordAndPhoto, RecordWithPhoto};
use super::app::App;
use super::error::PageError;
use crate::actions::senders::{self, Sent};

/// The program that asks, as its token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender(pub String);

/// The guard has put the sender beside the request.
impl<S: Sync> FromRequestParts<S> for Sender {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let sender = parts.extensions.get().cloned();
        sender.ok_or_else(|| ApiError::of(StatusCode::UNAUTHORIZED))
    }
}

/// The sender whose token a request carries.
///
/// # Errors
/// The ledger's.
pub async fn sender_of(app: &Arc<App>, headers: &HeaderMap) -> Result<Option<Sender>, PageError> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = bearer else {
        return Ok(None);
    };
    let token = token.trim().to_owned();
    let found = app.blocking(move |context| senders::of_token(context, &token));
    Ok(found.await?.map(Sender))
}

/// Where to ask for a record that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Receipt {
    /// The submission's name.
    pub submission: String,
    /// The path that says what became of it.
    pub href: String,
}

/// Send one record, with its photo
///
/// The record is `kia-record/1`; `id` and `revisi` are required here, and all else is judged when
/// the station takes it. The same request with the same content is answered the same way and
/// changes nothing.
#[utoipa::path(
    post,
    path = "/api/v1/records",
    request_body(content(
        (RecordWithPhoto = "application/json"),
        (RecordAndPhoto = "multipart/form-data"),
    )),
    responses(
        (status = 202, description = "It will be examined", body = Receipt,
            headers(("location" = String, description = "The path to ask"))),
        (status = 400, description = "It cannot be read", body = Refusal),
        (status = 401, description = "No sender's token", body = Refusal),
        (status = 403, description = "It came under a foreign name", body = Refusal),
        (status = 409, description = "`id` and `revisi` came with another content", body = Refusal),
        (status = 413, description = "It is too large", body = Refusal),
        (status = 415, description = "Neither JSON nor a form", body = Refusal),
        (status = 422, description = "It is no record", body = Refusal),
        (status = 500, description = "The station failed", body = Refusal),
    ),
    security(("token" = []))
)]
pub async fn submit(
    State(app): State<Arc<App>>,
    Sender(sender): Sender,
    request: Request,
) -> Result<Response, ApiError> {
    let upload = upload::read(&app.config.intake.limits, request).await?;
    let sent = app.blocking(move |context| {
        senders::take(context, &sender, &upload.id, upload.revisi, &upload.posted)
    });
    match sent.await? {
        Sent::Conflict => Err(ApiError::of(StatusCode::CONFLICT)),
        Sent::As(submission) => {
            let href = format!("/api/v1/records/{submission}");
            let location = [(header::LOCATION, href.clone())];
            let receipt = Receipt { submission, href };
            Ok((StatusCode::ACCEPTED, location, Json(receipt)).into_response())
        }
    }
}

/// What became of a record that was sent
///
/// Only the sender's own are told. No personal data: numbers are masked, cards are named by their
/// numbers.
#[utoipa::path(
    get,
    path = "/api/v1/records/{submission}",
    params(("submission" = String, Path, description = "The submission's name")),
    responses(
        (status = 200, description = "What became of it", body = Outcome),
        (status = 400, description = "The path cannot be read", body = Refusal),
        (status = 401, description = "No sender's token", body = Refusal),
        (status = 403, description = "It came under a foreign name", body = Refusal),
        (status = 404, description = "No such submission of this sender", body = Refusal),
        (status = 500, description = "The station failed", body = Refusal),
    ),
    security(("token" = []))
)]
pub async fn ask(
    State(app): State<Arc<App>>,
    Sender(sender): Sender,
    Path(submission): Path<String>,
) -> Result<Json<Outcome>, ApiError> {
    let found = app.read(move |app, ledger| {
        ledger.snapshot(|ledger| outcome::of(&app.paths.intake(), ledger, &sender, &submission))
    });
    let outcome = found.await?;
    Ok(Json(
        outcome.ok_or_else(|| ApiError::of(StatusCode::NOT_FOUND))?,
    ))
}
