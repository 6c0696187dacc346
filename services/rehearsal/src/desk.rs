//! The simulated Connect of a rehearsal: its place, its agents, its manners.

use crate::scenario::{Faults, Scenario, ScenarioError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rollcall_connect_sim::flow::Flow;
use rollcall_connect_sim::{AgentPlan, EmissionConfig, Period, Place, SimConfig};
use rollcall_domain::policy::Policy;
use std::collections::BTreeMap;

/// The call flow as it is shipped.
const FLOW: &str = include_str!("../../../infra/connect/check-call-flow.json");

/// Names and numbers of the simulated instance.
pub(crate) fn place() -> Place {
    Place::default()
}

/// The simulated Connect of `scenario`.
pub(crate) fn config(scenario: &Scenario) -> Result<SimConfig, ScenarioError> {
    let place = place();
    let names = BTreeMap::from([
        ("CallbackQueueArn".to_owned(), place.queue_arn()),
        (
            "KeyPressFunctionArn".to_owned(),
            "arn:aws:lambda:eu-west-2:111122223333:function:key-press".to_owned(),
        ),
        ("OrganisationName".to_owned(), "Example Council".to_owned()),
        ("OrganisationTelephone".to_owned(), "0 2 0, 7 9 4 6, 0 1 0 0".to_owned()),
    ]);
    let flow = Flow::parse(FLOW, &names)
        .map_err(|problems| ScenarioError::Setup(format!("the call flow has problems: {problems:?}")))?;
    let mut config = SimConfig::new(scenario.seed, flow);
    config.place = place;
    config.rate_per_second = f64::from(scenario.policy.starts_per_second);
    config.burst = scenario.policy.start_burst;
    config.concurrent_calls = scenario.policy.concurrent_calls;
    config.residents = scenario.answers.clone();
    config.agents = (1..=scenario.agents).map(|number| agent(number, scenario)).collect();
    if scenario.faults == Faults::Harsh {
        config.emission = EmissionConfig::harsh();
    }
    Ok(config)
}

/// An agent who is there on every calling day, from before the window opens
/// until the last callbacks of the day are due.
fn agent(number: u32, scenario: &Scenario) -> AgentPlan {
    let policy = &scenario.policy;
    let shifts = days(scenario).filter_map(|date| shift(policy, date)).collect();
    AgentPlan { username: format!("agent-{number}"), shifts, breaks: Vec::new() }
}

fn days(scenario: &Scenario) -> impl Iterator<Item = jiff::civil::Date> {
    let first = zone(&scenario.policy).to_datetime(scenario.start).date();
    (0..=i64::from(scenario.days)).filter_map(move |day| first.checked_add(day.days()).ok())
}

fn shift(policy: &Policy, date: jiff::civil::Date) -> Option<Period> {
    let zone = zone(policy);
    let moment = |time| zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok();
    let daily = policy.window.daily;
    let from = moment(daily.start)?.checked_sub(SignedDuration::from_mins(15)).ok()?;
    let until = moment(daily.end)?.checked_add(policy.callback_deadline()).ok()?;
    Some(Period { from, until })
}

/// The zone by which the rehearsal's days begin and end.
pub(crate) fn zone(policy: &Policy) -> TimeZone {
    TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC)
}

/// The end of the last day: a second before the local midnight after it.
pub(crate) fn end(scenario: &Scenario) -> Result<Timestamp, ScenarioError> {
    let too_far = |_| ScenarioError::Setup("the last day is beyond the calendar".to_owned());
    let zone = zone(&scenario.policy);
    let last = zone.to_datetime(scenario.start).date().checked_add(i64::from(scenario.days).days());
    let midnight = zone.to_ambiguous_timestamp(last.map_err(too_far)?.at(0, 0, 0, 0)).compatible();
    midnight.and_then(|at| at.checked_sub(SignedDuration::from_secs(1))).map_err(too_far)
}
