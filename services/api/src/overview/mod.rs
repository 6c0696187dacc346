//! The day at a glance: the ledger, the pace, the agents, the queues.
//!
//! The account of the day looks at every resident, so it is not taken for each
//! request: whoever asks gets the one that was taken last, and a new one is
//! taken at most so often, the less often the longer it takes (`board`).

mod board;
pub(crate) mod history;
pub(crate) mod live;
pub(crate) mod waiting;

pub use board::{Board, Parts, Rest};

use crate::auth::Caller;
use crate::dialing::Dialing;
use crate::extract::Json;
use crate::operations::Queue;
use crate::problem::Problem;
use axum::extract::State;
use jiff::Timestamp;
use jiff::civil::Date;
use rollcall_domain::group::Group;
use rollcall_domain::ledger::Ledger;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The day at a glance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Overview {
    /// When this was so.
    at: Timestamp,
    /// The day, in the zone of the service.
    date: Date,
    /// The zone of the service (IANA name).
    timezone: String,
    ledger: DayLedger,
    pace: PaceShown,
    /// Whether Rollcall dials.
    dialing: Dialing,
    /// Null where the telephone service does not say.
    agents: Option<Agents>,
    /// Promised callbacks that are still owed.
    callbacks_open: u64,
    /// Every queue and stream; for operators only.
    #[serde(skip_serializing_if = "Option::is_none")]
    queues: Option<Vec<Queue>>,
}

/// Where everybody stands today: each resident is in exactly one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct DayLedger {
    /// When everybody was counted.
    at: Timestamp,
    /// Said they are well.
    well: u64,
    /// Want to talk; the callback is open.
    callback_open: u64,
    /// An agent spoke to them.
    spoken_to: u64,
    /// A check is due and they are being tried.
    trying: u64,
    /// Not reached, and somebody has been told.
    escalated: u64,
    /// A pause holds.
    paused: u64,
    /// Not called at all.
    excluded: u64,
    /// No check is due yet.
    not_due: u64,
    /// On the register, counted by itself.
    total: u64,
    /// Whether the states add up to the register.
    balanced: bool,
}

impl DayLedger {
    pub(crate) fn of(ledger: Ledger, at: Timestamp) -> Self {
        let Ledger { well, callback_open, spoken_to, trying, escalated, .. } = ledger;
        let Ledger { paused, excluded, not_due, total, balanced, .. } = ledger;
        Self {
            at,
            well,
            callback_open,
            spoken_to,
            trying,
            escalated,
            paused,
            excluded,
            not_due,
            total,
            balanced,
        }
    }
}

/// How fast calls start, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct PaceShown {
    /// Calls started per second at most.
    rate_per_second: u32,
    /// Calls that may start at once after a pause.
    burst: u32,
    /// Calls at once at most.
    concurrent_limit: u32,
    /// Calls just now.
    in_flight: u32,
}

/// The agents of the callback queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Agents {
    /// Free for a call.
    available: u32,
    /// Signed in: free or on a call.
    staffed: u32,
}

impl Overview {
    pub(crate) fn ledger(&self) -> DayLedger {
        self.ledger
    }
}

/// The day at a glance.
#[utoipa::path(get, path = "/api/overview", tag = "overview",
    responses((status = 200, description = "The day at a glance.", body = Overview)))]
pub(crate) async fn overview(
    State(board): State<Arc<Board>>,
    caller: Caller,
) -> Result<Json<Overview>, Problem> {
    let seen = board.now().await?;
    Ok(Json(for_caller(&seen, &caller)))
}

/// What this caller may see of it.
fn for_caller(overview: &Overview, caller: &Caller) -> Overview {
    let mut overview = overview.clone();
    if !caller.is_in(Group::Operators) {
        overview.queues = None;
    }
    overview
}
