//! Replays of many: each letter once, at the pace, until somebody stops it,
//! whatever happens to the driver.

use crate::world::{World, done, id, run, words};
use jiff::SignedDuration;
use rollcall_domain::ids::JobId;
use rollcall_domain::letter::job::{Deed, Job, JobState, Selection};
use rollcall_domain::letter::{Filter, LetterState, Refusal};
use rollcall_ports::Versioned;
use rollcall_ports::suite::gate::{Cut, Kind};

const LETTERS: usize = 3;

fn all() -> Selection {
    Selection::Matching(Filter::default())
}

fn the_job(world: &World) -> Option<Versioned<Job>> {
    done(world.store.jobs().recent(10)).pop()
}

/// Begins a replay, or a discard.
async fn begin(
    world: &World,
    selection: &Selection,
    discards: bool,
) -> Result<Versioned<Job>, rollcall_workbench::Stopped> {
    if discards {
        return world.workbench.start_discard("joe", selection.clone(), " a flood ").await;
    }
    Ok(world.workbench.start("joe", selection.clone(), 6_000).await?)
}

/// Starts a job and drives it with this cut, then drives it undisturbed; how
/// many calls the first tries made.
fn play(selection: &Selection, discards: bool, cut: Cut) -> (World, usize) {
    let world = World::with(LETTERS);
    world.gate.cut(cut);
    let started = run(begin(&world, selection, discards)).and_then(Result::ok);
    if let Some(job) = &started {
        let _interrupted = run(world.workbench.drive(job.value.id, 100));
        world.clock.advance(SignedDuration::from_secs(1));
        let _interrupted = run(world.workbench.drive(job.value.id, 100));
    }
    let calls = world.gate.calls();
    world.gate.cut(None);
    if the_job(&world).is_none() {
        done(begin(&world, selection, discards));
    }
    for _ in 0..5 {
        world.clock.advance(SignedDuration::from_secs(31));
        done(world.workbench.drive_all(100));
    }
    (world, calls)
}

#[test]
fn a_job_that_is_interrupted_anywhere_sends_each_letter_and_counts_it_once() {
    let named = Selection::Named((0..LETTERS).map(id).collect());
    let mut cases = 0;
    for selection in [all(), named] {
        let (_, calls) = play(&selection, false, None);
        assert!(calls >= 20, "{calls}");
        for index in 1..=calls {
            for kind in Kind::ALL {
                let what = format!("{selection:?}, call {index} {kind:?}");
                let (world, _) = play(&selection, false, Some((index, kind)));
                let job = the_job(&world).unwrap().value;
                let counted = (job.state, job.total, job.sent, job.skipped);
                assert_eq!(counted, (JobState::Finished, 3, 3, 0), "{what}");
                let handled = world.handle_all();
                assert!((3..=4).contains(&handled), "{what}: {handled} copies");
                for n in 0..LETTERS {
                    let letter = world.letter(n).value;
                    let told: Vec<_> = words(&letter).into_iter().filter(|word| *word != "sent").collect();
                    assert_eq!(told, ["parked", "replayed", "applied"], "{what}");
                }
                assert_eq!(world.log(), ["joe letters.replay"], "{what}");
                cases += 1;
            }
        }
    }
    assert!(cases >= 200, "{cases}");
}

