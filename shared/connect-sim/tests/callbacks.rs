//! The life of a queued callback.

#![expect(clippy::unwrap_used, reason = "a missing record fails the test")]

mod support;

use std::collections::BTreeSet;

use jiff::Timestamp;
use rollcall_connect_sim::{
    AgentHabits, Between, CallbackShares, OutsideKind, Period, ResidentKind, ResidentMix, SimConfig,
};
use rollcall_contracts::connect::api::{ApiError, StopContactRequest};
use rollcall_contracts::connect::{ContactEventType as E, ContactRecord, DisconnectReason, InitiationMethod};
use support::{START, World, agents, at, roomy, seconds};

/// Residents who want to talk and wait for the end of the flow; agents who never miss; callbacks that are answered.
fn talkers(agent_count: usize) -> SimConfig {
    let callbacks = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
    let mut config = SimConfig {
        residents: ResidentMix::only(ResidentKind::Talk),
        agents: agents(agent_count),
        agent_habits: AgentHabits { misses: 0.0, callbacks, ..AgentHabits::default() },
        ..roomy(5)
    };
    config.resident_habits.leaves_early = 0.0;
    config
}

fn only(shares: CallbackShares, mut config: SimConfig) -> SimConfig {
    config.agent_habits.callbacks = shares;
    config
}

const NONE: CallbackShares = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };

/// Records of callback legs, in the order of their chain.
fn callbacks(world: &World) -> Vec<&ContactRecord> {
    let is_callback = |record: &&ContactRecord| record.initiation_method == Some(InitiationMethod::Callback);
    world.records.iter().map(|(_, record)| record).filter(is_callback).collect()
}

fn between(from: Option<Timestamp>, until: Option<Timestamp>) -> i64 {
    until.unwrap().duration_since(from.unwrap()).as_secs()
}

#[test]
fn a_callback_is_recorded_as_the_real_connect_records_it() {
    let mut world = World::new(talkers(1));
    let first = world.start(3).unwrap();
    world.run(seconds(7200));
    let parent = world.record(&first).clone();
    let leg = callbacks(&world)[0];
    assert_eq!(parent.next_contact_id.as_ref(), Some(&leg.contact_id));
    assert_eq!(parent.initial_contact_id, None);
    assert_eq!(parent.queue, None);
    assert_eq!(leg.previous_contact_id.as_ref(), Some(&first));
    assert_eq!(leg.initial_contact_id.as_ref(), Some(&first));
    assert_eq!(leg.next_contact_id, None);
    assert_eq!(leg.attributes, parent.attributes, "shared by all legs");
    assert_eq!(leg.attributes.get("attemptId"), Some("attempt-3"));
    assert_eq!(leg.system_endpoint, None);
    assert_eq!(leg.agent_connection_attempts, Some(1));

    assert!(leg.initiation_timestamp < parent.disconnect_timestamp, "created while the first call was up");
    let queue = leg.queue.as_ref().unwrap();
    assert_eq!(between(leg.initiation_timestamp, queue.enqueue_timestamp), 99);
    let waited = between(leg.initiation_timestamp, queue.dequeue_timestamp);
    assert!(i64::from(queue.duration.unwrap()).abs_diff(waited) <= 1, "the initial delay is included");

    let agent = leg.agent.as_ref().unwrap();
    assert_eq!(agent.username.as_deref(), Some("agent.0"));
    assert!(agent.agent_interaction_duration.unwrap() >= 59);
    assert!(leg.connected_to_system_timestamp < agent.connected_to_agent_timestamp);
    assert_eq!(agent.after_contact_work_start_timestamp, leg.disconnect_timestamp);
    let (arrived, _) = world.records.iter().find(|(_, record)| record == leg).unwrap();
    let wrapped_up = agent.after_contact_work_end_timestamp.unwrap();
    assert!(arrived.duration_since(wrapped_up) >= seconds(60), "no record before the agent is done");
}

