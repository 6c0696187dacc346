//! The duty officers of a rehearsal, and what must hold of the ladder.
//!
//! Of four cases one is accepted and has its all-clear an hour later, one is
//! accepted and forgotten, one is given back; the last nobody accepts.

use crate::observer::{Call, Observed};
use crate::properties::ask;
use crate::report::{Escalations, Report};
use crate::scenario::{Faults, Scenario, ScenarioError};
use crate::trouble::{Gate, Process, Trouble};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::messages::Notice;
use rollcall_contracts::topology::Topology;
use rollcall_domain::escalation::deeds::AllClear;
use rollcall_domain::escalation::ladder::{Whom, rungs};
use rollcall_domain::escalation::{Escalation, HowEnded};
use rollcall_domain::ids::EscalationId;
use rollcall_domain::resident::Resident;
use rollcall_local::compose;
use rollcall_ports::{Clock as _, Fault};
use rollcall_recording::Recorder;
use rollcall_recording::escalation::{Deed, Worked};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How often an officer looks at the list.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_mins(7);
/// How long it takes them to find somebody.
const FINDS_AFTER: SignedDuration = SignedDuration::from_mins(60);
/// The account of whoever acts.
const OFFICER: &str = "officer";

/// Works through the open cases. Behind no gate: an officer who gets no answer
/// asks again.
pub(crate) async fn see_to_cases(world: Rc<World>) {
    let gate = Gate {
        trouble: Trouble::new(Faults::None, 0),
        process: Arc::new(Process::default()),
        clock: Arc::clone(&world.clock),
    };
    let recorder = compose(&world.ports(&gate), &world.policy).outcomes.recorder;
    loop {
        world.sleep(LOOKS_EVERY).await;
        let mut from = None;
        loop {
            let Ok(page) = recorder.escalations.list_open(from.as_ref(), 100).await else { break };
            for stored in page.cases {
                // Whoever writes in between is found in seven minutes again.
                drop(see_to(&recorder, &stored.value, world.clock.now()).await);
            }
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
}

async fn see_to(recorder: &Recorder, case: &Escalation, now: Timestamp) -> Result<(), Fault> {
    let [.., last] = case.id.as_uuid().as_bytes();
    let since = case.accepted.as_ref().map(|accepted| now.duration_since(accepted.at));
    let deed = match (last % 4, since) {
        (0, None) => Deed::Accept,
        (1 | 2, None) if case.former.is_empty() => Deed::Accept,
        (0, Some(since)) if since >= FINDS_AFTER => {
            let how = if last % 8 == 0 { AllClear::SeenInPerson } else { AllClear::KnownSafe };
            Deed::AllClear { how, note: None }
        }
        (2, Some(since)) if since >= FINDS_AFTER => Deed::Release { any: false },
        _ => return Ok(()),
    };
    let _done: Worked = recorder.work(case.id, OFFICER, deed).await?;
    Ok(())
}

/// One notice of the ladder, as it stands on the board.
struct ToldOnBoard {
    at: Timestamp,
    resident: String,
    round: u32,
    nth: u32,
    rung: String,
}

/// Holds what must hold of every case.
pub(crate) fn check_ladder(
    (world, scenario): (&World, &Scenario),
    observed: &Observed,
    register: &BTreeMap<String, Resident>,
    report: &mut Report,
    found: &mut Vec<String>,
) -> Result<(), ScenarioError> {
    let board = board(world)?;
    let calls = observed.by_resident();
    let calm = scenario.faults == Faults::None;
    for (id, told) in &board {
        let Some(stored) = ask(world.store.escalations().get(*id))? else {
            found.push(format!("somebody was told of the case {id}, which is not on record"));
            continue;
        };
        let case = stored.value;
        let resident = told.first().and_then(|first| register.get(&first.resident));
        count(&case, told.len(), &mut report.escalations);
        check_order(&case, told, resident, world, found);
        check_deeds(&case, found);
        if calm {
            check_times(&case, found);
            check_news(&case, told, &calls, found);
        }
        check_left(&case, resident, world, found);
    }
    for resident in register.values() {
        let Some(raised) = &resident.escalation else { continue };
        let case = ask(world.store.escalations().get(raised.case(resident.id)))?;
        if !case.is_some_and(|case| case.value.is_open()) {
            found.push(format!("{} is escalated, and no case of it is open", resident.id));
        }
    }
    Ok(())
}

fn board(world: &World) -> Result<BTreeMap<EscalationId, Vec<ToldOnBoard>>, ScenarioError> {
    let told = world.store.notices_told(0, u32::MAX);
    let mut board: BTreeMap<EscalationId, Vec<ToldOnBoard>> = BTreeMap::new();
    for one in told.map_err(|fault| ScenarioError::Setup(fault.to_string()))? {
        if let Notice::Escalated { escalation, resident, round, nth, rung, .. } = one.notice {
            let told = ToldOnBoard { at: one.at, resident: resident.to_string(), round, nth, rung };
            board.entry(escalation).or_default().push(told);
        }
    }
    Ok(board)
}

fn count(case: &Escalation, told: usize, of: &mut Escalations) {
    of.raised += 1;
    of.rungs_told += told as u64;
    of.accepted += u64::from(case.accepted.is_some() || !case.former.is_empty());
    of.all_clear += u64::from(case.reached().is_some());
    of.to_the_last_rung += u64::from(case.told.iter().any(|told| told.to == Whom::WelfareVisit));
}

/// Each rung is told after the one before, and none is left out.
fn check_order(
    case: &Escalation,
    told: &[ToldOnBoard],
    resident: Option<&Resident>,
    world: &World,
    found: &mut Vec<String>,
) {
    let ladder = rungs(&world.policy, resident);
    let mut before = (0, 0, Timestamp::MIN);
    for one in told {
        let next = if one.round == before.0 { before.1 + 1 } else { 1 };
        if one.round < before.0 || one.nth != next || one.at < before.2 {
            found.push(format!("{}: {} {} is told after {before:?}", case.id, one.round, one.nth));
        }
        before = (one.round, one.nth, one.at);
        let place = usize::try_from(one.nth).unwrap_or(usize::MAX) - 1;
        let expected = ladder.get(place).or_else(|| ladder.last()).map(|(whom, _)| whom.word());
        if expected != Some(one.rung.as_str()) {
            found.push(format!("{}: {} is told as rung {}", case.id, one.rung, one.nth));
        }
    }
}

/// Nobody is told while somebody sees to it, or after it is over.
fn check_deeds(case: &Escalation, found: &mut Vec<String>) {
    let held = case.former.iter().map(|former| (former.accepted_at, former.until));
    let held = held.chain(case.accepted.iter().map(|accepted| (accepted.at, Timestamp::MAX)));
    let over = case.ended.iter().map(|ended| (ended.at, Timestamp::MAX));
    for (from, until) in held.chain(over) {
        for told in case.told.iter().filter(|told| from < told.told_at && told.told_at < until) {
            found.push(format!(
                "{}: {:?} was told at {}, not free from {from} on",
                case.id, told.to, told.told_at
            ));
        }
    }
}

/// Each rung is told within one run of the sweep after it is due.
fn check_times(case: &Escalation, found: &mut Vec<String>) {
    let period = SignedDuration::from_secs(i64::from(Topology::shipped().timers.sweep_seconds));
    let mut due = case.raised_at;
    for told in &case.told {
        let free = case.former.iter().map(|former| former.until).filter(|until| *until <= told.told_at).max();
        let due_at = free.map_or(due, |free| due.max(free));
        if told.told_at < due_at || told.told_at.duration_since(due_at) > period {
            found
                .push(format!("{}: {:?} was due at {due_at} and told at {}", case.id, told.to, told.told_at));
        }
        due = told.accept_by;
    }
}

/// Nobody is told of somebody who was heard of since.
fn check_news(
    case: &Escalation,
    told: &[ToldOnBoard],
    calls: &BTreeMap<&str, Vec<&Call>>,
    found: &mut Vec<String>,
) {
    let id = case.resident.to_string();
    let pressed = calls.get(id.as_str()).into_iter().flatten().filter_map(|call| call.key);
    let news = pressed.map(|(_, at)| at).filter(|at| *at >= case.check_due).collect::<Vec<_>>();
    for one in told.iter().filter(|one| one.round == 1) {
        // The write that follows the key takes a moment.
        let known = one.at.checked_sub(SignedDuration::from_secs(30)).unwrap_or(Timestamp::MIN);
        if news.iter().any(|at| *at < known) {
            found.push(format!("{id} was heard of before {}, when {} was told", one.at, one.rung));
        }
    }
}

/// Nothing is left undone: not even trouble lasts for ever.
fn check_left(case: &Escalation, resident: Option<&Resident>, world: &World, found: &mut Vec<String>) {
    let late = world.clock.now().checked_sub(SignedDuration::from_mins(10)).unwrap_or(Timestamp::MIN);
    if let Some((at, step)) = case.due(&world.policy, resident).filter(|(at, _)| *at < late) {
        found.push(format!("{}: {step:?} has been due since {at}", case.id));
    }
    if case.unsettled {
        found.push(format!("{}: the register does not know of what was decided", case.id));
    }
    let heard = resident.and_then(|resident| resident.reached);
    if let Some(news) = heard.filter(|news| case.on_record().is_cleared_by(*news) && news.at < late)
        && case.is_open()
        && case.review_at(&world.policy).is_none_or(|at| at < late)
    {
        found.push(format!("{}: still open, and they were heard of at {}", case.id, news.at));
    }
    let by_itself = case.ended.as_ref().is_some_and(|ended| ended.by.is_none());
    if by_itself && case.ended.as_ref().is_some_and(|ended| ended.how == HowEnded::SeenInPerson) {
        found.push(format!("{}: an all-clear that nobody gave", case.id));
    }
}
