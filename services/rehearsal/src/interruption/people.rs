//! How a play begins: people on the register, orders, dials of the past.

use super::stage::Stage;
use crate::properties::ask;
use jiff::{SignedDuration, Timestamp};
use rollcall_contracts::envelope::Envelope;
use rollcall_contracts::messages::CallRequest;
use rollcall_domain::attempt::{Attempt, Facts, Key, Press};
use rollcall_domain::callback::Callback;
use rollcall_domain::duty::Schedule;
use rollcall_domain::ids::{AttemptId, BatchId, ContactId, RequestId, ResidentId};
use rollcall_domain::phone::PhoneNumber;
use rollcall_domain::resident::{Claim, Profile, Resident};
use rollcall_ports::{Began, Begin, Clock as _, Removed, Saved, Sender as _, Versioned};

pub(super) const ANN: &str = "+447700900101";
pub(super) const BOB: &str = "+447700900102";

/// A moment relative to now.
pub(super) fn ago(stage: &Stage, seconds: i64) -> Timestamp {
    stage.clock.now() - SignedDuration::from_secs(seconds)
}

/// The id of a person of the plays.
pub(super) fn id(name: &str) -> ResidentId {
    ResidentId::derive(&["interruption", name])
}

/// Somebody who was registered an hour ago and is due.
pub(super) fn person(stage: &Stage, name: &str, number: &str) {
    registered(stage, id(name), name, number);
}

/// As [`person`], by an id of the caller's.
pub(super) fn registered(stage: &Stage, id: ResidentId, name: &str, number: &str) {
    let profile = Profile {
        reference: None,
        first_name: name.to_owned(),
        last_name: "Example".to_owned(),
        number: PhoneNumber::from_e164(number).unwrap(),
        timezone: None,
        language: None,
        window: None,
        notes: None,
        consent: None,
        keyholders: Vec::new(),
        risk: None,
    };
    let resident = Resident::new(id, profile, (BatchId::derive(&["list"]), 2), ago(stage, 3_600));
    let schedule = Schedule::of(&resident, &stage.policy, stage.clock.now());
    ask(stage.store.residents().add(&[(resident, schedule)])).unwrap();
}

/// Changes somebody as an operator or another service would.
pub(super) fn change(stage: &Stage, name: &str, with: impl FnOnce(&mut Resident)) {
    let mut stored = ask(stage.store.residents().get(id(name))).unwrap().unwrap();
    with(&mut stored.value);
    let schedule = Schedule::of(&stored.value, &stage.policy, stage.clock.now());
    assert!(matches!(ask(stage.store.residents().save(&stored, schedule)).unwrap(), Saved::Done(_)));
}

/// Takes somebody off the register as an operator would, and leaves it to
/// others to find out what was promised to them.
pub(super) fn leave(stage: &Stage, name: &str) {
    let stored = ask(stage.store.residents().get(id(name))).unwrap().unwrap();
    assert_eq!(ask(stage.store.residents().remove(&stored)).unwrap(), Removed::Done);
    stage.gone.borrow_mut().push(stored.value);
}

/// The order that a planner gave some seconds ago.
pub(super) fn request(stage: &Stage, name: &str, seconds_ago: i64) -> CallRequest {
    let planned = ago(stage, seconds_ago);
    let expires_at = planned + stage.policy.request_lifetime();
    CallRequest { request: RequestId::of(id(name), planned), resident: id(name), expires_at }
}

/// Claims somebody and puts the order on the queue.
pub(super) fn order(stage: &Stage, name: &str, seconds_ago: i64) {
    let order = request(stage, name, seconds_ago);
    claim(stage, name, order);
    send(stage, order);
}

/// Claims somebody.
pub(super) fn claim(stage: &Stage, name: &str, order: CallRequest) {
    change(stage, name, |resident| {
        resident.claim = Some(Claim { request: order.request, until: order.expires_at });
    });
}

/// Puts an order on the queue.
pub(super) fn send(stage: &Stage, order: CallRequest) {
    let sent = stage.store.call_requests_queue();
    assert!(ask(sent.send(&[Envelope::new(order, stage.clock.now())])).unwrap().is_empty());
}

/// A dial that began some seconds ago and of which this is known.
pub(super) fn dialed(stage: &Stage, name: &str, seconds_ago: i64, facts: Facts) -> AttemptId {
    let order = request(stage, name, seconds_ago);
    if ask(stage.store.residents().get(id(name))).unwrap().unwrap().value.claim.is_none() {
        claim(stage, name, order);
    }
    let begun = ago(stage, seconds_ago);
    let mut resident = ask(stage.store.residents().get(id(name))).unwrap().unwrap();
    let attempt = Versioned::new(Attempt::begin(id(name), order.request, begun));
    let dial = attempt.value.id;
    resident.value.begin(dial, begun, &stage.policy);
    let schedule = Schedule::of(&resident.value, &stage.policy, begun);
    let number = resident.value.number;
    let begin = Begin { attempt, resident, schedule, number, now: begun, quiet_since: begun };
    assert_eq!(ask(stage.store.attempts().begin(&begin)).unwrap(), Began::Granted);
    if facts != Facts::default() {
        let mut attempt = ask(stage.store.attempts().get(dial)).unwrap().unwrap();
        attempt.value.facts = facts;
        assert!(matches!(ask(stage.store.attempts().save(&attempt)).unwrap(), Saved::Done(_)));
    }
    dial
}

/// That only the contact is known, as after an accepted start.
pub(super) fn contact(name: &str) -> Facts {
    Facts { contact: Some(ContactId::new(name)), ..Facts::default() }
}

/// A promise that was given some seconds ago, with what `with` adds.
pub(super) fn promised(stage: &Stage, name: &str, seconds_ago: i64, with: impl FnOnce(&mut Callback)) {
    let at = ago(stage, seconds_ago);
    let press = Some(Press { key: Key::Talk, at });
    let facts = Facts { press, complete: Some(at), ..contact("contact-of-promise") };
    let dial = dialed(stage, name, seconds_ago, facts);
    let attempt = ask(stage.store.attempts().get(dial)).unwrap().unwrap().value;
    let mut callback = Callback::promise(&attempt, at, &stage.policy);
    with(&mut callback);
    let review_at = callback.review_at(&stage.policy);
    let saved =
        ask(stage.store.callbacks().save(&Versioned::new(callback.clone()), review_at, true)).unwrap();
    assert!(matches!(saved, Saved::Done(_)));
    change(stage, name, |resident| {
        resident.learn_mark(dial, at, rollcall_domain::resident::MarkState::Settled);
        resident.learn_reached(rollcall_domain::resident::Reached {
            at,
            how: rollcall_domain::resident::Heard::WantsToTalk,
        });
        resident.claim = None;
        resident.callback = Some(callback.id);
    });
}
