//! What [`Pace`] promises.

use super::{at, ok, together};
use crate::Pace;
use jiff::SignedDuration;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits, PaceState};
use std::collections::BTreeSet;

/// Runs the whole part.
pub async fn all(pace: &dyn Pace) {
    it_answers_as_the_rules_do(pace).await;
    places_and_moments_are_granted_once(pace).await;
}

const LIMITS: Limits = Limits {
    per_second: 2,
    burst: 5,
    at_once: 10,
    horizon: SignedDuration::from_secs(8),
    lease: SignedDuration::from_secs(120),
};

fn attempt(n: u64) -> AttemptId {
    AttemptId::derive(&["pace", &n.to_string()])
}

/// A long made-up history gives the very answers of
/// [`PaceState`], which holds the rules.
pub async fn it_answers_as_the_rules_do(pace: &dyn Pace) {
    let mut rules = PaceState::default();
    let mut now = at("2026-11-23T09:00:00Z");
    // Steps of a linear congruential generator: any mixture does.
    let mut draw = 1_u64;
    let mut next = move |most: u64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % most
    };
    let mut kinds = BTreeSet::new();
    for _ in 0..300 {
        now += SignedDuration::from_millis(i64::try_from(next(400)).unwrap_or(0));
        let at_once = if next(10) == 0 { 0 } else { 10 };
        let limits = Limits { at_once, horizon: SignedDuration::from_secs(2), ..LIMITS };
        let one = attempt(next(40));
        match next(12) {
            0..=6 => {
                let expected = rules.reserve(one, now, &limits);
                assert_eq!(ok(pace.reserve(one, now, limits).await), expected);
                kinds.insert(match expected {
                    Grant::At(_) => "granted",
                    Grant::TooFast(_) => "too fast",
                    Grant::Full => "full",
                });
            }
            7..=10 => {
                rules.release(one);
                ok(pace.release(one).await);
            }
            _ => {
                let until = now + SignedDuration::from_secs(i64::try_from(next(9)).unwrap_or(0));
                rules.back_off(until, &limits);
                ok(pace.back_off(until, limits).await);
            }
        }
        assert_eq!(ok(pace.in_flight(now).await), rules.in_flight(now));
    }
    assert_eq!(kinds.len(), 3, "the history meets every answer: {kinds:?}");
    for n in 0..40 {
        ok(pace.release(attempt(n)).await);
    }
}

/// Dialers who ask at once never get the same place or the same moment.
pub async fn places_and_moments_are_granted_once(pace: &dyn Pace) {
    let now = at("2026-11-24T09:00:00Z");
    let requests = (100..130).map(|n| pace.reserve(attempt(n), now, LIMITS)).collect();
    let answers: Vec<Grant> = together(requests).await.into_iter().map(ok).collect();
    let mut starts: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            Grant::At(start) => Some(*start),
            Grant::TooFast(_) | Grant::Full => None,
        })
        .collect();
    starts.sort_unstable();
    let after = |seconds_halved: i64| now + SignedDuration::from_millis(500 * seconds_halved);
    let expected: Vec<_> = [0, 0, 0, 0, 0, 1, 2, 3, 4, 5].map(after).to_vec();
    assert_eq!(starts, expected, "a burst of five, then two a second, ten places in all");
    assert_eq!(ok(pace.in_flight(now).await), 10);
    assert_eq!(answers.iter().filter(|answer| **answer == Grant::Full).count(), 20);
}
