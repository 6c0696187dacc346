//! What tests need that no adapter does: the SDKs as they are, and the real
//! clock.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rollcall_ports::Clock;
use rollcall_ports::suite::Case;
use std::time::Duration;

/// The emulator of all services, for an SDK's own client.
pub(crate) async fn ministack_config() -> aws_config::SdkConfig {
    #[expect(clippy::disallowed_methods, reason = "the runner says where it started them")]
    let endpoint = std::env::var("ROLLCALL_MINISTACK").unwrap();
    aws_config::defaults(aws_config::BehaviorVersion::latest()).endpoint_url(endpoint).load().await
}

/// The clock that emulators go by.
pub(crate) struct WallClock;

#[async_trait]
impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "emulators go by the system's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let wait = at.duration_since(self.now());
        tokio::time::sleep(Duration::try_from(wait).unwrap_or(Duration::ZERO)).await;
    }
}

/// An adapter on the real clock whose figures may be two seconds old.
pub(crate) fn case() -> Case<'static> {
    Case { clock: &WallClock, lag: SignedDuration::from_secs(2) }
}
