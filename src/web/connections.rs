//! How many connections the page keeps, and how long one may be silent: whoever opens them must
//! not take the descriptors that the station prints with.

use std::collections::HashMap;
use std::future::{Future, Ready, ready};
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use rustix::process::{Resource, getrlimit};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

/// Connections that are kept at most.
const MOST: usize = 256;

/// Of them from one address. A browser opens six.
const OF_ONE: usize = 64;

/// How long a connection may pass on no byte, either way. A page that waits for news gets one
/// every 15 seconds.
const SILENCE: Duration = Duration::from_secs(120);

/// Counts the connections. Clones count together.
#[derive(Debug, Clone)]
pub struct Gate {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
    of_one: usize,
}

impl Gate {
    /// `shared` where a proxy brings everybody from one address.
    pub fn new(shared: bool) -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = usize::try_from(files / 4).unwrap_or(MOST).min(MOST);
        Self {
            open: Arc::default(),
            most,
            of_one: if shared { most } else { OF_ONE.min(most) },
        }
    }

    fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(&address).copied().unwrap_or_default();
        // A proxy of this machine, and the tests.
        let of_one = if address.is_loopback() {
            self.most
        } else {
            self.of_one
        };
        if all >= self.most || own >= of_one {
            return None;
        }
        open.insert(address, own + 1);
        Some(Place {
            open: Arc::clone(&self.open),
            address,
        })
    }
}

/// The place of one connection, free again when it is dropped.
#[derive(Debug)]
struct Place {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    address: IpAddr,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(&self.address) {
            Some(own) if *own > 1 => *own -= 1,
            _ => drop(open.remove(&self.address)),
        }
    }
}

impl<S> Accept<TcpStream, S> for Gate {
    type Stream = Connection;
    type Service = S;
    type Future = Ready<io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = stream.peer_addr().map(|address| self.enter(address.ip()));
        ready(match place {
            Ok(Some(place)) => Ok((Connection::new(stream, place), service)),
            Ok(None) => Err(io::Error::other("too many connections")),
            Err(error) => Err(error),
        })
    }
}

/// A connection that ends after [`SILENCE`].
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    silence: Pin<Box<Sleep>>,
    _place: Place,
}

impl Connection {
    fn new(stream: TcpStream, place: Place) -> Self {
        Self {
            stream,
            silence: Box::pin(sleep(SILENCE)),
            _place: place,
        }
    }

    fn unless_silent<T>(
        &mut self,
        cx: &mut Context<'_>,
        done: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.silence.as_mut().reset(Instant::now() + SILENCE);
            return done;
        }
        let silent = self.silence.as_mut().poll(cx);
        silent.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.unless_silent(cx, done)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.unless_silent(cx, done)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_all_together_no_more_than_there_are() {
        let gate = |shared| Gate {
            most: 5,
            of_one: if shared { 5 } else { 3 },
            ..Gate::new(shared)
        };
        let [a, b, here] = ["10.0.0.1", "10.0.0.2", "127.0.0.1"].map(|ip| ip.parse().unwrap());
        let office = gate(false);
        let mut first: Vec<Place> = (0..9).filter_map(|_| office.enter(a)).collect();
        assert_eq!(first.len(), 3);
        let second: Vec<Place> = (0..9).filter_map(|_| office.enter(b)).collect();
        assert_eq!(second.len(), 2);
        assert!(office.enter(here).is_none());
        first.pop();
        assert!(office.enter(here).is_some());
        assert!(office.open.lock().unwrap().get(&here).is_none());
        let (local, behind_proxy) = (gate(false), gate(true));
        let of = |gate: &Gate, address| (0..9).filter_map(|_| gate.enter(address)).collect();
        let [local, behind_proxy]: [Vec<Place>; 2] = [of(&local, here), of(&behind_proxy, a)];
        assert_eq!((local.len(), behind_proxy.len()), (5, 5));
    }
}
