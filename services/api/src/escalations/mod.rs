//! The worklist: everybody who was not reached, who is told of it, and what
//! duty officers do about it.
//!
//! A deed is asked of the case as it is: whoever accepts what somebody else has
//! accepted is refused, so no version is sent. The log comes first, then the
//! case, then the resident's record; the sweep does what was interrupted
//! (`rollcall_recording::escalation`).

mod deeds;
mod list;
mod shown;

use crate::Api;
use crate::audit::Deeds;
use crate::auth::Caller;
use crate::extract::Json;
use crate::problem::{FieldError, Problem};
use axum::extract::FromRef;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::escalation::deeds::Refusal;
use rollcall_domain::ids::EscalationId;
use rollcall_domain::staff;
use rollcall_ports::Versioned;
use rollcall_recording::Recorder;
use rollcall_recording::escalation::{Deed, Worked, entry};
use shown::Case;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

/// The endpoints of the worklist.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::escalations))
        .routes(routes!(list::escalation))
        .routes(routes!(deeds::accept, deeds::release))
        .routes(routes!(deeds::all_clear))
        .routes(routes!(deeds::note))
}

/// How often a deed is tried if somebody else writes at the same moment.
const TRIES: u32 = 4;

/// All that the worklist touches.
#[derive(Clone)]
pub(crate) struct Worklist {
    recorder: Recorder,
    deeds: Deeds,
}

impl FromRef<Api> for Worklist {
    fn from_ref(api: &Api) -> Self {
        Self { recorder: Recorder::from_ref(api), deeds: Deeds::from_ref(api) }
    }
}

impl Worklist {
    /// A case as it is stored.
    ///
    /// # Errors
    /// 404 if there is none.
    async fn find(&self, id: Uuid) -> Result<Versioned<Escalation>, Problem> {
        let found = self.recorder.escalations.get(EscalationId::from_uuid(id)).await?;
        found.ok_or_else(nothing)
    }

    /// A case as it is shown.
    async fn show(&self, stored: &Versioned<Escalation>) -> Result<Json<Case>, Problem> {
        let case = &stored.value;
        let resident = self.recorder.residents.get(case.resident).await?.map(|found| found.value);
        Ok(Json(Case::of(case, resident.as_ref(), &self.recorder.policy, self.recorder.clock.now())))
    }

    /// Does something with a case. What cannot be done is not in the log.
    async fn work(&self, caller: &Caller, id: Uuid, deed: Deed<'_>) -> Result<Json<Case>, Problem> {
        for _ in 0..TRIES {
            let found = self.find(id).await?;
            let (now, by) = (self.recorder.clock.now(), caller.name.as_str());
            if deed.apply(&mut found.value.clone(), (by, now)).map_err(|refusal| refused(&refusal))? {
                let wanted = entry(&found, &deed, (by, now));
                let noted = staff::Deed { action: deed.action(), detail: wanted.detail };
                self.deeds.write(wanted.key, caller, wanted.resident, noted).await?;
            }
            match self.recorder.work(found.value.id, by, deed).await? {
                Worked::Done(stored) => return self.show(&stored).await,
                Worked::Refused(refusal) => return Err(refused(&refusal)),
                Worked::Unknown => return Err(nothing()),
                Worked::Contended => {}
            }
        }
        Err(Problem::changed())
    }
}

fn nothing() -> Problem {
    Problem::not_found("There is no escalation with this id.")
}

fn refused(refusal: &Refusal) -> Problem {
    let field = |expected: &str| Problem::invalid(vec![FieldError::new("text", "", expected)]);
    match refusal {
        Refusal::NoteEmpty => field("some words"),
        Refusal::NoteTooLong => field(&refusal.to_string()),
        Refusal::AcceptedByAnother { .. } | Refusal::Ended(_) | Refusal::TooManyNotes => {
            let mut detail = refusal.to_string();
            if let Some(first) = detail.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            detail.push('.');
            Problem::conflict(detail)
        }
    }
}
