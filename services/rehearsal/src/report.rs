//! What a rehearsal found.

use rollcall_domain::ledger::Ledger;
use serde::Serialize;

/// What a rehearsal found. Everything but the wall time is a function of the
/// scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// The seed that gives this report again.
    pub seed: u64,
    /// Days rehearsed.
    pub days: u32,
    /// Residents on the register.
    pub residents: u64,
    /// Agents at the desk.
    pub agents: u32,
    /// Calls that Connect took.
    pub calls_started: u64,
    /// Calls that Connect refused for good.
    pub calls_refused: u64,
    /// Calls that Connect refused for now.
    pub calls_throttled: u64,
    /// Calls that Connect refused for how it is set up.
    pub calls_misconfigured: u64,
    /// How often dialing stopped by itself.
    pub dialing_trips: u64,
    /// How often the operator stopped it.
    pub dialing_stops: u64,
    /// What became of the calls.
    pub outcomes: Outcomes,
    /// What became of the promises.
    pub callbacks: Callbacks,
    /// What became of those who were not reached.
    pub escalations: Escalations,
    /// The account at the end of the last day.
    pub ledger: Ledger,
    /// The most calls that Connect took in any one second.
    pub peak_calls_per_second: u64,
    /// The most calls there were at once.
    pub peak_concurrent_calls: u64,
    /// Call requests that led to more than one call.
    pub double_dials: u64,
    /// Messages that were set aside.
    pub dead_letters: u64,
    /// Every property that failed, in words.
    pub violations: Vec<String>,
    /// Virtual time that passed.
    pub virtual_seconds: u64,
    /// Real time that passed.
    pub wall_seconds: f64,
    /// A hash of everything that the simulated Connect saw.
    pub trace_hash: String,
}

/// Calls by what became of them, as Connect saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// Pressed 1.
    pub well: u64,
    /// Pressed 2.
    pub talk: u64,
    /// Pressed 9 twice.
    pub opted_out: u64,
    /// Nobody answered.
    pub no_answer: u64,
    /// The line was busy.
    pub busy: u64,
    /// Answered without a valid key: silence, a hang-up, voicemail.
    pub unconfirmed: u64,
    /// The number does not exist.
    pub bad_number: u64,
    /// The network did not carry the call.
    pub network: u64,
}

/// Promises by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Callbacks {
    /// Asked for.
    pub requested: u64,
    /// An agent and the resident were joined.
    pub completed: u64,
    /// Not joined within the deadline.
    pub overdue: u64,
    /// Half of those who were joined waited no longer than this.
    pub wait_p50_seconds: u64,
    /// Nineteen of twenty who were joined waited no longer than this.
    pub wait_p95_seconds: u64,
}

/// Cases of residents who were not reached, by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Escalations {
    /// Cases of which anybody was told.
    pub raised: u64,
    /// Notices, over all rungs.
    pub rungs_told: u64,
    /// Cases that somebody accepted.
    pub accepted: u64,
    /// Cases that ended by an all-clear.
    pub all_clear: u64,
    /// Cases of which the last rung was told.
    pub to_the_last_rung: u64,
}
