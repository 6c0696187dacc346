//! Arbitrary residents, policies and moments: valid, but as odd as allowed.

use super::newcomer;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, ProptestConfig, Strategy, any};
use proptest::prop_oneof;
use proptest::test_runner::RngSeed;
use rollcall_domain::calendar::{DailyWindow, Weekdays, Window};
use rollcall_domain::ids::{AttemptId, CallbackId};
use rollcall_domain::policy::Policy;
use rollcall_domain::record::Pause;
use rollcall_domain::resident::{Claim, Heard, Mark, MarkState, Reached, Resident};
use rollcall_domain::suppression::{Suppressed, Suppression};

/// The same cases on every machine and every run.
pub(crate) fn seeded(seed: u64, cases: u32) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// The first moments of the weeks that the properties live in: an ordinary
/// one, and those in which clocks change in London, New York and Auckland.
const WEEKS: [&str; 5] = [
    "2026-11-22T00:00:00Z",
    "2026-10-23T00:00:00Z",
    "2026-03-27T00:00:00Z",
    "2026-03-06T00:00:00Z",
    "2026-04-03T00:00:00Z",
];

/// The start of one of the weeks.
pub(crate) fn week() -> impl Strategy<Value = Timestamp> {
    (0..WEEKS.len()).prop_map(|index| WEEKS[index].parse().unwrap())
}

/// A moment of the three days from `start`, often a round one, so that edges meet.
pub(crate) fn moment(start: Timestamp) -> BoxedStrategy<Timestamp> {
    let offset = prop_oneof![
        3 => (0_i64..72 * 12).prop_map(|five| five * 300_000),
        1 => 0_i64..72 * 3_600_000,
    ];
    offset.prop_map(move |ms| start + SignedDuration::from_millis(ms)).boxed()
}

/// A window of the day time, so that it never meets an hour that a changing
/// clock skips or repeats (those are in the calendar's own tables).
pub(crate) fn daily() -> impl Strategy<Value = DailyWindow> {
    (4_i8..20, 0_i8..4, 1_i8..20).prop_map(|(hour, quarter, hours)| DailyWindow {
        start: Time::constant(hour, quarter * 15, 0, 0),
        end: Time::constant((hour + hours).min(23), 59, 0, 0),
    })
}

pub(crate) fn zone() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        4 => Just(None),
        4 => (0_usize..5).prop_map(|index| Some(
            ["America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Pacific/Kiritimati"][index]
                .to_owned()
        )),
        1 => Just(Some("Nowhere/Atlantis".to_owned())),
    ]
}

pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    let days =
        any::<[bool; 7]>().prop_map(|days| if days == [false; 7] { Weekdays::ALL } else { Weekdays(days) });
    let holidays = btree_set((20_i8..=30).prop_map(|day| Date::constant(2026, 11, day)), 0..3);
    let numbers = (60_u32..4_000, 1_u32..400, 1_u32..6, 60_u32..3_000, 1_u32..=10);
    (numbers, days, daily(), holidays, any::<bool>()).prop_map(|(numbers, days, daily, holidays, usual)| {
        let mut policy = Policy { holidays, ..Policy::default() };
        if !usual {
            policy.success_interval_minutes = numbers.0;
            policy.gap_minutes = numbers.1;
            policy.max_attempts = numbers.2;
            policy.attempts_window_minutes = numbers.3;
            policy.callback_tries = numbers.4;
            policy.window = Window { days, daily };
        }
        assert_eq!(policy.problems(), Vec::<String>::new());
        policy
    })
}

pub(crate) fn heard() -> impl Strategy<Value = Heard> {
    prop_oneof![Just(Heard::Well), Just(Heard::WantsToTalk), Just(Heard::SpokenTo), Just(Heard::OptedOut)]
}

pub(crate) fn mark_state() -> impl Strategy<Value = MarkState> {
    prop_oneof![1 => Just(MarkState::Open), 3 => Just(MarkState::NotPlaced), 8 => Just(MarkState::Settled)]
}

fn marks(start: Timestamp) -> impl Strategy<Value = Vec<Mark>> {
    vec((moment(start), mark_state()), 0..6).prop_map(|marks| {
        let named = marks.into_iter().enumerate();
        let mut marks: Vec<Mark> = named
            .map(|(n, (at, state))| Mark { attempt: AttemptId::derive(&[&n.to_string()]), at, state })
            .collect();
        marks.sort_by_key(|mark| (mark.at, mark.attempt));
        marks
    })
}

fn pauses(start: Timestamp) -> impl Strategy<Value = Vec<Pause>> {
    // Some of them end before they start: they must not hold, nor do harm.
    let pause = (moment(start), moment(start)).prop_map(|(from, until)| Pause::between(from, until));
    vec(pause, 0..4)
}

/// A rare misfortune.
fn rarely() -> impl Strategy<Value = bool> {
    prop_oneof![12 => Just(false), 1 => Just(true)]
}

/// A resident whose story plays in the three days from `start`.
pub(crate) fn resident(start: Timestamp) -> BoxedStrategy<Resident> {
    let story = (
        marks(start),
        pauses(start),
        option::weighted(0.4, (moment(start), heard())),
        option::weighted(0.3, (moment(start), 0_u8..2)),
    );
    let place = (zone(), option::weighted(0.3, daily()), moment(start));
    let excluded = (rarely(), rarely(), rarely(), option::weighted(0.05, moment(start)));
    (story, place, excluded, rarely())
        .prop_map(|((marks, pauses, reached, claim), (zone, window, registered_at), excluded, promised)| {
            let mut one = newcomer();
            one.marks = marks;
            one.pauses = pauses;
            one.reached = reached.map(|(at, how)| Reached { at, how });
            one.claim = claim.map(|(until, n)| Claim { request: super::request(&n.to_string()), until });
            one.profile.timezone = zone;
            one.profile.window = window;
            one.registered_at = registered_at;
            one.enabled = !excluded.0;
            one.suppressed = Suppressed { person: None, number: excluded.1.then(Suppression::untold) };
            one.profile.consent = excluded.2.then_some(false);
            one.number_bad_since = excluded.3;
            one.callback = promised.then(|| CallbackId::of(super::attempt("talk")));
            one
        })
        .boxed()
}

/// A policy, a resident and a moment to look at them.
pub(crate) fn scene() -> impl Strategy<Value = (Policy, Resident, Timestamp)> {
    week().prop_flat_map(|start| (policy(), resident(start), moment(start)))
}

// Every test program compiles this module; not every one needs every strategy.
const _: fn() = || {
    let _ = (scene, seeded);
};
