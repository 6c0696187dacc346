//! Same configuration and same calls: the same emissions, byte by byte.

#![expect(clippy::unwrap_used, reason = "a start that is refused fails the test")]

mod support;

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use rollcall_connect_sim::{EmissionConfig, Input, OutsideKind, SimConfig};
use support::{World, agents, roomy, seconds};

fn config(seed: u64) -> SimConfig {
    SimConfig { emission: EmissionConfig::harsh(), agents: agents(5), concurrent_calls: 60, ..roomy(seed) }
}

/// Three hundred calls and everything that follows; time passes as `pass` has it.
fn trace(seed: u64, pass: impl Fn(&mut World, SignedDuration)) -> Vec<String> {
    let mut world = World::new(config(seed));
    for index in 0..300 {
        world.start(index).unwrap();
        pass(&mut world, seconds(5));
    }
    pass(&mut world, seconds(20_000));
    assert!(world.trace.len() > 3_000, "{} emissions", world.trace.len());
    world.trace
}

#[test]
fn one_seed_gives_one_course_of_events() {
    let course = trace(42, World::run);
    assert_eq!(course, trace(42, World::run));
    assert_ne!(course, trace(43, World::run));
}

#[test]
fn big_and_small_steps_give_the_same() {
    let course = trace(7, World::run);
    for step in [SignedDuration::from_millis(970), seconds(61), seconds(20_000)] {
        let stepped = trace(7, |world, length| world.run_in_steps(length, step));
        assert!(course == stepped, "steps of {step}");
    }
}

/// Calls and answers as [`trace`] has them, and everything that was asked, as JSON.
fn noted(seed: u64, calls: usize, rest: SignedDuration) -> (World, Vec<String>) {
    let mut world = World::new(config(seed));
    let notes = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&notes);
    world.sim.on_input(move |input| book.lock().unwrap().push(serde_json::to_string(input).unwrap()));
    for index in 0..calls {
        world.start(index).unwrap();
        world.run(seconds(5));
    }
    world.run(rest);
    let notes = notes.lock().unwrap().clone();
    (world, notes)
}

#[test]
fn a_simulator_that_repeats_what_was_asked_is_the_same_again() {
    for (calls, rest) in [(1, seconds(2)), (40, seconds(7)), (300, seconds(20_000))] {
        let (mut world, notes) = noted(42, calls, rest);
        let mut again = World::new(config(42));
        for note in &notes {
            let emissions = again.sim.repeat(&serde_json::from_str::<Input>(note).unwrap());
            again.take(emissions);
        }
        assert!(world.trace.starts_with(&again.trace), "{calls} calls");
        // Both go on alike, from one moment on.
        again.now = world.now;
        for world in [&mut world, &mut again] {
            world.run(seconds(20_000));
        }
        assert!(world.trace == again.trace, "{calls} calls");
        assert!(again.sim.is_at_rest());
    }
}

#[test]
fn nobody_is_missed_at_rest() {
    let mut world = World::new(config(5));
    assert!(world.sim.is_at_rest());
    world.start(0).unwrap();
    assert!(!world.sim.is_at_rest(), "a phone rings");
    world.run(seconds(120));
    assert_eq!(world.sim.concurrent_calls(), 0);
    assert!(!world.sim.is_at_rest(), "the record is on its way");
    world.run(seconds(20_000));
    assert!(world.sim.is_at_rest());
}

#[test]
fn emissions_come_in_the_order_of_time() {
    let mut world = World::new(config(3));
    for index in 0..100 {
        world.start(index).unwrap();
        world.run(seconds(5));
    }
    world.run(seconds(20_000));
    assert!(world.seen.is_sorted_by_key(|event| event.at));
    assert!(world.records.is_sorted_by_key(|(at, _)| *at));
    assert!(world.events.is_sorted_by_key(|(at, _)| *at));
}

#[test]
fn when_the_run_is_cut_everything_has_ended_exactly_once() {
    for cut_after in [1, 13, 40, 100, 400] {
        let mut world = World::new(config(9));
        for index in 0..50 {
            world.start(index).unwrap();
            world.run(seconds(1));
        }
        world.run(seconds(cut_after));
        let last = world.sim.hang_up_all(world.now);
        world.take(last);
        assert_eq!(world.sim.concurrent_calls(), 0);
        assert_eq!(world.seen(OutsideKind::Ended).len(), 50, "cut after {cut_after} s");
        let requested = world.seen(OutsideKind::CallbackRequested).len();
        let ended = world.seen(OutsideKind::CallbackEnded).len();
        assert!(ended >= requested, "{ended} of {requested}: every leg, further attempts included");
        // What is left is reports only.
        world.run(seconds(200_000));
        assert_eq!(world.seen(OutsideKind::Ended).len(), 50);
        assert_eq!(world.seen(OutsideKind::CallbackEnded).len(), ended);
    }
}
