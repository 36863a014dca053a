//! What goes wrong while a page is made, and the page that says so.

use std::borrow::Cow;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::frame;
use crate::actions::Failure;
use crate::domain::text::Text;
use crate::ledger;

/// Why a page was not made.
#[derive(Debug)]
pub enum PageError {
    /// What was asked for is wrong.
    Refused(Text),
    /// There is nothing here.
    NotFound,
    /// Nobody is logged in.
    Login,
    /// The role may not do this, or the request came from elsewhere.
    Forbidden,
    Slow,
    /// The station's own fault, told in its log.
    Broken(String),
}

impl PageError {
    /// A refusal in Indonesian and in English.
    pub fn refused(id: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused(Text {
            id: id.into(),
            en: en.into(),
        })
    }

    /// A fault of the station's own.
    pub fn broken(error: impl std::error::Error) -> Self {
        Self::Broken(crate::domain::chain(&error))
    }

    /// An upload that cannot be read, or is too large.
    pub fn upload(error: axum::extract::multipart::MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Self::refused("Unggahan ini terlalu besar.", "This upload is too large.");
        }
        Self::refused(
            "Unggahan tidak sampai utuh; unggah lagi.",
            format!("The upload cannot be read: {}", error.body_text()),
        )
    }

    /// The page instead of a refusal in bare English, as the framework writes it; a page stays
    /// as it is.
    pub fn in_words(response: Response) -> Response {
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let is_bare = kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
        if !is_bare || !(status.is_client_error() || status.is_server_error()) {
            return response;
        }
        let error = match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::refused("Kiriman ini terlalu besar.", "What was sent is too large.")
            }
            _ => Self::refused(
                "Isian ini tidak dapat dibaca; periksa lalu coba lagi.",
                "What was sent cannot be read; look at it and try again.",
            ),
        };
        let mut told = error.into_response();
        *told.status_mut() = status;
        if let Some(allow) = response.headers().get(header::ALLOW) {
            told.headers_mut().insert(header::ALLOW, allow.clone());
        }
        told
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Login => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Slow => StatusCode::TOO_MANY_REQUESTS,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Tells the station's log of a fault of its own.
    pub fn log(&self) {
        if let Self::Broken(error) = self {
            tracing::error!(error, "a page was not made");
        }
    }

    pub fn text(&self) -> Text {
        match self {
            Self::Refused(text) => text.clone(),
            Self::NotFound => Text::new("Halaman ini tidak ada.", "There is no such page."),
            Self::Login => Text::new("Silakan masuk.", "Please log in."),
            Self::Forbidden => Text::new(
                "Anda tidak boleh melakukan ini; percobaan ini dicatat.",
                "You may not do this; the attempt was recorded.",
            ),
            Self::Slow => Text::new(
                "Terlalu banyak percobaan; tunggu beberapa menit.",
                "Too many tries; wait a few minutes.",
            ),
            Self::Broken(_) => Text::new(
                "Ada kesalahan pada stasiun; lihat log. Tidak ada yang berubah.",
                "The station failed; see its log. Nothing was changed.",
            ),
        }
    }
}

impl From<ledger::Error> for PageError {
    fn from(error: ledger::Error) -> Self {
        match error.refusal() {
            Some(text) => Self::Refused(text),
            None => Self::broken(error),
        }
    }
}

impl From<Failure> for PageError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(text) => Self::Refused(text),
            Failure::Missing(_) => Self::NotFound,
            Failure::Denied(_) => Self::Forbidden,
            Failure::Broken(error) => Self::Broken(format!("{error:#}")),
        }
    }
}

impl From<crate::intake::IntakeError> for PageError {
    fn from(error: crate::intake::IntakeError) -> Self {
        Self::broken(error)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        self.log();
        let text = self.text();
        let content = html! {
            h1 { (text.id) }
            p lang="en" { (text.en) }
            p { a href="/" { "Kembali ke papan (back to the board)" } }
        };
        (self.status(), frame::bare("Stasiun KIA", &content)).into_response()
    }
}
