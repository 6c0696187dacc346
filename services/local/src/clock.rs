//! A clock for demonstrations.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::Clock;
use std::time::Duration;
use tokio::time::Instant;

/// A clock that starts anywhere and runs faster than the world, for demos.
#[derive(Clone, Copy, Debug)]
pub struct FastClock {
    start: Timestamp,
    began: Instant,
    speed: u32,
}

impl FastClock {
    /// A clock that shows `start` now and runs `speed` times as fast.
    #[must_use]
    pub fn new(start: Timestamp, speed: u32) -> Self {
        Self { start, began: Instant::now(), speed: speed.max(1) }
    }
}

#[async_trait]
impl Clock for FastClock {
    fn now(&self) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::MAX);
        let speed = i32::try_from(self.speed).unwrap_or(i32::MAX);
        self.start.checked_add(passed.saturating_mul(speed)).unwrap_or(Timestamp::MAX)
    }

    async fn sleep_until(&self, at: Timestamp) {
        let wait = Duration::try_from(at.duration_since(self.now())).unwrap_or(Duration::ZERO);
        tokio::time::sleep(wait / self.speed).await;
    }
}
