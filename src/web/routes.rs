//! Every route of the page, with the right it asks for.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::app::App;
use super::error::PageError;
use super::{accounts, api, assets, board, guard, health, live, login, metrics, senders};
use crate::domain::account::Right;

/// What a route asks of the one who calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the page to log in, and what it is drawn with.
    Nothing,
    /// A user whose role has this right.
    Right(Right),
    /// A program with a sender's token; no user's session will do.
    Sender,
    /// A program on the station's own computer, or one with a sender's token. Behind a proxy
    /// everybody seems to be on it, so that the token is asked for.
    Machine,
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it asks for.
    pub needs: Needs,
}

/// A form is small; uploads say otherwise for themselves.
const FORM_BYTES: usize = 64 * 1024;

/// The routes while they are collected.
pub(super) struct Routes {
    app: Option<Arc<App>>,
    router: Router<Arc<App>>,
    table: Vec<Route>,
}

impl Routes {
    pub(super) fn get<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add("GET", path, needs, get(handler))
    }

    pub(super) fn post<H, T>(self, path: &'static str, needs: Needs, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add("POST", path, needs, post(handler))
    }

    fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        needs: Needs,
        route: MethodRouter<Arc<App>>,
    ) -> Self {
        self.table.push(Route {
            method,
            path,
            needs,
        });
        if let Some(app) = &self.app {
            let admit = from_fn_with_state((Arc::clone(app), needs), guard::admit);
            self.router = self.router.route(path, route.layer(admit));
        }
        self
    }
}

const LOOK: Needs = Needs::Right(Right::Look);
const DECIDE: Needs = Needs::Right(Right::Decide);

fn all(app: Option<Arc<App>>) -> Routes {
    // It caps what it reads by the limits of the drop folder.
    let upload = api::submit.layer(DefaultBodyLimit::disable());
    Routes {
        app,
        router: Router::new(),
        table: Vec::new(),
    }
    .get("/assets/{name}", Needs::Nothing, assets::asset)
    .get("/login", Needs::Nothing, login::form)
    .post("/login", Needs::Nothing, login::enter)
    .post("/language", Needs::Nothing, login::language)
    .post("/logout", LOOK, login::leave)
    .get("/live", LOOK, live::events)
    .get("/", LOOK, board::board)
    .get("/accounts", DECIDE, accounts::list)
    .post("/accounts", DECIDE, accounts::make)
    .post("/accounts/{user}", DECIDE, accounts::change)
    .get("/password", LOOK, accounts::own)
    .post("/password", LOOK, accounts::set_own)
    .get("/senders", DECIDE, senders::list)
    .post("/senders", DECIDE, senders::make)
    .post("/senders/{sender}/close", DECIDE, senders::close)
    .get("/healthz", Needs::Nothing, health::health)
    .get("/metrics", Needs::Machine, metrics::metrics)
    .get("/api/v1/openapi.json", Needs::Nothing, api::describe)
    .post("/api/v1/records", Needs::Sender, upload)
    .get("/api/v1/records/{submission}", Needs::Sender, api::ask)
}

/// Every route with what it asks for.
pub fn table() -> Vec<Route> {
    all(None).table
}

/// The whole page.
pub(super) fn router(app: Arc<App>) -> Router {
    let routes = all(Some(Arc::clone(&app)));
    routes
        .router
        .fallback(async || PageError::NotFound)
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), guard::who))
        .layer(from_fn_with_state(Arc::clone(&app), guard::at_the_door))
        .with_state(app)
}
