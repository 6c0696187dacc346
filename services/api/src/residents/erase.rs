//! Erasing somebody for good, and how far that has come.

use super::Register;
use crate::Api;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::{FieldError, Problem};
use crate::version::IfMatch;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use rollcall_domain::erasure::{Erasure, ErasureReason};
use rollcall_domain::ids::ResidentId;
use rollcall_recording::erasure::{Eraser, PASSES, Progress};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;

/// Why somebody is erased. One of a few words and no text: it is kept when all
/// else about the person is gone.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureReason)]
pub(crate) enum Why {
    /// They asked for it, or somebody who may ask for them.
    Asked,
    /// They died.
    Died,
    /// They left, and there is nothing to keep their data for.
    Left,
    /// They should never have been loaded.
    Mistake,
    /// Another reason.
    Other,
}

impl From<Why> for ErasureReason {
    fn from(why: Why) -> Self {
        match why {
            Why::Asked => Self::Asked,
            Why::Died => Self::Died,
            Why::Left => Self::Left,
            Why::Mistake => Self::Mistake,
            Why::Other => Self::Other,
        }
    }
}

impl From<ErasureReason> for Why {
    fn from(reason: ErasureReason) -> Self {
        match reason {
            ErasureReason::Asked => Self::Asked,
            ErasureReason::Died => Self::Died,
            ErasureReason::Left => Self::Left,
            ErasureReason::Mistake => Self::Mistake,
            ErasureReason::Other => Self::Other,
        }
    }
}

/// The wish to erase somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ErasureWish)]
pub(crate) struct Wish {
    reason: Why,
    /// Their reference or whole name, typed again.
    #[schema(min_length = 1, max_length = 300)]
    confirm: String,
}

/// How far an erasure has come. Nothing of the person but the id.
#[derive(Serialize, ToSchema)]
#[schema(as = Erasure)]
pub(crate) struct Shown {
    resident_id: Uuid,
    /// Whether everything is erased.
    done: bool,
    /// Classes of data that are clean.
    clean: u32,
    /// Classes of data in all.
    classes: u32,
    by: String,
    reason: Why,
    asked_at: Timestamp,
    done_at: Option<Timestamp>,
    /// When it is looked once more for news of calls that were under way.
    looks_again_at: Option<Timestamp>,
    /// What it waits for, if that is known.
    waits_for: Option<String>,
}

impl Shown {
    fn of(erasure: &Erasure, waits: Option<&str>) -> Self {
        let (clean, classes) = erasure.progress();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            resident_id: *erasure.resident.as_uuid(),
            done: erasure.done_at.is_some(),
            clean: count(clean),
            classes: count(classes),
            by: erasure.by.clone(),
            reason: erasure.reason.into(),
            asked_at: erasure.asked_at,
            done_at: erasure.done_at,
            looks_again_at: erasure.look_again_at,
            waits_for: waits.or_else(|| erasure.rests_until.map(|_| PASSES)).map(str::to_owned),
        }
    }
}

/// The eraser, where there is one.
#[derive(Clone)]
pub(crate) struct Erasing {
    register: Register,
    eraser: Option<Arc<Eraser>>,
}

impl FromRef<Api> for Erasing {
    fn from_ref(api: &Api) -> Self {
        Self { register: Register::from_ref(api), eraser: api.eraser.clone() }
    }
}

impl Erasing {
    /// # Errors
    /// 501 where there is none.
    pub(super) fn eraser(&self) -> Result<&Eraser, Problem> {
        self.eraser.as_deref().ok_or_else(|| {
            Problem::not_here(
                "People cannot be erased here yet. Taking somebody off the register deletes their record; calls, \
                 lists and messages stay until their time is over.",
            )
        })
    }
}

/// Erases somebody for good, from everything that is kept: the record with notes and keyholders, calls, callbacks,
/// escalations, messages, and their rows in uploaded lists. Stays: that it was done, by whom, when and why, with
/// the id; and a number on the suppression list, without a word about whose it was. What cannot be done at once goes
/// on by itself. A list that names them afterwards brings them back as somebody new.
#[utoipa::path(post, path = "/api/residents/{id}/erasure", tag = "residents", operation_id = "erase_resident",
    request_body = Wish,
    params(("id" = Uuid, Path), ("if-match" = String, Header, description = "The ETag that was read.")),
    responses(
        (status = 200, description = "Everything is erased.", body = Shown),
        (status = 202, description = "They are off the register; the rest goes on by itself.", body = Shown),
        (status = 422, description = "What was typed again is neither the reference nor the name."),
        (status = 501, description = "Nobody can be erased here.")))]
pub(crate) async fn erase(
    State(erasing): State<Erasing>,
    caller: Caller,
    Path(id): Path<Uuid>,
    version: IfMatch,
    Json(Wish { reason, confirm }): Json<Wish>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let eraser = erasing.eraser()?;
    let stored = erasing.register.resident(id).await?;
    version.check(stored.version)?;
    if !stored.value.is_called(&confirm) {
        let expected = "the reference or the whole name of this person";
        return Err(Problem::invalid(vec![FieldError::new("confirm", "", expected)]));
    }
    let asked = eraser.erase(stored.value.id, Some(&stored), (&caller.name, reason.into())).await?;
    let Some(Progress { erasure, waits }) = asked else { return Err(Problem::changed()) };
    let status = if erasure.done_at.is_some() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(Shown::of(&erasure, waits))))
}

/// How far the erasure of somebody has come.
#[utoipa::path(get, path = "/api/residents/{id}/erasure", tag = "residents", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The erasure.", body = Shown),
        (status = 404, description = "Nobody with this id is being or was erased."),
        (status = 501, description = "Nobody can be erased here.")))]
pub(crate) async fn erasure(
    State(erasing): State<Erasing>,
    Path(id): Path<Uuid>,
) -> Result<Json<Shown>, Problem> {
    let found = erasing.eraser()?.look(ResidentId::from_uuid(id)).await?;
    let found = found.ok_or_else(|| Problem::not_found("Nobody with this id is being or was erased."))?;
    Ok(Json(Shown::of(&found, None)))
}
