//! What duty officers do with an escalation.

use super::Worklist;
use super::shown::Case;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use rollcall_domain::escalation::deeds::AllClear;
use rollcall_domain::group::Group;
use rollcall_recording::escalation::Deed;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The caller sees to it: nobody else is told of it any more.
#[utoipa::path(post, path = "/api/escalations/{id}/accept", tag = "worklist",
    operation_id = "accept_escalation", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The escalation as accepted.", body = Case),
    (status = 409, description = "Somebody else has accepted it, or it is over.")))]
pub(crate) async fn accept(
    State(worklist): State<Worklist>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Case>, Problem> {
    worklist.work(&caller, id, Deed::Accept).await
}

/// Whoever has accepted it does not see to it after all, and the next are told;
/// operators may give back what others accepted.
#[utoipa::path(delete, path = "/api/escalations/{id}/accept", tag = "worklist",
    operation_id = "release_escalation", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The escalation, to which nobody sees.", body = Case),
    (status = 409, description = "Somebody else has accepted it, or it is over.")))]
pub(crate) async fn release(
    State(worklist): State<Worklist>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Case>, Problem> {
    let any = caller.is_in(Group::Operators);
    worklist.work(&caller, id, Deed::Release { any }).await
}

/// That somebody is safe.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AllClear)]
pub(crate) struct AllClearGiven {
    how: How,
    /// What is to be remembered of it.
    #[serde(default)]
    note: Option<String>,
}

/// How it is known.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AllClearHow)]
pub(crate) enum How {
    /// The caller, or a colleague, spoke to them.
    SpokenTo,
    /// Somebody saw them.
    SeenInPerson,
    /// It is known where they are, such as in hospital.
    KnownSafe,
}

/// The resident is safe, on the caller's word: the escalation is over, and they
/// are checked again as after a call.
#[utoipa::path(post, path = "/api/escalations/{id}/all-clear", tag = "worklist", request_body = AllClearGiven,
    operation_id = "all_clear", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The escalation, which is over.", body = Case),
    (status = 409, description = "It ended otherwise before."),
    (status = 422, description = "The note is too long.")))]
pub(crate) async fn all_clear(
    State(worklist): State<Worklist>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(AllClearGiven { how, note }): Json<AllClearGiven>,
) -> Result<Json<Case>, Problem> {
    let how = match how {
        How::SpokenTo => AllClear::SpokenTo,
        How::SeenInPerson => AllClear::SeenInPerson,
        How::KnownSafe => AllClear::KnownSafe,
    };
    worklist.work(&caller, id, Deed::AllClear { how, note: note.as_deref() }).await
}

/// Something to be remembered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EscalationNote)]
pub(crate) struct NoteGiven {
    #[schema(min_length = 1, max_length = 1000, pattern = r"\S")]
    text: String,
}

/// Notes what was tried or learned; nobody is told of it.
#[utoipa::path(post, path = "/api/escalations/{id}/notes", tag = "worklist", request_body = NoteGiven,
    operation_id = "note_escalation", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The escalation with the note.", body = Case),
    (status = 409, description = "It has as many notes as it holds."),
    (status = 422, description = "The note is empty or too long.")))]
pub(crate) async fn note(
    State(worklist): State<Worklist>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(NoteGiven { text }): Json<NoteGiven>,
) -> Result<Json<Case>, Problem> {
    worklist.work(&caller, id, Deed::Note(&text)).await
}
