//! The invariants, held against the world at the end of a rehearsal: what was
//! seen from outside, and what the services' own books say of it.

use crate::observer::{Call, Observed};
use crate::report::Report;
use crate::scenario::{Scenario, ScenarioError};
use crate::world::World;
use crate::{closings, officers, operator};
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::attempt::{Attempt, Disposition};
use rollcall_domain::batch::{Batch, BatchStage, Tally};
use rollcall_domain::duty::review;
use rollcall_domain::ids::{AttemptId, CallbackId};
use rollcall_domain::ledger::{DayState, Ledger, day_state};
use rollcall_domain::letter::{Filter, Which};
use rollcall_domain::resident::{MarkState, Resident};
use rollcall_domain::rules::excluded;
use rollcall_domain::suppression::{Entry, Subject, Suppressed};
use rollcall_ports::{Clock as _, Fault};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

/// Holds every property and fills in what the books say.
pub(crate) fn judge(
    world: &World,
    (scenario, healed): (&Scenario, Timestamp),
    observed: &Observed,
    report: &mut Report,
) -> Result<(), ScenarioError> {
    let now = world.clock.now();
    let (batch, tally) = loaded(world)?;
    let register = register(world)?;
    let mut ledger = Ledger::default();
    for resident in register.values() {
        ledger.count(day_state(resident, &world.policy, now));
    }
    report.residents = register.len() as u64;
    report.ledger = ledger.close(ask(world.store.residents().count())?);
    report.dead_letters =
        ask(world.store.letters().tally(&Filter { which: Which::All, ..Filter::default() }))?;

    let mut found = observed.violations(&register, &world.policy);
    check_load(&batch, &tally, &register, &mut found);
    if scenario.agents > 0 && observed.calls.is_empty() && world.refused.load(Ordering::Relaxed) == 0 {
        check_silence(world, &register, healed, &mut found);
    }
    check_books(world, observed, &register, &mut found)?;
    check_rest(world, &register, report, &mut found)?;
    check_stops(world, observed, report, &mut found)?;
    officers::check_ladder((world, scenario), observed, &register, report, &mut found)?;
    closings::check((world, scenario.faults), observed, &register, &mut found)?;
    report.violations = found;
    Ok(())
}

/// Of calls before this moment all evidence has come and been taken in. Later
/// ones are those to residents whose day ends after the rehearsal's.
fn all_known(world: &World) -> Timestamp {
    let time = world.policy.evidence_window() + SignedDuration::from_mins(10);
    world.clock.now().checked_sub(time).unwrap_or(Timestamp::MIN)
}

/// Asks a port of the embedded store, which answers at once.
pub(crate) fn ask<T>(question: impl Future<Output = Result<T, Fault>>) -> Result<T, ScenarioError> {
    match pin!(question).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.map_err(|fault| ScenarioError::Setup(fault.to_string())),
        Poll::Pending => Err(ScenarioError::Setup("the store did not answer at once".to_owned())),
    }
}

fn loaded(world: &World) -> Result<(Batch, Tally), ScenarioError> {
    let fault = |fault: Fault| ScenarioError::Setup(fault.to_string());
    let recent = world.store.batches_recent(1).map_err(fault)?;
    let (batch, tally) = recent
        .into_iter()
        .next()
        .ok_or_else(|| ScenarioError::Setup("the upload was never read".to_owned()))?;
    match batch.stage.clone() {
        BatchStage::Refused { code, reason } => Err(ScenarioError::Refused { code, reason }),
        _ => Ok((batch, tally)),
    }
}

fn register(world: &World) -> Result<BTreeMap<String, Resident>, ScenarioError> {
    let mut register = BTreeMap::new();
    let mut from = None;
    loop {
        let page = ask(world.store.residents().page(from.as_ref(), 500))?;
        for resident in page.residents {
            register.insert(resident.value.id.to_string(), resident.value);
        }
        from = page.next;
        if from.is_none() {
            return Ok(register);
        }
    }
}

