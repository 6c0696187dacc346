//! Days rehearsed under faults on a virtual clock, deterministic by seed.

mod report;
mod scenario;

pub use report::{Callbacks, Outcomes, Report};
pub use scenario::{Faults, Scenario, ScenarioError};

use rollcall_connect_sim::OutsideEvent;

/// Rehearses a scenario. `seen` is told everything that the simulated Connect
/// saw, in the order of time.
///
/// # Errors
/// When the scenario cannot be played at all, such as a file that is refused.
/// A property that fails is not an error: it is in [`Report::violations`].
pub fn run(scenario: &Scenario, seen: &mut dyn FnMut(&OutsideEvent)) -> Result<Report, ScenarioError> {
    let _ = (scenario, seen);
    Err(ScenarioError::Refused { code: "not_yet".to_owned(), reason: "not yet".to_owned() })
}
