//! Collects the routes of the page, each with what it asks for.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};

use super::app::App;
use super::guard::{self, Needs};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it asks for.
    pub needs: Needs,
}

/// A form is small; uploads say otherwise for themselves.
pub(super) const FORM_BYTES: usize = 64 * 1024;

/// The routes while they are collected.
pub(super) struct Routes {
    app: Option<Arc<App>>,
    pub router: Router<Arc<App>>,
    pub table: Vec<Route>,
}

impl Routes {
    /// Without `app` only the table is collected.
    pub fn new(app: Option<Arc<App>>) -> Self {
        Self {
            app,
            router: Router::new(),
            table: Vec::new(),
        }
    }

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

    /// A POST that may be as large as this.
    pub(super) fn upload<H, T>(
        self,
        path: &'static str,
        needs: Needs,
        bytes: usize,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let route = post(handler).layer(DefaultBodyLimit::max(bytes));
        self.add("POST", path, needs, route)
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