/// Nobody is called while dialing is stopped, one tick after the stop; and it
/// runs again in the end.
fn check_stops(
    world: &World,
    observed: &Observed,
    report: &mut Report,
    found: &mut Vec<String>,
) -> Result<(), ScenarioError> {
    (report.dialing_trips, report.dialing_stops) = operator::stops(world)?;
    report.calls_misconfigured = world.refused.load(Ordering::Relaxed);
    for (from, until) in operator::quiet_times(world)? {
        for call in observed.calls.values().filter(|call| call.at >= from && call.at < until) {
            found.push(format!("a call was made at {}, while dialing was stopped from {from} on", call.at));
        }
    }
    let dialing = ask(world.store.switch().read())?.value;
    if !dialing.untold.is_empty() {
        found.push(format!("nobody was told of {} changes of the switch", dialing.untold.len()));
    }
    Ok(())
}

/// Every line of the file is accounted for.
fn check_load(batch: &Batch, tally: &Tally, register: &BTreeMap<String, Resident>, found: &mut Vec<String>) {
    match batch.stage {
        BatchStage::Loading { rows, .. } if rows == tally.rows() && batch.is_finished(tally) => {}
        _ => found.push(format!("the upload was not loaded to its end: {} rows accounted for", tally.rows())),
    }
    if tally.loaded != register.len() as u64 {
        found.push(format!("{} rows were loaded and {} residents are there", tally.loaded, register.len()));
    }
}

/// Time in which somebody must be called, whatever goes wrong. Days without a
/// call break no other rule; they are right only where the list itself could
/// not be loaded until the trouble was over, or nearly.
const SOME_CALL_WITHIN: SignedDuration = SignedDuration::from_hours(4);

fn check_silence(
    world: &World,
    register: &BTreeMap<String, Resident>,
    healed: Timestamp,
    found: &mut Vec<String>,
) {
    let callable = |one: &&Resident| excluded(one).is_none() && one.pauses.is_empty();
    let missed = register.values().filter(callable).find(|one| {
        let hours = world.policy.hours(one);
        hours.after_open(one.registered_at, SOME_CALL_WITHIN).is_some_and(|by| by <= healed)
    });
    if let Some(one) = missed {
        found.push(format!(
            "nobody was called at all, though {} is on record since {}",
            one.id, one.registered_at
        ));
    }
}

/// What was seen from outside stands in the books: no call without its
/// attempt, no key press without its effect, no attempt that claims a call.
fn check_books(
    world: &World,
    observed: &Observed,
    register: &BTreeMap<String, Resident>,
    found: &mut Vec<String>,
) -> Result<(), ScenarioError> {
    let settled = observed.calls.values().filter(|call| call.at < all_known(world));
    for call in settled {
        let attempt = match call.attempt.parse::<AttemptId>() {
            Ok(id) => ask(world.store.attempts().get(id))?,
            Err(_) => None,
        };
        let Some(attempt) = attempt else {
            found.push(format!("a call was made at {} of which no attempt is on record", call.at));
            continue;
        };
        check_attempt(&attempt.value, call, found);
        if let Some(('2', _)) = call.key {
            let promise = ask(world.store.callbacks().get(CallbackId::of(attempt.value.id)))?;
            if promise.is_none() {
                found.push(format!("2 was pressed in {} and no callback is on record", attempt.value.id));
            }
        }
    }
    for (id, calls) in observed.by_resident() {
        let Some(resident) = register.get(id) else { continue };
        if let Some(pressed) = calls.iter().filter_map(|call| call.pressed_at()).max()
            && pressed < all_known(world)
            && resident.reached.is_none_or(|reached| reached.at < pressed)
        {
            found.push(format!("{id} pressed a key at {pressed} and is not recorded as heard of"));
        }
        check_marks(resident, &calls, world, found);
        let opted_out = calls.iter().any(|call| call.opted_out.is_some_and(|at| at < all_known(world)));
        if opted_out && resident.suppressed.person.is_none() {
            found.push(format!("{id} opted out, and their record does not say so"));
        }
        check_list(world, resident, found)?;
    }
    Ok(())
}

