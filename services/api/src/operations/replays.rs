//! Replays and discards of many letters: begun, looked at, stopped. The machine drives them.

use super::Bench;
use super::wanted::Matching;
use crate::auth::Caller;
use crate::extract::{Json, Path, whole};
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use rollcall_domain::ids::{JobId, LetterId};
use rollcall_domain::letter::job::{Deed, FASTEST, Job, JobState, MOST_NAMED, Selection, USUAL};
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

/// Which letters are to be discarded, and why: those that are named, or those
/// that match.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = DiscardOrder)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiscardOrder {
    /// Why nobody needs them.
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
    /// These.
    #[schema(min_items = 1, max_items = 500)]
    ids: Option<Vec<Uuid>>,
    /// All that are open and match; all that are open if nothing is said.
    matching: Option<Matching>,
}

/// What is done with many letters.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = ManyLettersDeed)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Done {
    /// They are sent back to where they came from.
    Replay,
    /// They are ended.
    Discard,
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

/// A replay or discard of many letters.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
pub(crate) struct Replaying {
    /// Its id.
    id: Uuid,
    /// What is done.
    deed: Done,
    /// Why, of a discard.
    reason: Option<String>,
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
    /// Letters that were sent, or discarded.
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
        let (deed, reason) = match job.deed {
            Deed::Replay => (Done::Replay, None),
            Deed::Discard { reason } => (Done::Discard, Some(reason)),
        };
        Self {
            id: *job.id.as_uuid(),
            deed,
            reason,
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
    let workbench = &bench.workbench;
    let mut errors = Vec::new();
    if !(1..=FASTEST).contains(&per_minute) {
        errors.push(FieldError::new("per_minute", "", format!("1 to {FASTEST}")));
    }
    let selection = selected(ids, matching, errors)?;
    let job = workbench.start(&caller.name, selection, per_minute).await?;
    Ok((StatusCode::CREATED, Json(job.value.into())))
}

/// Begins to discard many letters, which goes on by itself; how far it is, and
/// stopping it, is as for a replay of many. Only letters that were set aside
/// before, and are open when their turn comes, are discarded.
#[utoipa::path(post, path = "/api/dead-letters/discards", tag = "dead-letters", operation_id = "start_discard", request_body = DiscardOrder, responses(
    (status = 201, description = "It has begun.", body = Replaying),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn discard(
    State(bench): State<Bench>,
    caller: Caller,
    Json(DiscardOrder { reason, ids, matching }): Json<DiscardOrder>,
) -> Result<(StatusCode, Json<Replaying>), Problem> {
    let workbench = &bench.workbench;
    let selection = selected(ids, matching, Vec::new())?;
    let job = workbench.start_discard(&caller.name, selection, &reason).await?;
    Ok((StatusCode::CREATED, Json(job.value.into())))
}

/// Which letters are meant, unless something is wrong with that or was before.
fn selected(
    ids: Option<Vec<Uuid>>,
    matching: Option<Matching>,
    mut errors: Vec<FieldError>,
) -> Result<Selection, Problem> {
    let mut wrong = |field, expected: String| errors.push(FieldError::new(field, "", expected));
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
    selection.filter(|_| errors.is_empty()).ok_or_else(|| Problem::invalid(errors))
}

/// The latest replays and discards of many letters, the newest first.
#[utoipa::path(get, path = "/api/dead-letters/replays", tag = "dead-letters", operation_id = "replays", responses(
    (status = 200, description = "The latest 50.", body = [Replaying])))]
pub(crate) async fn list(State(bench): State<Bench>) -> Result<Json<Vec<Replaying>>, Problem> {
    let jobs = bench.workbench.jobs.recent(LATEST).await?;
    Ok(Json(jobs.into_iter().map(|job| job.value.into()).collect()))
}

/// How far a replay or discard of many letters is.
#[utoipa::path(get, path = "/api/dead-letters/replays/{id}", tag = "dead-letters", operation_id = "replay_progress",
    params(("id" = Uuid, Path)), responses(
    (status = 200, description = "How far it is.", body = Replaying)))]
pub(crate) async fn one(
    State(bench): State<Bench>,
    Path(id): Path<Uuid>,
) -> Result<Json<Replaying>, Problem> {
    let found = bench.workbench.jobs.get(JobId::from_uuid(id)).await?;
    let job = found.ok_or_else(|| Problem::not_found("There is no such replay or discard."))?;
    Ok(Json(job.value.into()))
}

/// Stops a replay or discard of many letters. What was sent is on its way, what
/// was discarded is over; the rest stays set aside. One that is over stays as it is.
#[utoipa::path(post, path = "/api/dead-letters/replays/{id}/stop", tag = "dead-letters",
    operation_id = "stop_replay", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "It is stopped, or over.", body = Replaying)))]
pub(crate) async fn stop(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Replaying>, Problem> {
    let job = bench.workbench.stop(&caller.name, JobId::from_uuid(id)).await?;
    Ok(Json(job.value.into()))
}
