//! Whether the station is well, for whatever watches it.

use std::fs;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;

use super::app::App;
use super::error::PageError;
use crate::production::fault::Fault;

/// Bytes that must be left on the disk: a few lots and their photos.
const ROOM: u64 = 512 << 20;

/// What `/healthz` says; no data of the office's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Health {
    ledger: bool,
    /// `incoming/` can be read.
    incoming: bool,
    /// The disk has room.
    disk: bool,
    /// Nothing keeps the station from its work.
    station: bool,
}

impl Health {
    const fn is_well(self) -> bool {
        self.ledger && self.incoming && self.disk && self.station
    }
}

pub async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Health>) {
    let ledger = app.read(|_, ledger| ledger.head()).await.is_ok();
    let folders = app.read(|app, _| {
        let incoming = fs::read_dir(app.paths.intake().incoming).is_ok();
        let disk = rustix::fs::statvfs(&app.paths.root)
            .is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM);
        let station = Fault::read(&app.paths).is_ok_and(|fault| fault.is_none());
        Ok::<_, PageError>((incoming, disk, station))
    });
    // Without a ledger nothing can be read through it, and nothing else matters.
    let (incoming, disk, station) = folders.await.unwrap_or_default();
    let health = Health {
        ledger,
        incoming,
        disk,
        station,
    };
    let status = match health.is_well() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(health))
}
