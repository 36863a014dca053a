//! Who asks for a page, and in which browser.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};

use super::error::PageError;
use crate::actions::Operator;
use crate::domain::account::{Right, Role};
use crate::domain::hex::hex;
use crate::domain::text::Lang;

/// Who asks for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub name: String,
    /// What the person is here.
    pub role: Role,
    /// The language the page is read in.
    pub lang: Lang,
    /// What became of the step before, if there was one.
    pub notice: Option<Notice>,
    /// The path that was asked for.
    pub path: String,
}

impl User {
    /// Whether the role may do this.
    pub fn may(&self, rule: impl Into<Right>) -> bool {
        self.role.may(rule.into())
    }

    /// This user as actions know a person.
    pub fn operator(&self) -> Operator {
        Operator::Proved {
            user: self.name.clone(),
            role: self.role,
        }
    }
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether it was done.
    pub good: bool,
    /// In the reader's language.
    pub text: String,
}

/// The guard has put the user beside the request; a route that asks for none has none.
impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        parts.extensions.get().cloned().ok_or(PageError::Login)
    }
}

/// What a browser says of itself, as a digest: a session carried to another browser shows.
pub fn client(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .map_or(&b""[..], HeaderValue::as_bytes);
    hex(&Sha256::digest(agent))
}