/// A record says what the list says, once the sweep has had its minute.
fn check_list(world: &World, resident: &Resident, found: &mut Vec<String>) -> Result<(), ScenarioError> {
    let subjects = [Subject::Resident(resident.id), Subject::Number(resident.number)];
    let entries = ask(world.store.suppressions().of(&subjects))?;
    let entry = |n: usize| entries.get(n).and_then(Option::as_ref).map(|entry| &entry.value);
    let too_new = |entry: &Entry| entry.suppression.at >= all_known(world);
    if [entry(0), entry(1)].into_iter().flatten().any(too_new) {
        return Ok(());
    }
    if Suppressed::by(entry(0), entry(1)) != resident.suppressed {
        found.push(format!("{}: the record and the suppression list differ", resident.id));
    }
    Ok(())
}

fn check_attempt(attempt: &Attempt, call: &Call, found: &mut Vec<String>) {
    let expected = match call.key {
        Some(('1', _)) => Some(Disposition::Well),
        Some(_) => Some(Disposition::Talk),
        None => call.opted_out.map(|_| Disposition::OptedOut),
    };
    let known = attempt.disposition();
    let wrong = match expected {
        Some(expected) => known != expected,
        None => matches!(
            known,
            Disposition::Well
                | Disposition::Talk
                | Disposition::OptedOut
                | Disposition::NotPlaced
                | Disposition::Open
        ),
    };
    if wrong {
        found.push(format!("{} is recorded as {known:?}; seen: {call:?}", attempt.id));
    }
}

/// Only real dials are remembered as such, and all recent ones are.
fn check_marks(resident: &Resident, calls: &[&Call], world: &World, found: &mut Vec<String>) {
    let id = resident.id;
    let remembered = |at| world.clock.now().duration_since(at) < world.policy.attempts_window();
    for mark in &resident.marks {
        let was_call = calls.iter().any(|call| call.attempt == mark.attempt.to_string());
        let believed = match mark.state {
            MarkState::Open if mark.at >= all_known(world) => continue,
            MarkState::Open => {
                found.push(format!("{id} still has an attempt open: {}", mark.attempt));
                continue;
            }
            MarkState::Settled => true,
            MarkState::NotPlaced => false,
        };
        if believed != was_call {
            found.push(format!("{id}: {} is remembered as {:?}", mark.attempt, mark.state));
        }
    }
    if let Some(last) = calls.last()
        && remembered(last.at)
        && !resident.marks.iter().any(|mark| mark.attempt.to_string() == last.attempt)
    {
        found.push(format!("{id}: the last call, at {}, is not remembered", last.at));
    }
}

/// The world has come to rest, and everybody is accounted for.
fn check_rest(
    world: &World,
    register: &BTreeMap<String, Resident>,
    report: &Report,
    found: &mut Vec<String>,
) -> Result<(), ScenarioError> {
    let now = world.clock.now();
    let statuses = world.store.queue_statuses().map_err(|fault| ScenarioError::Setup(fault.to_string()))?;
    let quiet_since = all_known(world);
    let quiet = register.values().all(|one| {
        let hours = world.policy.hours(one);
        hours.next_open(quiet_since).is_none_or(|open| open > now)
    });
    for queue in statuses {
        if let Some(left @ 1..) = queue.waiting.filter(|_| quiet) {
            found.push(format!("{left} messages are left on {}", queue.name));
        }
    }
    for attempt in ask(world.store.attempts().open(quiet_since, 20))? {
        found.push(format!("{attempt} was never settled"));
    }
    if !report.ledger.balanced {
        found.push("the ledger does not balance".to_owned());
    }
    if world.counted.ledgers_unbalanced() > 0 {
        found.push("the ledger did not balance at some time of the day".to_owned());
    }
    if world.counted.double_dials() > 0 {
        found.push("the services saw two calls for one attempt".to_owned());
    }
    for resident in register.values() {
        let told_by = review(resident, &world.policy).map(|(at, _)| at);
        if told_by.is_some_and(|at| at < quiet_since)
            && day_state(resident, &world.policy, now) == DayState::Trying
        {
            found.push(format!("{} is still being tried at the end of the day", resident.id));
        }
    }
    Ok(())
}
