//! The portal's HTTP API.
//!
//! As yet only `GET /healthz`, for whoever watches over the process: it asks
//! the store a question and answers 200 only if the store answered in time.
//!
//! Absent on purpose: nothing here needs a token yet, because nothing here
//! tells anything about anybody.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Clock, Residents};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// How long the store may take. Longer than it ever waits for another writer,
/// shorter than whoever watches waits for us.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the API touches.
#[derive(Clone)]
pub struct Api {
    /// The register.
    pub residents: Arc<dyn Residents>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Api {
    /// The routes, ready to be served.
    pub fn router(self) -> Router {
        Router::new().route("/healthz", get(health)).with_state(self)
    }
}

/// The answer of `/healthz`.
#[derive(Debug, Serialize)]
struct Health {
    /// `ok` or `unavailable`.
    status: &'static str,
    /// Whether the store answered a question just now.
    store: bool,
    /// What the services take for the time, RFC 3339.
    time: String,
}

async fn health(State(api): State<Api>) -> (StatusCode, Json<Health>) {
    // Nobody has this id; the question costs one look at an index.
    let nobody = ResidentId::derive(&["health check"]);
    let answer = tokio::time::timeout(PATIENCE, api.residents.get(nobody)).await;
    let store = matches!(answer, Ok(Ok(_)));
    let (code, status) =
        if store { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    (code, Json(Health { status, store, time: api.clock.now().to_string() }))
}
