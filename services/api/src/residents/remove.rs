//! Taking somebody off the register.

use super::Register;
use crate::Api;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::IfMatch;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use rollcall_domain::escalation::HowEnded;
use rollcall_domain::resident::Resident;
use rollcall_domain::staff::Leaving;
use rollcall_ports::{Fault, Removed, Saved};
use rollcall_recording::Recorder;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Why somebody is taken off. One of a few words and no text, because it is
/// kept when all else about the person is gone.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LeavingReason {
    /// They asked to be taken off.
    Asked,
    /// They live elsewhere now.
    Moved,
    /// They died.
    Died,
    /// They are on the register twice.
    Duplicate,
    /// They should never have been loaded.
    Mistake,
    /// Another reason.
    Other,
}

impl From<LeavingReason> for Leaving {
    fn from(reason: LeavingReason) -> Self {
        match reason {
            LeavingReason::Asked => Self::Asked,
            LeavingReason::Moved => Self::Moved,
            LeavingReason::Died => Self::Died,
            LeavingReason::Duplicate => Self::Duplicate,
            LeavingReason::Mistake => Self::Mistake,
            LeavingReason::Other => Self::Other,
        }
    }
}

/// Why somebody is taken off.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Farewell {
    reason: LeavingReason,
}

/// What a farewell touches: the register, and what was promised.
#[derive(Clone)]
pub(crate) struct Farewells {
    register: Register,
    recorder: Recorder,
}

impl FromRef<Api> for Farewells {
    fn from_ref(api: &Api) -> Self {
        Self { register: Register::from_ref(api), recorder: Recorder::from_ref(api) }
    }
}

/// Takes somebody off the register, with name, number and notes, for good. An
/// order to dial them is declined from now on; a call that rings already goes
/// on, and what comes of it is kept without them; a callback that was promised
/// is cancelled, and an escalation ends. A list that names them again brings them back as somebody new.
#[utoipa::path(delete, path = "/api/residents/{id}", tag = "residents", request_body = Farewell,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses((status = 204, description = "They are gone.")))]
pub(crate) async fn remove(
    State(Farewells { register, recorder }): State<Farewells>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Farewell { reason }): Json<Farewell>,
) -> Result<StatusCode, Problem> {
    let stored = register.resident(id).await?;
    version.check(stored.version)?;
    let deed = Leaving::from(reason).deed();
    let at = (stored.value.id, stored.version);
    register.changing(&caller, at, deed.clone()).await?;
    if register.residents.remove(&stored).await? == Removed::Changed {
        register.unchanged(&caller, at, &deed).await?;
        return Err(Problem::changed());
    }
    // They are gone, whatever comes of this: the sweep does later what cannot be
    // done now.
    let _cancelled_later: Result<(), Fault> = release(&recorder, &caller, &stored.value).await;
    Ok(StatusCode::NO_CONTENT)
}

/// How often it is tried if somebody else writes at the same moment.
const TRIES: u32 = 3;

/// Nobody rings them any more, and nobody sees to them.
async fn release(recorder: &Recorder, caller: &Caller, gone: &Resident) -> Result<(), Fault> {
    for _ in 0..TRIES {
        if recorder.end_case(gone, HowEnded::Deleted).await? {
            break;
        }
    }
    let Some(callback) = gone.callback else { return Ok(()) };
    for _ in 0..TRIES {
        if let Saved::Done(_) = recorder.cancel(callback, &caller.name).await? {
            break;
        }
    }
    Ok(())
}
