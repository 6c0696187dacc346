//! Reading about one person.

use super::Register;
use super::shown::{Detail, Summary};
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::Tagged;
use axum::extract::State;
use jiff::Timestamp;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::ContactId;
use rollcall_domain::resident::Resident;
use rollcall_domain::rules::{Asking, Verdict, why as first_hold};
use rollcall_ports::Versioned;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// All that is known of somebody.
#[utoipa::path(get, path = "/api/residents/{id}", tag = "residents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The resident, with the version as ETag.", body = Detail,
        headers(("etag" = String, description = "The version, for If-Match.")))))]
pub(crate) async fn resident(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    let found = register.resident(id).await?;
    register.deeds.viewed(&caller, found.value.id).await?;
    register.detail(found).await
}

impl Register {
    /// Somebody as they are shown.
    pub(super) async fn detail(&self, found: Versioned<Resident>) -> Result<Tagged<Json<Detail>>, Problem> {
        let Versioned { value: resident, version } = found;
        let (policy, now) = (self.policy.as_ref(), self.clock.now());
        let callback = match resident.callback {
            Some(id) => self.callbacks.get(id).await?.map(|found| found.value),
            None => None,
        };
        let next_due = Schedule::of(&resident, policy, now).next_due;
        let summary = Summary::of(&resident, version, next_due, (policy, now));
        Ok(Tagged(version, Json(Detail::of(summary, resident, callback.as_ref(), policy))))
    }
}

/// Whether somebody may be called now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Why {
    may_be_called: bool,
    /// `may_call`, or the first rule that says no, as a stable word.
    code: &'static str,
    /// The same in words.
    text: String,
    /// When that rule stops saying no, if time alone can do it.
    until: Option<Timestamp>,
    /// Since when nobody at all is called, whatever the rules say of this one.
    dialing_stopped_at: Option<Timestamp>,
}

/// Whether somebody may be called now, and if not, why not.
#[utoipa::path(get, path = "/api/residents/{id}/why", tag = "residents", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The answer of the rules.", body = Why)))]
pub(crate) async fn why(
    State(register): State<Register>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Why>, Problem> {
    let found = register.resident(id).await?;
    register.deeds.viewed(&caller, found.value.id).await?;
    let (may_be_called, code, text, until) =
        match first_hold(&found.value, &register.policy, register.clock.now(), Asking::Planner) {
            Verdict::MayCall => (true, "may_call", "may be called now".to_owned(), None),
            Verdict::Hold(hold) => (false, hold.code(), hold.to_string(), hold.until()),
        };
    let dialing_stopped_at = register.switch.read().await?.value.stopped_at();
    Ok(Json(Why { may_be_called, code, text, until, dialing_stopped_at }))
}

/// Whom a contact of Connect rang: for the record beside a call.
#[utoipa::path(get, path = "/api/contacts/{contact_id}/resident", tag = "residents",
    params(("contact_id" = String, Path)), responses(
    (status = 200, description = "The resident, with the version as ETag.", body = Detail,
        headers(("etag" = String, description = "The version, for If-Match."))),
    (status = 404, description = "There is no such contact, or nobody on the register was rung by it.")))]
pub(crate) async fn by_contact(
    State(register): State<Register>,
    caller: Caller,
    Path(contact): Path<String>,
) -> Result<Tagged<Json<Detail>>, Problem> {
    let attempt = register.attempts.by_contact(&ContactId::new(contact)).await?;
    let attempt = attempt.ok_or_else(|| Problem::not_found("No call is known by this contact id."))?;
    let found = register.resident(*attempt.value.resident.as_uuid()).await?;
    register.deeds.viewed(&caller, found.value.id).await?;
    register.detail(found).await
}
