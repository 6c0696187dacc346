//! Who asks: from a verified token to a [`Caller`] whose group may do this.
//!
//! One way for Amazon Cognito, any other OpenID provider and the accounts of
//! one machine: a signed token whose keys are published. `guard` stands
//! before every endpoint; without a row in [`crate::access`] nothing passes.

pub mod accounts;
pub mod http_keys;
pub(crate) mod keys;
pub mod local;
pub mod password;
pub mod provider;
mod token;

pub use keys::{KeySource, NoKeys};
pub use token::{Expected, Verifier};

use crate::access::{self, Who};
use crate::problem::{Cause, Problem};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use rollcall_domain::group::Group;
use rollcall_ports::{Signal, Signals};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Who asks, as their token says. A handler that takes it gets it only if the
/// caller may use the endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// What colleagues call the account; unique, so that it tells who has done
    /// something.
    pub name: String,
    /// What the issuer of the token calls it, for ever; the same as `name`
    /// where that is all there is.
    pub subject: String,
    /// The groups, where they are ours.
    pub groups: BTreeSet<Group>,
}

impl Caller {
    /// The actor in the audit log: also who was given the name of somebody who
    /// has left is told from them.
    #[must_use]
    pub fn actor(&self) -> String {
        let Self { name, subject, .. } = self;
        if name == subject { name.clone() } else { format!("{name} ({subject})") }
    }

    /// Whether the caller is in this group.
    #[must_use]
    pub fn is_in(&self, group: Group) -> bool {
        self.groups.contains(&group)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Missing only where the table lets anyone in: such a handler has no caller.
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::internal)
    }
}

/// Tells operators of requests that failed for a reason of ours.
pub(crate) async fn noted(
    State(signals): State<Arc<dyn Signals>>,
    matched: MatchedPath,
    request: Request,
    next: Next,
) -> Response {
    let endpoint = format!("{} {}", request.method(), matched.as_str());
    let response = next.run(request).await;
    let is_fault = response.status().is_server_error() && response.status() != StatusCode::NOT_IMPLEMENTED;
    if is_fault && matched.as_str() != "/healthz" {
        let cause = response.extensions().get::<Cause>();
        let reason = cause.map_or_else(|| format!("status {}", response.status()), |cause| cause.0.clone());
        signals.emit(&Signal::RequestFailed { endpoint, reason });
    }
    response
}

/// Stands before every endpoint: only who may use it gets further.
pub(crate) async fn guard(
    State(verifier): State<Arc<Verifier>>,
    matched: MatchedPath,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let path = matched.as_str();
    let groups = match access::who(request.method(), path) {
        Some(Who::Anyone) => return Ok(next.run(request).await),
        Some(Who::Groups(groups)) => groups,
        None if request.method() == Method::CONNECT || !access::methods(path).is_empty() => {
            return Err(Problem::method_not_allowed(&access::methods(path)));
        }
        // A route that somebody forgot to put into the table.
        None => return Err(Problem::internal()),
    };
    let caller = verifier.verify(bearer(request.headers())?).await?;
    if !groups.iter().any(|group| caller.is_in(*group)) {
        return Err(Problem::not_allowed(needed(groups)));
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

fn needed(groups: &[Group]) -> String {
    let names: Vec<_> = groups.iter().map(|group| group.name()).collect();
    format!("It is for these groups: {}.", names.join(", "))
}

/// The token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Err(Problem::not_signed_in("Expected the header Authorization with a bearer token."));
    };
    let text = value.to_str().ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(Problem::not_signed_in("The header Authorization holds no bearer token.")),
    }
}
