//! `next_due` is the first moment at which `why` says yes, and `why` says what
//! a plain evaluation of the rules over the raw history says.

#![expect(clippy::unwrap_used, reason = "a test that cannot build its data must stop")]

use crate::common::arbitrary::{scene, seeded};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use proptest::sample::Index;
use rollcall_domain::calendar::Weekdays;
use rollcall_domain::policy::Policy;
use rollcall_domain::resident::{Mark, MarkState, Resident};
use rollcall_domain::rules::{Asking, Verdict, next_due, why};

const MS: SignedDuration = SignedDuration::from_millis(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

fn callable(one: &Resident, policy: &Policy, now: Timestamp) -> bool {
    why(one, policy, now, Asking::Planner) == Verdict::MayCall
}

/// The rules of DESIGN's first invariant, said again in the plainest way and
/// without any word of the code under test.
fn oracle(one: &Resident, history: &[Mark], policy: &Policy, now: Timestamp) -> bool {
    let within = |then: Timestamp, minutes: u32| {
        now.as_millisecond() - then.as_millisecond() < i64::from(minutes) * 60_000
    };
    let real: Vec<&Mark> = history.iter().filter(|mark| mark.state != MarkState::NotPlaced).collect();
    let in_window = real.iter().filter(|mark| within(mark.at, policy.attempts_window_minutes)).count();
    let excluded = !one.enabled
        || one.suppressed.holds()
        || one.consent == Some(false)
        || one.number_bad_since.is_some();
    let paused = one.pauses.iter().any(|pause| (pause.from..pause.until).contains(&now));
    let reached = one.reached.is_some_and(|r| within(r.at, policy.success_interval_minutes));
    let in_doubt = history.iter().any(|mark| mark.state == MarkState::Open);
    let too_soon = real.iter().any(|mark| within(mark.at, policy.gap_minutes));
    let spent = in_window >= policy.max_attempts as usize;
    clock_allows(one, policy, now) && !(excluded || paused || reached || in_doubt || too_soon || spent)
}

/// What a person sees who looks at the clock and the calendar on the wall.
fn clock_allows(one: &Resident, policy: &Policy, now: Timestamp) -> bool {
    let named = one.timezone.as_deref().filter(|name| *name != "Nowhere/Atlantis");
    let local = TimeZone::get(named.unwrap_or("Europe/London")).unwrap().to_datetime(now);
    let window = one.window.unwrap_or(policy.window.daily);
    let day = match local.date().weekday() {
        Weekday::Monday => 0,
        Weekday::Tuesday => 1,
        Weekday::Wednesday => 2,
        Weekday::Thursday => 3,
        Weekday::Friday => 4,
        Weekday::Saturday => 5,
        Weekday::Sunday => 6,
    };
    policy.window.days.0[day]
        && !policy.holidays.contains(&local.date())
        && window.start <= local.time()
        && local.time() < window.end
}

/// Every moment near which a rule of `one` may begin or cease to hold.
fn edges(one: &Resident, policy: &Policy) -> Vec<Timestamp> {
    let mut edges = Vec::new();
    for mark in &one.marks {
        edges.extend([mark.at, mark.at + policy.gap(), mark.at + policy.attempts_window()]);
    }
    edges.extend(one.reached.iter().flat_map(|r| [r.at, r.at + policy.success_interval()]));
    edges.extend(one.pauses.iter().flat_map(|pause| [pause.from, pause.until]));
    edges.extend(one.claim.iter().map(|claim| claim.until));
    let hours = policy.hours(one);
    let start = edges.iter().min().copied().unwrap_or(one.registered_at);
    for day in 0..12 {
        let date = hours.date(start + DAY * day);
        for time in [hours.window.start, hours.window.end] {
            edges.extend(date.to_datetime(time).to_zoned(hours.zone.clone()).map(|zoned| zoned.timestamp()));
        }
    }
    edges.iter().flat_map(|edge| [*edge - MS, *edge, *edge + MS]).collect()
}

proptest! {
    #![proptest_config(seeded(0x0001, 512))]

    #[test]
    fn next_due_is_the_first_moment_at_which_why_says_yes((policy, one, from) in scene()) {
        let due = next_due(&one, &policy, from);
        let grid = (0..4 * 24 * 60 / 7).map(|step| from + SignedDuration::from_mins(7 * step));
        let mut candidates = edges(&one, &policy);
        candidates.extend(grid);
        match due {
            Some(due) => {
                prop_assert!(due >= from);
                prop_assert!(callable(&one, &policy, due), "at {due} {:?}", why(&one, &policy, due, Asking::Planner));
                candidates.extend([due - MS, from]);
                candidates.retain(|at| from <= *at && *at < due);
            }
            None => {
                candidates.extend((0..20 * 24).map(|hour| from + SignedDuration::from_hours(hour)));
                candidates.retain(|at| from <= *at);
            }
        }
        for at in candidates {
            prop_assert!(!callable(&one, &policy, at), "due {due:?}, but {at} is callable");
        }
    }

    #[test]
    fn why_says_what_a_plain_evaluation_says((policy, one, now) in scene()) {
        let mut moments = edges(&one, &policy);
        moments.push(now);
        for now in moments {
            let claimed = one.claim.is_some_and(|claim| now < claim.until);
            let allowed = oracle(&one, &one.marks, &policy, now);
            prop_assert_eq!(callable(&one, &policy, now), allowed && !claimed, "planner at {}", now);
            for name in ["0", "1", "2"] {
                let order = crate::common::request(name);
                let holds = one.claim.is_some_and(|claim| claim.request == order && now < claim.until);
                let verdict = why(&one, &policy, now, Asking::Dialer(order));
                prop_assert_eq!(verdict == Verdict::MayCall, allowed && holds, "dialer {} at {}", name, now);
            }
        }
    }

    /// Weeks of dials, each at the first moment allowed, with every kind of
    /// end. The history is kept whole here, while `begin` forgets.
    #[test]
    fn a_life_lived_by_next_due_never_breaks_a_rule_over_its_whole_history(
        (policy, mut one, mut now) in scene(),
        ends in proptest::collection::vec((0_u8..12, proptest::prelude::any::<Index>()), 1..40),
    ) {
        one.marks.retain(|mark| mark.state != MarkState::Open && mark.at <= now);
        one.claim = None;
        let mut history = one.marks.clone();
        for (n, (end, delay)) in ends.into_iter().enumerate() {
            let Some(due) = next_due(&one, &policy, now) else { break };
            prop_assert!(oracle(&one, &history, &policy, due), "dial {n} at {due}");
            let attempt = crate::common::attempt(&format!("life {n}"));
            one.begin(attempt, due, &policy);
            history.push(Mark { attempt, at: due, state: MarkState::Open });
            prop_assert!(!callable(&one, &policy, due + DAY), "an open attempt bars all");
            now = due + SignedDuration::from_secs(1 + i64::try_from(delay.index(3_000)).unwrap());
            let state = if end < 3 { MarkState::NotPlaced } else { MarkState::Settled };
            prop_assert!(one.learn_mark(attempt, due, state));
            if let Some(mark) = history.last_mut() { mark.state = state; }
            if end == 11 {
                one.learn_reached(rollcall_domain::resident::Reached {
                    at: now, how: rollcall_domain::resident::Heard::Well,
                });
            }
        }
    }

    #[test]
    fn next_due_asked_again_at_its_own_answer_gives_it_again((policy, one, from) in scene()) {
        if let Some(due) = next_due(&one, &policy, from) {
            prop_assert_eq!(next_due(&one, &policy, due), Some(due));
        }
    }
}

proptest! {
    #![proptest_config(seeded(0x0002, 64))]

    /// The property above would be idle if hardly anybody were ever callable.
    #[test]
    fn most_arbitrary_residents_are_due_at_some_time(
        scenes in proptest::collection::vec(scene(), 50),
    ) {
        let due = scenes.iter().filter(|(policy, one, from)| next_due(one, policy, *from).is_some()).count();
        prop_assert!((10..=45).contains(&due), "{due} of 50");
    }
}

/// Each of them ends outside the window, in which the next begins.
#[test]
fn many_pauses_one_behind_the_other_are_all_passed() {
    let mut policy = crate::common::policy();
    policy.window.days = Weekdays::ALL;
    let days = (1..=25).map(|day| format!("pause 2026-12-{day:02}T09:00:00Z to 2026-12-{day:02}T17:00:00Z"));
    let one = crate::common::resident(&days.collect::<Vec<_>>().join("; "));
    let due = next_due(&one, &policy, "2026-12-01T09:00:00Z".parse().unwrap());
    assert_eq!(due.map(|due| due.to_string()).as_deref(), Some("2026-12-26T09:00:00Z"));
}
