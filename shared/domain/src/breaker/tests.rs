use super::*;
use crate::attempt::{End, EndReason, Facts};
use crate::ids::{ContactId, RequestId, ResidentId};
use crate::switch::Hand;

const NOW: &str = "2026-11-23T10:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    at(NOW) - SignedDuration::from_mins(minutes)
}

fn dials(came_to: Disposition, count: usize, minutes_ago: i64) -> Vec<Recent> {
    vec![Recent { begun_at: ago(minutes_ago), came_to }; count]
}

fn started(minutes_ago: i64) -> Dialing {
    let started = Hand::new("joe", ago(minutes_ago), "mended").ok();
    Dialing { started, ..Dialing::default() }
}

#[track_caller]
fn check_failures(recent: &[Vec<Recent>], dialing: &Dialing, expected: Option<(u32, u32)>) {
    let found = failures(&recent.concat(), dialing, &Policy::default(), at(NOW));
    let expected = expected.map(|(failed, calls)| TripCause::Failures { failed, calls, minutes: 15 });
    assert_eq!(found, expected);
}

#[test]
fn half_of_twenty_calls_within_a_quarter_of_an_hour() {
    use Disposition::{BadNumber, Busy, Network, NoAnswer, NotPlaced, Unconfirmed, Well};
    let never = Dialing::default();
    check_failures(&[], &never, None);
    check_failures(&[dials(NotPlaced, 19, 3)], &never, None);
    check_failures(&[dials(NotPlaced, 20, 3)], &never, Some((20, 20)));
    check_failures(
        &[dials(NotPlaced, 4, 3), dials(Network, 3, 3), dials(BadNumber, 3, 3), dials(Well, 10, 3)],
        &never,
        Some((10, 20)),
    );
    check_failures(&[dials(NotPlaced, 9, 3), dials(Well, 11, 3)], &never, None);
    check_failures(&[dials(NoAnswer, 40, 3), dials(Busy, 40, 3), dials(Unconfirmed, 40, 3)], &never, None);
    check_failures(&[dials(NotPlaced, 20, 16)], &never, None);
    check_failures(&[dials(NotPlaced, 20, 15)], &never, Some((20, 20)));
}

#[test]
fn a_person_who_starts_it_again_starts_the_counts_again() {
    let failed = |count, minutes| dials(Disposition::NotPlaced, count, minutes);
    check_failures(&[failed(19, 1), failed(20, 4)], &started(3), None);
    check_failures(&[failed(20, 1), failed(20, 4)], &started(3), Some((20, 20)));
    assert_eq!(looks_back_to(&started(3), &Policy::default(), at(NOW)), ago(3));
    assert_eq!(looks_back_to(&started(300), &Policy::default(), at(NOW)), ago(20));
}

fn out(count: usize, minutes_ago: i64, facts: &Facts) -> Vec<Attempt> {
    let one = |n: usize| {
        let resident = ResidentId::derive(&["out", &n.to_string()]);
        let begun = ago(minutes_ago);
        let mut attempt = Attempt::begin(resident, RequestId::of(resident, begun), begun);
        attempt.facts = facts.clone();
        attempt
    };
    (0..count).map(one).collect()
}

fn taken() -> Facts {
    Facts { contact: Some(ContactId::new("contact")), ..Facts::default() }
}

#[track_caller]
fn check_silence(calls: &[Vec<Attempt>], dialing: &Dialing, expected: Option<u32>) {
    let found = silence(&calls.concat(), dialing, &Policy::default(), at(NOW));
    assert_eq!(found, expected.map(|calls| TripCause::Silence { calls, minutes: 10 }));
}

#[test]
fn nothing_is_heard_of_five_calls() {
    let never = Dialing::default();
    check_silence(&[out(5, 11, &taken())], &never, Some(5));
    check_silence(&[out(4, 11, &taken())], &never, None);
    check_silence(&[out(9, 10, &taken())], &never, None);
    check_silence(&[out(9, 21, &taken())], &never, None);
    check_silence(&[out(9, 11, &Facts::default())], &never, None);
    check_silence(&[out(9, 15, &taken())], &started(14), None);
    check_silence(&[out(9, 13, &taken())], &started(14), Some(9));
}

