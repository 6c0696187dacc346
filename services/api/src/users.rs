//! The accounts of this machine, kept by operators.

use crate::Api;
use crate::audit::Deeds;
use crate::auth::Caller;
use crate::auth::accounts::{LocalAccounts, canonical, problems};
use crate::extract::{Json, Path, Query};
use crate::paging::{Page, Paging};
use crate::problem::Problem;
use crate::session::GroupName;
use crate::sign_in::{Local, here};
use crate::version::{IfMatch, Tagged, done};
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use jiff::Timestamp;
use rollcall_domain::group::Group;
use rollcall_ports::{Account, Cursor, Saved, Versioned};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

const LIST: &str = "users";

/// Somebody who may sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct User {
    /// The name of the account.
    name: String,
    #[schema(value_type = BTreeSet<GroupName>)]
    groups: BTreeSet<Group>,
    /// When they were given the account.
    since: Timestamp,
    /// To be sent back in If-Match, in quotes, with a change.
    version: u64,
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// Letters, digits and `. _ - @`; capital letters become small ones.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9][A-Za-z0-9._@-]*$")]
    name: String,
    #[schema(min_length = 10, max_length = 128)]
    password: String,
    #[schema(value_type = Vec<GroupName>, min_items = 1)]
    groups: BTreeSet<Group>,
}

/// What is to be changed of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChange {
    /// A new password; ends the sessions of the account.
    #[schema(min_length = 10, max_length = 128)]
    password: Option<String>,
    /// Other groups; ends the sessions of the account.
    #[schema(value_type = Option<Vec<GroupName>>, min_items = 1)]
    groups: Option<BTreeSet<Group>>,
}

/// Who keeps the accounts, and by what.
pub(crate) struct Keeper {
    local: Arc<LocalAccounts>,
    deeds: Deeds,
    caller: Caller,
}

impl FromRequestParts<Api> for Keeper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, api).await?;
        Ok(Self { local: here(api.local.clone())?, deeds: Deeds::from_ref(api), caller })
    }
}

fn shown(Versioned { value, version }: Versioned<Account>) -> User {
    let Account { name, groups, password_hash: _, since } = value;
    User { name, groups, since, version }
}

/// Who may sign in, by name.
#[utoipa::path(get, path = "/api/users", operation_id = "list_users", tag = "users", params(Paging), responses(
    (status = 200, description = "A page of the accounts.", body = Page<User>),
    (status = 404, description = "People sign in elsewhere.")))]
pub(crate) async fn list(
    State(local): State<Local>,
    Query(paging): Query<Paging>,
) -> Result<Json<Page<User>>, Problem> {
    let (from, size) = (paging.cursor(LIST)?, paging.size()?);
    let from = from.as_ref().map(|cursor| cursor.0.as_str());
    let found = here(local)?.accounts().list(from, size.saturating_add(1)).await?;
    let found = found.into_iter().map(|one| (Cursor(one.value.name.clone()), one)).collect();
    Ok(Json(Page::of(LIST, size, found, shown)))
}

/// Makes an account.
#[utoipa::path(post, path = "/api/users", tag = "users", request_body = NewUser, responses(
    (status = 201, description = "The account.", body = User, headers(("ETag" = String))),
    (status = 404, description = "People sign in elsewhere."),
    (status = 409, description = "The name is taken."),
    (status = 422, description = "Some values are not possible.")))]
pub(crate) async fn add(
    keeper: Keeper,
    Json(NewUser { name, password, groups }): Json<NewUser>,
) -> Result<(StatusCode, Tagged<Json<User>>), Problem> {
    let Keeper { local, deeds, caller } = keeper;
    let name = canonical(&name);
    let problems = problems(&name, Some(&password), Some(&groups));
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    let password_hash = local.hash(password).await?;
    let value = Account { name, groups, password_hash, since: local.now() };
    let new = Versioned::new(value);
    let Saved::Done(version) = local.accounts().save(&new).await? else {
        return Err(Problem::conflict("This name is taken."));
    };
    deeds.note(&caller, "user-added", None, told(&new.value)).await?;
    Ok((StatusCode::CREATED, Tagged(version, Json(shown(Versioned { version, ..new })))))
}

/// Changes password or groups of an account.
#[utoipa::path(put, path = "/api/users/{name}", tag = "users", request_body = UserChange,
    params(("name" = String, Path, description = "The account."),
        ("If-Match" = String, Header, description = "Its version, in quotes.")),
    responses(
        (status = 200, description = "The account.", body = User, headers(("ETag" = String))),
        (status = 409, description = "It is your own."),
        (status = 422, description = "Some values are not possible.")))]
pub(crate) async fn change(
    keeper: Keeper,
    Path(name): Path<String>,
    expected: IfMatch,
    Json(UserChange { password, groups }): Json<UserChange>,
) -> Result<Tagged<Json<User>>, Problem> {
    let Keeper { local, deeds, caller } = keeper;
    let mut account = local.accounts().get(&name).await?.ok_or_else(nobody)?;
    let problems = problems(&name, password.as_deref(), groups.as_ref());
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    expected.check(account.version)?;
    if let Some(groups) = groups {
        if name == caller.name && !groups.contains(&Group::Operators) {
            return Err(Problem::conflict("You cannot take your own rights away; ask another operator."));
        }
        account.value.groups = groups;
    }
    if let Some(password) = password {
        account.value.password_hash = local.hash(password).await?;
    }
    account.version = done(local.accounts().save(&account).await?)?;
    deeds.note(&caller, "user-changed", None, told(&account.value)).await?;
    Ok(Tagged(account.version, Json(shown(account))))
}

/// Takes an account away, and ends its sessions.
#[utoipa::path(delete, path = "/api/users/{name}", operation_id = "remove_user", tag = "users",
    params(("name" = String, Path, description = "The account.")),
    responses(
        (status = 204, description = "It is gone."),
        (status = 409, description = "It is your own.")))]
pub(crate) async fn remove(keeper: Keeper, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    let Keeper { local, deeds, caller } = keeper;
    if name == caller.name {
        return Err(Problem::conflict("You cannot remove your own account; ask another operator."));
    }
    if !local.accounts().remove(&name).await? {
        return Err(nobody());
    }
    deeds.note(&caller, "user-removed", None, format!("account {name}")).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn nobody() -> Problem {
    Problem::not_found("There is no account of this name.")
}

fn told(account: &Account) -> String {
    let groups: Vec<_> = account.groups.iter().map(|group| group.name()).collect();
    format!("account {}: {}", account.name, groups.join(", "))
}
