//! People at the desk: told as others are, counted as others are, and repeated exactly.

#![expect(clippy::unwrap_used, reason = "what cannot be asked or read fails the test")]

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use rollcall_connect_sim::{
    AgentHabits, CallStage, CallbackShares, EmissionConfig, Input, PersonAct, Place, ResidentKind,
    ResidentMix, SimConfig,
};
use rollcall_contracts::connect::api::{CurrentMetricsRequest, Metric, MetricFilters};
use serde_json::Value;
use support::{World, agents, roomy, seconds};

const JO: &str = "jo@example.org";
const KIM: &str = "kim@example.org";

/// What the people do each time they look at the phone: everything that can be done is done now and then.
struct People {
    rng: fastrand::Rng,
}

impl People {
    fn look(&mut self, world: &mut World) {
        for agent in [JO, KIM] {
            let phone = world.sim.phone(agent);
            let act = match (phone.call, self.rng.u32(0..20)) {
                (_, 0) => PersonAct::Away,
                (_, 1) => PersonAct::Offline,
                (None, _) => PersonAct::Available,
                (Some(call), drawn) => match (call.stage, drawn) {
                    (CallStage::Incoming, 2..6) => PersonAct::Decline(call.contact_id),
                    (CallStage::Incoming, 6..12) => PersonAct::Accept(call.contact_id),
                    (CallStage::Connecting, 2) | (CallStage::Connected, 2..4) => {
                        PersonAct::HangUp(call.contact_id)
                    }
                    (CallStage::WrapUp, 2..9) => PersonAct::WrappedUp(call.contact_id),
                    // Mostly impossible.
                    (_, 19) => PersonAct::Accept(call.contact_id),
                    _ => continue,
                },
            };
            world.sim.act(world.now, agent, &act);
        }
    }
}

fn config(seed: u64) -> SimConfig {
    let callbacks = CallbackShares { no_answer: 0.3, busy: 0.1, voicemail: 0.1 };
    SimConfig {
        emission: EmissionConfig::harsh(),
        residents: ResidentMix::only(ResidentKind::Talk),
        agents: agents(2),
        agent_habits: AgentHabits { callbacks, ..AgentHabits::default() },
        concurrent_calls: 40,
        ..roomy(seed)
    }
}

/// A busy stretch with two people who look at their phones every seven seconds; time passes as `pass` has it.
fn course(world: &mut World, looks: u32, pass: impl Fn(&mut World, SignedDuration)) {
    let mut people = People { rng: fastrand::Rng::with_seed(3) };
    for look in 0..looks {
        if look % 5 == 0 && look < 300 {
            world.start(look as usize / 5).unwrap();
        }
        people.look(world);
        pass(world, seconds(7));
        if look == 200 {
            world.sim.set_people_pace(3);
            world.run(seconds(0));
        }
    }
}