#[test]
fn its_events_come_in_the_documented_order_and_without_attributes() {
    let mut world = World::new(talkers(1));
    let first = world.start(3).unwrap();
    world.run(seconds(7200));
    let kinds = |contact: &str| -> Vec<E> {
        let of_contact = world.events.iter().filter(|(_, event)| event.detail.contact_id == contact);
        of_contact.map(|(_, event)| event.detail.event_type.clone()).collect()
    };
    let check = [E::Initiated, E::ConnectedToSystem, E::ContactDataUpdated, E::Disconnected, E::Completed];
    assert_eq!(kinds(&first), check);
    let callback =
        [E::Initiated, E::Queued, E::ConnectedToSystem, E::ConnectedToAgent, E::Disconnected, E::Completed];
    assert_eq!(kinds(&callbacks(&world)[0].contact_id), callback);
    let of_events =
        world.trace.iter().filter(|line| line.contains("detail-type")).cloned().collect::<String>();
    assert!(
        !of_events.contains("attempt-3") && !of_events.contains("+4416329"),
        "neither attributes nor numbers"
    );
}

#[test]
fn the_outside_view_of_a_callback_is_complete() {
    let mut world = World::new(talkers(1));
    world.start(3).unwrap();
    world.run(seconds(7200));
    let kinds: Vec<OutsideKind> = world.seen.iter().map(|event| event.kind).collect();
    let expected = [
        OutsideKind::DialAccepted,
        OutsideKind::Answered,
        OutsideKind::KeyPressed,
        OutsideKind::CallbackRequested,
        OutsideKind::Ended,
        OutsideKind::CallbackConnected,
        OutsideKind::CallbackEnded,
    ];
    assert_eq!(kinds, expected);
    for event in &world.seen {
        assert_eq!(event.resident_id.as_deref(), Some("resident-3"));
        assert_eq!(event.client_token.as_deref(), Some("token-3"));
    }
    let line = serde_json::to_string(&world.seen[2]).unwrap();
    let contact = world.seen[2].contact_id.clone().unwrap();
    let start = r#"{"at":"2026-11-23T08:00:"#;
    let end = format!(
        r#"Z","kind":"key_pressed","resident_id":"resident-3","attempt_id":"attempt-3","contact_id":"{contact}","client_token":"token-3","key":"2"}}"#
    );
    assert!(line.starts_with(start) && line.ends_with(&end), "{line}");
    assert_eq!(line.len(), start.len() + "00.000".len() + end.len(), "milliseconds");
}

#[test]
fn an_unanswered_callback_is_tried_three_times_as_legs_of_one_chain() {
    let mut world = World::new(only(CallbackShares { no_answer: 1.0, ..NONE }, talkers(1)));
    let first = world.start(0).unwrap();
    world.run(seconds(4 * 3600));
    let legs = callbacks(&world);
    assert_eq!(legs.len(), 3);
    let mut previous = first.clone();
    for (index, leg) in legs.iter().enumerate() {
        assert_eq!(leg.previous_contact_id.as_ref(), Some(&previous));
        assert_eq!(leg.initial_contact_id.as_ref(), Some(&first));
        assert_eq!(leg.next_contact_id.as_ref(), legs.get(index + 1).map(|next| &next.contact_id));
        assert_eq!((&leg.agent, leg.connected_to_system_timestamp), (&None, None));
        assert_eq!(leg.disconnect_reason, Some(DisconnectReason::TelecomOriginatorCancel));
        previous.clone_from(&leg.contact_id);
    }
    let pause = between(legs[0].disconnect_timestamp, legs[1].queue.as_ref().unwrap().enqueue_timestamp);
    assert_eq!(pause, 600);
    assert_eq!(world.seen(OutsideKind::CallbackEnded).len(), 3);
    assert_eq!(world.seen(OutsideKind::CallbackRequested).len(), 1);
}

#[test]
fn busy_is_not_tried_again_and_a_machine_counts_as_connected() {
    let mut world = World::new(only(CallbackShares { busy: 1.0, ..NONE }, talkers(1)));
    world.start(0).unwrap();
    world.run(seconds(4 * 3600));
    let reasons: Vec<_> = callbacks(&world).iter().map(|leg| leg.disconnect_reason.clone()).collect();
    assert_eq!(reasons, [Some(DisconnectReason::TelecomBusy)]);

    let mut world = World::new(only(CallbackShares { voicemail: 1.0, ..NONE }, talkers(1)));
    world.start(0).unwrap();
    world.run(seconds(4 * 3600));
    let legs = callbacks(&world);
    assert_eq!(legs.len(), 1);
    assert!(legs[0].agent.is_some(), "nothing tells it from a conversation but its length");
    assert_eq!(world.seen(OutsideKind::CallbackConnected).len(), 1);
}

