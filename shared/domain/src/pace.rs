//! How fast calls may start, and how many at once, over all dialers together.
//!
//! Two limits. Starts per second follow the generic cell rate algorithm (GCRA,
//! ITU-T I.371), which needs one stored time and grants a *reservation*: a
//! start is given the moment at which it may happen, so that a dialer waits
//! once instead of polling. Calls at once are leases that end with the call,
//! or by themselves when no event ever tells of its end.

use crate::ids::AttemptId;
use crate::policy::Policy;
use crate::rules::add;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The shared state of the limiter: small enough for one conditional write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaceState {
    /// The theoretical arrival time of the next start.
    pub next: Option<Timestamp>,
    /// The calls that hold a place, and until when at most.
    pub leases: BTreeMap<AttemptId, Timestamp>,
}

/// The limits that hold for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Starts per second.
    pub per_second: u32,
    /// Starts at once after a pause.
    pub burst: u32,
    /// Check calls at once. Zero when no agent is there.
    pub at_once: u32,
    /// A reservation further ahead than this is not given.
    pub horizon: SignedDuration,
    /// For how long a call keeps its place at most.
    pub lease: SignedDuration,
}

/// The limiter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Start at that moment: now, or within the horizon.
    At(Timestamp),
    /// Too many starts are reserved; ask again then.
    TooFast(Timestamp),
    /// Every place is taken; ask again when a call has ended.
    Full,
}

impl Limits {
    /// The time between two starts, rounded up so that a rate which does not
    /// divide a second is never exceeded, and how far a burst may run ahead.
    fn spacing(&self) -> (SignedDuration, SignedDuration) {
        let rate = u64::from(self.per_second.max(1));
        let interval = SignedDuration::from_nanos(1_000_000_000_u64.div_ceil(rate).cast_signed());
        (interval, interval * i32::try_from(self.burst.saturating_sub(1)).unwrap_or(i32::MAX))
    }
}

impl PaceState {
    /// Reserves a start for `attempt`. Asking again for an attempt that holds
    /// a place is a new start at the old place.
    pub fn reserve(&mut self, attempt: AttemptId, now: Timestamp, limits: &Limits) -> Grant {
        self.leases.retain(|_, until| now < *until);
        let taken = self.leases.keys().filter(|id| **id != attempt).count();
        if taken >= usize::try_from(limits.at_once).unwrap_or(usize::MAX) {
            return Grant::Full;
        }
        let (interval, tolerance) = limits.spacing();
        let next = self.next.unwrap_or(now);
        let at = now.max(next.checked_sub(tolerance).unwrap_or(now));
        if at.duration_since(now) > limits.horizon {
            return Grant::TooFast(at);
        }
        self.next = Some(add(next.max(at), interval));
        self.leases.insert(attempt, add(at, limits.lease));
        Grant::At(at)
    }

    /// The call of `attempt` has ended, or never was.
    pub fn release(&mut self, attempt: AttemptId) -> bool {
        self.leases.remove(&attempt).is_some()
    }

    /// The service said that it is too much: no start before `until`.
    pub fn back_off(&mut self, until: Timestamp, limits: &Limits) {
        let (_, tolerance) = limits.spacing();
        self.next = self.next.max(Some(add(until, tolerance)));
    }

    /// Calls that hold a place at `now`.
    #[must_use]
    pub fn in_flight(&self, now: Timestamp) -> u32 {
        u32::try_from(self.leases.values().filter(|until| now < **until).count()).unwrap_or(u32::MAX)
    }
}

/// What Connect says of the agents of the callback queue. Missing figures are
/// zero: nobody has logged in (API reference, GetCurrentMetricData).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Staffing {
    /// Agents who could take a call now.
    pub available: u32,
    /// Agents in a call or in a callback that rings.
    pub on_contact: u32,
    /// Callbacks that wait in the queue or for their delay.
    pub callbacks_waiting: u32,
}

impl Staffing {
    /// Check calls that may be in flight at once: so many for each agent who
    /// is free and not yet needed for a promise, and never so many that the
    /// agents' own calls would break the instance's limit.
    #[must_use]
    pub fn calls_allowed(&self, policy: &Policy) -> u32 {
        let free = self.available.saturating_sub(self.callbacks_waiting);
        let by_agents = free.saturating_mul(policy.calls_per_free_agent);
        let promised = self.callbacks_waiting.min(self.available);
        let by_lines = policy.concurrent_calls.saturating_sub(self.on_contact).saturating_sub(promised);
        by_agents.min(by_lines)
    }
}

/// Call requests that the planner may give out in one tick: the places that
/// are free, once more for those that will become free before the next tick,
/// less what is already ordered, and never more than the start rate allows.
#[must_use]
pub fn orders(
    staffing: Staffing,
    in_flight: u32,
    ordered: u32,
    tick: SignedDuration,
    policy: &Policy,
) -> u32 {
    let allowed = staffing.calls_allowed(policy);
    let by_rate = policy
        .starts_per_second
        .saturating_mul(u32::try_from(tick.as_secs()).unwrap_or(u32::MAX))
        .saturating_add(policy.start_burst);
    let wanted = allowed.saturating_mul(2).saturating_sub(in_flight).min(by_rate);
    wanted.saturating_sub(ordered)
}
