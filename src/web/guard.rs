//! What every request passes before its page: the right host, no other site's hand, a session
//! that holds, and a role that may.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};

use super::api;
use super::app::App;
use super::cookies;
use super::error::PageError;
use super::session::{self, User};
use crate::actions::{Access, Rule, sessions};

/// What a route asks of the one who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the page to log in, and what it is drawn with.
    Nothing,
    /// A user who may take this action.
    Rule(Rule),
    /// A program with a sender's token; no user's session will do.
    Sender,
    /// A program on the station's own computer, or one with a sender's token. Behind a proxy
    /// everybody seems to be on it, so that the token is asked for.
    Machine,
}

/// What a page may load: nothing that is not the station's own.
const CONTENT: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     img-src 'self' data: blob:; media-src 'self'; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// Headers of every answer. Nothing of a page may stay in a cache: it shows children's data.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// What an open page puts into a request that nobody asked for.
const REFRESH: &str = "kia-refresh";

/// The outermost guard: hosts, other sites, and the headers of the answer.
pub async fn at_the_door(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let for_programs = is_for_programs(request.uri().path());
    let mut response = match refuse(&app, &request) {
        None => next.run(request).await,
        Some(why) => {
            tracing::warn!(why, "a request was turned away");
            PageError::Forbidden.into_response()
        }
    };
    response = match for_programs {
        true => api::in_json(response),
        false => PageError::in_words(response),
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if app.config.web.is_secure() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    response
}

/// Why a request is not even looked at.
fn refuse(app: &App, request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let host = text(headers, &header::HOST).map(str::to_lowercase);
    // A name of another's that resolves to this address (DNS rebinding) is not ours.
    if !host.as_ref().is_some_and(|host| app.hosts.contains(host)) {
        return Some("host");
    }
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    // The API asks for a token and looks at no cookie: no browser's user can be made to call it.
    if safe || is_for_programs(request.uri().path()) {
        return None;
    }
    let site = text(headers, &HeaderName::from_static("sec-fetch-site"));
    let same = match (site, text(headers, &header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        // Browsers that send no Sec-Fetch-Site send Origin with what changes something.
        (None, Some(origin)) => {
            let named = origin
                .split_once("://")
                .map(|(_, host)| host.to_lowercase());
            named == host
        }
        (None, None) => false,
    };
    (!same).then_some("cross-site")
}

/// Whether programs ask here, which read JSON.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Whether a request comes from a program on the station's own computer.
fn is_local(app: &App, request: &Request) -> bool {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>();
    app.config.web.proxy.is_none() && from.is_some_and(|ConnectInfo(from)| from.ip().is_loopback())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Finds out who asks, and puts the user beside the request.
pub async fn who(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let notice = cookies::read_notice(request.headers());
    let shows = request.method() == Method::GET && notice.is_some();
    if let Some(token) = cookies::token_of(&app, request.headers()) {
        // A page that asks for itself again is nobody's doing.
        let by_hand = !request.headers().contains_key(REFRESH);
        let client = session::client(request.headers());
        let account = app
            .blocking(move |context| sessions::account(context, &token, &client, by_hand))
            .await?;
        if let Some(account) = account {
            let user = User {
                name: account.user,
                role: account.role,
                lang: cookies::lang(request.headers()),
                notice,
                path: request.uri().path().to_owned(),
            };
            request.extensions_mut().insert(user);
        }
    }
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if shows && is_page {
        let forget = cookies::forget_notice(&app);
        response.headers_mut().append(header::SET_COOKIE, forget);
    }
    Ok(response)
}

/// Lets a request through to its route when the user may do what it needs. What is denied
/// is kept in the log.
pub async fn admit(
    State((app, needs)): State<(Arc<App>, Needs)>,
    mut request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let rule = match needs {
        Needs::Rule(rule) => rule,
        Needs::Nothing => return Ok(next.run(request).await),
        Needs::Machine if is_local(&app, &request) => return Ok(next.run(request).await),
        Needs::Sender | Needs::Machine => {
            let Some(sender) = api::sender_of(&app, request.headers()).await? else {
                tracing::warn!("a request without a sender's token was turned away");
                return Err(PageError::Login);
            };
            request.extensions_mut().insert(sender);
            return Ok(next.run(request).await);
        }
    };
    let Some(user) = request.extensions().get::<User>() else {
        let is_page = request.method() == Method::GET
            && text(request.headers(), &header::ACCEPT).is_some_and(|kinds| kinds.contains("html"));
        return match is_page {
            true => Ok(Redirect::to("/login").into_response()),
            false => Err(PageError::Login),
        };
    };
    if !user.may(rule) {
        let operator = user.operator();
        app.blocking(move |context| Access::new(context, operator).permit(rule))
            .await?;
    }
    Ok(next.run(request).await)
}
