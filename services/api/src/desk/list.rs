//! Looking at the desk.

use super::Desk;
use super::phone::PhoneShown;
use super::shown::Owed;
use crate::auth::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::version::Tagged;
use axum::extract::State;
use rollcall_domain::ids::ResidentId;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// Promises that are shown at once.
const SHOWN: usize = 200;
/// Promises that are put in order: of more, which no desk can keep, any.
const ORDERED: u32 = 1_000;

/// An agent's desk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Desk)]
pub(crate) struct DeskShown {
    /// The caller's phone; null where Amazon Connect's control panel is used, or
    /// none.
    phone: Option<PhoneShown>,
    /// Everybody who is still owed a callback: those that were raised first,
    /// then by deadline.
    callbacks: Vec<Owed>,
    /// There are more than are shown.
    more: bool,
}

/// The caller's phone, and everybody who is still owed a callback.
#[utoipa::path(get, path = "/api/desk", tag = "desk",
    responses((status = 200, description = "The desk.", body = DeskShown)))]
pub(crate) async fn desk(State(desk): State<Desk>, caller: Caller) -> Result<Json<DeskShown>, Problem> {
    let phone = match &desk.softphone {
        Some(softphone) => Some(PhoneShown::of(softphone.look(&caller.name).await?)),
        None => None,
    };
    let (callbacks, more) = desk.owed().await?;
    Ok(Json(DeskShown { phone, callbacks, more }))
}

/// One promise, also one that was kept or cancelled meanwhile.
#[utoipa::path(get, path = "/api/desk/callbacks/{id}", tag = "desk", params(("id" = Uuid, Path)), responses(
    (status = 200, description = "The callback, with the version as ETag.", body = Owed,
        headers(("etag" = String, description = "The version, for If-Match.")))))]
pub(crate) async fn callback(
    State(desk): State<Desk>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Tagged<Json<Owed>>, Problem> {
    let found = desk.find(id).await?;
    desk.deeds.viewed(&caller, found.resident.value.id).await?;
    Ok(desk.show(&found))
}

impl Desk {
    /// Who is still owed a callback, in order, and whether there are more.
    async fn owed(&self) -> Result<(Vec<Owed>, bool), Problem> {
        let mut owed = self.recorder.callbacks.list_owed(ORDERED).await?;
        owed.sort_by_key(|one| (Reverse(one.value.raised), one.value.deadline, one.value.id));
        let more = owed.len() > SHOWN;
        owed.truncate(SHOWN);
        let ids: Vec<ResidentId> = owed.iter().map(|one| one.value.resident).collect();
        let residents = self.recorder.residents.get_each(&ids).await?;
        let now = self.recorder.clock.now();
        // Of somebody who was taken off the register, the sweep cancels it.
        let shown = owed
            .iter()
            .zip(residents)
            .filter_map(|(one, resident)| resident.map(|resident| Owed::of(one, &resident.value, now)));
        Ok((shown.collect(), more))
    }
}
