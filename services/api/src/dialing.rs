//! The switch over all dialing: everybody sees it, operators turn it.
//!
//! A stop may be asked again and again. A start is for the change that was
//! read, so that nobody starts dialing that somebody else has stopped since.
//! Either is in the log and durable before it is answered; the sweep tells
//! people (`rollcall_recording::switch`).

use crate::Api;
use crate::auth::Caller;
use crate::extract::Json;
use crate::problem::{FieldError, Problem};
use crate::version::{IfMatch, Tagged};
use axum::extract::{FromRef, State};
use jiff::Timestamp;
use rollcall_domain::switch::{self, Hand, Trip};
use rollcall_ports::Clock;
use rollcall_recording::switch::{Lever, Turned};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Whether Rollcall dials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Dialing {
    state: Standing,
    /// The number of the last change; also the ETag.
    change: u64,
    /// Since when; null if it was never touched.
    since: Option<Timestamp>,
    /// The account that stopped it, or started it again; null if it tripped.
    by: Option<String>,
    /// Why: the words of that person, or what it tripped on.
    why: Option<String>,
    /// What it tripped on, as a stable word, also while a person has stopped it
    /// besides.
    cause: Option<String>,
}

/// What the switch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DialingState)]
pub(crate) enum Standing {
    /// Calls are made.
    Running,
    /// A person stopped it.
    Stopped,
    /// It stopped by itself.
    Tripped,
}

impl From<&switch::Dialing> for Dialing {
    fn from(dialing: &switch::Dialing) -> Self {
        let cause = dialing.tripped.as_ref().map(|trip| trip.cause.code().to_owned());
        let (state, hand) = match dialing.standing() {
            switch::Standing::Running => (Standing::Running, dialing.started.as_ref()),
            switch::Standing::Stopped(hand) => (Standing::Stopped, Some(hand)),
            switch::Standing::Tripped(Trip { at, cause: why }) => {
                let (since, why) = (Some(*at), Some(why.to_string()));
                return Self {
                    state: Standing::Tripped,
                    change: dialing.change,
                    since,
                    by: None,
                    why,
                    cause,
                };
            }
        };
        Self {
            state,
            change: dialing.change,
            since: hand.map(|hand| hand.at),
            by: hand.map(|hand| hand.by.clone()),
            why: hand.map(|hand| hand.why.clone()),
            cause,
        }
    }
}

/// What turns the switch.
#[derive(Clone)]
pub(crate) struct Turning {
    lever: Lever,
    clock: Arc<dyn Clock>,
}

impl FromRef<Api> for Turning {
    fn from_ref(api: &Api) -> Self {
        let lever = Lever { switch: Arc::clone(&api.switch), audit: Arc::clone(&api.audit) };
        Self { lever, clock: Arc::clone(&api.clock) }
    }
}

impl Turning {
    fn hand(&self, caller: &Caller, why: &str) -> Result<Hand, Problem> {
        Hand::new(&caller.name, self.clock.now(), why)
            .map_err(|refusal| Problem::invalid(vec![FieldError::new("reason", "", refusal.to_string())]))
    }
}

fn shown(turned: &Turned) -> Result<Tagged<Json<Dialing>>, Problem> {
    match turned {
        Turned::Done(dialing) => Ok(Tagged(dialing.change, Json(dialing.into()))),
        Turned::Outdated(_) => Err(Problem::changed()),
    }
}

/// Whether Rollcall dials and, if not, since when, by whom and why.
#[utoipa::path(get, path = "/api/dialing", tag = "dialing",
    responses((status = 200, description = "The switch as it is.", body = Dialing,
        headers(("etag" = String, description = "The change that was read.")))))]
pub(crate) async fn dialing(State(turning): State<Turning>) -> Result<Tagged<Json<Dialing>>, Problem> {
    shown(&Turned::Done(turning.lever.look().await?))
}

/// Why the switch is turned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DialingReason)]
pub(crate) struct Reason {
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
}

/// Stops all dialing, within one minute everywhere. Calls that ring go on, and
/// callbacks that were promised are kept.
#[utoipa::path(post, path = "/api/dialing/stop", tag = "dialing", operation_id = "stop_dialing",
    request_body = Reason,
    responses((status = 200, description = "Dialing is stopped, by this or by somebody before.", body = Dialing,
        headers(("etag" = String, description = "The change now."))),
    (status = 422, description = "There is no reason, or it is too long.")))]
pub(crate) async fn stop(
    State(turning): State<Turning>,
    caller: Caller,
    Json(Reason { reason }): Json<Reason>,
) -> Result<Tagged<Json<Dialing>>, Problem> {
    let hand = turning.hand(&caller, &reason)?;
    shown(&turning.lever.stop(&hand).await?)
}

/// Starts dialing again, whoever or whatever stopped it.
#[utoipa::path(post, path = "/api/dialing/start", tag = "dialing", operation_id = "start_dialing",
    request_body = Reason,
    params(("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "Dialing runs, by this or by somebody before.", body = Dialing,
        headers(("etag" = String, description = "The change now."))),
    (status = 422, description = "There is no reason, or it is too long.")))]
pub(crate) async fn start(
    State(turning): State<Turning>,
    caller: Caller,
    IfMatch(seen): IfMatch,
    Json(Reason { reason }): Json<Reason>,
) -> Result<Tagged<Json<Dialing>>, Problem> {
    let hand = turning.hand(&caller, &reason)?;
    shown(&turning.lever.start(&hand, seen).await?)
}
