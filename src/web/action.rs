//! How a form of the page becomes an action, and its outcome a page.

use std::str::FromStr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, RawPathParams, Request, State};
use axum::http::{Uri, header};
use axum::response::Response;
use jiff::civil::Date;

use super::app::App;
use super::error::PageError;
use super::guard::Needs;
use super::page;
use super::router::Routes;
use super::session::User;
use crate::actions::{self, Access, Failure, Rule};
use crate::domain::ids::CardId;
use crate::domain::text::Text;
use crate::text;

/// The parameters of a path and the fields of a form.
#[derive(Debug)]
pub struct Posted {
    params: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let params = {
            use axum::extract::FromRequestParts;
            let params = RawPathParams::from_request_parts(&mut parts, state).await;
            let params = params.map_err(|_| PageError::NotFound)?;
            let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            params.iter().map(own).collect()
        };
        // A button without fields sends no type.
        let is_form = parts.headers.contains_key(header::CONTENT_TYPE);
        let request = Request::from_parts(parts, body);
        let fields = match is_form {
            true => {
                let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await;
                form.map_err(|_| unreadable())?.0
            }
            false => {
                let body = Bytes::from_request(request, state).await;
                match body.map_err(|_| unreadable())?.is_empty() {
                    true => Vec::new(),
                    false => return Err(unreadable()),
                }
            }
        };
        Ok(Self { params, fields })
    }
}

fn unreadable() -> PageError {
    PageError::refused(
        "Isian ini tidak dapat dibaca; periksa lalu coba lagi.",
        "What was sent cannot be read; look at it and try again.",
    )
}

impl Posted {
    /// A parameter of the path. Whatever cannot be read names nothing.
    pub fn param<T: FromStr>(&self, name: &str) -> actions::Result<T> {
        let found = self.params.iter().find(|(key, _)| key == name);
        let parsed = found.and_then(|(_, value)| value.parse().ok());
        parsed.ok_or(Failure::Missing(Text::new(
            "Halaman ini tidak ada.",
            "There is no such page.",
        )))
    }

    /// The first value of a field, as it was sent.
    pub fn value(&self, name: &str) -> &str {
        page::value(&self.fields, name).unwrap_or_default()
    }

    /// Whether a field was sent, empty or not.
    pub fn has(&self, name: &str) -> bool {
        page::value(&self.fields, name).is_some()
    }

    /// A field that was not left empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        Some(self.value(name).trim()).filter(|text| !text.is_empty())
    }

    /// A field that must be filled in; `missing` says so.
    pub fn required(&self, name: &str, missing: Text) -> actions::Result<&str> {
        self.text(name).ok_or(Failure::Refused(missing))
    }

    /// The choice of a list; `missing` says that none was made.
    pub fn choice<T>(
        &self,
        name: &str,
        from_code: impl FnOnce(&str) -> Option<T>,
        missing: Text,
    ) -> actions::Result<T> {
        from_code(self.value(name)).ok_or(Failure::Refused(missing))
    }

    /// A day, if one was named.
    pub fn day(&self, name: &str) -> actions::Result<Option<Date>> {
        let wrong = |_| Failure::refused("Tanggal tidak benar.", "This is no date.");
        self.text(name)
            .map(|text| text.parse().map_err(wrong))
            .transpose()
    }

    /// The cards that are ticked, at least one.
    pub fn cards(&self) -> actions::Result<Vec<CardId>> {
        let cards = self.ticked("card")?;
        if cards.is_empty() {
            return Err(Failure::refused(
                "Centang dulu kartunya pada daftar.",
                "Tick the cards in the list first.",
            ));
        }
        Ok(cards)
    }

    /// The cards that are ticked under this name.
    pub fn ticked(&self, name: &str) -> actions::Result<Vec<CardId>> {
        let cards = self.fields.iter().filter(|(key, _)| key == name);
        let cards = cards.map(|(_, sent)| {
            sent.trim().parse().map_err(|_| {
                Failure::Refused(text!(
                    "`{sent}` bukan nomor kartu seperti K000123-0.",
                    "`{sent}` is no card number such as K000123-0."
                ))
            })
        });
        cards.collect()
    }
}

/// What follows an action that was done.
#[derive(Debug)]
pub enum Then {
    /// This page, which says what was done.
    Page(String, Text),
    /// A file that the browser keeps, under this name.
    File(String, Vec<u8>),
}

/// An action behind a form.
pub type Act = fn(&Posted, &mut Access<'_>) -> actions::Result<Then>;

impl Routes {
    /// A form whose action has this rule. A refusal goes back to the page the form lies on: the
    /// path without its last part.
    pub(super) fn action(self, path: &'static str, rule: Rule, act: Act) -> Self {
        self.post(
            path,
            Needs::Rule(rule),
            async move |State(app): State<Arc<App>>, user: User, uri: Uri, posted: Posted| {
                let back = page_of(&uri);
                perform(&app, &user, &back, move |at| act(&posted, at)).await
            },
        )
    }
}

/// The page that a form lies on.
pub fn page_of(form: &Uri) -> String {
    let path = form.path().rsplit_once('/');
    path.map_or("/", |(page, _)| page).to_owned()
}

/// Takes an action in the name of `user`. `back` is the page that tells a refusal.
pub async fn perform(
    app: &Arc<App>,
    user: &User,
    back: &str,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<Then> + Send + 'static,
) -> Result<Response, PageError> {
    match with_access(app, user, act).await {
        Ok(Then::Page(to, text)) => Ok(page::done(app, user, &to, text)),
        Ok(Then::File(name, bytes)) => Ok(page::attachment(bytes, &name)),
        Err(error) => page::refused(app, user, back, error),
    }
}

/// Does what takes time, in the name of `user`, away from the threads that answer.
pub async fn with_access<T: Send + 'static>(
    app: &Arc<App>,
    user: &User,
    act: impl FnOnce(&mut Access<'_>) -> actions::Result<T> + Send + 'static,
) -> Result<T, PageError> {
    let operator = user.operator();
    app.blocking(move |context| act(&mut Access::new(context, operator)))
        .await
}
