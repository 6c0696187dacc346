//! When the duty to hear from a person arises, and when somebody must be told that it was not met.

use crate::common::arbitrary::{scene, seeded};
use crate::common::{at, policy, resident};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use rollcall_domain::calendar::Weekdays;
use rollcall_domain::duty::{Cause, Schedule, check_due, review, void_since};
use rollcall_domain::policy::Policy;
use rollcall_domain::rules::{Asking, Verdict, next_due, why};
use std::collections::BTreeSet;

/// When the duty arises, and when and why somebody must be told.
#[track_caller]
fn check_with(policy: &Policy, situation: &str, due: &str, told: &str) {
    let one = resident(situation);
    let text = |at: Timestamp| at.to_string();
    let found = check_due(&one, policy).map_or_else(|| "never".to_owned(), text);
    assert_eq!(found, due, "duty of {situation:?}");
    let found =
        review(&one, policy).map_or_else(|| "never".to_owned(), |(at, cause)| format!("{at} {cause:?}"));
    assert_eq!(found, told, "review of {situation:?}");
}

#[track_caller]
fn check(situation: &str, due: &str, told: &str) {
    check_with(&policy(), situation, due, told);
}

const MONDAY: &str = "2026-11-23T09:00:00Z";
const MONDAY_CLOSED: &str = "2026-11-23T17:00:00Z DayClosed";
const TUESDAY: &str = "2026-11-24T09:00:00Z";
const TUESDAY_CLOSED: &str = "2026-11-24T17:00:00Z DayClosed";

#[test]
fn a_new_resident_is_owed_a_check_in_the_window_that_is_open_or_the_next() {
    check("registered 23 08:00", MONDAY, MONDAY_CLOSED);
    check("registered 23 09:00", MONDAY, MONDAY_CLOSED);
    check("registered 23 12:34:56.789", "2026-11-23T12:34:56.789Z", MONDAY_CLOSED);
    check("registered 23 16:59:59.999", "2026-11-23T16:59:59.999Z", MONDAY_CLOSED);
    check("registered 23 17:00", TUESDAY, TUESDAY_CLOSED);
    check("registered 28 12:00", "2026-11-30T09:00:00Z", "2026-11-30T17:00:00Z DayClosed");
    check("zone Asia/Kolkata; registered 23 08:00", "2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z DayClosed");
    check("hours 18:00-20:00", "2026-11-23T18:00:00Z", "2026-11-23T20:00:00Z DayClosed");
    let holiday = Policy { holidays: BTreeSet::from([Date::constant(2026, 11, 23)]), ..policy() };
    check_with(&holiday, "", TUESDAY, TUESDAY_CLOSED);
}

#[test]
fn whoever_was_heard_of_is_owed_the_next_check_a_day_later() {
    check("well 23 10:30", "2026-11-24T10:30:00Z", TUESDAY_CLOSED);
    check("spoken 23 16:59", "2026-11-24T16:59:00Z", TUESDAY_CLOSED);
    check("well 23 17:00", "2026-11-25T09:00:00Z", "2026-11-25T17:00:00Z DayClosed");
    check("well 27 16:00", "2026-11-30T09:00:00Z", "2026-11-30T17:00:00Z DayClosed");
    // Heard of before they were loaded (kept from an older register): the load counts.
    check("well 20 10:00", MONDAY, MONDAY_CLOSED);
}

#[test]
fn a_pause_moves_the_duty_behind_itself() {
    check("pause 23 08:00 to 24 12:00", "2026-11-24T12:00:00Z", TUESDAY_CLOSED);
    check("pause 23 09:00 to 23 17:00", TUESDAY, TUESDAY_CLOSED);
    check("pause 24 08:00 to 24 12:00; pause 23 08:00 to 23 18:00", "2026-11-24T12:00:00Z", TUESDAY_CLOSED);
    // One that ends before the window opens moves nothing, nor does a later one.
    check("pause 23 07:00 to 23 09:00", MONDAY, MONDAY_CLOSED);
    // Whoever is in a pause at the close is looked for when it has ended.
    check("pause 23 12:00 to 25 12:00", MONDAY, "2026-11-25T17:00:00Z DayClosed");
    check("pause 23 12:00 to 23 13:00", MONDAY, MONDAY_CLOSED);
}

