//! Reading requests: axum's extractors, whose refusals are problems.

use crate::problem::Problem;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON body, of a request or of a response.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(body(&rejection)),
        }
    }
}

/// serde's own words quote what was found, so they are not passed on.
fn body(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::media_type(),
        JsonRejection::JsonSyntaxError(_) => Problem::malformed("The body is not JSON."),
        JsonRejection::JsonDataError(_) => {
            Problem::malformed("The body is JSON, but not as /openapi.json describes it.")
        }
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::too_large("The body is too large.")
        }
        _ => Problem::malformed("The body could not be read."),
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// The variables of a path.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub struct Path<T>(pub T);

impl From<PathRejection> for Problem {
    /// An id that cannot be one names nothing.
    fn from(_: PathRejection) -> Self {
        Self::not_found("The path names nothing that can exist.")
    }
}

/// The variables after the question mark.
#[derive(Clone, Copy, Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub struct Query<T>(pub T);

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        Self::malformed("The part after the question mark is not as /openapi.json describes it.")
    }
}
