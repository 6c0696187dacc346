//! Looking at the worklist.

use super::Worklist;
use super::shown::Case;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use rollcall_domain::escalation::Escalation;
use rollcall_domain::ids::ResidentId;
use rollcall_domain::resident::Resident;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// Cases that are shown at once.
const SHOWN: usize = 200;
/// Cases that are put in order: of more, which is a day on which nobody was
/// reached, any.
const ORDERED: usize = 2_000;
/// Cases that are asked of the store at a time.
const PAGE: u32 = 500;

/// Everybody who was not reached.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Worklist)]
pub(crate) struct WorklistShown {
    /// Those that nobody has accepted first, of these those at high risk, and
    /// then by how long they have been known.
    escalations: Vec<Case>,
    /// How many are open.
    open: u64,
}

/// Everybody who was not reached, and who sees to it.
#[utoipa::path(get, path = "/api/escalations", tag = "worklist",
    responses((status = 200, description = "The open escalations, 200 at most.", body = WorklistShown)))]
pub(crate) async fn escalations(State(worklist): State<Worklist>) -> Result<Json<WorklistShown>, Problem> {
    let (cases, open) = worklist.open().await?;
    let (policy, now) = (&worklist.recorder.policy, worklist.recorder.clock.now());
    let shown = cases.iter().map(|(case, resident)| Case::of(case, resident.as_ref(), policy, now));
    Ok(Json(WorklistShown { escalations: shown.collect(), open }))
}

/// One escalation, also one that is over.
#[utoipa::path(get, path = "/api/escalations/{id}", tag = "worklist", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The escalation.", body = Case)))]
pub(crate) async fn escalation(
    State(worklist): State<Worklist>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Json<Case>, Problem> {
    let found = worklist.find(id).await?;
    worklist.deeds.viewed(&caller, found.value.resident).await?;
    worklist.show(&found).await
}

impl Worklist {
    /// The cases to be shown, in order, each with its resident, and how many
    /// are open.
    async fn open(&self) -> Result<(Vec<(Escalation, Option<Resident>)>, u64), Problem> {
        let store = &self.recorder.escalations;
        let mut cases = Vec::new();
        let mut from = None;
        loop {
            let page = store.list_open(from.as_ref(), PAGE).await?;
            cases.extend(page.cases.into_iter().map(|stored| stored.value));
            from = page.next;
            if from.is_none() || cases.len() >= ORDERED {
                break;
            }
        }
        let more = if from.is_some() { store.count_open().await? } else { 0 };
        let listed = u64::try_from(cases.len()).unwrap_or(u64::MAX);
        let ids: Vec<ResidentId> = cases.iter().map(|case| case.resident).collect();
        let residents = self.recorder.residents.get_each(&ids).await?;
        let residents = residents.into_iter().map(|found| found.map(|found| found.value));
        let mut shown: Vec<_> = cases.into_iter().zip(residents).collect();
        shown.sort_by_key(|(case, resident)| {
            let risk = resident.as_ref().and_then(|resident| resident.risk);
            (case.accepted.is_some(), Reverse(risk), case.raised_at, case.id)
        });
        shown.truncate(SHOWN);
        Ok((shown, listed.max(more)))
    }
}
