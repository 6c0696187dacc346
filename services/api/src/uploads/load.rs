//! Having a file loaded.

use super::{Arrivals, nothing_there};
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use rollcall_contracts::upload::loaded_key;
use rollcall_domain::batch::{Batch, BatchStage};
use rollcall_domain::ids::{BatchId, UploadId};
use rollcall_ports::Released;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The batch that an upload becomes.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoadStarted {
    batch_id: Uuid,
}

/// Has a file loaded: the good rows become residents, in the background. A
/// repeat is the same batch. What of it is refused or rejected is told by the
/// batch.
#[utoipa::path(post, path = "/api/uploads/{id}/load", tag = "uploads", params(("id" = Uuid, Path)), responses(
    (status = 202, description = "It is being loaded, or was.", body = LoadStarted),
    (status = 404, description = "No file is there (yet, or any more)."),
    (status = 409, description = "It was loaded and undone.")))]
pub(crate) async fn load(
    State(arrivals): State<Arrivals>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<(StatusCode, Json<LoadStarted>), Problem> {
    let upload = UploadId::from_uuid(id);
    let id = BatchId::of_upload(upload);
    let started = || (StatusCode::ACCEPTED, Json(LoadStarted { batch_id: *id.as_uuid() }));
    match arrivals.batches.find(id).await?.map(|batch| batch.stage) {
        // Perhaps the file was not put where ingest is told of it: that comes
        // after the record of the batch.
        None | Some(BatchStage::Reading) => {}
        Some(BatchStage::Undoing { .. } | BatchStage::Undone { .. }) => {
            return Err(Problem::conflict("This upload was undone. Upload the file again to load it again."));
        }
        Some(BatchStage::Refused { .. } | BatchStage::Loading { .. }) => return Ok(started()),
    }
    let staged = arrivals.staged(upload).await?;
    arrivals.did(&caller, "upload.load", upload).await?;
    let batch = Batch {
        by: Some(staged.by),
        file_name: Some(staged.file_name),
        ..Batch::seen(id, loaded_key(upload), arrivals.clock.now())
    };
    // First, so that ingest finds who brought it.
    arrivals.batches.put(&batch).await?;
    match arrivals.deposits.release(upload).await? {
        Released::Done => Ok(started()),
        Released::Missing => Err(nothing_there()),
    }
}
