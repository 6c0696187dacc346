//! `pace_utilisation` and `pace_excess`: the dialers at the limit.

use crate::figures::{Aim, Failed, Figures};
use crate::virtual_time::{Task, VirtualClock, run};
use crate::{people, shell, town};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{Emission, OutsideKind, Place, ResidentKind, ResidentMix, SimConfig, Simulator};
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::CallRequest;
use rollcall_contracts::topology::Topology;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::RequestId;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::Claim;
use rollcall_embedded::Durability;
use rollcall_host::queue::Surroundings;
use rollcall_local::bell::Bell;
use rollcall_local::loops::{Idle, queue_loop};
use rollcall_local::machine::Machine;
use rollcall_local::telephony::SimulatedConnect;
use rollcall_ports::Clock;
use std::path::Path;
use std::sync::{Arc, Mutex};
use town::Heard;

/// Call requests that wait.
pub(crate) const BACKLOG: u64 = 10_000;

/// Agents enough for every call there can be at once.
const AGENTS: u32 = 200;

/// Gives a backlog to as many dialers as there are and looks at what Connect
/// sees. Connect answers at once and limits nothing by itself, so that every
/// start above the limit would be made, and seen.
///
/// # Errors
/// When it cannot be measured, or the dialers did not start every call.
pub(crate) fn measure(dir: &Path, backlog: u64, figures: &mut Figures) -> Result<(), Failed> {
    let began = town::morning()?;
    let clock = VirtualClock::new(began);
    let heard = Arc::new(Heard::default());
    let connect = connect(&clock, began)?;
    let port = Arc::new(connect.clone());
    let machine = town::open(&dir.join("pace"), &clock, port, &heard, Durability::Process)?;
    shell::block_on(fill(&machine, backlog, began))?;
    dial(&machine, &clock, &heard, backlog);
    let trouble = Heard::count(&heard.trouble);
    let starts = starts(&connect, clock.now());
    if starts.len() as u64 != backlog || trouble > 0 {
        return Err(
            format!("of {backlog} calls {} were started, with {trouble} troubles", starts.len()).into()
        );
    }
    let policy = machine.policy();
    let span = starts.last().map_or(0.0, |last| last.duration_since(began).as_secs_f64());
    let allowed = f64::from(policy.start_burst) + (span * f64::from(policy.starts_per_second)).floor();
    let what = format!(
        "starts made / starts allowed, backlog of {backlog} at {}/s burst {}, {} dialers, virtual clock",
        policy.starts_per_second,
        policy.start_burst,
        Topology::shipped().queues.call_requests.concurrency
    );
    figures.add("pace_utilisation", shell::float(starts.len() as u64) / allowed, Aim::AtLeast(0.99), what);
    let excess = excess(&starts, policy);
    figures.add(
        "pace_excess",
        shell::float(excess),
        Aim::AtMost(0.0),
        "starts above the limit in it".to_owned(),
    );
    Ok(())
}

/// Everyone ordered at once, as no planner would.
async fn fill(machine: &Machine, backlog: u64, now: Timestamp) -> Result<(), Failed> {
    let expires_at = now + SignedDuration::from_hours(24);
    let mut people = Vec::new();
    let mut requests = Vec::new();
    for index in 0..backlog {
        let mut resident = people::resident(index, now)?;
        let request = RequestId::of(resident.id, now);
        resident.claim = Some(Claim { request, until: expires_at });
        requests.push(Envelope::new(CallRequest { request, resident: resident.id, expires_at }, now));
        let schedule = Schedule::of(&resident, machine.policy(), now);
        people.push((resident, schedule));
    }
    machine.ports().residents.add(&people).await?;
    machine.ports().requests.send(&requests).await?;
    Ok(())
}

