//! Whether the station is well, for whatever watches it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use super::app::App;
use super::error::PageError;
use crate::actions::worklist::Health;

pub async fn health(State(app): State<Arc<App>>) -> Result<(StatusCode, Json<Health>), PageError> {
    let health = tokio::task::spawn_blocking(move || Health::of(&app.context));
    let health = health.await.map_err(PageError::broken)?;
    let status = match health.is_well() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    Ok((status, Json(health)))
}
