//! Taking a file in, on a machine that has no other store for it. It goes
//! through in pieces: no more of it is in memory than one of them.

use super::{Arrivals, nothing_there};
use crate::auth::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use async_trait::async_trait;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use futures_util::Stream;
use rollcall_domain::ids::UploadId;
use rollcall_ports::{Broken, Pieces, Taken};
use serde::Deserialize;
use std::pin::Pin;
use std::task::{Context, Poll};
use utoipa::ToSchema;
use uuid::Uuid;

/// The field of the form that is the file.
const FILE: &str = "file";

/// A form with a file.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read as it comes")]
pub(crate) struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The file as it comes.
struct Part<'a>(Field<'a>);

#[async_trait]
impl Pieces for Part<'_> {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Broken> {
        let piece = self.0.chunk().await.map_err(|_| Broken)?;
        Ok(piece.map(|piece| piece.to_vec()))
    }
}

/// A body that is handed on one piece at a time. Whoever reads the form takes
/// all that is there at once, which from a fast sender is the whole file.
struct PieceByPiece {
    body: BodyDataStream,
    resting: bool,
}

impl Stream for PieceByPiece {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.resting) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = Pin::new(&mut self.body).poll_next(context);
        self.resting = piece.is_ready();
        piece
    }
}

/// Puts the file into the place that was offered for it, where that place is
/// here. Once more, it takes the place of the former.
#[utoipa::path(post, path = "/api/uploads/{id}/file", tag = "uploads", params(("id" = Uuid, Path)),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 204, description = "It is there."),
    (status = 404, description = "No such place is open."),
    (status = 409, description = "It was loaded already."),
    (status = 413, description = "It is larger than a file may be.")))]
pub(crate) async fn receive(
    State(arrivals): State<Arrivals>,
    _caller: Caller,
    Path(id): Path<Uuid>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let Some(intake) = &arrivals.intake else { return Err(nothing_there()) };
    let request =
        request.map(|body| Body::from_stream(PieceByPiece { body: body.into_data_stream(), resting: false }));
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::not_a_form())?;
    let cut = || Problem::malformed("The form did not come to its end.");
    while let Some(field) = form.next_field().await.map_err(|_| cut())? {
        if field.name() != Some(FILE) {
            continue;
        }
        return match intake.take(UploadId::from_uuid(id), &mut Part(field)).await? {
            Taken::Done(_) => Ok(StatusCode::NO_CONTENT),
            Taken::TooLarge => Err(Problem::too_large("The file is larger than any list may be.")),
            Taken::NotOffered => Err(Problem::not_found("No place is open here; ask for a new one.")),
            Taken::Released => Err(Problem::conflict("This upload was loaded already; begin a new one.")),
            Taken::Broken => Err(cut()),
        };
    }
    Err(Problem::malformed("The form has no field file."))
}
