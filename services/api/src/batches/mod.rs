//! The history of uploads: how far each has come, what became of its lines, and
//! undoing it.

mod undo;

use crate::Api;
use crate::audit::Deeds;
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use crate::uploads::{LineRemark, UploadRefusal};
use axum::extract::{FromRef, State};
use jiff::Timestamp;
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::ids::BatchId;
use rollcall_domain::policy::Policy;
use rollcall_ports::{Attempts, Batches, Clock, Cursor, Residents};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use undo::Undoable;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

const LIST: &str = "batches";

/// The endpoints about batches.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(notes))
        .routes(routes!(undo::undo))
}

/// All that these endpoints touch.
#[derive(Clone)]
pub(crate) struct History {
    batches: Arc<dyn Batches>,
    residents: Arc<dyn Residents>,
    attempts: Arc<dyn Attempts>,
    deeds: Deeds,
    clock: Arc<dyn Clock>,
    policy: Arc<Policy>,
}

impl FromRef<Api> for History {
    fn from_ref(api: &Api) -> Self {
        let Api { batches, residents, attempts, clock, policy, .. } = api.clone();
        Self { batches, residents, attempts, deeds: Deeds::from_ref(api), clock, policy }
    }
}

impl History {
    async fn batch(&self, id: Uuid) -> Result<(Batch, Tally), Problem> {
        let found = self.batches.get(BatchId::from_uuid(id)).await?;
        found.ok_or_else(|| Problem::not_found("There is no such batch."))
    }
}

/// One upload.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShownBatch {
    id: Uuid,
    /// What the file is called; null where it did not come by the portal.
    file_name: Option<String>,
    /// The account that brought it; null where it did not come by the portal.
    by: Option<String>,
    /// When.
    at: Timestamp,
    stage: ShownStage,
    /// Why it was refused as a whole.
    refusal: Option<UploadRefusal>,
    /// Rows of the file; null as long as it is being read.
    rows: Option<u64>,
    /// Rows that became residents. After an undo, those that had.
    loaded: u64,
    /// Rows whose person was on the register already.
    already_known: u64,
    /// Rows that were rejected.
    rejected: u64,
    /// Every line is accounted for.
    finished: bool,
    /// Whether it can be undone. Null in lists: it takes a look at each of its
    /// people.
    undo: Option<Undoable>,
}

/// How far an upload has come.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShownStage {
    /// The file is being read.
    Reading,
    /// Nothing of it could be read.
    Refused,
    /// Its rows are being loaded.
    Loading,
    /// Every row is accounted for.
    Loaded,
    /// Its people are being taken off the register.
    Undoing,
    /// They were.
    Undone,
}

fn shown((batch, tally): (Batch, Tally)) -> ShownBatch {
    let finished = batch.is_finished(&tally);
    let Batch { id, seen_at, stage, by, file_name, .. } = batch;
    let (mut refusal, mut rows) = (None, None);
    let stage = match stage {
        BatchStage::Reading => ShownStage::Reading,
        BatchStage::Refused { code, reason } => {
            refusal = Some(UploadRefusal { code, reason });
            ShownStage::Refused
        }
        BatchStage::Loading { rows: all, .. } => {
            rows = Some(all);
            if finished { ShownStage::Loaded } else { ShownStage::Loading }
        }
        BatchStage::Undoing { rows: all, .. } => {
            rows = Some(all);
            ShownStage::Undoing
        }
        BatchStage::Undone { rows: all, .. } => {
            rows = Some(all);
            ShownStage::Undone
        }
    };
    let Tally { loaded, already_known, rejected, .. } = tally;
    let (id, at) = (*id.as_uuid(), seen_at);
    ShownBatch {
        id,
        file_name,
        by,
        at,
        stage,
        refusal,
        rows,
        loaded,
        already_known,
        rejected,
        finished,
        undo: None,
    }
}

/// The uploads, the newest first.
#[utoipa::path(get, path = "/api/batches", tag = "uploads", params(Paging),
    responses((status = 200, description = "A page of the history.", body = Page<ShownBatch>)))]
pub(crate) async fn list(
    State(history): State<History>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<ShownBatch>>, Problem> {
    let (before, size) = (paging.cursor(LIST)?, paging.size()?);
    let found = history.batches.list(before.as_ref(), size.saturating_add(1)).await?;
    Ok(Json(Page::of(LIST, size, found, shown)))
}

/// One upload, and how far it has come.
#[utoipa::path(get, path = "/api/batches/{id}", tag = "uploads", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The upload.", body = ShownBatch)))]
pub(crate) async fn one(
    State(history): State<History>,
    Path(id): Path<Uuid>,
) -> Result<Json<ShownBatch>, Problem> {
    let (batch, tally) = history.batch(id).await?;
    let undo = history.undoable(&batch, &tally).await?;
    Ok(Json(ShownBatch { undo: Some(undo), ..shown((batch, tally)) }))
}

/// Which remarks.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NoteKind {
    /// Why rows were rejected.
    Rejections,
    /// Remarks about rows that were taken, and about blank lines.
    Warnings,
}

/// Which page of which remarks.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NotesAsked {
    /// Which.
    #[param(inline)]
    kind: NoteKind,
    /// Where to go on, as `next_cursor` of the page before said.
    #[param(min_length = 1, max_length = 2000, pattern = "^[A-Za-z0-9_-]+$")]
    cursor: Option<String>,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50)]
    size: Option<u32>,
}

/// What there is to say about single lines of an upload, by line.
#[utoipa::path(get, path = "/api/batches/{id}/notes", tag = "uploads", params(("id" = Uuid, Path), NotesAsked),
    responses((status = 200, description = "A page of the remarks.", body = Page<LineRemark>)))]
pub(crate) async fn notes(
    State(history): State<History>,
    Path(id): Path<Uuid>,
    Query(NotesAsked { kind, cursor, size }): Query<NotesAsked>,
) -> Result<Json<Page<LineRemark>>, Problem> {
    let name = match kind {
        NoteKind::Rejections => format!("rejections of {id}"),
        NoteKind::Warnings => format!("warnings of {id}"),
    };
    let paging = Paging { cursor, size };
    let (from, size) = (paging.cursor(&name)?, paging.size()?);
    let after = from.and_then(|place| place.0.parse().ok()).unwrap_or(0);
    let id = BatchId::from_uuid(id);
    if history.batches.find(id).await?.is_none() {
        return Err(Problem::not_found("There is no such batch."));
    }
    let most = size.saturating_add(1);
    let found = match kind {
        NoteKind::Rejections => {
            let found = history.batches.rejections(id, after, most).await?;
            found.into_iter().map(|note| (note.line, note)).collect()
        }
        NoteKind::Warnings => history.batches.warnings(id, after, most).await?,
    };
    let found = found.into_iter().map(|(place, note)| (Cursor(place.to_string()), note)).collect();
    Ok(Json(Page::of(&name, size, found, LineRemark::from)))
}
