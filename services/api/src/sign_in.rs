//! Signing in with an account of this machine.

use crate::auth::accounts::{LocalAccounts, SignedIn};
use crate::extract::Json;
use crate::peer::Peer;
use crate::problem::Problem;
use crate::session::GroupName;
use axum::extract::State;
use jiff::Timestamp;
use rollcall_domain::group::Group;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The accounts of this machine, where people sign in with them.
pub(crate) type Local = Option<Arc<LocalAccounts>>;

/// The accounts, or 404 where people sign in elsewhere.
pub(crate) fn here(local: Local) -> Result<Arc<LocalAccounts>, Problem> {
    local.ok_or_else(|| Problem::not_found("People sign in elsewhere; see /api/config."))
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The name of the account.
    name: String,
    /// Its password.
    password: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// To be sent with every request: `Authorization: Bearer …`.
    token: String,
    /// When it ends.
    expires_at: Timestamp,
    /// The account.
    name: String,
    #[schema(value_type = BTreeSet<GroupName>)]
    groups: BTreeSet<Group>,
}

/// Signs in.
#[utoipa::path(post, path = "/api/sign-in", tag = "session", request_body = Credentials, responses(
    (status = 200, description = "A session.", body = Session),
    (status = 401, description = "Name or password is wrong."),
    (status = 404, description = "People sign in elsewhere.")))]
pub(crate) async fn sign_in(
    State(local): State<Local>,
    peer: Peer,
    Json(Credentials { name, password }): Json<Credentials>,
) -> Result<Json<Session>, Problem> {
    let SignedIn { account, issued } = here(local)?.sign_in(&name, password, peer).await?;
    let (token, expires_at) = (issued.token, issued.expires_at);
    Ok(Json(Session { token, expires_at, name: account.name, groups: account.groups }))
}

/// The keys by which this machine signs its tokens (RFC 7517).
#[utoipa::path(get, path = "/api/.well-known/jwks.json", tag = "session", responses(
    (status = 200, description = "A set of JSON web keys.", body = Value),
    (status = 404, description = "People sign in elsewhere.")))]
pub(crate) async fn jwks(State(local): State<Local>) -> Result<Json<Value>, Problem> {
    let keys = here(local)?.issuer().published();
    serde_json::to_value(keys).map(Json).map_err(|_| Problem::internal())
}