#[test]
fn a_discard_of_many_that_is_interrupted_anywhere_ends_each_letter_and_counts_it_once() {
    let named = Selection::Named((0..LETTERS).map(id).collect());
    for selection in [all(), named] {
        let (_, calls) = play(&selection, true, None);
        assert!(calls >= 17, "{calls}");
        for index in 1..=calls {
            for kind in Kind::ALL {
                let what = format!("{selection:?}, call {index} {kind:?}");
                let (world, _) = play(&selection, true, Some((index, kind)));
                let job = the_job(&world).unwrap().value;
                let counted = (job.state, job.total, job.sent, job.skipped);
                assert_eq!(counted, (JobState::Finished, 3, 3, 0), "{what}");
                assert_eq!(job.deed, Deed::Discard { reason: "a flood".to_owned() });
                assert_eq!(world.handle_all(), 0, "{what}: nothing is sent");
                for n in 0..LETTERS {
                    assert_eq!(words(&world.letter(n).value), ["parked", "discarded"], "{what}");
                }
                assert_eq!(world.log(), ["joe letters.discard"], "{what}");
            }
        }
    }
    let world = World::with(1);
    let answer = run(world.workbench.start_discard("joe", all(), " ")).unwrap();
    assert_eq!(answer.map(drop), Err(rollcall_workbench::Stopped::Refused(Refusal::Reason)));
    assert_eq!(world.log(), [""; 0]);
}

#[test]
fn two_drivers_at_once_send_each_letter_once() {
    let world = World::with(20);
    let job = done(world.workbench.start("joe", all(), 6_000)).value;
    for _ in 0..40 {
        world.clock.advance(SignedDuration::from_millis(100));
        done(world.workbench.drive(job.id, 1));
        done(world.workbench.drive(job.id, 3));
    }
    let job = the_job(&world).unwrap().value;
    assert_eq!((job.state, job.sent, world.handle_all()), (JobState::Finished, 20, 20));
}

#[test]
fn a_job_keeps_its_pace_and_stops_when_it_is_told() {
    let world = World::with(10);
    let job = done(world.workbench.start("joe", all(), 60)).value;
    let sent = || the_job(&world).unwrap().value.sent;
    done(world.workbench.drive(job.id, 100));
    assert_eq!(sent(), 1);
    for _ in 0..3 {
        world.clock.advance(SignedDuration::from_secs(1));
        done(world.workbench.drive_all(100));
    }
    assert_eq!(sent(), 4);
    let stopped = done(world.workbench.stop("ann", job.id)).value;
    assert_eq!((stopped.state, stopped.stopped_by.as_deref()), (JobState::Stopped, Some("ann")));
    world.clock.advance(SignedDuration::from_hours(1));
    done(world.workbench.drive_all(100));
    assert_eq!((sent(), world.handle_all()), (4, 4));
    assert_eq!(done(world.store.dead_letters().count()), 6, "the rest stays");
    assert_eq!(world.log(), ["joe letters.replay", "ann letters.stop"]);
    let missing = run(world.workbench.stop("ann", JobId::derive(&["none"]))).unwrap();
    assert_eq!(missing.map(drop), Err(rollcall_workbench::Stopped::Missing));
}

#[test]
fn letters_that_are_set_aside_later_or_again_and_those_that_are_over_are_not_part_of_it() {
    let world = World::with(3);
    done(world.workbench.discard("joe", (id(1), 1), "a test"));
    let job = done(world.workbench.start("joe", all(), 6_000)).value;
    assert_eq!(job.total, 2);
    world.clock.advance(SignedDuration::from_secs(1));
    world.park(7);
    done(world.workbench.discard("joe", (id(2), 1), "a test"));
    for _ in 0..10 {
        world.clock.advance(SignedDuration::from_secs(1));
        done(world.workbench.drive(job.id, 100));
    }
    let job = the_job(&world).unwrap().value;
    assert_eq!((job.state, job.sent, job.skipped), (JobState::Finished, 1, 1), "the other was discarded");
    assert_eq!(world.letter(7).value.state, LetterState::Open);

    let named = Selection::Named(vec![id(7), id(1), id(99)]);
    let job = done(world.workbench.start("joe", named, 6_000)).value;
    for _ in 0..10 {
        world.clock.advance(SignedDuration::from_secs(1));
        done(world.workbench.drive(job.id, 100));
    }
    let job = done(world.store.jobs().get(job.id)).unwrap().value;
    assert_eq!((job.state, job.total, job.sent, job.skipped), (JobState::Finished, 3, 1, 2));
}
