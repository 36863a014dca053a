//! What every request shares: the settings, and hands on the ledger.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::batches::Batches;
use super::desks::Desks;
use super::error::PageError;
use super::jobs::Jobs;
use super::limit::{Limiter, Turns};
use crate::actions;
use crate::config::Config;
use crate::context::Context;
use crate::intake::Inbox;
use crate::ledger::{self, Reader};

/// The station as the page sees it.
pub struct App {
    pub context: Arc<Context>,
    /// The `Host` values that are answered.
    pub hosts: Vec<String>,
    pub logins: Limiter,
    pub turns: Turns,
    /// Where the scanning of each person stands.
    pub scans: Desks,
    /// The number of the newest event, which wakes the browsers.
    pub head: watch::Sender<u64>,
    pub batches: Batches,
    pub jobs: Jobs,
    /// What lies in `incoming/`. It remembers what it has looked into.
    inbox: Mutex<Inbox>,
}

impl Deref for App {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.context
    }
}

impl App {
    pub(super) fn open(
        context: Arc<Context>,
        address: SocketAddr,
    ) -> Result<Self, super::ServeError> {
        // A ledger that cannot be written is heard of at the start.
        context.with_ledger(|_| Ok::<_, ledger::Error>(()))?;
        context.layouts()?;
        let (paths, config) = (&context.paths, &context.config);
        Ok(Self {
            hosts: hosts(config, address),
            logins: Limiter::default(),
            turns: Turns::default(),
            scans: Desks::default(),
            head: watch::Sender::new(0),
            batches: Batches::open(paths, config)?,
            jobs: Jobs::default(),
            inbox: Mutex::new(Inbox::new(paths.intake(), config.intake.clone())?),
            context,
        })
    }

    /// A look into `incoming/`, which takes nothing.
    pub fn inbox(&self) -> std::sync::MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the ledger, and whatever else takes time, away from the threads that answer.
    ///
    /// # Errors
    /// What `work` says.
    pub async fn read<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &Reader) -> Result<T, E> + Send + 'static,
    ) -> Result<T, PageError>
    where
        T: Send + 'static,
        E: Into<PageError> + Send + 'static,
    {
        let app = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || -> Result<T, PageError> {
            let read = |reader: &Reader| Ok::<_, ledger::Error>(work(&app, reader));
            app.context.read(read)?.map_err(Into::into)
        });
        done.await.map_err(PageError::broken)?
    }

    /// Does what takes time away from the threads that answer.
    pub async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Context) -> actions::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        let app = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&app.context));
        Ok(done.await.map_err(PageError::broken)??)
    }
}

/// The names a browser may call the page by, with their ports.
fn hosts(config: &Config, address: SocketAddr) -> Vec<String> {
    let port = address.port();
    let mut hosts = vec![address.to_string()];
    if address.ip().is_loopback() {
        hosts.push(format!("localhost:{port}"));
    }
    for name in config.web.hosts.iter().chain(&config.web.proxy) {
        hosts.push(name.to_lowercase());
        hosts.push(format!("{}:{port}", name.to_lowercase()));
    }
    if config.web.tls.is_some() && port == 443 {
        hosts.push(address.ip().to_string());
    }
    hosts
}
