//! People at the desk, from the offer to the record.

#![expect(clippy::unwrap_used, reason = "a phone without the expected call fails the test")]

mod support;

use rollcall_connect_sim::{
    AgentHabits, Between, CallStage, CallbackShares, DeskCall, DeskPhone, DeskStatus, PersonAct,
    ResidentKind, ResidentMix, SimConfig,
};
use rollcall_contracts::connect::api::StopContactRequest;
use rollcall_contracts::connect::{ContactRecord, DisconnectReason, InitiationMethod};
use support::{World, agents, roomy, seconds};

const NONE: CallbackShares = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
const JO: &str = "jo@example.org";
const KIM: &str = "kim@example.org";

/// Residents who want to talk and answer when they are called back; nobody at the desk.
fn talkers() -> SimConfig {
    let mut config = SimConfig {
        residents: ResidentMix::only(ResidentKind::Talk),
        agent_habits: AgentHabits { misses: 0.0, callbacks: NONE, ..AgentHabits::default() },
        ..roomy(5)
    };
    config.resident_habits.leaves_early = 0.0;
    config
}

/// So many callbacks wait, in the order of their numbers.
fn waiting(config: SimConfig, count: usize) -> World {
    let mut world = World::new(config);
    for index in 0..count {
        world.start(index).unwrap();
        world.run(seconds(300));
    }
    world
}

fn phone(world: &World, agent: &str) -> DeskPhone {
    world.sim.phone(agent)
}

fn call(world: &World, agent: &str) -> DeskCall {
    phone(world, agent).call.unwrap()
}

fn stage(world: &World, agent: &str) -> Option<CallStage> {
    phone(world, agent).call.map(|call| call.stage)
}

fn does(world: &mut World, agent: &str, act: &PersonAct) -> bool {
    let done = world.sim.act(world.now, agent, act);
    world.run(seconds(0));
    done
}

/// Does that with the call at the desk, which must be possible.
fn handle(world: &mut World, agent: &str, act: fn(String) -> PersonAct) -> String {
    let contact = call(world, agent).contact_id;
    assert!(does(world, agent, &act(contact.clone())));
    contact
}

/// Lets time pass second by second until the call at the desk is that far; gives how many that were.
fn until(world: &mut World, agent: &str, wanted: CallStage) -> i64 {
    for passed in 0..40_000 {
        if stage(world, agent) == Some(wanted) {
            return passed;
        }
        world.run(seconds(1));
    }
    panic!("never {wanted:?}");
}

/// A person at that stage of the only callback. Gives its contact.
fn at_stage(wanted: CallStage) -> (World, String) {
    let mut world = waiting(talkers(), 1);
    assert!(does(&mut world, JO, &PersonAct::Available));
    let contact = call(&world, JO).contact_id;
    if wanted > CallStage::Incoming {
        handle(&mut world, JO, PersonAct::Accept);
    }
    if wanted > CallStage::Connecting {
        until(&mut world, JO, CallStage::Connected);
    }
    if wanted > CallStage::Connected {
        world.run(seconds(100));
        handle(&mut world, JO, PersonAct::HangUp);
    }
    (world, contact)
}

fn legs(world: &World) -> Vec<&ContactRecord> {
    let records = world.records.iter().map(|(_, record)| record);
    records.filter(|record| record.initiation_method == Some(InitiationMethod::Callback)).collect()
}

