use async_trait::async_trait;
use jiff::Timestamp;

/// What time it is. The only way for a service to know, so that a day can be
/// rehearsed in seconds.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Returns at `at`, or at once if that has passed.
    async fn sleep_until(&self, at: Timestamp);
}
