//! The simulated Connect of one machine: the shipped call flow, and six agents
//! who work during the calling hours.

use super::journal::{self, Journal, Recalled};
use crate::bell::Bell;
use crate::telephony::SimulatedConnect;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rollcall_connect_sim::flow::{CHECK_CALL, Flow};
use rollcall_connect_sim::http::Service;
use rollcall_connect_sim::{AgentPlan, Emission, Period, Place, SimConfig};
use rollcall_domain::policy::Policy;
use rollcall_ports::Clock;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Agents at the desk.
pub const AGENTS: u8 = 6;
/// How far ahead their shifts are planned. Within that, a Connect begins anew
/// some day when it is at rest.
const DAYS: i32 = 400;

/// The simulated Connect, as services and as HTTP clients reach it.
pub struct Simulated {
    /// The port, to calls and to the phones of people at the desk.
    pub port: SimulatedConnect,
    /// The wire API.
    pub http: Service,
    /// Whether it went on from a former process, with all that was under way.
    pub known: bool,
    pub(super) journal: Arc<Journal>,
    pub(super) pending: Vec<Emission>,
    pub(super) skip: u64,
}

/// Why the simulated Connect cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The shipped flow is not one that Connect would take.
    #[error("the shipped call flow is not valid: {0}")]
    Flow(String),
    /// What it must not forget cannot be read or written.
    #[error("what the simulated telephone service remembers cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

/// Whether a simulated Connect has ever made calls for the directory `dir`.
#[must_use]
pub fn was_simulated(dir: &Path) -> bool {
    dir.join(journal::FILE).exists()
}

/// The simulated Connect of the data directory `dir`: the one that a former
/// process left there, or one that begins now. Other calling hours or agents
/// make another one, which knows nothing of the calls of the former. Another
/// `people_pace` does not: that is how many times longer people at the desk are
/// given, because the clock runs so many times as fast.
///
/// # Errors
/// When the shipped flow is not valid, or the directory cannot be used.
pub fn simulated(
    dir: &Path,
    policy: &Policy,
    clock: &Arc<dyn Clock>,
    people_pace: u32,
) -> Result<Simulated, SetupError> {
    let place = Place::default();
    let flow = flow(&place)?;
    let Recalled { journal, mut simulator, pending, skip, known } =
        journal::recall(dir, clock.now(), |began| SimConfig {
            agents: agents(policy, began.at),
            place: place.clone(),
            ..SimConfig::new(began.seed, flow.clone())
        })?;
    let journal = Arc::new(journal);
    let notes = Arc::clone(&journal);
    simulator.on_input(move |input| notes.asked(input));
    simulator.set_people_pace(people_pace);
    let simulator = Arc::new(Mutex::new(simulator));
    let told = Arc::clone(clock);
    let http = Service::new(Arc::clone(&simulator), Arc::new(move || told.now()));
    let port = SimulatedConnect::new(simulator, place, Arc::clone(clock), Bell::default());
    Ok(Simulated { port, http, known, journal, pending, skip })
}

pub(super) fn flow(place: &Place) -> Result<Flow, SetupError> {
    let function = format!("arn:aws:lambda:{}:{}:function:rollcall-key-press", place.region, place.account);
    let values = BTreeMap::from([
        ("KeyPressFunctionArn".to_owned(), function),
        ("CallbackQueueArn".to_owned(), place.queue_arn()),
        ("OrganisationName".to_owned(), "Rollcall".to_owned()),
        ("OrganisationTelephone".to_owned(), "020 7946 0100".to_owned()),
    ]);
    Flow::parse(CHECK_CALL, &values).map_err(|problems| {
        let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
        SetupError::Flow(texts.join("; "))
    })
}