#[test]
fn from_the_offer_to_the_record() {
    let mut world = waiting(talkers(), 1);
    assert_eq!(phone(&world, JO), DeskPhone { status: DeskStatus::Offline, call: None });
    assert!(does(&mut world, JO, &PersonAct::Available));
    let offered = world.now;
    let incoming = call(&world, JO);
    assert_eq!((incoming.stage, incoming.since), (CallStage::Incoming, offered));
    assert_eq!(incoming.accept_by, Some(offered + seconds(20)));
    assert_eq!(incoming.resident_id.as_deref(), Some("resident-0"), "an attribute of the first leg");
    assert_eq!(incoming.attempt_id.as_deref(), Some("attempt-0"));
    world.run(seconds(19));
    assert_eq!(call(&world, JO), incoming, "a person accepts by no timer");

    let contact = handle(&mut world, JO, PersonAct::Accept);
    let accepted = world.now;
    let connecting = call(&world, JO);
    assert_eq!((connecting.stage, connecting.since), (CallStage::Connecting, accepted));
    assert_eq!(connecting.accept_by, None);
    let rang = until(&mut world, JO, CallStage::Connected);
    assert!((2..60).contains(&rang), "{rang} s");
    assert!(call(&world, JO).since > accepted);
    world.run(seconds(100));
    handle(&mut world, JO, PersonAct::HangUp);
    let over = world.now;
    assert_eq!((stage(&world, JO), call(&world, JO).since), (Some(CallStage::WrapUp), over));

    world.run(seconds(3_600));
    assert_eq!(stage(&world, JO), Some(CallStage::WrapUp), "nor is anything wrapped up by one");
    assert!(legs(&world).is_empty(), "no record before the person is done");
    handle(&mut world, JO, PersonAct::WrappedUp);
    assert_eq!(phone(&world, JO), DeskPhone { status: DeskStatus::Available, call: None });
    world.run(seconds(60));
    let record = world.record(&contact);
    let agent = record.agent.as_ref().unwrap();
    assert_eq!(agent.username.as_deref(), Some(JO));
    assert_eq!(record.disconnect_reason, Some(DisconnectReason::AgentDisconnect));
    assert_eq!(record.agent_connection_attempts, Some(1));
    assert_eq!(agent.after_contact_work_duration, Some(3_600));
    assert!((100..=102).contains(&agent.agent_interaction_duration.unwrap()));
}

#[test]
fn what_can_be_done_at_each_stage_and_what_was_done_already() {
    use CallStage::{Connected, Connecting, Incoming, WrapUp};
    let acts = [PersonAct::Accept, PersonAct::Decline, PersonAct::HangUp, PersonAct::WrappedUp];
    // For each act: whether it is possible, and what is then at the desk.
    let possible = [
        (
            Incoming,
            [(true, Some(Connecting)), (true, None), (false, Some(Incoming)), (false, Some(Incoming))],
        ),
        (
            Connecting,
            [
                (true, Some(Connecting)),
                (false, Some(Connecting)),
                (true, Some(WrapUp)),
                (false, Some(Connecting)),
            ],
        ),
        (
            Connected,
            [
                (true, Some(Connected)),
                (false, Some(Connected)),
                (true, Some(WrapUp)),
                (false, Some(Connected)),
            ],
        ),
        (WrapUp, [(true, Some(WrapUp)), (false, Some(WrapUp)), (true, Some(WrapUp)), (true, None)]),
    ];
    for (from, expected) in possible {
        for (act, (done, left)) in acts.iter().zip(expected) {
            let (mut world, contact) = at_stage(from);
            let act = act(contact);
            assert_eq!(does(&mut world, JO, &act), done, "{act:?} when {from:?}");
            assert_eq!(stage(&world, JO), left, "after {act:?} when {from:?}");
            // The same again changes nothing and answers the same.
            let (before, told) = (phone(&world, JO), world.trace.len());
            assert_eq!(does(&mut world, JO, &act), done, "again {act:?} when {from:?}");
            assert_eq!((phone(&world, JO), world.trace.len()), (before, told));
        }
    }
    let (mut world, contact) = at_stage(WrapUp);
    handle(&mut world, JO, PersonAct::WrappedUp);
    for (act, done) in acts.iter().zip([true, false, true, true]) {
        assert_eq!(does(&mut world, JO, &act(contact.clone())), done, "after all");
        assert!(!does(&mut world, KIM, &act(contact.clone())), "somebody else's");
        assert!(!does(&mut world, JO, &act("unknown".to_owned())));
    }
}

#[test]
fn an_offer_that_is_missed_is_somebody_elses_until_it_is_cleared() {
    for declines in [false, true] {
        let mut world = waiting(talkers(), 2);
        does(&mut world, JO, &PersonAct::Available);
        let contact = call(&world, JO).contact_id;
        if declines {
            handle(&mut world, JO, PersonAct::Decline);
        } else {
            world.run(seconds(20));
        }
        let missed = DeskPhone { status: DeskStatus::Missed, call: None };
        assert_eq!(phone(&world, JO), missed);
        world.run(seconds(3_600));
        assert_eq!(phone(&world, JO), missed, "no timer clears it");
        assert!(!does(&mut world, JO, &PersonAct::Accept(contact.clone())));
        assert_eq!(does(&mut world, JO, &PersonAct::Decline(contact.clone())), declines);

        does(&mut world, KIM, &PersonAct::Available);
        assert_eq!(call(&world, KIM).contact_id, contact, "it kept its place in the queue");
        does(&mut world, JO, &PersonAct::Available);
        assert_eq!(phone(&world, JO).status, DeskStatus::Available);
        assert_eq!(call(&world, JO).resident_id.as_deref(), Some("resident-1"), "the next one");

        handle(&mut world, KIM, PersonAct::Accept);
        until(&mut world, KIM, CallStage::Connected);
        handle(&mut world, KIM, PersonAct::HangUp);
        handle(&mut world, KIM, PersonAct::WrappedUp);
        world.run(seconds(60));
        let record = world.record(&contact);
        assert_eq!(record.agent_connection_attempts, Some(2));
        assert_eq!(record.agent.as_ref().unwrap().username.as_deref(), Some(KIM));
    }
}

