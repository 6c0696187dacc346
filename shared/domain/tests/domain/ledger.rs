//! The account of the day: everybody in exactly one state, and the sum is the register.

use crate::common::arbitrary::{scene, seeded};
use crate::common::{at, policy, resident};
use proptest::collection::vec;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use rollcall_domain::duty::check_due;
use rollcall_domain::ledger::{DayState, Ledger, day_state};
use rollcall_domain::rules::excluded;

#[track_caller]
fn check(situation: &str, now: &str, expected: &str) {
    let state = day_state(&resident(situation), &policy(), at(now));
    assert_eq!(format!("{state:?}"), expected, "{situation:?} at {now}");
}

#[test]
fn each_state_of_the_day_is_reached() {
    check("", "23 08:59:59.999", "NotDue");
    check("", "23 09:00", "Trying");
    check("open 23 10:00", "23 10:00", "Trying");
    check("well 23 10:30", "23 10:30", "Well");
    check("talk 23 10:30; promise 1", "23 10:31", "CallbackOpen");
    check("talk 23 10:30", "23 12:00", "SpokenTo");
    check("spoken 23 10:30", "23 12:00", "SpokenTo");
    check("escalated 23 09:00", "23 17:00", "Escalated");
    check("pause 23 09:00 to 24 09:00", "23 10:00", "Paused");
    check("disabled", "23 10:00", "Excluded");
    check("suppressed", "23 10:00", "Excluded");
    check("number-suppressed", "23 10:00", "Excluded");
    check("suppressed; opted-out 23 10:00", "23 10:00", "Excluded");
    check("refused", "23 10:00", "Excluded");
    check("bad-number 23 10:00", "23 10:00", "Excluded");
    check("bad-number 23 10:00; spoken 23 11:00", "23 12:00", "SpokenTo");
}

#[test]
fn a_day_is_the_local_day_of_the_resident() {
    check("well 23 16:30", "23 23:59:59.999", "Well");
    check("well 23 16:30", "24 00:00", "NotDue");
    check("well 23 16:30", "24 16:29:59.999", "NotDue");
    check("well 23 16:30", "24 16:30", "Trying");
    // In Auckland the 24th begins at 11:00 of the 23rd here.
    let auckland = "zone Pacific/Auckland; registered 20 00:00; well 23 01:00";
    check(auckland, "23 10:59:59.999", "Well");
    check(auckland, "23 11:00", "NotDue");
    check(auckland, "24 01:00", "Trying");
}

#[test]
fn whoever_opted_out_and_was_taken_off_the_list_is_not_due_before_a_day_has_passed() {
    check("opted-out 23 10:00", "23 10:01", "NotDue");
    check("opted-out 23 10:00", "24 09:59:59", "NotDue");
    check("opted-out 23 10:00", "24 10:00", "Trying");
}

#[test]
fn of_several_states_the_gravest_is_told() {
    // A promise is owed even to somebody who was switched off since.
    check("promise 1; disabled; escalated 23 09:00; well 23 10:00", "23 10:00", "CallbackOpen");
    check("promise 1; suppressed; talk 23 10:00", "23 10:00", "CallbackOpen");
    // A switched-off resident is nobody's duty; one with a bad number is.
    check("disabled; escalated 23 09:00", "23 10:00", "Excluded");
    check("bad-number 23 09:30; escalated 23 09:00", "23 10:00", "Escalated");
    check("escalated 23 09:00; pause 23 09:00 to 24 09:00", "23 10:00", "Escalated");
    check("escalated 23 09:00; well 23 08:00", "23 10:00", "Escalated");
    check("bad-number 23 09:30; pause 23 09:00 to 24 09:00", "23 10:00", "Excluded");
}

#[test]
fn a_pause_counts_from_its_first_moment_up_to_its_end() {
    let paused = "pause 23 10:00 to 23 11:00";
    check(paused, "23 09:59:59.999", "Trying");
    check(paused, "23 10:00", "Paused");
    check(paused, "23 10:59:59.999", "Paused");
    check(paused, "23 11:00", "Trying");
}

#[test]
fn each_state_counts_for_as_many_as_are_in_it() {
    let ledger = Ledger {
        well: 1,
        callback_open: 20,
        spoken_to: 300,
        trying: 4_000,
        escalated: 50_000,
        paused: 600_000,
        excluded: 7_000_000,
        not_due: 80_000_000,
        ..Ledger::default()
    };
    assert_eq!(ledger.counted(), 87_654_321);
    assert!(ledger.close(87_654_321).balanced);
}

#[test]
fn a_register_that_was_counted_differently_does_not_balance() {
    let mut ledger = Ledger::default();
    for state in [DayState::Well, DayState::Trying, DayState::Trying] {
        ledger.count(state);
    }
    for (register, balanced) in [(3, true), (2, false), (4, false), (0, false)] {
        let closed = ledger.close(register);
        assert_eq!((closed.total, closed.balanced), (register, balanced));
        assert_eq!((closed.well, closed.trying, closed.paused), (1, 2, 0), "closing counts nobody");
    }
    assert!(!ledger.balanced, "an account that is not closed does not balance");
    assert!(Ledger::default().close(0).balanced);
}

#[test]
fn each_state_has_a_column_of_its_own() {
    let columns = |one: &Ledger| {
        [
            one.well,
            one.callback_open,
            one.spoken_to,
            one.trying,
            one.escalated,
            one.paused,
            one.excluded,
            one.not_due,
        ]
    };
    let states = [
        DayState::Well,
        DayState::CallbackOpen,
        DayState::SpokenTo,
        DayState::Trying,
        DayState::Escalated,
        DayState::Paused,
        DayState::Excluded,
        DayState::NotDue,
    ];
    for (column, state) in states.into_iter().enumerate() {
        let mut ledger = Ledger::default();
        ledger.count(state);
        let mut expected = [0; 8];
        expected[column] = 1;
        assert_eq!(columns(&ledger), expected, "{state:?}");
    }
}

proptest! {
    #![proptest_config(seeded(0x0061, 200))]

    #[test]
    fn everybody_is_counted_once_at_any_moment(scenes in vec(scene(), 0..40)) {
        let mut ledger = Ledger::default();
        for (policy, one, now) in &scenes {
            let state = day_state(one, policy, *now);
            prop_assert_eq!(state == DayState::CallbackOpen, one.callback.is_some());
            let holds = match state {
                DayState::Well | DayState::SpokenTo => one.reached.is_some(),
                DayState::Trying => check_due(one, policy).is_some_and(|due| due <= *now),
                DayState::Paused => one.pauses.iter().any(|pause| pause.from <= *now && *now < pause.until),
                DayState::NotDue => check_due(one, policy).is_none_or(|due| due > *now),
                DayState::Excluded => excluded(one).is_some(),
                DayState::Escalated => one.escalation.is_some(),
                DayState::CallbackOpen => one.callback.is_some(),
            };
            prop_assert!(holds, "{:?} at {} is called {:?}", one, now, state);
            ledger.count(state);
        }
        let register = u64::try_from(scenes.len()).unwrap_or(0);
        prop_assert!(ledger.close(register).balanced);
        prop_assert!(!ledger.close(register + 1).balanced);
        prop_assert_eq!(ledger.close(register).total, register);
    }
}
