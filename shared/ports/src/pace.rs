use crate::Fault;
use async_trait::async_trait;
use jiff::Timestamp;
use rollcall_domain::ids::AttemptId;
use rollcall_domain::pace::{Grant, Limits};

/// The limiter over all dialers together (`rollcall_domain::pace`).
#[async_trait]
pub trait Pace: Send + Sync {
    /// Reserves a start. MUST hold for any number of dialers at once: no two
    /// may be granted the same place or the same moment.
    async fn reserve(&self, attempt: AttemptId, now: Timestamp, limits: Limits) -> Result<Grant, Fault>;

    /// The call of this attempt has ended, or never was.
    async fn release(&self, attempt: AttemptId) -> Result<(), Fault>;

    /// The service is throttling: no start before `until`.
    async fn back_off(&self, until: Timestamp, limits: Limits) -> Result<(), Fault>;

    /// Calls that hold a place.
    async fn in_flight(&self, now: Timestamp) -> Result<u32, Fault>;
}
