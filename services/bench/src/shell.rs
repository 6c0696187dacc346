//! What several benches need around what they measure.

use crate::figures::Failed;
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::{AgentPlan, Period, Place};
use std::collections::BTreeMap;
use std::future::Future;
use tokio::runtime::Builder;

/// Runs something that waits for nothing but the store, on this one thread.
///
/// # Errors
/// Those of `work`, and when there is no runtime to be had.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    Builder::new_current_thread().enable_time().build()?.block_on(work)
}

/// The shipped call flow.
///
/// # Errors
/// When it is not valid.
pub(crate) fn flow(place: &Place) -> Result<Flow, Failed> {
    let values = BTreeMap::from([
        ("KeyPressFunctionArn".to_owned(), "key-press".to_owned()),
        ("CallbackQueueArn".to_owned(), place.queue_arn()),
        ("OrganisationName".to_owned(), "Example Council".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ]);
    Flow::parse(CHECK_CALL, &values).map_err(|problems| format!("{problems:?}").into())
}

/// Agents who sit at the desk all day.
pub(crate) fn agents(count: u32, now: Timestamp) -> Vec<AgentPlan> {
    let shift =
        Period { from: now - SignedDuration::from_mins(1), until: now + SignedDuration::from_hours(24) };
    let agent =
        |number| AgentPlan { username: format!("agent-{number}"), shifts: vec![shift], breaks: Vec::new() };
    (0..count).map(agent).collect()
}

/// The middle one.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A count as a number to divide by. Exact: no count here comes near 2^52.
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}
