//! How fast calls may start and how many at once: never more than allowed, hardly less.

use crate::common::arbitrary::seeded;
use crate::common::{at, attempt, policy};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use rollcall_domain::pace::{Grant, Limits, PaceState, Staffing, orders};
use rollcall_domain::policy::Policy;

fn limits() -> Limits {
    Limits {
        per_second: 2,
        burst: 5,
        at_once: 10,
        horizon: SignedDuration::from_secs(5),
        lease: SignedDuration::from_secs(360),
    }
}

fn after(ms: i64) -> Timestamp {
    at("23 10:00") + SignedDuration::from_millis(ms)
}

/// Milliseconds since 10:00.
fn ms(at: Timestamp) -> i64 {
    at.duration_since(after(0)).as_millis().try_into().unwrap_or(i64::MAX)
}

/// What each step is answered: `reserve NAME MS`, `release NAME`, `back-off MS`.
#[track_caller]
fn check(limits: &Limits, steps: &[(&str, &str)]) {
    let mut pace = PaceState::default();
    for (n, (step, expected)) in steps.iter().enumerate() {
        let words: Vec<&str> = step.split(' ').collect();
        let number = |index: usize| {
            words.get(index).and_then(|word| word.parse().ok()).map_or_else(|| after(0), after)
        };
        let found = match words[0] {
            "reserve" => match pace.reserve(attempt(words[1]), number(2), limits) {
                Grant::At(at) => format!("at {}", ms(at)),
                Grant::TooFast(at) => format!("too fast until {}", ms(at)),
                Grant::Full => "full".to_owned(),
            },
            "release" => pace.release(attempt(words[1])).to_string(),
            "in-flight" => pace.in_flight(number(1)).to_string(),
            _ => {
                pace.back_off(number(1), limits);
                "done".to_owned()
            }
        };
        assert_eq!(&found, expected, "step {n}: {step}");
    }
}

#[test]
fn after_a_pause_a_burst_may_start_at_once_and_then_two_a_second() {
    check(
        &limits(),
        &[
            ("reserve a 0", "at 0"),
            ("reserve b 0", "at 0"),
            ("reserve c 0", "at 0"),
            ("reserve d 0", "at 0"),
            ("reserve e 0", "at 0"),
            ("reserve f 0", "at 500"),
            ("reserve g 100", "at 1000"),
            ("in-flight 100", "7"),
            ("reserve h 60000", "at 60000"),
        ],
    );
}

#[test]
fn a_start_further_ahead_than_the_horizon_is_not_reserved_and_costs_nothing() {
    let tight = Limits { horizon: SignedDuration::from_millis(500), ..limits() };
    check(
        &Limits { burst: 1, ..tight },
        &[
            ("reserve a 0", "at 0"),
            ("reserve b 0", "at 500"),
            ("reserve c 0", "too fast until 1000"),
            ("reserve c 0", "too fast until 1000"),
            ("in-flight 0", "2"),
            ("reserve c 1000", "at 1000"),
        ],
    );
}

#[test]
fn a_place_is_held_until_the_call_ends_or_the_lease_does() {
    let two = Limits { at_once: 2, lease: SignedDuration::from_secs(120), ..limits() };
    check(
        &two,
        &[
            ("reserve a 0", "at 0"),
            ("reserve b 1000", "at 1000"),
            ("reserve c 2000", "full"),
            ("release a", "true"),
            ("release a", "false"),
            ("reserve c 2000", "at 2000"),
            ("reserve d 120999", "full"),
            ("in-flight 120999", "2"),
            ("in-flight 121000", "1"),
            ("reserve d 121000", "at 121000"),
            ("reserve e 121999", "full"),
        ],
    );
}

#[test]
fn an_attempt_that_asks_again_keeps_its_one_place_but_pays_for_its_start() {
    let one = Limits { at_once: 1, burst: 1, ..limits() };
    let steps = [
        ("reserve a 0", "at 0"),
        ("reserve a 0", "at 500"),
        ("in-flight 0", "1"),
        ("reserve b 2000", "full"),
        ("release a", "true"),
        ("reserve b 2000", "at 2000"),
    ];
    check(&one, &steps);
}

#[test]
fn without_an_agent_nothing_starts() {
    check(&Limits { at_once: 0, ..limits() }, &[("reserve a 0", "full"), ("in-flight 0", "0")]);
}

#[test]
fn after_a_refusal_nothing_starts_before_its_end_and_then_without_a_burst() {
    check(
        &limits(),
        &[
            ("reserve a 0", "at 0"),
            ("back-off 3000", "done"),
            ("reserve b 100", "at 3000"),
            ("reserve c 100", "at 3500"),
            ("back-off 1000", "done"),
            ("reserve d 100", "at 4000"),
            ("reserve e 60000", "at 60000"),
            ("reserve f 60000", "at 60000"),
        ],
    );
}

