//! The cookies of the page: the session, a message for the next page, the language.

use axum::http::{HeaderMap, HeaderValue, header};

use super::app::App;
use super::session::Notice;
use crate::actions::accounts::hashed;
use crate::domain::hex::hex;
use crate::domain::text::Lang;

/// The cookie of the session. Under TLS the prefix binds it to this very host (RFC 6265bis).
const COOKIE: &str = "kia_sesi";

/// The cookie of the language.
const LANGUAGE: &str = "kia_bahasa";

/// The cookie of a message for the next page.
const NOTICE: &str = "kia_pesan";

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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

/// The name of the cookie that says that `user` has logged in here before.
fn known_name(user: &str) -> String {
    format!("kia_kenal_{user}")
}

/// The cookie that lets `user` be known in this browser for a year.
pub fn know(app: &App, user: &str, browser: &str) -> HeaderValue {
    set(app, &known_name(user), browser, 365 * 86400)
}

/// What this browser shows of having been used by `user`.
pub fn known<'a>(headers: &'a HeaderMap, user: &str) -> Option<&'a str> {
    cookie(headers, &known_name(user))
}

/// The cookie of the language.
pub fn speak(app: &App, lang: Lang) -> HeaderValue {
    set(app, LANGUAGE, lang.code(), 365 * 86400)
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

/// The language that this browser chose.
pub fn lang(headers: &HeaderMap) -> Lang {
    match cookie(headers, LANGUAGE) {
        Some("en") => Lang::English,
        _ => Lang::Indonesian,
    }
}
