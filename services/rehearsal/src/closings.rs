//! Of each day that was closed: its account balances, has everybody once, and
//! says nothing of the telephone that was not seen from outside.

use crate::observer::{Call, Observed};
use crate::properties::ask;
use crate::scenario::{Faults, ScenarioError};
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use rollcall_domain::day::{Bounds, DayAccount, DayRecord};
use rollcall_domain::ids::ResidentId;
use rollcall_domain::ledger::{DayState, Ledger};
use rollcall_domain::resident::Resident;
use rollcall_ports::{Clock as _, Fault, PartOf};
use std::collections::BTreeMap;

/// The books are looked at each quarter of an hour, and wait for the sweep.
const TIME_TO_CLOSE: SignedDuration = SignedDuration::from_mins(45);

/// Holds it of every day.
pub(crate) fn check(
    (world, faults): (&World, Faults),
    observed: &Observed,
    register: &BTreeMap<String, Resident>,
    found: &mut Vec<String>,
) -> Result<(), ScenarioError> {
    let calls = observed.by_resident();
    for stored in ask(world.store.days().list(None, 366))? {
        let record = stored.value;
        let Some(account) = record.account else {
            let late = world.clock.now().checked_sub(TIME_TO_CLOSE).unwrap_or(Timestamp::MIN);
            if faults == Faults::None && record.is_to_close(&world.policy, late) {
                found.push(format!("{} was not closed", record.day));
            }
            continue;
        };
        let people = ask(people(world, &record, &account))?;
        check_sum(&record, &account, &people, found);
        for (id, state) in &people {
            let Some(resident) = register.get(&id.to_string()) else { continue };
            let bounds = Bounds::of_resident(record.day, resident, &world.policy);
            let theirs = calls.get(id.to_string().as_str()).map(Vec::as_slice).unwrap_or_default();
            if let Some(problem) = disagrees(*state, theirs, bounds, faults) {
                found.push(format!("{id} is in the account of {} as {state:?}: {problem}", record.day));
            }
        }
    }
    Ok(())
}

async fn people(
    world: &World,
    record: &DayRecord,
    account: &DayAccount,
) -> Result<Vec<(ResidentId, DayState)>, Fault> {
    let mut people = Vec::new();
    for part in 0..account.parts {
        let of = PartOf { day: record.day, taking: record.taking, part };
        people.extend(world.store.days().part(of).await?.map(|part| part.people).unwrap_or_default());
    }
    Ok(people)
}

fn check_sum(
    record: &DayRecord,
    account: &DayAccount,
    people: &[(ResidentId, DayState)],
    found: &mut Vec<String>,
) {
    let mut ledger = Ledger::default();
    for (_, state) in people {
        ledger.count(*state);
    }
    if ledger.close(account.ledger.total) != account.ledger || !account.ledger.balanced {
        found.push(format!("the account of {} does not balance: {:?}", record.day, account.ledger));
    }
    let mut ids: Vec<ResidentId> = people.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.len() != people.len() {
        found.push(format!("the account of {} has somebody twice", record.day));
    }
}

/// What was seen of a resident's day that does not go with where the account
/// has them. News that was lost or set aside comes late, so that only without
/// faults all that was seen is in the account.
fn disagrees(state: DayState, calls: &[&Call], bounds: Bounds, faults: Faults) -> Option<&'static str> {
    let that_day = |call: &&&Call| call.at >= bounds.start && call.at < bounds.end;
    let pressed = |key: char| {
        calls.iter().filter(that_day).any(|call| call.key.is_some_and(|(pressed, _)| pressed == key))
    };
    let (well, talk) = (pressed('1'), pressed('2'));
    match state {
        DayState::Well if !well => Some("1 was not pressed on that day"),
        DayState::CallbackOpen
            if !calls
                .iter()
                .any(|call| call.at < bounds.end && call.key.is_some_and(|(key, _)| key == '2')) =>
        {
            Some("2 was never pressed")
        }
        DayState::Trying | DayState::NotDue | DayState::Paused
            if faults == Faults::None && (well || talk) =>
        {
            Some("a key was pressed on that day")
        }
        DayState::Well if faults == Faults::None && talk => Some("2 was pressed on that day"),
        _ => None,
    }
}
