//! A machine over a data directory of its own, for measuring.

use crate::figures::Failed;
use crate::virtual_time::VirtualClock;
use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::ids::ContactId;
use rollcall_domain::pace::Staffing;
use rollcall_domain::policy::Policy;
use rollcall_embedded::Durability;
use rollcall_local::loops::Idle;
use rollcall_local::machine::{Machine, Setup};
use rollcall_ports::{CallOrder, Described, Fault, Signal, Signals, Started, Telephony};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A Monday morning within the calling hours.
///
/// # Errors
/// Never: the text is a moment.
pub(crate) fn morning() -> Result<Timestamp, Failed> {
    Ok("2026-11-23T10:00:00Z".parse()?)
}

/// Rules under which neither agents nor lines are short.
pub(crate) fn policy() -> Policy {
    Policy { concurrent_calls: 100_000, calls_per_free_agent: 20, ..Policy::default() }
}

/// Opens a machine over `dir`.
///
/// # Errors
/// When the directory cannot be used.
pub(crate) fn open(
    dir: &Path,
    clock: &Arc<VirtualClock>,
    telephony: Arc<dyn Telephony>,
    heard: &Arc<Heard>,
    durability: Durability,
) -> Result<Arc<Machine>, Failed> {
    let setup = Setup {
        policy: Arc::new(policy()),
        clock: Arc::<VirtualClock>::clone(clock),
        signals: Arc::<Heard>::clone(heard),
        telephony,
        durability,
        idle: Idle(SignedDuration::from_mins(1)),
    };
    Ok(Machine::open(dir, setup)?)
}

/// What the services said, as far as a bench asks: the work was really done.
#[derive(Default)]
pub(crate) struct Heard {
    /// Orders that the planner gave.
    pub(crate) ordered: AtomicU64,
    /// Calls that were started.
    pub(crate) started: AtomicU64,
    /// Calls whose result became known.
    pub(crate) settled: AtomicU64,
    /// Whatever a bench that goes well does not have: calls that were refused
    /// or throttled, requests that were declined, records that were ignored,
    /// messages that come again or were set aside.
    pub(crate) trouble: AtomicU64,
}

impl Signals for Heard {
    fn emit(&self, signal: &Signal) {
        let (counter, by) = match signal {
            Signal::Planned { ordered, .. } => (&self.ordered, u64::from(*ordered)),
            Signal::CallStarted { .. } => (&self.started, 1),
            Signal::CallSettled { .. } => (&self.settled, 1),
            Signal::CallRefused { .. }
            | Signal::CallThrottled { .. }
            | Signal::CallInDoubt { .. }
            | Signal::RequestDeclined { .. }
            | Signal::RecordIgnored { .. }
            | Signal::DoubleDial { .. }
            | Signal::Retried { .. }
            | Signal::Parked { .. } => (&self.trouble, 1),
            _ => return,
        };
        counter.fetch_add(by, Ordering::Relaxed);
    }
}

impl Heard {
    /// The value of a counter.
    pub(crate) fn count(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// A telephone service with a thousand free agents, which takes no calls.
pub(crate) struct AgentsOnly;

fn refused<T>() -> Result<T, Fault> {
    Err(Fault::Refused { port: "Connect", reason: "this bench makes no calls".to_owned() })
}

#[async_trait]
impl Telephony for AgentsOnly {
    async fn start(&self, _: &CallOrder) -> Result<Started, Fault> {
        refused()
    }

    async fn staffing(&self) -> Result<Staffing, Fault> {
        Ok(Staffing { available: 1_000, ..Staffing::default() })
    }

    async fn describe(&self, _: &ContactId) -> Result<Described, Fault> {
        refused()
    }

    async fn stop(&self, _: &ContactId) -> Result<(), Fault> {
        refused()
    }
}
