//! The bad rows of a file as a file.

use super::Arrivals;
use super::look::{Bounds, Reading, bytes, look};
use crate::auth::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use rollcall_domain::ids::UploadId;
use rollcall_roster::{Line, Mending, read_rows};
use uuid::Uuid;

/// Bytes of the largest answer: under what Lambda takes (6 MB). A file with
/// more bad rows than that is better mended as a whole.
const MOST: usize = 4 * 1024 * 1024;

/// Every row that cannot be loaded, as it stands, under the file's own header
/// and with a column in front that says why. Mended, it is uploaded as a file of
/// its own: the column in front is not read. A row that nobody mended stays
/// bad. Text that a spreadsheet would take for a formula has an apostrophe in
/// front, which is taken off when the file comes back.
#[utoipa::path(get, path = "/api/uploads/{id}/bad-rows.csv", tag = "uploads", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"),
    (status = 404, description = "No file is there (yet, or any more)."),
    (status = 409, description = "The file cannot be read at all, or has too many bad rows.")))]
pub(crate) async fn bad_rows(
    State(arrivals): State<Arrivals>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let id = UploadId::from_uuid(id);
    let staged = arrivals.staged(id).await?;
    let all = Bounds { rows: u64::MAX, bytes: u64::MAX };
    let looked = match look(arrivals.uploads.as_ref(), &staged, all).await? {
        Reading::Read(looked) => looked,
        Reading::Refused(refusal) => return Err(Problem::conflict(refusal.to_string())),
    };
    arrivals.did(&caller, "upload.bad_rows", id).await?;
    let mending = Mending::of(&looked.opening);
    let mut text = mending.header(&looked.opening);
    for chunk in &looked.chunks {
        let part = bytes(arrivals.uploads.as_ref(), &staged.upload, (chunk.start, chunk.end)).await?;
        let mut rows = read_rows(&part, &looked.layout, chunk.first_line, arrivals.policy.region);
        while let Some(line) = rows.next() {
            let Line::Rejected(note) = line else { continue };
            let reason = match note.column {
                Some(column) => format!("line {}, {column}: {}", note.line, note.reason),
                None => format!("line {}: {}", note.line, note.reason),
            };
            text.push_str(&mending.row(&reason, &rows.cells()));
        }
        if text.len() > MOST {
            let detail = "There are too many bad rows for a file of their own; mend the list itself.";
            return Err(Problem::conflict(detail));
        }
    }
    let name = "attachment; filename=\"bad-rows.csv\"";
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text).into_response())
}
