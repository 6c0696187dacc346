//! Who did what, when.

use crate::extract::{Json, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use axum::extract::State;
use jiff::Timestamp;
use rollcall_ports::{Audit, AuditEntry};
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
    /// The account, or the service that acted by itself.
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
