//! What each kind of resident leaves behind: the right record, the right outside view.

#![expect(clippy::unwrap_used, reason = "a missing record fails the test")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use rollcall_connect_sim::{OutsideKind, ResidentKind, ResidentMix, SimConfig};
use rollcall_contracts::connect::{ContactRecord, DisconnectReason, InitiationMethod};
use support::{World, roomy, seconds};

/// The decision table for the record of a check call; first match wins.
fn outcome(record: &ContactRecord) -> &'static str {
    assert_eq!(record.initiation_method, Some(InitiationMethod::Api));
    let answered = record.connected_to_system_timestamp.is_some();
    match (record.attributes.get("answer"), &record.disconnect_reason) {
        (Some("talk"), _) => "callback requested",
        (Some("well"), _) => "well",
        (Some("opted_out"), _) => "opted out",
        _ if answered => "unconfirmed",
        (_, Some(DisconnectReason::TelecomBusy)) => "busy",
        (_, Some(DisconnectReason::TelecomProblem | DisconnectReason::TelecomPotentialBlocking)) => "network",
        (_, Some(DisconnectReason::TelecomNumberInvalid)) => "bad number",
        _ => "no answer",
    }
}

/// Two hundred calls to residents of one kind: what the records say, how often.
fn outcomes(kind: ResidentKind) -> BTreeMap<&'static str, usize> {
    let mut world = World::new(only(kind));
    for index in 0..200 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    let mut outcomes = BTreeMap::new();
    for (_, record) in &world.records {
        *outcomes.entry(outcome(record)).or_default() += 1;
    }
    assert_eq!(outcomes.values().sum::<usize>(), 200, "{kind:?}: one record a call");
    assert_eq!(world.seen(OutsideKind::Ended).len(), 200, "{kind:?}: one end a call");
    outcomes
}

fn only(kind: ResidentKind) -> SimConfig {
    SimConfig { residents: ResidentMix::only(kind), ..roomy(11) }
}

/// Twice the key, and they are out; whoever thinks better of it is asked again, and is well.
#[test]
fn whoever_opts_out_confirms_it_or_thinks_better_of_it() {
    let outcomes = outcomes(ResidentKind::OptOut);
    let (out, well) = (outcomes["opted out"], outcomes["well"]);
    assert_eq!(out + well, 200, "{outcomes:?}");
    assert!((20..60).contains(&well), "about one in five: {outcomes:?}");
}

#[test]
fn each_kind_comes_out_as_the_decision_table_says() {
    let check = |kind, expected: &'static str| {
        assert_eq!(outcomes(kind), BTreeMap::from([(expected, 200)]), "{kind:?}");
    };
    check(ResidentKind::Silent, "unconfirmed");
    check(ResidentKind::HangUp, "unconfirmed");
    check(ResidentKind::Voicemail, "unconfirmed");
    check(ResidentKind::Busy, "busy");
    check(ResidentKind::NoAnswer, "no answer");
    check(ResidentKind::BadNumber, "bad number");
    check(ResidentKind::Network, "network");
    check(ResidentKind::Well, "well");
    check(ResidentKind::Talk, "callback requested");
}

#[test]
fn a_resident_slower_than_the_ring_time_does_not_answer() {
    let mut world = World::new(only(ResidentKind::Well));
    for index in 0..100 {
        let mut request = support::request(index);
        request.ring_timeout_in_seconds = Some(15);
        world.sim.start_outbound(world.now, &request).unwrap();
    }
    world.run(seconds(600));
    let answered = world.records.iter().filter(|(_, record)| record.connected_to_system_timestamp.is_some());
    let answered = answered.count();
    assert!((20..80).contains(&answered), "{answered} of 100 answered within 15 of 3 to 30 seconds");
    for (_, record) in &world.records {
        let rang = record.connected_to_system_timestamp.or(record.disconnect_timestamp).unwrap();
        assert!(rang.duration_since(record.initiation_timestamp.unwrap()) <= seconds(15));
    }
}

#[test]
fn unanswered_calls_end_with_every_code_the_documentation_leaves_open() {
    let mut world = World::new(only(ResidentKind::NoAnswer));
    for index in 0..200 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    let reasons: BTreeSet<_> =
        world.records.iter().map(|(_, record)| record.disconnect_reason.clone()).collect();
    let expected = BTreeSet::from([
        None,
        Some(DisconnectReason::TelecomOriginatorCancel),
        Some(DisconnectReason::TelecomTimeout),
        Some(DisconnectReason::TelecomUnanswered),
    ]);
    assert_eq!(reasons, expected);
}

#[test]
fn keys_are_pressed_wrong_early_and_for_a_repeat_and_the_answer_still_comes() {
    let mut config = only(ResidentKind::Well);
    config.resident_habits.wrong_key_first = 0.5;
    config.resident_habits.repeat_first = 0.5;
    config.resident_habits.leaves_early = 0.0;
    let mut world = World::new(config);
    for index in 0..200 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    let mut keys: BTreeMap<Option<String>, String> = BTreeMap::new();
    for press in world.seen(OutsideKind::KeyPressed) {
        keys.entry(press.contact_id.clone()).or_default().extend(press.key);
    }
    let sequences: BTreeSet<&str> = keys.values().map(String::as_str).collect();
    assert_eq!(sequences, BTreeSet::from(["1", "71", "31", "371"]));
    assert!(world.records.iter().all(|(_, record)| outcome(record) == "well"));
}

#[test]
fn the_function_is_told_each_answer_once_with_resident_and_attempt() {
    let mut config = only(ResidentKind::Well);
    config.resident_habits.leaves_early = 0.0;
    let mut world = World::new(config);
    let contact = world.start(7).unwrap();
    world.run(seconds(300));
    assert_eq!(world.told(&contact), [BTreeMap::from([("answer".to_owned(), "well".to_owned())])]);
    let data = &world.invocations[0].payload.details.contact_data;
    assert_eq!(data.attributes.get("residentId"), Some("resident-7"));
    assert_eq!(data.attributes.get("attemptId"), Some("attempt-7"));
    assert_eq!(data.attributes.get("answer"), Some("well"), "set before the function is called");
    assert_eq!(data.initial_contact_id.as_ref(), Some(&contact), "the first leg names itself");
}

#[test]
fn silence_is_told_as_none() {
    let mut world = World::new(only(ResidentKind::Silent));
    let contact = world.start(1).unwrap();
    world.run(seconds(300));
    assert_eq!(world.told(&contact), [BTreeMap::from([("answer".to_owned(), "none".to_owned())])]);
    assert_eq!(world.record(&contact).attributes.get("answer"), Some("none"));
}

#[test]
fn whoever_leaves_early_has_still_left_the_answer_in_the_record() {
    let mut config = only(ResidentKind::Talk);
    config.resident_habits.leaves_early = 1.0;
    let mut world = World::new(config);
    // The function needs its time, so that some hang up while the flow waits for it.
    world.function = Box::new(|_| (seconds(3), support::recorded().1));
    for index in 0..100 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    let (mut with, mut without) = (0, 0);
    for (_, record) in &world.records {
        assert_eq!(outcome(record), "callback requested");
        if record.next_contact_id.is_some() { with += 1 } else { without += 1 }
    }
    assert_eq!(with + without, 100);
    assert!(with > 10 && without > 10, "{with} callbacks, {without} hung up before there was one");
    assert_eq!(world.seen(OutsideKind::CallbackRequested).len(), with);
}