/// Of `starts` in any order: the first pair between which more lie than `per_second` and `burst` allow.
fn excess(starts: &[Timestamp], per_second: u32, burst: u32) -> Option<String> {
    let mut starts: Vec<i128> = starts.iter().map(|at| at.as_nanosecond()).collect();
    starts.sort_unstable();
    for (first, from) in starts.iter().enumerate() {
        for (count, until) in starts[first..].iter().enumerate() {
            // In whole numbers: count + 1 starts within a span must not be
            // more than burst + rate × span.
            let beyond_burst = i128::try_from(count + 1).unwrap_or(i128::MAX) - i128::from(burst);
            if beyond_burst * 1_000_000_000 > i128::from(per_second) * (until - from) {
                return Some(format!("{} starts in {} ns", count + 1, until - from));
            }
        }
    }
    None
}

/// The starts that `requests` lead to, each asked so many ms after the last.
fn starts(limits: &Limits, requests: &[i64]) -> Vec<Timestamp> {
    let (mut pace, mut now, mut starts) = (PaceState::default(), 0, Vec::new());
    for (n, pause) in requests.iter().enumerate() {
        now += pause;
        if let Grant::At(at) = pace.reserve(attempt(&n.to_string()), after(now), limits) {
            starts.push(at);
        }
    }
    starts
}

#[test]
fn a_rate_that_does_not_divide_a_second_is_not_exceeded_either() {
    for per_second in [3, 6, 7, 9, 999] {
        let limits = Limits { per_second, burst: 1, at_once: u32::MAX, ..limits() };
        let starts = starts(&limits, &[0; 12]);
        assert_eq!(excess(&starts, per_second, 1), None, "{per_second} a second");
    }
}

#[test]
fn under_a_backlog_of_ten_thousand_hardly_a_start_is_wasted() {
    for (per_second, burst) in [(2, 5), (7, 1), (30, 10)] {
        let limits =
            Limits { per_second, burst, at_once: u32::MAX, lease: SignedDuration::from_secs(1), ..limits() };
        let (mut pace, mut now, mut starts) = (PaceState::default(), after(0), Vec::new());
        while starts.len() < 10_000 {
            match pace.reserve(attempt(&starts.len().to_string()), now, &limits) {
                Grant::At(at) => starts.push(at),
                Grant::TooFast(at) => now = at,
                Grant::Full => panic!("full"),
            }
        }
        let span = starts[9_999].duration_since(starts[0]).as_secs_f64();
        let allowed = f64::from(per_second) * span + f64::from(burst);
        assert!(10_000.0 >= 0.99 * allowed, "{per_second}/s: {allowed} allowed");
        assert!(starts.is_sorted());
        assert_eq!(excess(&starts, per_second, burst), None, "{per_second}/s burst {burst}");
    }
}

proptest! {
    #![proptest_config(seeded(0x0051, 600))]

    #[test]
    fn no_window_of_any_length_has_more_starts_than_allowed(
        per_second in 1_u32..40,
        burst in 1_u32..12,
        // Clocks of several dialers differ: time may step back a little.
        requests in vec(-300_i64..900, 1..150),
        hurry in any::<bool>(),
    ) {
        let limits = Limits { per_second, burst, at_once: u32::MAX, ..limits() };
        let requests: Vec<i64> = requests.iter().map(|ms| if hurry { ms / 30 } else { *ms }).collect();
        prop_assert_eq!(excess(&starts(&limits, &requests), per_second, burst), None);
    }

    #[test]
    fn asking_again_when_told_is_granted_then(
        per_second in 1_u32..40, burst in 1_u32..12, busy in 0_usize..60,
    ) {
        let limits = Limits { per_second, burst, at_once: u32::MAX, horizon: SignedDuration::ZERO, ..limits() };
        let mut pace = PaceState::default();
        for n in 0..busy {
            pace.reserve(attempt(&n.to_string()), after(0), &limits);
        }
        if let Grant::TooFast(then) = pace.reserve(attempt("late"), after(0), &limits) {
            prop_assert_eq!(pace.reserve(attempt("late"), then, &limits), Grant::At(then));
        }
    }

    #[test]
    fn leases_are_never_more_than_places(
        at_once in 0_u32..6,
        steps in vec((0_u8..10, any::<bool>(), 0_i64..4_000), 1..80),
    ) {
        let limits = Limits { at_once, lease: SignedDuration::from_secs(20), ..limits() };
        let (mut pace, mut now) = (PaceState::default(), 0);
        for (who, ends, pause) in steps {
            now += pause;
            if ends {
                pace.release(attempt(&who.to_string()));
            } else {
                pace.reserve(attempt(&who.to_string()), after(now), &limits);
            }
            prop_assert!(pace.in_flight(after(now)) <= at_once);
        }
    }

    #[test]
    fn nothing_starts_between_a_back_off_and_its_end(
        before in vec(0_i64..400, 0..20), until in 0_i64..20_000, asks in vec(0_i64..2_000, 1..20),
    ) {
        let limits = Limits { at_once: u32::MAX, horizon: SignedDuration::from_secs(60), ..limits() };
        let (mut pace, mut now) = (PaceState::default(), 0);
        for (n, pause) in before.iter().enumerate() {
            now += pause;
            pace.reserve(attempt(&format!("before {n}")), after(now), &limits);
        }
        pace.back_off(after(until), &limits);
        for (n, pause) in asks.iter().enumerate() {
            now += pause;
            if let Grant::At(at) = pace.reserve(attempt(&n.to_string()), after(now), &limits) {
                prop_assert!(ms(at) >= until);
            }
        }
    }
}

