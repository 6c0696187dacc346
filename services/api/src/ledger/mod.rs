//! The account of a day: today as it stands, and how any past day ended.
//!
//! The account of a day that is over was written when it was, and holds ids
//! only: of whoever was taken off the register since, it is known where they
//! stood and no longer who they were.

mod people;
mod shown;

use crate::Api;
use crate::audit::Deeds;
use crate::extract::{Json, Path};
use crate::overview::Board;
use crate::problem::Problem;
use axum::extract::{FromRef, State};
use jiff::civil::Date;
use rollcall_domain::day::{DayAccount, DayRecord, today};
use rollcall_domain::policy::Policy;
use rollcall_ports::{Clock, Days, Residents};
use shown::DayShown;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The endpoints about the accounts of days.
pub(crate) fn endpoints() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(ledger))
        .routes(routes!(people::residents))
        .routes(routes!(people::export))
}

/// What these endpoints touch.
#[derive(Clone)]
pub(crate) struct Ledgers {
    days: Arc<dyn Days>,
    residents: Arc<dyn Residents>,
    board: Arc<Board>,
    deeds: Deeds,
    clock: Arc<dyn Clock>,
    policy: Arc<Policy>,
}

impl FromRef<Api> for Ledgers {
    fn from_ref(api: &Api) -> Self {
        let Api { days, residents, board, clock, policy, .. } = api.clone();
        Self { days, residents, board, deeds: Deeds::from_ref(api), clock, policy }
    }
}

/// The account of a day, in the zone of the service. Of today, where everybody
/// stands now. Of a day before, how it ended, as it was written then, and what
/// came of holding it against the books a day later.
#[utoipa::path(get, path = "/api/ledger/{date}", tag = "ledger", params(("date" = Date, Path)), responses(
    (status = 200, description = "The account, or why there is none.", body = DayShown),
    (status = 404, description = "A day that is still to come.")))]
pub(crate) async fn ledger(
    State(ledgers): State<Ledgers>,
    Path(day): Path<Date>,
) -> Result<Json<DayShown>, Problem> {
    let today = today(&ledgers.policy, ledgers.clock.now());
    if day > today {
        return Err(Problem::not_found("This day is still to come; expected today, or a day before."));
    }
    let stored = ledgers.days.get(day).await?.map(|stored| stored.value);
    let mut shown = DayShown::of(day, stored, &ledgers.policy);
    if day == today {
        shown = shown.live(ledgers.board.now().await?.ledger());
    } else if shown.is_unknown() && ledgers.policy.keeps_no_account_of(day, today) {
        shown = shown.no_longer_kept();
    } else if shown.is_unknown() {
        let before = ledgers.days.list(Some(day), 1).await?;
        shown = shown.before_the_first(before.is_empty());
    }
    Ok(Json(shown))
}

impl Ledgers {
    /// The account of a day that is over.
    ///
    /// # Errors
    /// 404 where there is none.
    async fn closed(&self, day: Date) -> Result<(DayRecord, DayAccount), Problem> {
        let stored = self.days.get(day).await?.map(|stored| stored.value);
        let closed = stored.and_then(|record| record.account.map(|account| (record, account)));
        closed.ok_or_else(|| {
            Problem::not_found(
                "There is no account of this day: it is not closed, or longer ago than accounts are kept.",
            )
        })
    }
}