/// Runs the dialers until all is started, or much longer than that may take.
fn dial(machine: &Machine, clock: &Arc<VirtualClock>, heard: &Arc<Heard>, backlog: u64) {
    let around = Surroundings {
        letters: machine.store().dead_letters(),
        signals: Arc::<Heard>::clone(heard),
        clock: Arc::<VirtualClock>::clone(clock),
    };
    let (bell, idle) = (Bell::default(), Idle(SignedDuration::from_mins(1)));
    let inbox = machine.store().call_requests_queue();
    let dialer = || -> Task<'_> {
        let dialer = &machine.services().dialer;
        Box::pin(queue_loop(dialer, &inbox, inbox.spec(), (&bell, idle), &around))
    };
    let dialers = (0..inbox.spec().concurrency).map(|_| dialer()).collect();
    let end = clock.now() + SignedDuration::from_hours(6);
    run(clock, dialers, end, || Heard::count(&heard.started) >= backlog);
}

/// A Connect whose own limits are far away, where nobody answers the phone.
fn connect(clock: &Arc<VirtualClock>, now: Timestamp) -> Result<SimulatedConnect, Failed> {
    let place = Place::default();
    let config = SimConfig {
        rate_per_second: 1e6,
        burst: 1_000_000,
        concurrent_calls: 1_000_000,
        residents: ResidentMix::only(ResidentKind::NoAnswer),
        agents: shell::agents(AGENTS, now),
        place: place.clone(),
        ..SimConfig::new(1, shell::flow(&place)?)
    };
    let simulator = Arc::new(Mutex::new(Simulator::new(config, now)));
    Ok(SimulatedConnect::new(simulator, place, Arc::<VirtualClock>::clone(clock), Bell::default()))
}

/// When Connect was asked to start a call, whatever it answered.
fn starts(connect: &SimulatedConnect, until: Timestamp) -> Vec<Timestamp> {
    let mut starts = Vec::new();
    let mut simulator = connect.lock();
    while simulator.next_at().is_some_and(|next| next <= until) {
        for emission in simulator.advance(until) {
            if let Emission::Seen(event) = emission
                && matches!(event.kind, OutsideKind::DialAccepted | OutsideKind::DialThrottled)
            {
                starts.push(event.at);
            }
        }
    }
    starts
}

/// Starts that a bucket of `start_burst` tokens, filled at `starts_per_second`,
/// would not have let through. Counted here anew, so that a mistake of the
/// limiter is not made twice.
fn excess(starts: &[Timestamp], policy: &Policy) -> u64 {
    let rate = i128::from(policy.starts_per_second);
    // Tokens in billionths of a start, times the rate: whole numbers only.
    let full = i128::from(policy.start_burst) * 1_000_000_000;
    let (mut tokens, mut last, mut excess) = (full, None, 0);
    for start in starts {
        let at = start.as_nanosecond();
        tokens = (tokens + (at - last.unwrap_or(at)) * rate).min(full);
        last = Some(at);
        if tokens >= 1_000_000_000 {
            tokens -= 1_000_000_000;
        } else {
            excess += 1;
        }
    }
    excess
}

#[cfg(test)]
mod tests {
    use super::{excess, measure};
    use crate::figures::Figures;
    use jiff::Timestamp;
    use rollcall_domain::policy::Policy;

    #[test]
    fn starts_above_two_a_second_and_five_at_once_are_counted() {
        let at = |millis: &[i64]| -> Vec<Timestamp> {
            millis.iter().map(|milli| Timestamp::from_millisecond(*milli).unwrap()).collect()
        };
        let policy = Policy::default();
        assert_eq!(excess(&at(&[0, 0, 0, 0, 0, 500, 1000, 1500]), &policy), 0);
        assert_eq!(excess(&at(&[0, 0, 0, 0, 0, 0, 499, 500]), &policy), 2);
        assert_eq!(excess(&at(&[0, 9000, 9000, 9000, 9000, 9000, 9001]), &policy), 1);
    }

    #[test]
    fn a_small_backlog_is_started_as_fast_as_allowed() {
        let dir = tempfile::tempdir().unwrap();
        let mut figures = Figures::default();
        measure(dir.path(), 60, &mut figures).unwrap();
        assert_eq!(figures.value("pace_excess"), Some(0.0));
        assert!(figures.value("pace_utilisation").unwrap() > 0.9);
    }
}
