//! Every route of the page, with the rule it asks for.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;

pub use super::guard::Needs;
pub use super::router::Route;

use super::app::App;
use super::error::PageError;
use super::router::{FORM_BYTES, Routes};
use super::{
    accounts, api, assets, audit, batches, board, cards, custody, day, guard, health, layouts,
    live, login, lots, metrics, packs, photos, reports, scan, senders, stock,
};
use crate::actions::Rule;

fn all(app: Option<Arc<App>>) -> Routes {
    let most = app
        .as_ref()
        .map_or(0, |app| app.config.web.upload_mb as usize * 1024 * 1024);
    // It caps what it reads by the limits of the drop folder.
    let upload = api::submit.layer(DefaultBodyLimit::disable());
    let routes = scan::routes(board::routes(Routes::new(app)));
    let routes = day::routes(stock::routes(packs::routes(routes)));
    let routes = lots::routes(cards::routes(routes));
    let routes = senders::routes(accounts::routes(login::routes(routes)));
    let routes = custody::routes(routes);
    let routes = layouts::routes(audit::routes(reports::routes(photos::routes(routes))));
    batches::routes(routes, most)
        .get("/assets/{name}", Needs::Nothing, assets::asset)
        .get("/live", Needs::Rule(Rule::WorkView), live::events)
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
