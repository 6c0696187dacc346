//! Who did what, when.

use crate::Api;
use crate::auth::Caller;
use crate::extract::{Json, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use axum::extract::{FromRef, State};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::staff;
use rollcall_ports::{Audit, AuditEntry, Clock};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

const LIST: &str = "audit";

/// One deed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Deed {
    /// When.
    at: Timestamp,
    /// The account, with what its provider calls it in brackets if that is
    /// something else; or the service that acted by itself.
    actor: String,
    /// What was done, as a stable word.
    action: String,
    /// To whom, where it was somebody.
    resident_id: Option<Uuid>,
    /// More, without personal data.
    detail: String,
}

/// Who did what, the newest first.
#[utoipa::path(get, path = "/api/audit", tag = "operations", params(Paging),
    responses((status = 200, description = "A page of the audit log.", body = Page<Deed>)))]
pub(crate) async fn audit(
    State(audit): State<Arc<dyn Audit>>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<Deed>>, Problem> {
    let (from, size) = (paging.cursor(LIST)?, paging.size()?);
    let found = audit.recent(from.as_ref(), size.saturating_add(1)).await?;
    Ok(Json(Page::of(LIST, size, found, deed)))
}

fn deed(entry: AuditEntry) -> Deed {
    let AuditEntry { key: _, at, actor, action, resident, detail } = entry;
    Deed { at, actor, action, resident_id: resident.map(|id| *id.as_uuid()), detail }
}

/// Writes down what a caller did. An answer is given only after that: nobody
/// looks or changes unseen.
#[derive(Clone)]
pub(crate) struct Deeds {
    audit: Arc<dyn Audit>,
    clock: Arc<dyn Clock>,
}

impl FromRef<Api> for Deeds {
    fn from_ref(api: &Api) -> Self {
        Self { audit: Arc::clone(&api.audit), clock: Arc::clone(&api.clock) }
    }
}

impl Deeds {
    /// Writes down a deed that is another one each time, also when the same is
    /// asked again; `detail` is without personal data.
    pub(crate) async fn note(
        &self,
        caller: &Caller,
        action: &'static str,
        resident: Option<ResidentId>,
        detail: impl Into<String>,
    ) -> Result<(), Problem> {
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|_| Problem::internal())?;
        let key = format!("api/{}", URL_SAFE_NO_PAD.encode(key));
        self.write(key, caller, resident, staff::Deed { action, detail: detail.into() }).await
    }

    /// Somebody is looked at. What a page asks for at once, and again within
    /// the minute, is one view.
    pub(crate) async fn viewed(&self, caller: &Caller, id: ResidentId) -> Result<(), Problem> {
        let minute = self.clock.now().as_second().div_euclid(60);
        let key = format!("view {id} {} {minute}", caller.name);
        let deed = staff::Deed { action: "resident.view", detail: String::new() };
        self.write(key, caller, Some(id), deed).await
    }

    /// Writes down a deed under a key: a repeat with the same key is the same
    /// deed.
    pub(crate) async fn write(
        &self,
        key: String,
        caller: &Caller,
        resident: Option<ResidentId>,
        staff::Deed { action, detail }: staff::Deed,
    ) -> Result<(), Problem> {
        let (at, actor, action) = (self.clock.now(), caller.actor(), action.to_owned());
        Ok(self.audit.record(&AuditEntry { key, at, actor, action, resident, detail }).await?)
    }
}
