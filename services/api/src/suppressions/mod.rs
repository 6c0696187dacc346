//! The suppression list: operators put numbers and people on it, look at it,
//! and take them off again.
//!
//! The entry is written before the answer, and the records of all whom it
//! concerns follow in the same request; whatever of that is interrupted, the
//! sweep does. A number of the list is never shown whole: whoever has it can
//! ask for it.

mod shown;

use crate::Api;
use crate::audit::Deeds;
use crate::auth::Caller;
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging, seal};
use crate::problem::{FieldError, Problem};
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use rollcall_domain::ids::{ResidentId, SuppressionId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::staff::Deed;
use rollcall_domain::suppression::{self, Entry, Ground, Subject};
use rollcall_ports::{AuditEntry, Residents, Suppressions, Versioned};
use rollcall_recording::Recorder;
use rollcall_recording::suppression::{Change, Lifted, Listed, Suppressor, log_entry};
use rollcall_roster::typed;
use serde::{Deserialize, Serialize};
pub(crate) use shown::Mark;
use shown::Suppressed;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const LIST: &str = "suppressions";

/// The endpoints about the list.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(search)).routes(routes!(lift))
}

/// The list, and whose records follow it.
#[derive(Clone)]
pub(crate) struct Keeper {
    suppressor: Suppressor,
    deeds: Deeds,
}

impl FromRef<Api> for Keeper {
    fn from_ref(api: &Api) -> Self {
        Self { suppressor: Recorder::from_ref(api).suppressor(), deeds: Deeds::from_ref(api) }
    }
}

/// Everybody on the list, what is to be carried out first, else the latest
/// first.
#[utoipa::path(get, path = "/api/suppressions", tag = "suppressions", operation_id = "list_suppressions",
    params(Paging), responses((status = 200, description = "A page of the list.", body = Page<Suppressed>)))]
pub(crate) async fn list(
    State(list): State<Arc<dyn Suppressions>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Suppressed>>, Problem> {
    let (from, size) = (paging.cursor(LIST)?, paging.size()?);
    let (found, next) = list.list(from.as_ref(), size).await?;
    let next_cursor = next.map(|cursor| seal(LIST, &cursor));
    Ok(Json(Page { items: found.iter().map(Suppressed::of).collect(), next_cursor }))
}

/// Whom to put on the list: a number or a resident.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSuppression {
    /// As people write it; nobody who has it is called, now or later.
    number: Option<String>,
    /// Somebody on the register, who is not called whatever their number is.
    resident_id: Option<Uuid>,
    /// Why, for whoever looks at the list later.
    #[schema(min_length = 1, max_length = 300, pattern = r"\S")]
    reason: String,
}

/// Puts a number or a resident on the list. From the answer on nobody whom it
/// concerns is dialed; a call that rings already goes on, and a callback that
/// was promised is still owed.
#[utoipa::path(post, path = "/api/suppressions", tag = "suppressions", operation_id = "suppress",
    request_body = NewSuppression,
    responses((status = 200, description = "They were on the list before.", body = Suppressed),
        (status = 201, description = "They are on the list.", body = Suppressed),
        (status = 404, description = "Nobody on the register has this id."),
        (status = 422, description = "Values that are not possible.")))]
pub(crate) async fn add(
    State(Keeper { suppressor, deeds }): State<Keeper>,
    caller: Caller,
    Json(new): Json<NewSuppression>,
) -> Result<(StatusCode, Json<Suppressed>), Problem> {
    let subject = match (&new.number, new.resident_id) {
        (Some(number), None) => Subject::Number(read(number, &suppressor)?),
        (None, Some(id)) => Subject::Resident(on_register(suppressor.residents.as_ref(), id).await?),
        _ => return Err(invalid("number", "expected a number or a resident_id, and not both")),
    };
    let by = (caller.name.as_str(), suppressor.clock.now());
    let entry = Entry::new(subject, (Ground::Staff, &new.reason), by)
        .map_err(|refusal| invalid("reason", &refusal.to_string()))?;
    if suppressor.standing(subject).await?.is_none() {
        note(&deeds, &caller, Change::Add, &entry).await?;
    }
    match suppressor.add(entry).await? {
        Listed::Added(entry) => Ok((StatusCode::CREATED, Json(Suppressed::of(&entry)))),
        Listed::Known(entry) => Ok((StatusCode::OK, Json(Suppressed::of(&entry)))),
        Listed::Contended => Err(Problem::changed()),
    }
}

