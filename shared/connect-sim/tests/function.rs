//! The function called by the flow: its time limit, its retries, and what the caller is told.

#![expect(clippy::unwrap_used, reason = "a missing record fails the test")]

mod support;

use std::collections::BTreeMap;

use jiff::SignedDuration;
use rollcall_connect_sim::{FunctionFailure, OutsideKind, ResidentKind, ResidentMix, SimConfig};
use support::{Answer, World, recorded, roomy, seconds};

fn only(kind: ResidentKind) -> SimConfig {
    let mut config = SimConfig { residents: ResidentMix::only(kind), ..roomy(2) };
    config.resident_habits.leaves_early = 0.0;
    config
}

/// One call; the function answers as `answer` has it for each try, counted from 0. Gives the times of all tries in
/// milliseconds after the first, and how long the call lasted after the first try.
fn tries(mut answer: impl FnMut(usize) -> Answer + 'static) -> (World, Vec<i128>, SignedDuration) {
    let mut world = World::new(only(ResidentKind::Well));
    let mut count = 0;
    world.function = Box::new(move |_| {
        count += 1;
        answer(count - 1)
    });
    world.start(0).unwrap();
    world.run(seconds(600));
    let first = world.invocations[0].at;
    let times = world.invocations.iter().map(|call| call.at.duration_since(first).as_millis()).collect();
    let ended = world.seen(OutsideKind::Ended)[0].at.duration_since(first);
    (world, times, ended)
}

fn failed() -> Answer {
    (SignedDuration::from_millis(100), Err(FunctionFailure::Failed))
}

#[test]
fn a_failure_is_retried_three_times_and_then_the_error_branch_is_taken() {
    let (world, times, failed_end) = tries(|_| failed());
    assert_eq!(times, [0, 300, 600, 900]);
    let (_, times, good_end) = tries(|_| recorded());
    assert_eq!(times, [0]);
    // The honest message of the error branch is longer than the thanks.
    assert!(failed_end > good_end + seconds(2), "{failed_end} and {good_end}");
    let record = &world.records[0].1;
    assert_eq!(record.attributes.get("answer"), Some("well"), "the record heals what the function lost");
}

#[test]
fn a_retry_that_succeeds_is_as_good_as_a_first_try() {
    let (_, times, end) = tries(|try_| if try_ < 3 { failed() } else { recorded() });
    assert_eq!(times, [0, 300, 600, 900]);
    let (_, _, good_end) = tries(|_| recorded());
    assert_eq!(end, good_end + SignedDuration::from_millis(900));
}

#[test]
fn a_slow_function_is_given_up_after_the_limit_and_all_tries_after_eight_seconds() {
    let (world, times, _) = tries(|_| (seconds(30), recorded().1));
    // The block's limit is 5 s; 200 ms later the second try has what is left of 8 s.
    assert_eq!(times, [0, 5_200]);
    let deadlines: Vec<_> =
        world.invocations.iter().map(|call| call.deadline.duration_since(world.invocations[0].at)).collect();
    assert_eq!(deadlines, [seconds(5), seconds(8)]);
}

#[test]
fn an_answer_after_the_deadline_is_not_heard() {
    let (_, times, late_end) = tries(|try_| match try_ {
        0 => (seconds(6), recorded().1),
        _ => (seconds(30), recorded().1),
    });
    assert_eq!(times, [0, 5_200]);
    let (_, _, error_end) = tries(|_| (seconds(30), recorded().1));
    assert_eq!(late_end, error_end);
}

#[test]
fn an_answer_other_than_recorded_is_not_claimed_as_recorded() {
    let other = |status: &str| {
        let answer = BTreeMap::from([("status".to_owned(), status.to_owned())]);
        (SignedDuration::from_millis(150), Ok(answer))
    };
    let (_, times, end) = tries(move |_| other("unknown attempt"));
    assert_eq!(times, [0], "an answer is an answer");
    let (_, _, good_end) = tries(|_| recorded());
    assert!(end > good_end, "the longer, honest message");
}

#[test]
fn an_answer_too_large_counts_as_a_failure() {
    let large =
        || (SignedDuration::from_millis(100), Ok(BTreeMap::from([("x".to_owned(), "y".repeat(32_768))])));
    let (_, times, _) = tries(move |_| large());
    assert_eq!(times.len(), 4);
}

#[test]
fn a_hang_up_while_the_flow_waits_ends_the_call_at_once() {
    let mut config = only(ResidentKind::Well);
    config.resident_habits.leaves_early = 1.0;
    let mut world = World::new(config);
    world.function = Box::new(|_| (seconds(30), recorded().1));
    for index in 0..50 {
        world.start(index).unwrap();
    }
    world.run(seconds(600));
    assert_eq!(world.seen(OutsideKind::Ended).len(), 50);
    for ended in world.seen(OutsideKind::Ended) {
        assert_eq!(ended.reason.as_deref(), Some("CUSTOMER_DISCONNECT"));
    }
    let after_end = world.invocations.iter().filter(|call| {
        let id = Some(&call.payload.details.contact_data.contact_id);
        world.seen(OutsideKind::Ended).iter().any(|end| end.contact_id.as_ref() == id && end.at < call.at)
    });
    assert_eq!(after_end.count(), 0, "no function is called for a call that is over");
}

#[test]
fn advance_stops_where_a_function_is_called_so_that_it_can_be_answered_in_time() {
    let mut world = World::new(only(ResidentKind::Well));
    world.start(0).unwrap();
    let far = world.now + seconds(3600);
    let first = world.sim.advance(far);
    let calls = |emissions: &[rollcall_connect_sim::Emission]| {
        emissions.iter().filter(|e| matches!(e, rollcall_connect_sim::Emission::InvokeFunction(_))).count()
    };
    assert_eq!(calls(&first), 1);
    assert!(world.sim.next_at().is_some_and(|at| at < far), "there is more to do before that time");
    let second = world.sim.advance(far);
    assert_eq!(calls(&second), 1, "nobody answered: the retry");
}