#[test]
fn an_offer_that_is_missed_goes_to_another_agent() {
    let mut config = talkers(3);
    config.agent_habits.misses = 0.5;
    config.agent_habits.clears_missed_after = Between::seconds(30, 30);
    let mut world = World::new(config);
    for index in 0..40 {
        world.start(index).unwrap();
    }
    world.run(seconds(24 * 3600));
    let legs = callbacks(&world);
    assert_eq!(legs.len(), 40);
    let offers: u32 = legs.iter().filter_map(|leg| leg.agent_connection_attempts).sum();
    assert!((60..120).contains(&offers), "{offers} offers for 40 callbacks, every second one missed");
    assert!(legs.iter().all(|leg| leg.agent.is_some()));
    assert_eq!(world.sim.concurrent_calls(), 0, "a missed offer gives its line back");
}

#[test]
fn a_missed_callback_keeps_its_place_in_the_queue() {
    let mut config = talkers(1);
    config.agent_habits.misses = 0.5;
    let mut world = World::new(config);
    for index in 0..8 {
        world.start(index).unwrap();
        world.run(seconds(40));
    }
    world.run(seconds(24 * 3600));
    let legs = callbacks(&world);
    let offers: u32 = legs.iter().filter_map(|leg| leg.agent_connection_attempts).sum();
    assert!(offers > 8, "some were missed");
    let queued: Vec<_> = legs.iter().map(|leg| leg.queue.as_ref().unwrap().enqueue_timestamp).collect();
    assert!(queued.is_sorted(), "served in the order of the queue: {queued:?}");
}

#[test]
fn callbacks_wait_for_an_agent_and_the_first_in_is_the_first_out() {
    let mut config = talkers(1);
    let opens = at(START) + seconds(3600);
    config.agents[0].shifts = vec![Period { from: opens, until: opens + seconds(36_000) }];
    let mut world = World::new(config);
    for index in 0..5 {
        world.start(index).unwrap();
        world.run(seconds(60));
    }
    world.run(seconds(36_000));
    let legs = callbacks(&world);
    let dequeued: Vec<_> =
        legs.iter().map(|leg| leg.queue.as_ref().unwrap().dequeue_timestamp.unwrap()).collect();
    assert!(dequeued.iter().all(|at| *at >= opens));
    let mut requested: Vec<_> = legs.iter().map(|leg| leg.initiation_timestamp).collect();
    let by_service = requested.clone();
    requested.sort();
    assert_eq!(by_service, requested);
    for pair in legs.windows(2) {
        let done = pair[0].agent.as_ref().unwrap().after_contact_work_end_timestamp;
        assert!(pair[1].queue.as_ref().unwrap().dequeue_timestamp >= done, "one at a time");
    }
}

#[test]
fn a_conversation_outlasts_the_shift() {
    let mut config = talkers(1);
    let closes = at(START) + seconds(200);
    config.agents[0].shifts = vec![Period { from: at(START), until: closes }];
    config.agent_habits.talk = Between::seconds(600, 600);
    let mut world = World::new(config);
    world.start(0).unwrap();
    world.run(seconds(7200));
    let leg = callbacks(&world)[0];
    assert!(leg.agent.is_some() && leg.disconnect_timestamp.unwrap() > closes);
    world.start(1).unwrap();
    world.run(seconds(7200));
    assert_eq!(callbacks(&world).len(), 1, "nobody is there for the next");
}

#[test]
fn a_break_takes_no_offer() {
    let mut config = talkers(1);
    let back = at(START) + seconds(3600);
    config.agents[0].breaks = vec![Period { from: at(START) + seconds(10), until: back }];
    let mut world = World::new(config);
    world.start(1).unwrap();
    world.run(seconds(10_000));
    let dequeued = callbacks(&world)[0].queue.as_ref().unwrap().dequeue_timestamp.unwrap();
    assert!(dequeued >= back, "{dequeued} is in the break");
}

