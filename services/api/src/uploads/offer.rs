//! A place for a file.

use super::Arrivals;
use crate::auth::Caller;
use crate::extract::{Json, whole};
use crate::problem::{FieldError, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Offer, Slot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The most bytes of one file: a list of a million people has about half.
pub(crate) const LARGEST: u64 = 128 * 1024 * 1024;
/// How long a place is open.
const OPEN: SignedDuration = SignedDuration::from_mins(30);
/// Characters of the longest name of a file; most systems take 255 bytes.
const LONGEST_NAME: usize = 255;

/// A file that somebody wants to upload.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUpload {
    /// What it is called. Shown in the history.
    #[schema(min_length = 1, max_length = 255, pattern = "[^\\s\\p{C}/\\\\][^/\\\\]*$")]
    file_name: String,
    /// Bytes.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 134_217_728_u64)]
    size: u64,
}

/// Where it is to be sent: a POST of a form (multipart/form-data) that has
/// these fields and then the file, in a field called `file`.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadPlace {
    /// The upload.
    upload_id: Uuid,
    /// Where to. A path of this API, to be asked with the token like any other,
    /// or another host's, which must not be sent the token.
    url: String,
    /// What the form has before the file.
    fields: BTreeMap<String, String>,
    /// Until when.
    expires_at: Timestamp,
}

/// Asks for a place for a file. Nothing is loaded yet.
#[utoipa::path(post, path = "/api/uploads", tag = "uploads", request_body = NewUpload, responses(
    (status = 201, description = "The place.", body = UploadPlace),
    (status = 422, description = "A name or a size that no file may have.")))]
pub(crate) async fn offer(
    State(arrivals): State<Arrivals>,
    caller: Caller,
    Json(NewUpload { file_name, size }): Json<NewUpload>,
) -> Result<(StatusCode, Json<UploadPlace>), Problem> {
    let mut errors = Vec::new();
    let file_name = last_part(&file_name);
    if file_name.is_empty() || file_name.chars().count() > LONGEST_NAME {
        let expected = format!("a name of 1 to {LONGEST_NAME} characters");
        errors.push(FieldError::new("file_name", "", expected));
    }
    if !(1..=LARGEST).contains(&size) {
        errors.push(FieldError::new("size", size.to_string(), format!("1 to {LARGEST} bytes")));
    }
    if !errors.is_empty() {
        return Err(Problem::invalid(errors));
    }
    let until = arrivals.clock.now().checked_add(OPEN).map_err(|_| Problem::internal())?;
    let id = new_id()?;
    let offer = Offer { id, file_name, by: caller.name.clone(), most: LARGEST, until };
    let slot = arrivals.deposits.offer(&offer).await?;
    arrivals.did(&caller, "upload.offer", id).await?;
    let (url, fields) = match slot {
        Slot::Here => (format!("/api/uploads/{id}/file"), BTreeMap::new()),
        Slot::Elsewhere { url, fields } => (url, fields),
    };
    let place = UploadPlace { upload_id: *id.as_uuid(), url, fields, expires_at: until };
    Ok((StatusCode::CREATED, Json(place)))
}

/// The name without the folders that some programs send along, on one line.
fn last_part(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|sign| !sign.is_control()).collect::<String>().trim().to_owned()
}

/// Nobody can guess it, although it opens nothing by itself.
fn new_id() -> Result<UploadId, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Problem::internal())?;
    Ok(UploadId::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid()))
}
