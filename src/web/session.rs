//! Sessions: opaque, kept as hashes, bound to the browser that logged in.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::app::App;
use super::error::PageError;
use super::lang::Lang;
use crate::actions::Operator;
use crate::actions::accounts::hashed;
use crate::domain::account::{Right, Role};
use crate::domain::hex::hex;
use crate::ledger::Session;

/// The cookie of the session. Under TLS the prefix binds it to this very host (RFC 6265bis).
const COOKIE: &str = "kia_sesi";
/// The cookie of a message for the next page.
const NOTICE: &str = "kia_pesan";

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

/// The value of a cookie.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The name of the session's cookie.
fn name(app: &App) -> String {
    let prefix = if app.config.web.is_secure() {
        "__Host-"
    } else {
        ""
    };
    format!("{prefix}{COOKIE}")
}

/// A `Set-Cookie` value. Every part of it is ours or hexadecimal.
fn set(app: &App, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let secure = if app.config.web.is_secure() {
        "; Secure"
    } else {
        ""
    };
    let text =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).expect("a cookie of plain ASCII")
}

/// The cookie that begins a session.
pub fn begin(app: &App, token: &str) -> HeaderValue {
    let hours = i64::from(app.config.web.session_hours);
    set(app, &name(app), token, hours * 3600)
}

/// The cookie that ends one.
pub fn end(app: &App) -> HeaderValue {
    set(app, &name(app), "", 0)
}

/// The cookie of the language.
pub fn speak(app: &App, lang: Lang) -> HeaderValue {
    set(app, super::lang::COOKIE, lang.code(), 365 * 86400)
}

/// The cookie that carries a message to the next page.
pub fn notice(app: &App, good: bool, text: &str) -> HeaderValue {
    // Browsers keep 4,096 bytes of a cookie.
    let text: String = text.chars().take(500).collect();
    let sign = if good { "+" } else { "-" };
    set(app, NOTICE, &hex(format!("{sign}{text}").as_bytes()), 60)
}

/// The cookie that takes the message away once it was shown.
pub fn forget_notice(app: &App) -> HeaderValue {
    set(app, NOTICE, "", 0)
}

/// The message for this page.
pub fn read_notice(headers: &HeaderMap) -> Option<Notice> {
    let digits = cookie(headers, NOTICE)?;
    let bytes: Option<Vec<u8>> = digits
        .as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes?).ok()?;
    let good = text.starts_with('+');
    Some(Notice {
        good,
        text: text.get(1..)?.to_owned(),
    })
}

/// The token that a request carries, as the ledger keeps it.
pub fn token_of(app: &App, headers: &HeaderMap) -> Option<String> {
    cookie(headers, &name(app)).map(hashed)
}

/// What a browser says of itself, as a digest: a session carried to another browser shows.
pub fn client(headers: &HeaderMap) -> String {
    let agent = headers
        .get(header::USER_AGENT)
        .map_or(&b""[..], HeaderValue::as_bytes);
    hex(&Sha256::digest(agent))
}

/// Whether a session holds, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Holds,
    /// It is too old, or its account was closed.
    Ended,
    /// Another browser shows it.
    Stolen,
}

/// Judges a session at `now` with the browser that shows it.
pub fn judge(app: &App, session: &Session, client: &str, now: Timestamp) -> Standing {
    let web = &app.config.web;
    let idle = SignedDuration::from_mins(i64::from(web.idle_minutes));
    let whole = SignedDuration::from_hours(i64::from(web.session_hours));
    if session.client != client {
        Standing::Stolen
    } else if !session.account.active
        || now.duration_since(session.seen_at) > idle
        || now.duration_since(session.begun_at) > whole
    {
        Standing::Ended
    } else {
        Standing::Holds
    }
}
