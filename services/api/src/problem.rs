//! Every refusal, as `application/problem+json` (RFC 9457).

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rollcall_ports::Fault;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// The type of its body.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not carried out. Without personal data: what was found is
/// quoted only where the endpoint says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is, as a stable name: `urn:rollcall:problem:…`.
    #[serde(rename = "type")]
    #[schema(rename = "type")]
    kind: &'static str,
    /// The kind in words.
    title: &'static str,
    /// The status of the response.
    status: u16,
    /// What it was this time, in words for whoever asked.
    detail: String,
    /// What is wrong with single fields of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldError>,
    /// What went wrong behind it; for the log only.
    #[serde(skip)]
    cause: Option<Box<Cause>>,
    /// Headers that belong to it.
    #[serde(skip)]
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What went wrong behind a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause(pub(crate) String);

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Its name.
    pub field: String,
    /// What was there; empty where it may be personal data.
    pub found: String,
    /// What may be there.
    pub expected: String,
}

impl FieldError {
    /// A field that is not as it should be.
    #[must_use]
    pub fn new(field: &str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.to_owned(), found: found.into(), expected: expected.into() }
    }
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        let (errors, headers, cause) = (Vec::new(), Vec::new(), None);
        Self { kind, title, status: status.as_u16(), detail: detail.into(), errors, cause, headers }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// 400: the request cannot be understood.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "urn:rollcall:problem:malformed",
            "The request cannot be understood",
            detail,
        )
    }

    /// 401: no token, or one that does not hold.
    #[must_use]
    pub fn not_signed_in(detail: impl Into<String>) -> Self {
        let problem = Self::new(
            StatusCode::UNAUTHORIZED,
            "urn:rollcall:problem:not-signed-in",
            "Sign in first",
            detail,
        );
        problem.with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: signed in, but not for this.
    #[must_use]
    pub fn not_allowed(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "urn:rollcall:problem:not-allowed",
            "Your account may not do this",
            detail,
        )
    }

    /// 404: there is no such thing.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "urn:rollcall:problem:not-found", "There is no such thing", detail)
    }

    /// 405: the path is right, the method is not.
    #[must_use]
    pub(crate) fn method_not_allowed(allowed: &str) -> Self {
        let detail = format!("Expected {allowed}.");
        let problem = Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "urn:rollcall:problem:method",
            "This method is not offered here",
            detail,
        );
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => problem.with(header::ALLOW, allowed),
            Err(_) => problem,
        }
    }

    /// 409: it cannot be done in the state that things are in.
    #[must_use]
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "urn:rollcall:problem:conflict", "This cannot be done now", detail)
    }

    /// 412: somebody changed it since it was read.
    #[must_use]
    pub fn changed() -> Self {
        let title = "Somebody else changed this in the meantime";
        Self::new(
            StatusCode::PRECONDITION_FAILED,
            "urn:rollcall:problem:changed",
            title,
            "Read it again, then decide again.",
        )
    }

    /// 413: more than is taken in.
    #[must_use]
    pub fn too_large(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "urn:rollcall:problem:too-large",
            "The request is too large",
            detail,
        )
    }

    /// 415: a body of another type.
    #[must_use]
    pub(crate) fn media_type() -> Self {
        let detail = "Expected content-type: application/json.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:rollcall:problem:media-type",
            "The body is of another type",
            detail,
        )
    }

    /// 415: a body that is no form with a file.
    #[must_use]
    pub(crate) fn not_a_form() -> Self {
        let detail = "Expected content-type: multipart/form-data.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "urn:rollcall:problem:media-type",
            "The body is of another type",
            detail,
        )
    }

    /// 422: understood, but some values cannot be. Names all of them at once.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let title = "Some values are not possible";
        let detail = "Nothing was changed; see errors.";
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "urn:rollcall:problem:invalid", title, detail)
        }
    }

    /// 428: a change must say what it was decided upon.
    #[must_use]
    pub(crate) fn precondition_required() -> Self {
        let title = "The change must say which version it is for";
        let detail = "Send the ETag that was read in the header If-Match.";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "urn:rollcall:problem:if-match", title, detail)
    }

    /// 429: too much at once; try again after `wait`.
    #[must_use]
    pub(crate) fn too_many(detail: impl Into<String>, wait: Duration) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "urn:rollcall:problem:too-many", "Too many requests", detail)
            .again_after(wait)
    }

    /// 501: this installation cannot do that.
    #[must_use]
    pub(crate) fn not_here(detail: impl Into<String>) -> Self {
        let title = "Not on this installation yet";
        Self::new(StatusCode::NOT_IMPLEMENTED, "urn:rollcall:problem:not-here", title, detail)
    }

    /// 503: something that is needed did not answer.
    #[must_use]
    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        let title = "Not available just now";
        let problem =
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "urn:rollcall:problem:unavailable", title, detail);
        problem.again_after(Duration::from_secs(2))
    }

    /// 500: a fault of the service. Says nothing of it to the outside.
    #[must_use]
    pub(crate) fn internal() -> Self {
        let title = "Something is wrong with the service";
        let detail = "It was noted. If it happens again, tell whoever runs this service.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "urn:rollcall:problem:internal", title, detail)
    }

    /// With what went wrong behind it, in words without personal data.
    #[must_use]
    pub(crate) fn because(self, cause: &impl ToString) -> Self {
        Self { cause: Some(Box::new(Cause(cause.to_string()))), ..self }
    }

    fn again_after(self, wait: Duration) -> Self {
        // Rounded up: who comes a moment too early would have to wait again.
        self.with(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().saturating_add(1)))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let problem = match fault {
            Fault::Throttled(_) => Self::unavailable("Too busy; nothing was changed. Try again."),
            Fault::Unanswered(_) => {
                Self::unavailable("No answer; it may have been done or not. Look before you try again.")
            }
            Fault::Refused { .. } => Self::internal(),
        };
        problem.because(&fault)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // A few texts and a number always serialise.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status(), [(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response();
        response.headers_mut().extend(self.headers);
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(*cause);
        }
        response
    }
}
