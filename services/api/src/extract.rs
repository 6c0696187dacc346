//! Reading requests: axum's extractors, whose refusals are problems.

use crate::problem::Problem;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

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

/// A whole number, as JSON Schema has it: `5.0` is one.
pub(crate) fn whole<'de, D, T>(field: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(field)?;
    let fraction = value.as_f64().filter(|number| value.is_f64() && number.fract() == 0.0);
    // Written without a fraction; what does not fit is refused below.
    let value = fraction.and_then(|number| format!("{number:.0}").parse().ok()).map_or(value, Value::Number);
    T::deserialize(value).map_err(D::Error::custom)
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
