//! Conditional changes: an answer carries the version that was read, a change
//! says which one it was decided upon.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rollcall_ports::Saved;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

/// The version that a change is for, from the header If-Match. A request
/// without one is refused (428), as is one that names no version (400).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub u64);

/// An answer with its version as ETag.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<T>(pub u64, pub T);

impl IfMatch {
    /// Passes if this is the version that was read.
    ///
    /// # Errors
    /// 412 if it is not.
    pub fn check(self, version: u64) -> Result<(), Problem> {
        if self.0 == version { Ok(()) } else { Err(Problem::changed()) }
    }
}

/// The version after a write.
///
/// # Errors
/// 412 if somebody else wrote in between.
pub fn done(saved: Saved) -> Result<u64, Problem> {
    match saved {
        Saved::Done(version) => Ok(version),
        Saved::Changed => Err(Problem::changed()),
    }
}

/// How a version looks in a header. Longer numbers than these are none.
pub(crate) fn etag() -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r#"^"[0-9]{1,19}"$"#));
    RefOr::T(Schema::Object(text.build()))
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(IF_MATCH) else {
            return Err(Problem::precondition_required());
        };
        let version = value.to_str().ok().and_then(|text| {
            let version = text.trim().strip_prefix('"')?.strip_suffix('"')?;
            version.bytes().all(|sign| sign.is_ascii_digit()).then(|| version.parse().ok())?
        });
        version.map(Self).ok_or_else(|| Problem::malformed("If-Match: expected the ETag that was read."))
    }
}

impl<T: IntoResponse> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        ([(ETAG, format!("\"{}\"", self.0))], self.1).into_response()
    }
}
