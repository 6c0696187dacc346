//! Working on one letter: editing, replaying, discarding.

use super::Bench;
use super::shown::LetterDetail;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::{IfMatch, Tagged};
use axum::extract::State;
use rollcall_domain::ids::LetterId;
use rollcall_domain::letter::Letter;
use rollcall_ports::Versioned;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A letter as it should be.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = LetterEdit)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// The whole message.
    #[schema(max_length = 262144)]
    message: String,
    /// Why it is edited.
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
}

/// Writes a letter anew, if its handler can read what is new. What it was is
/// kept. It is not sent by this.
#[utoipa::path(put, path = "/api/dead-letters/{id}/message", tag = "dead-letters", operation_id = "edit_letter", request_body = Edit,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")), responses(
    (status = 200, description = "The letter as edited.", body = LetterDetail,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is not open."),
    (status = 422, description = "The handler could not read it, or the reason is missing.")))]
pub(crate) async fn edit(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(Edit { message, reason }): Json<Edit>,
) -> Result<Tagged<Json<LetterDetail>>, Problem> {
    let seen = (LetterId::from_uuid(id), version);
    Ok(detail(&bench.workbench.edit(&caller.name, seen, (&message, &reason)).await?))
}

/// Sends a letter back to where it came from. It says of itself what becomes of
/// it: applied, or open again. May be asked again while a copy is on its way.
#[utoipa::path(post, path = "/api/dead-letters/{id}/replay", tag = "dead-letters", operation_id = "replay_letter",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")), responses(
    (status = 200, description = "The letter, whose copy is on its way.", body = LetterDetail,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is over.")))]
pub(crate) async fn replay(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
) -> Result<Tagged<Json<LetterDetail>>, Problem> {
    let seen = (LetterId::from_uuid(id), version);
    Ok(detail(&bench.workbench.replay(&caller.name, seen).await?))
}

/// Why a letter is not needed.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = LetterDiscard)]
#[serde(deny_unknown_fields)]
pub(crate) struct Discard {
    #[schema(min_length = 1, max_length = 300)]
    reason: String,
}

/// Ends a letter that is not needed. It leaves the list; its history stays.
#[utoipa::path(post, path = "/api/dead-letters/{id}/discard", tag = "dead-letters", operation_id = "discard_letter", request_body = Discard,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")), responses(
    (status = 200, description = "The letter, which is over.", body = LetterDetail,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is not open."),
    (status = 422, description = "The reason is missing.")))]
pub(crate) async fn discard(
    State(bench): State<Bench>,
    caller: Caller,
    Path(id): Path<Uuid>,
    IfMatch(version): IfMatch,
    Json(Discard { reason }): Json<Discard>,
) -> Result<Tagged<Json<LetterDetail>>, Problem> {
    let seen = (LetterId::from_uuid(id), version);
    Ok(detail(&bench.workbench.discard(&caller.name, seen, &reason).await?))
}

fn detail(letter: &Versioned<Letter>) -> Tagged<Json<LetterDetail>> {
    Tagged(letter.version, Json(letter.into()))
}
