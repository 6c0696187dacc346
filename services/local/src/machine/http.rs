//! What one machine answers over HTTP.

use super::Machine;
use axum::Router;
use rollcall_api::Api;
use rollcall_connect_sim::http::Service;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The API of `machine` and, where `wire` is given, the simulated Connect's
/// wire API beside it. Signatures are not verified there, so give it only to a
/// listener that others cannot reach.
pub fn router(machine: &Machine, wire: Option<&Service>) -> Router {
    let ports = machine.ports();
    let api = Api { residents: Arc::clone(&ports.residents), clock: Arc::clone(&ports.clock) };
    match wire {
        Some(wire) => api.router().merge(wire.router()),
        None => api.router(),
    }
}

/// Answers on `listener` until it is dropped.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router) -> std::io::Result<()> {
    axum::serve(listener, router).await
}
