//! The promise that an agent rings: what it has come to, in any order of news.

use crate::common::arbitrary::seeded;
use crate::common::{at, policy, request};
use jiff::SignedDuration;
use jiff::civil::Date;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::prop_oneof;
use rollcall_domain::attempt::Attempt;
use rollcall_domain::calendar::{Weekdays, Window};
use rollcall_domain::callback::{Callback, CallbackState, Cancelled, Try};
use rollcall_domain::ids::{ContactId, ResidentId};
use rollcall_domain::policy::Policy;

fn promised() -> Callback {
    let dial = Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("23 10:00"));
    Callback::promise(&dial, at("23 10:01"), &policy())
}

/// News of legs, such as `a waits, a missed 23 10:10, b spoken 23 11:00`.
#[track_caller]
fn learn(one: &mut Callback, news: &str) {
    for piece in news.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let (leg, what) = piece.split_once(' ').unwrap_or((piece, ""));
        let (word, time) = what.split_once(' ').unwrap_or((what, ""));
        let news = match word {
            "waits" => Try::Waiting,
            "missed" => Try::Missed(at(time)),
            "spoken" => Try::SpokenTo(at(time)),
            _ => panic!("no news is called {word:?}"),
        };
        one.learn(ContactId::new(leg), news);
    }
}

/// What a promise has come to, and when the sweep must look at it.
fn outcome(one: &Callback, policy: &Policy) -> String {
    let review = one.review_at(policy).map_or_else(|| "no review".to_owned(), |at| format!("review {at}"));
    match one.state(policy) {
        CallbackState::Open => format!("open, {review}"),
        CallbackState::Cancelled(at) => format!("cancelled {at}, {review}"),
        CallbackState::Missed => format!("missed, {review}"),
        CallbackState::SpokenTo(at) => format!("spoken {at}, {review}"),
    }
}

#[track_caller]
fn check(news: &str, expected: &str) {
    let mut one = promised();
    learn(&mut one, news);
    assert_eq!(outcome(&one, &policy()), expected, "{news}");
}

const OPEN: &str = "open, review 2026-11-23T12:01:00Z";
const MISSED: &str = "missed, review 2026-11-23T10:01:00Z";

#[test]
fn a_promise_is_open_until_somebody_spoke_or_every_try_was_missed() {
    check("", OPEN);
    check("a waits", OPEN);
    check("a missed 23 10:10", OPEN);
    check("a missed 23 10:10, b missed 23 10:20, c waits", OPEN);
    check("a missed 23 10:10, b missed 23 10:20, c missed 23 10:30", MISSED);
    check("a spoken 23 10:10", "spoken 2026-11-23T10:10:00Z, no review");
}

#[test]
fn a_cancelled_promise_is_owed_no_more_but_a_talk_counts() {
    let mut one = promised();
    assert!(one.cancel(Cancelled::since_deleted(at("23 10:30"))));
    assert!(!one.cancel(Cancelled::since_deleted(at("23 10:30"))), "a repeat is no news");
    assert!(!one.cancel(Cancelled::since_deleted(at("23 11:00"))), "the first stands");
    assert_eq!(outcome(&one, &policy()), "cancelled 2026-11-23T10:30:00Z, no review");
    learn(&mut one, "a missed 23 10:40, b missed 23 10:50, c missed 23 10:55");
    assert_eq!(outcome(&one, &policy()), "cancelled 2026-11-23T10:30:00Z, no review");
    learn(&mut one, "d spoken 23 10:58");
    assert_eq!(outcome(&one, &policy()), "spoken 2026-11-23T10:58:00Z, no review");
}

#[test]
fn repeated_news_of_one_leg_is_one_try() {
    check("a missed 23 10:10, a missed 23 10:10, a missed 23 10:10", OPEN);
    check("a missed 23 10:10, a missed 23 10:11, a missed 23 10:12, a waits", OPEN);
    let mut one = promised();
    assert!(one.learn(ContactId::new("a"), Try::Missed(at("23 10:10"))));
    assert!(!one.learn(ContactId::new("a"), Try::Missed(at("23 10:10"))), "a repeat is no news");
    assert!(!one.learn(ContactId::new("a"), Try::Waiting), "knowledge never moves back");
}

#[test]
fn having_spoken_outranks_all_and_the_first_talk_counts() {
    let spoken = "spoken 2026-11-23T10:40:00Z, no review";
    check("a missed 23 10:10, b missed 23 10:20, c missed 23 10:30, d spoken 23 10:40", spoken);
    check("d spoken 23 10:40, a missed 23 10:10, b missed 23 10:20, c missed 23 10:30", spoken);
    check("d spoken 23 10:40, d missed 23 10:50, d waits", spoken);
    check("d spoken 23 10:40, e spoken 23 11:40", spoken);
    check("e spoken 23 11:40, d spoken 23 10:40", spoken);
}

#[test]
fn what_the_register_learns_is_only_a_talk() {
    for (news, expected) in [
        ("a missed 23 10:10, b missed 23 10:20, c missed 23 10:30", None),
        ("", None),
        ("d spoken 23 10:40", Some("2026-11-23T10:40:00Z SpokenTo")),
    ] {
        let mut one = promised();
        learn(&mut one, news);
        let found = one.reached(&policy()).map(|reached| format!("{} {:?}", reached.at, reached.how));
        assert_eq!(found.as_deref(), expected, "{news}");
    }
}

