//! What agents do with a promise before they ring, or instead.

use super::Desk;
use super::shown::Owed;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::{IfMatch, Tagged};
use axum::extract::State;
use rollcall_domain::desk;
use rollcall_domain::group::Group;
use rollcall_domain::staff::Deed;
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
        the telephone.")))]
pub(crate) async fn take(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let now = desk.recorder.clock.now();
    let deed = plain("callback.take");
    desk.deed(&caller, (id, version), deed, |one, policy| one.take(&caller.name, now, policy)).await
}

/// Whoever has taken it does not ring after all; operators may give back what
/// others took.
#[utoipa::path(delete, path = "/api/desk/callbacks/{id}/take", tag = "desk",
    operation_id = "give_back_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback, which nobody has.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "Somebody else has taken it.")))]
pub(crate) async fn give_back(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let any = caller.is_in(Group::Operators);
    let deed = plain("callback.give_back");
    desk.deed(&caller, (id, version), deed, |one, _| one.give_back(&caller.name, any)).await
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
    (status = 409, description = "It is no longer owed.")))]
pub(crate) async fn raise(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Raised { raised }): Json<Raised>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let deed = plain(if raised { "callback.raise" } else { "callback.lower" });
    desk.deed(&caller, (id, version), deed, |one, policy| one.raise(raised, policy)).await
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
        has it on the telephone.")))]
pub(crate) async fn cancel(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Cancellation { reason }): Json<Cancellation>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let by = (caller.name.as_str(), desk.recorder.clock.now());
    let reason = desk::CancelReason::from(reason);
    let deed = Deed { action: "callback.cancel", detail: reason.word().to_owned() };
    desk.deed(&caller, (id, version), deed, |one, policy| one.cancel_by(by, reason, policy)).await
}

fn plain(action: &'static str) -> Deed {
    Deed { action, detail: String::new() }
}
