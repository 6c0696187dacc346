//! Settings: between which bounds each is taken, and what it means in time.

use crate::common::policy;
use jiff::SignedDuration;
use rollcall_domain::policy::Policy;

/// The default policy with one setting changed.
fn with(name: &str, value: u32) -> Policy {
    let mut stored = serde_json::to_value(policy()).expect("a policy is JSON");
    let known = stored.get_mut(name).unwrap_or_else(|| panic!("no setting is called {name:?}"));
    *known = value.into();
    serde_json::from_value(stored).expect("a policy")
}

#[test]
fn each_setting_is_taken_between_its_bounds_and_named_outside() {
    for (name, low, high) in [
        ("success_interval_minutes", 60, 10_080),
        ("gap_minutes", 1, 1_440),
        ("max_attempts", 1, 20),
        ("attempts_window_minutes", 60, 10_080),
        ("ring_seconds", 15, 60),
        ("request_lifetime_minutes", 1, 60),
        ("callback_deadline_minutes", 5, 1_440),
        ("callback_escalate_minutes", 1, 1_440),
        ("all_clear_minutes", 10, 10_080),
        ("starts_per_second", 1, 1_000),
        ("start_burst", 1, 1_000),
        ("concurrent_calls", 1, 100_000),
        ("calls_per_free_agent", 1, 20),
        ("callback_tries", 1, 10),
        ("start_margin_seconds", 1, 60),
        ("call_lease_seconds", 120, 3_600),
        ("breaker_minutes", 1, 1_440),
        ("breaker_calls", 1, 100),
        ("breaker_percent", 1, 100),
        ("silence_calls", 1, 20),
        ("clock_back_seconds", 5, 86_400),
        ("clock_forward_minutes", 5, 10_080),
    ] {
        for taken in [low, high] {
            assert_eq!(with(name, taken).problems(), [""; 0], "{name} = {taken}");
        }
        for refused in [low - 1, high + 1] {
            let expected = format!("{name} is {refused}; expected {low} to {high}");
            assert_eq!(with(name, refused).problems(), [expected]);
        }
    }
}

#[test]
fn silence_is_looked_back_on_for_less_than_half_of_the_time_that_evidence_has() {
    let problems = |evidence_minutes, silence_minutes| {
        Policy { evidence_minutes, silence_minutes, ..policy() }.problems().join("; ")
    };
    for (evidence, silence) in [(10, 4), (60, 29), (1_440, 719)] {
        assert_eq!(problems(evidence, silence), "");
    }
    assert_eq!(problems(60, 30), "silence_minutes is 30; expected 4 to 29");
    assert_eq!(problems(60, 3), "silence_minutes is 3; expected 4 to 29");
    assert_eq!(
        problems(9, 4),
        "evidence_minutes is 9; expected 10 to 1440; silence_minutes is 4; expected 4 to 3"
    );
    assert_eq!(problems(1_441, 10), "evidence_minutes is 1441; expected 10 to 1440");
}

#[test]
fn times_are_in_the_units_of_their_names() {
    for (name, of, value, expected) in [
        ("success_interval_minutes", Policy::success_interval as fn(&Policy) -> SignedDuration, 61, 3_660),
        ("gap_minutes", Policy::gap, 7, 420),
        ("attempts_window_minutes", Policy::attempts_window, 61, 3_660),
        ("request_lifetime_minutes", Policy::request_lifetime, 7, 420),
        ("callback_deadline_minutes", Policy::callback_deadline, 7, 420),
        ("callback_escalate_minutes", Policy::callback_escalate, 7, 420),
        ("all_clear_minutes", Policy::all_clear, 11, 660),
        ("evidence_minutes", Policy::evidence_window, 11, 660),
        ("breaker_minutes", Policy::breaker_window, 7, 420),
        ("silence_minutes", Policy::silence, 7, 420),
        ("start_margin_seconds", Policy::start_margin, 7, 7),
        ("call_lease_seconds", Policy::call_lease, 121, 121),
    ] {
        assert_eq!(of(&with(name, value)).as_secs(), expected, "{name}");
    }
}