#[test]
fn a_queued_callback_can_be_withdrawn_and_expires_by_itself() {
    let mut world = World::new(talkers(0));
    world.start(0).unwrap();
    world.start(1).unwrap();
    world.run(seconds(600));
    let waiting: Vec<String> = world
        .seen(OutsideKind::CallbackRequested)
        .iter()
        .filter_map(|event| event.contact_id.clone())
        .collect();
    let stop = |id: &String| StopContactRequest {
        contact_id: id.clone(),
        instance_id: rollcall_connect_sim::Place::default().instance_id,
    };
    assert_eq!(world.sim.stop_contact(world.now, &stop(&waiting[0])), Ok(()));
    assert_eq!(world.sim.stop_contact(world.now, &stop(&waiting[0])), Err(ApiError::CONTACT_NOT_FOUND));
    world.run(seconds(3600));
    assert_eq!(callbacks(&world).len(), 1);
    world.run(seconds(8 * 86_400));
    let legs = callbacks(&world);
    assert_eq!(legs.len(), 2, "gone after seven days");
    assert!(legs.iter().all(|leg| leg.agent.is_none() && leg.connected_to_system_timestamp.is_none()));
    assert_eq!(world.seen(OutsideKind::CallbackEnded).len(), 2);
}

#[test]
fn a_callback_can_be_stopped_at_every_stage_and_leaves_nothing_behind() {
    let mut stages = BTreeSet::new();
    for seconds_in in [60, 140, 146, 151, 170, 300, 1000] {
        let mut config = talkers(1);
        config.agent_habits.accepts_after = Between::seconds(8, 8);
        config.agent_habits.talk = Between::seconds(500, 500);
        config.resident_habits.answers_after = Between::seconds(20, 20);
        let mut world = World::new(config);
        world.start(0).unwrap();
        world.run(seconds(seconds_in));
        let requested = world.seen(OutsideKind::CallbackRequested);
        let contact_id = requested[0].contact_id.clone().unwrap();
        let instance_id = rollcall_connect_sim::Place::default().instance_id;
        let joined = world.seen(OutsideKind::CallbackConnected).len();
        let stopped = world.sim.stop_contact(world.now, &StopContactRequest { contact_id, instance_id });
        assert_eq!(stopped.is_ok(), seconds_in < 600, "after {seconds_in} s");
        world.run(seconds(7200));
        assert_eq!(callbacks(&world).len(), 1);
        assert_eq!(world.sim.concurrent_calls(), 0);
        let after_end = world.seen.iter().skip_while(|event| event.kind != OutsideKind::CallbackEnded);
        assert_eq!(
            after_end.filter(|event| event.kind != OutsideKind::Ended).count(),
            1,
            "after {seconds_in} s"
        );
        // The agent is free again: the next one is talked to.
        world.start(1).unwrap();
        world.run(seconds(7200));
        let talked_to = callbacks(&world).iter().filter(|leg| leg.agent.is_some()).count();
        assert_eq!(talked_to, joined + 1, "after {seconds_in} s");
        stages.insert((joined, stopped.is_ok()));
    }
    assert_eq!(stages.len(), 3, "before, during and after the conversation");
}

#[test]
fn a_full_queue_takes_the_flows_error_branch_and_the_failure_is_told() {
    let mut world = World::new(SimConfig { queue_capacity: Some(1), ..talkers(0) });
    let first = world.start(0).unwrap();
    world.run(seconds(300));
    let second = world.start(1).unwrap();
    world.run(seconds(300));
    assert_eq!(world.told(&first).len(), 1);
    let told = world.told(&second);
    assert_eq!(told.len(), 2);
    assert_eq!(told[1]["answer"], "talk");
    assert_eq!(told[1]["callback"], "failed");
    let record = world.record(&second);
    assert_eq!(record.attributes.get("callback"), Some("failed"), "and it is durable");
    assert_eq!(record.next_contact_id, None);
}
