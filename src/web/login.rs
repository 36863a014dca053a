//! Logging in and out, and the language.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Form;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::action::with_access;
use super::app::App;
use super::cookies;
use super::error::PageError;
use super::frame;
use super::guard::Needs;
use super::limit::Key;
use super::page;
use super::router::Routes;
use super::session::{self, User};
use crate::actions::accounts::WRONG;
use crate::actions::{Rule, sessions};
use crate::domain::account::is_user_name;
use crate::domain::text::Lang;

pub fn routes(routes: Routes) -> Routes {
    routes
        .get("/login", Needs::Nothing, form)
        .post("/login", Needs::Nothing, enter)
        .post("/language", Needs::Nothing, language)
        .post("/logout", Needs::Rule(Rule::LogOut), leave)
}

async fn form(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Markup, PageError> {
    let ready = app.read(|_, ledger| ledger.has_accounts()).await?;
    let notice = cookies::read_notice(&headers);
    Ok(frame::bare(
        "Masuk",
        &entrance(
            &app,
            cookies::lang(&headers),
            ready,
            notice.map(|notice| notice.text),
        ),
    ))
}

fn entrance(app: &App, lang: Lang, ready: bool, wrong: Option<String>) -> Markup {
    html! {
        div.entrance {
            p.brand { "Stasiun KIA" }
            p.office { (app.config.office.dinas) br; (app.config.office.kabupaten) }
            @if let Some(wrong) = wrong { p.notice.bad role="alert" { (wrong) } }
            @if ready {
                form method="post" action="/login" {
                    label { (lang.t("Nama pengguna", "User name"))
                        input name="user" autocomplete="username" autocapitalize="none" required autofocus; }
                    label { (lang.t("Kata sandi", "Password"))
                        input type="password" name="password" autocomplete="current-password" required; }
                    button.primary { (lang.t("Masuk", "Log in")) }
                }
            } @else {
                h1 { (lang.t("Belum ada akun", "No accounts yet")) }
                p { (lang.t(
                    "Buat akun penyelia pertama di komputer stasiun:",
                    "Make the first supervisor's account at the station's console:")) }
                pre { "kia-station account add NAMA --role supervisor" }
            }
            (page::languages(lang, "/login"))
        }
    }
}

/// What the form of the login sends.
#[derive(Deserialize)]
pub struct Login {
    user: String,
    password: String,
}

async fn enter(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Result<Response, PageError> {
    let lang = cookies::lang(&headers);
    let user = login.user.trim().to_lowercase();
    let wrong = |text: &str| {
        let notice = cookies::notice(&app, false, text);
        ([(header::SET_COOKIE, notice)], Redirect::to("/login")).into_response()
    };
    // Nobody can be called so: nothing is counted or kept of it.
    if !is_user_name(&user) {
        return Ok(wrong(WRONG.of(lang)));
    }
    let shown = cookies::known(&headers, &user);
    let name = user.clone();
    let known = app.blocking(move |context| sessions::knows(context, &name, shown.as_deref()));
    // What nobody has looked at is no failure.
    let known = known.await?;
    let turn = app.turns.wait().await.ok_or(PageError::Slow)?;
    let now = Instant::now();
    // Behind a proxy, and on this machine, one address is everybody's.
    let place = match app.config.web.proxy.is_some() || from.ip().is_loopback() {
        true => None,
        false => Some(from.ip()),
    };
    let (own, address) = match known {
        // Whoever guesses elsewhere must not lock out those who work here.
        true => (
            vec![Key::person(format!("user {user} in a known browser"))],
            None,
        ),
        false => (
            vec![
                Key::person(format!("user {user} at {place:?}")),
                Key::crowd(format!("user {user}")),
            ],
            place.map(|place| Key::crowd(format!("address {place}"))),
        ),
    };
    let keys: Vec<Key> = own.iter().cloned().chain(address).collect();
    if !app.logins.tries(&keys, now) {
        return Err(PageError::Slow);
    }
    let (here, client) = (Arc::clone(&app), session::client(&headers));
    let name = user.clone();
    let begun = app.blocking(move |context| {
        let nobody = [Key::person("names of nobody".to_owned())];
        let keeps_stranger = || here.logins.tries(&nobody, now);
        sessions::log_in(context, &name, &login.password, &client, keeps_stranger)
    });
    let begun = begun.await;
    drop(turn);
    let begun = match begun {
        Ok(begun) => begun,
        Err(PageError::Refused(text)) => return Ok(wrong(text.of(lang))),
        Err(error) => return Err(error),
    };
    // One of them who gets in says nothing of the others at the address.
    app.logins.succeeded(&own);
    let cookies = AppendHeaders([
        (header::SET_COOKIE, cookies::begin(&app, &begun.token)),
        (
            header::SET_COOKIE,
            cookies::know(&app, &user, &begun.browser),
        ),
    ]);
    Ok((cookies, Redirect::to("/")).into_response())
}

async fn leave(
    State(app): State<Arc<App>>,
    user: User,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let token = cookies::token_of(&app, &headers);
    with_access(&app, &user, move |at| {
        sessions::log_out(at, token.as_deref())
    })
    .await?;
    Ok((
        [(header::SET_COOKIE, cookies::end(&app))],
        Redirect::to("/login"),
    )
        .into_response())
}

/// What the switch of the language sends.
#[derive(Deserialize)]
pub struct Choice {
    lang: String,
    back: String,
}

async fn language(State(app): State<Arc<App>>, Form(choice): Form<Choice>) -> Response {
    let lang = match choice.lang.as_str() {
        "en" => Lang::English,
        _ => Lang::Indonesian,
    };
    // Only a path of this very page is gone back to.
    let back = match choice.back.strip_prefix('/') {
        Some(rest) if !rest.starts_with(['/', '\\']) => choice.back.as_str(),
        _ => "/",
    };
    (
        [(header::SET_COOKIE, cookies::speak(&app, lang))],
        Redirect::to(back),
    )
        .into_response()
}
