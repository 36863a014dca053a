//! The operator's page: server-rendered HTML with little script, everything in the binary.
//!
//! ```text
//! request ─▶ guard: Host, cross-site, session ─▶ route: right of the role ─▶ page
//!                                                                  reads the ledger, or
//!                                                                  writes one transaction
//! ```
//!
//! Every route stands in one table with the right it asks for ([`routes::table`]).

mod accounts;
mod action;
mod api;
mod app;
mod assets;
mod audit;
mod batches;
mod board;
mod cards;
mod connections;
mod cookies;
mod custody;
mod day;
mod desks;
mod error;
mod frame;
mod guard;
mod health;
mod jobs;
mod layouts;
mod limit;
mod live;
mod login;
mod lots;
mod metrics;
mod packs;
mod page;
mod photos;
mod reports;
mod router;
pub mod routes;
mod scan;
mod second;
mod senders;
mod session;
mod stock;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};

use crate::context::Context;
use crate::ledger;

use self::app::App;
use self::connections::Gate;

/// How long a page that is being sent has at the stop of the station.
const GRACE: Duration = Duration::from_secs(1);

/// How long a browser may take to send a request's head; slower ones hold no connection open.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// Why the page is not served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be had.
    #[error(
        "the page cannot listen on {0}: another program may, or another station; choose another `listen` under [web] in station.toml"
    )]
    Listen(SocketAddr, #[source] std::io::Error),
    /// Certificate or key cannot be used.
    #[error("the certificate or key of [web.tls] cannot be used")]
    Tls(#[source] std::io::Error),
    /// The threads of the page.
    #[error("the page cannot be started")]
    Start(#[source] std::io::Error),
    /// The folder of uploads.
    #[error(transparent)]
    Uploads(#[from] crate::actions::uploads::StageError),
    #[error(transparent)]
    Layouts(#[from] crate::production::assets::LoadError),
    #[error(transparent)]
    Ledger(#[from] ledger::Error),
    /// The folders of drops.
    #[error(transparent)]
    Intake(#[from] crate::intake::IntakeError),
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
}

/// The page being served, in threads of its own.
pub struct Server {
    /// Where it listens; the port that was given where 0 was asked for.
    pub address: SocketAddr,
    handle: Handle<SocketAddr>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Begins to serve the page of the station in this folder.
    ///
    /// # Errors
    /// An address, certificate or ledger that cannot be used.
    pub fn start(context: Arc<Context>) -> Result<Self, ServeError> {
        let config = &context.config;
        let listen = config.web.listen;
        let failed = |error| ServeError::Listen(listen, error);
        let listener = TcpListener::bind(listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let app = Arc::new(App::open(Arc::clone(&context), address)?);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(8)
            .thread_name("page")
            .enable_all()
            .build()
            .map_err(ServeError::Start)?;
        let tls = match &config.web.tls {
            Some(tls) => {
                let (cert, key) = (
                    context.paths.root.join(&tls.cert),
                    context.paths.root.join(&tls.key),
                );
                let read = runtime.block_on(RustlsConfig::from_pem_file(cert, key));
                let tls = read.map_err(ServeError::Tls)?;
                let mut only = (*tls.get_inner()).clone();
                only.alpn_protocols = vec![b"http/1.1".to_vec()];
                tls.reload_from_config(Arc::new(only));
                Some(tls)
            }
            None => None,
        };
        let handle = Handle::new();
        let served = serve(Arc::clone(&app), listener, tls, handle.clone());
        let thread = std::thread::Builder::new()
            .name("page".into())
            .spawn(move || {
                runtime.spawn(live::watch(app));
                if let Err(error) = runtime.block_on(served) {
                    tracing::error!(error = crate::domain::chain(&error), "the page has ended");
                }
                runtime.shutdown_timeout(GRACE);
            })
            .map_err(ServeError::Start)?;
        Ok(Self {
            address,
            handle,
            thread,
        })
    }

    /// Stops: what is being sent is finished, and nothing new is taken.
    pub fn stop(self) {
        self.handle.graceful_shutdown(Some(GRACE));
        if self.thread.join().is_err() {
            tracing::error!("the page's thread broke");
        }
    }
}

async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    handle: Handle<SocketAddr>,
) -> std::io::Result<()> {
    let gate = Gate::new(app.config.web.proxy.is_some());
    let service = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            let acceptor = RustlsAcceptor::new(tls).acceptor(gate);
            let server = axum_server::from_tcp(listener)?.acceptor(acceptor);
            limited(server).handle(handle).serve(service).await
        }
        None => {
            let server = axum_server::from_tcp(listener)?.acceptor(gate);
            limited(server).handle(handle).serve(service).await
        }
    }
}

/// HTTP/1 alone: HTTP/2 has no `Host`, which the guard goes by, and none of these time limits.
fn limited<A>(
    mut server: axum_server::Server<SocketAddr, A>,
) -> axum_server::Server<SocketAddr, A> {
    let mut http1 = server.http_builder().http1();
    http1.header_read_timeout(HEAD_TIME);
    server.http1_only().first_request_timeout(HEAD_TIME)
}
