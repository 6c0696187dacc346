//! Replays of many letters: begun, looked at, stopped. The machine drives them.

use super::Bench;
use super::wanted::Matching;
use crate::auth::Caller;
use crate::extract::{Json, Path, whole};
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rollcall_domain::ids::{JobId, LetterId};
use rollcall_domain::letter::job::{FASTEST, Job, JobState, MOST_NAMED, Selection, USUAL};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Replays that are listed.
const LATEST: u32 = 50;

/// Which letters are to be replayed: those that are named, or those that match.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = ReplayOrder)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    /// How many letters a minute.
    #[schema(minimum = 1, maximum = 6000, default = 300)]
    #[serde(default = "usual", deserialize_with = "whole")]
    per_minute: u32,
    /// These.
    #[schema(min_items = 1, max_items = 500)]
    ids: Option<Vec<Uuid>>,
    /// All that are open and match; all that are open if nothing is said.
    matching: Option<Matching>,
}

const fn usual() -> u32 {
    USUAL
}

/// Where a replay of many letters stands.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ReplayState)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    /// Letters are being sent.
    Running,
    /// Somebody stopped it.
    Stopped,
    /// Every letter had its turn.
    Finished,
}

/// A replay of many letters.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
pub(crate) struct Replaying {
    /// Its id.
    id: Uuid,
    /// Who wants it.
    by: String,
    /// Since when.
    started_at: Timestamp,
    /// How many letters a minute.
    per_minute: u32,
    /// Where it stands.
    state: Progress,
    /// Letters that were meant at its start.
    total: u64,
    /// Letters that were sent.
    sent: u64,
    /// Letters that were no longer open when their turn came.
    skipped: u64,
    /// When it ended.
    ended_at: Option<Timestamp>,
    /// Who stopped it.
    stopped_by: Option<String>,
}

impl From<Job> for Replaying {
    fn from(job: Job) -> Self {
        Self {
            id: *job.id.as_uuid(),
            by: job.by,
            started_at: job.started_at,
            per_minute: job.per_minute,
            state: match job.state {
                JobState::Running => Progress::Running,
                JobState::Stopped => Progress::Stopped,
                JobState::Finished => Progress::Finished,
            },
            total: job.total,
            sent: job.sent,
            skipped: job.skipped,
            ended_at: job.ended_at,
            stopped_by: job.stopped_by,
        }
    }
}

/// Begins a replay of many letters, which goes on by itself. Only letters that
/// were set aside before, and are open when their turn comes, are sent.
#[utoipa::path(post, path = "/api/dead-letters/replays", tag = "dead-letters", operation_id = "start_replay", request_body = Order, responses(
    (status = 201, description = "It has begun.", body = Replaying),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn start(
    State(bench): State<Bench>,
    caller: Caller,
    Json(Order { per_minute, ids, matching }): Json<Order>,
) -> Result<(StatusCode, Json<Replaying>), Problem> {
    let workbench = bench.workbench()?;
    let mut errors = Vec::new();
    let mut wrong = |field, expected: String| errors.push(FieldError::new(field, "", expected));
    if !(1..=FASTEST).contains(&per_minute) {
        wrong("per_minute", format!("1 to {FASTEST}"));
    }
    let named = ids.as_ref().map_or(1, Vec::len);
    if !(1..=MOST_NAMED).contains(&named) {
        wrong("ids", format!("1 to {MOST_NAMED} ids"));
    }
    let selection = match (ids, matching) {
        (Some(ids), None) => Some(Selection::Named(ids.into_iter().map(LetterId::from_uuid).collect())),
        (None, Some(matching)) => Some(Selection::Matching(matching.into())),
        (Some(_), Some(_)) | (None, None) => {
            wrong("matching", "either ids or matching".to_owned());
            None
        }
    };
    let Some(selection) = selection.filter(|_| errors.is_empty()) else {
        return Err(Problem::invalid(errors));
    };
    let job = workbench.start(&caller.name, selection, per_minute).await?;
    Ok((StatusCode::CREATED, Json(job.value.into())))
}

/// The latest replays of many letters, the newest first.
#[utoipa::path(get, path = "/api/dead-letters/replays", tag = "dead-letters", operation_id = "replays", responses(
    (status = 200, description = "The latest 50.", body = [Replaying])))]
pub(crate) async fn list(State(bench): State<Bench>) -> Result<Json<Vec<Replaying>>, Problem> {
    let jobs = bench.workbench()?.jobs.recent(LATEST).await?;
    Ok(Json(jobs.into_iter().map(|job| job.value.into()).collect()))
}

/// How far a replay of many letters is.
#[utoipa::path(get, path = "/api/dead-letters/replays/{id}", tag = "dead-letters", operation_id = "replay_progress",
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "How far it is.", body = Replaying)))]
pub(crate) async fn one(
    State(bench): State<Bench>,
    Path(id): Path<Uuid>,
) -> Result<Json<Replaying>, Problem> {
    let found = bench.workbench()?.jobs.get(JobId::from_uuid(id)).await?;
    let job = found.ok_or_else(|| Problem::not_found("There is no such replay."))?;
    Ok(Json(job.value.into()))
}

/// Stops a replay of many letters. What was sent is on its way; the rest stays
/// set aside. One that is over stays as it is.
#[utoipa::path(post, path = "/api/dead-letters/replays/{id}/stop", tag = "dead-letters",
    operation_id = "stop_replay", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is stopped, or over.", body = Replaying)))]
pub(crate) async fn stop(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Replaying>, Problem> {
    let job = bench.workbench()?.stop(&caller.name, JobId::from_uuid(id)).await?;
    Ok(Json(job.value.into()))
}
