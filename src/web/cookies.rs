//! The cookies of the page: the session, a message for the next page, the language.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};

use super::app::App;
use super::session::Notice;
use crate::actions::accounts::hashed;
use crate::domain::text::Lang;

/// The cookie of the session. Under TLS the prefix binds it to this very host (RFC 6265bis).
const COOKIE: &str = "kia_sesi";

/// The cookie of the language.
const LANGUAGE: &str = "kia_bahasa";

/// The cookie of a message for the next page.
const NOTICE: &str = "kia_pesan";

/// The value of a cookie.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let sent = headers.get_all(header::COOKIE).iter();
    sent.filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse_encoded)
        .filter_map(Result::ok)
        .find_map(|cookie| (cookie.name() == name).then(|| cookie.value().to_owned()))
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

/// A `Set-Cookie` value.
fn set(app: &App, name: &str, value: &str, seconds: i64) -> HeaderValue {
    let cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(app.config.web.is_secure())
        .max_age(Duration::seconds(seconds));
    let text = cookie.build().encoded().to_string();
    HeaderValue::from_str(&text).expect("an encoded cookie is plain ASCII")
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

/// The name of the cookie that says that `user` has logged in here before.
fn known_name(user: &str) -> String {
    format!("kia_kenal_{user}")
}

/// The cookie that lets `user` be known in this browser for a year.
pub fn know(app: &App, user: &str, browser: &str) -> HeaderValue {
    set(app, &known_name(user), browser, 365 * 86400)
}

/// What this browser shows of having been used by `user`.
pub fn known(headers: &HeaderMap, user: &str) -> Option<String> {
    cookie(headers, &known_name(user))
}

/// The cookie of the language.
pub fn speak(app: &App, lang: Lang) -> HeaderValue {
    set(app, LANGUAGE, lang.code(), 365 * 86400)
}

/// The cookie that carries a message to the next page.
pub fn notice(app: &App, good: bool, text: &str) -> HeaderValue {
    // Browsers keep 4,096 bytes of a cookie; a character may take twelve.
    let text: String = text.chars().take(330).collect();
    let sign = if good { "+" } else { "-" };
    set(app, NOTICE, &format!("{sign}{text}"), 60)
}

/// The cookie that takes the message away once it was shown.
pub fn forget_notice(app: &App) -> HeaderValue {
    set(app, NOTICE, "", 0)
}

/// The message for this page.
pub fn read_notice(headers: &HeaderMap) -> Option<Notice> {
    let text = cookie(headers, NOTICE)?;
    let good = text.starts_with('+');
    Some(Notice {
        good,
        text: text.get(1..)?.to_owned(),
    })
}

/// The token that a request carries, as the ledger keeps it.
pub fn token_of(app: &App, headers: &HeaderMap) -> Option<String> {
    cookie(headers, &name(app)).map(|token| hashed(&token))
}

/// The language that this browser chose.
pub fn lang(headers: &HeaderMap) -> Lang {
    match cookie(headers, LANGUAGE).as_deref() {
        Some("en") => Lang::English,
        _ => Lang::Indonesian,
    }
}
