//! What the API says when it refuses: one shape for all.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::error::PageError;

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Refusal {
    /// Stable, kebab-case; listed in `docs/api.md`.
    pub code: String,
    /// In Indonesian.
    pub pesan: String,
    /// In English.
    pub message: String,
}

/// A refusal and its status.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    refusal: Refusal,
}

impl ApiError {
    /// A refusal in Indonesian and in English.
    pub fn new(
        status: StatusCode,
        code: &str,
        pesan: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            refusal: Refusal {
                code: code.to_owned(),
                pesan: pesan.into(),
                message: message.into(),
            },
        }
    }

    /// What a status says that stands for itself.
    pub fn of(status: StatusCode) -> Self {
        let (code, pesan, message) = match status {
            StatusCode::BAD_REQUEST => (
                "malformed",
                "Permintaan ini tidak dapat dibaca.",
                "the request cannot be read",
            ),
            StatusCode::UNAUTHORIZED => (
                "token",
                "Token pengirim tidak ada, salah, atau sudah ditutup.",
                "the sender's token is missing, wrong or closed",
            ),
            StatusCode::FORBIDDEN => (
                "forbidden",
                "Permintaan ini ditolak.",
                "the request is refused",
            ),
            StatusCode::NOT_FOUND => (
                "not-found",
                "Tidak ada di sini, atau bukan milik pengirim ini.",
                "there is no such thing, or it is not this sender's",
            ),
            StatusCode::METHOD_NOT_ALLOWED => (
                "method",
                "Alamat ini tidak menerima metode tersebut.",
                "this address does not take that method",
            ),
            StatusCode::CONFLICT => (
                "conflict",
                "`id` dan `revisi` ini sudah dikirim dengan isi lain; naikkan `revisi`.",
                "this `id` and `revisi` came with another content already; raise `revisi`",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "too-large",
                "Kiriman terlalu besar.",
                "the request is too large",
            ),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => (
                "content-type",
                "Kirim `application/json` atau `multipart/form-data`.",
                "send `application/json` or `multipart/form-data`",
            ),
            StatusCode::UNPROCESSABLE_ENTITY => (
                "record",
                "Isi kiriman ini bukan data yang dimaksud.",
                "the request does not hold what is meant here",
            ),
            _ => (
                "station",
                "Ada kesalahan pada stasiun; kirim lagi nanti.",
                "the station failed; send it again later",
            ),
        };
        Self::new(status, code, pesan, message)
    }

    /// What was sent is not what is meant here.
    pub fn record(pesan: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "record", pesan, message)
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        error.log();
        Self::of(error.status())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.refusal)).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

/// An error that another part made of itself, in the API's shape; what is in it already stays.
pub fn in_json(response: Response) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == b"application/json");
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut told = ApiError::of(status).into_response();
    // 405 says what is allowed.
    if let Some(allow) = response.headers().get(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, allow.clone());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../docs/api.md");

    #[test]
    fn the_page_of_the_api_lists_every_code_with_its_status() {
        let statuses = (400..=599).filter_map(|status| StatusCode::from_u16(status).ok());
        let told = statuses.filter(|status| {
            let is_other = ApiError::of(*status).refusal.code == "station";
            !is_other || *status == StatusCode::INTERNAL_SERVER_ERROR
        });
        let mut count = 0;
        for status in told {
            let row = format!(
                "| `{}` | {} |",
                ApiError::of(status).refusal.code,
                status.as_u16()
            );
            assert!(PAGE.contains(&row), "`docs/api.md` lacks `{row}`");
            count += 1;
        }
        assert_eq!(count, 10);
    }
}