#[test]
fn one_seed_gives_one_course_of_events_in_steps_of_any_size() {
    let trace = |seed, pass: fn(&mut World, SignedDuration)| {
        let mut world = World::new(config(seed));
        course(&mut world, 1_000, pass);
        world.run(seconds(20_000));
        world.trace
    };
    let whole = trace(42, World::run);
    let of_people = whole.iter().filter(|line| line.contains(r#""Username":"jo@example.org""#)).count();
    assert!(of_people > 3, "{of_people} records of calls at a person's desk");
    assert_eq!(whole, trace(42, World::run));
    assert_ne!(whole, trace(43, World::run));
    assert!(whole == trace(42, |world, length| world.run_in_steps(length, length)));
    assert!(whole == trace(42, |world, length| world.run_in_steps(length, SignedDuration::from_millis(970))));
}

#[test]
fn a_simulator_that_repeats_what_was_done_is_the_same_again() {
    for looks in [30, 60, 100, 210, 1_000] {
        let mut world = World::new(config(42));
        let notes = Arc::new(Mutex::new(Vec::new()));
        let book = Arc::clone(&notes);
        world.sim.on_input(move |input| book.lock().unwrap().push(serde_json::to_string(input).unwrap()));
        course(&mut world, looks, World::run);
        let notes = notes.lock().unwrap().clone();
        let mut again = World::new(config(42));
        for note in &notes {
            let emissions = again.sim.repeat(&serde_json::from_str::<Input>(note).unwrap());
            again.take(emissions);
        }
        assert!(world.trace.starts_with(&again.trace), "{looks} looks");
        again.now = world.now;
        again.run(seconds(0));
        for agent in [JO, KIM] {
            assert_eq!(again.sim.phone(agent), world.sim.phone(agent));
        }
        let mut people = [(); 2].map(|()| People { rng: fastrand::Rng::with_seed(9) });
        for (world, people) in [&mut world, &mut again].into_iter().zip(&mut people) {
            for _ in 0..3_000 {
                people.look(world);
                world.run(seconds(7));
            }
        }
        assert!(world.trace == again.trace, "{looks} looks");
    }
}

#[test]
fn only_what_changed_something_is_noted() {
    let mut world = World::new(config(1));
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    world.sim.on_input(move |_| *counted.lock().unwrap() += 1);
    let contact = || "unknown".to_owned();
    for (act, noted) in [
        (PersonAct::Offline, 0),
        (PersonAct::Accept(contact()), 0),
        (PersonAct::Available, 1),
        (PersonAct::Available, 1),
        (PersonAct::WrappedUp(contact()), 1),
        (PersonAct::Away, 2),
        (PersonAct::Away, 2),
        (PersonAct::Offline, 3),
    ] {
        world.sim.act(world.now, JO, &act);
        assert_eq!(*count.lock().unwrap(), noted, "{act:?}");
    }
    for (pace, noted) in [(1, 3), (0, 3), (60, 4), (60, 4), (1, 5)] {
        world.sim.set_people_pace(pace);
        world.run(seconds(1));
        assert_eq!(*count.lock().unwrap(), noted, "pace {pace}");
    }
}

#[test]
fn who_only_sits_there_changes_nobodys_day() {
    let trace = |seated: bool| {
        let mut world = World::new(config(7));
        for index in 0..60 {
            if seated && index == 10 {
                assert!(world.sim.act(world.now, JO, &PersonAct::Away));
            }
            world.start(index).unwrap();
            world.run(seconds(20));
        }
        world.run(seconds(20_000));
        world.trace
    };
    assert!(trace(true) == trace(false));
}

/// Paths and kinds of what a JSON value holds.
fn shape(value: &Value, path: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| shape(value, &format!("{path}/{key}"), into));
        }
        Value::Array(items) => items.iter().for_each(|item| shape(item, &format!("{path}/*"), into)),
        Value::Null => drop(into.insert(format!("{path} null"))),
        Value::Bool(_) => drop(into.insert(format!("{path} bool"))),
        Value::Number(_) => drop(into.insert(format!("{path} number"))),
        Value::String(_) => drop(into.insert(format!("{path} text"))),
    }
}

/// The shape of everything that came on the stream about the one callback, in order.
fn shapes(with_person: bool) -> Vec<BTreeSet<String>> {
    let callbacks = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
    let mut config = SimConfig {
        residents: ResidentMix::only(ResidentKind::Talk),
        agents: agents(usize::from(!with_person)),
        agent_habits: AgentHabits { misses: 0.0, callbacks, ..AgentHabits::default() },
        ..roomy(5)
    };
    config.resident_habits.leaves_early = 0.0;
    let mut world = World::new(config);
    world.start(0).unwrap();
    for _ in 0..5_000 {
        world.run(seconds(1));
        let act = match world.sim.phone(JO).call {
            None if with_person => PersonAct::Available,
            Some(call) if call.stage == CallStage::Incoming => PersonAct::Accept(call.contact_id),
            Some(call) if call.stage == CallStage::WrapUp => PersonAct::WrappedUp(call.contact_id),
            _ => continue,
        };
        assert!(world.sim.act(world.now, JO, &act));
    }
    let stream = world.trace.iter().filter_map(|line| serde_json::from_str(line.splitn(3, ' ').nth(2)?).ok());
    stream
        .map(|value: Value| {
            let mut found = BTreeSet::new();
            shape(&value, "", &mut found);
            found.extend(value["detail"]["eventType"].as_str().map(str::to_owned));
            found
        })
        .collect()
}

