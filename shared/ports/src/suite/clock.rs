//! What [`Clock`] promises.

use crate::Clock;
use jiff::SignedDuration;

/// Runs the whole part.
pub async fn all(clock: &dyn Clock) {
    it_does_not_go_back(clock).await;
    sleeping(clock).await;
}

/// Asked twice, it answers the same time or a later one.
pub async fn it_does_not_go_back(clock: &dyn Clock) {
    let mut before = clock.now();
    for _ in 0..1000 {
        let now = clock.now();
        assert!(now >= before);
        before = now;
    }
}

/// A sleep ends at its time or after it, and at once if that has passed.
pub async fn sleeping(clock: &dyn Clock) {
    let start = clock.now();
    clock.sleep_until(start - SignedDuration::from_hours(1)).await;
    clock.sleep_until(start).await;
    let until = clock.now() + SignedDuration::from_millis(20);
    clock.sleep_until(until).await;
    assert!(clock.now() >= until);
}
