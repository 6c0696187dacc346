//! What came of an agent's call.

use super::shown::{Disposition, Owed};
use super::{Desk, refused};
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::{FieldError, Problem};
use crate::version::{IfMatch, Tagged};
use axum::extract::State;
use rollcall_domain::desk::{AgentDisposition, AgentResult};
use rollcall_domain::ids::ContactId;
use rollcall_domain::staff::LONGEST_NOTE;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Characters of a contact id at most (API reference of Amazon Connect,
/// ContactId).
const LONGEST_CONTACT: usize = 256;

/// What came of a call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DeskCompletion)]
pub(crate) struct Completion {
    disposition: Disposition,
    /// To be remembered of the resident; becomes a note of the staff.
    #[schema(max_length = 1000)]
    notes: Option<String>,
    /// The call of Connect that this is about; null for one that was made by
    /// other means, for which the callback must have been taken.
    #[schema(min_length = 1, max_length = 256)]
    contact_id: Option<String>,
}

impl Completion {
    /// As far as it can be wrong by itself.
    fn checked(self) -> Result<(AgentDisposition, Option<String>, Option<ContactId>), Problem> {
        let Self { disposition, notes, contact_id } = self;
        let mut errors = Vec::new();
        let notes = notes.map(|notes| notes.trim().to_owned()).filter(|notes| !notes.is_empty());
        if notes.as_ref().is_some_and(|notes| notes.chars().count() > LONGEST_NOTE) {
            errors.push(FieldError::new("notes", "", format!("at most {LONGEST_NOTE} characters")));
        }
        let fits = |id: &String| (1..=LONGEST_CONTACT).contains(&id.len());
        if !contact_id.as_ref().is_none_or(fits) {
            errors.push(FieldError::new("contact_id", "", "the id of a contact"));
        }
        if !errors.is_empty() {
            return Err(Problem::invalid(errors));
        }
        Ok((disposition.into(), notes, contact_id.map(ContactId::new)))
    }
}

/// Says what came of a call. After a talk the callback is kept; otherwise it is
/// owed as before, also where Connect's record says that the call was answered:
/// so does one that a voicemail takes.
#[utoipa::path(post, path = "/api/desk/callbacks/{id}/complete", tag = "desk", request_body = Completion,
    operation_id = "complete_callback",
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 200, description = "The callback as it stands now.", body = Owed,
        headers(("etag" = String, description = "The version now."))),
    (status = 409, description = "It is not the caller's to complete, or no longer."),
    (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn complete(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(body): Json<Completion>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let (disposition, notes, contact) = body.checked()?;
    let mut found = desk.find_version(id, version).await?;
    let mut callback = found.callback.value.clone();
    let at = desk.recorder.clock.now();
    let result = AgentResult { at, by: caller.name.clone(), disposition, contact };
    if callback.complete(result, &desk.recorder.policy).map_err(refused)? {
        desk.doing(&caller, &found, "callback.complete", disposition.word()).await?;
    }
    if let Some(text) = notes {
        // Before the result: whoever asks again after an interruption is told
        // that the note is there already.
        let resident = *found.resident.value.id.as_uuid();
        found.resident = desk.register.add_note(&caller, resident, text).await?;
    }
    let done = desk.carry_out((&caller, "callback.complete"), found, callback).await?;
    Ok(desk.show(&done))
}
