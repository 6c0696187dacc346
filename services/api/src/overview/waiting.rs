//! How long people have been waiting for a callback.

use super::Board;
use crate::extract::Json;
use crate::problem::Problem;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::callback::Callback;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Promises that are looked at: of more, which no desk can keep, any.
pub(super) const MOST: u32 = 1_000;
/// Minutes at which each span begins.
const SPANS: [u32; 6] = [0, 15, 30, 60, 120, 240];

/// How long those who are owed a callback have been waiting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Waiting {
    /// When this was so.
    at: Timestamp,
    /// By how long they wait, the shortest first; also spans in which nobody is.
    spans: Vec<WaitingSpan>,
    /// Whoever waits longest: since when.
    longest_since: Option<Timestamp>,
    /// There are more than were looked at.
    more: bool,
}

/// Those who have been waiting for about as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct WaitingSpan {
    /// At least so many minutes.
    from_minutes: u32,
    /// Less than so many; null for the last.
    until_minutes: Option<u32>,
    /// What was promised to them can still be kept.
    in_time: u32,
    /// They should have been called back by now.
    overdue: u32,
}

impl Waiting {
    pub(super) fn of<'a>(owed: impl Iterator<Item = &'a Callback>, now: Timestamp) -> Self {
        let ends = SPANS.iter().skip(1).copied().map(Some).chain([None]);
        let span = |(from_minutes, until_minutes): (u32, Option<u32>)| WaitingSpan {
            from_minutes,
            until_minutes,
            in_time: 0,
            overdue: 0,
        };
        let mut spans: Vec<_> = SPANS.into_iter().zip(ends).map(span).collect();
        let (mut longest_since, mut seen) = (None::<Timestamp>, 0_u32);
        for callback in owed {
            let since = callback.requested_at;
            // A clock that is ahead of ours makes nobody wait for less than nothing.
            let waits = now.duration_since(since).max(SignedDuration::ZERO);
            let fits = |span: &&mut WaitingSpan| waits >= SignedDuration::from_mins(span.from_minutes.into());
            let Some(span) = spans.iter_mut().rev().find(fits) else { continue };
            let count = if callback.deadline <= now { &mut span.overdue } else { &mut span.in_time };
            *count = count.saturating_add(1);
            longest_since = Some(longest_since.map_or(since, |known| known.min(since)));
            seen = seen.saturating_add(1);
        }
        Self { at: now, spans, longest_since, more: seen >= MOST }
    }
}

/// How long those who are owed a callback have been waiting, as of a few
/// seconds ago.
#[utoipa::path(get, path = "/api/overview/waiting", tag = "overview",
    responses((status = 200, description = "By how long they wait.", body = Waiting)))]
pub(crate) async fn waiting(State(board): State<Arc<Board>>) -> Result<Json<Waiting>, Problem> {
    Ok(Json(board.waiting().await?.as_ref().clone()))
}