#[test]
fn one_that_is_heard_of_breaks_the_silence() {
    let pressed = Facts { answered_at: Some(ago(11)), ..taken() };
    check_silence(&[out(5, 11, &pressed)], &Dialing::default(), Some(5));
    let end = Some(End { version: None, reason: EndReason::Unsaid, at: ago(11) });
    let ended = Facts { end, ..taken() };
    check_silence(&[out(9, 11, &taken()), out(1, 12, &ended)], &Dialing::default(), None);
    let policy = Policy::default();
    let asks = |recent: &[Recent]| may_be_silent(recent, &policy, at(NOW));
    assert_eq!(asks(&[]), Some(ago(10)));
    assert_eq!(asks(&dials(Disposition::NoAnswer, 1, 12)), None);
    assert_eq!(asks(&dials(Disposition::NoAnswer, 1, 21)), Some(ago(10)));
    assert_eq!(asks(&dials(Disposition::NotPlaced, 9, 12)), Some(ago(10)), "a refusal is no news of a call");
}

#[test]
fn a_clock_that_steps_back_or_leaps() {
    let policy = Policy::default();
    let seen = |minutes| Dialing { seen: Some(ago(minutes)), ..Dialing::default() };
    assert_eq!(clock_back(&Dialing::default(), &policy, at(NOW)), None);
    assert_eq!(clock_back(&seen(60), &policy, at(NOW)), None);
    assert_eq!(clock_back(&seen(-2), &policy, at(NOW)), None);
    let an_hour = TripCause::ClockBack { seconds: 3_600 };
    assert_eq!(clock_back(&seen(-60), &policy, at(NOW)), Some(an_hour));
    assert_eq!(clock_forward(ago(30), &policy, at(NOW)), None);
    let leapt = TripCause::ClockForward { seconds: 31 * 60 };
    assert_eq!(clock_forward(ago(31), &policy, at(NOW)), Some(leapt));
    assert_eq!(clock_forward(ago(-31), &policy, at(NOW)), None);
}

#[test]
fn each_cause_is_said_in_plain_words() {
    let check = |cause: TripCause, code: &str, words: &str| {
        assert_eq!((cause.code(), cause.to_string().as_str()), (code, words));
    };
    check(
        TripCause::Failures { failed: 12, calls: 20, minutes: 15 },
        "failures",
        "12 of the last 20 calls, made within 15 minutes, were refused or failed.",
    );
    check(
        TripCause::Silence { calls: 5, minutes: 10 },
        "silence",
        "At least 5 calls were made more than 10 minutes ago, and no news of how they ended has come.",
    );
    check(
        TripCause::ClockBack { seconds: 121 },
        "clock_back",
        "The clock of the service went back by 2 minutes.",
    );
    check(
        TripCause::ClockForward { seconds: 7_200 },
        "clock_forward",
        "The clock of the service leapt forward by 2 hours: it was set, or the machine was asleep.",
    );
    check(
        TripCause::Misconfigured { code: "ResourceNotFoundException".to_owned() },
        "misconfigured",
        "Amazon Connect does not know the instance, the call flow or the queue that it was given (ResourceNotFoundException).",
    );
    check(
        TripCause::Misconfigured { code: "OutboundContactNotPermittedException".to_owned() },
        "misconfigured",
        "Amazon Connect does not permit outbound calls here (OutboundContactNotPermittedException).",
    );
    // In seconds for as long as people would.
    check(
        TripCause::ClockBack { seconds: 119 },
        "clock_back",
        "The clock of the service went back by 119 seconds.",
    );
    check(
        TripCause::Misconfigured { code: "AccessDeniedException".to_owned() },
        "misconfigured",
        "Amazon Connect does not let Rollcall make calls (AccessDeniedException).",
    );
}
