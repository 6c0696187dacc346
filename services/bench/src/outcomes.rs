//! `outcomes_per_second`: how fast contact records are taken in.

use crate::figures::{Aim, Failed, Figures};
use crate::stopwatch::Stopwatch;
use crate::town::Heard;
use crate::virtual_time::VirtualClock;
use crate::{people, shell, town};
use jiff::{SignedDuration, Timestamp};
use rollcall_connect_sim::{Emission, EmissionConfig, FunctionFailure, Place, SimConfig, Simulator};
use rollcall_contracts::connect::{StreamRecord, decode_stream_record};
use rollcall_contracts::evidence::attempt_of;
use rollcall_contracts::topology::Topology;
use rollcall_domain::attempt::{Attempt, Facts};
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, RequestId};
use rollcall_domain::pace::Limits;
use rollcall_embedded::Durability;
use rollcall_host::{StreamHandler, Verdict};
use rollcall_local::bell::Bell;
use rollcall_local::machine::Machine;
use rollcall_local::telephony::SimulatedConnect;
use rollcall_ports::{Began, Begin, CallOrder, Clock, Started, Versioned};
use rollcall_recording::{Learned, Recorder};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Calls whose records are taken in.
pub(crate) const CALLS: u64 = 30_000;

/// The rate is that of the best of so many parts: the one that the rest of the
/// machine disturbed least.
const PARTS: usize = 5;
/// A record may be overtaken by so many others.
const DISORDER: usize = 40;

/// Makes calls on a simulated Connect as the dialer would, with the real
/// key-press function, and then takes in their contact records: all of them on
/// this one thread, a tenth of them twice and a tenth once more in a newer
/// version, which may come before the older.
///
/// # Errors
/// When it cannot be measured, or not every record took effect.
pub(crate) fn measure(dir: &Path, calls: u64, figures: &mut Figures) -> Result<(), Failed> {
    let dir = dir.join("outcomes");
    shell::block_on(async {
        let (clock, records) = prepare(&dir, calls).await?;
        let heard = Arc::new(Heard::default());
        let machine = town::open(&dir, &clock, Arc::new(town::AgentsOnly), &heard, Durability::Power)?;
        // Before each turn its calls are made to hold places, as calls that are under way do.
        let turn = usize::try_from(Topology::shipped().streams.outcomes.batch_size)?;
        let mut best: f64 = 0.0;
        let mut over = BTreeSet::new();
        for part in records.chunks(records.len().div_ceil(PARTS).max(1)) {
            let mut took = Duration::ZERO;
            for slice in part.chunks(turn) {
                hold_places(&machine, slice, &mut over).await?;
                took += take_in(&machine, slice).await?;
            }
            best = best.max(shell::float(part.len() as u64) / took.as_secs_f64());
        }
        let (settled, trouble) = (Heard::count(&heard.settled), Heard::count(&heard.trouble));
        if settled != calls || trouble > 0 {
            return Err(format!("of {calls} calls {settled} were settled, with {trouble} troubles").into());
        }
        let what = format!(
            "contact records a second on one thread: {} records of {calls} calls, best of {PARTS} parts",
            records.len()
        );
        figures.add("outcomes_per_second", best, Aim::AtLeast(10_000.0), what);
        Ok(())
    })
}

/// One turn of the stream's reader, but for reading and the checkpoint.
async fn take_in(machine: &Machine, records: &[Vec<u8>]) -> Result<Duration, Failed> {
    let outcomes = &machine.services().outcomes;
    let began = Stopwatch::start();
    let turn = async {
        for record in records {
            if outcomes.handle(record).await? != Verdict::Done {
                return Err(Failed::from("a record was not taken in"));
            }
        }
        Ok(())
    };
    machine.store().together(turn).await??;
    Ok(began.elapsed())
}

/// The calls of these records hold places at the limiter until they end. A
/// record that is not the first of its call finds it `over`.
async fn hold_places(
    machine: &Machine,
    records: &[Vec<u8>],
    over: &mut BTreeSet<AttemptId>,
) -> Result<(), Failed> {
    let now = machine.clock().now();
    let limits = Limits {
        per_second: 1_000,
        burst: 1_000_000,
        at_once: u32::MAX,
        horizon: SignedDuration::from_hours(24),
        lease: machine.policy().call_lease(),
    };
    for record in records {
        if let Ok(StreamRecord::Contact(record)) = decode_stream_record(record)
            && let Some(attempt) = attempt_of(&record.attributes)
            && over.insert(attempt)
        {
            let _grant = machine.ports().pace.reserve(attempt, now, limits).await?;
        }
    }
    Ok(())
}