#[test]
fn nothing_is_owed_to_whoever_is_not_called_at_all() {
    for situation in ["disabled", "suppressed", "refused", "disabled; bad-number 23 10:00"] {
        check(situation, "never", "never");
    }
}

#[test]
fn a_bad_number_is_told_at_once_because_the_person_is_unprotected() {
    check("settled 23 10:00; bad-number 23 10:01", MONDAY, "2026-11-23T10:01:00Z BadNumber");
    check("settled 27 16:59; bad-number 27 17:01", MONDAY, "2026-11-27T17:01:00Z BadNumber");
    // Told once; what else is open comes first.
    check("bad-number 23 10:01; escalated 23 09:00", MONDAY, "never");
    // Heard of since, they are told of again when the next check is due.
    check("bad-number 23 10:01; spoken 23 11:00", "2026-11-24T11:00:00Z", "2026-11-24T11:00:00Z BadNumber");
    // A person who can never be called again is still somebody's duty.
    let mut shut = policy();
    shut.window.days = Weekdays([false; 7]);
    check_with(&shut, "bad-number 23 10:01", "never", "2026-11-23T10:01:00Z BadNumber");
}

#[test]
fn attempts_that_are_spent_are_told_at_once_and_others_at_the_close() {
    let spent = "2026-11-23T12:00:00Z AttemptsSpent";
    check("settled 23 10:00; settled 23 11:00; settled 23 12:00", MONDAY, spent);
    check("settled 23 10:00; settled 23 11:00; not-placed 23 11:30; settled 23 12:00", MONDAY, spent);
    check("settled 23 10:00; settled 23 11:00", MONDAY, MONDAY_CLOSED);
    check("settled 23 10:00; settled 23 11:00; not-placed 23 12:00", MONDAY, MONDAY_CLOSED);
    // At the close itself the day says it.
    check("settled 23 10:00; settled 23 11:00; settled 23 17:00", MONDAY, MONDAY_CLOSED);
    // Dials of the day before, which ended in a talk, do not spend today's.
    let heard = "settled 23 10:00; settled 23 11:00; settled 23 12:00; well 23 12:01";
    check(heard, "2026-11-24T12:01:00Z", TUESDAY_CLOSED);
    check(&format!("{heard}; settled 24 12:02"), "2026-11-24T12:01:00Z", TUESDAY_CLOSED);
    let hourly = Policy { success_interval_minutes: 60, ..policy() };
    let twice = "settled 23 10:00; settled 23 11:00; well 23 11:01; settled 23 12:02";
    check_with(&hourly, twice, "2026-11-23T12:01:00Z", MONDAY_CLOSED);
    // Those after it do, and one at the very moment of it does not.
    let after = "settled 23 10:00; well 23 10:01; settled 23 11:02; settled 23 12:02; settled 23 13:02";
    check_with(&hourly, after, "2026-11-23T11:01:00Z", "2026-11-23T13:02:00Z AttemptsSpent");
    let at = "well 23 11:00; settled 23 11:00; settled 23 12:01; settled 23 13:01";
    check_with(&hourly, at, "2026-11-23T12:00:00Z", MONDAY_CLOSED);
    // Nor does one that leaves the rolling window at the moment of the last.
    let leaving = "pause 23 08:00 to 24 09:00; settled 23 10:00; settled 24 09:30; settled 24 10:00";
    check(leaving, TUESDAY, TUESDAY_CLOSED);
    // Nor do dials that left the rolling window, remembered though they are.
    let old = "registered 19 08:00; pause 19 08:00 to 23 09:00; settled 20 10:00; settled 20 11:00; settled 23 10:00";
    check(old, MONDAY, MONDAY_CLOSED);
}