/// Agents sign in a little before calls begin and stay after they end, for the
/// callbacks. Two at a time have their break.
pub(super) fn agents(policy: &Policy, now: Timestamp) -> Vec<AgentPlan> {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    let first = zone.to_datetime(now).date();
    let days = || (0..DAYS).map(|day| first.saturating_add(day.days()));
    let window = policy.window.daily;
    let (from, until) = (shifted(window.start, -15), shifted(window.end, 90));
    let plan = |number: u8| {
        let lunch = shifted(window.start, 150 + i64::from(number / 2) * 45);
        let mut plan =
            AgentPlan { username: format!("agent-{}", number + 1), shifts: Vec::new(), breaks: Vec::new() };
        for date in days().filter(|date| is_calling_day(policy, *date)) {
            plan.shifts.extend(period(&zone, date, from, until));
            plan.breaks.extend(period(&zone, date, lunch, shifted(lunch, 45)));
        }
        plan
    };
    (0..AGENTS).map(plan).collect()
}

fn is_calling_day(policy: &Policy, date: Date) -> bool {
    let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
    policy.days().0.get(day).copied().unwrap_or(false) && !policy.holidays.contains(&date)
}

fn period(zone: &TimeZone, date: Date, from: Time, until: Time) -> Option<Period> {
    let moment = |time: Time| zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok();
    Some(Period { from: moment(from)?, until: moment(until)? })
}

/// A time of day moved within its day.
fn shifted(time: Time, minutes: i64) -> Time {
    time.saturating_add(SignedDuration::from_mins(minutes))
}

/// When a demonstration begins: two minutes before the first calling window
/// that opens after `now`.
#[must_use]
pub fn demo_start(policy: &Policy, now: Timestamp) -> Timestamp {
    let zone = TimeZone::get(&policy.timezone).unwrap_or(TimeZone::UTC);
    let hours = rollcall_domain::calendar::Hours {
        zone,
        days: policy.days(),
        window: policy.window.daily,
        holidays: &policy.holidays,
    };
    let closed = if hours.is_open(now) { hours.close_after(now) } else { Some(now) };
    let opens = closed.and_then(|closed| hours.next_open(closed));
    opens.and_then(|opens| opens.checked_sub(2.minutes()).ok()).map_or(now, |start| start.max(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rollcall_domain::calendar::Weekdays;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_shipped_flow_can_be_set_up() {
        assert!(flow(&Place::default()).is_ok());
    }

    #[test]
    fn a_demonstration_begins_before_the_next_window() {
        let policy = Policy::default();
        for (now, start) in [
            ("2026-11-20T16:59:00Z", "2026-11-23T08:58:00Z"),
            ("2026-11-21T12:00:00Z", "2026-11-23T08:58:00Z"),
            ("2026-11-23T07:00:00Z", "2026-11-23T08:58:00Z"),
            ("2026-11-23T08:59:00Z", "2026-11-23T08:59:00Z"),
            ("2026-11-23T09:00:00Z", "2026-11-24T08:58:00Z"),
            ("2026-07-01T12:00:00Z", "2026-07-02T07:58:00Z"),
        ] {
            assert_eq!(demo_start(&policy, at(now)), at(start), "at {now}");
        }
    }

    #[test]
    fn agents_are_there_before_the_first_call_and_after_the_last() {
        let policy = Policy::default();
        let plans = agents(&policy, at("2026-11-23T08:58:00Z"));
        assert_eq!(plans.len(), 6);
        for plan in &plans {
            assert_eq!(plan.shifts[0].from, at("2026-11-23T08:45:00Z"));
            assert_eq!(plan.shifts[0].until, at("2026-11-23T18:30:00Z"));
        }
        let breaks: Vec<_> = plans.iter().map(|plan| plan.breaks[0].from).collect();
        assert_eq!(breaks.iter().filter(|from| **from == at("2026-11-23T11:30:00Z")).count(), 2);
    }

    #[test]
    fn agents_work_on_the_days_of_calling() {
        let mut policy = Policy { holidays: [Date::constant(2026, 12, 25)].into(), ..Policy::default() };
        let second = |policy: &Policy| agents(policy, at("2026-12-24T08:00:00Z"))[0].shifts[1].from;
        assert_eq!(second(&policy), at("2026-12-28T08:45:00Z"));
        policy.window.days = Weekdays::ALL;
        assert_eq!(second(&policy), at("2026-12-26T08:45:00Z"));
    }
}
