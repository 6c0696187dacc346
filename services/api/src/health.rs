//! For whoever watches over the process.

use crate::extract::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rollcall_domain::ids::ResidentId;
use rollcall_ports::{Clock, Residents};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long the store may take. Longer than it ever waits for another writer,
/// shorter than whoever watches waits for us.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the service is well.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok` or `unavailable`.
    status: &'static str,
    /// Whether the store answered a question just now.
    store: bool,
    /// What the services take for the time.
    time: Timestamp,
}

/// Whether the service is well: asks the store a question, and answers 200
/// only if it answered in time.
#[utoipa::path(get, path = "/healthz", tag = "service", responses(
    (status = 200, description = "Well.", body = Health),
    (status = 503, description = "The store does not answer.", body = Health)))]
pub(crate) async fn health(
    State(residents): State<Arc<dyn Residents>>,
    State(clock): State<Arc<dyn Clock>>,
) -> (StatusCode, Json<Health>) {
    // Nobody has this id; the question costs one look at an index.
    let nobody = ResidentId::derive(&["health check"]);
    let answer = tokio::time::timeout(PATIENCE, residents.get(nobody)).await;
    let store = matches!(answer, Ok(Ok(_)));
    let (code, status) =
        if store { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "unavailable") };
    (code, Json(Health { status, store, time: clock.now() }))
}