#[test]
fn nobody_is_told_while_evidence_or_a_promise_is_awaited_or_when_they_were_told() {
    check("settled 23 10:00; settled 23 11:00; open 23 12:00", MONDAY, "never");
    check("open 23 16:59", MONDAY, "never");
    check("talk 23 10:00; promise 1", "2026-11-24T10:00:00Z", "never");
    check("escalated 23 09:00", MONDAY, "never");
}

#[test]
fn the_duty_follows_the_clocks_on_both_days_that_they_change() {
    let mut every_day = policy();
    every_day.window.days = Weekdays::ALL;
    let close = "2026-03-29T16:00:00Z DayClosed";
    check_with(&every_day, "registered 2026-03-28T20:00:00Z", "2026-03-29T08:00:00Z", close);
    check_with(
        &every_day,
        "registered 2026-03-27T00:00:00Z; well 2026-03-28T09:30:00Z",
        "2026-03-29T09:30:00Z",
        close,
    );
    let close = "2026-10-25T17:00:00Z DayClosed";
    check_with(&every_day, "registered 2026-10-24T20:00:00Z", "2026-10-25T09:00:00Z", close);
    check_with(
        &every_day,
        "registered 2026-10-20T00:00:00Z; well 2026-10-24T08:30:00Z",
        "2026-10-25T09:00:00Z",
        close,
    );
}

proptest! {
    #![proptest_config(seeded(0x0031, 2_000))]

    #[test]
    fn a_duty_is_met_or_told_of_by_the_close_of_its_window((policy, one, now) in scene()) {
        let schedule = Schedule::of(&one, &policy, now);
        prop_assert_eq!(schedule.next_due, next_due(&one, &policy, now));
        let excluded = !one.enabled || one.suppressed.holds() || one.consent == Some(false);
        let waits = one.has_open_attempt() || one.callback.is_some();
        prop_assert_eq!(check_due(&one, &policy).is_none(), excluded);
        let Some(due) = check_due(&one, &policy) else {
            prop_assert_eq!(schedule.review_at, None);
            return Ok(());
        };
        prop_assert_eq!(schedule.review_at.is_none(), waits);
        let hours = policy.hours(&one);
        prop_assert!(hours.is_open(due) && due >= one.registered_at);
        prop_assert!(one.reached.is_none_or(|r| due >= r.at + policy.success_interval()));
        prop_assert!(!one.pauses.iter().any(|pause| pause.from <= due && due < pause.until));
        if let Some(told) = schedule.review_at {
            let close = hours.close_after(due).unwrap_or(due);
            prop_assert!(due < close && close.duration_since(due) <= SignedDuration::from_hours(25));
            let paused = |at| one.pauses.iter().any(|pause| pause.from <= at && at < pause.until);
            let excused = paused(close);
            prop_assert!(told <= close || excused || one.number_bad_since.is_some_and(|since| told == since));
            prop_assert!(told >= due || one.number_bad_since.is_some(), "told {told} before {due}");
        }
    }

    #[test]
    fn nobody_may_be_called_before_their_duty_arises((policy, one, now) in scene()) {
        let due = check_due(&one, &policy);
        if now >= one.registered_at && due.is_none_or(|due| now < due) {
            let verdict = why(&one, &policy, now, Asking::Planner);
            prop_assert!(verdict != Verdict::MayCall, "due {due:?}");
        }
    }
}

#[test]
fn a_case_of_somebody_who_is_no_longer_checked_is_void_but_not_for_a_bad_number() {
    let raised = Some(at("23 12:00"));
    for (situation, expected) in [
        ("escalated 23 12:00", None),
        ("escalated 23 12:00; bad-number 23 11:00", None),
        ("escalated 23 12:00; disabled", raised),
        ("escalated 23 12:00; suppressed", raised),
        ("escalated 23 12:00; refused", raised),
        ("disabled", None),
    ] {
        assert_eq!(void_since(&resident(situation)), expected, "{situation}");
    }
    let mut promised = resident("escalated 23 12:00; disabled");
    if let Some(raised) = &mut promised.escalation {
        raised.cause = Cause::CallbackOverdue;
    }
    assert_eq!(void_since(&promised), None, "a promise is owed all the same");
}
