//! The frame of every page, and small parts that several use.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use maud::{Markup, html};

use super::app::App;
use super::cookies;
use super::error::PageError;
use super::frame::document;
use super::session::User;
use crate::actions::Rule;
use crate::domain::text::Lang;
use crate::domain::text::{Explain, Text};

/// The pages of the menu: path, Indonesian, English, rule. The digits of the first nine are keys.
const MENU: &[(&str, &str, &str, Rule)] = &[
    ("/", "Papan", "Board", Rule::WorkView),
    ("/batches", "Kiriman", "Batches", Rule::BatchList),
    ("/photos", "Foto", "Photos", Rule::PhotoList),
    ("/cards", "Kartu", "Cards", Rule::CardList),
    ("/scan", "Pindai", "Scan", Rule::Scan),
    ("/packs", "Paket", "Packs", Rule::PackList),
    ("/stock", "Stok", "Stock", Rule::StockView),
    ("/day", "Hari", "Day", Rule::DayView),
    ("/layouts", "Layout", "Layouts", Rule::LayoutView),
    ("/reports", "Laporan", "Reports", Rule::ReportView),
    ("/audit", "Jejak", "Audit", Rule::TrailView),
    ("/custody", "Cadangan", "Backups", Rule::BackupMake),
    ("/accounts", "Akun", "Accounts", Rule::AccountMake),
    ("/senders", "Pengirim", "Senders", Rule::SenderMake),
];

/// A page with the menu. `live` pages ask for themselves again when something happens; every part
/// of them that changes is an element with an id and `data-live`.
pub fn page(app: &App, user: &User, title: &str, live: bool, content: &Markup) -> Markup {
    let lang = user.lang;
    let menu = MENU.iter().filter(|(_, _, _, rule)| user.may(*rule));
    document(
        lang,
        title,
        live,
        &html! {
            header.top {
                a.skip href="#main" { (lang.t("Ke isi", "To the content")) }
                a.brand href="/" title="Stasiun KIA" { "KIA" }
                nav aria-label=(lang.t("Menu", "Menu")) {
                    @for (key, (path, indonesian, english, _)) in (1_u8..).zip(menu) {
                        @let here = is_under(&user.path, path);
                        @let digit = (key < 10).then_some(key);
                        a href=(path) data-key=[digit] aria-current=[here.then_some("page")] {
                            (lang.t(*indonesian, *english)) @if let Some(key) = digit { kbd { (key) } }
                        }
                    }
                }
                div.who {
                    a href="/password" title=(lang.t("Ganti kata sandi", "Change the password")) {
                        (user.name) " · " (user.role.text().of(lang))
                    }
                    form method="post" action="/logout" { button.quiet { (lang.t("Keluar", "Log out")) } }
                    (languages(lang, &user.path))
                }
            }
            main #main data-office=(app.config.office.kabupaten) {
                @if let Some(notice) = &user.notice {
                    p.notice.good[notice.good].bad[!notice.good] role="status" { (notice.text) }
                }
                (content)
            }
        },
    )
}

/// Whether a path belongs to an entry of the menu.
fn is_under(path: &str, entry: &str) -> bool {
    path == entry
        || (entry != "/"
            && path
                .strip_prefix(entry)
                .is_some_and(|rest| rest.starts_with('/')))
}

/// The switch of the language.
pub fn languages(lang: Lang, back: &str) -> Markup {
    let (other, name) = lang.t(("en", "English"), ("id", "Indonesia"));
    html! {
        form.languages method="post" action="/language" {
            input type="hidden" name="back" value=(back);
            button.quiet name="lang" value=(other) lang=(other) { (name) }
        }
    }
}

/// What follows a step: the page `to`, which says what became of it.
pub fn done(app: &App, user: &User, to: &str, text: impl Into<Text>) -> Response {
    let notice = cookies::notice(app, true, text.into().of(user.lang));
    ([(header::SET_COOKIE, notice)], Redirect::to(to)).into_response()
}

/// What follows a step that was refused: the page `to`, which says why. Anything else than a
/// refusal stays what it is.
///
/// # Errors
/// What was no refusal.
pub fn refused(app: &App, user: &User, to: &str, error: PageError) -> Result<Response, PageError> {
    let PageError::Refused(text) = &error else {
        return Err(error);
    };
    let notice = cookies::notice(app, false, text.of(user.lang));
    Ok(([(header::SET_COOKIE, notice)], Redirect::to(to)).into_response())
}

/// The first `most` characters of a text.
pub fn shortened(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A field of a form that was not left empty.
pub fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The first value of this name in a form that may hold several.
pub fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}

/// The day in a field that may be empty.
///
/// # Errors
/// A refusal of what is no day.
pub fn day(text: Option<&str>) -> Result<Option<Date>, PageError> {
    let wrong = |_| PageError::refused("Tanggal tidak benar.", "This is no date.");
    let text = text.and_then(filled);
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

/// A file that the browser keeps.
pub fn attachment(bytes: Vec<u8>, name: &str) -> Response {
    let kind = match name.rsplit_once('.') {
        Some((_, "xlsx")) => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some((_, "txt")) => "text/plain; charset=utf-8",
        Some((_, "csv")) => "text/csv; charset=utf-8",
        Some((_, "pdf")) => "application/pdf",
        Some((_, "json")) => "application/json",
        Some((_, "jpg")) => "image/jpeg",
        Some((_, "png")) => "image/png",
        Some((_, "zip")) => "application/zip",
        _ => "application/octet-stream",
    };
    let as_file = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, as_file),
    ];
    (headers, bytes).into_response()
}
