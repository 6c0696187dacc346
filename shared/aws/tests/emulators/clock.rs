//! The clock by which emulators go.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::Clock;
use rollcall_ports::suite::Case;
use std::time::Duration;

/// The time of day, and real waiting.
#[derive(Debug)]
pub(crate) struct RealClock;

/// For how long an index may not show yet what was written.
const LAG: SignedDuration = SignedDuration::from_secs(1);

/// How adapters are treated that go by the real time, and whose indexes lag.
pub(crate) const LAGGING: Case<'_> = Case { clock: &RealClock, lag: LAG };

#[async_trait]
impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "an emulator has no other time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let left = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
    }
}
