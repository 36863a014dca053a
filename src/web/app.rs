//! What every request shares: the settings, and hands on the ledger.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::sync::watch;

use super::batches::Batches;
use super::error::PageError;
use super::limit::Limiter;
use super::scan::Desks;
use super::session::User;
use crate::actions::accounts;
use crate::actions::photos::PhotoDesk;
use crate::config::{Config, ConfigError, Paths};
use crate::intake::Inbox;
use crate::ledger::{self, Ledger, Reader, Tx};

/// The station as the page sees it.
pub struct App {
    pub paths: Paths,
    pub config: Config,
    pub zone: TimeZone,
    /// The `Host` values that are answered.
    pub hosts: Vec<String>,
    pub logins: Limiter,
    /// Where the scanning of each person stands.
    pub scans: Desks,
    /// The number of the newest event, which wakes the browsers.
    pub head: watch::Sender<u64>,
    pub batches: Batches,
    /// What lies in `incoming/`. It remembers what it has looked into.
    inbox: Mutex<Inbox>,
    /// The photos of cards; it has the layouts in hand, which take long to read.
    pub photos: PhotoDesk,
    readers: Mutex<Vec<Reader>>,
    writer: Mutex<Ledger>,
}

/// A mutex whose holder broke is used on: a transaction that was cut short has written nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    pub(super) fn open(
        paths: &Paths,
        config: &Config,
        address: SocketAddr,
    ) -> Result<Self, super::ServeError> {
        let zone = config.zone().map_err(|error: ConfigError| error)?;
        let writer = Ledger::open(&paths.ledger())?;
        Ok(Self {
            hosts: hosts(config, address),
            paths: paths.clone(),
            config: config.clone(),
            zone,
            logins: Limiter::default(),
            scans: Desks::default(),
            head: watch::Sender::new(0),
            batches: Batches::open(paths, config)?,
            inbox: Mutex::new(Inbox::new(paths.intake(), config.intake.clone())?),
            photos: PhotoDesk::open(paths, config)?,
            readers: Mutex::default(),
            writer: Mutex::new(writer),
        })
    }

    /// A look into `incoming/`, which takes nothing.
    pub fn inbox(&self) -> std::sync::MutexGuard<'_, Inbox> {
        lock(&self.inbox)
    }

    /// The day it is in the station's zone.
    pub fn today(&self) -> Date {
        Timestamp::now().to_zoned_datetime(self.zone.clone()).date()
    }

    /// A time as an operator reads it: the station's zone, to the minute.
    pub fn local(&self, at: Timestamp) -> String {
        let at = at.to_zoned_datetime(self.zone.clone());
        at.strftime("%d-%m-%Y %H:%M").to_string()
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
            let spare = lock(&app.readers).pop();
            let reader = match spare {
                Some(reader) => reader,
                None => Ledger::open_read_only(&app.paths.ledger())?,
            };
            let done = work(&app, &reader).map_err(Into::into);
            lock(&app.readers).push(reader);
            done
        });
        done.await.map_err(PageError::broken)?
    }

    /// Does `work` in one transaction in the name of `user`.
    ///
    /// # Errors
    /// What `work` says; nothing was written then.
    pub async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        user: &User,
        work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.write_as(accounts::actor(&user.name), work).await
    }

    /// Does `work` in one transaction in the name of `actor`.
    ///
    /// # Errors
    /// What `work` says; nothing was written then.
    pub async fn write_as<T: Send + 'static>(
        self: &Arc<Self>,
        actor: String,
        work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<T> + Send + 'static,
    ) -> Result<T, PageError> {
        self.with_ledger(move |ledger| ledger.write(&actor, Timestamp::now(), work))
            .await
    }

    /// Takes a step in one transaction in the name of `user`.
    ///
    /// # Errors
    /// What `work` says; nothing was written then.
    pub async fn step<T, E>(
        self: &Arc<Self>,
        user: &User,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, PageError>
    where
        T: Send + 'static,
        E: From<ledger::Error> + Into<PageError> + Send + 'static,
    {
        let actor = accounts::actor(&user.name);
        self.with_ledger(move |ledger| ledger.write(&actor, Timestamp::now(), work))
            .await
    }

    /// Does `work` in one transaction in the name of `actor`, on a thread that may wait.
    ///
    /// # Errors
    /// What `work` says; nothing was written then.
    pub fn write_here<T>(
        &self,
        actor: &str,
        at: Timestamp,
        work: impl FnOnce(&mut Tx<'_>) -> ledger::Result<T>,
    ) -> ledger::Result<T> {
        lock(&self.writer).write(actor, at, work)
    }

    /// Does `work` with the ledger open for writing.
    ///
    /// # Errors
    /// What `work` says.
    pub async fn with_ledger<T, E>(
        self: &Arc<Self>,
        work: impl FnOnce(&mut Ledger) -> Result<T, E> + Send + 'static,
    ) -> Result<T, PageError>
    where
        T: Send + 'static,
        E: Into<PageError> + Send + 'static,
    {
        let app = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&mut lock(&app.writer)));
        done.await.map_err(PageError::broken)?.map_err(Into::into)
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
