//! What agents do with a promise before they ring, or instead.

use super::shown::Owed;
use super::{Desk, refused};
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::{IfMatch, Tagged};
use axum::extract::State;
use rollcall_domain::desk;
use rollcall_domain::group::Group;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The caller rings them by themselves. It is written first; then Connect is
/// told not to offer them to anybody any more.
#[utoipa::path(post, path = "/api/desk/callbacks/{id}/take", tag = "desk", operation_id = "take_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback as taken.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is no longer owed, somebody else has taken it, or an agent has it on \
        the telephone.", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn take(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let found = desk.find_version(id, version).await?;
    let mut callback = found.callback.value.clone();
    let now = desk.recorder.clock.now();
    if callback.take(&caller.name, now, &desk.recorder.policy).map_err(refused)? {
        desk.nobody_has_it(&found.callback.value).await?;
        desk.doing(&caller, &found, "callback.take", "").await?;
    }
    let done = desk.carry_out((&caller, "callback.take"), found, callback).await?;
    Ok(desk.show(&done))
}

/// Whoever has taken it does not ring after all; operators may give back what
/// others took.
#[utoipa::path(delete, path = "/api/desk/callbacks/{id}/take", tag = "desk",
    operation_id = "give_back_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback, which nobody has.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "Somebody else has taken it.", body = Problem,
        content_type = "application/problem+json")))]
pub(crate) async fn give_back(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let found = desk.find_version(id, version).await?;
    let mut callback = found.callback.value.clone();
    if callback.give_back(&caller.name, caller.is_in(Group::Operators)).map_err(refused)? {
        desk.doing(&caller, &found, "callback.give_back", "").await?;
    }
    let done = desk.carry_out((&caller, "callback.give_back"), found, callback).await?;
    Ok(desk.show(&done))
}

/// Whether somebody is to be rung before the others.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskRaised)]
pub(crate) struct Raised {
    raised: bool,
}

/// Puts somebody before the others, or back into their place.
#[utoipa::path(put, path = "/api/desk/callbacks/{id}/raised", tag = "desk", request_body = Raised,
    operation_id = "raise_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback as changed.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is no longer owed.", body = Problem,
        content_type = "application/problem+json")))]
pub(crate) async fn raise(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Raised { raised }): Json<Raised>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let found = desk.find_version(id, version).await?;
    let mut callback = found.callback.value.clone();
    let action = if raised { "callback.raise" } else { "callback.lower" };
    if callback.raise(raised, &desk.recorder.policy).map_err(refused)? {
        desk.doing(&caller, &found, action, "").await?;
    }
    let done = desk.carry_out((&caller, action), found, callback).await?;
    Ok(desk.show(&done))
}

/// Why nobody must ring any more.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskCancellation)]
pub(crate) struct Cancellation {
    reason: CancelReason,
}

/// Why nobody must ring any more: one of a few words, since it outlives the
/// person's data.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeskCancelReason)]
pub(crate) enum CancelReason {
    /// They asked not to be called back.
    Asked,
    /// They were heard of in another way.
    HeardOtherwise,
    /// Another callback to them is open.
    Duplicate,
    /// The key was pressed by mistake.
    Mistake,
    /// Another reason.
    Other,
}

impl From<CancelReason> for desk::CancelReason {
    fn from(reason: CancelReason) -> Self {
        match reason {
            CancelReason::Asked => Self::Asked,
            CancelReason::HeardOtherwise => Self::HeardOtherwise,
            CancelReason::Duplicate => Self::Duplicate,
            CancelReason::Mistake => Self::Mistake,
            CancelReason::Other => Self::Other,
        }
    }
}

/// Nobody must ring any more. It is written first; then Connect is told not to
/// offer them to anybody.
#[utoipa::path(post, path = "/api/desk/callbacks/{id}/cancel", tag = "desk", request_body = Cancellation,
    operation_id = "cancel_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback as cancelled.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It was kept or cancelled before, somebody else has taken it, or an agent \
        has it on the telephone.", body = Problem, content_type = "application/problem+json")))]
pub(crate) async fn cancel(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Cancellation { reason }): Json<Cancellation>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let found = desk.find_version(id, version).await?;
    let mut callback = found.callback.value.clone();
    let by = (caller.name.as_str(), desk.recorder.clock.now());
    let reason = desk::CancelReason::from(reason);
    if callback.cancel_by(by, reason, &desk.recorder.policy).map_err(refused)? {
        desk.nobody_has_it(&found.callback.value).await?;
        desk.doing(&caller, &found, "callback.cancel", reason.word()).await?;
    }
    let done = desk.carry_out((&caller, "callback.cancel"), found, callback).await?;
    Ok(desk.show(&done))
}
