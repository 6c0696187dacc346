//! What operators look after: queues, and what was set aside.

use crate::extract::{Json, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use axum::extract::State;
use jiff::Timestamp;
use rollcall_ports::{DeadLetter, DeadLetters, QueueStatus, Queues};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

const LETTERS: &str = "dead letters";

/// One queue or stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Queue {
    /// Its name.
    name: String,
    /// Messages waiting or being handled; null where nobody can tell.
    waiting: Option<u64>,
    /// Messages of it that were set aside.
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

/// A message that was set aside, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Letter {
    /// The queue or stream it came from.
    source: String,
    /// The id of the message there.
    message_id: String,
    /// Why.
    reason: String,
    /// The handler that set it aside.
    handler: String,
    /// When.
    parked_at: Timestamp,
    /// How often it had been received.
    receives: u32,
}

/// What was set aside, the oldest first.
#[utoipa::path(get, path = "/api/dead-letters", tag = "operations", params(Paging),
    responses((status = 200, description = "A page of the dead letters.", body = Page<Letter>)))]
pub(crate) async fn dead_letters(
    State(letters): State<Arc<dyn DeadLetters>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Letter>>, Problem> {
    let (from, size) = (paging.cursor(LETTERS)?, paging.size()?);
    let found = letters.list(from.as_ref(), size.saturating_add(1)).await?;
    Ok(Json(Page::of(LETTERS, size, found, letter)))
}

fn letter(letter: DeadLetter) -> Letter {
    let DeadLetter { source, message_id, reason, handler, parked_at, receives, body: _, replay: _ } = letter;
    Letter { source, message_id, reason, handler, parked_at, receives }
}