/// A number to look for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SuppressionSearch {
    /// As people write it.
    number: String,
}

/// What the list says of a number.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuppressionFound {
    /// The entry of the number; null where there is none.
    suppression: Option<Suppressed>,
}

/// Whether a number is on the list.
#[utoipa::path(post, path = "/api/suppressions/search", tag = "suppressions",
    operation_id = "search_suppressions", request_body = SuppressionSearch,
    responses((status = 200, description = "What the list says.", body = SuppressionFound),
        (status = 422, description = "No number.")))]
pub(crate) async fn search(
    State(Keeper { suppressor, .. }): State<Keeper>,
    Json(SuppressionSearch { number }): Json<SuppressionSearch>,
) -> Result<Json<SuppressionFound>, Problem> {
    let subject = Subject::Number(read(&number, &suppressor)?);
    let standing = suppressor.standing(subject).await?;
    Ok(Json(SuppressionFound { suppression: standing.as_ref().map(Suppressed::of) }))
}

/// Why an entry is lifted. One of a few words and no text: this is all that
/// the audit log keeps when the entry is gone.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LiftReason {
    /// They asked to be called again.
    Asked,
    /// They should never have been on the list.
    Mistake,
    /// The number belongs to somebody else now.
    Reassigned,
    /// Another reason.
    Other,
}

impl From<LiftReason> for suppression::LiftReason {
    fn from(reason: LiftReason) -> Self {
        match reason {
            LiftReason::Asked => Self::Asked,
            LiftReason::Mistake => Self::Mistake,
            LiftReason::Reassigned => Self::Reassigned,
            LiftReason::Other => Self::Other,
        }
    }
}

/// Why somebody is taken off the list.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lift {
    reason: LiftReason,
}

/// Takes an entry off the list: those whom it concerned are called again by
/// the rules, unless another entry concerns them too.
#[utoipa::path(post, path = "/api/suppressions/{id}/lift", tag = "suppressions",
    operation_id = "lift_suppression", request_body = Lift, params(("id" = Uuid, Path)),
    responses((status = 200, description = "The entry that was lifted.", body = Suppressed)))]
pub(crate) async fn lift(
    State(Keeper { suppressor, deeds }): State<Keeper>,
    caller: Caller,
    Path(id): Path<Uuid>,
    Json(Lift { reason }): Json<Lift>,
) -> Result<Json<Suppressed>, Problem> {
    let id = SuppressionId::from_uuid(id);
    let no = || Problem::not_found("No entry of the suppression list has this id; it may have been lifted.");
    let found: Option<Versioned<Entry>> = suppressor.suppressions.find(id).await?;
    let found = found.ok_or_else(no)?.value;
    note(&deeds, &caller, Change::Lift(reason.into()), &found).await?;
    match suppressor.lift(id).await? {
        Lifted::Done(entry) => Ok(Json(Suppressed::of(&entry))),
        Lifted::Unknown => Err(no()),
        Lifted::Contended => Err(Problem::changed()),
    }
}

/// A change of the list is about to be made. A repeat is the same deed.
async fn note(deeds: &Deeds, caller: &Caller, change: Change, entry: &Entry) -> Result<(), Problem> {
    let AuditEntry { key, resident, detail, .. } =
        log_entry(change, entry, (&caller.name, entry.suppression.at));
    deeds.write(key, caller, resident, Deed { action: change.action(), detail }).await
}

fn read(number: &str, suppressor: &Suppressor) -> Result<PhoneNumber, Problem> {
    typed::number(number, suppressor.policy.region).map_err(|wrong| invalid("number", &wrong.reason))
}

async fn on_register(residents: &dyn Residents, id: Uuid) -> Result<ResidentId, Problem> {
    let id = ResidentId::from_uuid(id);
    let found = residents.get(id).await?;
    found.map(|_| id).ok_or_else(|| Problem::not_found("Nobody on the register has this id."))
}

fn invalid(field: &str, expected: &str) -> Problem {
    Problem::invalid(vec![FieldError::new(field, "", expected)])
}
