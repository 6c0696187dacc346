//! Days rehearsed under faults on a virtual clock, deterministic by seed.
//!
//! The seed draws the trouble before anything runs. First comes *safety*:
//! everything breaks (calls to ports are lost before or after their effect,
//! throttled, delayed; messages doubled, reordered, late; processes killed at
//! any await point; indexes stale) and no invariant may fall. Then comes
//! *liveness*: the trouble stops on the last evening, operators replay what was
//! set aside, and by midnight every queue is empty and the ledger balances.
//!
//! The handlers, loops and stores are those of the one-machine program. Only
//! the clock is virtual and only Connect is simulated.

mod closings;
mod desk;
mod executor;
mod faulty;
#[cfg(test)]
mod interruption;
mod observer;
mod officers;
mod operator;
mod properties;
mod report;
mod scenario;
mod trouble;
mod world;

pub use report::{Callbacks, Escalations, Outcomes, Report};
pub use scenario::{Faults, Scenario, ScenarioError};

use executor::{Executor, VirtualClock};
use jiff::{SignedDuration, Timestamp};
use observer::Observed;
use rollcall_connect_sim::{OutsideEvent, Simulator};
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Resident;
use rollcall_ports::Clock as _;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use world::World;

/// How long before the end the trouble stops: the windows are closed, and the
/// latest evidence of the latest call has time to come.
const LIVENESS: SignedDuration = SignedDuration::from_mins(5 * 60 + 30);

/// When the trouble of `scenario`, which is over at `end`, stops.
fn healed(scenario: &Scenario, end: Timestamp) -> Timestamp {
    end.checked_sub(LIVENESS).unwrap_or(end).max(scenario.start)
}

/// Rehearses a scenario. `seen` is told everything that the simulated Connect
/// saw, in the order of time.
///
/// # Errors
/// When the scenario cannot be played at all, such as a file that is refused.
/// A property that fails is not an error: it is in [`Report::violations`].
pub fn run(scenario: &Scenario, seen: &mut dyn FnMut(&OutsideEvent)) -> Result<Report, ScenarioError> {
    #[expect(clippy::disallowed_methods, reason = "the report states how long the rehearsal really took")]
    let began = Instant::now();
    let end = desk::end(scenario)?;
    let clock = VirtualClock::new(scenario.start);
    let mut executor = Executor::new(Arc::clone(&clock));
    let simulator = Simulator::new(desk::config(scenario)?, scenario.start);
    let world = World::new(scenario, simulator, clock, &executor)?;
    world
        .store
        .uploads()
        .put("rehearsal.csv", &mut Cursor::new(&scenario.csv))
        .map_err(|error| ScenarioError::Setup(error.to_string()))?;
    world.start(scenario);
    executor.run_until(healed(scenario, end));
    world.trouble.heal();
    world.replay_dead_letters()?;
    executor.run_until(end);
    world.hang_up(end);

    let events = world.seen.borrow();
    events.iter().for_each(&mut *seen);
    let mut report = judge(&world, scenario, &events, end)?;
    report.wall_seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// Every rule of calling that is broken by what was seen from outside, of a
/// system that anybody runs anywhere. `register` is by resident id.
#[must_use]
pub fn broken_rules(
    events: &[OutsideEvent],
    register: &BTreeMap<String, Resident>,
    policy: &Policy,
) -> Vec<String> {
    Observed::of(events).violations(register, policy)
}

fn judge(
    world: &Rc<World>,
    scenario: &Scenario,
    events: &[OutsideEvent],
    end: Timestamp,
) -> Result<Report, ScenarioError> {
    let observed = Observed::of(events);
    let mut report = Report {
        seed: scenario.seed,
        days: scenario.days,
        agents: scenario.agents,
        peak_concurrent_calls: world.connect.lock().peak_concurrent_calls().into(),
        virtual_seconds: u64::try_from(end.duration_since(scenario.start).as_secs()).unwrap_or(0),
        trace_hash: observer::trace_hash(events),
        ..Report::default()
    };
    observed.figures(&scenario.policy, &mut report);
    properties::judge(world, (scenario, healed(scenario, end)), &observed, &mut report)?;
    debug_assert!(world.clock.now() >= end, "the rehearsal ran to its end");
    Ok(report)
}