/// Calls that are over, and their records in the order in which they come. The
/// disk is not flushed meanwhile: nothing of this is measured.
async fn prepare(dir: &Path, calls: u64) -> Result<(Arc<VirtualClock>, Vec<Vec<u8>>), Failed> {
    let began = town::morning()?;
    let clock = VirtualClock::new(began);
    let connect = connect(&clock, began)?;
    let heard = Arc::new(Heard::default());
    let port = Arc::new(connect.clone());
    let machine = town::open(dir, &clock, port, &heard, Durability::Process)?;
    let recorder = recorder(&machine);
    let mut records = Vec::new();
    let indices: Vec<u64> = (0..calls).collect();
    for page in indices.chunks(1_000) {
        let mut people = Vec::new();
        for index in page {
            let resident = people::resident(*index, began)?;
            people.push((resident, Schedule::default()));
        }
        machine.ports().residents.add(&people).await?;
        for (resident, _) in people {
            clock.set(clock.now() + SignedDuration::from_millis(2));
            drive(&machine, &connect, clock.now(), &mut records).await?;
            call(&machine, &recorder, Versioned { value: resident, version: 1 }).await?;
        }
    }
    let end = clock.now() + SignedDuration::from_mins(30);
    drive(&machine, &connect, end, &mut records).await?;
    clock.set(end);
    Ok((clock, disordered(records)))
}

/// What the dialer does of a call, but for its turn and the rules.
async fn call(
    machine: &Machine,
    recorder: &Recorder,
    mut resident: Versioned<rollcall_domain::resident::Resident>,
) -> Result<(), Failed> {
    let now = machine.clock().now();
    let request = RequestId::of(resident.value.id, now);
    let attempt = Attempt::begin(resident.value.id, request, now);
    let (id, policy) = (AttemptId::of(request), machine.policy());
    resident.value.begin(id, now, policy);
    let schedule = Schedule::of(&resident.value, policy, now);
    let (number, quiet_since) = (resident.value.number, now - policy.gap());
    let order = CallOrder {
        attempt: id,
        resident: resident.value.id,
        number,
        language: None,
        ring_seconds: policy.ring_seconds,
    };
    let begin = Begin { attempt: Versioned::new(attempt), resident, schedule, number, now, quiet_since };
    if machine.ports().attempts.begin(&begin).await? != Began::Granted {
        return Err("a call could not be begun".into());
    }
    let Started::Accepted(contact) = machine.ports().telephony.start(&order).await? else {
        return Err("a call was rejected".into());
    };
    let news = Facts { contact: Some(contact), ..Facts::default() };
    match recorder.learn_call(id, &news).await? {
        Learned::Applied => Ok(()),
        Learned::Unknown | Learned::Contended => Err("a contact was not noted".into()),
    }
}

/// Lets Connect go on until then, answering for the key-press function.
async fn drive(
    machine: &Machine,
    connect: &SimulatedConnect,
    until: Timestamp,
    records: &mut Vec<Vec<u8>>,
) -> Result<(), Failed> {
    while connect.lock().next_at().is_some_and(|next| next <= until) {
        let emissions = connect.lock().advance(until);
        for emission in emissions {
            match emission {
                Emission::InvokeFunction(call) => {
                    let answer = machine.services().key_press.answer(&call.payload).await;
                    let answer = answer.map(|answer| answer.0).map_err(|_| FunctionFailure::Failed);
                    connect.lock().function_answered(call.at, call.id, answer);
                }
                Emission::StreamRecord { data, .. } => records.push(data),
                Emission::Seen(_) => {}
            }
        }
    }
    Ok(())
}

/// A Connect without limits of its own, that sends records only, and many twice.
fn connect(clock: &Arc<VirtualClock>, now: Timestamp) -> Result<SimulatedConnect, Failed> {
    let place = Place::default();
    let emission = EmissionConfig {
        events: false,
        records_twice: 0.1,
        records_updated: 0.1,
        ..EmissionConfig::default()
    };
    let config = SimConfig {
        rate_per_second: 1e6,
        burst: 1_000_000,
        concurrent_calls: 1_000_000,
        emission,
        place: place.clone(),
        ..SimConfig::new(1, shell::flow(&place)?)
    };
    let simulator = Arc::new(Mutex::new(Simulator::new(config, now)));
    Ok(SimulatedConnect::new(simulator, place, Arc::<VirtualClock>::clone(clock), Bell::default()))
}

fn recorder(machine: &Machine) -> Recorder {
    machine.services().outcomes.recorder.clone()
}

/// Each record may be overtaken by those that come a little later.
fn disordered(mut records: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut rng = fastrand::Rng::with_seed(1);
    for place in 0..records.len() {
        let other = (place + rng.usize(0..DISORDER)).min(records.len() - 1);
        records.swap(place, other);
    }
    records
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_records_of_a_few_calls_are_all_taken_in() {
        let dir = tempfile::tempdir().unwrap();
        let mut figures = crate::figures::Figures::default();
        super::measure(dir.path(), 120, &mut figures).unwrap();
        assert!(figures.value("outcomes_per_second").unwrap() > 0.0);
    }
}