#[test]
fn the_stream_tells_of_people_as_of_simulated_agents() {
    let (people, simulated) = (shapes(true), shapes(false));
    assert!(people.len() > 10, "{} on the stream", people.len());
    assert_eq!(people, simulated);
}

/// Available, online, staffed, on contact, after-contact work, in error, active slots.
fn figures(world: &mut World) -> [f64; 7] {
    let names = [
        "AGENTS_AVAILABLE",
        "AGENTS_ONLINE",
        "AGENTS_STAFFED",
        "AGENTS_ON_CONTACT",
        "AGENTS_AFTER_CONTACT_WORK",
        "AGENTS_ERROR",
        "SLOTS_ACTIVE",
    ];
    let place = Place::default();
    let metric = |name: &str| Metric { name: name.to_owned(), unit: Some("COUNT".to_owned()) };
    let request = CurrentMetricsRequest {
        filters: MetricFilters { queues: vec![place.queue_id], channels: vec!["VOICE".to_owned()] },
        groupings: vec!["QUEUE".to_owned()],
        current_metrics: names.iter().map(|name| metric(name)).collect(),
    };
    let answer = world.sim.current_metrics(world.now, &place.instance_id, &request).unwrap();
    names.map(|name| answer.value(name).unwrap())
}

#[test]
fn people_are_counted_and_nobody_rests_before_they_have_wrapped_up() {
    let callbacks = CallbackShares { no_answer: 0.0, busy: 0.0, voicemail: 0.0 };
    let mut config = SimConfig {
        residents: ResidentMix::only(ResidentKind::Talk),
        agent_habits: AgentHabits { callbacks, ..AgentHabits::default() },
        metrics_stale: SignedDuration::ZERO,
        ..roomy(5)
    };
    config.resident_habits.leaves_early = 0.0;
    let mut world = World::new(config);
    world.start(0).unwrap();
    world.run(seconds(300));
    assert_eq!(figures(&mut world), [0.0; 7]);
    let does = |world: &mut World, agent: &str, act: &PersonAct| {
        assert!(world.sim.act(world.now, agent, act), "{act:?}");
        world.run(seconds(1));
    };
    does(&mut world, KIM, &PersonAct::Away);
    assert_eq!(figures(&mut world), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], "away");
    does(&mut world, JO, &PersonAct::Available);
    assert_eq!(figures(&mut world), [0.0, 2.0, 1.0, 0.0, 0.0, 0.0, 1.0], "offered");
    world.run(seconds(20));
    assert_eq!(figures(&mut world), [0.0, 2.0, 1.0, 0.0, 0.0, 1.0, 0.0], "missed");
    does(&mut world, JO, &PersonAct::Available);
    let contact = world.sim.phone(JO).call.unwrap().contact_id;
    does(&mut world, JO, &PersonAct::Accept(contact.clone()));
    assert_eq!(figures(&mut world), [0.0, 2.0, 1.0, 1.0, 0.0, 0.0, 1.0], "on contact");
    does(&mut world, JO, &PersonAct::Offline);
    world.run(seconds(60));
    assert_eq!(figures(&mut world), [0.0, 2.0, 1.0, 1.0, 0.0, 0.0, 1.0], "gone, but not yet");
    does(&mut world, JO, &PersonAct::HangUp(contact.clone()));
    world.run(seconds(10_000));
    assert_eq!(figures(&mut world), [0.0, 2.0, 1.0, 0.0, 1.0, 0.0, 1.0], "wrapping up");
    assert!(!world.sim.is_at_rest(), "there is no record yet");
    does(&mut world, JO, &PersonAct::WrappedUp(contact));
    assert_eq!(figures(&mut world), [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0], "gone");
    assert!(!world.sim.is_at_rest(), "the record is on its way");
    world.run(seconds(60));
    assert!(world.sim.is_at_rest());
    does(&mut world, KIM, &PersonAct::Available);
    assert_eq!(figures(&mut world), [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0], "available");
}