#[test]
fn whoever_declined_is_offered_the_same_again_once_that_is_cleared() {
    let (mut world, contact) = at_stage(CallStage::Incoming);
    handle(&mut world, JO, PersonAct::Decline);
    does(&mut world, JO, &PersonAct::Away);
    assert_eq!(phone(&world, JO), DeskPhone { status: DeskStatus::Away, call: None });
    does(&mut world, JO, &PersonAct::Available);
    assert_eq!(handle(&mut world, JO, PersonAct::Accept), contact);
    assert!(!does(&mut world, JO, &PersonAct::Decline(contact)), "that was another offer");
}

#[test]
fn two_people_and_one_callback() {
    let mut world = waiting(talkers(), 0);
    for agent in [KIM, JO] {
        does(&mut world, agent, &PersonAct::Available);
        world.run(seconds(1));
    }
    world.start(0).unwrap();
    world.run(seconds(1));
    until(&mut world, KIM, CallStage::Incoming);
    assert_eq!(stage(&world, JO), None, "who has waited longest is offered it");
    let contact = call(&world, KIM).contact_id;
    assert!(!does(&mut world, JO, &PersonAct::Accept(contact.clone())));
    assert_eq!(stage(&world, KIM), Some(CallStage::Incoming));
    handle(&mut world, KIM, PersonAct::Decline);
    assert_eq!(handle(&mut world, JO, PersonAct::Accept), contact);
    assert!(!does(&mut world, KIM, &PersonAct::Accept(contact)));
}

#[test]
fn people_come_before_simulated_agents_and_hand_over_to_them() {
    let mut world = waiting(SimConfig { agents: agents(2), ..talkers() }, 0);
    does(&mut world, JO, &PersonAct::Available);
    world.start(0).unwrap();
    until(&mut world, JO, CallStage::Incoming);
    world.start(1).unwrap();
    world.run(seconds(19));
    let contact = handle(&mut world, JO, PersonAct::Decline);
    world.run(seconds(7_200));
    let record = world.record(&contact);
    assert!(record.agent.as_ref().unwrap().username.as_deref().unwrap().starts_with("agent."));
    assert_eq!(legs(&world).len(), 2, "nobody waits for a person");
}

#[test]
fn an_offer_needs_a_line_and_wrap_up_gives_it_back() {
    let mut world = waiting(SimConfig { concurrent_calls: 1, ..talkers() }, 2);
    does(&mut world, JO, &PersonAct::Available);
    does(&mut world, KIM, &PersonAct::Available);
    assert_eq!((stage(&world, JO), stage(&world, KIM)), (Some(CallStage::Incoming), None));
    assert_eq!(world.sim.concurrent_calls(), 1);
    handle(&mut world, JO, PersonAct::Accept);
    until(&mut world, JO, CallStage::Connected);
    assert_eq!(stage(&world, KIM), None);
    handle(&mut world, JO, PersonAct::HangUp);
    assert_eq!(stage(&world, KIM), Some(CallStage::Incoming));
    assert_eq!(world.sim.peak_concurrent_calls(), 1);
}

#[test]
fn who_leaves_during_a_call_finishes_it_first() {
    for (act, status) in [(PersonAct::Offline, DeskStatus::Offline), (PersonAct::Away, DeskStatus::Away)] {
        for from in [CallStage::Incoming, CallStage::Connecting, CallStage::Connected, CallStage::WrapUp] {
            let (mut world, contact) = at_stage(from);
            world.start(1).unwrap();
            assert!(does(&mut world, JO, &act));
            assert_eq!((phone(&world, JO).status, stage(&world, JO)), (status, Some(from)));
            assert!(does(&mut world, JO, &PersonAct::Accept(contact.clone())));
            if from < CallStage::WrapUp {
                until(&mut world, JO, CallStage::Connected);
                handle(&mut world, JO, PersonAct::HangUp);
            }
            handle(&mut world, JO, PersonAct::WrappedUp);
            world.run(seconds(600));
            assert_eq!(phone(&world, JO), DeskPhone { status, call: None }, "{act:?} when {from:?}");
            does(&mut world, JO, &PersonAct::Available);
            assert_eq!(call(&world, JO).resident_id.as_deref(), Some("resident-1"));
        }
    }
    let (mut world, _) = at_stage(CallStage::Incoming);
    does(&mut world, JO, &PersonAct::Offline);
    world.run(seconds(20));
    assert_eq!(phone(&world, JO).status, DeskStatus::Offline, "who has signed out clears nothing");
}