/// Calls allowed, and orders of a tick of a minute with nothing under way.
#[track_caller]
fn check_staffing(policy: &Policy, agents: (u32, u32, u32), allowed: u32, ordered: u32) {
    let staffing = Staffing { available: agents.0, on_contact: agents.1, callbacks_waiting: agents.2 };
    let tick = SignedDuration::from_mins(1);
    assert_eq!(staffing.calls_allowed(policy), allowed, "allowed with {staffing:?}");
    assert_eq!(orders(staffing, 0, 0, tick, policy), ordered, "orders with {staffing:?}");
}

#[test]
fn calls_follow_the_agents_who_are_free_and_not_promised() {
    // Agents: available, on a contact, callbacks that wait.
    check_staffing(&policy(), (0, 0, 0), 0, 0);
    check_staffing(&policy(), (0, 4, 0), 0, 0);
    check_staffing(&policy(), (0, 0, 9), 0, 0);
    check_staffing(&policy(), (1, 0, 0), 2, 4);
    check_staffing(&policy(), (3, 0, 1), 4, 8);
    check_staffing(&policy(), (3, 0, 3), 0, 0);
    check_staffing(&policy(), (3, 0, 9), 0, 0);
    check_staffing(&policy(), (9, 0, 0), 10, 20);
    check_staffing(&policy(), (9, 4, 2), 4, 8);
    check_staffing(&policy(), (9, 12, 0), 0, 0);
    check_staffing(&policy(), (u32::MAX, 0, 0), 10, 20);
    check_staffing(&Policy { concurrent_calls: 1_000, ..policy() }, (100, 0, 0), 200, 125);
}

#[test]
fn orders_leave_out_what_is_under_way_or_ordered() {
    let three = Staffing { available: 3, on_contact: 0, callbacks_waiting: 0 };
    let tick = SignedDuration::from_mins(1);
    for (in_flight, ordered, expected) in
        [(0, 0, 12), (6, 0, 6), (6, 6, 0), (12, 0, 0), (40, 40, 0), (0, 11, 1)]
    {
        assert_eq!(orders(three, in_flight, ordered, tick, &policy()), expected, "{in_flight}, {ordered}");
    }
}

proptest! {
    #![proptest_config(seeded(0x0052, 2_000))]

    #[test]
    fn orders_never_exceed_any_limit(
        agents in (0_u32..30, 0_u32..30, 0_u32..30),
        (in_flight, ordered, tick) in (0_u32..60, 0_u32..60, 0_i64..600),
        (concurrent_calls, calls_per_free_agent, starts_per_second) in (1_u32..60, 1_u32..5, 1_u32..5),
    ) {
        let policy = Policy { concurrent_calls, calls_per_free_agent, starts_per_second, ..policy() };
        let staffing = Staffing { available: agents.0, on_contact: agents.1, callbacks_waiting: agents.2 };
        let allowed = staffing.calls_allowed(&policy);
        prop_assert!(allowed + staffing.on_contact <= concurrent_calls.max(staffing.on_contact));
        prop_assert!(allowed <= agents.0.saturating_sub(agents.2) * calls_per_free_agent);
        let tick = SignedDuration::from_secs(tick);
        let given = orders(staffing, in_flight, ordered, tick, &policy);
        prop_assert!(given == 0 || given + in_flight + ordered <= 2 * allowed);
        let by_rate = i64::from(starts_per_second) * tick.as_secs() + i64::from(policy.start_burst);
        prop_assert!(given == 0 || i64::from(given + ordered) <= by_rate);
        prop_assert!(agents.0 > 0 || given == 0, "no agent, no order");
    }
}