#[test]
fn how_many_misses_are_too_many_is_policy() {
    for (tries, expected) in [(1, MISSED), (2, MISSED), (3, OPEN)] {
        let policy = Policy { callback_tries: tries, ..policy() };
        let mut one = promised();
        learn(&mut one, "a missed 23 10:10, b missed 23 10:20");
        assert_eq!(outcome(&one, &policy), expected, "{tries} tries");
    }
}

#[test]
fn somebody_is_told_once_at_the_deadline_at_once_when_it_was_not_queued_and_once_when_missed() {
    let misses = "a missed 23 10:10, b missed 23 10:20, c missed 23 10:30";
    for (news, marked, expected) in [
        ("", "", OPEN),
        ("", "unqueued", "open, review 2026-11-23T10:01:00Z"),
        // And an hour after the deadline a case is raised.
        ("", "overdue told", "open, review 2026-11-23T13:01:00Z"),
        ("", "unqueued, overdue told", "open, review 2026-11-23T13:01:00Z"),
        ("", "overdue told, escalated", "open, no review"),
        (misses, "overdue told", MISSED),
        (misses, "missed told", "missed, no review"),
    ] {
        let mut one = promised();
        learn(&mut one, news);
        one.unqueued = marked.contains("unqueued");
        one.overdue_told = marked.contains("overdue told");
        one.missed_told = marked.contains("missed told");
        one.escalated = marked.contains("escalated");
        assert_eq!(outcome(&one, &policy()), expected, "{news}; {marked}");
    }
}

#[test]
fn the_earliest_moment_by_which_the_key_was_pressed_starts_the_deadline() {
    for order in [["23 10:02", "23 10:00:40"], ["23 10:00:40", "23 10:02"]] {
        let mut one = promised();
        for time in order {
            one.learn_requested(at(time), &policy());
        }
        assert_eq!((one.requested_at, one.deadline), (at("23 10:00:40"), at("23 12:00:40")));
        assert!(!one.learn_requested(at("23 10:00:40"), &policy()), "a repeat is no news");
    }
}

/// The deadline counts the hours of the desk, which may be other than those of
/// calls, in the zone of the service.
#[test]
fn a_promise_of_friday_afternoon_is_to_be_kept_on_monday_morning() {
    let dial = Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("20 16:29"));
    let deadline = |policy: &Policy| Callback::promise(&dial, at("20 16:30"), policy).deadline;
    assert_eq!(deadline(&policy()), at("23 10:30"));
    let every_day = Window { days: Weekdays::ALL, ..Window::default() };
    assert_eq!(deadline(&Policy { desk: Some(every_day), ..policy() }), at("21 10:30"));
    let holidays = [Date::constant(2026, 11, 23)].into();
    assert_eq!(deadline(&Policy { holidays, ..policy() }), at("24 10:30"));
    let timezone = "America/New_York".to_owned();
    assert_eq!(deadline(&Policy { timezone, ..policy() }), at("20 18:30"));
    // It is escalated by the clock: the desk may be closed for days.
    let promise = Callback::promise(&dial, at("20 15:00"), &policy());
    assert_eq!(promise.escalate_at(&policy()), Some(at("20 18:00")));
}

#[test]
fn one_dial_makes_one_promise() {
    let dial = Attempt::begin(ResidentId::derive(&["ada"]), request("first"), at("23 10:00"));
    assert_eq!(Callback::promise(&dial, at("23 10:02"), &policy()).id, promised().id);
}

fn news() -> impl Strategy<Value = (ContactId, Try)> {
    let what = (0_i64..4, 0_u8..3).prop_map(|(minute, kind)| {
        let at = at("23 10:10") + SignedDuration::from_mins(minute);
        match kind {
            0 => Try::Waiting,
            1 => Try::Missed(at),
            _ => Try::SpokenTo(at),
        }
    });
    let leg = prop_oneof![Just("a"), Just("b"), Just("c"), Just("d")].prop_map(ContactId::new);
    (leg, what)
}

proptest! {
    #![proptest_config(seeded(0x0041, 1_000))]

    #[test]
    fn any_order_and_any_repetition_give_the_same_promise(
        (news, shuffled) in vec(news(), 1..=6).prop_flat_map(|news| {
            let twice: Vec<_> = news.iter().chain(&news).cloned().collect();
            (Just(news), Just(twice).prop_shuffle())
        }),
    ) {
        let (mut one, mut other) = (promised(), promised());
        let mut kept = false;
        for (leg, what) in &news {
            let before = one.clone();
            prop_assert_eq!(one.learn(leg.clone(), *what), one != before, "tells whether it was news");
            let spoken = matches!(one.state(&policy()), CallbackState::SpokenTo(_));
            prop_assert!(spoken || !kept, "a kept promise stays kept");
            kept = spoken;
        }
        for (leg, what) in shuffled {
            other.learn(leg, what);
        }
        prop_assert_eq!(&one, &other);
        let talked = news.iter().any(|(_, what)| matches!(what, Try::SpokenTo(_)));
        prop_assert_eq!(talked, kept, "a talk is never lost");
    }
}
