//! The simulated Connect over HTTP, in the wire form of the real one (rest-json).
//!
//! `PUT /contact/outbound-voice`, `POST /metrics/current/{InstanceId}`, `GET /contacts/{InstanceId}/{ContactId}`,
//! `POST /contact/stop`. Request signatures (SigV4) are **not** verified: whoever reaches the port may use it, so bind it
//! to the loopback address.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use jiff::Timestamp;
use rollcall_contracts::connect::api::{ApiError, StartOutboundResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::Notify;

use crate::simulator::Simulator;

/// Tells the time; the simulator itself has no clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A simulator that answers HTTP requests. Cheap to clone; all clones share the simulator.
///
/// Somebody has to drive the simulator ([`Simulator::advance`]); [`Self::changed`] wakes him after each request, because
/// a request may have brought the next happening forward.
#[derive(Clone)]
pub struct Service {
    simulator: Arc<Mutex<Simulator>>,
    clock: Clock,
    changed: Arc<Notify>,
}

impl Service {
    /// Serves `simulator` by `clock`.
    pub fn new(simulator: Arc<Mutex<Simulator>>, clock: Clock) -> Self {
        Self { simulator, clock, changed: Arc::new(Notify::new()) }
    }

    /// Wakes whoever drives the simulator.
    pub fn changed(&self) -> Arc<Notify> {
        Arc::clone(&self.changed)
    }

    /// The routes, ready to be served.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/contact/outbound-voice", put(start_outbound))
            .route("/metrics/current/{instance}", post(current_metrics))
            .route("/contacts/{instance}/{contact}", get(describe_contact))
            .route("/contact/stop", post(stop_contact))
            .fallback(|| async { error(&UNKNOWN_OPERATION) })
            .with_state(self.clone())
    }

    /// Does `work` at the present time. The lock is held for computing only, never across an await.
    fn with<T>(&self, work: impl FnOnce(&mut Simulator, Timestamp) -> T) -> T {
        let now = (self.clock)();
        // A panic in another request has not left the simulator in a worse state than any error would.
        let mut simulator: MutexGuard<'_, Simulator> =
            self.simulator.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut simulator, now);
        drop(simulator);
        self.changed.notify_one();
        result
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Service").finish_non_exhaustive()
    }
}

const UNKNOWN_OPERATION: ApiError =
    ApiError { status: 404, kind: "UnknownOperationException", message: "The operation is not known." };
const NOT_SERIALIZED: ApiError = ApiError {
    status: 400,
    kind: "SerializationException",
    message: "The body is not the JSON of this operation.",
};

async fn start_outbound(State(service): State<Service>, body: Bytes) -> Response {
    answer(read(&body).and_then(|request| {
        let contact_id = service.with(|simulator, now| simulator.start_outbound(now, &request))?;
        Ok(StartOutboundResponse { contact_id })
    }))
}

async fn current_metrics(
    State(service): State<Service>,
    Path(instance): Path<String>,
    body: Bytes,
) -> Response {
    answer(read(&body).and_then(|request| {
        service.with(|simulator, now| simulator.current_metrics(now, &instance, &request))
    }))
}

async fn describe_contact(
    State(service): State<Service>,
    Path((instance, contact)): Path<(String, String)>,
) -> Response {
    answer(service.with(|simulator, now| simulator.describe_contact(now, &instance, &contact)))
}

async fn stop_contact(State(service): State<Service>, body: Bytes) -> Response {
    answer(read(&body).and_then(|request| {
        service.with(|simulator, now| simulator.stop_contact(now, &request))?;
        Ok(json!({}))
    }))
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    // Serde would take a list for a struct, field by field.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(NOT_SERIALIZED);
    }
    serde_json::from_slice(body).map_err(|_| NOT_SERIALIZED)
}

fn answer<T: Serialize>(result: Result<T, ApiError>) -> Response {
    match result.map(|body| serde_json::to_vec(&body)) {
        Ok(Ok(body)) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Ok(Err(_)) => error(&ApiError::INTERNAL),
        Err(refused) => error(&refused),
    }
}

fn error(error: &ApiError) -> Response {
    // Throttles come from the gate in front of the service, which spells the key in lower case.
    let gate = matches!(error.kind, "TooManyRequestsException" | "ThrottlingException");
    let key = if gate { "message" } else { "Message" };
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [("x-amzn-errortype", error.kind), ("content-type", "application/json")];
    (status, headers, json!({ key: error.message }).to_string()).into_response()
}
