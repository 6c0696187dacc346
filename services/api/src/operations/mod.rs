//! What operators look after: queues, and what was set aside.
//!
//! What is in a message is masked: only [`look::reveal`] shows it, for a
//! purpose, and the log keeps who looked. What may become of a letter is said by
//! the domain and done by the workbench.

mod change;
mod look;
mod replays;
mod shown;
mod wanted;

use crate::Api;
use crate::audit::Deeds;
use crate::extract::Json;
use crate::problem::{FieldError, Problem};
use axum::extract::{FromRef, State};
use rollcall_domain::letter::Refusal;
use rollcall_ports::{Foresight, QueueStatus, Queues};
use rollcall_workbench::{Stopped, Workbench};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints of this topic.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(queues))
        .routes(routes!(look::dead_letters))
        .routes(routes!(look::groups))
        .routes(routes!(look::dead_letter))
        .routes(routes!(look::reveal))
        .routes(routes!(look::dry_run))
        .routes(routes!(change::edit))
        .routes(routes!(change::replay))
        .routes(routes!(change::discard))
        .routes(routes!(replays::list, replays::start))
        .routes(routes!(replays::discard))
        .routes(routes!(replays::one))
        .routes(routes!(replays::stop))
}

/// One queue or stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Queue {
    /// Its name.
    name: String,
    /// Messages waiting or being handled; null where nobody can tell.
    waiting: Option<u64>,
    /// Messages of it that were set aside, and are not applied or discarded.
    dead_letters: u64,
}

impl From<QueueStatus> for Queue {
    fn from(QueueStatus { name, waiting, dead_letters }: QueueStatus) -> Self {
        Self { name, waiting, dead_letters }
    }
}

/// How full the queues are.
#[utoipa::path(get, path = "/api/queues", tag = "operations",
    responses((status = 200, description = "Every queue and stream, by name.", body = [Queue])))]
pub(crate) async fn queues(State(queues): State<Arc<dyn Queues>>) -> Result<Json<Vec<Queue>>, Problem> {
    Ok(Json(queues.statuses().await?.into_iter().map(Queue::from).collect()))
}

/// Dead letters, and what operators do with them.
#[derive(Clone)]
pub(crate) struct Bench {
    workbench: Arc<Workbench>,
    foresight: Arc<dyn Foresight>,
    deeds: Deeds,
}

impl FromRef<Api> for Bench {
    fn from_ref(api: &Api) -> Self {
        let Api { workbench, foresight, .. } = api.clone();
        Self { workbench, foresight, deeds: Deeds::from_ref(api) }
    }
}

impl From<Stopped> for Problem {
    fn from(stopped: Stopped) -> Self {
        let field = |name, expected: String| Self::invalid(vec![FieldError::new(name, "", expected)]);
        match stopped {
            Stopped::Missing => Self::not_found("There is no such letter, or no such replay."),
            Stopped::Changed => Self::changed(),
            Stopped::Unreadable(why) => {
                field("message", format!("a message that its handler can read; {why}"))
            }
            Stopped::Refused(refusal @ Refusal::Reason) => field("reason", refusal.to_string()),
            Stopped::Refused(refusal @ Refusal::TooLarge) => field("message", refusal.to_string()),
            Stopped::Refused(refusal @ (Refusal::Ended(_) | Refusal::OnItsWay)) => {
                Self::conflict(format!("This letter cannot be changed: {refusal}."))
            }
            Stopped::Fault(fault) => fault.into(),
        }
    }
}