#[test]
fn the_resident_hangs_up_at_last() {
    let mut durations = Vec::new();
    for seed in 0..20 {
        let mut world = waiting(SimConfig { seed, ..talkers() }, 1);
        does(&mut world, JO, &PersonAct::Available);
        let contact = handle(&mut world, JO, PersonAct::Accept);
        until(&mut world, JO, CallStage::Connected);
        durations.push(until(&mut world, JO, CallStage::WrapUp));
        assert!(does(&mut world, JO, &PersonAct::HangUp(contact)), "it is over, as they want it");
        let contact = handle(&mut world, JO, PersonAct::WrappedUp);
        world.run(seconds(60));
        let reason = world.record(&contact).disconnect_reason.clone();
        assert_eq!(reason, Some(DisconnectReason::CustomerDisconnect));
    }
    assert!(durations.iter().all(|passed| (299..=1_801).contains(passed)), "{durations:?}");
}

#[test]
fn a_callback_that_rings_unanswered_comes_again_and_one_given_up_does_not() {
    let shares = CallbackShares { no_answer: 1.0, ..NONE };
    let habits = AgentHabits { callbacks: shares, ..talkers().agent_habits };
    for gives_up in [false, true] {
        let mut world = waiting(SimConfig { agent_habits: habits.clone(), ..talkers() }, 1);
        does(&mut world, JO, &PersonAct::Available);
        let contact = handle(&mut world, JO, PersonAct::Accept);
        if gives_up {
            world.run(seconds(15));
            handle(&mut world, JO, PersonAct::HangUp);
        } else {
            assert!((61..=63).contains(&until(&mut world, JO, CallStage::WrapUp)));
        }
        handle(&mut world, JO, PersonAct::WrappedUp);
        world.run(seconds(610));
        let record = world.record(&contact);
        assert_eq!((&record.agent, record.connected_to_system_timestamp), (&None, None));
        let reason = record.disconnect_reason.clone().unwrap();
        if gives_up {
            assert_eq!((reason, stage(&world, JO)), (DisconnectReason::AgentDisconnect, None));
        } else {
            assert_eq!(reason, DisconnectReason::TelecomOriginatorCancel);
            assert_ne!(world.record(&contact).next_contact_id, None);
        }
    }
}

#[test]
fn a_contact_that_is_stopped_leaves_the_desk() {
    let place = rollcall_connect_sim::Place::default();
    for (from, left) in [
        (CallStage::Incoming, None),
        (CallStage::Connecting, Some(CallStage::WrapUp)),
        (CallStage::Connected, Some(CallStage::WrapUp)),
    ] {
        let (mut world, contact_id) = at_stage(from);
        let request =
            StopContactRequest { contact_id: contact_id.clone(), instance_id: place.instance_id.clone() };
        world.sim.stop_contact(world.now, &request).unwrap();
        assert_eq!(stage(&world, JO), left, "stopped when {from:?}");
        assert_eq!(phone(&world, JO).status, DeskStatus::Available);
        assert_eq!(does(&mut world, JO, &PersonAct::Accept(contact_id)), left.is_some());
    }
}

#[test]
fn at_a_pace_of_sixty_people_have_their_time() {
    let talk_to_person = Between::seconds(600, 600);
    let config = talkers();
    let agent_habits = AgentHabits { talk_to_person, ..config.agent_habits };
    let mut world = waiting(SimConfig { agent_habits, people_pace: 60, ..config }, 1);
    does(&mut world, JO, &PersonAct::Available);
    let incoming = call(&world, JO);
    assert_eq!(incoming.accept_by, Some(world.now + seconds(1_200)));
    world.run(seconds(1_199));
    handle(&mut world, JO, PersonAct::Accept);
    let rang = until(&mut world, JO, CallStage::Connected);
    assert!((60 * 2..60 * 60).contains(&rang), "{rang} s");
    let talked = until(&mut world, JO, CallStage::WrapUp);
    assert!((35_990..=36_001).contains(&talked), "{talked} s");
}
